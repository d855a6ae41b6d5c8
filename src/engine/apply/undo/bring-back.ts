import { baseName, joinPath, parentPath } from '../../../base/index.ts';
import { TidemarkError } from '../../../contract/index.ts';
import type { NodeId } from '../../model/index.ts';
import type { ActivityRow, TrashRow } from '../../store/index.ts';
import { endOrMend, ignoreFault, type Line, MOVE_JOURNAL, type MoveEntry, recoverMove, writeLine } from '../move-journal.ts';
import type { ApplyParts } from '../parts.ts';
import { newPath, pathOf, requireStat } from '../paths.ts';
import { folderAt, freeName } from './places.ts';
import type { Undone } from './undone.ts';
import { syncFolders } from '../sync-folders.ts';

interface Purpose {
  readonly undoes: ActivityRow | null;
  /** Of the content, when it is a file and known. */
  readonly hash: string | null;
}

/**
 * An item of the trash goes back to where it was, under a numbered name where that is taken; folders that are missing are
 * made. From then on it is a new item: what it was is gone in the cloud. Throws undo_trash_gone, undo_place_taken, DiskFault.
 */
export async function bringBack(parts: ApplyParts, trashed: TrashRow, { undoes, hash }: Purpose): Promise<Undone> {
  const { store, environment, root } = parts;
  const { disk } = environment;
  const from = `${root}/${trashed.trashPath}`;
  const stat = await disk.stat(from);
  if (stat?.kind !== 'file' && stat?.kind !== 'folder') {
    // Taken out by hand: the row says something that is not so.
    store.transaction((write) => write.deleteTrash(trashed.id));
    throw new TidemarkError('undo_trash_gone', { path: trashed.originalPath });
  }
  const parentId = await folderAt(parts, parentPath(trashed.originalPath));
  const name = await freeName(parts, parentId, baseName(trashed.originalPath));
  const path = joinPath(pathOf(parts, parentId) ?? '', name);
  const target = await newPath(parts, parentId, name);
  const id: NodeId = environment.random.id();
  const line: Line = {
    kind: 'undone',
    path,
    outOfTrash: trashed.id,
    details: {
      sizeBytes: stat.kind === 'file' ? stat.size : null,
      node: id,
      ...(undoes === null ? {} : { undoes: undoes.id }),
      // Of a folder nobody could tell later what came back and what was put into it since.
      reversal: stat.kind === 'folder' || hash === null ? undefined : { way: 'take_away', now: hash },
    },
  };
  const entry: MoveEntry = { from: trashed.trashPath, to: path, line };
  const journalId = store.transaction((write) => write.addJournal(MOVE_JOURNAL, entry));
  // That it was deleted is on the disk before it comes back: what a power cut took that of would be deleted once more.
  store.sync();
  try {
    await (stat.kind === 'folder' ? disk.moveFolder(from, target) : disk.moveFile(from, target));
    const now = await requireStat(parts, target);
    await syncFolders(parts, [parentPath(target), parentPath(from)]);
    const activityId = store.transaction((write) => {
      write.deleteJournal(journalId);
      // What a folder holds is for a look to tell, which knows what does not sync.
      if (now.kind === 'file') write.putLocal({ kind: 'file', id, parentId, name, stat: now, content: null });
      return writeLine(parts, line);
    });
    await disk.removeFolder(parentPath(from)).catch(ignoreFault);
    return { activityId, path, touched: [id], rescan: now.kind === 'folder' ? [parentPath(path)] : [] };
  } catch (error) {
    await endOrMend(parts, [journalId], () => recoverMove(parts, entry));
    throw error;
  }
}
