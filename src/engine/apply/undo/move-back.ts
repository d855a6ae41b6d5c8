import { baseName, joinPath, parentPath } from '../../../base/index.ts';
import { TidemarkError } from '../../../contract/index.ts';
import { type LocalNode, type NodeId, PARKED_ID, ROOT_ID } from '../../model/index.ts';
import { type Place, samePlace } from '../../plan/index.ts';
import type { ActivityRow, Reversal } from '../../store/index.ts';
import { isInside, moveTo, parkLocal } from '../local-changes.ts';
import { ignoreFault } from '../move-journal.ts';
import { note } from '../note.ts';
import { parkedFolder } from '../own-folder.ts';
import type { ApplyParts } from '../parts.ts';
import { pathOf } from '../paths.ts';
import { movedBack } from '../reversals.ts';
import { folderAt, isFree } from './places.ts';
import { itemOf, pathNow, requireSettled, type Undone } from './undone.ts';

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
  try {
    for (const { item } of turns) await parkLocal(parts, item.id);
    for (const turn of turns) {
      undone.push(await finish(parts, turn, parked(parts, turn)));
      await parts.environment.disk.removeFolder(parkedFolder(parts.root, turn.item.id)).catch(ignoreFault);
    }
    return undone;
  } catch (error) {
    for (const turn of turns) await putBack(parts, turn).catch(ignoreFault);
    throw error;
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
  if (!samePlace(item, from) && before !== movedTo(row)) throw new TidemarkError('undo_changed', { path: before });
  requireSettled(parts, item, before);
  const place = { parentId: await oldFolder(parts, row, to.parentId), name: to.name };
  if (samePlace(item, place)) throw new TidemarkError('undo_done', { path: before });
  return { row, item, before, place, target: joinPath(pathOf(parts, place.parentId) ?? '', place.name) };
}

async function requireFree(parts: ApplyParts, { item, place, target }: Turn, but: ReadonlySet<NodeId>): Promise<void> {
  if (isInside(parts.store, place.parentId, item.id) || !(await isFree(parts, place.parentId, place.name, but)))
    throw new TidemarkError('undo_place_taken', { path: target });
}

async function finish(parts: ApplyParts, { row, item, before, place, target }: Turn, now: LocalNode): Promise<Undone> {
  let activityId = 0;
  const reversal = movedBack({ parentId: item.parentId, name: item.name }, place);
  await moveTo(parts, now, place, {
    alsoWrite: () => {
      activityId = note(parts, 'undone', target, { otherPath: before, node: item.id, undoes: row.id, reversal });
    },
  });
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

/** A version that stepped aside is told of under the name that it had. */
const movedTo = ({ kind, path, otherPath }: ActivityRow): string => (kind === 'conflict' ? (otherPath ?? path) : path);
const movedFrom = ({ kind, path, otherPath }: ActivityRow): string => (kind === 'conflict' ? path : (otherPath ?? path));

async function oldFolder(parts: ApplyParts, row: ActivityRow, parentId: NodeId): Promise<NodeId> {
  const known = parentId === ROOT_ID || (parts.store.local.get(parentId)?.kind === 'folder' && pathOf(parts, parentId) !== undefined);
  if (known) return parentId;
  const before = movedFrom(row);
  return folderAt(parts, baseName(before) === before ? '' : parentPath(before));
}

const childIds = ({ store }: ApplyParts, { id }: LocalNode): readonly NodeId[] => [...store.local.children(id)].map((child) => child.id);
