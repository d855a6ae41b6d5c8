import { dayMs, minuteMs } from '../../base/index.ts';
import { rateLimited } from '../rate-limited.ts';

const WINDOW_MS = 15 * minuteMs;
/** In a day so many times as many as in a quarter of an hour: what is just strong enough would be guessed within months otherwise. */
const A_DAY = 5;
const MAX_KNOWN = 10_000;

interface Failures {
  count: number;
  readonly since: number;
}

/**
 * Failed sign-ins of one e-mail, from wherever strangers come: many addresses guess no faster than one. Kept in memory, and
 * for the e-mails of no account as well, so that the answer tells nothing.
 */
export class Attempts {
  readonly #windows: readonly Window[];

  /** @param limit failures in 15 minutes */
  constructor(limit: number, now: () => number) {
    this.#windows = [new Window(limit, WINDOW_MS, now), new Window(limit * A_DAY, dayMs, now)];
  }

  /**
   * Counts as failed until `succeeded` is called: a password takes its time to check, and those that come meanwhile must
   * not all pass. Throws `rate_limited`.
   */
  begin(key: string): void {
    const retryAfterMs = Math.max(...this.#windows.map((window) => window.waitMs(key)));
    if (retryAfterMs > 0) throw rateLimited(retryAfterMs);
    for (const window of this.#windows) window.count(key);
  }

  /** Takes back what `begin` counted. */
  succeeded(key: string): void {
    for (const window of this.#windows) window.takeBack(key);
  }
}

class Window {
  readonly #limit: number;
  readonly #windowMs: number;
  readonly #now: () => number;
  readonly #known = new Map<string, Failures>();

  constructor(limit: number, windowMs: number, now: () => number) {
    this.#limit = limit;
    this.#windowMs = windowMs;
    this.#now = now;
  }

  /** Until another one is let through; 0: now. */
  waitMs(key: string): number {
    const failures = this.#current(key);
    return failures === undefined || failures.count < this.#limit ? 0 : failures.since + this.#windowMs - this.#now();
  }

  count(key: string): void {
    const failures = this.#current(key);
    if (failures !== undefined) {
      failures.count += 1;
      return;
    }
    // The oldest goes first: whoever floods the table only frees the windows that end soonest.
    const [oldest] = this.#known.keys();
    if (this.#known.size >= MAX_KNOWN && oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(key, { count: 1, since: this.#now() });
  }

  takeBack(key: string): void {
    const failures = this.#current(key);
    if (failures !== undefined) failures.count = Math.max(0, failures.count - 1);
  }

  #current(key: string): Failures | undefined {
    const failures = this.#known.get(key);
    if (failures === undefined || this.#now() - failures.since < this.#windowMs) return failures;
    this.#known.delete(key);
    return undefined;
  }
}
