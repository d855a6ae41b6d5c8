import { baseName, joinPath, nameKey, parentPath } from '../../base/index.ts';
import { type Disk, DiskFault } from '../environment.ts';
import { plainPath } from '../local/index.ts';
import { type FileStat, type LocalNode, type NodeId, PARKED_ID, ROOT_ID } from '../model/index.ts';
import type { Place } from '../plan/index.ts';
import type { ApplyParts } from './parts.ts';
import { parkedFolder } from './own-folder.ts';

/** Relative path of a local item; undefined when it is parked, below something parked, or not there. */
export const pathOf = ({ store }: Pick<ApplyParts, 'store'>, id: NodeId): string | undefined => (id === ROOT_ID ? '' : store.localPath(id));

/**
 * What the history calls an item that came here. In a folder that is out of sight just now it is told of where that was: its
 * move is a later line, and an undo takes the later ones back first.
 */
export function toldPath(parts: Pick<ApplyParts, 'store'>, { id, parentId, name }: Pick<LocalNode, 'id' | 'parentId' | 'name'>): string {
  const folder = pathOf(parts, parentId) ?? parts.store.syncedPath(parentId);
  return folder === undefined ? (parts.store.remotePath(id) ?? name) : joinPath(folder, name);
}

/**
 * Where a local item is on the disk, relative to the root, also when it is parked or below something parked: what is in a
 * folder that waits out of sight may have to leave it before it can come back. Throws DiskFault `missing`.
 */
export function diskPath({ store, root }: Pick<ApplyParts, 'store' | 'root'>, node: LocalNode): string {
  const names: string[] = [];
  for (let at: LocalNode | undefined = node; at !== undefined; at = store.local.get(at.parentId)) {
    names.unshift(at.name);
    if (at.parentId === ROOT_ID) return names.join('/');
    if (at.parentId === PARKED_ID) return `${parkedFolder(root, at.id).slice(root.length + 1)}/${names.join('/')}`;
  }
  throw new DiskFault('missing', `${root}/${names.join('/')}`);
}

/** Absolute path of a local item as it is now, also when parked; no folder on the way is a link. Throws DiskFault. */
export async function absolutePath(parts: ApplyParts, node: LocalNode): Promise<string> {
  return plainPath(parts.environment.disk, parts.root, diskPath(parts, node));
}

/**
 * Where to read a file from. The folders on the way are not looked at: a file reached through a link has another inode
 * than the one recorded, and whoever reads compares that.
 */
export const readPath = (parts: ApplyParts, node: LocalNode): string => `${parts.root}/${diskPath(parts, node)}`;

/** Absolute path of a new item, also in a folder that is parked. Throws DiskFault `missing` when the folder is not here. */
export async function newPath(parts: ApplyParts, parentId: NodeId, name: string): Promise<string> {
  const { store, root, environment } = parts;
  const parent = store.local.get(parentId);
  if (parent === undefined && parentId !== ROOT_ID) throw new DiskFault('missing', `${root}/${name}`);
  return plainPath(environment.disk, root, parent === undefined ? name : `${diskPath(parts, parent)}/${name}`);
}

/**
 * Throws `exists` when the folder has the name in the other composition: to the system these may be two names, to a person
 * and to the cloud they are one (SYNC-SPEC 9). The disk itself only refuses what it takes for one.
 * @param self the item that is to get the name
 */
export async function requireFreeSpelling({ environment }: ApplyParts, path: string, self?: FileStat): Promise<void> {
  const name = baseName(path);
  for (const form of ['NFC', 'NFD'] as const) {
    const spelling = name.normalize(form);
    if (spelling === name) continue;
    const stat = await statHoldable(environment.disk, `${parentPath(path)}/${spelling}`);
    if (stat !== undefined && !(self !== undefined && stat.ino === self.ino && stat.dev === self.dev)) throw new DiskFault('exists', path);
  }
}

/** A name that is too long for the disk takes no place on it: decomposed, Korean is three times as long. */
async function statHoldable(disk: Disk, path: string): Promise<FileStat | undefined> {
  try {
    return await disk.stat(path);
  } catch (error) {
    if (error instanceof DiskFault && error.code === 'name_too_long') return undefined;
    throw error;
  }
}

/**
 * Throws `loop` when a folder on the way is a link by now. Node has no openat(2), so a folder can be exchanged between the
 * look and the change: looked at again after it, what went through the link is taken back.
 */
export async function requireNoLink({ environment, root }: ApplyParts, path: string): Promise<void> {
  await plainPath(environment.disk, root, path.slice(root.length + 1));
}

/** The folder to look at again after a surprise at `path` (relative). */
export const folderOf = (path: string | undefined): readonly string[] => (path === undefined ? [] : [parentPath(path)]);

/** Same item with the same content, as far as stat tells; links and ctime change when Tidemark itself moves a file. */
export const sameFile = (a: FileStat, b: FileStat): boolean =>
  a.kind === b.kind && a.dev === b.dev && a.ino === b.ino && (a.kind === 'folder' || (a.size === b.size && a.mtimeNs === b.mtimeNs));

/**
 * Throws `exists` when another item's row has this very place: a look found it there since this was planned. It may be gone
 * from the disk again, but two rows of one place no look would tell from each other.
 */
export function requireUnclaimed(parts: ApplyParts, { parentId, name }: Place, path: string, id: NodeId): void {
  if ([...parts.store.local.named(parentId, nameKey(name))].some((other) => other.id !== id && other.name === name))
    throw new DiskFault('exists', path);
}

/** What a row may say of the content after a move: it was known before, but a program may have written in between. */
export const contentAfter = <C>(known: C, before: FileStat, after: FileStat): C | null => (sameFile(before, after) ? known : null);

/** Throws `changed` when what is at the path is not what the row says. */
export async function requireSame(parts: ApplyParts, path: string, expected: FileStat): Promise<FileStat> {
  const stat = await parts.environment.disk.stat(path);
  if (stat === undefined) throw new DiskFault('missing', path);
  if (!sameFile(stat, expected)) throw new DiskFault('changed', path);
  return stat;
}

/**
 * What is found where a file was placed just now is another item, which a person moved over it: no edit of the placed one, which is
 * nowhere any more. A number of the disk that a file that is gone had may be that of the placed one. @param id that of the placed file
 */
export const isMovedOver = (parts: ApplyParts, id: NodeId, placed: FileStat, found: FileStat): boolean =>
  (found.ino !== placed.ino || found.dev !== placed.dev) && isOfAnother(parts, id, found);

/** A row of another item than `id` says that this is it. */
export const isOfAnother = ({ store }: ApplyParts, id: NodeId, found: FileStat): boolean =>
  store.localWithInode(found.dev, found.ino).some((other) => other.id !== id);

export async function requireStat(parts: ApplyParts, path: string): Promise<FileStat> {
  const stat = await parts.environment.disk.stat(path);
  if (stat === undefined) throw new DiskFault('missing', path);
  return stat;
}
