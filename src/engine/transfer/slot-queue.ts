import { TidemarkError } from '../../contract/index.ts';
import { onAbort } from './abort.ts';
import { RankedQueue } from './ranked-queue.ts';

interface Waiter {
  readonly grant: () => void;
}

/** Places that are handed out by rank, and then in the order they were asked for; their number may change at any time. */
export class SlotQueue {
  #limit = 1;
  #taken = 0;
  readonly #waiting = new RankedQueue<Waiter>();

  /** Sets how many places there are (whole part, at least one). Those in use above it are not taken away. */
  open(limit: number): void {
    this.#limit = Math.max(1, Math.floor(limit));
    this.#grant();
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** Resolves with the function that gives the place back. Throws `aborted`. */
  take(signal?: AbortSignal, rank = 0): Promise<() => void> {
    if (signal?.aborted === true) return Promise.reject(new TidemarkError('aborted'));
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        grant: () => {
          forget();
          resolve(this.#releaser());
        },
      };
      const forget = onAbort(signal, () => {
        this.#waiting.delete(waiter);
        reject(new TidemarkError('aborted'));
      });
      this.#waiting.add(waiter, rank);
      this.#grant();
    });
  }

  #releaser(): () => void {
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#taken -= 1;
      this.#grant();
    };
  }

  #grant(): void {
    while (this.#taken < this.#limit) {
      const waiter = this.#waiting.take();
      if (waiter === undefined) return;
      this.#taken += 1;
      waiter.grant();
    }
  }
}
