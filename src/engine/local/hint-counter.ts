/** Hints within a beat from which on some were surely lost: inotify drops silently, and Node does not tell. */
export const OVERFLOW_HINTS = 4096;
export const BEAT_MS = 100;

/** Counts hints in beats; from the one that is too many until the beats are calm again, single hints mean nothing. */
export class HintCounter {
  readonly #onOverflow: () => void;
  #count = 0;
  #overflowing = false;
  #timer: NodeJS.Timeout | undefined;

  /** @param onOverflow called once when the burst is over: a look before that would miss its end */
  constructor(onOverflow: () => void) {
    this.#onOverflow = onOverflow;
  }

  /** Counts one hint; true when it is part of a burst and not to be told. */
  isOverflowing(): boolean {
    this.#count += 1;
    this.#timer ??= setTimeout(() => this.#beat(), BEAT_MS).unref();
    this.#overflowing ||= this.#count > OVERFLOW_HINTS;
    return this.#overflowing;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #beat(): void {
    const calm = this.#count <= OVERFLOW_HINTS;
    this.#count = 0;
    this.#timer = undefined;
    if (!this.#overflowing) return;
    if (!calm) {
      this.#timer = setTimeout(() => this.#beat(), BEAT_MS).unref();
      return;
    }
    this.#overflowing = false;
    this.#onOverflow();
  }
}
