import { parentPath } from '../../../base/index.ts';
import { TidemarkError } from '../../../contract/index.ts';
import { DiskFault } from '../../environment.ts';
import type { Scope } from '../../ignore/index.ts';
import { type FileStat, type LocalFolder, type LocalNode, withBelow } from '../../model/index.ts';
import { samePlace } from '../../plan/index.ts';
import type { ActivityRow, FolderIdentity, Reversal } from '../../store/index.ts';
import { findUnlike } from '../find-unlike.ts';
import { endOrMend, type Line, MOVE_JOURNAL, type MoveEntry, recoverMove, writeLine } from '../move-journal.ts';
import type { ApplyParts } from '../parts.ts';
import { absolutePath } from '../paths.ts';
import { rescue, trashSlot } from '../trash-can.ts';
import { hashOf, itemOf, pathNow, requireSettled, type Undone } from './undone.ts';
import { syncFolders } from '../sync-folders.ts';

type TakeAway = Extract<Reversal, { readonly way: 'take_away' }>;

/** What is to go, where it is. Throws as `takeAway`, and changes nothing. */
export async function findToTakeAway(
  parts: ApplyParts,
  row: ActivityRow,
  { now, theirs = false, identity }: TakeAway,
): Promise<{ readonly item: LocalNode; readonly path: string; readonly from: string }> {
  const item = itemOf(parts, row);
  const path = pathNow(parts, item);
  if (item.kind === 'folder' && item.id !== row.node && !isProvenSame(item.stat, identity))
    throw new TidemarkError('undo_item_gone', { path });
  requireSettled(parts, item, path);
  const from = await absolutePath(parts, item);
  if ((await findUnlike(parts, item, from, path)) !== undefined) throw new DiskFault('changed', from);
  const unchanged = item.kind === 'file' ? (await hashOf(parts, item)) === now : isWhole(parts, parts.scope(), item, theirs);
  if (!unchanged) throw new TidemarkError('undo_changed', { path });
  return { item, path, from };
}

/**
 * What came goes to the trash of this device. Its rows go with it, what was agreed on stays: that is a deletion by the
 * person, which the planner carries out in the cloud. Throws undo_changed, undo_item_gone, undo_unsettled, DiskFault.
 */
export async function takeAway(parts: ApplyParts, row: ActivityRow, reversal: TakeAway): Promise<Undone> {
  const { store, root, environment } = parts;
  const { disk } = environment;
  const { item, path, from } = await findToTakeAway(parts, row, reversal);
  const trash = await trashSlot(parts, item.name);
  const trashPath = trash.slice(root.length + 1);
  const hash = item.kind === 'file' ? reversal.now : null;
  const line: Line = {
    kind: 'undone',
    path,
    details: {
      sizeBytes: item.kind === 'file' ? item.stat.size : null,
      node: item.id,
      undoes: row.id,
      reversal: { way: 'bring_back', hash },
      trash: { trashPath, why: 'deleted' },
    },
  };
  const entry: MoveEntry = { from: path, to: trashPath, line };
  const journalId = store.transaction((write) => write.addJournal(MOVE_JOURNAL, entry));
  try {
    await (item.kind === 'folder' ? disk.moveFolder(from, trash) : disk.moveFile(from, trash));
    // A save or a new file of just now is not lost, but it is not what was to go either.
    const unlike = await findUnlike(parts, item, trash, path).catch((error: unknown) => {
      if (!(error instanceof DiskFault)) throw error;
      return path;
    });
    if (unlike !== undefined) {
      await rescue(parts, trash, parentPath(from), item.name, item.kind);
      throw new DiskFault('changed', from);
    }
    await syncFolders(parts, [parentPath(from), parentPath(trash)]);
    const ids = withBelow(store.local, item.id);
    const activityId = store.transaction((write) => {
      write.deleteJournal(journalId);
      for (const id of ids) write.deleteLocal(id);
      return writeLine(parts, line);
    });
    return { activityId, path, touched: ids, rescan: [] };
  } catch (error) {
    await endOrMend(parts, [journalId], () => recoverMove(parts, entry));
    throw error;
  }
}

/** Another folder may have got the name since. Without a time of creation nothing proves that it is the one that came. */
const isProvenSame = (stat: FileStat, came: FolderIdentity | undefined): boolean =>
  stat.dev === came?.dev && stat.ino === came.ino && stat.birthtimeNs === came.birthtimeNs && stat.birthtimeNs !== '0';

/**
 * All that a folder holds is in the cloud as it is here, so that nothing is only in the trash afterwards, and none of it
 * is left out by a rule (SYNC-SPEC 11).
 * @param theirs and none of it was put there by this device
 */
function isWhole(parts: ApplyParts, scope: Scope, folder: LocalFolder, theirs: boolean): boolean {
  const { store } = parts;
  const own = store.account()?.deviceId;
  if (folder.holdsIgnored === true) return false;
  return [...store.local.children(folder.id)].every((child) => {
    const remote = store.remote.get(child.id);
    const synced = store.synced.get(child.id);
    if (remote === undefined || synced === undefined || !samePlace(remote, synced) || !samePlace(child, synced)) return false;
    if (scope.leftOut('local', child.id) !== undefined) return false;
    if (theirs && remote.modifiedBy === own) return false;
    if (child.kind === 'folder') return isWhole(parts, scope, child, theirs);
    return synced.kind === 'file' && remote.kind === 'file' && remote.content.hash === synced.hash && child.content?.hash === synced.hash;
  });
}
