import { Worker } from 'node:worker_threads';
import { TidemarkError } from '../../../contract/index.ts';
import { onAbort } from '../../abort.ts';
import { DiskFault } from '../../environment.ts';
import { fromFaultData } from './fault-data.ts';
import type { JobKind, Jobs, Request, Response } from './protocol.ts';

// Under Node's type stripping and in tests the source runs itself; compiled, the file beside it has the other ending.
const entry = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

interface Waiting {
  readonly path: string;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

interface Thread {
  readonly worker: Worker;
  readonly waiting: Map<number, Waiting>;
  /** Ends it when it has had nothing to do for a while. */
  idle: NodeJS.Timeout | undefined;
}

/** A few threads for work on the disk, started when needed and ended when idle for a while; they keep no process alive that has nothing to wait for. */
export class WorkerPool {
  readonly #size: number;
  readonly #idleMs: number;
  readonly #threads: Thread[] = [];
  #nextId = 1;
  #closed = false;

  /** @param idleMs how long a thread without work is kept: it holds tens of MB, and takes about 50 ms to start */
  constructor(size: number, idleMs: number) {
    this.#size = size;
    this.#idleMs = idleMs;
  }

  /** `path` names the job in a fault when the thread itself dies. Rejects with DiskFault, or TidemarkError `aborted`. */
  run<K extends JobKind>(
    kind: K,
    ask: Jobs[K]['ask'],
    path: string,
    options: { readonly transfer?: readonly ArrayBuffer[]; readonly signal?: AbortSignal | undefined } = {},
  ): Promise<Jobs[K]['answer']> {
    const { signal } = options;
    if (this.#closed) return Promise.reject(new DiskFault('failed', path, { cause: new Error('the disk is closed') }));
    if (signal?.aborted === true) return Promise.reject(new TidemarkError('aborted'));
    const thread = this.#pick();
    const id = this.#nextId++;
    const abort = (): void => thread.worker.postMessage({ id, kind: 'abort' } satisfies Request);
    const answer = new Promise<unknown>((resolve, reject) => {
      thread.waiting.set(id, { path, resolve, reject });
      clearTimeout(thread.idle);
      thread.worker.ref();
      thread.worker.postMessage({ id, kind, ask }, options.transfer);
    });
    const forget = onAbort(signal, abort);
    return answer.finally(forget) as Promise<Jobs[K]['answer']>;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#threads].map((thread) => this.#end(thread)));
  }

  /** The least busy thread; a new one while all are busy and there is room. */
  #pick(): Thread {
    const least = this.#threads.reduce<Thread | undefined>(
      (a, b) => (a === undefined || b.waiting.size < a.waiting.size ? b : a),
      undefined,
    );
    if (least !== undefined && (least.waiting.size === 0 || this.#threads.length >= this.#size)) return least;
    const thread: Thread = {
      worker: new Worker(entry, { name: 'disk', resourceLimits: { maxYoungGenerationSizeMb: 8 } }),
      waiting: new Map(),
      idle: undefined,
    };
    thread.worker.unref();
    thread.worker.on('message', (response: Response) => this.#settle(thread, response));
    thread.worker.on('error', (error) => this.#lose(thread, error));
    thread.worker.on('exit', () => this.#lose(thread, new Error('the disk thread ended')));
    this.#threads.push(thread);
    return thread;
  }

  #settle(thread: Thread, response: Response): void {
    const waiting = thread.waiting.get(response.id);
    thread.waiting.delete(response.id);
    if (thread.waiting.size === 0) {
      thread.worker.unref();
      thread.idle = setTimeout(() => void this.#end(thread), this.#idleMs).unref();
    }
    if (waiting === undefined) return;
    if ('fault' in response) waiting.reject(fromFaultData(response.fault));
    else if ('aborted' in response) waiting.reject(new TidemarkError('aborted'));
    else waiting.resolve(response.answer);
  }

  async #end(thread: Thread): Promise<void> {
    this.#forget(thread);
    await thread.worker.terminate();
  }

  #forget(thread: Thread): void {
    clearTimeout(thread.idle);
    const index = this.#threads.indexOf(thread);
    if (index >= 0) this.#threads.splice(index, 1);
  }

  /** Its jobs fail, and the next one starts another thread. */
  #lose(thread: Thread, cause: unknown): void {
    this.#forget(thread);
    for (const waiting of thread.waiting.values()) waiting.reject(new DiskFault('failed', waiting.path, { cause }));
    thread.waiting.clear();
  }
}
