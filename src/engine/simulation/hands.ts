import { DiskFault } from '../environment.ts';
import type { Inode } from '../fakes/disk/volume.ts';
import type { SeededRandom } from '../fakes/random.ts';
import { ROOT, type SimDevice } from './device.ts';
import type { Habits } from './habits.ts';
import type { Ledger } from './ledger.ts';
import { textOf } from './text-of.ts';
import { filesIn, textsIn } from './texts-in.ts';

export interface PersonParts {
  readonly device: SimDevice;
  readonly random: SeededRandom;
  readonly ledger: Ledger;
  readonly note: (what: string) => void;
  readonly names: readonly string[];
  readonly habits: Habits;
}

export interface Found {
  /** Absolute. */
  readonly path: string;
  readonly inode: Inode;
}

/** What a person sees at a device, and the short acts that all others are made of; the ledger hears of each. */
export class Hands {
  readonly #parts: PersonParts;
  #written = 0;

  constructor(parts: PersonParts) {
    this.#parts = parts;
  }

  content(): string {
    const { random, device } = this.#parts;
    this.#written += 1;
    const text = `${device.name}#${this.#written}`;
    if (random.next() < 0.03) return '';
    // Now and then several blocks.
    return random.next() < 0.007 ? `${text} ${Array.from({ length: 40_000 + random.below(40_000) }, () => random.id()).join('')}` : text;
  }

  write(path: string, text: string): void {
    const { device, ledger } = this.#parts;
    const before = textAt(device, path);
    const done = this.act(`write ${path} ${text.slice(0, 40)}`, () => {
      if (device.disk.volume.find(path)?.kind === 'folder') throw new DiskFault('is_a_folder', path);
      device.person.writeFile(path, text);
    });
    if (!done) return;
    // Nothing is nothing to lose.
    if (text !== '') ledger.wrote(text, `${text.slice(0, 40)} written at ${path} on ${device.name}`);
    if (before !== undefined) ledger.dismissed([before]);
  }

  delete(path: string): void {
    const { device, ledger } = this.#parts;
    const inode = device.disk.volume.find(path);
    const texts = inode === undefined ? [] : textsIn(inode);
    // Deleted in the middle of a move by link and unlink: the other name goes too, and nobody would want it back.
    const moving = inode === undefined ? [] : filesIn(inode).flatMap((file) => (file.links > 1 ? [textOf(file)] : []));
    this.act(`delete ${path}`, () => {
      device.person.remove(path);
    });
    ledger.dismissed(texts);
    ledger.givenUp(moving);
  }

  rename(from: string, to: string): boolean {
    const { device, ledger } = this.#parts;
    const before = from === to ? undefined : device.disk.volume.find(to);
    const done = this.act(`rename ${from} ${to}`, () => {
      device.person.rename(from, to);
    });
    const moved = done ? device.disk.volume.find(to) : undefined;
    if (moved !== undefined) {
      ledger.moved(device, parentOf(to), textsIn(moved));
      // Nor is what moves into a folder that may not be read for hours told from what was deleted.
      if (this.#parts.habits.rules || this.#parts.habits.lingering) ledger.leftOut(textsIn(moved));
    }
    if (done && before?.kind === 'file') ledger.dismissed([textOf(before)]);
    // Of a file in the middle of a move by link and unlink the other name goes too.
    if (done && before?.kind === 'file' && before.links > 0) ledger.givenUp([textOf(before)]);
    return done;
  }

  /** Paths may have changed since they were chosen; then nothing happens. */
  act(what: string, act: () => void): boolean {
    if (this.#parts.device.isFolderAway) return false;
    this.#parts.device.writeBack();
    try {
      act();
      this.#parts.device.namedMs = this.#parts.device.nowMs;
      this.#parts.note(what);
      return true;
    } catch (error) {
      if (error instanceof DiskFault) return false;
      throw error;
    }
  }

  pick(kind?: 'file' | 'folder'): Found | undefined {
    const all = this.all().filter(({ inode }) => kind === undefined || inode.kind === kind);
    return all.length === 0 ? undefined : this.#parts.random.pick(all);
  }

  all(): Found[] {
    if (this.#parts.device.isFolderAway) return [];
    return this.below({ path: ROOT, inode: this.#parts.device.disk.volume.need(ROOT) });
  }

  below(folder: Found): Found[] {
    return [...folder.inode.entries.values()].flatMap(({ printable, inode }) => {
      if (printable === '.tidemark') return [];
      const found = { path: `${folder.path}/${printable}`, inode };
      return [found, ...this.below(found)];
    });
  }

  /** One of the folders there are. */
  folder(): string {
    const folders = this.all().filter(({ inode }) => inode.kind === 'folder');
    return this.#parts.random.next() < 0.4 || folders.length === 0 ? ROOT : this.#parts.random.pick(folders).path;
  }

  newPath(): string {
    const { random, names } = this.#parts;
    return `${this.folder()}/${random.pick(names)}${random.pick(['', '.txt'])}`;
  }
}

export function textAt(device: SimDevice, path: string): string | undefined {
  const inode = device.disk.volume.find(path);
  return inode?.kind === 'file' ? textOf(inode) : undefined;
}

export const baseOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
export const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));
