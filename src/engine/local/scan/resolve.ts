import type { RelativePath } from '../../../base/index.ts';
import { compareIdentity, type FileStat, type LocalNode, type NodeId, ROOT_ID } from '../../model/index.ts';
import { inodeKey, type KnownPlaces } from './known.ts';
import { type DoubtKeeper, type Doubts, LONGEST_DOUBT_MS } from './doubts.ts';
import type { KnownLocal } from './listing.ts';
import type { Seen, SeenEntries } from './seen.ts';

/** What an item that was seen is. `node` is what was known of it; absent for a new one. */
export interface Resolved {
  readonly seen: Seen;
  readonly id: NodeId;
  readonly parentId: NodeId;
  readonly node: LocalNode | undefined;
  /** Another file under the same name (saved by swapping): nothing known of its content holds. */
  readonly replaced: boolean;
  /** What it may be, without proof. */
  readonly maybe: NodeId | undefined;
}

/**
 * Finds out which known item each seen one is (SYNC-SPEC 6), folders first since what is in a folder is known by it:
 * the same identity at its place, then the same identity anywhere, then another identity at its place when the known
 * one is nowhere, else a new item. Two hard links are two items.
 */
export class Resolver {
  readonly resolved: Resolved[] = [];
  /** Known items that were found. */
  readonly claimed = new Set<NodeId>();
  /** Places where something was seen twice that can be only once: it moved in the middle of the look. */
  readonly unsure = new Set<RelativePath>();
  readonly #known: KnownLocal;
  readonly #places: KnownPlaces;
  readonly #newId: () => NodeId;
  readonly #keeper: DoubtKeeper;
  /** Where what is seen at two places was so, of this look and of the one before. */
  readonly twice = new Map<RelativePath, number>();
  readonly #twiceBefore: Doubts['twice'];
  /** Made when first asked: where nothing is new or moved, nobody asks. */
  #seenByInode: ReadonlyMap<string, readonly Seen[]> | undefined;
  readonly #entries: SeenEntries;
  readonly #seenFolders: ReadonlySet<RelativePath>;
  readonly #folderIds = new Map<RelativePath, NodeId | undefined>([['', ROOT_ID]]);

  constructor(
    entries: SeenEntries,
    known: KnownLocal,
    places: KnownPlaces,
    newId: () => NodeId,
    keeper: DoubtKeeper,
    twice: Doubts['twice'],
  ) {
    this.#known = known;
    this.#places = places;
    this.#newId = newId;
    this.#keeper = keeper;
    this.#twiceBefore = twice;
    this.#entries = entries;
    this.#seenFolders = new Set(entries.folders.map((seen) => seen.path));
    for (const folder of entries.folders) this.#folder(folder);
    this.#files(entries.files);
  }

  /** Id of a folder that was looked at; undefined when it cannot be told. */
  folderId(path: RelativePath): NodeId | undefined {
    if (this.#folderIds.has(path)) return this.#folderIds.get(path);
    // Seen in the folder above, but not (yet) told: its own entries wait for the next look.
    if (this.#seenFolders.has(path)) return undefined;
    const id = this.#places.folderAt(path);
    // What was known here was found elsewhere: what was listed here belongs to something else.
    return id !== undefined && this.claimed.has(id) ? undefined : id;
  }

  #folder(seen: Seen): void {
    const parentId = this.folderId(seen.parentPath);
    if (parentId === undefined) return this.#doubt(seen);
    const here = this.#here(parentId, seen);
    if (here !== undefined && compareIdentity(here.stat, seen.stat) !== 'different') return this.#settle(seen, parentId, here);
    const twins = this.#twins(seen);
    const moved = this.#sameIdentity(seen)[0];
    if (moved !== undefined) return this.#settle(seen, parentId, moved);
    // One folder at two places: it was moved while the folders were being read.
    const isTwice = twins.some((twin) => this.#folderIds.has(twin.path) || this.#knownAt(twin));
    if (isTwice && this.#mayBeMoving(seen)) return this.#doubt(seen);
    if (here !== undefined && !this.#isElsewhere(here, seen)) {
      if (this.#keeper.mayBeElsewhere(here.id, seen.lookedAt)) return this.#doubt(seen);
      return this.#settle(seen, parentId, here, true);
    }
    this.#settle(seen, parentId, undefined);
  }

  #files(files: readonly Seen[]): void {
    const open: [Seen, NodeId][] = [];
    for (const seen of files) {
      const parentId = this.folderId(seen.parentPath);
      if (parentId === undefined) {
        this.#doubt(seen);
        continue;
      }
      const here = this.#here(parentId, seen);
      if (here !== undefined && compareIdentity(here.stat, seen.stat) !== 'different') this.#settle(seen, parentId, here);
      else open.push([seen, parentId]);
    }
    const rest = open.filter(([seen, parentId]) => !this.#movedFile(seen, parentId));
    for (const [seen, parentId] of rest) {
      const here = this.#here(parentId, seen);
      if (here !== undefined && this.#keeper.mayBeElsewhere(here.id, seen.lookedAt)) this.#doubt(seen);
      else this.#settle(seen, parentId, here, here !== undefined);
    }
  }

  #movedFile(seen: Seen, parentId: NodeId): boolean {
    const moved = this.#sameIdentity(seen)[0];
    if (moved !== undefined) {
      this.#settle(seen, parentId, moved);
      return true;
    }
    // One name only, seen at two places: it was moved while the folders were being read.
    if (seen.stat.links === 1 && this.#twins(seen).length > 0 && this.#mayBeMoving(seen)) {
      this.#doubt(seen);
      return true;
    }
    return false;
  }

  /** What looks go on to see at two places is two items: a folder that is mounted twice, or a disk that numbers its files badly. */
  #mayBeMoving({ path, lookedAt }: Seen): boolean {
    const since = Math.min(this.#twiceBefore.get(path) ?? lookedAt, lookedAt);
    this.twice.set(path, since);
    return lookedAt - since < LONGEST_DOUBT_MS;
  }

  /** Known, not found yet, and surely the same. */
  #sameIdentity(seen: Seen): readonly LocalNode[] {
    return this.#unclaimed(seen).filter((node) => compareIdentity(node.stat, seen.stat) === 'same');
  }

  #unclaimed(seen: Seen): readonly LocalNode[] {
    const { dev, ino } = seen.stat;
    return [...this.#known.withInode(dev, ino)].filter((node) => node.kind === seen.kind && !this.claimed.has(node.id));
  }

  #here(parentId: NodeId, seen: Seen): LocalNode | undefined {
    const node = this.#places.childrenOf(parentId).get(seen.name);
    return node?.kind === seen.kind && !this.claimed.has(node.id) ? node : undefined;
  }

  /** Other entries of the same inode. */
  #twins(seen: Seen): readonly Seen[] {
    return this.#withInode(seen.stat).filter((other) => other !== seen && other.kind === seen.kind);
  }

  #knownAt(seen: Seen): boolean {
    return this.#places.folderAt(seen.path) !== undefined;
  }

  /** True when the known item was seen under another name, so that what is under its own is something else. */
  #isElsewhere(node: LocalNode, seen: Seen): boolean {
    const others = this.#withInode(node.stat);
    return others.some((other) => other !== seen && other.kind === node.kind && compareIdentity(node.stat, other.stat) === 'same');
  }

  #withInode(stat: FileStat): readonly Seen[] {
    this.#seenByInode ??= groupByInode([...this.#entries.folders, ...this.#entries.files]);
    return this.#seenByInode.get(inodeKey(stat)) ?? [];
  }

  #settle(seen: Seen, parentId: NodeId, node: LocalNode | undefined, replaced = false): void {
    const id = node?.id ?? this.#newId();
    const maybe = node === undefined && seen.kind === 'file' ? this.#unclaimed(seen)[0] : undefined;
    const proof = maybe !== undefined && compareIdentity(maybe.stat, seen.stat) === 'same_if_content_matches';
    if (node !== undefined) this.claimed.add(id);
    if (seen.kind === 'folder') this.#folderIds.set(seen.path, id);
    this.resolved.push({ seen, id, parentId, node, replaced, maybe: proof ? maybe.id : undefined });
  }

  #doubt(seen: Seen): void {
    this.unsure.add(seen.parentPath);
    for (const twin of this.#twins(seen)) this.unsure.add(twin.parentPath);
    if (seen.kind === 'folder') this.#folderIds.set(seen.path, undefined);
  }
}

function groupByInode(items: readonly Seen[]): ReadonlyMap<string, readonly Seen[]> {
  const groups = new Map<string, Seen[]>();
  for (const item of items) {
    const key = inodeKey(item.stat);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
