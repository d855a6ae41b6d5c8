import { TidemarkError } from '../../contract/index.ts';
import { onAbort } from './abort.ts';

interface Waiter {
  readonly grant: () => void;
}

/** Places that are handed out in the order they were asked for; their number may change at any time. */
export class SlotQueue {
  #limit = 1;
  #taken = 0;
  readonly #waiting = new Set<Waiter>();

  /** Sets how many places there are (whole part, at least one). Those in use above it are not taken away. */
  open(limit: number): void {
    this.#limit = Math.max(1, Math.floor(limit));
    this.#grant();
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** Resolves with the function that gives the place back. Throws `aborted`. */
  take(signal?: AbortSignal): Promise<() => void> {
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
      this.#waiting.add(waiter);
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
    for (const waiter of this.#waiting) {
      if (this.#taken >= this.#limit) return;
      this.#waiting.delete(waiter);
      this.#taken += 1;
      waiter.grant();
    }
  }
}
