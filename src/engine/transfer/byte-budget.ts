import { TidemarkError } from '../../contract/index.ts';
import { onAbort } from './abort.ts';

interface Waiter {
  readonly bytes: number;
  readonly grant: () => void;
}

/** Bounds the bytes held in memory. First come, first served, so that a large wish is not passed over for ever. */
export class ByteBudget {
  readonly #totalBytes: number;
  #heldBytes = 0;
  readonly #waiting = new Set<Waiter>();

  constructor(totalBytes: number) {
    this.#totalBytes = totalBytes;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Waits for room; a wish above the whole budget is granted when nothing else is held. Throws `aborted`. */
  take(bytes: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.reject(new TidemarkError('aborted'));
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        bytes,
        grant: () => {
          forget();
          resolve();
        },
      };
      const forget = onAbort(signal, () => {
        this.#waiting.delete(waiter);
        reject(new TidemarkError('aborted'));
        this.#grant();
      });
      this.#waiting.add(waiter);
      this.#grant();
    });
  }

  give(bytes: number): void {
    this.#heldBytes -= bytes;
    this.#grant();
  }

  #grant(): void {
    for (const waiter of this.#waiting) {
      if (this.#heldBytes > 0 && this.#heldBytes + waiter.bytes > this.#totalBytes) return;
      this.#waiting.delete(waiter);
      this.#heldBytes += waiter.bytes;
      waiter.grant();
    }
  }
}
