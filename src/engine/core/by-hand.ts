import { TidemarkError } from '../../contract/index.ts';
import { type ApplyParts, bringBack, checkUndoHere, errorDataFor, findItem, type Undone, undoHere, undoTogether } from '../apply/index.ts';
import { checkFolder } from '../local/index.ts';
import { type ActivityRow, isDatabaseFault, type TrashRow } from '../store/index.ts';
import type { Mending } from './mending.ts';
import type { PlanLoop } from './plan-loop.ts';
import { folderError, type ScanLoop } from './scan-loop.ts';
import type { SyncContext } from './sync-context.ts';

/** Changes of the synced folder that a person asks Tidemark for, while nothing else touches it. */
export class ByHand {
  readonly #ctx: SyncContext;
  readonly #apply: ApplyParts;
  readonly #mending: Pick<Mending, 'mend'>;
  readonly #plan: Pick<PlanLoop, 'changed'>;
  readonly #scan: Pick<ScanLoop, 'scan'>;

  constructor(
    ctx: SyncContext,
    apply: ApplyParts,
    mending: Pick<Mending, 'mend'>,
    loops: { readonly plan: Pick<PlanLoop, 'changed'>; readonly scan: Pick<ScanLoop, 'scan'> },
  ) {
    this.#ctx = ctx;
    this.#apply = apply;
    this.#mending = mending;
    this.#plan = loops.plan;
    this.#scan = loops.scan;
  }

  /** Takes back on this disk what the line tells of. Throws TidemarkError undo_*, what the folder says, DiskFault's reasons. */
  undo(row: ActivityRow, reversal: Parameters<typeof undoHere>[2]): Promise<Undone> {
    return this.#change(row.path, () => undoHere(this.#apply, row, reversal));
  }

  /** Throws what `undo` would, as far as that shows before. */
  checkUndo(row: ActivityRow, reversal: Parameters<typeof undoHere>[2]): Promise<void> {
    return this.#withTree(row.path, () => checkUndoHere(this.#apply, row, reversal));
  }

  /** As `undo`, of moves that stand in each other's way. */
  async undoTogether(rows: Parameters<typeof undoTogether>[1]): Promise<readonly Undone[]> {
    try {
      return await this.#change(rows[0]?.row.path ?? '', () => undoTogether(this.#apply, rows));
    } catch (error) {
      // Some may have moved, or be out of sight, and no look tells of that.
      this.#plan.changed(rows.flatMap(({ row }) => findItem(this.#ctx.store, row)?.id ?? []));
      throw error;
    }
  }

  /** Brings an item of this device's trash back to where it was. Throws as `undo` does. */
  restore(row: TrashRow): Promise<Undone> {
    return this.#change(row.originalPath, () => bringBack(this.#apply, row, { undoes: null, hash: null }));
  }

  async #change<T extends Undone | readonly Undone[]>(path: string, work: () => Promise<T>): Promise<T> {
    const undone = await this.#withTree(path, work);
    const all: readonly Undone[] = [undone].flat();
    this.#plan.changed(all.flatMap(({ touched }) => touched));
    this.#ctx.hooks.onLists('files');
    const rescan = all.flatMap((one) => one.rescan);
    if (rescan.length > 0) await this.#scan.scan(rescan);
    return undone;
  }

  /** While nothing else touches the folder. Throws what the folder says, and DiskFault's reasons. */
  #withTree<T>(path: string, work: () => Promise<T>): Promise<T> {
    const { environment, folder, treeLock, stopping } = this.#ctx;
    return treeLock.run(async () => {
      if (stopping.aborted) throw new TidemarkError('engine_stopped');
      const state =
        folderError(await checkFolder(environment.disk, folder.path, folder.folderId), folder.path) ?? (await this.#mending.mend());
      if (state !== null) throw new TidemarkError(state.code, state.params);
      try {
        return await work();
      } catch (error) {
        if (isDatabaseFault(error)) this.#ctx.doubt(error);
        const { code, params } = errorDataFor(error, path);
        throw new TidemarkError(code, params, { cause: error });
      }
    });
  }
}
