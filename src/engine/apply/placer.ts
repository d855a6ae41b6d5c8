import { DiskFault } from '../environment.ts';
import type { FileStat, NodeId, RemoteFile } from '../model/index.ts';
import { ignoreFault } from './move-journal.ts';
import { done, type Outcome, replan } from './outcome.ts';
import type { ApplyParts } from './parts.ts';
import { isMovedOver, newPath, requireFreeSpelling, requireNoLink, requireUnclaimed } from './paths.ts';
import { type Placing, PLACING_JOURNAL, type PlacingEntry, writePlaced } from './placing-journal.ts';
import { STAYS } from './replace.ts';
import { syncFolders } from './sync-folders.ts';
import { takeBack } from './trash-can.ts';

/** A download that is complete, out of sight. */
export interface Fetched {
  /** Absolute. */
  readonly temp: string;
  readonly stat: FileStat;
}

interface Waiting {
  readonly remote: RemoteFile;
  readonly fetched: Fetched;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
}

interface Ready extends Waiting {
  readonly target: string;
  readonly folder: string;
}

function faultOf(error: unknown): DiskFault {
  if (error instanceof DiskFault) return error;
  throw error;
}

/** As many as make one transaction and one sync of their folders. */
const MAX_BATCH = 500;

/** Puts finished downloads of new files in their places, many at a time: what is finished while one batch syncs is the next. */
export class Placer {
  readonly #parts: ApplyParts;
  readonly #waiting: Waiting[] = [];
  #running = false;

  constructor(parts: ApplyParts) {
    this.#parts = parts;
  }

  /** Moves the temporary file to where the cloud has the file; replaces nothing. */
  place(remote: RemoteFile, fetched: Fetched): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ remote, fetched, resolve, reject });
      if (this.#running) return;
      this.#running = true;
      void this.#run();
    });
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch: Waiting[] = [];
      await this.#parts.treeLock.run(async () => {
        // Taken only now: while others held the lock, more became ready.
        batch.push(...this.#waiting.splice(0, MAX_BATCH));
        try {
          await this.#parts.mend();
          await this.#placeAll(batch);
        } catch (error) {
          for (const item of batch) item.reject(error);
        }
      });
    }
    this.#running = false;
  }

  async #placeAll(batch: readonly Waiting[]): Promise<void> {
    const { store, onUnmended } = this.#parts;
    const ready = await this.#ready(batch);
    if (ready.length === 0) return;
    const entry: PlacingEntry = { files: ready.map((item) => this.#placing(item)) };
    const journalId = store.transaction((write) => write.addJournal(PLACING_JOURNAL, entry));
    try {
      // On the disk before the names are: after a power cut in between, nothing else would tell that nobody here made the files.
      store.sync();
      await this.#placeJournalled(ready, journalId);
    } catch (error) {
      onUnmended();
      throw error;
    }
  }

  async #placeJournalled(ready: readonly Ready[], journalId: number): Promise<void> {
    const { environment, onUnmended, store } = this.#parts;
    const { disk } = environment;
    const faults = await disk.moveFiles(ready.map(({ fetched, target }) => ({ from: fetched.temp, to: target })));
    /** They may be in their places. */
    const open: Ready[] = [];
    const fail = (item: Ready, fault: DiskFault): void => {
      open.push(item);
      item.reject(fault);
    };
    const there = ready.filter((item, index) => {
      const fault = faults[index];
      if (fault && STAYS.has(fault.code)) item.reject(fault);
      else if (fault) fail(item, fault);
      return !fault;
    });
    const moved = await this.#withoutLinks(there);
    // Before anything else can fail: a look finds what is there and writes it down, and a power cut must not take it then.
    const durable = await this.#durable(moved, fail);
    const stats = await Promise.all(durable.map((item) => disk.stat(item.target).catch(faultOf)));
    const placed: Ready[] = [];
    store.transaction((write) => {
      durable.forEach((item, index) => {
        const { remote, fetched, target } = item;
        const stat = stats[index];
        if (stat instanceof DiskFault) return fail(item, stat);
        if (stat?.kind !== 'file') return fail(item, new DiskFault('missing', target));
        if (isMovedOver(this.#parts, remote.id, fetched.stat, stat)) return item.reject(new DiskFault('exists', target));
        writePlaced(this.#parts, this.#placing(item), remote.content, stat);
        placed.push(item);
      });
      if (open.length === 0) write.deleteJournal(journalId);
      else write.putJournal(journalId, { files: open.map((item) => this.#placing(item)) } satisfies PlacingEntry);
    });
    if (open.length > 0) onUnmended();
    for (const item of placed) item.resolve(done(item.remote.id));
  }

  #placing({ remote, fetched, target }: Ready): Placing {
    const { id, parentId, name, revision, modifiedBy, content } = remote;
    const below = this.#parts.root.length + 1;
    const where = { temp: fetched.temp.slice(below), target: target.slice(below) };
    return { id, parentId, name, revision, modifiedBy, hash: content.hash, size: content.size, ...where, stat: fetched.stat };
  }

  /** Those whose names are on the disk for good: all at once, or, when that fails, each folder for itself. */
  async #durable(moved: readonly Ready[], fail: (item: Ready, fault: DiskFault) => void): Promise<readonly Ready[]> {
    const folders = [...new Set(moved.map((item) => item.folder))];
    if ((await syncFolders(this.#parts, folders).catch(faultOf)) === undefined) return moved;
    const faults = new Map<string, DiskFault>();
    for (const folder of folders) {
      const fault = await syncFolders(this.#parts, [folder]).catch(faultOf);
      if (fault !== undefined) faults.set(folder, fault);
    }
    return moved.filter((item) => {
      const fault = faults.get(item.folder);
      if (fault !== undefined) fail(item, fault);
      return fault === undefined;
    });
  }

  /** Those whose folder is still the one that was looked at; what went through a link is out of sight again. */
  async #withoutLinks(moved: readonly Ready[]): Promise<readonly Ready[]> {
    const faults = new Map<string, DiskFault>();
    for (const folder of new Set(moved.map((item) => item.folder))) {
      await requireNoLink(this.#parts, `${folder}/x`).catch((error: unknown) => {
        if (!(error instanceof DiskFault)) throw error;
        faults.set(folder, error);
      });
    }
    if (faults.size === 0) return moved;
    const kept: Ready[] = [];
    for (const item of moved) {
      const fault = faults.get(item.folder);
      if (fault === undefined) kept.push(item);
      else {
        await takeBack(this.#parts, item.target, item.fetched.stat).catch(ignoreFault);
        item.reject(fault);
      }
    }
    return kept;
  }

  /** Those whose place is still theirs; the others are settled here. */
  async #ready(batch: readonly Waiting[]): Promise<readonly Ready[]> {
    const { store } = this.#parts;
    const folders = new Map<NodeId, string | DiskFault>();
    const ready: Ready[] = [];
    for (const item of batch) {
      const { remote } = item;
      const now = store.remote.get(remote.id);
      const same =
        now?.kind === 'file' && now.content.hash === remote.content.hash && now.parentId === remote.parentId && now.name === remote.name;
      if (!same || store.local.get(remote.id) !== undefined) {
        item.resolve(replan([remote.id]));
        continue;
      }
      let folder = folders.get(remote.parentId);
      if (folder === undefined) {
        folder = await this.#folder(remote.parentId);
        folders.set(remote.parentId, folder);
      }
      if (folder instanceof DiskFault) item.reject(folder);
      else if (await this.#isFree(item, `${folder}/${remote.name}`)) ready.push({ ...item, folder, target: `${folder}/${remote.name}` });
    }
    return ready;
  }

  async #isFree(item: Waiting, target: string): Promise<boolean> {
    try {
      requireUnclaimed(this.#parts, item.remote, target, item.remote.id);
      await requireFreeSpelling(this.#parts, target);
      return true;
    } catch (error) {
      if (!(error instanceof DiskFault)) throw error;
      item.reject(error);
      return false;
    }
  }

  async #folder(parentId: NodeId): Promise<string | DiskFault> {
    try {
      const probe = await newPath(this.#parts, parentId, 'x');
      return probe.slice(0, -'/x'.length);
    } catch (error) {
      if (error instanceof DiskFault) return error;
      throw error;
    }
  }
}
