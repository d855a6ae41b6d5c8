import { secondMs } from '../../base/index.ts';
import type { SyncReport } from '../../contract/index.ts';
import { isSameReport } from './report.ts';
import type { Timers } from './timers.ts';

/** How soon the other devices learn how far this one is. */
const TELL_MS = 5 * secondMs;

/** Tells the other devices how far this one is, with the waits for changes that there are anyway. */
export class Telling {
  readonly #report: () => SyncReport | undefined;
  readonly #timers: Timers;
  /** What the last wait told. */
  #told: SyncReport | undefined;
  #soon = false;
  #cut: () => void = () => undefined;

  constructor(report: () => SyncReport | undefined, timers: Timers) {
    this.#report = report;
    this.#timers = timers;
  }

  /** What is told now; the same as before while nothing is known. */
  now(): SyncReport | undefined {
    this.#told = this.#report() ?? this.#told;
    return this.#told;
  }

  /** @param cut ends the wait that begins */
  waits(cut: () => void): void {
    this.#cut = cut;
  }

  /**
   * The others learn of it with the next wait for changes; where that would be long, the present one ends after a while.
   * At rest nothing changes, so nothing is asked.
   */
  changed(): void {
    if (this.#soon || this.#isTold) return;
    this.#soon = true;
    this.#timers.after(TELL_MS, () => {
      this.#soon = false;
      if (!this.#isTold) this.#cut();
    });
  }

  get #isTold(): boolean {
    const now = this.#report();
    return now === undefined || isSameReport(now, this.#told);
  }
}
