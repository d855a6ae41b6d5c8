import { backoffMs, minuteMs, secondMs } from '../../base/index.ts';
import { type ErrorData, errorKind } from '../../contract/index.ts';
import type { Clock, Random } from '../environment.ts';
import type { NodeId } from '../model/index.ts';

interface Retry {
  readonly attempts: number;
  /** Monotonic; infinite when only a change of the item helps. */
  readonly atMs: number;
  /** It was due and is being planned, or has turned out to need nothing more. */
  readonly told: boolean;
}

const WAIT_MS = minuteMs;
const ASK_MS = 10 * minuteMs;
/** Plans in a row that came to nothing before an item is left alone for a while. */
const MAX_CHURN = 50;
const FREE_CHURN = 3;
const CHURN_STEP_MS = 10;

/** When each failed item is tried again. Nothing spins: an item that is planned again and again without a result waits too. */
export class Retries {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #due: (ids: readonly NodeId[]) => void;
  readonly #retries = new Map<NodeId, Retry>();
  readonly #churn = new Map<NodeId, number>();
  #cancelTimer: (() => void) | undefined;

  constructor(clock: Clock, random: Random, due: (ids: readonly NodeId[]) => void) {
    this.#clock = clock;
    this.#random = random;
    this.#due = due;
  }

  /** Notes a failure; answers the attempt it was and the wait until the next, in ms (null: not by itself). */
  failed(id: NodeId, error: ErrorData): { readonly attempts: number; readonly waitMs: number | null } {
    const attempts = (this.#retries.get(id)?.attempts ?? 0) + 1;
    const waitMs = this.#wait(error, attempts);
    const atMs = waitMs === null ? Number.POSITIVE_INFINITY : this.#clock.monotonic() + waitMs;
    this.#retries.set(id, { attempts, atMs, told: false });
    this.#arm();
    return { attempts, waitMs };
  }

  #wait(error: ErrorData, attempts: number): number | null {
    switch (errorKind(error.code).reaction) {
      case 'retry':
      case 'replan':
        return backoffMs(attempts, this.#random.next(), secondMs, 5 * minuteMs);
      case 'wait':
        return WAIT_MS;
      case 'ask':
        return ASK_MS;
      default:
        return null;
    }
  }

  /** Counts a plan that came to nothing; true when it is time to let the item rest. */
  churned(id: NodeId): boolean {
    const times = (this.#churn.get(id) ?? 0) + 1;
    this.#churn.set(id, times);
    if (times < MAX_CHURN) return false;
    this.#churn.delete(id);
    return true;
  }

  /**
   * How long to leave it, in ms, before the look that the next plan goes by: what is saved again and again shows no look anything
   * new until it is quiet. A few plans in a row are usual, and all of them together take longer than an open document is waited for.
   */
  churnPauseMs(id: NodeId): number {
    const times = this.#churn.get(id) ?? 0;
    return times <= FREE_CHURN ? 0 : times * CHURN_STEP_MS;
  }

  /** The last plan of the item came to nothing. */
  isChurning(id: NodeId): boolean {
    return this.#churn.has(id);
  }

  /** The item changed or succeeded: no reason to wait. */
  clear(id: NodeId): void {
    this.#retries.delete(id);
    this.#churn.delete(id);
  }

  clearAll(): void {
    const ids = [...this.#retries.keys()];
    this.#retries.clear();
    this.#churn.clear();
    this.#due(ids);
  }

  get size(): number {
    return this.#retries.size;
  }

  isWaiting(id: NodeId): boolean {
    const retry = this.#retries.get(id);
    return retry !== undefined && retry.atMs > this.#clock.monotonic();
  }

  /** Those whose next try is later. */
  waiting(): readonly NodeId[] {
    return [...this.#retries.keys()].filter((id) => this.isWaiting(id));
  }

  /** True when something is tried again within `ms`. */
  soon(ms: number): boolean {
    const now = this.#clock.monotonic();
    // Also what is due and was not told of yet: timers are late on a busy machine.
    for (const { atMs, attempts, told } of this.#retries.values()) if (!told && atMs <= now + ms && attempts <= 3) return true;
    return false;
  }

  stop(): void {
    this.#cancelTimer?.();
  }

  #arm(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    let next = Number.POSITIVE_INFINITY;
    const now = this.#clock.monotonic();
    // One that is due and was not told of is not left out: its timer was late, and is cancelled here.
    for (const { atMs, told } of this.#retries.values()) if (!told) next = Math.min(next, atMs);
    if (next === Number.POSITIVE_INFINITY) return;
    this.#cancelTimer = this.#clock.timer(Math.max(1, next - now), () => {
      const at = this.#clock.monotonic();
      const due = [...this.#retries].filter(([, retry]) => retry.atMs <= at);
      for (const [id, retry] of due) this.#retries.set(id, { ...retry, told: true });
      this.#due(due.map(([id]) => id));
      this.#arm();
    });
  }
}
