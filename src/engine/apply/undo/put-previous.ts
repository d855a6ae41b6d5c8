import { parentPath } from '../../../base/index.ts';
import { TidemarkError } from '../../../contract/index.ts';
import { DiskFault } from '../../environment.ts';
import type { LocalFile } from '../../model/index.ts';
import type { ActivityRow, Reversal, TrashRow } from '../../store/index.ts';
import { endOrMend, ignoreFault, type Line, MOVE_JOURNAL, type MoveEntry, recoverMove, writeLine } from '../move-journal.ts';
import type { ApplyParts } from '../parts.ts';
import { absolutePath, requireSame, requireStat, sameFile } from '../paths.ts';
import { REPLACE_JOURNAL, recoverReplace, type ReplaceEntry } from '../replace.ts';
import { rescue, trashSlot } from '../trash-can.ts';
import { hashOf, itemOf, pathNow, requireSettled, type Undone } from './undone.ts';
import { syncFolders } from '../sync-folders.ts';

/**
 * The bytes that a download replaced come back from the trash, and the newer ones go there: the item stays the same, so
 * the others get the older bytes as a new version. Throws undo_changed, undo_item_gone, undo_unsettled, undo_trash_gone,
 * DiskFault.
 */
export async function putPrevious(
  parts: ApplyParts,
  row: ActivityRow,
  { now, before }: Extract<Reversal, { readonly way: 'put_previous' }>,
  trashed: TrashRow,
): Promise<Undone> {
  const { store, root, environment } = parts;
  const { disk } = environment;
  const item = itemOf(parts, row);
  const path = pathNow(parts, item);
  if (item.kind !== 'file' || (await hashOf(parts, item)) !== now) throw new TidemarkError('undo_changed', { path });
  requireSettled(parts, item, path);
  const from = `${root}/${trashed.trashPath}`;
  const old = await disk.stat(from);
  if (old?.kind !== 'file') {
    store.transaction((write) => write.deleteTrash(trashed.id));
    throw new TidemarkError('undo_trash_gone', { path });
  }
  const target = await absolutePath(parts, item);
  await requireSame(parts, target, item.stat);

  const slot = await trashSlot(parts, item.name);
  const trashPath = slot.slice(root.length + 1);
  const line: Line = {
    kind: 'undone',
    path,
    outOfTrash: trashed.id,
    details: {
      sizeBytes: old.size,
      node: item.id,
      undoes: row.id,
      reversal: { way: 'put_previous', now: before, before: now },
      trash: { trashPath, why: 'replaced' },
    },
  };
  const away: ReplaceEntry = { target: path, trash: trashPath, node: item.id };
  const back: MoveEntry = { from: trashed.trashPath, to: path, line };
  const journal = store.transaction((write) => [write.addJournal(REPLACE_JOURNAL, away), write.addJournal(MOVE_JOURNAL, back)]);
  // As for a download: on the disk before the file leaves its place.
  store.sync();
  const forget = (): void =>
    store.transaction((write) => {
      for (const id of journal) write.deleteJournal(id);
    });
  try {
    await disk.moveFile(target, slot);
    if (!(await isUntouched(parts, item, slot))) {
      await rescue(parts, slot, parentPath(target), item.name);
      throw new DiskFault('changed', target);
    }
    await disk.moveFile(from, target);
    const stat = await requireStat(parts, target);
    const late = !(await isUntouched(parts, item, slot));
    // What a program that still had the newer version open wrote into it is a file of its own.
    if (late) await rescue(parts, slot, parentPath(target), item.name);
    await syncFolders(parts, [parentPath(target), parentPath(slot), parentPath(from)]);
    const activityId = store.transaction((write) => {
      forget();
      write.putLocal({ ...item, stat, content: null });
      return writeLine(parts, late ? withoutTrash(line) : line);
    });
    await disk.removeFolder(parentPath(from)).catch(ignoreFault);
    return { activityId, path, touched: [item.id], rescan: late ? [parentPath(path)] : [] };
  } catch (error) {
    await endOrMend(parts, journal, async () => {
      await recoverReplace(parts, away);
      await recoverMove(parts, back);
    });
    throw error;
  }
}

const isUntouched = async (parts: ApplyParts, item: LocalFile, slot: string): Promise<boolean> =>
  sameFile(await requireStat(parts, slot), item.stat);

const withoutTrash = (line: Line): Line => ({ ...line, details: { ...line.details, reversal: undefined, trash: undefined } });
