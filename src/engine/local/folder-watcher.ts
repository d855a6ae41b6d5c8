import type { Stats } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { Readable } from 'node:stream';
import { FSWatcher } from 'chokidar';
import { errnoOf } from './disk-fault.ts';

type ScanStream = NonNullable<ReturnType<FSWatcher['createScanStream']>>;
type ScanOptions = NonNullable<Parameters<FSWatcher['createScanStream']>[1]>;
/** What chokidar is told of an entry. */
interface Entry {
  readonly path: string;
  readonly fullPath: string;
  readonly basename: string;
  readonly stats: Stats;
}

/** Folders read at a time: chokidar itself would read all of them at once. */
const READS_AT_ONCE = 16;

/** As chokidar's own reading: such a folder is passed over. */
const PASSED_OVER: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'EPERM', 'EACCES', 'ELOOP']);

/**
 * chokidar for those who want to hear of folders only. To find the folders it asks for the state of every file, which
 * takes nearly all of its time and memory where there are many; here a file is told by its kind in the listing of its
 * folder and left alone. Should another chokidar not read folders through this method, it works as before, only slower.
 */
export class FolderWatcher extends FSWatcher {
  /** Told of each folder that is about to be read; it is watched by then. */
  onRead: ((folder: string) => void) | undefined;
  #free = READS_AT_ONCE;
  readonly #queue: (() => void)[] = [];

  override createScanStream(root: string, options: ScanOptions = {}): ScanStream | undefined {
    if (this.closed) return undefined;
    this.onRead?.(root);
    // Without a word about depth the folder itself is meant, with `undefined` everything below it.
    const deeper = 'depth' in options ? (options.depth ?? Number.POSITIVE_INFINITY) : 0;
    const stream: unknown = Readable.from(this.#folders(root, root, options, deeper));
    if (!isScanStream(stream)) return undefined;
    this.streams.add(stream);
    stream.once('close', () => this.streams.delete(stream));
    return stream;
  }

  async *#folders(root: string, folder: string, options: ScanOptions, deeper: number): AsyncGenerator<Entry> {
    for (const basename of await this.#namesOfFolders(folder)) {
      const fullPath = join(folder, basename);
      const stats = await lstat(fullPath).catch(() => undefined);
      if (stats?.isDirectory() !== true) continue;
      const entry: Entry = { path: relative(root, fullPath), fullPath, basename, stats };
      if (typeof options.directoryFilter === 'function' && !options.directoryFilter(entry)) continue;
      yield entry;
      if (deeper > 0) yield* this.#folders(root, fullPath, options, deeper - 1);
    }
  }

  async #namesOfFolders(folder: string): Promise<readonly string[]> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#queue.push(resolve));
    try {
      const entries = await readdir(folder, { withFileTypes: true });
      return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
    } catch (error) {
      if (PASSED_OVER.has(errnoOf(error))) return [];
      throw error;
    } finally {
      const next = this.#queue.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}

/** chokidar reads, hears the end of, and destroys the stream: what any readable one can. */
const isScanStream = (stream: unknown): stream is ScanStream => stream instanceof Readable;
