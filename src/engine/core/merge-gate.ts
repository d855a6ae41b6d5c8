import { secondMs } from '../../base/index.ts';
import type { NodeId } from '../model/index.ts';
import { FirstMerge, type SeenHere } from './first-merge.ts';
import type { SyncContext } from './sync-context.ts';

export interface MergeGateParts {
  readonly isInFlight: (id: NodeId) => boolean;
  /** Its next try is later. */
  readonly isResting: (id: NodeId) => boolean;
  readonly read: (ids: readonly NodeId[]) => void;
  /** Files that are being written are not in the tree yet. */
  readonly looking: () => boolean;
}

/** Files that are being written are waited for so long before both sides are compared without them. */
const BUSY_PATIENCE_MS = 5 * secondMs;

/** Keeps all but reading from being done until it is settled whether both sides may be merged. */
export class MergeGate {
  readonly #ctx: SyncContext;
  readonly #parts: MergeGateParts;
  readonly #firstMerge: FirstMerge;
  /** Something changed since both sides were compared. */
  #unasked = true;
  #busySinceMs: number | undefined;

  constructor(ctx: SyncContext, parts: MergeGateParts) {
    this.#ctx = ctx;
    this.#parts = parts;
    this.#firstMerge = new FirstMerge(ctx.store, ctx.environment.clock);
  }

  get undecided(): boolean {
    return this.#firstMerge.undecided;
  }

  /** The question stands, and there is nothing new to compare. */
  get waitsForAnswer(): boolean {
    return !this.#unasked && this.#firstMerge.asking;
  }

  /** What both sides hold is not what it was. */
  changed(): void {
    this.#unasked = true;
  }

  /**
   * Compares both sides and asks, if there is anything to ask. Answers what that took, in ms, or null when both may be merged.
   * Throws what the database says.
   */
  look(): number | null {
    if (!this.#firstMerge.undecided) return null;
    const { environment, hooks } = this.#ctx;
    const { isInFlight, isResting, read } = this.#parts;
    const startedMs = environment.clock.monotonic();
    this.#unasked = false;
    const step = this.#firstMerge.look({ inFlight: isInFlight, resting: (id) => !isInFlight(id) && isResting(id) }, this.#seenHere());
    if (step.step === 'read') {
      this.#unasked = true;
      read(step.ids);
    }
    if (step.step === 'go' || (step.step === 'asked' && step.changed)) hooks.onLists('questions', 'files');
    return step.step === 'go' ? null : environment.clock.monotonic() - startedMs;
  }

  #seenHere(): SeenHere {
    const now = this.#ctx.environment.clock.monotonic();
    this.#busySinceMs = this.#parts.looking() ? (this.#busySinceMs ?? now) : undefined;
    if (this.#busySinceMs === undefined) return 'all';
    return now - this.#busySinceMs < BUSY_PATIENCE_MS ? 'not_yet' : 'never_quiet';
  }
}
