import { DiskFault } from '../../environment.ts';
import type { FileStat } from '../../model/index.ts';
import { type NameRules, POSIX_NAMES } from './name-rules.ts';

export interface VolumeOptions {
  /** Wall clock in ms; every change gets a time of its own, in nanoseconds. */
  readonly now: () => number;
  /** POSIX when not given. */
  readonly names?: NameRules;
  /** Longest absolute path in UTF-16 units. Linux takes 4096 bytes; Windows 260 units, or 32,767 of a `\\\\?\\` path. */
  readonly maxPath?: number;
  /** False: there are no permissions, and everything shows as read and write, as on Windows and FAT. */
  readonly modes?: boolean;
  /** Where inode numbers begin: those of NTFS pass 2^53, the last integer that a double holds. */
  readonly firstInode?: bigint;
  /** False: no birth times (reported as 0), as some network drives. */
  readonly birthTimes?: boolean;
  /** False: link(2) is refused, as on FAT. */
  readonly hardLinks?: boolean;
  readonly capacityBytes?: number;
}

export interface Entry {
  /** Null when the bytes are not UTF-8. */
  readonly name: string | null;
  readonly printable: string;
  readonly inode: Inode;
}

export interface Inode {
  readonly kind: FileStat['kind'];
  readonly ino: bigint;
  readonly birthNs: bigint;
  mtimeNs: bigint;
  ctimeNs: bigint;
  mode: number;
  links: number;
  data: Uint8Array;
  /** What is left after a power cut. */
  durable: Uint8Array;
  readonly entries: Map<string, Entry>;
  /** Of a symbolic link. */
  readonly target: string;
}

const EMPTY = new Uint8Array();
const MAX_LINKS_FOLLOWED = 40;
/** What libuv makes of a file of Windows. */
const NO_MODES = 0o666;

/**
 * One POSIX file system in memory. Metadata changes form a log, as in a journaling file system: `commit` makes everything
 * so far durable, and `lose` takes the newest changes back in order, so that a rename is never half there.
 */
export class Volume {
  readonly root: Inode;
  readonly #options: VolumeOptions;
  #lastNs = 0n;
  #nextIno: bigint;
  readonly #names: NameRules;
  #undo: (() => void)[] = [];
  /** Tells which folder changed (absolute path), for watchers. */
  onChange: ((folder: string) => void) | undefined;

  constructor(options: VolumeOptions) {
    this.#options = options;
    this.#names = options.names ?? POSIX_NAMES;
    this.#nextIno = options.firstInode ?? 2n;
    this.root = this.newInode('folder', 0o755);
  }

  get hardLinks(): boolean {
    return this.#options.hardLinks ?? true;
  }

  /** Nanoseconds, later than every time given out before. */
  tick(): bigint {
    const now = BigInt(Math.round(this.#options.now())) * 1_000_000n;
    this.#lastNs = now > this.#lastNs ? now : this.#lastNs + 1n;
    return this.#lastNs;
  }

  newInode(kind: FileStat['kind'], mode: number, target = ''): Inode {
    const time = this.tick();
    const links = kind === 'folder' ? 2 : 0;
    const times = { birthNs: time, mtimeNs: time, ctimeNs: time };
    return { kind, ino: this.#nextIno++, ...times, mode, links, data: EMPTY, durable: EMPTY, entries: new Map(), target };
  }

  statOf(inode: Inode): FileStat {
    return {
      kind: inode.kind,
      size: inode.kind === 'file' ? inode.data.length : 0,
      dev: '1',
      ino: String(inode.ino),
      birthtimeNs: (this.#options.birthTimes ?? true) ? String(inode.birthNs) : '0',
      mtimeNs: String(inode.mtimeNs),
      ctimeNs: String(inode.ctimeNs),
      mode: this.#hasModes ? inode.mode : NO_MODES,
      links: inode.links,
    };
  }

  get #hasModes(): boolean {
    return this.#options.modes ?? true;
  }

  key(name: string): string {
    return this.#names.key(name);
  }

  /** A name that is not UTF-8 is kept, and found, under its printable form. */
  #keyIn(folder: Inode, name: string): string {
    const key = this.key(name);
    return folder.entries.has(key) ? key : `\0${name}`;
  }

  // --- finding

  /** lstat's view: links in the middle are followed, the last one is not. */
  find(path: string): Inode | undefined {
    return this.#entry(path)?.inode;
  }

  need(path: string): Inode {
    const found = this.find(path);
    if (found === undefined) throw new DiskFault('missing', path);
    return found;
  }

  needFolder(path: string): Inode {
    const found = this.need(path);
    if (found.kind === 'symlink') throw new DiskFault('loop', path);
    if (found.kind !== 'folder') throw new DiskFault('not_a_folder', path);
    return found;
  }

  /** Folder and name that a new entry at `path` would have. */
  place(path: string): { readonly folder: Inode; readonly name: string } {
    const place = this.#unchecked(path);
    const fault = path.length > (this.#options.maxPath ?? Infinity) ? 'name_too_long' : this.#names.fault(place.name);
    if (fault !== undefined) throw new DiskFault(fault, path);
    return place;
  }

  #unchecked(path: string): { readonly folder: Inode; readonly name: string } {
    const { parent, name } = split(path);
    const folder = this.#follow(this.#entry(parent), parent, 0)?.inode;
    if (folder === undefined) throw new DiskFault('missing', path);
    if (folder.kind !== 'folder') throw new DiskFault('not_a_folder', path);
    return { folder, name };
  }

  realPath(path: string): string | undefined {
    return this.#follow(this.#entry(path), path, 0)?.path;
  }

  #entry(path: string, depth = 0): { readonly inode: Inode; readonly path: string } | undefined {
    if (path === '/' || path === '') return { inode: this.root, path: '/' };
    const { parent, name } = split(path);
    const above = this.#follow(this.#entry(parent, depth), parent, depth);
    if (above?.inode.kind !== 'folder') return undefined;
    const entry = above.inode.entries.get(this.#keyIn(above.inode, name));
    if (entry === undefined) return undefined;
    return { inode: entry.inode, path: join(above.path, entry.name ?? entry.printable) };
  }

  #follow(
    found: { readonly inode: Inode; readonly path: string } | undefined,
    path: string,
    depth: number,
  ): { readonly inode: Inode; readonly path: string } | undefined {
    if (found?.inode.kind !== 'symlink') return found;
    if (depth > MAX_LINKS_FOLLOWED) throw new DiskFault('loop', path);
    const target = found.inode.target.startsWith('/') ? found.inode.target : join(split(found.path).parent, found.inode.target);
    return this.#follow(this.#entry(target, depth + 1), target, depth + 1);
  }

  // --- changing

  add(path: string, inode: Inode, printable?: string): void {
    const { folder, name } = printable === undefined ? this.place(path) : this.#unchecked(path);
    const key = printable === undefined ? this.key(name) : `\0${printable}`;
    if (folder.entries.has(key)) throw new DiskFault('exists', path);
    const stored = this.#names.stored(name);
    this.#set(folder, key, { name: printable === undefined ? stored : null, printable: printable ?? stored, inode });
    inode.ctimeNs = this.tick();
    this.#changed(path, folder);
  }

  remove(path: string): void {
    const { folder, name } = this.#unchecked(path);
    const key = this.#keyIn(folder, name);
    const entry = folder.entries.get(key);
    if (entry === undefined) throw new DiskFault('missing', path);
    this.#set(folder, key, undefined);
    entry.inode.ctimeNs = this.tick();
    this.#changed(path, folder);
  }

  /** rename(2), with its replacing of files and empty folders. */
  rename(from: string, to: string): void {
    const inode = this.need(from);
    const source = this.place(from);
    const target = this.place(to);
    if (inode.kind === 'folder' && `${to}/`.startsWith(`${from}/`) && to !== from) throw new DiskFault('failed', to);
    const fromKey = this.key(source.name);
    const toKey = this.key(target.name);
    const sameEntry = source.folder === target.folder && fromKey === toKey;
    const taken = sameEntry ? undefined : target.folder.entries.get(toKey)?.inode;
    if (taken === inode) return;
    if (taken !== undefined) {
      if (inode.kind === 'folder' && taken.kind !== 'folder') throw new DiskFault('not_a_folder', to);
      if (inode.kind !== 'folder' && taken.kind === 'folder') throw new DiskFault('is_a_folder', to);
      if (taken.entries.size > 0) throw new DiskFault('exists', to);
    }
    const stored = this.#names.stored(target.name);
    this.#atomically(() => {
      this.#set(source.folder, fromKey, undefined);
      this.#set(target.folder, toKey, { name: stored, printable: stored, inode });
    });
    inode.ctimeNs = this.tick();
    this.#changed(from, source.folder);
    this.#changed(to, target.folder);
  }

  /** New content that a power cut takes back until it is synced (`syncFile`). */
  write(inode: Inode, bytes: Uint8Array, path: string): void {
    if (bytes.length - inode.data.length > this.freeBytes()) throw new DiskFault('full', path);
    inode.data = bytes;
    inode.mtimeNs = this.tick();
    inode.ctimeNs = inode.mtimeNs;
    this.onChange?.(split(path).parent);
  }

  syncFile(inode: Inode): void {
    inode.durable = inode.data;
  }

  changeMode(path: string, mode: number): void {
    const inode = this.need(path);
    inode.mode = mode & 0o7777;
    inode.ctimeNs = this.tick();
    this.onChange?.(split(path).parent);
  }

  freeBytes(): number {
    const capacity = this.#options.capacityBytes ?? 2 ** 40;
    const seen = new Set<Inode>();
    const used = (inode: Inode): number => {
      if (seen.has(inode)) return 0;
      seen.add(inode);
      let sum = inode.data.length;
      for (const entry of inode.entries.values()) sum += used(entry.inode);
      return sum;
    };
    return this.#options.capacityBytes === undefined ? capacity : capacity - used(this.root);
  }

  // --- power

  /** Every metadata change so far is on the disk. */
  commit(): void {
    this.#undo = [];
  }

  /** Changes that a power cut could take back. */
  get uncommitted(): number {
    return this.#undo.length;
  }

  /** Takes back all but the oldest `kept` uncommitted changes, and all file content that was not synced. */
  lose(kept: number): void {
    for (const undo of this.#undo.splice(kept).reverse()) undo();
    this.#undo = [];
    const seen = new Set<Inode>();
    const visit = (inode: Inode): void => {
      if (seen.has(inode)) return;
      seen.add(inode);
      if (inode.data !== inode.durable) {
        inode.data = inode.durable;
        inode.ctimeNs = this.tick();
      }
      for (const entry of inode.entries.values()) visit(entry.inode);
    };
    visit(this.root);
  }

  #atomically(change: () => void): void {
    const start = this.#undo.length;
    change();
    const parts = this.#undo.splice(start);
    this.#undo.push(() => parts.reverse().forEach((part) => part()));
  }

  #set(folder: Inode, key: string, entry: Entry | undefined): void {
    const before = folder.entries.get(key);
    this.#swap(folder, key, before, entry);
    this.#undo.push(() => this.#swap(folder, key, entry, before));
  }

  #swap(folder: Inode, key: string, before: Entry | undefined, after: Entry | undefined): void {
    if (after === undefined) folder.entries.delete(key);
    else folder.entries.set(key, after);
    if (before !== undefined && before.inode.kind !== 'folder') before.inode.links -= 1;
    if (after !== undefined && after.inode.kind !== 'folder') after.inode.links += 1;
  }

  #changed(path: string, folder: Inode): void {
    folder.mtimeNs = this.tick();
    folder.ctimeNs = folder.mtimeNs;
    this.onChange?.(split(path).parent);
  }
}

export function split(path: string): { readonly parent: string; readonly name: string } {
  const slash = path.lastIndexOf('/');
  return { parent: slash <= 0 ? '/' : path.slice(0, slash), name: path.slice(slash + 1) };
}

export const join = (folder: string, name: string): string => (folder === '/' ? `/${name}` : `${folder}/${name}`);
