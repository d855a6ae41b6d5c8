import { nameKey } from '../../../base/index.ts';
import { TidemarkError } from '../../../contract/index.ts';
import { type DirectoryEntry, type Disk, DiskFault, type DiskFaultCode, type FileWriter, type NewFile } from '../../environment.ts';
import { type Content, type FileStat, sameFingerprint } from '../../model/index.ts';
import { contentOf } from '../../transfer/chunks/index.ts';
import { UserHands } from './user-hands.ts';
import { type Inode, split, Volume, type VolumeOptions } from './volume.ts';

export type DiskMethod = keyof Disk | 'write' | 'finish';

export interface FakeDiskOptions extends VolumeOptions {
  /** Awaited at every step of every call: a simulation lets other work run there, in an order of its choice. */
  readonly yieldPoint?: () => Promise<void>;
}

/**
 * A disk in memory with POSIX rules, for tests and simulations: the same conformance suite runs over it and the real one.
 * `user` stands for the person and other programs: at once, without faults, and durable unless told otherwise.
 */
export class FakeDisk implements Disk {
  readonly volume: Volume;
  readonly user: UserHands;
  /** Asked before every step of the engine's calls; a code makes it fail there. */
  fault: ((method: DiskMethod, path: string) => DiskFaultCode | undefined) | undefined;
  /** Asked for every entry of a listing; with a code it is told by its name alone. */
  entryFault: ((path: string) => DiskFaultCode | undefined) | undefined;
  readonly #yieldPoint: () => Promise<void>;
  readonly #denied = new Set<Inode>();
  readonly #held = new Set<Inode>();
  /** Calls of before a crash must not go on after it. */
  #life = 0;

  constructor(options: FakeDiskOptions) {
    this.volume = new Volume(options);
    this.user = new UserHands(this.volume);
    this.#yieldPoint = options.yieldPoint ?? (() => Promise.resolve());
  }

  /** The process dies: calls under way fail, what the system was told stays. */
  crash(): void {
    this.#life += 1;
  }

  /** The machine dies: also takes back what was not synced, but for the oldest `kept` changes of names (default none). */
  powerCut(kept = 0): void {
    this.#life += 1;
    this.volume.lose(kept);
  }

  /** Takes away (or gives back) the right to read, list and change what is at `path` now, wherever it goes. */
  deny(path: string, denied = true): void {
    const inode = this.volume.need(path);
    if (denied) this.#denied.add(inode);
    else this.#denied.delete(inode);
  }

  /** Everybody may do everything again. */
  denyNothing(): void {
    this.#denied.clear();
  }

  /**
   * A program opens the file as Word does on Windows, without sharing it (or closes it): nobody else reads, moves or
   * removes it (ERROR_SHARING_VIOLATION), nor moves a folder above it (ERROR_ACCESS_DENIED).
   */
  hold(path: string, held = true): void {
    const inode = this.volume.need(path);
    if (held) this.#held.add(inode);
    else this.#held.delete(inode);
  }

  // --- looking

  async list(folder: string): Promise<readonly DirectoryEntry[]> {
    const step = await this.#begin('list', folder);
    const inode = this.volume.needFolder(folder);
    this.#allow(folder);
    const entries = [...inode.entries.values()].map(({ name, printable, inode: found }): DirectoryEntry => {
      const fault = this.entryFault?.(`${folder}/${printable}`) ?? null;
      return { name, printable, stat: fault === null ? this.volume.statOf(found) : null, fault };
    });
    await step();
    return entries;
  }

  async stat(path: string): Promise<FileStat | undefined> {
    await this.#begin('stat', path);
    const found = this.volume.find(path);
    return found === undefined ? undefined : this.volume.statOf(found);
  }

  async canWrite(folder: string): Promise<boolean> {
    await this.#begin('canWrite', folder);
    return this.volume.find(folder)?.kind === 'folder' && !this.#isDenied(folder);
  }

  async freeBytes(path: string): Promise<number> {
    await this.#begin('freeBytes', path);
    this.volume.need(path);
    return this.volume.freeBytes();
  }

  async realPath(path: string): Promise<string | undefined> {
    await this.#begin('realPath', path);
    return this.volume.realPath(path);
  }

  // --- reading

  async cut(path: string, expected: FileStat, signal?: AbortSignal): ReturnType<Disk['cut']> {
    throwIfAborted(signal);
    const { bytes, stat } = await this.#read('cut', path, expected);
    this.#keep(path);
    throwIfAborted(signal);
    return { content: contentOf(bytes), stat };
  }

  cutMany(files: readonly { readonly path: string; readonly expected: FileStat }[]): Promise<readonly (Content | DiskFault)[]> {
    return this.#each(files, async ({ path, expected }) => {
      const { bytes } = await this.#read('cutMany', path, expected);
      this.#keep(path);
      return contentOf(bytes);
    });
  }

  async read(path: string, offset: number, length: number, expected: FileStat): Promise<Uint8Array> {
    const { bytes } = await this.#read('read', path, expected);
    if (offset + length > bytes.length) throw new DiskFault('changed', path);
    return bytes.slice(offset, offset + length);
  }

  readMany(files: readonly { readonly path: string; readonly expected: FileStat }[]): Promise<readonly (Uint8Array | DiskFault)[]> {
    return this.#each(files, async ({ path, expected }) => (await this.#read('readMany', path, expected)).bytes.slice());
  }

  async readText(path: string): Promise<string | undefined> {
    await this.#begin('readText', path);
    const inode = this.volume.find(path);
    if (inode === undefined) return undefined;
    this.#requireFile(inode, path);
    this.#allow(path);
    return new TextDecoder().decode(inode.data);
  }

  // --- writing

  writeMany(files: readonly NewFile[]): Promise<readonly (FileStat | DiskFault)[]> {
    return this.#each(files, async ({ path, bytes, mtimeMs, mode }) => {
      const step = await this.#begin('writeMany', path);
      const inode = this.#createFile(path);
      await step();
      this.#fill(inode, bytes.slice(), path);
      await step();
      return this.#seal(inode, mtimeMs, mode);
    });
  }

  async create(path: string): Promise<FileWriter> {
    await this.#begin('create', path);
    const inode = this.#createFile(path);
    let open = true;
    const checkOpen = (): void => {
      if (!open) throw new DiskFault('failed', path, { cause: new Error('the file is finished') });
    };
    const write = async (bytes: Uint8Array): Promise<void> => {
      checkOpen();
      const own = bytes.slice();
      await this.#begin('write', path);
      const joined = new Uint8Array(inode.data.length + own.length);
      joined.set(inode.data);
      joined.set(own, inode.data.length);
      this.volume.write(inode, joined, path);
    };
    const finish = async (mtimeMs: number, mode: number): Promise<FileStat> => {
      checkOpen();
      open = false;
      await this.#begin('finish', path);
      return this.#seal(inode, mtimeMs, mode);
    };
    const abandon = async (): Promise<void> => {
      open = false;
      await this.removeFile(path);
    };
    // A file handle does not outlive its process.
    const life = this.#life;
    const alive =
      <A extends readonly unknown[], R>(call: (...parameters: A) => Promise<R>) =>
      (...parameters: A): Promise<R> =>
        this.#life === life ? call(...parameters) : Promise.reject(new DiskFault('failed', path));
    return { write: alive(write), finish: alive(finish), abandon: alive(abandon) };
  }

  async writeText(path: string, text: string): Promise<void> {
    const step = await this.#begin('writeText', path);
    const temporary = `${path}.new`;
    if (this.volume.find(temporary) !== undefined) this.volume.remove(temporary);
    const inode = this.#createFile(temporary);
    this.#fill(inode, new TextEncoder().encode(text), temporary);
    this.volume.syncFile(inode);
    await step();
    this.volume.rename(temporary, path);
    await step();
    this.volume.commit();
  }

  // --- moving and removing

  async moveFile(from: string, to: string): Promise<void> {
    const step = await this.#begin('moveFile', to);
    await this.#moveFile(from, to, step);
  }

  async moveFiles(moves: readonly { readonly from: string; readonly to: string }[]): Promise<readonly (null | DiskFault)[]> {
    return this.#each(
      moves.map((move) => ({ ...move, path: move.to })),
      async ({ from, to }) => {
        const step = await this.#begin('moveFiles', to);
        await this.#moveFile(from, to, step);
        return null;
      },
    );
  }

  async moveFolder(from: string, to: string): Promise<void> {
    await this.#begin('moveFolder', from);
    const inode = this.volume.need(from);
    if (inode.kind !== 'folder') throw new DiskFault('not_a_folder', from);
    this.#allowChange(from, to);
    if (this.#held.size > 0 && this.#holdsBelow(inode)) throw new DiskFault('denied', from);
    const taken = this.volume.find(to);
    if (taken !== undefined && !(taken === inode && isRespelling(from, to))) throw new DiskFault('exists', to);
    this.volume.rename(from, to);
  }

  async makeFolder(path: string): Promise<void> {
    await this.#begin('makeFolder', path);
    this.#allowChange(path);
    this.volume.add(path, this.volume.newInode('folder', 0o755));
  }

  async removeFolder(path: string): Promise<void> {
    await this.#begin('removeFolder', path);
    const inode = this.volume.need(path);
    if (inode.kind !== 'folder') throw new DiskFault('not_a_folder', path);
    if (inode.entries.size > 0) throw new DiskFault('exists', path);
    this.#allowChange(path);
    this.volume.remove(path);
  }

  async removeFile(path: string): Promise<void> {
    await this.#begin('removeFile', path);
    const inode = this.volume.find(path);
    if (inode === undefined) return;
    if (inode.kind === 'folder') throw new DiskFault('is_a_folder', path);
    this.#allowChange(path);
    this.#requireFree(inode, path);
    this.volume.remove(path);
  }

  async removeTree(path: string): Promise<void> {
    await this.#begin('removeTree', path);
    const inode = this.volume.find(path);
    if (inode === undefined) return;
    if (inode.kind === 'folder') {
      for (const entry of [...inode.entries.values()]) await this.removeTree(`${path}/${entry.printable}`);
    }
    this.#allowChange(path);
    this.volume.remove(path);
  }

  async setMode(path: string, mode: number): Promise<void> {
    await this.#begin('setMode', path);
    if (this.volume.need(path).kind === 'symlink') throw new DiskFault('loop', path);
    this.#allow(path);
    this.volume.changeMode(path, mode);
  }

  async syncFolders(paths: readonly string[]): Promise<void> {
    for (const path of paths) {
      await this.#begin('syncFolders', path);
      this.volume.needFolder(path);
    }
    this.volume.commit();
  }

  // --- parts

  /** Yields, then fails where the test says so. The answer is for the call's further steps. */
  async #begin(method: DiskMethod, path: string): Promise<() => Promise<void>> {
    const life = this.#life;
    const step = async (): Promise<void> => {
      await this.#yieldPoint();
      if (this.#life !== life) throw new DiskFault('failed', path, { cause: new Error('the process died') });
      const code = this.fault?.(method, path);
      if (code !== undefined) throw new DiskFault(code, path);
    };
    await step();
    return step;
  }

  async #read(method: DiskMethod, path: string, expected: FileStat): Promise<{ readonly bytes: Uint8Array; readonly stat: FileStat }> {
    const step = await this.#begin(method, path);
    const inode = this.volume.need(path);
    if (inode.kind === 'symlink') throw new DiskFault('loop', path);
    this.#allow(path);
    this.#requireFree(inode, path);
    this.#requireUnchanged(inode, path, expected);
    const bytes = inode.data;
    await step();
    this.#requireUnchanged(inode, path, expected);
    return { bytes, stat: this.volume.statOf(inode) };
  }

  /** A power cut does not take its content back. */
  #keep(path: string): void {
    this.volume.syncFile(this.volume.need(path));
  }

  #requireUnchanged(inode: Inode, path: string, expected: FileStat): void {
    const stat = this.volume.statOf(inode);
    const same = stat.kind === expected.kind && sameFingerprint(stat, expected) && this.volume.find(path) === inode;
    if (!same) throw new DiskFault('changed', path);
  }

  #requireFile(inode: Inode, path: string): void {
    if (inode.kind === 'folder') throw new DiskFault('is_a_folder', path);
    if (inode.kind !== 'file') throw new DiskFault('loop', path);
  }

  #createFile(path: string): Inode {
    this.#allowChange(path);
    const inode = this.volume.newInode('file', 0o600);
    this.volume.add(path, inode);
    return inode;
  }

  /** A file that did not get its content is taken away again. */
  #fill(inode: Inode, bytes: Uint8Array, path: string): void {
    try {
      this.volume.write(inode, bytes, path);
    } catch (error) {
      this.volume.remove(path);
      throw error;
    }
  }

  #seal(inode: Inode, mtimeMs: number, mode: number): FileStat {
    inode.mtimeNs = BigInt(mtimeMs) * 1_000_000n;
    inode.mode = mode & 0o7777;
    inode.ctimeNs = this.volume.tick();
    this.volume.syncFile(inode);
    return this.volume.statOf(inode);
  }

  async #moveFile(from: string, to: string, step: () => Promise<void>): Promise<void> {
    const life = this.#life;
    const inode = this.volume.need(from);
    this.#requireFile(inode, from);
    this.#allowChange(from, to);
    this.#requireFree(inode, from);
    const taken = this.volume.find(to);
    if (taken === inode && isRespelling(from, to) && inode.links === 1) {
      this.volume.rename(from, to);
      return;
    }
    if (taken !== undefined) throw new DiskFault('exists', to);
    if (!this.volume.hardLinks) {
      this.volume.rename(from, to);
      return;
    }
    this.volume.add(to, inode);
    const { mtimeNs } = inode;
    try {
      await step();
    } catch (error) {
      // A fault, not the end of the process: the second name is taken back, unless something was saved under it.
      if (this.#life === life && this.volume.find(to) === inode && inode.mtimeNs === mtimeNs) this.volume.remove(to);
      throw error;
    }
    if (this.volume.find(from) === inode) this.volume.remove(from);
  }

  async #each<T extends { readonly path: string }, R>(
    items: readonly T[],
    work: (item: T) => Promise<R>,
  ): Promise<readonly (R | DiskFault)[]> {
    const life = this.#life;
    const results: (R | DiskFault)[] = [];
    for (const item of items) {
      try {
        results.push(await work(item));
      } catch (error) {
        if (!(error instanceof DiskFault) || this.#life !== life) throw error;
        results.push(error);
      }
    }
    return results;
  }

  #requireFree(inode: Inode, path: string): void {
    if (this.#held.has(inode)) throw new DiskFault('busy', path);
  }

  #holdsBelow(folder: Inode): boolean {
    return [...folder.entries.values()].some(({ inode }) => this.#held.has(inode) || this.#holdsBelow(inode));
  }

  #isDenied(path: string): boolean {
    if (this.#denied.size === 0) return false;
    for (let at = path; at !== '/'; at = split(at).parent) {
      const inode = this.volume.find(at);
      if (inode !== undefined && this.#denied.has(inode)) return true;
    }
    return false;
  }

  #allow(path: string): void {
    if (this.#isDenied(path)) throw new DiskFault('denied', path);
  }

  /** An entry changes by the right to change its folder. */
  #allowChange(...paths: readonly string[]): void {
    for (const path of paths) if (this.#isDenied(split(path).parent)) throw new DiskFault('denied', path);
  }
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new TidemarkError('aborted');
}

const isRespelling = (from: string, to: string): boolean =>
  from !== to && split(from).parent === split(to).parent && nameKey(split(from).name) === nameKey(split(to).name);
