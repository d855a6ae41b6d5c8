import { TidemarkError } from '../../contract/index.ts';
import type { Clock } from '../environment.ts';
import type { Life, Scheduler } from './scheduler.ts';

/** The clock of one machine. `skewMs` is how wrong its wall clock is. */
export class SimClock implements Clock {
  readonly #scheduler: Scheduler;
  readonly #life: Life;
  readonly #skewMs: () => number;

  constructor(scheduler: Scheduler, life: Life, skewMs: () => number = () => 0) {
    this.#scheduler = scheduler;
    this.#life = life;
    this.#skewMs = skewMs;
  }

  now(): number {
    return START_MS + this.#scheduler.nowMs + this.#skewMs();
  }

  monotonic(): number {
    return this.#scheduler.nowMs;
  }

  timer(ms: number, callback: () => void): () => void {
    return this.#scheduler.timer(this.#life, ms, callback);
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        cancel();
        reject(new TidemarkError('aborted'));
      };
      const cancel = this.timer(ms, () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      });
      if (signal?.aborted === true) abort();
      else signal?.addEventListener('abort', abort, { once: true });
    });
  }
}

const START_MS = Date.UTC(2026, 0, 5, 9);
