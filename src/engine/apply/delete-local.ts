import { parentPath } from '../../base/index.ts';
import { DiskFault } from '../environment.ts';
import type { Scope } from '../ignore/index.ts';
import { type LocalNode, type NodeId, PARKED_ID, withBelow } from '../model/index.ts';
import { samePlace } from '../plan/index.ts';
import type { Store } from '../store/index.ts';
import { bringToSight } from './bring-to-sight.ts';
import { findUnlike } from './find-unlike.ts';
import { endOrMend, type Line, MOVE_JOURNAL, recoverMove, type MoveEntry, writeLine } from './move-journal.ts';
import { doneAll, type Outcome, replan } from './outcome.ts';
import type { ApplyParts } from './parts.ts';
import { absolutePath, folderOf, pathOf } from './paths.ts';
import { mendLater } from './replace.ts';
import { rescue, trashSlot } from './trash-can.ts';
import { syncFolders } from './sync-folders.ts';

/**
 * Moves an item that was deleted in the cloud to the local trash. What is moved is looked at before and after: if it is
 * not what was recorded (a save, a new file in the folder), it goes back. Call with the tree lock held. Throws DiskFault.
 */
export async function deleteLocal(parts: ApplyParts, id: NodeId): Promise<Outcome> {
  const { store } = parts;
  const local = store.local.get(id);
  const scope = parts.scope();
  if (local === undefined || !isUnwanted(store, scope, local) || isMovedAlong(store, local)) return replan([id]);
  return toTrash(parts, local, 'deleted_here');
}

/**
 * Moves an item to the local trash that is not kept on this device any more, and is in the cloud just as it is here. Call
 * with the tree lock held. Throws DiskFault.
 */
export async function dropCopy(parts: ApplyParts, id: NodeId): Promise<Outcome> {
  const local = parts.store.local.get(id);
  if (local === undefined || !isInTheCloud(parts.store, parts.scope(), local, true)) return replan([id]);
  return toTrash(parts, local, 'copy_dropped');
}

async function toTrash(parts: ApplyParts, local: LocalNode, kind: 'deleted_here' | 'copy_dropped'): Promise<Outcome> {
  const { store } = parts;
  const { id } = local;
  const path = pathOf(parts, id) ?? store.syncedPath(id) ?? local.name;
  const from = await absolutePath(parts, local);
  const unlike = await findUnlike(parts, local, from, path);
  if (unlike !== undefined && local.parentId === PARKED_ID) return bringToSight(parts, local);
  if (unlike !== undefined) return replan([id], { rescan: [unlike, ...rescanOf(path, local)] });

  const trash = await trashSlot(parts, local.name);
  const hash = local.kind === 'file' ? (local.content?.hash ?? null) : null;
  const trashPath = trash.slice(parts.root.length + 1);
  const line: Line = {
    kind,
    path,
    details: {
      sizeBytes: local.kind === 'file' ? local.stat.size : null,
      node: id,
      // What is not kept here comes back by keeping it again.
      reversal: kind === 'deleted_here' ? { way: 'bring_back', hash } : undefined,
      trash: { trashPath, why: 'deleted' },
    },
  };
  const journal: MoveEntry = { from: from.slice(parts.root.length + 1), to: trashPath, line };
  const journalId = store.transaction((write) => write.addJournal(MOVE_JOURNAL, journal));
  // On the disk before it leaves its place: after a power cut it would else be missing for no reason, which is what a
  // deletion looks like, and would be deleted in the cloud if it is kept there, or was brought back there by then.
  store.sync();
  const forget = (): void => store.transaction((write) => write.deleteJournal(journalId));
  const waits = { inTrash: false };
  const putBack = async (): Promise<void> => {
    try {
      await rescue(parts, trash, parentPath(from), local.name, local.kind);
    } catch (error) {
      if (error instanceof DiskFault) {
        mendLater(parts, { target: journal.from, trash: trashPath, node: id });
        waits.inTrash = true;
      }
      throw error;
    }
  };
  try {
    return await moveAndLook(parts, local, { from, trash, path, line, forget, putBack });
  } catch (error) {
    // What could go on no more lies in the trash, and is told of; but for what does not stay there.
    if (waits.inTrash) forget();
    else await endOrMend(parts, [journalId], () => recoverMove(parts, journal));
    throw error;
  }
}

interface Deleting {
  /** Absolute. */
  readonly from: string;
  readonly trash: string;
  readonly path: string;
  readonly line: Line;
  readonly forget: () => void;
  readonly putBack: () => Promise<void>;
}

async function moveAndLook(parts: ApplyParts, local: LocalNode, { from, trash, path, line, forget, putBack }: Deleting): Promise<Outcome> {
  const { store, environment } = parts;
  const { disk } = environment;
  const { id } = local;
  if (local.kind === 'folder') await disk.moveFolder(from, trash);
  else await disk.moveFile(from, trash);
  let changed: string | undefined;
  try {
    changed = await findUnlike(parts, local, trash, path);
  } catch (error) {
    // Not known to be what was recorded, so it does not stay.
    await putBack();
    throw error;
  }
  if (changed !== undefined) {
    await putBack();
    forget();
    return replan([id], { rescan: [changed, ...rescanOf(path, local)] });
  }
  await syncFolders(parts, [parentPath(from), parentPath(trash)]);
  const ids = withBelow(store.local, id);
  store.transaction((write) => {
    for (const one of ids) {
      write.deleteLocal(one);
      write.deleteSynced(one);
    }
    forget();
    writeLine(parts, line);
  });
  return doneAll(ids);
}

/**
 * What the plan was made from still holds: the item and all below it are gone in the cloud and as they were agreed on.
 * While the lock was waited for, a scan may have found an edit, or a new file in the folder.
 */
function isUnwanted(store: Store, scope: Scope, local: LocalNode): boolean {
  const synced = store.synced.get(local.id);
  if (synced === undefined || synced.aside === true || store.remote.get(local.id) !== undefined || staysHere(scope, local)) return false;
  if (local.parentId !== PARKED_ID && !samePlace(local, synced)) return false;
  if (local.kind === 'file') return synced.kind === 'file' && local.content?.hash === synced.hash;
  return [...store.local.children(local.id)].every((child) => isUnwanted(store, scope, child));
}

/** As agreed on, in the cloud and here, with all below it, and not kept on this device. */
function isInTheCloud(store: Store, scope: Scope, local: LocalNode, isTop = false): boolean {
  const synced = store.synced.get(local.id);
  const remote = store.remote.get(local.id);
  if (synced === undefined || synced.aside === true || remote === undefined || staysHere(scope, local) || !scope.excluded(local.id))
    return false;
  // The cloud has moved the top into a folder that is not here; moved on both sides, the cloud's place wins.
  const leaves = isTop && !samePlace(local, remote) && store.local.get(remote.parentId) === undefined;
  if (local.parentId === PARKED_ID ? !isTop : !leaves && !samePlace(local, synced)) return false;
  if (!leaves && !samePlace(local, remote)) return false;
  if (local.kind === 'file')
    return synced.kind === 'file' && remote.kind === 'file' && local.content?.hash === synced.hash && remote.content.hash === synced.hash;
  return [...store.local.children(local.id)].every((child) => isInTheCloud(store, scope, child));
}

/** A rule leaves it out, or something that lies in it: that is never taken along (SYNC-SPEC 11). */
const staysHere = (scope: Scope, local: LocalNode): boolean =>
  scope.leftOut('local', local.id) !== undefined || (local.kind === 'folder' && local.holdsIgnored === true);

/** A folder above it, gone in the cloud too, was moved meanwhile: that takes along what is in it. */
function isMovedAlong(store: Store, { parentId }: LocalNode): boolean {
  const above = store.local.get(parentId);
  const synced = store.synced.get(parentId);
  if (above === undefined || synced === undefined || store.remote.get(parentId) !== undefined) return false;
  return (above.parentId !== PARKED_ID && !samePlace(above, synced)) || isMovedAlong(store, above);
}

const rescanOf = (path: string, local: LocalNode): readonly string[] =>
  local.kind === 'folder' ? [path, ...folderOf(path)] : folderOf(path);
