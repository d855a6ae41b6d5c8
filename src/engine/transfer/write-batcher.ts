import { TidemarkError } from '../../contract/index.ts';
import type { FileStat } from '../model/index.ts';
import { type Disk, DiskFault, type NewFile } from '../environment.ts';
import { WRITE_BATCHES, WRITE_BATCH_BYTES, WRITE_BATCH_FILES } from './limits.ts';

interface Waiting {
  readonly file: NewFile;
  readonly signal: AbortSignal | undefined;
  readonly resolve: (stat: FileStat) => void;
  readonly reject: (error: unknown) => void;
}

/** Small temporary files written and synced together: what comes in while one batch syncs makes up the next. */
export class WriteBatcher {
  readonly #disk: Pick<Disk, 'writeMany' | 'removeFile'>;
  readonly #waiting: Waiting[] = [];
  #running = 0;
  #scheduled = false;

  constructor(disk: Pick<Disk, 'writeMany' | 'removeFile'>) {
    this.#disk = disk;
  }

  /** Throws DiskFault for this file alone, or `aborted`; then nothing is left on disk. */
  write(file: NewFile, signal?: AbortSignal): Promise<FileStat> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ file, signal, resolve, reject });
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#start();
    });
  }

  #start(): void {
    while (this.#running < WRITE_BATCHES && this.#waiting.length > 0) {
      this.#running += 1;
      void this.#write(this.#take()).finally(() => {
        this.#running -= 1;
        this.#start();
      });
    }
  }

  #take(): Waiting[] {
    let count = 0;
    let bytes = 0;
    for (const { file } of this.#waiting) {
      if (count > 0 && (count >= WRITE_BATCH_FILES || bytes + file.bytes.byteLength > WRITE_BATCH_BYTES)) break;
      count += 1;
      bytes += file.bytes.byteLength;
    }
    return this.#waiting.splice(0, count).filter((waiting) => {
      if (waiting.signal?.aborted !== true) return true;
      waiting.reject(new TidemarkError('aborted'));
      return false;
    });
  }

  async #write(batch: readonly Waiting[]): Promise<void> {
    if (batch.length === 0) return;
    try {
      const outcomes = await this.#disk.writeMany(batch.map(({ file }) => file));
      await Promise.all(batch.map((waiting, index) => this.#settle(waiting, outcomes[index])));
    } catch (error) {
      for (const waiting of batch) waiting.reject(error);
    }
  }

  async #settle(waiting: Waiting, outcome: FileStat | DiskFault | undefined): Promise<void> {
    const { file, signal, resolve, reject } = waiting;
    if (outcome === undefined || outcome instanceof DiskFault) {
      reject(outcome ?? new DiskFault('failed', file.path));
      return;
    }
    if (signal?.aborted !== true) {
      resolve(outcome);
      return;
    }
    // A leftover is swept at the next start; the caller only wants to hear that it was stopped.
    await this.#disk.removeFile(file.path).catch(() => undefined);
    reject(new TidemarkError('aborted'));
  }
}
