import { type Disk, DiskFault } from '../environment.ts';
import type { Content, FileStat } from '../model/index.ts';

interface Waiting {
  readonly path: string;
  readonly expected: FileStat;
  readonly resolve: (content: Content) => void;
  readonly reject: (error: unknown) => void;
}

/** As many as keep a thread busy for some milliseconds, and little enough that nobody waits long. */
const MAX_FILES = 128;
const MAX_BYTES = 8 * 1024 * 1024;
/** One for each thread of the disk. */
const AT_ONCE = 2;

/** Small files read and hashed many at a time: what comes in while a batch is read is the next. */
export class HashBatcher {
  readonly #disk: Pick<Disk, 'cutMany'>;
  readonly #waiting: Waiting[] = [];
  #running = 0;
  #scheduled = false;

  constructor(disk: Pick<Disk, 'cutMany'>) {
    this.#disk = disk;
  }

  /** Throws DiskFault for this file alone. */
  cut(path: string, expected: FileStat): Promise<Content> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ path, expected, resolve, reject });
      if (this.#scheduled) return;
      this.#scheduled = true;
      queueMicrotask(() => {
        this.#scheduled = false;
        this.#start();
      });
    });
  }

  #start(): void {
    while (this.#running < AT_ONCE && this.#waiting.length > 0) {
      this.#running += 1;
      void this.#run(this.#take()).finally(() => {
        this.#running -= 1;
        this.#start();
      });
    }
  }

  #take(): readonly Waiting[] {
    let count = 0;
    let bytes = 0;
    for (const { expected } of this.#waiting) {
      if (count > 0 && (count >= MAX_FILES || bytes + expected.size > MAX_BYTES)) break;
      count += 1;
      bytes += expected.size;
    }
    return this.#waiting.splice(0, count);
  }

  async #run(batch: readonly Waiting[]): Promise<void> {
    try {
      const results = await this.#disk.cutMany(batch.map(({ path, expected }) => ({ path, expected })));
      batch.forEach(({ path, resolve, reject }, index) => {
        const result = results[index];
        if (result === undefined || result instanceof DiskFault) reject(result ?? new DiskFault('failed', path));
        else resolve(result);
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}
