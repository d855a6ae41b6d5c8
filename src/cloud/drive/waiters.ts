import type { EndedBy } from '../catalogue.ts';

/** Why a wait ended. */
export type Wake = 'changed' | 'timeout' | 'closing' | EndedBy;

interface Waiter {
  readonly accountNo: number;
  readonly deviceNo: number;
  readonly wake: (why: Wake) => void;
}

/** Long-polls in this process. Their answers are hints, so nothing is lost when another process makes the change. */
export class Waiters {
  readonly #waiting = new Set<Waiter>();
  #closing = false;

  /** Resolves with the first reason; 'timeout' also when the caller goes away. */
  wait(accountNo: number, deviceNo: number, timeoutMs: number, signal: AbortSignal): Promise<Wake> {
    if (this.#closing) return Promise.resolve('closing');
    if (signal.aborted) return Promise.resolve('timeout');
    return new Promise((resolve) => {
      const end = (why: Wake): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', gone);
        this.#waiting.delete(waiter);
        resolve(why);
      };
      const gone = (): void => end('timeout');
      const timer = setTimeout(gone, timeoutMs);
      const waiter: Waiter = { accountNo, deviceNo, wake: end };
      signal.addEventListener('abort', gone, { once: true });
      this.#waiting.add(waiter);
    });
  }

  changed(accountNo: number): void {
    for (const waiter of [...this.#waiting]) if (waiter.accountNo === accountNo) waiter.wake('changed');
  }

  /** Somebody else wrote into the data, of whatever account. */
  changedElsewhere(): void {
    for (const waiter of [...this.#waiting]) waiter.wake('changed');
  }

  deviceEnded(deviceNo: number, by: EndedBy): void {
    for (const waiter of [...this.#waiting]) if (waiter.deviceNo === deviceNo) waiter.wake(by);
  }

  close(): void {
    this.#closing = true;
    for (const waiter of [...this.#waiting]) waiter.wake('closing');
  }
}
