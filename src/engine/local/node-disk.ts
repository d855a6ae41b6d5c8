import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, lstat, mkdir, open, readFile, realpath, rename, rm, rmdir, statfs, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type DirectoryEntry, type Disk, DiskFault, type FileWriter, type NewFile } from '../environment.ts';
import type { Content, FileStat } from '../model/index.ts';
import { errnoOf, faulting, toDiskFault } from './disk-fault.ts';
import { StatColumns, toFileStat } from './file-stat.ts';
import { isOtherSpelling } from './move-file.ts';
import { NodeFileWriter } from './node-file-writer.ts';
import { fromFaultData } from './worker/fault-data.ts';
import { NO_FOLLOW } from './worker/open-file.ts';
import { WorkerPool } from './worker/pool.ts';
import { isFault, type ListAnswer } from './worker/protocol.ts';

export interface NodeDisk extends Disk {
  /** Ends the threads; what is under way fails. */
  close(): Promise<void>;
}

/**
 * The real disk.
 * @param threads for listing, hashing and batches; started when needed
 * @param idleMs how long a thread without work is kept
 */
export function createNodeDisk(threads = 2, idleMs = 10_000): NodeDisk {
  return new ThreadedDisk(threads, idleMs);
}

class ThreadedDisk implements NodeDisk {
  readonly #pool: WorkerPool;

  constructor(threads: number, idleMs: number) {
    this.#pool = new WorkerPool(threads, idleMs);
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  async list(folder: string): Promise<readonly DirectoryEntry[]> {
    return unpack(await this.#pool.run('list', { folder }, folder));
  }

  async stat(path: string): Promise<FileStat | undefined> {
    try {
      return toFileStat(await lstat(path, { bigint: true }));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw toDiskFault(error, path);
    }
  }

  async canWrite(folder: string): Promise<boolean> {
    // The name is one that never syncs (src/engine/ignore), should a crash leave the file behind.
    const probe = join(folder, `~$tidemark-${randomBytes(8).toString('hex')}`);
    try {
      const file = await open(probe, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o600);
      await file.close();
      await unlink(probe);
      return true;
    } catch (error) {
      const { code } = toDiskFault(error, folder);
      if (code === 'denied' || code === 'read_only' || code === 'missing' || code === 'not_a_folder') return false;
      throw toDiskFault(error, folder);
    }
  }

  cut(path: string, expected: FileStat, signal?: AbortSignal): ReturnType<Disk['cut']> {
    return this.#pool.run('cut', { path, expected }, path, { signal });
  }

  async cutMany(files: readonly { readonly path: string; readonly expected: FileStat }[]): Promise<readonly (Content | DiskFault)[]> {
    const results = await this.#pool.run('cutMany', { files }, files[0]?.path ?? '');
    return results.map((result) => (isFault(result) ? fromFaultData(result) : result));
  }

  read(path: string, offset: number, length: number, expected: FileStat): Promise<Uint8Array> {
    return this.#pool.run('read', { path, offset, length, expected }, path);
  }

  async readMany(files: readonly { readonly path: string; readonly expected: FileStat }[]): Promise<readonly (Uint8Array | DiskFault)[]> {
    const { bytes, parts } = await this.#pool.run('readMany', { files }, files[0]?.path ?? '');
    return parts.map((part) => (isFault(part) ? fromFaultData(part) : new Uint8Array(bytes, part.offset, part.length)));
  }

  async writeMany(files: readonly NewFile[]): Promise<readonly (FileStat | DiskFault)[]> {
    const total = files.reduce((sum, file) => sum + file.bytes.length, 0);
    const packed = new Uint8Array(total);
    let offset = 0;
    // Copied once into a buffer of our own: the caller's may be windows onto a large answer, or used again.
    const entries = files.map(({ path, bytes, mtimeMs, mode }) => {
      packed.set(bytes, offset);
      offset += bytes.length;
      return { path, mtimeMs, mode, offset: offset - bytes.length, length: bytes.length };
    });
    const ask = { bytes: packed.buffer, files: entries };
    const results = await this.#pool.run('writeMany', ask, files[0]?.path ?? '', { transfer: [packed.buffer] });
    return results.map((result) => (isFault(result) ? fromFaultData(result) : result));
  }

  create(path: string): Promise<FileWriter> {
    return faulting(path, () => NodeFileWriter.create(path));
  }

  async moveFile(from: string, to: string): Promise<void> {
    const [fault] = await this.moveFiles([{ from, to }]);
    if (fault) throw fault;
  }

  async moveFiles(moves: readonly { readonly from: string; readonly to: string }[]): Promise<readonly (null | DiskFault)[]> {
    const results = await this.#pool.run('moveFiles', { moves }, moves[0]?.to ?? '');
    return results.map((result) => (result === null ? null : fromFaultData(result)));
  }

  /**
   * rename(2) would replace an empty folder, and Node has no way to forbid it; so the target is looked at first. What
   * remains is a folder that appears in between and is empty: it is replaced, and nothing in it is lost.
   */
  moveFolder(from: string, to: string): Promise<void> {
    return faulting(from, async () => {
      const source = await lstat(from, { bigint: true });
      if (!source.isDirectory()) throw new DiskFault('not_a_folder', from);
      if ((await this.stat(to)) !== undefined && !isOtherSpelling(from, to, source)) throw new DiskFault('exists', to);
      try {
        await rename(from, to);
      } catch (error) {
        // A file that appeared in between.
        throw errnoOf(error) === 'ENOTDIR' ? new DiskFault('exists', to, { cause: error }) : error;
      }
    });
  }

  makeFolder(path: string): Promise<void> {
    return faulting(path, () => mkdir(path));
  }

  removeFolder(path: string): Promise<void> {
    return faulting(path, () => rmdir(path));
  }

  removeFile(path: string): Promise<void> {
    return faulting(path, async () => {
      try {
        await unlink(path);
      } catch (error) {
        if (isMissing(error)) return;
        const stat = await this.stat(path);
        throw stat?.kind === 'folder' ? new DiskFault('is_a_folder', path, { cause: error }) : error;
      }
    });
  }

  removeTree(path: string): Promise<void> {
    return faulting(path, () => rm(path, { recursive: true, force: true }));
  }

  /** Through the open file where it can be opened, so that a link is never followed. */
  setMode(path: string, mode: number): Promise<void> {
    return faulting(path, async () => {
      const stat = await lstat(path);
      if (stat.isSymbolicLink()) throw new DiskFault('loop', path);
      if (!stat.isFile()) return chmod(path, mode);
      try {
        const file = await open(path, constants.O_RDONLY | NO_FOLLOW);
        await file.chmod(mode).finally(() => file.close());
      } catch (error) {
        // Its owner may change the mode of a file that nobody may read.
        if (errnoOf(error) !== 'EACCES') throw error;
        await chmod(path, mode);
      }
    });
  }

  async syncFolders(paths: readonly string[]): Promise<void> {
    if (paths.length > 0) await this.#pool.run('syncFolders', { paths: [...new Set(paths)] }, paths[0] ?? '');
  }

  async readText(path: string): Promise<string | undefined> {
    try {
      return await readFile(path, { encoding: 'utf8', flag: constants.O_RDONLY | NO_FOLLOW });
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw toDiskFault(error, path);
    }
  }

  writeText(path: string, text: string): Promise<void> {
    const temporary = `${path}.${randomBytes(4).toString('hex')}.new`;
    return faulting(path, async () => {
      try {
        const file = await open(temporary, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o600);
        try {
          await file.writeFile(text);
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(temporary, path);
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      }
      await this.syncFolders([dirname(path)]);
    });
  }

  freeBytes(path: string): Promise<number> {
    return faulting(path, async () => {
      const { bavail, bsize } = await statfs(path);
      return bavail * bsize;
    });
  }

  async realPath(path: string): Promise<string | undefined> {
    try {
      return await realpath(path);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw toDiskFault(error, path);
    }
  }
}

const isMissing = (error: unknown): boolean => errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR';

function unpack(answer: ListAnswer): readonly DirectoryEntry[] {
  const stats = new StatColumns(answer.stats);
  const names = answer.count === 0 ? [] : answer.names.split('/');
  const entries: DirectoryEntry[] = names.map((name, index) => ({ name, printable: name, stat: stats.get(index), fault: null }));
  for (const { index, printable, fault } of answer.odd) {
    const name = printable === null ? (names[index] ?? null) : null;
    entries[index] = { name, printable: printable ?? name ?? '', stat: fault === null ? stats.get(index) : null, fault };
  }
  return entries;
}
