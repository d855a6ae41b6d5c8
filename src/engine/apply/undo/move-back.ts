import { joinPath, parentPath } from '../../../base/index.ts';
import { TidemarkError } from '../../../contract/index.ts';
import { DiskFault } from '../../environment.ts';
import { type LocalNode, type NodeId, PARKED_ID } from '../../model/index.ts';
import { type Place, samePlace } from '../../plan/index.ts';
import type { ActivityRow, Reversal } from '../../store/index.ts';
import { isInside, moveAndTell, moveTo, parkLocal } from '../local-changes.ts';
import { endOrMend, ignoreFault, isTold, type MoveEntry, recoverMove } from '../move-journal.ts';
import { parkedFolder } from '../own-folder.ts';
import type { ApplyParts } from '../parts.ts';
import { diskPath, pathOf, sameFile } from '../paths.ts';
import { STAYS } from '../replace.ts';
import { movedBack } from '../reversals.ts';
import { folderAt, isFree, requireSyncedPlace } from './places.ts';
import { findOldFolder, itemOf, leftAt, pathNow, requireSettled, type Undone } from './undone.ts';

export type MoveBack = Extract<Reversal, { readonly way: 'move_back' }>;

/**
 * An item goes back to where it was moved from, with what was edited in it since. Throws undo_changed when it was moved
 * on, undo_place_taken, undo_item_gone, undo_unsettled, DiskFault.
 */
export async function moveBack(parts: ApplyParts, row: ActivityRow, reversal: MoveBack): Promise<Undone> {
  const turn = await prepare(parts, row, reversal);
  await requireFree(parts, turn, new Set([turn.item.id]));
  return finish(parts, turn, turn.item);
}

/**
 * As `moveBack`, of items that stand in each other's way: all leave first, and then take their places. After a crash in
 * between, what is out of sight comes back to where the cloud has it, which is where it was.
 */
export async function moveBackTogether(
  parts: ApplyParts,
  rows: readonly { readonly row: ActivityRow; readonly reversal: MoveBack }[],
): Promise<readonly Undone[]> {
  const turns: Turn[] = [];
  for (const { row, reversal } of rows) turns.push(await prepare(parts, row, reversal));
  const ids = new Set(turns.map(({ item }) => item.id));
  for (const turn of turns) await requireFree(parts, turn, ids);
  const undone: Undone[] = [];
  const moves = turns.map((turn) =>
    entryOf(turn, `${parkedFolder(parts.root, turn.item.id).slice(parts.root.length + 1)}/${turn.item.name}`),
  );
  const journalId = parts.store.transaction((write) => write.addJournal(TOGETHER_JOURNAL, { moves } satisfies TogetherEntry));
  try {
    for (const { item } of turns) await parkLocal(parts, item.id);
    for (const turn of turns) {
      undone.push(await finish(parts, turn, parked(parts, turn)));
      await parts.environment.disk.removeFolder(parkedFolder(parts.root, turn.item.id)).catch(ignoreFault);
    }
    parts.store.transaction((write) => write.deleteJournal(journalId));
    return undone;
  } catch (error) {
    // Once one has its place again, the one that had it cannot go back there.
    if (moves.some(({ line }) => isTold(parts, line))) await endOrMend(parts, [journalId], () => recoverTogether(parts, { moves }));
    else {
      for (const turn of turns) await putBack(parts, turn).catch(ignoreFault);
      parts.store.transaction((write) => write.deleteJournal(journalId));
    }
    throw error;
  }
}

export const TOGETHER_JOURNAL = 'together';

/** Moves out of sight and back in that make sense only as a whole. */
export interface TogetherEntry {
  readonly moves: readonly MoveEntry[];
}

/**
 * After a crash: once all had left their places, they take the new ones. Before that, what is out of sight goes back to
 * where the cloud has it, as the planner does with all that is parked. Throws DiskFault.
 */
export async function recoverTogether(parts: ApplyParts, { moves }: TogetherEntry): Promise<void> {
  const { disk } = parts.environment;
  const open: { readonly move: MoveEntry; readonly kind: 'file' | 'folder' }[] = [];
  for (const move of moves) {
    if (isTold(parts, move.line)) continue;
    const parked = await disk.stat(`${parts.root}/${move.from}`);
    const placed = await disk.stat(`${parts.root}/${move.to}`);
    const known = parts.store.local.get(move.place?.id ?? '');
    if (parked?.kind === 'file' || parked?.kind === 'folder') open.push({ move, kind: parked.kind });
    else if (placed === undefined || known === undefined || !sameFile(placed, known.stat)) return;
  }
  for (const { move, kind } of open) {
    const [from, to] = [`${parts.root}/${move.from}`, `${parts.root}/${move.to}`];
    await (kind === 'folder' ? disk.moveFolder(from, to) : disk.moveFile(from, to)).catch((error: unknown) => {
      if (!(error instanceof DiskFault && STAYS.has(error.code))) throw error;
    });
  }
  for (const move of moves) await recoverMove(parts, move);
  for (const { move, kind } of open) {
    await disk.removeFolder(parentPath(`${parts.root}/${move.from}`)).catch(ignoreFault);
    const now = parts.store.local.get(move.place?.id ?? '');
    // What happened in it just before it went out of sight nobody was told of.
    if (kind === 'folder' && now !== undefined && now.parentId !== PARKED_ID) parts.onFolderMoved(now.id, move.from, move.to);
  }
}

interface Turn {
  readonly row: ActivityRow;
  readonly item: LocalNode;
  readonly before: string;
  readonly place: Place;
  readonly target: string;
}

async function prepare(parts: ApplyParts, row: ActivityRow, { from, to }: MoveBack): Promise<Turn> {
  const item = itemOf(parts, row);
  const before = pathNow(parts, item);
  // Its folder may have got another name, or another id by being brought back.
  if (!samePlace(item, from) && before !== leftAt(row)) throw new TidemarkError('undo_changed', { path: before });
  requireSettled(parts, item, before);
  requireSyncedPlace(parts, joinPath(oldFolderPath(parts, row, to.parentId), to.name), item.kind);
  if (parts.scope().excluded(to.parentId)) throw new TidemarkError('undo_left_out', { path: row.otherPath ?? row.path });
  const place = { parentId: await oldFolder(parts, row, to.parentId), name: to.name };
  if (samePlace(item, place)) throw new TidemarkError('undo_done', { path: before });
  return { row, item, before, place, target: joinPath(pathOf(parts, place.parentId) ?? '', place.name) };
}

async function requireFree(parts: ApplyParts, { item, place, target }: Turn, but: ReadonlySet<NodeId>): Promise<void> {
  if (isInside(parts.store, place.parentId, item.id) || !(await isFree(parts, place.parentId, place.name, but)))
    throw new TidemarkError('undo_place_taken', { path: target });
}

/** @param from where the item lies now, relative to the synced folder */
function entryOf({ row, item, before, place, target }: Turn, from: string): MoveEntry {
  const reversal = movedBack({ parentId: item.parentId, name: item.name }, place);
  const details = { otherPath: before, node: item.id, undoes: row.id, reversal };
  return { from, to: target, line: { kind: 'undone', path: target, details }, place: { id: item.id, ...place } };
}

async function finish(parts: ApplyParts, turn: Turn, now: LocalNode): Promise<Undone> {
  const { item, place, target } = turn;
  const activityId = await moveAndTell(parts, now, place, entryOf(turn, diskPath(parts, now)));
  return { activityId, path: target, touched: [item.id, ...childIds(parts, item)], rescan: [] };
}

function parked({ store }: ApplyParts, { item, before }: Turn): LocalNode {
  const now = store.local.get(item.id);
  // It was edited just before, so that it did not go out of sight.
  if (now?.parentId !== PARKED_ID) throw new TidemarkError('undo_changed', { path: before });
  return now;
}

/** Where it cannot go back the planner takes it to where the cloud has it. */
async function putBack(parts: ApplyParts, { item }: Turn): Promise<void> {
  const now = parts.store.local.get(item.id);
  if (now?.parentId !== PARKED_ID) return;
  await moveTo(parts, now, item);
  await parts.environment.disk.removeFolder(parkedFolder(parts.root, item.id));
}

async function oldFolder(parts: ApplyParts, row: ActivityRow, parentId: NodeId): Promise<NodeId> {
  const known = findOldFolder(parts.store, row, parentId);
  if (known !== undefined && pathOf(parts, known) !== undefined) return known;
  return folderAt(parts, oldFolderPath(parts, row, parentId));
}

function oldFolderPath(parts: ApplyParts, row: ActivityRow, parentId: NodeId): string {
  const known = findOldFolder(parts.store, row, parentId);
  // What is out of sight just now is in nobody's way, but no place either.
  const path = known === undefined ? undefined : pathOf(parts, known);
  return path ?? parentPath(row.kind === 'conflict' ? row.path : (row.otherPath ?? row.path));
}

const childIds = ({ store }: ApplyParts, { id }: LocalNode): readonly NodeId[] => [...store.local.children(id)].map((child) => child.id);
