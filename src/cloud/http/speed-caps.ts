import { setTimeout as sleep } from 'node:timers/promises';
import { KiB, secondMs } from '../../base/index.ts';

/** Which way the content goes, seen from the device. */
export type Way = 'up' | 'down';

/** So often at least something is sent, so that nobody takes a capped line for a dead one. */
const SLICES_A_SECOND = 8;
const LEAST_SLICE_BYTES = 4 * KiB;
/** What nobody used for a second is saved up, and no more. */
const SAVED_MS = secondMs;
const MANY = 10_000;

/**
 * Bytes a second of an account, over all its requests: each piece books its time on the line and waits for it. Whoever is
 * capped gets slow answers, and never a refusal.
 */
export class SpeedCaps {
  /** When the line of an account is free again, by account and way; monotonic ms. */
  readonly #freeAt = new Map<string, number>();
  readonly #now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** The same bytes, not faster than the cap; as they are without one. */
  limit(accountNo: number, way: Way, bytesPerSecond: number | null, pieces: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
    return bytesPerSecond === null ? pieces : this.#slowed(`${way} ${accountNo}`, bytesPerSecond, pieces);
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

  async #pass(line: string, takesMs: number): Promise<void> {
    const now = this.#now();
    const freeAt = Math.max(now - SAVED_MS, this.#freeAt.get(line) ?? Number.NEGATIVE_INFINITY) + takesMs;
    this.#freeAt.set(line, freeAt);
    if (this.#freeAt.size > MANY) this.#forgetIdle(now);
    if (freeAt > now) await sleep(freeAt - now);
  }

  #forgetIdle(now: number): void {
    for (const [line, freeAt] of this.#freeAt) if (freeAt < now - SAVED_MS) this.#freeAt.delete(line);
  }
}
