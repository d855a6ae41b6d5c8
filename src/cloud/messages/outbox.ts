import { setTimeout as sleep } from 'node:timers/promises';
import { secondMs } from '../../base/index.ts';
import type { CloudLog } from '../options.ts';
import type { Carrier, Message } from './messenger.ts';

/** Pauses after a failure; a code that comes later than that is over soon, and the person has asked for another one. */
const PAUSES_MS = [2 * secondMs, 10 * secondMs, 60 * secondMs];
const MAX_WAITING = 1000;

/**
 * Sends messages in the background: how long that takes, or whether it works, says nothing to whoever asked for one. What
 * cannot be delivered is logged, without its text.
 */
export class Outbox {
  readonly #carrier: Carrier;
  readonly #log: CloudLog;
  readonly #closing = new AbortController();
  readonly #underWay = new Set<Promise<void>>();

  constructor(carrier: Carrier, log: CloudLog) {
    this.#carrier = carrier;
    this.#log = log;
  }

  send(message: Message): void {
    if (this.#underWay.size >= MAX_WAITING) return this.#log('warn', 'too many messages wait; one was dropped');
    const delivery = this.#deliver(message).finally(() => {
      this.#underWay.delete(delivery);
    });
    this.#underWay.add(delivery);
  }

  /** Tries once, and answers whether it was taken; for what is worth sending again much later. */
  async deliver(message: Message): Promise<boolean> {
    const delivery = this.#try(message, false);
    const settled = delivery.then(() => undefined);
    this.#underWay.add(settled);
    return delivery.finally(() => this.#underWay.delete(settled));
  }

  async #deliver(message: Message): Promise<void> {
    for (const pauseMs of [...PAUSES_MS, null]) {
      if (await this.#try(message, pauseMs !== null)) return;
      if (pauseMs === null || this.#closing.signal.aborted) return;
      await sleep(pauseMs, undefined, { signal: this.#closing.signal }).catch(() => undefined);
    }
  }

  async #try(message: Message, again: boolean): Promise<boolean> {
    try {
      await this.#carrier.deliver(message);
      return true;
    } catch (error) {
      // The words of a mail server name the address, and its settings hold a password.
      const { code = 'unknown', responseCode } = error as { readonly code?: string; readonly responseCode?: number };
      this.#log('warn', 'a message could not be delivered', { code, ...(responseCode === undefined ? {} : { responseCode }), again });
      return false;
    }
  }

  /** Lets what is under way come to its end, and tries nothing again. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.#underWay);
    await this.#carrier.close();
  }
}
