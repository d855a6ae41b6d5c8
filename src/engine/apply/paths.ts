import { parentPath } from '../../base/index.ts';
import { DiskFault } from '../environment.ts';
import { plainPath } from '../local/index.ts';
import { type FileStat, type LocalNode, type NodeId, PARKED_ID, ROOT_ID } from '../model/index.ts';
import type { ApplyParts } from './parts.ts';
import { parkedFolder } from './own-folder.ts';

/** Relative path of a local item; undefined when it is parked, below something parked, or not there. */
export const pathOf = ({ store }: Pick<ApplyParts, 'store'>, id: NodeId): string | undefined => (id === ROOT_ID ? '' : store.localPath(id));

/** Absolute path of a local item as it is now, also when parked; no folder on the way is a link. Throws DiskFault. */
export async function absolutePath(parts: ApplyParts, node: LocalNode): Promise<string> {
  const { store, root, environment } = parts;
  if (node.parentId === PARKED_ID) return `${parkedFolder(root, node.id)}/${node.name}`;
  const parent = pathOf({ store }, node.parentId);
  if (parent === undefined) throw new DiskFault('missing', `${root}/${node.name}`);
  return plainPath(environment.disk, root, parent === '' ? node.name : `${parent}/${node.name}`);
}

/**
 * Where to read a file from. The folders on the way are not looked at: a file reached through a link has another inode
 * than the one recorded, and whoever reads compares that.
 */
export function readPath({ store, root }: ApplyParts, node: LocalNode): string {
  if (node.parentId === PARKED_ID) return `${parkedFolder(root, node.id)}/${node.name}`;
  const path = store.localPath(node.id);
  if (path === undefined) throw new DiskFault('missing', `${root}/${node.name}`);
  return `${root}/${path}`;
}

/** Absolute path of a new item. Throws DiskFault `missing` when the folder is not here. */
export function newPath(parts: ApplyParts, parentId: NodeId, name: string): Promise<string> {
  const parent = pathOf(parts, parentId);
  if (parent === undefined) throw new DiskFault('missing', `${parts.root}/${name}`);
  return plainPath(parts.environment.disk, parts.root, parent === '' ? name : `${parent}/${name}`);
}

/** The folder to look at again after a surprise at `path` (relative). */
export const folderOf = (path: string | undefined): readonly string[] => (path === undefined ? [] : [parentPath(path)]);

/** Same item with the same content, as far as stat tells; links and ctime change when Tidemark itself moves a file. */
export const sameFile = (a: FileStat, b: FileStat): boolean =>
  a.kind === b.kind && a.dev === b.dev && a.ino === b.ino && (a.kind === 'folder' || (a.size === b.size && a.mtimeNs === b.mtimeNs));

/** Throws `changed` when what is at the path is not what the row says. */
export async function requireSame(parts: ApplyParts, path: string, expected: FileStat): Promise<FileStat> {
  const stat = await parts.environment.disk.stat(path);
  if (stat === undefined) throw new DiskFault('missing', path);
  if (!sameFile(stat, expected)) throw new DiskFault('changed', path);
  return stat;
}

export async function requireStat(parts: ApplyParts, path: string): Promise<FileStat> {
  const stat = await parts.environment.disk.stat(path);
  if (stat === undefined) throw new DiskFault('missing', path);
  return stat;
}
