import type { RelativePath } from '../../base/index.ts';
import { type ErrorData, toErrorData } from '../../contract/index.ts';
import {
  type ApplyParts,
  bringAllToSight,
  isClosed,
  MOVE_JOURNAL,
  type MoveEntry,
  PLACING_JOURNAL,
  type PlacingEntry,
  recoverBrokenMoves,
  recoverMove,
  recoverParked,
  recoverPlacing,
  recoverReplace,
  recoverTogether,
  REPLACE_JOURNAL,
  type ReplaceEntry,
  syncFoldersAgain,
  TOGETHER_JOURNAL,
  type TogetherEntry,
} from '../apply/index.ts';
import { DiskFault } from '../environment.ts';
import { checkFolder, prepareOwnFolder } from '../local/index.ts';
import { PARKED_ID } from '../model/index.ts';
import type { FolderRow } from '../store/index.ts';
import { folderError } from './scan-loop.ts';

/** Ends what a crash or a fault left between two places, before anything is concluded from a look at the folder. */
export class Mending {
  readonly #apply: ApplyParts;
  readonly #folder: FolderRow;
  /** Rows may say something else now, also where no look will find a change. */
  readonly #onMended: () => void;
  readonly #recall: () => Promise<void>;
  #begun = false;
  /** Something waits in the trash to be put back where it belongs, or lies where no row has it, or has ended without its line in the journal. */
  #needed = false;
  /** Folders that have to be made durable may not be listed. */
  #closed = false;

  /** @param recall knows again what was marked since the database that was put back; throws DiskFault */
  constructor(apply: ApplyParts, folder: FolderRow, recall: () => Promise<void>, onMended: () => void) {
    this.#apply = apply;
    this.#folder = folder;
    this.#recall = recall;
    this.#onMended = onMended;
  }

  /** Before the next look there is something to mend. */
  need(): void {
    this.#needed = true;
  }

  /** Before every look and every change; does something before the first look and whenever it is needed. Call with the tree lock held. */
  async mend(): Promise<ErrorData | null> {
    if (this.#begun && !this.#needed && !this.#closed) return null;
    const isNeeded = !this.#begun || this.#needed;
    const { disk } = this.#apply.environment;
    const { path, folderId } = this.#folder;
    try {
      const prepared = await (this.#begun ? checkFolder : prepareOwnFolder)(disk, path, folderId);
      if (prepared !== 'ready') return folderError(prepared, path);
      if (!this.#begun) await this.#recall();
      this.#needed = false;
      if (isNeeded) await this.#endJournal();
      if (isNeeded) await recoverParked(this.#apply);
      if (isNeeded) await recoverBrokenMoves(this.#apply);
      this.#closed = (await syncFoldersAgain(this.#apply)).length > 0;
    } catch (error) {
      this.#needed = isNeeded;
      return this.#trouble(error);
    }
    if (isNeeded) this.#onMended();
    this.#begun = true;
    return null;
  }

  /** Until the next start, if there is one, nothing would come back from where the person does not look. Never throws. */
  async bringAllToSight(): Promise<void> {
    const { store, environment } = this.#apply;
    try {
      if (!this.#needed && [...store.local.children(PARKED_ID)].length === 0) return;
      const state = await checkFolder(environment.disk, this.#folder.path, this.#folder.folderId);
      if (state === 'ready' && (await this.mend()) === null) await bringAllToSight(this.#apply);
    } catch (error) {
      environment.log.warn('what is out of sight could not be brought back', { ...toErrorData(error) });
    }
  }

  /** Makes durable which names are in these folders, relative paths; where one is gone there is nothing to do. Answers why it cannot. */
  async syncFolders(folders: readonly RelativePath[]): Promise<ErrorData | null> {
    const { unsyncedFolders } = this.#apply;
    const paths = folders.map((folder) => (folder === '' ? this.#folder.path : `${this.#folder.path}/${folder}`));
    for (const path of paths) unsyncedFolders.add(path);
    try {
      const closed = await syncFoldersAgain(this.#apply);
      if (closed.length > 0) this.#closed = true;
      // Listed a moment ago: the next look will not see what is in it.
      const mine = paths.find((path) => closed.includes(path));
      return mine === undefined ? null : await this.#trouble(new DiskFault('denied', mine));
    } catch (error) {
      this.#needed = true;
      return this.#trouble(error);
    }
  }

  async #trouble(error: unknown): Promise<ErrorData> {
    if (!(error instanceof DiskFault)) throw error;
    const { path } = this.#folder;
    // To sync a folder it has to be opened, which who may not read it cannot do either.
    const closed = await isClosed(this.#apply.environment.disk, path);
    return { code: closed ? 'folder_unreadable' : 'folder_not_writable', params: { path } };
  }

  /** Throws DiskFault. */
  async #endJournal(): Promise<void> {
    const { store } = this.#apply;
    for (const row of store.journal()) {
      if (row.kind === REPLACE_JOURNAL) await recoverReplace(this.#apply, row.data as ReplaceEntry);
      else if (row.kind === MOVE_JOURNAL) await recoverMove(this.#apply, row.data as MoveEntry);
      else if (row.kind === PLACING_JOURNAL) await recoverPlacing(this.#apply, row.data as PlacingEntry);
      else if (row.kind === TOGETHER_JOURNAL) await recoverTogether(this.#apply, row.data as TogetherEntry);
      else continue;
      store.transaction((write) => {
        write.deleteJournal(row.id);
      });
    }
  }
}
