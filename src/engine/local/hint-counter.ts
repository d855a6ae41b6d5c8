/** More hints than this within a window, and some were surely lost: inotify drops silently, and Node does not tell. */
export const OVERFLOW_HINTS = 4096;
/** Long enough for chokidar, which takes about 25 hints a millisecond, to get through a queue that overflowed. */
export const WINDOW_MS = 1000;
export const CALM_MS = 100;
const CALM_HINTS = 50;

/** Counts hints; from the one that is too many until it is calm again, single hints mean nothing. */
export class HintCounter {
  readonly #onOverflow: (over: boolean) => void;
  #count = 0;
  #overflowing = false;
  #timer: NodeJS.Timeout | undefined;

  /** @param onOverflow called when a burst begins, and when it is over: a look before that would miss its end */
  constructor(onOverflow: (over: boolean) => void) {
    this.#onOverflow = onOverflow;
  }

  /** Counts one hint; true when it is part of a burst and not to be told. */
  isOverflowing(): boolean {
    this.#count += 1;
    this.#timer ??= setTimeout(() => this.#endWindow(), WINDOW_MS).unref();
    if (!this.#overflowing && this.#count > OVERFLOW_HINTS) {
      this.#overflowing = true;
      this.#waitForCalm();
      this.#onOverflow(false);
    }
    return this.#overflowing;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #endWindow(): void {
    this.#count = 0;
    this.#timer = undefined;
  }

  #waitForCalm(): void {
    clearTimeout(this.#timer);
    this.#count = 0;
    this.#timer = setTimeout(() => {
      if (this.#count > CALM_HINTS) return this.#waitForCalm();
      this.#endWindow();
      this.#overflowing = false;
      this.#onOverflow(true);
    }, CALM_MS).unref();
  }
}
