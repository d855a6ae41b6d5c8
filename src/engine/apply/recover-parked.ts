import { nameKey, parentPath } from '../../base/index.ts';
import { id128 } from '../../contract/index.ts';
import { type DirectoryEntry, DiskFault } from '../environment.ts';
import { isBuiltInIgnored } from '../ignore/index.ts';
import { type FileStat, type LocalNode, type NodeId, PARKED_ID, ROOT_ID, sameFingerprint, withBelow } from '../model/index.ts';
import type { Place } from '../plan/index.ts';
import type { Store } from '../store/index.ts';
import { ignoreFault } from './move-journal.ts';
import { ownPaths, parkedFolder } from './own-folder.ts';
import type { ApplyParts } from './parts.ts';
import { absolutePath, newPath, requireStat, sameFile } from './paths.ts';
import { syncFolders } from './sync-folders.ts';

/**
 * Mends what a crash, or a fault of disk or database, left in the middle of parking an item or of bringing it back, so that rows and disk agree again
 * before anything is looked at. Throws DiskFault.
 */
export async function recoverParked(parts: ApplyParts): Promise<void> {
  const { disk } = parts.environment;
  const { parked } = ownPaths(parts.root);
  if ((await disk.stat(parked)) !== undefined) {
    for (const entry of await disk.list(parked)) {
      const { name: id } = entry;
      // What is named otherwise somebody else put there.
      if (id === null || !id128.safeParse(id).success) continue;
      if (seen(entry, parked).kind === 'folder') await recoverFolder(parts, id);
    }
  }
  // What its row says is parked and is not there any more had been brought back already.
  for (const node of [...parts.store.local.children(PARKED_ID)]) await recoverMissing(parts, node);
}

/** One item's parking place: its row says so again, or it comes back as a new item. */
async function recoverFolder(parts: ApplyParts, id: NodeId): Promise<void> {
  const { store, environment, root } = parts;
  const { disk } = environment;
  const folder = parkedFolder(root, id);
  const known = store.local.get(id);
  const item = itemIn(await disk.list(folder), known, folder);
  if (item === undefined || (await isStranger(parts, known, item))) {
    // Nothing of ours; when it is not empty either, it stays.
    await disk.removeFolder(folder).catch(ignoreFault);
    return;
  }
  const { name, stat } = item;
  if (known !== undefined && known.parentId !== PARKED_ID && (await isStillThere(parts, known, stat))) {
    // The move in had got a second name for the file and not taken the first one away.
    await disk.removeFile(`${folder}/${name}`);
    await disk.removeFolder(folder).catch(ignoreFault);
    return;
  }
  if (known?.kind === 'file' && known.parentId === PARKED_ID && stat.links > 1) {
    const back = await placeOf(parts, known, stat);
    if (back !== undefined) {
      // The way back had given it its name and not taken the parked one away. First that name has to be there for good.
      await syncFolders(parts, [parentPath(back.path)]);
      await disk.removeFile(`${folder}/${name}`);
      await disk.removeFolder(folder).catch(ignoreFault);
      // What its row is to say, `recoverMissing` finds out.
      return;
    }
  }
  store.transaction((write) => {
    write.putLocal(parkedRow(known, id, name, stat, stat.kind === 'file' ? 'file' : 'folder'));
  });
}

/** The item among what file managers leave, and what was put beside it by hand. */
function itemIn(
  entries: readonly DirectoryEntry[],
  known: LocalNode | undefined,
  folder: string,
): { name: string; stat: FileStat } | undefined {
  const items = entries.flatMap((entry) => {
    const { name } = entry;
    if (name === null || isBuiltInIgnored(name)) return [];
    const stat = seen(entry, folder);
    return stat.kind === 'file' || stat.kind === 'folder' ? [{ name, stat }] : [];
  });
  return (
    items.find(({ stat }) => known !== undefined && sameFile(stat, known.stat)) ??
    items.find(({ name }) => name === known?.name) ??
    items[0]
  );
}

/** What the entry is. Where the disk does not tell, nothing may be concluded from its name: throws DiskFault. */
function seen({ printable, stat, fault }: DirectoryEntry, folder: string): FileStat {
  if (stat === null) throw new DiskFault(fault ?? 'failed', `${folder}/${printable}`);
  return stat;
}

function parkedRow(known: LocalNode | undefined, id: NodeId, name: string, stat: FileStat, kind: 'file' | 'folder'): LocalNode {
  const place = { id, parentId: PARKED_ID, name, stat };
  if (kind === 'folder') return known?.kind === 'folder' ? { ...known, ...place } : { kind, ...place };
  if (known?.kind !== 'file') return { kind, ...place, content: null };
  return { ...known, ...place, content: sameFingerprint(known.stat, stat) ? known.content : null };
}

/**
 * The item is where its row says, so this is something else that was put there by hand. Where another has its place by now,
 * what has its name here is the item: it was saved as a new file just before.
 */
async function isStranger(
  parts: ApplyParts,
  known: LocalNode | undefined,
  { name, stat }: { readonly name: string; readonly stat: FileStat },
): Promise<boolean> {
  if (known === undefined || known.parentId === PARKED_ID || isSameInode(known.stat, stat)) return false;
  const there = await statWhereKnown(parts, known);
  return there !== undefined && (name !== known.name || isSameInode(known.stat, there));
}

const isSameInode = (a: FileStat, b: FileStat): boolean => a.ino === b.ino && a.dev === b.dev;

/** Undefined when its folder, or it, is not there. Throws DiskFault when that cannot be told. */
async function statWhereKnown(parts: ApplyParts, known: LocalNode): Promise<FileStat | undefined> {
  try {
    return await parts.environment.disk.stat(await absolutePath(parts, known));
  } catch (error) {
    if (error instanceof DiskFault && ['missing', 'not_a_folder', 'loop'].includes(error.code)) return undefined;
    throw error;
  }
}

/** The file has its old name too. */
async function isStillThere(parts: ApplyParts, known: LocalNode, parked: FileStat): Promise<boolean> {
  if (known.kind !== 'file' || parked.links < 2) return false;
  const stat = await statWhereKnown(parts, known);
  return stat !== undefined && stat.dev === parked.dev && stat.ino === parked.ino;
}

async function recoverMissing(parts: ApplyParts, node: LocalNode): Promise<void> {
  const { store, environment, root } = parts;
  const { disk } = environment;
  if ((await disk.stat(`${parkedFolder(root, node.id)}/${node.name}`)) !== undefined) return;
  const place = await placeOf(parts, node, node.stat);
  if (place !== undefined) {
    const { parentId, name, stat } = place;
    store.transaction((write) => {
      write.putLocal({ ...node, parentId, name, stat });
    });
    return;
  }
  // A disk that was taken out says nothing of what is on it.
  await requireStat(parts, ownPaths(root).own);
  // Where it is the next look tells, by who it is: somebody may have moved it on. Should it be nowhere, that is no deletion.
  const ids = withBelow(store.local, node.id);
  const missed = placeInSight(store, node.id);
  store.transaction((write) => {
    if (missed !== undefined) write.putLocal({ ...node, parentId: missed.parentId, name: missed.name });
    for (const id of ids) {
      const synced = store.synced.get(id);
      if (missed === undefined) write.deleteLocal(id);
      if (missed === undefined) write.deleteSynced(id);
      else if (synced !== undefined) write.putSynced({ ...synced, aside: true });
    }
  });
}

/** Where a look misses it and looks for it: a place of its own, that no other row has, in a folder that is in sight. */
function placeInSight(store: Store, id: NodeId): Place | undefined {
  const [remote, agreed] = [store.remote.get(id), store.synced.get(id)];
  if (remote === undefined || agreed === undefined) return undefined;
  const free = [remote, agreed].find(({ parentId, name }) => {
    const isThere = parentId === ROOT_ID || (store.local.get(parentId)?.kind === 'folder' && store.localPath(parentId) !== undefined);
    return isThere && [...store.local.named(parentId, nameKey(name))].length === 0;
  });
  // A power cut may have taken the moves of others too, whose rows still have both places. Forgotten for that, an older version
  // in it would count as one of the person's. As it is set aside, nobody takes a name that nothing on the disk has for a move.
  return free ?? { parentId: ROOT_ID, name: id };
}

/** Where the cloud has the parked item, or where it was agreed to be, if it is there. */
async function placeOf(
  parts: ApplyParts,
  node: LocalNode,
  known: FileStat,
): Promise<{ readonly parentId: NodeId; readonly name: string; readonly path: string; readonly stat: FileStat } | undefined> {
  const { store, environment } = parts;
  for (const place of [store.remote.get(node.id), store.synced.get(node.id)]) {
    if (place === undefined) continue;
    const { parentId, name } = place;
    const path = await newPath(parts, parentId, name).catch(ignoreFault);
    const stat = path === undefined ? undefined : await environment.disk.stat(path).catch(ignoreFault);
    // What was there before may have a row still, if it went in a power cut. The next look tells who is who.
    const free = ![...store.local.children(parentId)].some((other) => other.name === name);
    if (path !== undefined && stat !== undefined && sameFile(stat, known) && free) return { parentId, name, path, stat };
  }
  return undefined;
}
