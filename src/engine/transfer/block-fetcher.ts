import { TidemarkError } from '../../contract/index.ts';
import type { DriveApi } from '../remote/api.ts';
import { onAbort, throwIfAborted } from './abort.ts';
import { mayBeOneBlock } from './block-hash.ts';
import { ByteBudget } from './byte-budget.ts';
import { MAX_PACK_BLOCKS, MEMORY_BYTES } from './limits.ts';
import { PackQueue } from './pack-queue.ts';
import type { Send, Throttle } from './throttle.ts';

/** A verified block in memory, counted against the budget until it is given back. */
export interface BlockLease {
  readonly bytes: Uint8Array;
  release(): void;
}

interface Waiter {
  readonly resolve: (lease: BlockLease) => void;
  readonly reject: (error: unknown) => void;
}

class FetchTask {
  readonly hash: string;
  readonly size: number;
  readonly waiters = new Set<Waiter>();
  bytes: Uint8Array | undefined;
  /** Leases that were handed out and not given back. */
  leases = 0;
  /** Its size is counted against the budget. */
  counted = false;
  /** The request that fetches it; told when nobody waits any more. */
  request: PackRequest | undefined;

  constructor(hash: string, size: number) {
    this.hash = hash;
    this.size = size;
  }
}

class PackRequest {
  readonly controller = new AbortController();
  live: number;
  constructor(live: number) {
    this.live = live;
  }
  leave(): void {
    this.live -= 1;
    if (this.live === 0) this.controller.abort();
  }
}

export interface BlockFetcherParts {
  readonly drive: Pick<DriveApi, 'fetch'>;
  readonly throttle: Throttle;
}

/** Blocks from the cloud, many a request; equal ones asked for together are fetched once. */
export class BlockFetcher {
  readonly #parts: BlockFetcherParts;
  readonly #memory = new ByteBudget(MEMORY_BYTES);
  readonly #tasks = new Map<string, FetchTask>();
  readonly #queue = new PackQueue<FetchTask>();
  #fetcherWaits = false;
  #scheduled = false;

  constructor(parts: BlockFetcherParts) {
    this.#parts = parts;
  }

  /** Bytes now counted against the budget. */
  get heldBytes(): number {
    return this.#memory.heldBytes;
  }

  /** The block's bytes, hash and length verified. The highest rank goes first. Throws TidemarkError: content_corrupt, blocks_missing, aborted, network. */
  get(hash: string, size: number, kind: 'small' | 'large', signal?: AbortSignal, rank = 0): Promise<BlockLease> {
    return new Promise((resolve, reject) => {
      throwIfAborted(signal);
      const known = this.#tasks.get(hash);
      const task = known ?? new FetchTask(hash, size);
      if (task.size !== size) throw new TidemarkError('content_corrupt', { hash });
      if (task.bytes !== undefined) {
        resolve(this.#lease(task, task.bytes));
        return;
      }
      const settled = (): void => {
        forget();
        task.waiters.delete(waiter);
      };
      const waiter: Waiter = {
        resolve: (lease) => {
          settled();
          resolve(lease);
        },
        reject: (error) => {
          settled();
          reject(error instanceof Error ? error : new Error(String(error)));
        },
      };
      task.waiters.add(waiter);
      const forget = onAbort(signal, () => {
        waiter.reject(new TidemarkError('aborted'));
        if (task.waiters.size === 0) this.#drop(task);
      });
      if (known === undefined) this.#tasks.set(hash, task);
      if (task.request === undefined) this.#queue.add(task, kind, rank);
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#startFetcher();
    });
  }

  #startFetcher(): void {
    if (this.#fetcherWaits || this.#queue.size === 0) return;
    this.#fetcherWaits = true;
    const { throttle } = this.#parts;
    void throttle.run('down', async (send) => {
      this.#fetcherWaits = false;
      const tasks = this.#queue.take(throttle.packBytes('down'), MAX_PACK_BLOCKS);
      this.#startFetcher();
      if (tasks.length > 0) await this.#fetchPack(tasks, send);
    });
  }

  async #fetchPack(tasks: readonly FetchTask[], send: Send): Promise<void> {
    const request = new PackRequest(tasks.length);
    for (const task of tasks) task.request = request;
    // Taken in queue order, so the blocks a file needs first never wait for those it needs later.
    const bytes = tasks.reduce((sum, task) => sum + task.size, 0);
    try {
      await this.#memory.take(bytes, request.controller.signal);
    } catch {
      return; // nobody waits for any of them
    }
    for (const task of tasks) task.counted = true;
    await this.#fetchAll(tasks, send, request.controller.signal);
    for (const task of tasks) this.#giveBack(task);
  }

  /** Asks until every task is answered: the cloud may answer a prefix only. */
  async #fetchAll(tasks: readonly FetchTask[], send: Send, signal: AbortSignal): Promise<void> {
    let open = tasks;
    for (;;) {
      open = open.filter((task) => task.waiters.size > 0);
      const [first] = open;
      if (first === undefined || signal.aborted) return;
      const asked = open;
      try {
        const bytes = asked.reduce((sum, task) => sum + task.size, 0);
        const hashes = asked.map((task) => task.hash);
        const blocks = await send(bytes, () => this.#parts.drive.fetch(hashes, signal));
        if (blocks.length === 0) throw new TidemarkError('cloud_answer_invalid', { field: 'frames' });
        blocks.forEach((block, index) => {
          const task = asked[index];
          if (task !== undefined) this.#deliver(task, block.bytes);
        });
        open = asked.slice(blocks.length);
      } catch (error) {
        if (error instanceof TidemarkError && error.code === 'blocks_missing') {
          this.#fail(first, error);
          open = asked.slice(1);
        } else if (asked.length > 1 && mayBeOneBlock(error)) {
          const middle = Math.ceil(asked.length / 2);
          await this.#fetchAll(asked.slice(0, middle), send, signal);
          open = asked.slice(middle);
        } else {
          for (const task of asked) this.#fail(task, error);
          return;
        }
      }
    }
  }

  #deliver(task: FetchTask, bytes: Uint8Array): void {
    if (bytes.byteLength !== task.size) {
      this.#fail(task, new TidemarkError('content_corrupt', { hash: task.hash }));
      return;
    }
    task.bytes = bytes;
    const waiters = [...task.waiters];
    const leases = waiters.map(() => this.#lease(task, bytes));
    waiters.forEach((waiter, index) => {
      const lease = leases[index];
      if (lease !== undefined) waiter.resolve(lease);
    });
    if (waiters.length === 0) this.#forget(task);
  }

  #lease(task: FetchTask, bytes: Uint8Array): BlockLease {
    task.leases += 1;
    let held = true;
    return {
      bytes,
      release: () => {
        if (!held) return;
        held = false;
        task.leases -= 1;
        if (task.leases > 0) return;
        this.#forget(task);
        this.#giveBack(task);
      },
    };
  }

  /** Once, when neither a request nor a lease needs the room any more. */
  #giveBack(task: FetchTask): void {
    if (!task.counted || task.leases > 0) return;
    task.counted = false;
    this.#memory.give(task.size);
  }

  #fail(task: FetchTask, error: unknown): void {
    this.#forget(task);
    for (const waiter of [...task.waiters]) waiter.reject(error);
  }

  #drop(task: FetchTask): void {
    this.#queue.delete(task);
    this.#forget(task);
    task.request?.leave();
  }

  #forget(task: FetchTask): void {
    if (this.#tasks.get(task.hash) === task) this.#tasks.delete(task.hash);
  }
}
