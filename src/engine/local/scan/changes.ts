import type { RelativePath } from '../../../base/index.ts';
import type { ErrorData } from '../../../contract/index.ts';
import type { LocalNode, NodeId } from '../../model/index.ts';
import type { Doubts } from './doubts.ts';
import type { RulesLook } from './scan-rules.ts';

export interface ScanIssue {
  readonly path: RelativePath;
  readonly kind: 'file' | 'folder' | null;
  readonly reason: ErrorData;
}

/** Something to look at again: a file that is being written, or a folder that changed during the look. */
export interface BusyPath extends ScanIssue {
  /** An office program has the file open, so that it waits for longer. */
  readonly open: boolean;
  /**
   * In how many ms: once it may be quiet, or later for what has been uncertain for a while. Null: a change of its folder tells of
   * a file, and a folder is part of whatever look is next.
   */
  readonly againMs: number | null;
  /** A folder that could not be listed: what is in it was not looked at either. */
  readonly unlisted?: boolean;
}

/** How the local tree follows what was seen. Applied in one transaction. */
export interface LocalChanges {
  /** Parents before children. `content: null` where a file has to be read. */
  readonly put: readonly LocalNode[];
  /** Children before parents. */
  readonly deleted: readonly NodeId[];
  /** Folders whose rules are not what was known of them. */
  readonly rules: readonly RulesChange[];
  /**
   * New items (among `put`) that may be known ones (among `deleted`) at a new place: same inode, but no birth time to
   * prove it. When the content of `id` turns out to be that of `from`, apply `acceptMove` first.
   */
  readonly maybeMoved: readonly MaybeMoved[];
  readonly issues: readonly ScanIssue[];
  /** Of the open issues, those that are no longer so. */
  readonly cleared: readonly RelativePath[];
  /** Left as they were known (`file_busy`). Not to be forgotten: no hint need come for them. */
  readonly busy: readonly BusyPath[];
  /** To be given to the next look. */
  readonly doubts: Doubts;
}

export interface RulesChange {
  readonly folder: NodeId;
  readonly path: RelativePath;
  readonly look: Exclude<RulesLook, { readonly state: 'same' }>;
}

export interface MaybeMoved {
  readonly id: NodeId;
  readonly from: NodeId;
}

/** The changes with `move.id` taken for `move.from`: it keeps that identity, and is not deleted. */
export function acceptMove(changes: LocalChanges, move: MaybeMoved): LocalChanges {
  return {
    ...changes,
    put: changes.put.map((node) => (node.id === move.id ? { ...node, id: move.from } : node)),
    deleted: changes.deleted.filter((id) => id !== move.from),
    maybeMoved: changes.maybeMoved.filter(({ id, from }) => id !== move.id && from !== move.from),
  };
}
