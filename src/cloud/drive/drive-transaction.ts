import type { BlockRef, CloudFile, CloudNode } from '../../contract/index.ts';
import type { Author, TrashRecord, Usage, VersionRecord } from '../catalogue.ts';

/** A node with what the server keeps besides. */
export interface StoredNode {
  readonly node: CloudNode;
  readonly sequence: number;
  /** When and by which device its present content was made; null for folders. */
  readonly madeAt: number | null;
  readonly madeBy: string | null;
}

export interface TrashedNode extends StoredNode {
  readonly top: string;
  /** Where `top` was. */
  readonly path: string;
}

export interface Descendant {
  readonly id: string;
  readonly sequence: number;
  /** 0 for a folder. */
  readonly size: number;
}

/** A parked node holds its place but no name until it is settled, so that names can be swapped. */
export type Naming = 'settled' | 'parked';

/**
 * One drive inside one write transaction that holds its row: the rules of the drive are written against this, so that
 * they can be read, and tested, apart from SQL. Synchronous because SQLite is. A change of a node takes the next
 * sequence number by itself.
 */
export interface DriveTransaction {
  readonly author: Author;
  readonly now: number;
  newId(): string;

  node(id: string): StoredNode | undefined;
  kindOf(id: string): CloudNode['kind'] | undefined;
  parentOf(id: string): string | undefined;
  child(parentId: string, nameKey: string): StoredNode | undefined;
  /** All below a folder, parents before children. */
  below(id: string): readonly Descendant[];

  insert(node: CloudNode, made: Made, naming: Naming): void;
  update(node: CloudNode, made: Made, naming: Naming): void;
  settle(node: CloudNode): void;
  /** Undoes everything `work` did when it answers false. */
  attempt(work: () => boolean): boolean;

  /** To the trash, with a tombstone. */
  bury(id: string, top: string, path: string): void;
  trashed(id: string): TrashedNode | undefined;
  /** What was deleted together with `top`, parents before children; `top` itself among them. */
  buriedWith(top: string): readonly TrashedNode[];
  trashTops(): readonly TrashRecord[];
  /** Out of the trash, without putting it anywhere. Its blocks stay in use. */
  exhume(id: string): void;

  versions(nodeId: string): readonly VersionRecord[];
  keepVersion(nodeId: string, version: VersionRecord): void;
  dropVersion(nodeId: string, versionId: string): void;

  /** Blocks that the account lacks, or has with another size. */
  lacking(blocks: readonly BlockRef[]): readonly string[];
  use(blocks: readonly BlockRef[]): void;
  release(blocks: readonly BlockRef[]): void;

  usage(): Usage;
  count(kind: 'filesBytes' | 'versionsBytes' | 'trashBytes', bytes: number): void;

  /** 'gone' when it does not belong to this drive's history; else its sequence. */
  sequenceOf(cursor: string): number | 'gone';
}

export interface Made {
  readonly at: number | null;
  readonly by: string | null;
}

export const madeOf = (stored: StoredNode): Made => ({ at: stored.madeAt, by: stored.madeBy });

/** The present content of a file, as an entry of its history. */
export function versionOf(file: CloudFile, made: Made, replacedAt: number | null): VersionRecord {
  return {
    versionId: file.versionId,
    size: file.size,
    hash: file.hash,
    blocks: file.blocks,
    mtimeMs: file.mtimeMs,
    executable: file.executable,
    createdAt: made.at ?? file.modifiedAt,
    createdBy: made.by,
    replacedAt,
  };
}
