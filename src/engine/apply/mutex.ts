/** One at a time, in order of asking. */
export class Mutex {
  #tail: Promise<void> = Promise.resolve();
  #asked = 0;

  /** Somebody has it, or waits for it. */
  get taken(): boolean {
    return this.#asked > 0;
  }

  /** Runs `work` when all earlier ones are over; a failure of one does not stop the next. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#tail;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#tail = promise;
    this.#asked += 1;
    await before;
    try {
      return await work();
    } finally {
      this.#asked -= 1;
      resolve();
    }
  }
}
