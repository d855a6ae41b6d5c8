import { TidemarkError } from '../../../contract/index.ts';
import { findByPath, type LocalFile, type LocalNode, type NodeId } from '../../model/index.ts';
import { samePlace } from '../../plan/index.ts';
import type { ActivityRow } from '../../store/index.ts';
import { settle } from '../bookkeeping.ts';
import type { ApplyParts } from '../parts.ts';
import { absolutePath, pathOf } from '../paths.ts';

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

/** The item that the line speaks of, or what took its place when it was brought back. Throws undo_item_gone. */
export function itemOf({ store }: ApplyParts, { node, path }: ActivityRow): LocalNode {
  const id = node !== null && store.local.get(node) !== undefined ? node : findByPath(store.local, path);
  const item = id === undefined ? undefined : store.local.get(id);
  if (item === undefined || store.localPath(item.id) === undefined) throw new TidemarkError('undo_item_gone', { path });
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

export const pathNow = (parts: ApplyParts, node: LocalNode): string => pathOf(parts, node.id) ?? node.name;
