import type { EngineApi, EventBody, EventName, MethodName, Params, ResultOf, Status } from '../../contract/index.ts';

type Answers = { readonly [M in MethodName]?: (params: Params<M>) => Promise<ResultOf<M>> };

const idle = { files: 0, totalFiles: 0, bytes: 0, totalBytes: 0, bytesPerSecond: 0 };

export const someStatus = (revision: number, more: Partial<Status> = {}): Status => ({
  revision,
  state: 'up_to_date',
  reason: null,
  account: null,
  folder: null,
  upload: idle,
  download: idle,
  uploadLimit: null,
  downloadLimit: null,
  etaMs: null,
  scanning: false,
  issues: 0,
  skipped: 0,
  waitingForRoom: null,
  conflicts: 0,
  questions: 0,
  items: 0,
  paused: false,
  offline: null,
  pausedUntil: null,
  lastSyncedAt: null,
  keptUntil: null,
  clockAheadMs: null,
  transfers: [],
  ...more,
});

/** An engine that answers what a test tells it to, and counts its listeners. */
export class FakeEngine implements EngineApi {
  readonly calls: { readonly method: string; readonly params: unknown }[] = [];
  readonly #answers: Answers;
  readonly #listeners = new Map<string, Set<(body: never) => void>>();

  constructor(answers: Answers = {}) {
    this.#answers = answers;
  }

  call(method: MethodName, params: unknown): Promise<never> {
    this.calls.push({ method, params });
    const answer = this.#answers[method] as ((params: unknown) => Promise<never>) | undefined;
    return answer === undefined ? Promise.reject(new TypeError(`the test has no answer for ${method}`)) : answer(params);
  }

  on<E extends EventName>(event: E, listener: (body: EventBody<E>) => void): () => void {
    const own = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, own);
    own.add(listener);
    return () => own.delete(listener);
  }

  emit<E extends EventName>(event: E, body: EventBody<E>): void {
    for (const listener of [...(this.#listeners.get(event) ?? [])]) listener(body as never);
  }

  listening(event: EventName): number {
    return this.#listeners.get(event)?.size ?? 0;
  }
}
