import { isInside, joinPath, nameFault, parentPath, type RelativePath } from '../../../base/index.ts';
import { TidemarkError } from '../../../contract/index.ts';
import { type Clock, type DirectoryEntry, type Disk, DiskFault, type DiskFaultCode } from '../../environment.ts';
import { isBuiltInIgnored } from '../../ignore/index.ts';
import { compareIdentity, type FileStat, type LocalNode, type NodeId } from '../../model/index.ts';
import { KnownPlaces } from './known.ts';
import type { FolderLook, KnownLocal, ListedLook, Listing } from './listing.ts';
import { changedDuring } from './quiet.ts';
import { SameFolders } from './same.ts';
import { AS_KNOWN, NO_RULES, RulesOnTheWay, type ScanRules } from './scan-rules.ts';

export interface ScanPlace {
  readonly disk: Pick<Disk, 'list' | 'stat' | 'read'>;
  readonly clock: Pick<Clock, 'now'>;
  /** Absolute. Whether it is ours and there is for the engine to check, before and after. */
  readonly root: string;
  /** What to leave out; nothing but the built-in names when not given. */
  readonly rules?: ScanRules;
}

interface Before {
  /** Of a look at everything: folders that something was said about. */
  readonly told: Iterable<RelativePath>;
  /** Folders that could not be listed, nor those in them: as soon as one can be, all that are known in it are looked into. */
  readonly whole: Iterable<RelativePath>;
}

const NOTHING: Before = { told: [], whole: [] };

/** Folders asked for at a time: enough to keep the threads busy, few enough to bound memory. */
const IN_FLIGHT = 16;

const GONE: ReadonlySet<DiskFaultCode> = new Set(['missing', 'not_a_folder', 'loop', 'changed']);

/**
 * Looks at folders. Besides those that are asked for it looks into every folder that was not known at its path (new, or
 * moved there), and at the places that new items may have come from, so that a move is seen from both ends.
 * Rejects with TidemarkError `aborted`; faults of the disk are part of the answer.
 */
export async function gather(
  place: ScanPlace,
  folders: Iterable<RelativePath> | 'all',
  known: KnownLocal,
  signal?: AbortSignal,
  before: Before = NOTHING,
): Promise<Listing> {
  const startedAt = place.clock.now();
  const walk = new Walk(place, known, startedAt, folders === 'all', before, signal);
  if (folders === 'all') walk.add('');
  else for (const folder of new Set(folders)) await walk.addDirty(folder);
  await walk.run();
  walk.restoreOrigins();
  walk.dropBelowUnreadable();
  return { startedAt, folders: walk.looks, same: new Set(walk.same.paths.keys()), restless: walk.restless };
}

class Walk {
  readonly looks = new Map<RelativePath, FolderLook>();
  readonly same: SameFolders;
  restless = false;
  readonly #place: ScanPlace;
  readonly #known: KnownLocal;
  readonly #places: KnownPlaces;
  readonly #rules: RulesOnTheWay;
  readonly #startedAt: number;
  readonly #everything: boolean;
  readonly #told: readonly RelativePath[];
  readonly #whole: Set<RelativePath>;
  readonly #signal: AbortSignal | undefined;
  readonly #queue: RelativePath[] = [];
  readonly #added = new Set<RelativePath>();
  readonly #stats = new Map<RelativePath, FileStat | undefined>();
  /** Folders that are not those that were known at their paths, and all that are in them. */
  readonly #others = new Set<RelativePath>();

  constructor(
    place: ScanPlace,
    known: KnownLocal,
    startedAt: number,
    everything: boolean,
    { told, whole }: Before,
    signal: AbortSignal | undefined,
  ) {
    this.#place = place;
    this.#known = known;
    this.#places = new KnownPlaces(known);
    this.same = new SameFolders(this.#places, isScanned);
    this.#rules = new RulesOnTheWay(place.disk, place.rules ?? NO_RULES, this.#places);
    this.#startedAt = startedAt;
    this.#everything = everything;
    this.#told = [...told];
    this.#whole = new Set(whole);
    this.#signal = signal;
  }

  add(path: RelativePath): void {
    if (this.#added.has(path)) return;
    this.#added.add(path);
    this.#queue.push(path);
  }

  /**
   * A folder that something was said about. When it, or one above it, is not the folder that was known there, what
   * happened can only be told from the folder above; and a link on the way must not be followed.
   */
  async addDirty(path: RelativePath): Promise<void> {
    let above = '';
    for (const name of path === '' ? [] : path.split('/')) {
      if (isBuiltInIgnored(name) || this.#rules.isLeftOut(above, name, true)) return;
      const next = joinPath(above, name);
      if (!(await this.#isKnownFolder(above, name, next))) {
        this.add(above);
        return;
      }
      above = next;
    }
    this.add(above);
  }

  async #isKnownFolder(parent: RelativePath, name: string, path: RelativePath): Promise<boolean> {
    const parentId = this.#places.folderAt(parent);
    const node = parentId === undefined ? undefined : this.#places.childrenOf(parentId).get(name);
    if (node?.kind !== 'folder') return false;
    if (!this.#stats.has(path)) this.#stats.set(path, await this.#stat(path));
    const stat = this.#stats.get(path);
    if (stat !== undefined && compareIdentity(node.stat, stat) !== 'different') return true;
    // If it is back by the time that the folder above it is read, it is not looked into because of that.
    if (!this.looks.has(path)) this.looks.set(path, { state: 'gone' });
    return false;
  }

  /** Where the disk does not tell, what was said of something in there is not settled by this look. */
  async #stat(path: RelativePath): Promise<FileStat | undefined> {
    this.#throwIfAborted();
    try {
      return await this.#place.disk.stat(this.#absolute(path));
    } catch (error) {
      if (!(error instanceof DiskFault)) throw error;
      if (!GONE.has(error.code)) this.looks.set(path, { state: 'unreadable', fault: error.code, told: true });
      return undefined;
    }
  }

  /** Works the queue off, which grows meanwhile. */
  async run(): Promise<void> {
    const busy = new Set<Promise<void>>();
    while (this.#queue.length > 0 || busy.size > 0) {
      this.#throwIfAborted();
      for (let next = this.#take(busy.size); next !== undefined; next = this.#take(busy.size)) {
        const look = this.#look(next).finally(() => busy.delete(look));
        // Waited for below; a second one that fails meanwhile is not left without a listener.
        look.catch(() => undefined);
        busy.add(look);
      }
      await Promise.race(busy);
    }
  }

  #take(busy: number): RelativePath | undefined {
    return busy < IN_FLIGHT ? this.#queue.pop() : undefined;
  }

  async #look(path: RelativePath): Promise<void> {
    let entries: readonly DirectoryEntry[];
    let stat: FileStat | undefined;
    let lookedAt: number;
    try {
      entries = await this.#place.disk.list(this.#absolute(path));
      lookedAt = this.#place.clock.now();
      stat = await this.#place.disk.stat(this.#absolute(path));
    } catch (error) {
      if (!(error instanceof DiskFault)) throw error;
      const told = this.#wasTold(path);
      this.looks.set(path, GONE.has(error.code) ? { state: 'gone' } : { state: 'unreadable', fault: error.code, told });
      return;
    }
    const changedMs = stat?.kind === 'folder' ? Number(BigInt(stat.mtimeNs) / 1_000_000n) : null;
    this.restless ||= changedDuring({ changedMs, lookedAt }, this.#startedAt);
    const rules = await this.#rules.read(this.#absolute(path), { path, entries, stat, lookedAt });
    const localOnly = this.#localOnlyIn(path, entries);
    const look = { state: 'listed', entries, lookedAt, changedMs, self: stat, rules, leftOut: this.#leftOutIn(path), localOnly } as const;
    if (!this.#everything) {
      this.looks.set(path, look);
      this.#followUp(path, look);
      if (this.#whole.has(path)) this.#addKnownIn(path, look);
      return;
    }
    for (const entry of entries) if (isScannedFolder(entry, look)) this.add(joinPath(path, entry.name));
    if (!this.#rules.isUnchanged(path, rules) || !this.same.takes(path, look)) this.looks.set(path, look);
  }

  #wasTold(path: RelativePath): boolean {
    return !this.#everything || this.#told.some((folder) => isInside(folder, path));
  }

  /** After a look at everything: what a look at the changed folders alone would have led to is there in full. */
  restoreOrigins(): void {
    if (!this.#everything) return;
    this.#added.clear();
    for (const [path, look] of [...this.looks]) if (look.state === 'listed') this.#followUp(path, look);
    for (let path = this.#queue.pop(); path !== undefined; path = this.#queue.pop()) {
      const look = this.same.restore(path);
      // Nothing in it was left out, and its rules are as they were known.
      if (look !== undefined) this.looks.set(path, { ...look, rules: AS_KNOWN, leftOut: this.#leftOutIn(path), localOnly: new Set() });
    }
  }

  /** Who cannot look into a folder hears nothing of those in it, and the one says it for all. */
  dropBelowUnreadable(): void {
    const isUnreadable = (path: RelativePath): boolean => this.looks.get(path)?.state === 'unreadable';
    const isBelowOne = (path: RelativePath): boolean => path !== '' && (isUnreadable(parentPath(path)) || isBelowOne(parentPath(path)));
    const below = [...this.looks.keys()].filter((path) => isUnreadable(path) && isBelowOne(path));
    for (const path of below) this.looks.delete(path);
  }

  #leftOutIn(path: RelativePath): ListedLook['leftOut'] {
    return (name, isFolder) => this.#rules.isLeftOut(path, name, isFolder);
  }

  #localOnlyIn(path: RelativePath, entries: readonly DirectoryEntry[]): ReadonlySet<string> {
    const names = new Set<string>();
    for (const { name, stat } of entries) {
      if (name !== null && stat?.kind === 'folder' && this.#rules.isLocalOnly(joinPath(path, name), stat)) names.add(name);
    }
    return names;
  }

  #followUp(path: RelativePath, look: ListedLook): void {
    const id = this.#places.folderAt(path);
    const isKnown = id !== undefined && !this.#isOther(path, id, look);
    const children = isKnown ? this.#places.childrenOf(id) : undefined;
    for (const entry of look.entries) {
      const { name, stat } = entry;
      if (!isScanned(entry, look) || name === null || stat === null) continue;
      const node = children?.get(name);
      if (node !== undefined && compareIdentity(node.stat, stat) !== 'different') continue;
      if (stat.kind === 'folder') this.add(joinPath(path, name));
      for (const origin of this.#known.withInode(stat.dev, stat.ino)) this.#addOrigin(origin);
    }
  }

  #addKnownIn(path: RelativePath, look: ListedLook): void {
    for (const entry of look.entries) {
      if (!isScannedFolder(entry, look)) continue;
      const at = joinPath(path, entry.name);
      if (this.#places.folderAt(at) === undefined) continue;
      this.#whole.add(at);
      this.add(at);
    }
  }

  /** What is in it has come there, also under a name that was known, and what was told of in there was told of its old place. */
  #isOther(path: RelativePath, id: NodeId, { self }: ListedLook): boolean {
    const known = this.#places.nodeOf(id);
    const replaced = known !== undefined && self !== undefined && compareIdentity(known.stat, self) === 'different';
    const other = replaced || this.#others.has(parentPath(path));
    if (other) this.#others.add(path);
    return other;
  }

  #addOrigin(origin: LocalNode): void {
    const from = this.#known.pathOf(origin.id);
    if (from !== undefined) this.add(parentPath(from));
  }

  #absolute(path: RelativePath): string {
    return path === '' ? this.#place.root : `${this.#place.root}/${path}`;
  }

  #throwIfAborted(): void {
    if (this.#signal?.aborted === true) throw new TidemarkError('aborted');
  }
}

/** An entry that may become an item of the local tree. */
export const isScanned = (entry: DirectoryEntry, look: ListedLook): boolean =>
  entry.name !== null &&
  (entry.stat?.kind === 'file' || entry.stat?.kind === 'folder') &&
  !isLeftOut(look, entry.name, entry.stat.kind === 'folder') &&
  nameFault(entry.name) === undefined;

/** A name that never syncs, by itself, by a rule, or since the folder of that name never leaves this machine. */
export const isLeftOut = (look: ListedLook, name: string, isFolder: boolean): boolean =>
  isBuiltInIgnored(name) || look.leftOut(name, isFolder) || (isFolder && look.localOnly.has(name));

const isScannedFolder = (entry: DirectoryEntry, look: ListedLook): entry is DirectoryEntry & { readonly name: string } =>
  entry.stat?.kind === 'folder' && isScanned(entry, look);
