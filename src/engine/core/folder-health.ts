import type { ErrorData } from '../../contract/index.ts';

/** Why the synced folder as a whole cannot be synced, as the last look at it found. */
export class FolderHealth {
  readonly #onChange: (error: ErrorData | null) => void;
  #error: ErrorData | null = null;
  #news = 0;

  constructor(onChange: (error: ErrorData | null) => void) {
    this.#onChange = onChange;
  }

  get error(): ErrorData | null {
    return this.#error;
  }

  /** How often it was looked into. */
  get news(): number {
    return this.#news;
  }

  found(error: ErrorData | null): void {
    this.#news += 1;
    if (error?.code === this.#error?.code) return;
    this.#error = error;
    this.#onChange(error);
  }
}
