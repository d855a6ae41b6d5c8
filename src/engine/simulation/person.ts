import { DiskFault } from '../environment.ts';
import type { Inode } from '../fakes/disk/volume.ts';
import { RULES_FILE } from '../ignore/index.ts';
import { ROOT } from './device.ts';
import { baseOf, Hands, parentOf, type PersonParts, textAt } from './hands.ts';
import { rulesFiles, rulesText } from './rules.ts';
import { textOf } from './text-of.ts';

/** What a person does is a row of short acts; between two of them anything may happen. */
export type Acts = Generator<void, void, void>;

/** Somebody at a device who edits, makes, moves and deletes, in all the ways programs do that. */
export class Person {
  readonly #parts: PersonParts;
  readonly #hands: Hands;
  /** A program that holds a file open and writes to it later, wherever it is by then. */
  #open: Inode | undefined;

  constructor(parts: PersonParts) {
    this.#parts = parts;
    this.#hands = new Hands(parts);
  }

  /** Something, chosen by the seed. */
  something(): Acts {
    const { random, device } = this.#parts;
    if (device.isFolderAway) return this.#nothing();
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

  *#nothing(): Acts {}

  /** Much changes places. */
  rearrange(): Acts {
    return this.#parts.random.pick([() => this.#swapPlaces(), () => this.#rotate(), () => this.#intoOwnChild()])();
  }

  /** Saves something new there, whatever is there by now. @param first its first line */
  save(path: string, first?: string): void {
    this.#hands.write(path, first === undefined ? this.#hands.content() : `${first}\n# ${this.#hands.content().slice(0, 20)}\n`);
  }

  delete(path: string): void {
    this.#hands.delete(path);
  }

  /** One of the folders there are. */
  someFolder(): string {
    return this.#hands.folder();
  }

  /**
   * After a power cut: locks whose removal it took are cleared away, as an office program does that finds its own, and so
   * are links and devices that were there for a while.
   */
  comesBack(): void {
    for (const { path, inode } of this.#hands.all()) {
      const isLock = inode.kind === 'file' && baseOf(path).startsWith('~$');
      if (isLock || inode.kind === 'symlink' || inode.kind === 'special') this.#hands.delete(path);
    }
  }

  rename(from: string, to: string): void {
    this.#hands.rename(from, to);
  }

  /** Every file and folder there is, absolute. */
  all(kind: 'file' | 'folder'): readonly string[] {
    return this.#hands.all().flatMap(({ path, inode }) => (inode.kind === kind ? [path] : []));
  }

  /** A program opens all there is, to save it later to where it was. */
  openAll(): () => void {
    const { random } = this.#parts;
    const all = this.#hands.all();
    return () => {
      for (const { path, inode } of all) {
        if (inode.kind === 'file' && random.next() < 0.6) this.#hands.write(path, this.#hands.content());
        if (inode.kind === 'folder' && random.next() < 0.4)
          this.#hands.write(`${path}/${random.pick(this.#parts.names)}`, this.#hands.content());
      }
    };
  }

  // --- files

  *#create(): Acts {
    this.#hands.write(this.#hands.newPath(), this.#hands.content());
  }

  *#edit(): Acts {
    const file = this.#hands.pick('file');
    if (file === undefined) return yield* this.#create();
    this.#hands.write(file.path, this.#hands.content());
  }

  *#append(): Acts {
    const file = this.#hands.pick('file');
    if (file !== undefined) this.#hands.write(file.path, `${textOf(file.inode)}+${this.#hands.content()}`);
  }

  /** A new file beside it, renamed over it. */
  *#swapSave(): Acts {
    const file = this.#hands.pick('file');
    if (file === undefined) return;
    const beside = `${file.path}.new`;
    const text = this.#hands.content();
    this.#hands.write(beside, text);
    yield;
    // It goes on as the file that it replaces, or as itself.
    if (this.#hands.rename(beside, file.path)) this.#parts.ledger.swappedIn(text);
  }

  /** The old one aside, a new one in its place, the old one deleted. */
  *#backupSave(): Acts {
    const file = this.#hands.pick('file');
    if (file === undefined) return;
    const backup = `${file.path}.bak`;
    if (!this.#hands.rename(file.path, backup)) return;
    yield;
    this.#hands.write(file.path, this.#hands.content());
    yield;
    this.#hands.delete(backup);
  }

  /** Ignore rules are written, edited and taken away again. */
  *#rule(): Acts {
    const { random, names, device } = this.#parts;
    const known = rulesFiles(device);
    if (known.length > 0 && random.next() < 0.4) return this.#hands.delete(random.pick(known));
    const path = known.length > 0 && random.next() < 0.5 ? random.pick(known) : `${this.#hands.folder()}/${RULES_FILE}`;
    this.#hands.write(path, rulesText(random, names, this.#hands.content() || 'nothing'));
  }

  /** As office programs do: a lock beside it, a temporary file, the old one aside, the temporary one in its place. */
  *#officeSave(): Acts {
    const file = this.#hands.pick('file');
    if (file === undefined) return;
    const folder = parentOf(file.path);
    const lock = `${folder}/~$${baseOf(file.path)}`;
    const temporary = `${folder}/~WRD0001.tmp`;
    // A lock that was left may have been saved to like anything else.
    const left = textAt(this.#parts.device, lock);
    const locked = this.#hands.act(`lock ${lock}`, () => {
      this.#parts.device.person.writeFile(lock, 'somebody');
    });
    if (locked && left !== undefined) this.#parts.ledger.dismissed([left]);
    yield;
    const texts = [this.#hands.content(), textAt(this.#parts.device, file.path)].filter((text) => text !== undefined);
    this.#hands.write(temporary, texts[0] ?? '');
    if (this.#hands.rename(file.path, `${folder}/~WRL0001.tmp`)) {
      yield;
      // Its folder has moved: the program gives up, and both versions have names that never sync and go where their folder goes.
      if (!this.#hands.rename(temporary, file.path)) this.#parts.ledger.dismissed(texts);
      this.#hands.delete(`${folder}/~WRL0001.tmp`);
    } else this.#hands.delete(temporary);
    yield;
    this.#hands.delete(lock);
  }

  /** What is neither file nor folder, for a while. */
  *#linkOrDevice(): Acts {
    const { random, device } = this.#parts;
    const path = this.#hands.newPath();
    this.#hands.act(`special ${path}`, () => {
      if (device.disk.volume.find(path) !== undefined) throw new DiskFault('exists', path);
      if (random.next() < 0.5) device.person.symlink('/elsewhere', path);
      else device.person.special(path);
    });
    for (let time = random.below(5); time >= 0; time -= 1) yield;
    const kind = device.disk.volume.find(path)?.kind;
    if (kind === 'symlink' || kind === 'special') this.#hands.delete(path);
  }

  *#burst(): Acts {
    const file = this.#hands.pick('file');
    if (file === undefined) return;
    for (let time = this.#parts.random.below(5); time >= 0; time -= 1) {
      this.#hands.write(file.path, this.#hands.content());
      yield;
    }
  }

  *#touch(): Acts {
    const { random, device } = this.#parts;
    const file = this.#hands.pick('file');
    if (file === undefined) return;
    const mtimeMs = random.pick([0, 1_000_000_000_000, Number(file.inode.mtimeNs / 1_000_000n) + 1, 4_000_000_000_000]);
    this.#hands.act(`touch ${file.path} ${mtimeMs}`, () => {
      device.person.setMtime(file.path, mtimeMs);
    });
    if (random.next() < 0.3) {
      this.#hands.act(`chmod ${file.path}`, () => {
        device.person.chmod(file.path, random.pick([0o644, 0o755, 0o600]));
      });
    }
  }

  *#openAndWriteLater(): Acts {
    const { device, ledger } = this.#parts;
    this.#open ??= this.#hands.pick('file')?.inode;
    yield;
    const inode = this.#open;
    if (inode === undefined || inode.links === 0) {
      this.#open = undefined;
      return;
    }
    if (this.#parts.random.next() < 0.5) return;
    this.#open = undefined;
    const text = this.#hands.content();
    const before = textOf(inode);
    this.#hands.act(`late write ${text}`, () => {
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
    const found = this.#hands.pick(kind);
    if (found !== undefined) this.#hands.delete(found.path);
  }

  /** All there is, one after the other. */
  *#clearOut(): Acts {
    const top = this.#parts.device.disk.volume.need(ROOT);
    for (const { printable } of [...top.entries.values()]) {
      if (printable === '.tidemark') continue;
      this.#hands.delete(`${ROOT}/${printable}`);
      if (this.#parts.random.next() < 0.2) yield;
    }
  }

  *#recreate(): Acts {
    const file = this.#hands.pick('file');
    if (file === undefined) return;
    this.#hands.delete(file.path);
    yield;
    this.#hands.write(file.path, this.#hands.content());
  }

  *#makeFolder(): Acts {
    const path = this.#hands.newPath();
    this.#hands.act(`mkdir ${path}`, () => {
      this.#parts.device.person.mkdir(path);
    });
  }

  *#makeTree(): Acts {
    let path = this.#hands.newPath();
    for (let depth = this.#parts.random.below(4); depth >= 0; depth -= 1) {
      path = `${path}/${this.#parts.random.pick(this.#parts.names)}`;
      this.#hands.write(`${path}/${this.#parts.random.pick(this.#parts.names)}.txt`, this.#hands.content());
      if (this.#parts.random.next() < 0.3) yield;
    }
  }

  *#move(kind: 'file' | 'folder'): Acts {
    const { random } = this.#parts;
    const found = this.#hands.pick(kind);
    if (found === undefined) return;
    const name = random.next() < 0.5 ? baseOf(found.path) : random.pick(this.#parts.names);
    const folder = random.next() < 0.5 ? parentOf(found.path) : this.#hands.folder();
    if (!this.#hands.rename(found.path, `${folder}/${name}`)) return;
    if (kind === 'file' && random.next() < 0.4) {
      if (random.next() < 0.5) yield;
      this.#hands.write(`${folder}/${name}`, this.#hands.content());
    }
  }

  /** Two things change places, by way of a third name. */
  *#swapPlaces(): Acts {
    const kind = this.#parts.random.pick(['file', 'folder', undefined] as const);
    const a = this.#hands.pick(kind);
    const b = this.#hands.pick(kind);
    if (a === undefined || b === undefined || a.inode === b.inode) return;
    const aside = `${ROOT}/aside`;
    if (!this.#hands.rename(a.path, aside)) return;
    yield;
    this.#hands.rename(b.path, a.path);
    yield;
    this.#hands.rename(aside, b.path);
  }

  *#rotate(): Acts {
    const all = [this.#hands.pick(), this.#hands.pick(), this.#hands.pick()].flatMap((found) => found ?? []);
    const [a, b, c] = all;
    if (a === undefined || b === undefined || c === undefined || new Set(all.map((one) => one.inode)).size < 3) return;
    const aside = `${ROOT}/aside`;
    if (!this.#hands.rename(a.path, aside)) return;
    this.#hands.rename(b.path, a.path);
    yield;
    this.#hands.rename(c.path, b.path);
    this.#hands.rename(aside, c.path);
  }

  /** The child takes the place of its parent, and the parent goes into it. */
  *#intoOwnChild(): Acts {
    const folder = this.#hands.pick('folder');
    const child = folder === undefined ? undefined : this.#hands.below(folder).find(({ inode }) => inode.kind === 'folder');
    if (folder === undefined || child === undefined) return;
    const aside = `${ROOT}/aside`;
    if (!this.#hands.rename(child.path, aside)) return;
    this.#hands.rename(folder.path, `${aside}/${baseOf(folder.path)}`);
    yield;
    this.#hands.rename(aside, folder.path);
  }

  /** A folder where a file was, or a file where a folder was. */
  *#replaceKind(): Acts {
    const found = this.#hands.pick();
    if (found === undefined) return;
    if (this.#parts.random.next() < 0.5) this.#hands.delete(found.path);
    else if (!this.#hands.rename(found.path, `${found.path} old`)) return;
    if (this.#parts.random.next() < 0.5) yield;
    if (found.inode.kind === 'folder') this.#hands.write(found.path, this.#hands.content());
    else this.#hands.write(`${found.path}/${this.#parts.random.pick(this.#parts.names)}`, this.#hands.content());
  }
}

const reaches = (folder: Inode, inode: Inode, except: string): boolean =>
  [...folder.entries.values()].some(
    ({ printable, inode: found }) => found === inode || (printable !== except && reaches(found, inode, except)),
  );
