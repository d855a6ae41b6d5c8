interface Waiter {
  readonly asked: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Who waits for a round of work that began after they asked. Rounds are numbered by the requests they serve. */
export class Waiters {
  readonly #waiting: Waiter[] = [];

  /** Resolves or rejects with the first round that serves request number `asked`. */
  wait(asked: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ asked, resolve, reject });
    });
  }

  /** A round that serves all requests up to `asked` is over; with an error, it failed. */
  settle(asked: number, error?: unknown): void {
    for (let index = this.#waiting.length - 1; index >= 0; index -= 1) {
      const waiter = this.#waiting[index];
      if (waiter === undefined || waiter.asked > asked) continue;
      this.#waiting.splice(index, 1);
      if (error === undefined) waiter.resolve();
      else waiter.reject(error);
    }
  }
}
