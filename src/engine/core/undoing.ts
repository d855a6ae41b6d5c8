import { dayMs } from '../../base/index.ts';
import type { Activity, ErrorData, Undoing } from '../../contract/index.ts';
import type { ActivityRow, Store } from '../store/index.ts';

/** Whether a line of the activity can be undone, and until when. @param now wall clock, ms */
export function undoingOf(row: ActivityRow, now: number, keepDays: number): Undoing {
  const { reversal, undoneBy, at, path, inTrash } = row;
  if (reversal === null) return { state: 'impossible', way: null, until: null, reason: { code: 'undo_impossible', params: {} } };
  const until = at + keepDays * dayMs;
  const no = (state: 'done' | 'expired' | 'impossible', reason: ErrorData): Undoing => ({ state, way: reversal.way, until, reason });
  if (undoneBy !== null) return no('done', { code: 'undo_done', params: { path } });
  if (now > until) return no('expired', { code: 'undo_expired', params: { days: keepDays } });
  const fromTrash = reversal.way === 'bring_back' || reversal.way === 'put_previous';
  if (fromTrash && !inTrash) return no('impossible', { code: 'undo_trash_gone', params: { path } });
  return { state: 'possible', way: reversal.way, until, reason: null };
}

/** A line as the window and the command see it. */
export function shownActivity(row: ActivityRow, store: Pick<Store, 'setting'>, now: number): Activity {
  const { id, at, kind, path, otherPath, sizeBytes, device, undoes } = row;
  return { id, at, kind, path, otherPath, sizeBytes, device, undoes, undo: undoingOf(row, now, store.setting('trash.keepDays')) };
}
