import type { Disposer } from '../../base/index.ts';
import type { EventBody, EventName } from '../../contract/index.ts';
import type { Log } from '../environment.ts';

/** The engine's events. A listener that throws is logged and does not stop the others. */
export class Emitter {
  readonly #listeners = new Map<EventName, Set<(body: never) => void>>();
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  on<E extends EventName>(event: E, listener: (body: EventBody<E>) => void): Disposer {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  emit<E extends EventName>(event: E, body: EventBody<E>): void {
    for (const listener of this.#listeners.get(event) ?? []) {
      try {
        (listener as (body: EventBody<E>) => void)(body);
      } catch (error) {
        this.#log.error('a listener failed', { event, error: String(error) });
      }
    }
  }
}
