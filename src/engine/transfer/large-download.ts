import type { Block, FileStat } from '../model/index.ts';
import type { Disk, FileWriter } from '../environment.ts';
import { onAbort, throwIfAborted } from './abort.ts';
import type { DownloadFile, OnBytes } from './api.ts';
import type { BlockFetcher, BlockLease } from './block-fetcher.ts';
import { READ_AHEAD_BYTES } from './limits.ts';
import { ReusableBlocks } from './reuse.ts';

export interface LargeDownloadParts {
  readonly disk: Pick<Disk, 'create' | 'read'>;
  readonly fetcher: BlockFetcher;
}

/** Block by block into a new file; the blocks to come are fetched while earlier ones are written. */
export async function downloadLarge(
  parts: LargeDownloadParts,
  file: DownloadFile,
  onBytes?: OnBytes,
  signal?: AbortSignal,
): Promise<FileStat> {
  throwIfAborted(signal);
  const writer = await parts.disk.create(file.temp);
  const ahead = new ReadAhead(parts, file);
  const forget = onAbort(signal, () => {
    ahead.stop();
  });
  try {
    await writeAll(writer, ahead, file.content.blocks, onBytes);
    throwIfAborted(signal);
    return await writer.finish(file.mtimeMs, file.mode);
  } catch (error) {
    ahead.stop();
    // The reason counts, not that cleaning up failed too; a leftover is swept at the next start.
    await writer.abandon().catch(() => undefined);
    throwIfAborted(signal);
    throw error;
  } finally {
    forget();
  }
}

async function writeAll(writer: FileWriter, ahead: ReadAhead, blocks: readonly Block[], onBytes: OnBytes | undefined): Promise<void> {
  for (let index = 0; index < blocks.length; index += 1) {
    const lease = await ahead.block(index);
    try {
      await writer.write(lease.bytes);
      onBytes?.(lease.bytes.byteLength);
    } finally {
      lease.release();
    }
  }
}

/** Keeps the fetches of the next READ_AHEAD_BYTES under way. */
class ReadAhead {
  readonly #fetcher: BlockFetcher;
  readonly #blocks: readonly Block[];
  readonly #reuse: ReusableBlocks;
  readonly #rank: number;
  readonly #controller = new AbortController();
  readonly #pending = new Map<number, Promise<BlockLease>>();
  #next = 0;
  #bytes = 0;

  constructor(parts: LargeDownloadParts, file: DownloadFile) {
    this.#fetcher = parts.fetcher;
    this.#blocks = file.content.blocks;
    this.#rank = file.mtimeMs;
    this.#reuse = new ReusableBlocks(parts.disk, file.reuse);
  }

  async block(index: number): Promise<BlockLease> {
    this.#fill(index);
    const block = this.#blocks[index];
    if (block === undefined) throw new RangeError('no such block');
    const pending = this.#pending.get(index);
    if (pending !== undefined) {
      this.#pending.delete(index);
      this.#bytes -= block.size;
      return pending;
    }
    const here = await this.#reuse.read(block.hash, block.size);
    if (here !== undefined) return { bytes: here, release: () => undefined };
    return this.#fetch(block);
  }

  /** Gives up what is under way and frees what has arrived. */
  stop(): void {
    this.#controller.abort();
    for (const pending of this.#pending.values()) {
      void pending.then(
        (lease) => {
          lease.release();
        },
        () => undefined,
      );
    }
    this.#pending.clear();
  }

  #fill(index: number): void {
    this.#next = Math.max(this.#next, index);
    while (this.#next < this.#blocks.length && (this.#bytes < READ_AHEAD_BYTES || this.#next === index)) {
      const block = this.#blocks[this.#next];
      if (block !== undefined && !this.#reuse.has(block.hash)) {
        const fetched = this.#fetch(block);
        fetched.catch(() => undefined); // told when its turn comes
        this.#pending.set(this.#next, fetched);
        this.#bytes += block.size;
      }
      this.#next += 1;
    }
  }

  #fetch(block: Block): Promise<BlockLease> {
    return this.#fetcher.get(block.hash, block.size, 'large', this.#controller.signal, this.#rank);
  }
}
