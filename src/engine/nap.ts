import type { Clock } from './environment.ts';
import { onAbort } from './abort.ts';

/** A pause before the next try that can be cut short. One sleeper at a time. */
export class Nap {
  #wake: (() => void) | undefined;

  /** Resolves after `ms`, when woken, or when the signal fires; never rejects. */
  async sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    const end = (): void => {
      over.abort();
    };
    const forget = onAbort(signal, end);
    this.#wake = end;
    try {
      await clock.sleep(ms, over.signal);
    } catch {
      // Woken, or everything ends.
    } finally {
      this.#wake = undefined;
      forget();
    }
  }

  /** Does nothing when nobody sleeps. */
  wake(): void {
    this.#wake?.();
  }
}
