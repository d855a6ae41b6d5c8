import type { RelativePath } from '../../../base/index.ts';
import type { DirectoryEntry, DiskFaultCode } from '../../environment.ts';
import type { FileStat, LocalNode, LocalTree, NodeId } from '../../model/index.ts';
import type { RulesFound } from './scan-rules.ts';

/** What the engine remembers of the disk, with the two ways to find something in it that a scan needs. */
export interface KnownLocal {
  readonly tree: LocalTree;
  pathOf(id: NodeId): RelativePath | undefined;
  /** Items that were last seen with this inode; asked for new items only. */
  withInode(dev: string, ino: string): Iterable<LocalNode>;
}

/** What the engine remembers, as the store has it. */
export const knownLocal = (store: {
  readonly local: LocalTree;
  localPath(id: NodeId): RelativePath | undefined;
  localWithInode(dev: string, ino: string): Iterable<LocalNode>;
}): KnownLocal => ({
  tree: store.local,
  pathOf: (id) => store.localPath(id),
  withInode: (dev, ino) => store.localWithInode(dev, ino),
});

export interface ListedLook {
  readonly state: 'listed';
  readonly entries: readonly DirectoryEntry[];
  /** Wall clock in ms when the entries were there. */
  readonly lookedAt: number;
  /** When an entry last came or went (its mtime in ms), asked after the entries; null when the folder was gone by then. */
  readonly changedMs: number | null;
  /** The folder itself, asked after the entries; undefined when it was gone by then. */
  readonly self: FileStat | undefined;
  readonly rules: RulesFound;
  /** By the rules that hold in the folder. */
  readonly leftOut: (name: string, isFolder: boolean) => boolean;
  /** Names of folders in it that never leave this machine. */
  readonly localOnly: ReadonlySet<string>;
}

/** One look at one folder. */
export type FolderLook =
  | ListedLook
  /** `told`: something was told of it, or of what is in it, and that is not settled by this look. */
  | { readonly state: 'unreadable'; readonly fault: DiskFaultCode; readonly told: boolean }
  /** It was gone, or no longer a plain folder, when its turn came: its parent tells what became of it. */
  | { readonly state: 'gone' };

/** What a scan saw. Folders that are not in it were not looked at. */
export interface Listing {
  /** Wall clock in ms. A change after this moment may or may not be in it. */
  readonly startedAt: number;
  readonly folders: ReadonlyMap<RelativePath, FolderLook>;
  /** Folders that were looked at and hold exactly what was known in them, without more to say. */
  readonly same: ReadonlySet<RelativePath>;
  /** Something came or went in one of the folders, or was told of, while they were looked at. */
  readonly restless: boolean;
  /** Inodes of what waits where no look goes (`inodeKey`); `unknown` where that could not be told. Nothing, when not given. */
  readonly outOfSight?: ReadonlySet<string> | 'unknown';
}
