import { MAX_HASHES } from '../../contract/index.ts';
import { type Disk, DiskFault } from '../environment.ts';
import type { BlockData, DriveApi } from '../remote/api.ts';
import { throwIfAborted } from './abort.ts';
import type { OnBytes, UploadFile, Uploader } from './api.ts';
import { blockHash, mayBeOneBlock } from './block-hash.ts';
import { ByteBudget } from './byte-budget.ts';
import { MAX_PACK_BLOCKS, MEMORY_BYTES } from './limits.ts';
import { PackQueue } from './pack-queue.ts';
import type { Send, Throttle } from './throttle.ts';
import { Batch, type BlockSource, BlockTask, FileTask } from './upload-tasks.ts';

export interface UploaderParts {
  readonly drive: Pick<DriveApi, 'missing' | 'store'>;
  readonly disk: Pick<Disk, 'read' | 'readMany'>;
  readonly throttle: Throttle;
}

/** Questions for missing blocks under way at a time. */
const QUESTIONS = 2;

/** Progress counts every block that the cloud is known to hold, sent now or there before. */
export const createUploader = (parts: UploaderParts): Uploader => new BatchingUploader(parts);

/**
 * Blocks go through two queues: to be asked for, then to be sent. While a request is under way the next one gathers
 * what comes in; an idle uploader starts with the next microtask.
 */
class BatchingUploader implements Uploader {
  readonly #parts: UploaderParts;
  readonly #memory = new ByteBudget(MEMORY_BYTES);
  /** Blocks under way by hash: equal blocks of several files are sent once. */
  readonly #tasks = new Map<string, BlockTask>();
  readonly #toAsk = new Set<BlockTask>();
  readonly #toSend = new PackQueue<BlockTask>();
  #asking = 0;
  #senderWaits = false;
  #scheduled = false;

  constructor(parts: UploaderParts) {
    this.#parts = parts;
  }

  async send(file: UploadFile, onBytes?: OnBytes, signal?: AbortSignal): Promise<void> {
    throwIfAborted(signal);
    if (file.content.blocks.length === 0) return;
    const task = new FileTask(file, onBytes, signal, (aborted, error) => {
      this.#fail(aborted, error);
    });
    const whole = file.content.blocks.length === 1;
    let offset = 0;
    for (const { hash, size } of file.content.blocks) {
      const block = this.#block(hash, size);
      task.open.set(block, (task.open.get(block) ?? 0) + size);
      if (!block.sources.has(task)) block.sources.set(task, { task, offset, whole });
      offset += size;
    }
    this.#schedule();
    return task.promise;
  }

  #block(hash: string, size: number): BlockTask {
    const known = this.#tasks.get(hash);
    if (known !== undefined) return known;
    const block = new BlockTask(hash, size);
    this.#tasks.set(hash, block);
    this.#toAsk.add(block);
    return block;
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#ask();
    });
  }

  #ask(): void {
    while (this.#toAsk.size > 0 && this.#asking < QUESTIONS) {
      const batch = new Batch();
      const blocks: BlockTask[] = [];
      for (const block of this.#toAsk) {
        if (blocks.length === MAX_HASHES) break;
        this.#toAsk.delete(block);
        batch.join(block);
        blocks.push(block);
      }
      this.#asking += 1;
      void this.#askFor(blocks, batch).finally(() => {
        this.#asking -= 1;
        this.#ask();
      });
    }
  }

  async #askFor(blocks: readonly BlockTask[], batch: Batch): Promise<void> {
    const { drive, throttle } = this.#parts;
    const hashes = blocks.map((block) => block.hash);
    try {
      const missing = await throttle.request('control', 0, () => drive.missing(hashes, batch.signal), batch.signal);
      for (const block of blocks) {
        block.batch = undefined;
        if (!missing.has(block.hash)) this.#done(block);
        else this.#enqueue(block);
      }
      this.#startSender();
    } catch (error) {
      for (const block of blocks) this.#failBlock(block, error);
    }
  }

  #enqueue(block: BlockTask): void {
    const source = block.source();
    if (source !== undefined) this.#toSend.add(block, source.whole ? 'small' : 'large');
  }

  /** At most one sender waits for a place; it takes its pack when it gets there, which is when batches grow by themselves. */
  #startSender(): void {
    if (this.#senderWaits || this.#toSend.size === 0) return;
    this.#senderWaits = true;
    const { throttle } = this.#parts;
    void throttle.run('up', async (send) => {
      this.#senderWaits = false;
      const blocks = this.#toSend.take(throttle.packBytes('up'), MAX_PACK_BLOCKS);
      this.#startSender();
      if (blocks.length > 0) await this.#sendPack(blocks, send);
    });
  }

  async #sendPack(blocks: readonly BlockTask[], send: Send): Promise<void> {
    const batch = new Batch();
    // Twice: the request holds an encoded copy.
    const bytes = 2 * blocks.reduce((sum, block) => sum + block.size, 0);
    for (const block of blocks) batch.join(block);
    try {
      await this.#memory.take(bytes, batch.signal);
    } catch {
      return; // nobody waits for any of them
    }
    try {
      const read = await this.#read(blocks.filter((block) => block.sources.size > 0));
      await this.#store(read, send, batch.signal);
    } catch (error) {
      for (const block of blocks) this.#failBlock(block, error);
    } finally {
      this.#memory.give(bytes);
    }
  }

  async #store(read: ReadonlyMap<BlockTask, Uint8Array>, send: Send, signal: AbortSignal): Promise<void> {
    if (read.size === 0 || signal.aborted) return;
    const data: BlockData[] = [];
    let bytes = 0;
    for (const [block, content] of read) {
      data.push({ hash: block.hash, bytes: content });
      bytes += content.byteLength;
    }
    try {
      await send(bytes, () => {
        // Given up while it waited for its next try.
        throwIfAborted(signal);
        return this.#parts.drive.store(data, signal);
      });
      for (const block of read.keys()) this.#done(block);
    } catch (error) {
      const all = [...read];
      if (all.length > 1 && mayBeOneBlock(error)) {
        const middle = Math.ceil(all.length / 2);
        await this.#store(new Map(all.slice(0, middle)), send, signal);
        await this.#store(new Map(all.slice(middle)), send, signal);
        return;
      }
      for (const block of read.keys()) this.#failBlock(block, error);
    }
  }

  /** The bytes of those blocks that could be read. A file that could not fails; its blocks try their next source later. */
  async #read(blocks: readonly BlockTask[]): Promise<Map<BlockTask, Uint8Array>> {
    const { disk } = this.#parts;
    const sources = blocks.flatMap((block) => {
      const source = block.source();
      return source === undefined ? [] : [{ block, source }];
    });
    const small = sources.filter(({ source }) => source.whole);
    const large = sources.filter(({ source }) => !source.whole);
    const [wholes, parts] = await Promise.all([
      small.length === 0
        ? []
        : disk.readMany(small.map(({ source }) => ({ path: source.task.file.path, expected: source.task.file.stat }))),
      Promise.all(large.map(({ block, source }) => this.#readPart(block, source))),
    ]);
    const read = new Map<BlockTask, Uint8Array>();
    const accept = (block: BlockTask, source: BlockSource, bytes: Uint8Array | DiskFault | undefined): void => {
      // The cloud would refuse the whole request for one wrong block; here only its file fails.
      const fault = bytes instanceof Uint8Array && blockHash(bytes) === block.hash ? undefined : bytes;
      if (fault === undefined && bytes instanceof Uint8Array) read.set(block, bytes);
      else this.#sourceFailed(block, source, fault instanceof DiskFault ? fault : new DiskFault('changed', source.task.file.path));
    };
    small.forEach(({ block, source }, index) => {
      accept(block, source, wholes[index]);
    });
    large.forEach(({ block, source }, index) => {
      accept(block, source, parts[index]);
    });
    return read;
  }

  async #readPart(block: BlockTask, source: BlockSource): Promise<Uint8Array | DiskFault> {
    const { path, stat } = source.task.file;
    try {
      return await this.#parts.disk.read(path, source.offset, block.size, stat);
    } catch (error) {
      if (error instanceof DiskFault) return error;
      throw error;
    }
  }

  #sourceFailed(block: BlockTask, source: BlockSource, fault: DiskFault): void {
    this.#fail(source.task, fault);
    if (block.sources.size === 0) return;
    block.batch?.leave();
    block.batch = undefined;
    this.#enqueue(block);
    this.#startSender();
  }

  #done(block: BlockTask): void {
    this.#forget(block);
    block.batch?.leave();
    block.batch = undefined;
    for (const task of [...block.sources.keys()]) task.blockDone(block);
    block.sources.clear();
  }

  #failBlock(block: BlockTask, error: unknown): void {
    for (const task of [...block.sources.keys()]) this.#fail(task, error);
    this.#forget(block);
  }

  #fail(task: FileTask, error: unknown): void {
    task.fail(error);
    for (const block of task.open.keys()) {
      block.sources.delete(task);
      if (block.sources.size > 0) continue;
      this.#toAsk.delete(block);
      this.#toSend.delete(block);
      this.#forget(block);
      block.batch?.leave();
      block.batch = undefined;
    }
    task.open.clear();
  }

  #forget(block: BlockTask): void {
    if (this.#tasks.get(block.hash) === block) this.#tasks.delete(block.hash);
  }
}
