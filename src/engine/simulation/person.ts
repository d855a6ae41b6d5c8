import { DiskFault } from '../environment.ts';
import type { Inode } from '../fakes/disk/volume.ts';
import type { SeededRandom } from '../fakes/random.ts';
import { RULES_FILE } from '../ignore/index.ts';
import { ROOT, type SimDevice } from './device.ts';
import type { Habits } from './habits.ts';
import type { Ledger } from './ledger.ts';
import { rulesFiles, rulesText } from './rules.ts';
import { textOf } from './text-of.ts';
import { filesIn, textsIn } from './texts-in.ts';

/** What a person does is a row of short acts; between two of them anything may happen. */
export type Acts = Generator<void, void, void>;

export interface PersonParts {
  readonly device: SimDevice;
  readonly random: SeededRandom;
  readonly ledger: Ledger;
  readonly note: (what: string) => void;
  readonly names: readonly string[];
  readonly habits: Habits;
}

interface Found {
  readonly path: string;
  readonly inode: Inode;
}

/** Somebody at a device who edits, makes, moves and deletes, in all the ways programs do that. */
export class Person {
  readonly #parts: PersonParts;
  #written = 0;
  /** A program that holds a file open and writes to it later, wherever it is by then. */
  #open: Inode | undefined;

  constructor(parts: PersonParts) {
    this.#parts = parts;
  }

  /** Something, chosen by the seed. */
  something(): Acts {
    const { random } = this.#parts;
    const weighted: readonly (readonly [number, () => Acts])[] = [
      [2, () => this.#swapSave()],
      [2, () => this.#backupSave()],
      [1, () => this.#officeSave()],
      [3, () => this.#remove('file')],
      [2, () => this.#remove('folder')],
      [1, () => this.#replaceKind()],
      [1, () => this.#recreate()],
      [1, () => this.#linkOrDevice()],
      [6, () => this.#create()],
      [6, () => this.#edit()],
      [2, () => this.#append()],
      [1, () => this.#burst()],
      [1, () => this.#touch()],
      [1, () => this.#openAndWriteLater()],
      [3, () => this.#makeFolder()],
      [2, () => this.#makeTree()],
      [4, () => this.#move('file')],
      [4, () => this.#move('folder')],
      [2, () => this.#swapPlaces()],
      [1, () => this.#rotate()],
      [1, () => this.#intoOwnChild()],
      [this.#parts.habits.rules ? 3 : 0, () => this.#rule()],
      [this.#parts.habits.clearsOut ? 2 : 0, () => this.#clearOut()],
    ];
    let rest = random.below(weighted.reduce((sum, [weight]) => sum + weight, 0));
    for (const [weight, act] of weighted) {
      rest -= weight;
      if (rest < 0) return act();
    }
    return this.#create();
  }

  /** Much changes places. */
  rearrange(): Acts {
    return this.#parts.random.pick([() => this.#swapPlaces(), () => this.#rotate(), () => this.#intoOwnChild()])();
  }

  /** Saves something new there, whatever is there by now. @param first its first line */
  save(path: string, first?: string): void {
    this.#write(path, first === undefined ? this.#content() : `${first}\n# ${this.#content().slice(0, 20)}\n`);
  }

  delete(path: string): void {
    this.#delete(path);
  }

  /**
   * After a power cut: locks whose removal it took are cleared away, as an office program does that finds its own, and so
   * are links and devices that were there for a while.
   */
  comesBack(): void {
    for (const { path, inode } of this.#all()) {
      const isLock = inode.kind === 'file' && baseOf(path).startsWith('~$');
      if (isLock || inode.kind === 'symlink' || inode.kind === 'special') this.#delete(path);
    }
  }

  rename(from: string, to: string): void {
    this.#rename(from, to);
  }

  /** Every file and folder there is, absolute. */
  all(kind: 'file' | 'folder'): readonly string[] {
    return this.#all().flatMap(({ path, inode }) => (inode.kind === kind ? [path] : []));
  }

  /** A program opens all there is, to save it later to where it was. */
  openAll(): () => void {
    const { random } = this.#parts;
    const all = this.#all();
    return () => {
      for (const { path, inode } of all) {
        if (inode.kind === 'file' && random.next() < 0.6) this.#write(path, this.#content());
        if (inode.kind === 'folder' && random.next() < 0.4) this.#write(`${path}/${random.pick(this.#parts.names)}`, this.#content());
      }
    };
  }

  // --- files

  *#create(): Acts {
    this.#write(this.#newPath(), this.#content());
  }

  *#edit(): Acts {
    const file = this.#pick('file');
    if (file === undefined) return yield* this.#create();
    this.#write(file.path, this.#content());
  }

  *#append(): Acts {
    const file = this.#pick('file');
    if (file !== undefined) this.#write(file.path, `${textOf(file.inode)}+${this.#content()}`);
  }

  /** A new file beside it, renamed over it. */
  *#swapSave(): Acts {
    const file = this.#pick('file');
    if (file === undefined) return;
    const beside = `${file.path}.new`;
    const text = this.#content();
    this.#write(beside, text);
    yield;
    // It goes on as the file that it replaces, or as itself.
    if (this.#rename(beside, file.path)) this.#parts.ledger.swappedIn(text);
  }

  /** The old one aside, a new one in its place, the old one deleted. */
  *#backupSave(): Acts {
    const file = this.#pick('file');
    if (file === undefined) return;
    const backup = `${file.path}.bak`;
    if (!this.#rename(file.path, backup)) return;
    yield;
    this.#write(file.path, this.#content());
    yield;
    this.#delete(backup);
  }

  /** Ignore rules are written, edited and taken away again. */
  *#rule(): Acts {
    const { random, names, device } = this.#parts;
    const known = rulesFiles(device);
    if (known.length > 0 && random.next() < 0.4) return this.#delete(random.pick(known));
    const path = known.length > 0 && random.next() < 0.5 ? random.pick(known) : `${this.#folder()}/${RULES_FILE}`;
    this.#write(path, rulesText(random, names, this.#content() || 'nothing'));
  }

  /** As office programs do: a lock beside it, a temporary file, the old one aside, the temporary one in its place. */
  *#officeSave(): Acts {
    const file = this.#pick('file');
    if (file === undefined) return;
    const folder = parentOf(file.path);
    const lock = `${folder}/~$${baseOf(file.path)}`;
    const temporary = `${folder}/~WRD0001.tmp`;
    // A lock that was left may have been saved to like anything else.
    const left = textAt(this.#parts.device, lock);
    const locked = this.#act(`lock ${lock}`, () => {
      this.#parts.device.person.writeFile(lock, 'somebody');
    });
    if (locked && left !== undefined) this.#parts.ledger.dismissed([left]);
    yield;
    const texts = [this.#content(), textAt(this.#parts.device, file.path)].filter((text) => text !== undefined);
    this.#write(temporary, texts[0] ?? '');
    if (this.#rename(file.path, `${folder}/~WRL0001.tmp`)) {
      yield;
      // Its folder has moved: the program gives up, and both versions have names that never sync and go where their folder goes.
      if (!this.#rename(temporary, file.path)) this.#parts.ledger.dismissed(texts);
      this.#delete(`${folder}/~WRL0001.tmp`);
    } else this.#delete(temporary);
    yield;
    this.#delete(lock);
  }

  /** What is neither file nor folder, for a while. */
  *#linkOrDevice(): Acts {
    const { random, device } = this.#parts;
    const path = this.#newPath();
    this.#act(`special ${path}`, () => {
      if (device.disk.volume.find(path) !== undefined) throw new DiskFault('exists', path);
      if (random.next() < 0.5) device.person.symlink('/elsewhere', path);
      else device.person.special(path);
    });
    for (let time = random.below(5); time >= 0; time -= 1) yield;
    const kind = device.disk.volume.find(path)?.kind;
    if (kind === 'symlink' || kind === 'special') this.#delete(path);
  }

  *#burst(): Acts {
    const file = this.#pick('file');
    if (file === undefined) return;
    for (let time = this.#parts.random.below(5); time >= 0; time -= 1) {
      this.#write(file.path, this.#content());
      yield;
    }
  }

  *#touch(): Acts {
    const { random, device } = this.#parts;
    const file = this.#pick('file');
    if (file === undefined) return;
    const mtimeMs = random.pick([0, 1_000_000_000_000, Number(file.inode.mtimeNs / 1_000_000n) + 1, 4_000_000_000_000]);
    this.#act(`touch ${file.path} ${mtimeMs}`, () => {
      device.person.setMtime(file.path, mtimeMs);
    });
    if (random.next() < 0.3) {
      this.#act(`chmod ${file.path}`, () => {
        device.person.chmod(file.path, random.pick([0o644, 0o755, 0o600]));
      });
    }
  }

  *#openAndWriteLater(): Acts {
    const { device, ledger } = this.#parts;
    this.#open ??= this.#pick('file')?.inode;
    yield;
    const inode = this.#open;
    if (inode === undefined || inode.links === 0) {
      this.#open = undefined;
      return;
    }
    if (this.#parts.random.next() < 0.5) return;
    this.#open = undefined;
    const text = this.#content();
    const before = textOf(inode);
    this.#act(`late write ${text}`, () => {
      device.disk.volume.write(inode, new TextEncoder().encode(text), `${ROOT}/late`);
      device.disk.volume.syncFile(inode);
    });
    // Of a file that the person deleted meanwhile, what is left is a download's temporary name at most.
    const root = device.disk.volume.need(ROOT);
    if (text !== '' && reaches(root, inode, 'tmp')) ledger.wrote(text, `${text} written late on ${device.name}`);
    // In the trash already, or parked: it stays there, or comes back.
    if (!reaches(root, inode, '.tidemark')) ledger.dismissed([text]);
    ledger.dismissed([before]);
  }

  // --- names

  *#remove(kind: 'file' | 'folder'): Acts {
    const found = this.#pick(kind);
    if (found !== undefined) this.#delete(found.path);
  }

  /** All there is, one after the other. */
  *#clearOut(): Acts {
    const top = this.#parts.device.disk.volume.need(ROOT);
    for (const { printable } of [...top.entries.values()]) {
      if (printable === '.tidemark') continue;
      this.#delete(`${ROOT}/${printable}`);
      if (this.#parts.random.next() < 0.2) yield;
    }
  }

  *#recreate(): Acts {
    const file = this.#pick('file');
    if (file === undefined) return;
    this.#delete(file.path);
    yield;
    this.#write(file.path, this.#content());
  }

  *#makeFolder(): Acts {
    const path = this.#newPath();
    this.#act(`mkdir ${path}`, () => {
      this.#parts.device.person.mkdir(path);
    });
  }

  *#makeTree(): Acts {
    let path = this.#newPath();
    for (let depth = this.#parts.random.below(4); depth >= 0; depth -= 1) {
      path = `${path}/${this.#parts.random.pick(this.#parts.names)}`;
      this.#write(`${path}/${this.#parts.random.pick(this.#parts.names)}.txt`, this.#content());
      if (this.#parts.random.next() < 0.3) yield;
    }
  }

  *#move(kind: 'file' | 'folder'): Acts {
    const { random } = this.#parts;
    const found = this.#pick(kind);
    if (found === undefined) return;
    const name = random.next() < 0.5 ? baseOf(found.path) : random.pick(this.#parts.names);
    const folder = random.next() < 0.5 ? parentOf(found.path) : this.#folder();
    if (!this.#rename(found.path, `${folder}/${name}`)) return;
    if (kind === 'file' && random.next() < 0.4) {
      if (random.next() < 0.5) yield;
      this.#write(`${folder}/${name}`, this.#content());
    }
  }

  /** Two things change places, by way of a third name. */
  *#swapPlaces(): Acts {
    const kind = this.#parts.random.pick(['file', 'folder', undefined] as const);
    const a = this.#pick(kind);
    const b = this.#pick(kind);
    if (a === undefined || b === undefined || a.inode === b.inode) return;
    const aside = `${ROOT}/aside`;
    if (!this.#rename(a.path, aside)) return;
    yield;
    this.#rename(b.path, a.path);
    yield;
    this.#rename(aside, b.path);
  }

  *#rotate(): Acts {
    const all = [this.#pick(), this.#pick(), this.#pick()].flatMap((found) => found ?? []);
    const [a, b, c] = all;
    if (a === undefined || b === undefined || c === undefined || new Set(all.map((one) => one.inode)).size < 3) return;
    const aside = `${ROOT}/aside`;
    if (!this.#rename(a.path, aside)) return;
    this.#rename(b.path, a.path);
    yield;
    this.#rename(c.path, b.path);
    this.#rename(aside, c.path);
  }

  /** The child takes the place of its parent, and the parent goes into it. */
  *#intoOwnChild(): Acts {
    const folder = this.#pick('folder');
    const child = folder === undefined ? undefined : this.#below(folder).find(({ inode }) => inode.kind === 'folder');
    if (folder === undefined || child === undefined) return;
    const aside = `${ROOT}/aside`;
    if (!this.#rename(child.path, aside)) return;
    this.#rename(folder.path, `${aside}/${baseOf(folder.path)}`);
    yield;
    this.#rename(aside, folder.path);
  }

  /** A folder where a file was, or a file where a folder was. */
  *#replaceKind(): Acts {
    const found = this.#pick();
    if (found === undefined) return;
    if (this.#parts.random.next() < 0.5) this.#delete(found.path);
    else if (!this.#rename(found.path, `${found.path} old`)) return;
    if (this.#parts.random.next() < 0.5) yield;
    if (found.inode.kind === 'folder') this.#write(found.path, this.#content());
    else this.#write(`${found.path}/${this.#parts.random.pick(this.#parts.names)}`, this.#content());
  }

  // --- hands

  #content(): string {
    const { random, device } = this.#parts;
    this.#written += 1;
    const text = `${device.name}#${this.#written}`;
    if (random.next() < 0.03) return '';
    // Now and then several blocks.
    return random.next() < 0.007 ? `${text} ${Array.from({ length: 40_000 + random.below(40_000) }, () => random.id()).join('')}` : text;
  }

  #write(path: string, text: string): void {
    const { device, ledger } = this.#parts;
    const before = textAt(device, path);
    const done = this.#act(`write ${path} ${text.slice(0, 40)}`, () => {
      if (device.disk.volume.find(path)?.kind === 'folder') throw new DiskFault('is_a_folder', path);
      device.person.writeFile(path, text);
    });
    if (!done) return;
    // Nothing is nothing to lose.
    if (text !== '') ledger.wrote(text, `${text.slice(0, 40)} written at ${path} on ${device.name}`);
    if (before !== undefined) ledger.dismissed([before]);
  }

  #delete(path: string): void {
    const { device, ledger } = this.#parts;
    const inode = device.disk.volume.find(path);
    const texts = inode === undefined ? [] : textsIn(inode);
    // Deleted in the middle of a move by link and unlink: the other name goes too, and nobody would want it back.
    const moving = inode === undefined ? [] : filesIn(inode).flatMap((file) => (file.links > 1 ? [textOf(file)] : []));
    this.#act(`delete ${path}`, () => {
      device.person.remove(path);
    });
    ledger.dismissed(texts);
    ledger.givenUp(moving);
  }

  #rename(from: string, to: string): boolean {
    const { device, ledger } = this.#parts;
    const before = from === to ? undefined : device.disk.volume.find(to);
    const done = this.#act(`rename ${from} ${to}`, () => {
      device.person.rename(from, to);
    });
    const moved = done ? device.disk.volume.find(to) : undefined;
    if (moved !== undefined) {
      ledger.moved(device, parentOf(to), textsIn(moved));
      if (this.#parts.habits.rules) ledger.leftOut(textsIn(moved));
    }
    if (done && before?.kind === 'file') ledger.dismissed([textOf(before)]);
    // Of a file in the middle of a move by link and unlink the other name goes too.
    if (done && before?.kind === 'file' && before.links > 0) ledger.givenUp([textOf(before)]);
    return done;
  }

  /** Paths may have changed since they were chosen; then nothing happens. */
  #act(what: string, act: () => void): boolean {
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

  // --- eyes

  #pick(kind?: 'file' | 'folder'): Found | undefined {
    const all = this.#all().filter(({ inode }) => kind === undefined || inode.kind === kind);
    return all.length === 0 ? undefined : this.#parts.random.pick(all);
  }

  #all(): Found[] {
    return this.#below({ path: ROOT, inode: this.#parts.device.disk.volume.need(ROOT) });
  }

  #below(folder: Found): Found[] {
    return [...folder.inode.entries.values()].flatMap(({ printable, inode }) => {
      if (printable === '.tidemark') return [];
      const found = { path: `${folder.path}/${printable}`, inode };
      return [found, ...this.#below(found)];
    });
  }

  /** One of the folders there are. */
  someFolder(): string {
    return this.#folder();
  }

  #folder(): string {
    const folders = this.#all().filter(({ inode }) => inode.kind === 'folder');
    return this.#parts.random.next() < 0.4 || folders.length === 0 ? ROOT : this.#parts.random.pick(folders).path;
  }

  #newPath(): string {
    const { random, names } = this.#parts;
    return `${this.#folder()}/${random.pick(names)}${random.pick(['', '.txt'])}`;
  }
}

function textAt(device: SimDevice, path: string): string | undefined {
  const inode = device.disk.volume.find(path);
  return inode?.kind === 'file' ? textOf(inode) : undefined;
}

const baseOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));

const reaches = (folder: Inode, inode: Inode, except: string): boolean =>
  [...folder.entries.values()].some(
    ({ printable, inode: found }) => found === inode || (printable !== except && reaches(found, inode, except)),
  );
