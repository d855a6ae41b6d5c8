/** One at a time, in order of asking. */
export class Mutex {
  #tail: Promise<void> = Promise.resolve();

  /** Runs `work` when all earlier ones are over; a failure of one does not stop the next. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#tail;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#tail = promise;
    await before;
    try {
      return await work();
    } finally {
      resolve();
    }
  }
}
