import { nameKey, parentPath } from '../../base/index.ts';
import type { ActivityKind } from '../../contract/index.ts';
import { DiskFault } from '../environment.ts';
import { OWN_FOLDER } from '../ignore/index.ts';
import type { FileStat, NodeId } from '../model/index.ts';
import { findPlaced } from './find-placed.ts';
import { findUnlike } from './find-unlike.ts';
import { note, type NoteDetails } from './note.ts';
import { ownPaths } from './own-folder.ts';
import type { ApplyParts } from './parts.ts';
import { contentAfter, isOfAnother, requireStat } from './paths.ts';
import { syncWhatIsThere } from './sync-folders.ts';
import { rescue } from './trash-can.ts';

export const MOVE_JOURNAL = 'move';

/** A line of the history, written once what it tells of is done: at once, or by the next start after a crash. */
export interface Line {
  readonly kind: ActivityKind;
  readonly path: string;
  readonly details: NoteDetails;
  /** Row of the trash whose item is not there any more. */
  readonly outOfTrash?: number;
}

/** A move that a crash must not leave untold. Both paths are relative to the synced folder. */
export interface MoveEntry {
  readonly from: string;
  readonly to: string;
  /** Of what only comes back to where it was, nothing is told. */
  readonly line?: Line | undefined;
  /** Its row after the move, where the item keeps it. */
  readonly place?: { readonly id: NodeId; readonly parentId: NodeId; readonly name: string; readonly conflictOf?: NodeId };
  /** The cloud has it there, so that the place is agreed on with the move. */
  readonly agreed?: boolean;
}

export function writeLine(parts: ApplyParts, { kind, path, details, outOfTrash }: Line): number {
  return parts.store.transaction((write) => {
    if (outOfTrash !== undefined) write.deleteTrash(outOfTrash);
    return note(parts, kind, path, details);
  });
}

/** What an item that has moved is agreed on and told of; answers the id of the line, 0 without one. */
export function writeMoved(parts: ApplyParts, { line, place, agreed = false }: MoveEntry): number {
  return parts.store.transaction((write) => {
    const synced = place === undefined || !agreed ? undefined : parts.store.synced.get(place.id);
    if (synced !== undefined && place !== undefined) write.putSynced({ ...synced, parentId: place.parentId, name: place.name });
    return line === undefined ? 0 : writeLine(parts, line);
  });
}

/**
 * After a crash: a move that was made is told of, one that was not is forgotten. What has no row of its own any more, or
 * not yet, the next look finds where it is. Throws DiskFault.
 */
export async function recoverMove(parts: ApplyParts, entry: MoveEntry): Promise<void> {
  const { from, to, line, place } = entry;
  const { store, environment } = parts;
  const { disk } = environment;
  // Several that moved together have an entry of their own each, and one for all.
  if (isTold(parts, line)) return;
  const source = await disk.stat(`${parts.root}/${from}`);
  const target = await disk.stat(`${parts.root}/${to}`);
  if (target === undefined) {
    // A disk that was taken out says nothing of what is on it.
    await requireStat(parts, ownPaths(parts.root).own);
    if (source === undefined) await forgetEmptied(parts, entry);
    return;
  }
  if (source !== undefined) {
    const twoNames = source.kind === 'file' && source.dev === target.dev && source.ino === target.ino && source.links > 1;
    // Where case does not count, both paths may be the one name that it has.
    if (twoNames && nameKey(from) !== nameKey(to)) {
      // One file under both names: the move was broken off. The person's name for it is the one that stays.
      await disk.removeFile(`${parts.root}/${isOwn(to) ? to : from}`);
      if (isOwn(to)) return;
    } else if (!isItself(parts, entry, target)) return;
  }
  if (await isPutBack(parts, entry)) return;
  // The rows are to say so for good.
  await syncWhatIsThere(parts, [`${parts.root}/${parentPath(from)}`, `${parts.root}/${parentPath(to)}`]);
  store.transaction((write) => {
    // It was nobody's deletion here, also when the folder is wanted again, or it was brought back in the cloud, before the next look.
    const taken = takenAway(entry);
    if (taken !== undefined) forgetCopy(parts, taken);
    const known = place === undefined ? undefined : store.local.get(place.id);
    // Somebody put another item under the name just before, or since: the next look finds both.
    if (known !== undefined && target.kind !== known.kind) return;
    if (known !== undefined && isOfAnother(parts, known.id, target)) return;
    if (known?.kind === 'folder') write.putLocal({ ...known, ...place, stat: target });
    else if (known !== undefined)
      write.putLocal({ ...known, ...place, stat: target, content: contentAfter(known.content, known.stat, target) });
    writeMoved(parts, entry);
  });
}

/** What goes from here for what the cloud says, or since it is not to be kept here. */
const takenAway = ({ line }: MoveEntry): NodeId | undefined =>
  line?.kind === 'copy_dropped' || line?.kind === 'deleted_here' ? line.details.node : undefined;

/** Gone from the trash too, emptied by hand, it is missing for no other reason, unless somebody has moved it on. Throws DiskFault. */
async function forgetEmptied(parts: ApplyParts, entry: MoveEntry): Promise<void> {
  const known = parts.store.local.get(takenAway(entry) ?? '');
  if (known === undefined) return;
  const [target, temp] = [`${parts.root}/${entry.from}`, `${parts.root}/${entry.to}`];
  if ((await findPlaced(parts, { node: known.id, target, temp, stat: known.stat })) === undefined) forgetCopy(parts, known.id);
}

/** It is the item itself that has moved, so that what has its name came there since. */
function isItself({ store }: ApplyParts, { to, line, place }: MoveEntry, { dev, ino }: FileStat): boolean {
  const id = place?.id ?? (isOwn(to) ? line?.details.node : undefined);
  const known = id === undefined ? undefined : store.local.get(id)?.stat;
  return known?.ino === ino && known.dev === dev;
}

/**
 * What lies in the trash may have been written to just before it went there, and nobody looked at it since. Then that is
 * what counts, as if there had been no crash; where its folder is gone by now, the trash keeps it.
 */
async function isPutBack(parts: ApplyParts, { from, to, line }: MoveEntry): Promise<boolean> {
  const local = line?.details.node === undefined ? undefined : parts.store.local.get(line.details.node);
  if (local === undefined || !isOwn(to) || isOwn(from)) return false;
  const [place, trash] = [`${parts.root}/${from}`, `${parts.root}/${to}`];
  if ((await findUnlike(parts, local, trash, from)) === undefined) return false;
  try {
    await rescue(parts, trash, parentPath(place), local.name, local.kind);
    return true;
  } catch (error) {
    ignoreFault(error);
    if ((await parts.environment.disk.stat(trash)) !== undefined) return false;
    throw error;
  }
}

/** It is nobody's deletion that it is not here. */
export function forgetCopy(parts: ApplyParts, id: NodeId): void {
  for (const child of [...parts.store.local.children(id)]) forgetCopy(parts, child.id);
  parts.store.transaction((write) => {
    write.deleteLocal(id);
    write.deleteSynced(id);
  });
}

/**
 * After a failure in the middle, of a process that lives: what was begun ends now, or, where the disk does not let it, before
 * anything else is looked at or changed. Until then it is in the journal.
 */
export async function endOrMend(parts: ApplyParts, journalIds: readonly number[], end: () => Promise<void>): Promise<void> {
  try {
    await end();
  } catch (fault) {
    ignoreFault(fault);
    return parts.onUnmended();
  }
  parts.store.transaction((write) => {
    for (const id of journalIds) write.deleteJournal(id);
  });
}

/** The line it takes back is taken back already. */
export const isTold = ({ store }: ApplyParts, line: Line | undefined): boolean =>
  line?.details.undoes !== undefined && (store.activityRow(line.details.undoes)?.undoneBy ?? null) !== null;

const isOwn = (path: string): boolean => path.startsWith(`${OWN_FOLDER}/`);

/** For what is tried to be put back while another fault is on its way up. */
export function ignoreFault(error: unknown): undefined {
  if (!(error instanceof DiskFault)) throw error;
  return undefined;
}
