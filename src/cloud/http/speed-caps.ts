import { setTimeout as sleep } from 'node:timers/promises';
import { KiB, secondMs } from '../../base/index.ts';

/** Which way the content goes, seen from the device. */
export type Way = 'up' | 'down';

/** So often at least something is sent, so that nobody takes a capped line for a dead one. */
const SLICES_A_SECOND = 8;
const LEAST_SLICE_BYTES = 4 * KiB;
/** What nobody used for a second is saved up, and no more. */
const SAVED_MS = secondMs;
/** A line that was waited for counts as busy for so long: between two pieces nobody waits. */
const BUSY_MS = 2 * secondMs;
const MANY = 10_000;

/**
 * Bytes a second of an account, over all its requests: each piece books its time on the line and waits for it. Whoever is
 * capped gets slow answers, and never a refusal.
 */
export class SpeedCaps {
  /** When the line of an account is free again, and until when it counts as busy, by account and way; monotonic ms. */
  readonly #lines = new Map<string, { freeAt: number; busyUntil: number }>();
  readonly #now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** The same bytes, not faster than the cap; as they are without one. */
  limit(accountNo: number, way: Way, bytesPerSecond: number | null, pieces: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
    return bytesPerSecond === null ? pieces : this.#slowed(lineOf(accountNo, way), bytesPerSecond, pieces);
  }

  /** Something had to wait for the line of the account a moment ago: its devices use all that the cap allows. */
  isBusy(accountNo: number, way: Way): boolean {
    return (this.#lines.get(lineOf(accountNo, way))?.busyUntil ?? Number.NEGATIVE_INFINITY) > this.#now();
  }

  async *#slowed(line: string, bytesPerSecond: number, pieces: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
    const slice = Math.max(LEAST_SLICE_BYTES, Math.floor(bytesPerSecond / SLICES_A_SECOND));
    for await (const piece of pieces) {
      for (let start = 0; start < piece.length; start += slice) {
        const part = piece.subarray(start, start + slice);
        await this.#pass(line, (part.length * secondMs) / bytesPerSecond);
        yield part;
      }
    }
  }

  async #pass(name: string, takesMs: number): Promise<void> {
    const now = this.#now();
    const line = this.#lines.get(name) ?? { freeAt: Number.NEGATIVE_INFINITY, busyUntil: Number.NEGATIVE_INFINITY };
    this.#lines.set(name, line);
    if (this.#lines.size > MANY) this.#forgetIdle(now);
    line.freeAt = Math.max(now - SAVED_MS, line.freeAt) + takesMs;
    if (line.freeAt <= now) return;
    line.busyUntil = line.freeAt + BUSY_MS;
    await sleep(line.freeAt - now);
  }

  #forgetIdle(now: number): void {
    for (const [name, { busyUntil, freeAt }] of this.#lines) if (Math.max(busyUntil, freeAt + SAVED_MS) < now) this.#lines.delete(name);
  }
}

const lineOf = (accountNo: number, way: Way): string => `${way} ${accountNo}`;
