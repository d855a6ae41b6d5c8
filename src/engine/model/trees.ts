import type { Content } from './content.ts';
import type { FileStat } from './file-identity.ts';
import type { NodeId } from './ids.ts';

interface Placed {
  readonly id: NodeId;
  /** ROOT_ID for items directly in the folder. */
  readonly parentId: NodeId;
  readonly name: string;
}

/** What the cloud says. */
export interface RemoteFile extends Placed {
  readonly kind: 'file';
  readonly revision: string;
  readonly content: Content;
  readonly mtimeMs: number;
  readonly executable: boolean;
  readonly conflictOf: NodeId | null;
  readonly conflictDevice: string | null;
  readonly modifiedBy: string | null;
  readonly modifiedAt: number;
}
export interface RemoteFolder extends Placed {
  readonly kind: 'folder';
  readonly revision: string;
  readonly modifiedBy: string | null;
  readonly modifiedAt: number;
}
export type RemoteNode = RemoteFile | RemoteFolder;

/** What the disk showed when it was last looked at. `content` is null until the file was read since its last change. */
export interface LocalFile extends Placed {
  readonly kind: 'file';
  readonly stat: FileStat;
  readonly content: Content | null;
  /** Set on the kept version of a conflict until it is in the cloud: whose name it could not have. */
  readonly conflictOf?: NodeId | null;
}
export interface LocalFolder extends Placed {
  readonly kind: 'folder';
  readonly stat: FileStat;
  /** Something lies in it, on the disk, that a rule leaves out, that never leaves this machine, or whose name cannot sync. */
  readonly holdsIgnored?: boolean;
}
export type LocalNode = LocalFile | LocalFolder;

/** The last state that this device and the cloud agreed on. */
interface Agreed extends Placed {
  readonly revision: string;
  /** It was left out by a rule since it was agreed on: that one side has lost it meanwhile says nothing. */
  readonly aside?: boolean;
}
export interface SyncedFile extends Agreed {
  readonly kind: 'file';
  readonly hash: string;
}
export interface SyncedFolder extends Agreed {
  readonly kind: 'folder';
}
export type SyncedNode = SyncedFile | SyncedFolder;

/**
 * An indexed, read-only view of a tree. The root (ROOT_ID) is implied: `get(ROOT_ID)` is undefined, `children(ROOT_ID)`
 * are the top items. A node whose parent is not in the tree is legal (a delta may bring a child first).
 */
export interface TreeView<N extends Placed> {
  get(id: NodeId): N | undefined;
  children(parentId: NodeId): Iterable<N>;
  /** Children whose name has this key (`nameKey`); more than one only in the local tree. */
  named(parentId: NodeId, key: string): Iterable<N>;
  readonly size: number;
}

export type RemoteTree = TreeView<RemoteNode>;
export type LocalTree = TreeView<LocalNode>;
export type SyncedTree = TreeView<SyncedNode>;

export interface Trees {
  readonly remote: RemoteTree;
  readonly local: LocalTree;
  readonly synced: SyncedTree;
}
