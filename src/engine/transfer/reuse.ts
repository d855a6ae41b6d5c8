import { type Disk, DiskFault } from '../environment.ts';
import type { UploadFile } from './api.ts';
import { blockHash } from './block-hash.ts';

/** Blocks that a file on disk already holds, verified as they are read. */
export class ReusableBlocks {
  readonly #disk: Pick<Disk, 'read'>;
  readonly #file: UploadFile | null;
  readonly #offsets = new Map<string, number>();

  constructor(disk: Pick<Disk, 'read'>, file: UploadFile | null) {
    this.#disk = disk;
    this.#file = file;
    let offset = 0;
    for (const block of file?.content.blocks ?? []) {
      if (!this.#offsets.has(block.hash)) this.#offsets.set(block.hash, offset);
      offset += block.size;
    }
  }

  has(hash: string): boolean {
    return this.#offsets.has(hash);
  }

  /** Undefined when the file does not hold it after all; then the network does. */
  async read(hash: string, size: number): Promise<Uint8Array | undefined> {
    const offset = this.#offsets.get(hash);
    if (offset === undefined || this.#file === null) return undefined;
    try {
      const bytes = await this.#disk.read(this.#file.path, offset, size, this.#file.stat);
      if (bytes.byteLength === size && blockHash(bytes) === hash) return bytes;
    } catch (error) {
      if (!(error instanceof DiskFault)) throw error;
      this.#offsets.clear(); // changed or gone: do not try each block anew
    }
    return undefined;
  }
}
