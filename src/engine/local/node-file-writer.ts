import { constants } from 'node:fs';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { DiskFault, type FileWriter } from '../environment.ts';
import type { FileStat } from '../model/index.ts';
import { faulting } from './disk-fault.ts';
import { toFileStat } from './file-stat.ts';
import { utimesSeconds } from './utimes-seconds.ts';
import { NO_FOLLOW } from './worker/open-file.ts';

/** A temporary file that grows block by block (environment: FileWriter). */
export class NodeFileWriter implements FileWriter {
  readonly #path: string;
  readonly #file: FileHandle;
  #open = true;

  private constructor(path: string, file: FileHandle) {
    this.#path = path;
    this.#file = file;
  }

  static async create(path: string): Promise<NodeFileWriter> {
    const flags = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | NO_FOLLOW;
    return new NodeFileWriter(path, await open(path, flags, 0o600));
  }

  write(bytes: Uint8Array): Promise<void> {
    return faulting(this.#path, async () => {
      this.#checkOpen();
      for (let written = 0; written < bytes.length;) {
        written += (await this.#file.write(bytes, written)).bytesWritten;
      }
    });
  }

  finish(mtimeMs: number, mode: number): Promise<FileStat> {
    return faulting(this.#path, async () => {
      this.#checkOpen();
      this.#open = false;
      try {
        const seconds = utimesSeconds(mtimeMs);
        await this.#file.utimes(seconds, seconds);
        await this.#file.chmod(mode);
        await this.#file.sync();
        return toFileStat(await this.#file.stat({ bigint: true }));
      } finally {
        await this.#file.close();
      }
    });
  }

  /** After `finish` too: the file is removed either way. */
  abandon(): Promise<void> {
    return faulting(this.#path, async () => {
      if (this.#open) {
        this.#open = false;
        await this.#file.close();
      }
      await unlink(this.#path).catch((error: unknown) => {
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
      });
    });
  }

  #checkOpen(): void {
    if (!this.#open) throw new DiskFault('failed', this.#path, { cause: new Error('the file is finished') });
  }
}
