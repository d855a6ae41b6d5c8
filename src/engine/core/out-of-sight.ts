import { secondMs } from '../../base/index.ts';
import type { Outcome } from '../apply/index.ts';
import { type NodeId, PARKED_ID } from '../model/index.ts';
import type { SyncContext } from './sync-context.ts';

/** So long an item may be out of sight, where nobody finds it, for others to take their places. */
const HIDDEN_MS = 10 * secondMs;

export interface OutOfSightParts {
  /** Puts it back into its folder; what came of it where that could not be. */
  readonly show: (id: NodeId) => Promise<Outcome | undefined>;
  /** It was hidden in vain. */
  readonly onShown: (id: NodeId, outcome: Outcome) => void;
}

/** Items that gave way to others and are in no folder of the person's for a moment. */
export class OutOfSight {
  readonly #ctx: SyncContext;
  readonly #parts: OutOfSightParts;
  /** Out of sight, or a moment ago. */
  readonly #hidden = new Map<NodeId, { readonly cancel: () => void; /** The disk did not let it back yet. */ readonly stays: boolean }>();
  #showing = 0;

  constructor(ctx: SyncContext, parts: OutOfSightParts) {
    this.#ctx = ctx;
    this.#parts = parts;
  }

  /** Nothing is on its way back. */
  get idle(): boolean {
    return this.#showing === 0;
  }

  /** Those of before a crash, or of whose rows that was found out only now. */
  hideAll(): void {
    try {
      for (const { id } of this.#ctx.store.local.children(PARKED_ID)) if (!this.#hidden.has(id)) this.hide(id);
    } catch (error) {
      this.#ctx.doubt(error);
    }
  }

  /** Gave way now. */
  hide(id: NodeId, stays = false): void {
    this.#hidden.get(id)?.cancel();
    if (this.#ctx.stopping.aborted) return;
    const cancel = this.#ctx.environment.clock.timer(HIDDEN_MS, () => void this.#show(id));
    this.#hidden.set(id, { cancel, stays });
  }

  /** Something failed, and may be what somebody is out of sight for. */
  showAll(): void {
    for (const [id, { stays }] of [...this.#hidden]) if (!stays) void this.#show(id);
  }

  stop(): void {
    for (const { cancel } of this.#hidden.values()) cancel();
  }

  /** What it gave way to does not come on: it is in sight until its next try. */
  async #show(id: NodeId): Promise<void> {
    const { store, stopping } = this.#ctx;
    this.#hidden.get(id)?.cancel();
    this.#hidden.delete(id);
    if (stopping.aborted) return;
    this.#showing += 1;
    try {
      const outcome = await this.#parts.show(id);
      if (outcome !== undefined) this.#parts.onShown(id, outcome);
      if (store.local.get(id)?.parentId === PARKED_ID) this.hide(id, true);
    } catch (error) {
      this.#ctx.doubt(error);
      this.hide(id, true);
    } finally {
      this.#showing -= 1;
    }
  }
}
