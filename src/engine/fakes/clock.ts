import { TidemarkError } from '../../contract/index.ts';
import type { Clock } from '../environment.ts';

interface Pending {
  readonly due: number;
  readonly order: number;
  readonly callback: () => void;
}

/** Turns of the microtask queue that let a chain of promises settle between two timers. */
const SETTLE_TURNS = 100;

/** A clock that stands still until the test moves it. Timers fire in the order they are due, then of creation. */
export class FakeClock implements Clock {
  #elapsed = 0;
  #offset: number;
  #order = 0;
  readonly #pending = new Set<Pending>();

  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.#offset = startMs;
  }

  now(): number {
    return this.#offset + this.#elapsed;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  timer(ms: number, callback: () => void): () => void {
    const pending: Pending = { due: this.#elapsed + Math.max(0, ms), order: this.#order++, callback };
    this.#pending.add(pending);
    return () => {
      this.#pending.delete(pending);
    };
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        cancel();
        reject(new TidemarkError('aborted'));
      };
      const cancel = this.timer(ms, () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      });
      if (signal?.aborted === true) abort();
      else signal?.addEventListener('abort', abort, { once: true });
    });
  }

  /** Milliseconds until each waiting timer is due, soonest first. */
  get pending(): readonly number[] {
    return this.#sorted().map((timer) => timer.due - this.#elapsed);
  }

  /** The wall clock jumps; the monotonic one does not (a person or NTP set the time). */
  setWallClock(nowMs: number): void {
    this.#offset = nowMs - this.#elapsed;
  }

  /** Time goes by and timers are late: a busy machine, or one that slept. */
  lag(ms: number): void {
    this.#elapsed += ms;
  }

  /** Moves time and runs what becomes due on the way, letting promises settle after each. */
  async advance(ms: number): Promise<void> {
    const end = this.#elapsed + ms;
    await settle();
    for (let next = this.#sorted()[0]; next !== undefined && next.due <= end; next = this.#sorted()[0]) {
      await this.#run(next);
    }
    this.#elapsed = end;
    await settle();
  }

  /** Jumps to the next timer and runs it; false when none waits. */
  async runNext(): Promise<boolean> {
    await settle();
    const next = this.#sorted()[0];
    if (next === undefined) return false;
    await this.#run(next);
    return true;
  }

  async #run(timer: Pending): Promise<void> {
    this.#elapsed = Math.max(this.#elapsed, timer.due);
    this.#pending.delete(timer);
    timer.callback();
    await settle();
  }

  #sorted(): Pending[] {
    return [...this.#pending].sort((a, b) => a.due - b.due || a.order - b.order);
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < SETTLE_TURNS; turn += 1) await Promise.resolve();
}
