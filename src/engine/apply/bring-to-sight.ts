import { nameKey } from '../../base/index.ts';
import { conflictName } from '../conflict/index.ts';
import { DiskFault } from '../environment.ts';
import { inodeKey, inodesBelow } from '../local/index.ts';
import { type LocalNode, type NodeId, PARKED_ID, ROOT_ID } from '../model/index.ts';
import { type Operation, type Place, samePlace } from '../plan/index.ts';
import type { Store } from '../store/index.ts';
import { findUnlike } from './find-unlike.ts';
import { targetOf } from './in-the-way.ts';
import { leaveParked, moveAndTell, moveTo } from './local-changes.ts';
import { ignoreFault } from './move-journal.ts';
import { type Outcome, replan } from './outcome.ts';
import type { ApplyParts } from './parts.ts';
import { absolutePath, diskPath, folderOf, newPath, pathOf } from './paths.ts';
import { localDay } from './trash-can.ts';

/**
 * The folder out of sight that keeps an operation from getting on: the item, or a folder that it needs, lies in there by now,
 * or something that has no row does. No look goes there, and its own way back may lead by just that item. Undefined when
 * there is no such folder. Call with the tree lock held. Throws DiskFault.
 */
export async function hidingFolder(parts: ApplyParts, operation: Operation): Promise<LocalNode | undefined> {
  const { store, environment } = parts;
  const folders = [...store.local.children(PARKED_ID)].filter(({ kind }) => kind === 'folder');
  if (folders.length === 0) return undefined;
  const needed = [...upFrom(store, operation.id), ...upFrom(store, targetOf(parts, operation)?.parentId)];
  for (const folder of folders) {
    const at = await absolutePath(parts, folder);
    if (needed.some(({ id }) => id === folder.id)) {
      if ((await findUnlike(parts, folder, at, folder.name)) !== undefined) return folder;
      continue;
    }
    const inodes = await inodesBelow(environment.disk, at);
    if (inodes !== 'unknown' && needed.some(({ stat }) => inodes.has(inodeKey(stat)))) return folder;
  }
  return undefined;
}

/** The item and the folders above it, as their rows have them. */
function upFrom({ local }: Store, id: NodeId | undefined): readonly LocalNode[] {
  const way: LocalNode[] = [];
  for (let at = id === undefined ? undefined : local.get(id); at !== undefined; at = local.get(at.parentId)) way.push(at);
  return way;
}

/**
 * No look ever goes to what is parked, so that nothing would tell what changed in it just before it went there, or whose
 * rows were lost in a power cut: it comes back to where it was agreed to be, or as near as can be. Call with the tree lock
 * held. Throws DiskFault.
 */
export async function bringToSight(parts: ApplyParts, local: LocalNode): Promise<Outcome> {
  const { store, environment } = parts;
  const parentId = await parentInSight(parts, store.synced.get(local.id)?.parentId);
  // The rows of what lies hidden in there still have the places that it left.
  const taken = new Set([...store.local.children(parentId)].map(({ name }) => nameKey(name)));
  const nextName = (): string | undefined =>
    conflictName(local.name, parts.deviceName, localDay(environment.clock.now()), (key) => taken.has(key));
  for (let name = taken.has(nameKey(local.name)) ? nextName() : local.name; name !== undefined; name = nextName()) {
    if (!(await movedTo(parts, local, { parentId, name }))) {
      taken.add(nameKey(name));
      continue;
    }
    await leaveParked(parts, local.id);
    const path = pathOf(parts, local.id) ?? name;
    return replan([local.id], { rescan: [path, ...folderOf(path)] });
  }
  throw new DiskFault('exists', await newPath(parts, parentId, local.name));
}

/** Nobody is left to bring anything back: where the disk fails, the next start does. Call with the tree lock held. */
export async function bringAllToSight(parts: ApplyParts): Promise<void> {
  for (const local of [...parts.store.local.children(PARKED_ID)]) await bringToSight(parts, local).catch(ignoreFault);
}

/** The folder where the item was agreed to be, if that is where its row says, else the top. */
async function parentInSight(parts: ApplyParts, agreed: NodeId = ROOT_ID): Promise<NodeId> {
  if (pathOf(parts, agreed) === undefined) return ROOT_ID;
  const probe = await newPath(parts, agreed, 'x').catch(ignoreFault);
  return probe === undefined ? ROOT_ID : agreed;
}

/**
 * False when the name is not free. Agreed on first, and durably: there it must not look like a move that the person made,
 * and the next start finds it there if its row did not come to say so. Where nothing was agreed on, the journal says it.
 */
async function movedTo(parts: ApplyParts, local: LocalNode, to: Place): Promise<boolean> {
  const { store } = parts;
  const agreed = store.synced.get(local.id);
  if (agreed !== undefined && !samePlace(agreed, to)) {
    store.transaction((write) => write.putSynced({ ...agreed, parentId: to.parentId, name: to.name }));
    store.sync();
  }
  try {
    if (agreed === undefined) {
      const target = await newPath(parts, to.parentId, to.name);
      const entry = { from: diskPath(parts, local), to: target.slice(parts.root.length + 1), place: { id: local.id, ...to } };
      await moveAndTell(parts, local, to, entry);
    } else await moveTo(parts, local, to);
    return true;
  } catch (error) {
    if (error instanceof DiskFault && error.code === 'exists') return false;
    throw error;
  }
}
