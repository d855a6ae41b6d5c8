import { TidemarkError } from '../../contract/index.ts';
import { minuteMs } from '../../base/index.ts';

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

  /** Throws `rate_limited`. */
  check(email: string): void {
    const failures = this.#current(email);
    if (failures === undefined || failures.count < this.#limit) return;
    throw new TidemarkError('rate_limited', { retryAfterMs: failures.since + WINDOW_MS - this.#now() });
  }

  failed(email: string): void {
    const failures = this.#current(email);
    if (failures !== undefined) {
      failures.count += 1;
      return;
    }
    // The oldest goes first: whoever floods the table only frees the windows that end soonest.
    const [oldest] = this.#known.keys();
    if (this.#known.size >= MAX_KNOWN && oldest !== undefined) this.#known.delete(oldest);
    this.#known.set(email, { count: 1, since: this.#now() });
  }

  #current(email: string): Failures | undefined {
    const failures = this.#known.get(email);
    if (failures === undefined || this.#now() - failures.since < WINDOW_MS) return failures;
    this.#known.delete(email);
    return undefined;
  }
}
