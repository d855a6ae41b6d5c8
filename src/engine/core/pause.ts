import { secondMs } from '../../base/index.ts';
import type { Clock } from '../environment.ts';
import type { StatusEvent } from '../status/index.ts';
import type { Store } from '../store/index.ts';

export interface PauseParts {
  readonly store: Pick<Store, 'pausedUntil' | 'transaction'>;
  readonly clock: Pick<Clock, 'now' | 'timer'>;
  readonly onStatus: (event: StatusEvent) => void;
  /** Its time came. */
  readonly onOver: () => void;
}

/** Steps of the wait for its end: the wall clock may jump, or the machine sleep. */
const STEP_MS = 30 * secondMs;

/** The pause that a person asked for: kept over restarts, ended when its time comes. */
export class Pause {
  readonly #parts: PauseParts;
  #cancel: (() => void) | undefined;

  constructor(parts: PauseParts) {
    this.#parts = parts;
  }

  /** That of an earlier run goes on, unless its time came meanwhile. */
  restore(): void {
    const { store, clock } = this.#parts;
    const until = store.pausedUntil();
    if (until === 'resumed') return;
    if (until !== null && until <= clock.now()) this.#note('resumed');
    else this.#arm(until);
  }

  /** @param until wall clock; null: until resumed */
  begin(until: number | null): void {
    this.#note(until);
    this.#arm(until);
  }

  end(): void {
    this.stop();
    this.#note('resumed');
    this.#parts.onStatus({ type: 'resumed' });
  }

  /** The process ends; the next one restores it. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #arm(until: number | null): void {
    const { clock, onStatus, onOver } = this.#parts;
    this.stop();
    onStatus({ type: 'paused', until });
    if (until === null) return;
    this.#cancel = clock.timer(Math.min(Math.max(0, until - clock.now()), STEP_MS), () => {
      if (clock.now() >= until) onOver();
      else this.#arm(until);
    });
  }

  #note(until: number | null | 'resumed'): void {
    this.#parts.store.transaction((write) => {
      write.setPausedUntil(until);
    });
  }
}
