import { joinPath, parentPath } from '../../base/index.ts';
import { DiskFault } from '../environment.ts';
import { type FileStat, identityOf, type LocalNode, type NodeId, PARKED_ID } from '../model/index.ts';
import { type Operation, type Place, samePlace } from '../plan/index.ts';
import type { Store, StoreWrites } from '../store/index.ts';
import { endOrMend, ignoreFault, MOVE_JOURNAL, type MoveEntry, recoverMove, writeMoved } from './move-journal.ts';
import { note } from './note.ts';
import { done, doneAll, type Outcome, replan } from './outcome.ts';
import { ownPaths, parkedFolder } from './own-folder.ts';
import type { ApplyParts } from './parts.ts';
import {
  absolutePath,
  contentAfter,
  diskPath,
  isOfAnother,
  newPath,
  pathOf,
  requireFreeSpelling,
  requireNoLink,
  requireSame,
  requireStat,
  requireUnclaimed,
  toldPath,
} from './paths.ts';
import { movedBack } from './reversals.ts';
import { syncedFrom } from './synced.ts';
import { ensureFolder } from './trash-can.ts';
import { syncFolders } from './sync-folders.ts';

/** All of these are called with the tree lock held. Throw DiskFault. */

export async function makeLocalFolder(parts: ApplyParts, id: NodeId): Promise<Outcome> {
  const { store, environment } = parts;
  const remote = store.remote.get(id);
  if (remote?.kind !== 'folder' || store.local.get(id) !== undefined) return replan([id]);
  const path = await newPath(parts, remote.parentId, remote.name);
  requireUnclaimed(parts, remote, path, id);
  await requireFreeSpelling(parts, path);
  await environment.disk.makeFolder(path);
  try {
    await requireNoLink(parts, path);
  } catch (error) {
    await environment.disk.removeFolder(path);
    throw error;
  }
  const stat = await requireStat(parts, path);
  // Moved over the new one, which was empty: it stays what it is.
  if (isOfAnother(parts, id, stat)) throw new DiskFault('exists', path);
  await syncFolders(parts, [parentPath(path)]);
  store.transaction((write) => {
    write.putLocal({ kind: 'folder', id, parentId: remote.parentId, name: remote.name, stat });
    write.putSynced(syncedFrom(remote));
  });
  note(parts, 'folder_here', toldPath(parts, remote), {
    device: remote.modifiedBy,
    node: id,
    reversal: { way: 'take_away', now: null, theirs: true, identity: identityOf(stat) },
  });
  return doneAll([id, ...[...store.remote.children(id)].map((child) => child.id)]);
}

export async function moveLocal(parts: ApplyParts, id: NodeId, to: Place): Promise<Outcome> {
  const { store } = parts;
  const local = store.local.get(id);
  const remote = store.remote.get(id);
  // While the lock was waited for, the cloud may have moved or deleted it, or a scan may have found its new folder inside it.
  // Only what is out of sight comes back although the cloud has it no more.
  const isMeant = remote === undefined ? local?.parentId === PARKED_ID : samePlace(remote, to);
  if (local === undefined || !isMeant || isInside(store, to.parentId, id)) return replan([id]);
  // What is out of sight was at the place that was agreed on.
  const from = local.parentId === PARKED_ID ? store.synced.get(id) : local;
  const before = pathOf(parts, id) ?? store.syncedPath(id) ?? local.name;
  const target = await newPath(parts, to.parentId, to.name);
  const now = toldPath(parts, { id, ...to });
  const details = {
    otherPath: before,
    device: remote?.modifiedBy ?? null,
    node: id,
    reversal: from === undefined ? undefined : movedBack(from, to),
  };
  await moveAndTell(parts, local, to, {
    from: diskPath(parts, local),
    to: target.slice(parts.root.length + 1),
    // What only comes back from out of sight to where it was did not move.
    line: now === before ? undefined : { kind: 'moved_here', path: now, details },
    place: { id, parentId: to.parentId, name: to.name },
    // At once: if it was deleted in the cloud by now, its new place must not look like a move that was made here.
    agreed: remote !== undefined,
  });
  if (local.parentId === PARKED_ID) await leaveParked(parts, id);
  return doneAll([id, ...[...store.remote.children(id)].map((child) => child.id)]);
}

/** Out of sight, keeping its name: `.tidemark/parked/ID/NAME`. The row is written with it; a crash in between is mended at the next start. */
export async function parkLocal(parts: ApplyParts, id: NodeId): Promise<Outcome> {
  const local = parts.store.local.get(id);
  if (local === undefined || local.parentId === PARKED_ID) return replan([id]);
  await ensureFolder(parts, ownPaths(parts.root).parked);
  const place = parkedFolder(parts.root, id);
  await ensureFolder(parts, place);
  try {
    await moveTo(parts, local, { parentId: PARKED_ID, name: local.name });
  } catch (error) {
    await leaveParked(parts, id);
    throw error;
  }
  return done(id);
}

/** Where it waited goes; when something is still there, rows and disk have to be made to agree before the next look. */
export async function leaveParked({ environment, root, onUnmended }: ApplyParts, id: NodeId): Promise<void> {
  await environment.disk.removeFolder(parkedFolder(root, id)).catch((error: unknown) => {
    ignoreFault(error);
    onUnmended();
  });
}

/** A kept version, or an item that met a name in use: it gets the conflict name and stays what it is. */
export async function renameAside(parts: ApplyParts, operation: Extract<Operation, { readonly op: 'rename_aside' }>): Promise<Outcome> {
  const { id, name, inFavourOf, otherHere } = operation;
  const { store } = parts;
  const local = store.local.get(id);
  const winner = store.remote.get(inFavourOf);
  const winnerHere = store.local.get(inFavourOf);
  const isAsPlanned = winnerHere === undefined ? otherHere === null : otherHere !== null && samePlace(winnerHere, otherHere);
  // One of the two may have left the name to the other meanwhile, or is about to: here it was moved elsewhere.
  if (local === undefined || winner === undefined || !samePlace(local, winner) || !isAsPlanned) return replan([id, inFavourOf]);
  const before = pathOf(parts, id);
  const to = { parentId: local.parentId, name };
  const details = {
    otherPath: before === undefined ? name : joinPath(parentPath(before), name),
    device: winner.modifiedBy,
    node: id,
    reversal: movedBack(local, to),
  };
  const from = diskPath(parts, local);
  await moveAndTell(parts, local, to, {
    from,
    to: joinPath(parentPath(from), name),
    line: { kind: 'conflict', path: before ?? local.name, details },
    // Without it nobody would hear of the two versions.
    place: { id, ...to, ...(local.kind === 'file' ? { conflictOf: inFavourOf } : {}) },
  });
  return done(id, inFavourOf);
}

/**
 * As `moveTo`, with the line that tells of it and what is agreed on, also where the process ends, or the power goes, in
 * between: then the next start writes them. Else a move from the cloud would look like the person's own. Answers the id of
 * the line, 0 without one.
 */
export async function moveAndTell(parts: ApplyParts, local: LocalNode, to: Place, entry: MoveEntry): Promise<number> {
  const { store } = parts;
  const journalId = store.transaction((write) => write.addJournal(MOVE_JOURNAL, entry));
  store.sync();
  let told = 0;
  try {
    await moveTo(parts, local, to, {
      conflictOf: entry.place?.conflictOf,
      alsoWrite: (write) => {
        told = writeMoved(parts, entry);
        write.deleteJournal(journalId);
      },
    });
  } catch (error) {
    await endOrMend(parts, [journalId], () => recoverMove(parts, entry));
    throw error;
  }
  return told;
}

export function isInside({ local }: Store, folder: NodeId, id: NodeId): boolean {
  for (let at: NodeId | undefined = folder; at !== undefined; at = local.get(at)?.parentId) if (at === id) return true;
  return false;
}

/** Parked, or below something parked. */
const isOutOfSight = ({ local }: Store, node: LocalNode): boolean => {
  for (let at: LocalNode | undefined = node; at !== undefined; at = local.get(at.parentId)) if (at.parentId === PARKED_ID) return true;
  return false;
};

interface MoveDetails {
  readonly conflictOf?: NodeId | undefined;
  /** In the transaction that writes down where the item is. */
  readonly alsoWrite?: (write: StoreWrites) => void;
}

/** Call with the tree lock held. Throws DiskFault. */
export async function moveTo(parts: ApplyParts, local: LocalNode, to: Place, { conflictOf, alsoWrite }: MoveDetails = {}): Promise<void> {
  const { store, environment } = parts;
  const { disk } = environment;
  const before = diskPath(parts, local);
  const from = await absolutePath(parts, local);
  // No look ever goes to what is out of sight: an edit of just before it went there shows only now.
  const seen = await (isOutOfSight(store, local) ? requireStat(parts, from) : requireSame(parts, from, local.stat)).catch(
    (error: unknown) => {
      // Only Tidemark puts anything there, and no look goes there.
      if (local.parentId === PARKED_ID && error instanceof DiskFault && error.code === 'missing') parts.onUnmended();
      throw error;
    },
  );
  const target =
    to.parentId === PARKED_ID ? `${parkedFolder(parts.root, local.id)}/${to.name}` : await newPath(parts, to.parentId, to.name);
  if (to.parentId !== PARKED_ID) {
    requireUnclaimed(parts, to, target, local.id);
    await requireFreeSpelling(parts, target, local.stat);
  }
  const move = (one: string, other: string): Promise<void> =>
    local.kind === 'folder' ? disk.moveFolder(one, other) : disk.moveFile(one, other);
  await move(from, target);
  try {
    await requireNoLink(parts, target);
  } catch (error) {
    // What only could not be looked at is where it was moved to, and the move back may fail as well: then no row would know it.
    if (error instanceof DiskFault && !LEADS_ELSEWHERE.has(error.code))
      environment.log.warn('the folder of a move could not be looked at', { code: error.code });
    else {
      await move(target, from);
      // The other folder is behind a link. A rename is on the disk as a whole or not at all.
      await syncFolders(parts, [parentPath(from)]);
      throw error;
    }
  }
  const stat = await afterMove(parts, from, target, local.stat);
  if (stat !== local.stat && isAnother(stat, seen)) {
    // Put under the name between the look and the move: it goes back, and a look finds which of the two is where.
    await move(target, from).catch(ignoreFault);
    await syncFolders(parts, [parentPath(from), parentPath(target)]).catch(ignoreFault);
    throw new DiskFault('changed', from);
  }
  store.transaction((write) => {
    const place = { parentId: to.parentId, name: to.name, stat };
    if (local.kind === 'folder') write.putLocal({ ...local, ...place });
    else
      write.putLocal({
        ...local,
        ...place,
        content: contentAfter(local.content, local.stat, stat),
        ...(conflictOf === undefined ? {} : { conflictOf }),
      });
    alsoWrite?.(write);
  });
  const now = store.local.get(local.id);
  if (local.kind === 'folder' && now !== undefined) parts.onFolderMoved(now.id, before, diskPath(parts, now));
}

/**
 * What a program saves as a new file in the place of the old one is another one too, and is looked at again as well. On
 * FAT a file that moves may get another number, and keeps its time.
 */
const isAnother = (a: FileStat, b: FileStat): boolean =>
  (a.ino !== b.ino || a.dev !== b.dev) && (a.mtimeNs !== b.mtimeNs || (a.kind === 'file' && a.size !== b.size));

/** A folder on the way is no folder of the synced one any more. */
const LEADS_ELSEWHERE: ReadonlySet<string> = new Set(['loop', 'missing', 'not_a_folder']);

/**
 * The item is at its new place, and the row has to say so even if the disk fails now: else a look would find it gone from
 * the old one, which is what a deletion looks like. What could not be asked shows at the next look.
 */
async function afterMove(parts: ApplyParts, from: string, target: string, before: FileStat): Promise<FileStat> {
  const { disk, log } = parts.environment;
  try {
    const stat = await disk.stat(target);
    await syncFolders(parts, [parentPath(from), parentPath(target)]);
    return stat ?? before;
  } catch (error) {
    if (!(error instanceof DiskFault)) throw error;
    log.warn('the disk failed after a move', { code: error.code });
    return before;
  }
}
