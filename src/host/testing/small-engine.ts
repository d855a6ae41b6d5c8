import { type EventName, type MethodName, TidemarkError } from '../../contract/index.ts';
import type { Engine } from '../../engine/index.ts';
import type { BuiltEngine } from '../engine-host.ts';

type Answer = (params: never) => Promise<unknown>;

/** An engine without any sync, for tests of what lies around it. */
export class SmallEngine implements Engine {
  starts = 0;
  stops = 0;
  readonly #answers: Partial<Record<MethodName, Answer>>;
  readonly #listeners = new Map<EventName, Set<(body: never) => void>>();

  constructor(answers: Partial<Record<MethodName, Answer>> = {}) {
    this.#answers = answers;
  }

  start(): Promise<void> {
    this.starts += 1;
    return Promise.resolve();
  }

  stop(): Promise<void> {
    this.stops += 1;
    return Promise.resolve();
  }

  call(method: MethodName, params: object): Promise<never> {
    const answer = this.#answers[method];
    if (answer === undefined) return Promise.reject(new TidemarkError('not_available_yet', { what: method }));
    return answer(params as never) as Promise<never>;
  }

  on(event: EventName, listener: (body: never) => void): () => void {
    const own = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, own);
    own.add(listener);
    return () => own.delete(listener);
  }

  listening(event: EventName): number {
    return this.#listeners.get(event)?.size ?? 0;
  }

  /** As a host takes it. */
  built(embeddedCloud: BuiltEngine['embeddedCloud'] = null): BuiltEngine {
    const quiet = (): void => undefined;
    return {
      engine: this,
      log: { debug: quiet, info: quiet, warn: quiet, error: quiet, close: () => Promise.resolve() },
      embeddedCloud,
      close: () => Promise.resolve(),
    };
  }
}
