import { minuteMs } from '../../base/index.ts';
import { rateLimited } from '../rate-limited.ts';

const WINDOW_MS = 15 * minuteMs;
const MAX_KNOWN = 10_000;

interface Failures {
  count: number;
  readonly since: number;
}

/**
 * Failed sign-ins of one e-mail, from wherever they come: many addresses guess no faster than one. Kept in memory, and
 * for the e-mails of no account as well, so that the answer tells nothing.
 */
export class Attempts {
  readonly #limit: number;
  readonly #now: () => number;
  readonly #known = new Map<string, Failures>();

  /** @param limit failures in 15 minutes */
  constructor(limit: number, now: () => number) {
    this.#limit = limit;
    this.#now = now;
  }

  /**
   * Counts as failed until `succeeded` is called: a password takes its time to check, and those that come meanwhile must
   * not all pass. Throws `rate_limited`.
   */
  begin(email: string): void {
    const failures = this.#current(email);
    if (failures !== undefined) {
      if (failures.count >= this.#limit) throw rateLimited(failures.since + WINDOW_MS - this.#now());
      failures.count += 1;
      return;
    }
    // The oldest goes first: whoever floods the table only frees the windows that end soonest.
    const [oldest] = this.#known.keys();
    if (this.#known.size >= MAX_KNOWN && oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(email, { count: 1, since: this.#now() });
  }

  /** Takes back what `begin` counted. */
  succeeded(email: string): void {
    const failures = this.#current(email);
    if (failures !== undefined) failures.count = Math.max(0, failures.count - 1);
  }

  #current(email: string): Failures | undefined {
    const failures = this.#known.get(email);
    if (failures === undefined || this.#now() - failures.since < WINDOW_MS) return failures;
    this.#known.delete(email);
    return undefined;
  }
}
