import { minuteMs } from '../../base/index.ts';
import type { Clock } from '../environment.ts';
import { findByPath, type LocalNode, type NodeId, type RemoteNode } from '../model/index.ts';
import { deletedBy, type DeletedLately, type DeletedSide, type Operation } from '../plan/index.ts';
import type { DeletionRow, Store } from '../store/index.ts';

/**
 * How long a deletion counts together with those that come after it. Long enough for the slowest program that removes a
 * folder item by item (100 items at one every three seconds), too short for a person with a mouse to get there; why, in
 * docs/decisions/0015.
 */
export const DELETION_WINDOW_MS = 5 * minuteMs;

/**
 * What was deleted without a question in the last minutes (SYNC-SPEC 13, counted over all and not per cycle). It lies in
 * the store, so a restart does not begin to count anew.
 */
export class LateDeletions {
  readonly #store: Store;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #isUnderWay: (id: NodeId) => boolean;

  constructor(store: Store, clock: Pick<Clock, 'now'>, isUnderWay: (id: NodeId) => boolean) {
    this.#store = store;
    this.#clock = clock;
    this.#isUnderWay = isUnderWay;
  }

  /** Notes the deletions that are about to be carried out; those with a yes are nobody's surprise and do not count. */
  note(operations: readonly Operation[], approved: (id: NodeId) => boolean): void {
    const noted = operations.flatMap((operation) => this.#rowOf(operation, approved) ?? []);
    if (noted.length === 0) return;
    const again = new Set(noted.map(({ id }) => id));
    const now = this.#clock.now();
    // Of before the clock was set back: it counts as of now, or it would until the clock is there again.
    const kept = this.#store
      .recentDeletions()
      .filter((row) => !again.has(row.id) && this.#isRecent(row))
      .map((row) => ({ ...row, at: Math.min(row.at, now) }));
    this.#store.transaction((write) => {
      write.setRecentDeletions([...kept, ...noted]);
    });
  }

  on(side: DeletedSide): DeletedLately {
    let [items, gone] = [0, 0];
    for (const row of this.#store.recentDeletions()) {
      if (row.side !== side || !this.#isRecent(row)) continue;
      const left = this.#store.synced.get(row.id) === undefined;
      // Neither gone nor on its way: it failed, or never began.
      if (!left && !this.#isUnderWay(row.id)) continue;
      const count = this.#isThereAgain(row) ? row.items - 1 : row.items;
      items += count;
      if (left) gone += count;
    }
    return { items, gone };
  }

  #rowOf(operation: Operation, approved: (id: NodeId) => boolean): DeletionRow | undefined {
    const tops = deletedBy(operation);
    const [id] = tops;
    if (id === undefined || !('items' in operation) || tops.every((top) => approved(top))) return undefined;
    const side = operation.op === 'delete_local' ? 'cloud' : 'here';
    return { side, id, path: this.#store.syncedPath(id) ?? '', items: operation.items, at: this.#clock.now() };
  }

  /** While a question is open, what it was asked because of counts on: waiting long must not be taken for a yes. */
  #isRecent({ side, at }: DeletionRow): boolean {
    if (this.#clock.now() - at <= DELETION_WINDOW_MS) return true;
    return this.#store.questions().some((question) => question.side === side && question.answer === null);
  }

  /** Programs that write their files anew by deleting them first delete nothing in the end. */
  #isThereAgain({ side, path }: DeletionRow): boolean {
    return path !== '' && findByPath<LocalNode | RemoteNode>(side === 'here' ? this.#store.local : this.#store.remote, path) !== undefined;
  }
}
