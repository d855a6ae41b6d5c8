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
  sorted(operations: readonly Operation[]): readonly Operation[] {
    const keyed = operations.map((operation) => ({ operation, ...this.#urgency(operation, operations.length > MANY) }));
    return keyed.sort((a, b) => a.weight - b.weight || a.age - b.age).map(({ operation }) => operation);
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

  /** What an operation transfers at most, or reads. */
  bytesOf({ op, id }: Operation): number {
    if (op === 'download') {
      const remote = this.#store.remote.get(id);
      return remote?.kind === 'file' ? remote.content.size : 0;
    }
    if (op !== 'upload' && op !== 'hash') return 0;
    const local = this.#store.local.get(id);
    return local?.kind === 'file' ? local.stat.size : 0;
  }

  #urgency({ op, id }: Operation, isMany: boolean): { readonly weight: number; readonly age: number } {
    if (op === 'download') {
      const remote = this.#store.remote.get(id);
      return { weight: 0, age: remote?.kind === 'file' ? -remote.mtimeMs : 0 };
    }
    const isRead = op === 'upload' || op === 'hash';
    const local = isRead || !isMany ? this.#store.local.get(id) : undefined;
    const bytes = isRead && local?.kind === 'file' ? local.stat.size : 0;
    const age = isMany || local === undefined ? 0 : -Number(local.stat.mtimeNs.slice(0, -6));
    return { weight: Math.floor(Math.log2(1 + bytes / LIGHT_BYTES)), age };
  }
}
