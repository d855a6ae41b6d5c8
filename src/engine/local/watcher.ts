import { Stats } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { isInside, parentPath } from '../../base/index.ts';
import type { WatchFolder, WatchListener } from '../environment.ts';
import { isPathBuiltInIgnored, OWN_FOLDER } from '../ignore/index.ts';
import { errnoOf } from './disk-fault.ts';
import { FolderWatcher } from './folder-watcher.ts';
import { HintCounter } from './hint-counter.ts';

/**
 * Watches a folder for hints (environment: WatchFolder), never for facts. chokidar watches the folders only, which costs
 * one watch a folder and a fifth of the memory; its `raw` events say in which folder something happened, and its own
 * `addDir` says that a new folder is being watched, so that what was put there before is looked for then.
 * Resolves when every folder is watched.
 */
export const watchFolder: WatchFolder = async (root, listener) => {
  // chokidar would wait for a folder that is not there.
  const stat = await lstat(root).catch((error: unknown) => error);
  if (!(stat instanceof Stats) || !stat.isDirectory()) {
    listener.failed(stat instanceof Error ? stat : new Error('not a folder'));
    return { close: () => Promise.resolve() };
  }
  const session = new Session(root, listener);
  await session.started;
  return session;
};

/** Elsewhere one watch is for everything, whoever may read what. */
const EACH_FOLDER_IS_WATCHED = process.platform !== 'darwin' && process.platform !== 'win32';

class Session {
  /** Every folder is watched, or watching failed. */
  readonly started: Promise<void>;
  readonly #root: string;
  readonly #listener: WatchListener;
  readonly #watcher: FolderWatcher;
  readonly #counter: HintCounter;
  /** Absolute. Folders that may not be read, and so not be watched. */
  readonly #closedFolders = new Set<string>();
  /** Relative. Such as may be read by now. */
  readonly #openedFolders = new Set<string>();
  #onFailed: () => void = () => undefined;
  #closed = false;

  constructor(root: string, listener: WatchListener) {
    this.#root = root;
    this.#listener = listener;
    this.#counter = new HintCounter((over) => this.#tell(() => listener.overflow(over)));
    this.#watcher = new FolderWatcher({
      // Files, links and our own folder are not watched; what happens to them shows in their folder.
      ignored: (path, stats) => isOwn(root, path) || (stats !== undefined && !stats.isDirectory()),
      followSymlinks: false,
      ignoreInitial: true,
      // Its filter for editors' temporary names would also drop folders called `draft~`.
      atomic: false,
    });
    this.#watcher.onRead = (path) => this.#read(path);
    this.#watcher.add(root);
    this.started = new Promise((resolve) => {
      this.#watcher.once('ready', resolve);
      this.#onFailed = resolve;
    });
    this.#watcher.on('raw', (_event, path, details) => this.#raw(path, details));
    this.#watcher.on('addDir', (path) => this.#folder(path));
    this.#watcher.on('unlinkDir', (path) => (path === root ? this.#fail(new Error('the folder is gone')) : this.#folder(path)));
    this.#watcher.on('error', (error) => this.#error(error));
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#counter.stop();
    await this.#watcher.close();
  }

  #raw(path: unknown, details: unknown): void {
    const watched = typeof details === 'object' && details !== null && 'watchedPath' in details ? String(details.watchedPath) : this.#root;
    const folder = this.#relative(watched);
    if (folder === undefined) return;
    if (typeof path === 'string') this.#mayBeOpen(join(watched, path));
    if (folder !== '' || typeof path !== 'string') return this.#hint(folder);
    // macOS and Windows: one watch for everything, `path` says where below it.
    const below = path.split(sep).join('/');
    this.#hint(parentPath(below));
  }

  /** A folder came or went: its own entries, and the list that it is in. */
  #folder(path: string): void {
    const folder = this.#relative(path);
    if (folder === undefined) return;
    // In a later turn, in which the new folder is watched: what is put there from now on is told by itself.
    setImmediate(() => {
      this.#hint(folder);
      if (folder !== '') this.#hint(parentPath(folder));
    });
  }

  /** A folder that may not be read is passed over, but for the one on which everything depends. */
  #error(error: unknown): void {
    if (!DENIED.has(errnoOf(error))) return this.#fail(error);
    const path = error instanceof Error && 'syscall' in error && error.syscall === 'watch' && 'path' in error ? error.path : undefined;
    if (path === this.#root) this.#fail(error);
    else if (typeof path === 'string' && EACH_FOLDER_IS_WATCHED) this.#closedFolders.add(path);
  }

  /** Something happened to the folder: it may be read by now, and chokidar would not try again to watch it. */
  #mayBeOpen(path: string): void {
    const folder = this.#closedFolders.delete(path) ? this.#relative(path) : undefined;
    if (folder === undefined || this.#closed) return;
    this.#openedFolders.add(folder);
    this.#watcher.unwatch(path);
    this.#watcher.add(path);
  }

  /** What happened in it while nobody watched is looked for. */
  #read(path: string): void {
    if (this.#openedFolders.size === 0) return;
    const folder = this.#relative(path);
    if (folder !== undefined && [...this.#openedFolders].some((opened) => isInside(folder, opened))) this.#hint(folder);
  }

  #hint(folder: string): void {
    if (isPathBuiltInIgnored(folder) || this.#counter.isOverflowing()) return;
    this.#tell(() => this.#listener.dirty(folder));
  }

  #tell(call: () => void): void {
    if (!this.#closed) call();
  }

  #relative(path: string): string | undefined {
    if (path === this.#root) return '';
    if (!path.startsWith(`${this.#root}${sep}`)) return undefined;
    return path
      .slice(this.#root.length + 1)
      .split(sep)
      .join('/');
  }

  #fail(cause: unknown): void {
    if (this.#closed) return;
    this.#listener.failed(cause);
    this.#onFailed();
    void this.close().catch(() => undefined);
  }
}

const DENIED: ReadonlySet<string> = new Set(['EACCES', 'EPERM']);

const isOwn = (root: string, path: string): boolean => {
  const own = `${root}${sep}${OWN_FOLDER}`;
  return path === own || path.startsWith(`${own}${sep}`);
};
