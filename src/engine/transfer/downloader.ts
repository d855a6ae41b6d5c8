import type { FileStat } from '../model/index.ts';
import type { Disk } from '../environment.ts';
import type { DriveApi } from '../remote/api.ts';
import { throwIfAborted } from './abort.ts';
import type { DownloadFile, Downloader, OnBytes } from './api.ts';
import { checkContent } from './block-hash.ts';
import { BlockFetcher } from './block-fetcher.ts';
import { downloadLarge } from './large-download.ts';
import { LARGE_FILES } from './limits.ts';
import { ReusableBlocks } from './reuse.ts';
import { SlotQueue } from './slot-queue.ts';
import type { Throttle } from './throttle.ts';
import { WriteBatcher } from './write-batcher.ts';

export interface DownloaderParts {
  readonly drive: Pick<DriveApi, 'fetch'>;
  readonly disk: Pick<Disk, 'read' | 'writeMany' | 'create' | 'removeFile'>;
  readonly throttle: Throttle;
}

/** Every block is verified on arrival, and the file's hash follows from its blocks, so what is written is what was meant. */
export const createDownloader = (parts: DownloaderParts): Downloader => new BatchingDownloader(parts);

class BatchingDownloader implements Downloader {
  readonly #disk: DownloaderParts['disk'];
  readonly #fetcher: BlockFetcher;
  readonly #writer: WriteBatcher;
  readonly #large = new SlotQueue();

  constructor(parts: DownloaderParts) {
    this.#disk = parts.disk;
    this.#fetcher = new BlockFetcher(parts);
    this.#writer = new WriteBatcher(parts.disk);
    this.#large.open(LARGE_FILES);
  }

  async fetch(file: DownloadFile, onBytes?: OnBytes, signal?: AbortSignal): Promise<FileStat> {
    throwIfAborted(signal);
    checkContent(file.content);
    const [first, second] = file.content.blocks;
    if (first === undefined) return this.#write(file, new Uint8Array(0), signal);
    if (second !== undefined) return this.#fetchLarge(file, onBytes, signal);
    const here = await new ReusableBlocks(this.#disk, file.reuse).read(first.hash, first.size);
    if (here !== undefined) {
      onBytes?.(here.byteLength);
      return this.#write(file, here, signal);
    }
    const lease = await this.#fetcher.get(first.hash, first.size, 'small', signal, file.mtimeMs);
    try {
      onBytes?.(lease.bytes.byteLength);
      return await this.#write(file, lease.bytes, signal);
    } finally {
      lease.release();
    }
  }

  async #fetchLarge(file: DownloadFile, onBytes?: OnBytes, signal?: AbortSignal): Promise<FileStat> {
    // What was written last is what people look for first.
    const release = await this.#large.take(signal, file.mtimeMs);
    try {
      return await downloadLarge({ disk: this.#disk, fetcher: this.#fetcher }, file, onBytes, signal);
    } finally {
      release();
    }
  }

  #write(file: DownloadFile, bytes: Uint8Array, signal: AbortSignal | undefined): Promise<FileStat> {
    return this.#writer.write({ path: file.temp, bytes, mtimeMs: file.mtimeMs, mode: file.mode }, signal);
  }
}
