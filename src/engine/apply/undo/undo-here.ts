import { assertNever } from '../../../base/index.ts';
import { TidemarkError } from '../../../contract/index.ts';
import { DiskFault } from '../../environment.ts';
import type { ActivityRow, Reversal } from '../../store/index.ts';
import type { ApplyParts } from '../parts.ts';
import { bringBack } from './bring-back.ts';
import { type MoveBack, moveBack, moveBackTogether } from './move-back.ts';
import { putPrevious } from './put-previous.ts';
import { findToTakeAway, takeAway } from './take-away.ts';
import type { Undone } from './undone.ts';

/** What is taken back on this disk; it then syncs like any other edit. */
export type ReversalHere = Extract<Reversal, { readonly way: 'bring_back' | 'take_away' | 'put_previous' | 'move_back' }>;

export const isHere = (reversal: Reversal): reversal is ReversalHere =>
  reversal.way === 'bring_back' || reversal.way === 'take_away' || reversal.way === 'put_previous' || reversal.way === 'move_back';

/**
 * Takes back on the disk what a line of the activity tells of. Never over anything that was changed since. Call with the
 * tree lock held. Throws TidemarkError undo_* when it is not possible, and DiskFault; then nothing was changed.
 */
export function undoHere(parts: ApplyParts, row: ActivityRow, reversal: ReversalHere): Promise<Undone> {
  return inWords(parts, row.path, async () => {
    switch (reversal.way) {
      case 'bring_back':
        return bringBack(parts, trashOf(parts, row), { undoes: row, hash: reversal.hash });
      case 'take_away':
        return takeAway(parts, row, reversal);
      case 'put_previous':
        return putPrevious(parts, row, reversal, trashOf(parts, row));
      case 'move_back':
        return moveBack(parts, row, reversal);
      default:
        return assertNever(reversal);
    }
  });
}

/** Throws what `undoHere` would for what deletes something, as things are; of the other ways nothing is known before they are tried. */
export const checkUndoHere = (parts: ApplyParts, row: ActivityRow, reversal: ReversalHere): Promise<void> =>
  inWords(parts, row.path, async () => {
    if (reversal.way === 'take_away') await findToTakeAway(parts, row, reversal);
  });

/** As `undoHere`, for moves that stand in each other's way: all or none. */
export const undoTogether = (
  parts: ApplyParts,
  rows: readonly { readonly row: ActivityRow; readonly reversal: MoveBack }[],
): Promise<readonly Undone[]> => inWords(parts, rows[0]?.row.path ?? '', () => moveBackTogether(parts, rows));

async function inWords<T>({ root }: ApplyParts, path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // The disk is not as it was seen last: what was done to it since is kept.
    if (error instanceof DiskFault && (error.code === 'changed' || error.code === 'missing'))
      throw new TidemarkError('undo_changed', { path }, { cause: error });
    if (error instanceof DiskFault && error.code === 'exists')
      throw new TidemarkError('undo_place_taken', { path: error.path.slice(root.length + 1) }, { cause: error });
    throw error;
  }
}

function trashOf({ store }: ApplyParts, { id, path }: ActivityRow) {
  const row = store.trashOf(id);
  if (row === undefined) throw new TidemarkError('undo_trash_gone', { path });
  return row;
}
