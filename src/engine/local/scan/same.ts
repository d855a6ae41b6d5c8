import { joinPath, type RelativePath } from '../../../base/index.ts';
import type { DirectoryEntry } from '../../environment.ts';
import { OWN_FOLDER } from '../../ignore/index.ts';
import { compareIdentity, type FileStat, type LocalNode, sameFingerprint } from '../../model/index.ts';
import type { KnownPlaces } from './known.ts';
import type { ListedLook } from './listing.ts';

type Listed = Pick<ListedLook, 'state' | 'entries' | 'lookedAt' | 'changedMs' | 'self'>;

/** What is not known of a look: when it was, and the times of the folders in it, which change with every entry in them. */
interface Rest extends Pick<ListedLook, 'lookedAt' | 'changedMs' | 'self'> {
  readonly folders: ReadonlyMap<string, FileStat>;
}

/**
 * Folders that hold exactly what was known in them. A full look finds little else, so their entries are not kept: where
 * one is wanted after all (something may have come from there), they are what is known.
 */
export class SameFolders {
  readonly paths = new Map<RelativePath, Rest>();
  readonly #places: KnownPlaces;
  readonly #isScanned: (entry: DirectoryEntry, look: ListedLook) => boolean;

  /** @param isScanned whether an entry may be an item; a folder with any other, Tidemark's own aside, has more to say */
  constructor(places: KnownPlaces, isScanned: (entry: DirectoryEntry, look: ListedLook) => boolean) {
    this.#places = places;
    this.#isScanned = isScanned;
  }

  /** True when the look shows nothing new, and is taken over. */
  takes(path: RelativePath, look: ListedLook): boolean {
    const id = this.#places.folderAt(path);
    if (id === undefined || !isFolder(this.#places.nodeOf(id), look.self)) return false;
    const children = this.#places.childrenOf(id);
    if (!this.#holdsExactly(look, children)) return false;
    const folders = new Map<string, FileStat>();
    for (const { name, stat } of look.entries) {
      if (stat?.kind !== 'folder' || name === null || name === OWN_FOLDER) continue;
      folders.set(name, stat);
      // Asked for next, when what is known of its parent is forgotten.
      this.#places.folderAt(joinPath(path, name));
    }
    this.paths.set(path, { lookedAt: look.lookedAt, changedMs: look.changedMs, self: look.self, folders });
    this.#places.forget(id);
    return true;
  }

  /** The look in full; undefined when the folder was not one of these. */
  restore(path: RelativePath): Listed | undefined {
    const rest = this.paths.get(path);
    const id = this.#places.folderAt(path);
    if (rest === undefined || id === undefined) return undefined;
    this.paths.delete(path);
    const { lookedAt, changedMs, self, folders } = rest;
    const entries = [...this.#places.childrenOf(id).values()].map(({ name, stat }): DirectoryEntry => ({
      name,
      printable: name,
      stat: folders.get(name) ?? stat,
      fault: null,
    }));
    return { state: 'listed', entries, lookedAt, changedMs, self };
  }

  #holdsExactly(look: ListedLook, children: ReadonlyMap<string, LocalNode>): boolean {
    let known = 0;
    for (const entry of look.entries) {
      if (entry.name === OWN_FOLDER) continue;
      if (!this.#isScanned(entry, look) || entry.name === null || entry.stat === null) return false;
      const node = children.get(entry.name);
      if (node === undefined || !isUnchanged(node, entry.stat)) return false;
      known += 1;
    }
    return known === children.size;
  }
}

/** It is the folder that was known there, and not one that took its place before it was listed. */
const isFolder = (known: LocalNode | undefined, self: FileStat | undefined): boolean =>
  known === undefined || (self !== undefined && compareIdentity(known.stat, self) !== 'different');

/** Of a folder only who it is matters. */
const isUnchanged = (node: LocalNode, stat: FileStat): boolean =>
  compareIdentity(node.stat, stat) !== 'different' &&
  (stat.kind === 'folder' || (sameFingerprint(node.stat, stat) && node.stat.mode === stat.mode && node.stat.links === stat.links));
