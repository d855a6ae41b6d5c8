import { MiB, secondMs } from '../../base/index.ts';
import { type Quota, TidemarkError } from '../../contract/index.ts';
import type { Clock } from '../environment.ts';

/** A file of this size is worth a question before the first byte of it is sent. */
const LARGE_BYTES = 16 * MiB;
/** What the cloud said counts for so long: all that is tried again at once asks once. */
const FRESH_MS = 20 * secondMs;

export interface RoomParts {
  readonly clock: Clock;
  readonly quota: () => Promise<Quota>;
  /** There is so much room now, and something waited for some. */
  readonly onRoom: (freeBytes: number) => void;
}

interface Known {
  /** Less what was let through since. */
  freeBytes: number;
  readonly atMs: number;
}

/**
 * The room in the cloud, as far as this device has to know. Until something did not fit nobody asks for it; from then on
 * nothing is sent that would be refused, and whatever changes in the cloud is a reason to ask again: the room may be there.
 */
export class Room {
  readonly #parts: RoomParts;
  #lacking = false;
  #known: Known | null = null;
  #asking: Promise<Known> | undefined;

  constructor(parts: RoomParts) {
    this.#parts = parts;
  }

  /** Something did not fit. */
  refused(): void {
    this.#lacking = true;
    this.#known = null;
  }

  /** Nothing waits for room any more. */
  enough(): void {
    this.#lacking = false;
  }

  /** What is known may be over: the next who asks gets an answer of the cloud's. */
  forget(): void {
    this.#known = null;
  }

  /** Lets so much be sent; undefined at once where there is nothing to ask. Rejects with `quota_exceeded` when it would not fit. */
  admit(sizeBytes: number): Promise<void> | undefined {
    if (sizeBytes === 0 || (!this.#lacking && sizeBytes < LARGE_BYTES)) return undefined;
    return this.#admit(sizeBytes);
  }

  async #admit(sizeBytes: number): Promise<void> {
    const known = await this.#ask();
    const neededBytes = sizeBytes - known.freeBytes;
    if (neededBytes > 0) throw new TidemarkError('quota_exceeded', { neededBytes });
    known.freeBytes -= sizeBytes;
  }

  /** Something happened in the cloud. Never throws. */
  async changed(): Promise<void> {
    if (!this.#lacking) return;
    this.#known = null;
    try {
      const { freeBytes } = await this.#ask();
      this.#parts.onRoom(freeBytes);
    } catch {
      // Whoever is tried next asks again.
    }
  }

  /** One question for all who want to know. */
  #ask(): Promise<Known> {
    const { clock, quota } = this.#parts;
    if (this.#known !== null && clock.monotonic() - this.#known.atMs < FRESH_MS) return Promise.resolve(this.#known);
    this.#asking ??= quota()
      .then(({ totalBytes, usedBytes }) => (this.#known = { freeBytes: totalBytes - usedBytes, atMs: clock.monotonic() }))
      .finally(() => {
        this.#asking = undefined;
      });
    return this.#asking;
  }
}
