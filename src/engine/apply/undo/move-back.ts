import { baseName, joinPath, parentPath } from '../../../base/index.ts';
import { TidemarkError } from '../../../contract/index.ts';
import { type LocalNode, type NodeId, ROOT_ID } from '../../model/index.ts';
import { samePlace } from '../../plan/index.ts';
import type { ActivityRow, Reversal } from '../../store/index.ts';
import { isInside, moveTo } from '../local-changes.ts';
import { writeLine } from '../move-journal.ts';
import type { ApplyParts } from '../parts.ts';
import { pathOf } from '../paths.ts';
import { movedBack } from '../reversals.ts';
import { folderAt, isFree } from './places.ts';
import { itemOf, pathNow, requireSettled, type Undone } from './undone.ts';

/**
 * An item goes back to where it was moved from, with what was edited in it since. Throws undo_changed when it was moved
 * on, undo_place_taken, undo_item_gone, undo_unsettled, DiskFault.
 */
export async function moveBack(
  parts: ApplyParts,
  row: ActivityRow,
  { from, to }: Extract<Reversal, { readonly way: 'move_back' }>,
): Promise<Undone> {
  const { store } = parts;
  const item = itemOf(parts, row);
  const before = pathNow(parts, item);
  // Its folder may have got another name, or another id by being brought back.
  if (!samePlace(item, from) && before !== movedTo(row)) throw new TidemarkError('undo_changed', { path: before });
  requireSettled(parts, item, before);
  const place = { parentId: await oldFolder(parts, row, to.parentId), name: to.name };
  const target = joinPath(pathOf(parts, place.parentId) ?? '', place.name);
  if (isInside(store, place.parentId, item.id) || !(await isFree(parts, place.parentId, place.name, item.id)))
    throw new TidemarkError('undo_place_taken', { path: target });
  const left = { parentId: item.parentId, name: item.name };
  let activityId = 0;
  await moveTo(parts, item, place, {
    alsoWrite: () => {
      activityId = writeLine(parts, {
        kind: 'undone',
        path: target,
        details: { otherPath: before, node: item.id, undoes: row.id, reversal: movedBack(left, place) },
      });
    },
  });
  return { activityId, path: target, touched: [item.id, ...childIds(parts, item)], rescan: [] };
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
