import { type FileStat } from '../../model/index.ts';
import { join, split, type Inode, type Volume } from './volume.ts';

/** What a person or another program does: at once and following no engine's rules. What is written is on the disk for good. */
export class UserHands {
  readonly #volume: Volume;
  /** Names are on the disk for good too; else the system writes them down by itself later, and a power cut may take them. */
  durableNames = true;
  /** So is what is written; else a power cut takes it back, as with a program that does not sync what it saves. */
  durableContents = true;

  constructor(volume: Volume) {
    this.#volume = volume;
  }

  /** In place: a new file, or new content of the one there (same inode). Missing folders are made. */
  writeFile(path: string, content: string | Uint8Array, mode = 0o644): void {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content.slice();
    let inode = this.#volume.find(path);
    if (inode === undefined) {
      this.mkdir(split(path).parent);
      inode = this.#volume.newInode('file', mode);
      this.#volume.add(path, inode);
    }
    this.#volume.write(inode, bytes, path);
    this.#durable(inode);
  }

  /** As many editors save: a new file beside it, then renamed over it. */
  swapFile(path: string, content: string | Uint8Array): void {
    const temporary = `${path}.swap`;
    this.writeFile(temporary, content);
    this.rename(temporary, path);
  }

  /** A file whose name is not UTF-8. */
  writeUnreadableName(folder: string, printable: string, content = ''): void {
    const inode = this.#volume.newInode('file', 0o644);
    this.#volume.add(join(folder, printable), inode, printable);
    inode.data = new TextEncoder().encode(content);
    this.#durable(inode);
  }

  /** Gives what is there a name that is not UTF-8; it can be renamed back by its printable form. */
  renameUnreadable(from: string, printable: string): void {
    const inode = this.#volume.need(from);
    this.#volume.remove(from);
    this.#volume.add(join(split(from).parent, printable), inode, printable);
    this.#settle();
  }

  mkdir(path: string): void {
    if (this.#volume.find(path) !== undefined) return;
    this.mkdir(split(path).parent);
    this.#volume.add(path, this.#volume.newInode('folder', 0o755));
    this.#settle();
  }

  /** rename(2): replaces a file or an empty folder. */
  rename(from: string, to: string): void {
    this.#volume.rename(from, to);
    this.#settle();
  }

  remove(path: string): void {
    const inode = this.#volume.find(path);
    if (inode === undefined) return;
    for (const entry of [...inode.entries.values()]) this.remove(join(path, entry.printable));
    this.#volume.remove(path);
    this.#settle();
  }

  link(from: string, to: string): void {
    this.#volume.add(to, this.#volume.need(from));
    this.#settle();
  }

  symlink(target: string, path: string): void {
    this.#volume.add(path, this.#volume.newInode('symlink', 0o777, target));
    this.#settle();
  }

  /** A FIFO, socket or device. */
  special(path: string): void {
    this.#volume.add(path, this.#volume.newInode('special', 0o644));
    this.#settle();
  }

  chmod(path: string, mode: number): void {
    this.#volume.changeMode(path, mode);
  }

  /** As touch(1): also into the past or the future. */
  setMtime(path: string, mtimeMs: number): void {
    const inode = this.#volume.need(path);
    inode.mtimeNs = BigInt(mtimeMs) * 1_000_000n;
    inode.ctimeNs = this.#volume.tick();
    this.#volume.onChange?.(split(path).parent);
  }

  exists(path: string): boolean {
    return this.#volume.find(path) !== undefined;
  }

  stat(path: string): FileStat {
    return this.#volume.statOf(this.#volume.need(path));
  }

  readFile(path: string): Uint8Array {
    return this.#volume.need(path).data.slice();
  }

  readText(path: string): string {
    return new TextDecoder().decode(this.readFile(path));
  }

  /** Everything below a folder by relative path: text of a file, null for a folder, `-> target` for a link. Sorted. */
  snapshot(folder: string): Readonly<Record<string, string | null>> {
    const result: [string, string | null][] = [];
    const visit = (inode: Inode, prefix: string): void => {
      for (const { printable, inode: found } of inode.entries.values()) {
        const path = `${prefix}${printable}`;
        const shown = found.kind === 'file' ? new TextDecoder().decode(found.data) : found.kind === 'symlink' ? `-> ${found.target}` : null;
        result.push([path, shown]);
        visit(found, `${path}/`);
      }
    };
    visit(this.#volume.need(folder), '');
    return Object.fromEntries(result.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #durable(inode: Inode): void {
    if (this.durableContents) this.#volume.syncFile(inode);
    this.#settle();
  }

  #settle(): void {
    if (this.durableNames) this.#volume.commit();
  }
}
