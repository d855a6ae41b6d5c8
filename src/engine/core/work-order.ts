import { MiB, secondMs } from '../../base/index.ts';
import type { Clock } from '../environment.ts';
import type { Operation } from '../plan/index.ts';
import type { Store } from '../store/index.ts';

/** Of so few downloads all are there in a moment, whatever their order. */
const FEW_DOWNLOADS = 20;
/** Downloads wait no longer than this for the folders of newer ones to be made. */
export const FOLDERS_FIRST_MS = 5 * secondMs;
/** So many at a time that their age is not worth looking up. */
const MANY = 50;
/** Uploads below it all weigh the same; above it each doubling weighs one more. */
const LIGHT_BYTES = 4 * MiB;
/** More than any time of change, in ms. */
const WEIGHT = 2 ** 48;

/** The highest rank begins first. */
export interface RankedOperation {
  readonly operation: Operation;
  /** What it transfers at most, or reads. */
  readonly bytes: number;
  readonly rank: number;
}

/** In what order the operations of a plan begin. */
export class WorkOrder {
  readonly #store: Store;
  readonly #clock: Clock;
  /** Since when folders are made before what goes into them. */
  #foldersSinceMs: number | undefined;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /**
   * Small uploads first, and among those the most recent: people wait for what they just did. Of downloads the most recent,
   * whatever their size: on a new device people go on with what they had last (PRODUCT 1).
   */
  ranked(operations: readonly Operation[]): readonly RankedOperation[] {
    const isMany = operations.length > MANY;
    return operations.map((operation) => this.#rank(operation, isMany)).sort((a, b) => b.rank - a.rank);
  }

  /**
   * Downloads that are planned once more when the folders of this plan are there: what was written last comes first also where
   * it lies deep, and its folder is not there yet.
   */
  afterFolders(work: readonly Operation[]): ReadonlySet<Operation> {
    const now = this.#clock.monotonic();
    const downloads = work.filter(({ op }) => op === 'download');
    const makesFolders = work.some(({ op }) => op === 'mkdir_local');
    this.#foldersSinceMs = makesFolders ? (this.#foldersSinceMs ?? now) : undefined;
    if (this.#foldersSinceMs === undefined || downloads.length <= FEW_DOWNLOADS) return new Set();
    return new Set(now - this.#foldersSinceMs < FOLDERS_FIRST_MS ? downloads : []);
  }

  #rank(operation: Operation, isMany: boolean): RankedOperation {
    const { op, id } = operation;
    if (op === 'download') {
      const remote = this.#store.remote.get(id);
      return remote?.kind === 'file' ? { operation, bytes: remote.content.size, rank: remote.mtimeMs } : { operation, bytes: 0, rank: 0 };
    }
    const isRead = op === 'upload' || op === 'hash';
    const local = isRead || !isMany ? this.#store.local.get(id) : undefined;
    const bytes = isRead && local?.kind === 'file' ? local.stat.size : 0;
    const rank = isMany || local === undefined ? 0 : Number(local.stat.mtimeNs.slice(0, -6));
    return { operation, bytes, rank: rank - WEIGHT * Math.floor(Math.log2(1 + bytes / LIGHT_BYTES)) };
  }
}
