import { TidemarkError } from '../../contract/index.ts';
import { onAbort } from './abort.ts';
import type { OnBytes, UploadFile } from './api.ts';

/** Requests whose blocks nobody waits for any more are given up. */
export class Batch {
  readonly #controller = new AbortController();
  #live = 0;

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  join(task: BlockTask): void {
    task.batch = this;
    this.#live += 1;
  }

  leave(): void {
    this.#live -= 1;
    if (this.#live === 0) this.#controller.abort();
  }
}

/** Where a block's bytes can be read. */
export interface BlockSource {
  readonly task: FileTask;
  readonly offset: number;
  /** The block is the whole file. */
  readonly whole: boolean;
}

/** One block on its way, for every file that has it. */
export class BlockTask {
  readonly hash: string;
  readonly size: number;
  readonly sources = new Map<FileTask, BlockSource>();
  batch: Batch | undefined;

  constructor(hash: string, size: number) {
    this.hash = hash;
    this.size = size;
  }

  /** Any file to read it from; undefined when nobody wants the block any more. */
  source(): BlockSource | undefined {
    for (const source of this.sources.values()) return source;
    return undefined;
  }
}

/** One call of `send`: done when each of its blocks is with the cloud. */
export class FileTask {
  readonly file: UploadFile;
  /** Blocks still to come, with the bytes they stand for in this file. */
  readonly open = new Map<BlockTask, number>();
  readonly promise: Promise<void>;
  readonly #resolve: () => void;
  readonly #reject: (error: unknown) => void;
  readonly #onBytes: OnBytes | undefined;
  readonly #forget: () => void;

  constructor(
    file: UploadFile,
    onBytes: OnBytes | undefined,
    signal: AbortSignal | undefined,
    onAborted: (task: FileTask, error: TidemarkError) => void,
  ) {
    this.file = file;
    this.#onBytes = onBytes;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.promise = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#forget = onAbort(signal, () => {
      onAborted(this, new TidemarkError('aborted'));
    });
  }

  blockDone(block: BlockTask): void {
    const bytes = this.open.get(block);
    if (bytes === undefined) return;
    this.open.delete(block);
    this.#onBytes?.(bytes);
    if (this.open.size === 0) this.#finish(this.#resolve);
  }

  fail(error: unknown): void {
    this.#finish(() => {
      this.#reject(error);
    });
  }

  #finish(settle: () => void): void {
    this.#forget();
    settle();
  }
}
