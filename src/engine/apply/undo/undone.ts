import { parentPath } from '../../../base/index.ts';
import { TidemarkError } from '../../../contract/index.ts';
import { DiskFault } from '../../environment.ts';
import { findByPath, type LocalFile, type LocalNode, type NodeId, ROOT_ID } from '../../model/index.ts';
import { samePlace } from '../../plan/index.ts';
import type { ActivityRow, Store } from '../../store/index.ts';
import { settle } from '../bookkeeping.ts';
import type { ApplyParts } from '../parts.ts';
import { absolutePath, pathOf, requireSame } from '../paths.ts';

/** What became of an undo on this disk. */
export interface Undone {
  /** The line that tells of it. */
  readonly activityId: number;
  /** Where the item is now, or was. */
  readonly path: string;
  readonly touched: readonly NodeId[];
  /** Folders with items that have no rows yet. */
  readonly rescan: readonly string[];
}

/** Where the change left the item: a version that stepped aside is told of under the name that it had. */
export const leftAt = ({ kind, path, otherPath }: ActivityRow): string => (kind === 'conflict' ? (otherPath ?? path) : path);

/** Folder that a move took the item out of, or what took its place; undefined where there is none now. */
export function findOldFolder(
  { local }: Pick<Store, 'local'>,
  { kind, path, otherPath }: ActivityRow,
  parentId: NodeId,
): NodeId | undefined {
  if (parentId === ROOT_ID || local.get(parentId) !== undefined) return parentId;
  const id = findByPath(local, parentPath(kind === 'conflict' ? path : (otherPath ?? path)));
  return id === ROOT_ID || local.get(id ?? '')?.kind === 'folder' ? id : undefined;
}

/** The item that the line speaks of, or what took its place when it was brought back. */
export function findItem({ local }: Pick<Store, 'local'>, row: ActivityRow): LocalNode | undefined {
  const known = row.node === null ? undefined : local.get(row.node);
  return known ?? local.get(findByPath(local, leftAt(row)) ?? '');
}

/** As `findItem`, and in sight. Throws undo_item_gone. */
export function itemOf({ store }: ApplyParts, row: ActivityRow): LocalNode {
  const item = findItem(store, row);
  if (item === undefined || store.localPath(item.id) === undefined) throw new TidemarkError('undo_item_gone', { path: leftAt(row) });
  return item;
}

/** What is done here counts as an edit only where the cloud has nothing that is still to come. Throws undo_unsettled. */
export function requireSettled({ store }: ApplyParts, { id }: LocalNode, path: string): void {
  const remote = store.remote.get(id);
  if (remote === undefined) return;
  const isAgreed = (): boolean => {
    const synced = store.synced.get(id);
    if (synced === undefined || !samePlace(synced, remote)) return false;
    return remote.kind === 'folder' || (synced.kind === 'file' && synced.hash === remote.content.hash);
  };
  // What was only just done here may not be written down as agreed on yet.
  if (!isAgreed()) store.transaction((write) => settle(store, write, id));
  if (!isAgreed()) throw new TidemarkError('undo_unsettled', { path });
}

/** Hash of a file as it is now. Throws DiskFault `changed`. */
export async function hashOf(parts: ApplyParts, file: LocalFile): Promise<string> {
  if (file.content !== null) return file.content.hash;
  const path = await absolutePath(parts, file);
  // Also during a pause, which only stops what is sent and fetched.
  return (await parts.environment.disk.cut(path, file.stat)).content.hash;
}

/** As `hashOf`; undefined when the file is not as its row says, such as one that was written a moment ago. Throws DiskFault. */
export async function contentNow(parts: ApplyParts, file: LocalFile): Promise<string | undefined> {
  try {
    await requireSame(parts, await absolutePath(parts, file), file.stat);
    return await hashOf(parts, file);
  } catch (error) {
    if (error instanceof DiskFault && (error.code === 'changed' || error.code === 'missing')) return undefined;
    throw error;
  }
}

export const pathNow = (parts: ApplyParts, node: LocalNode): string => pathOf(parts, node.id) ?? node.name;
