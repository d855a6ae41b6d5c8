import { type Cursor, decodeCursor } from '../drive/cursor.ts';
import type { DriveRow, DriveStatements } from './drive-statements.ts';

/** The mark of the transaction that made the change `sequence`; empty for a drive that nothing happened to yet. */
export function stampAt(sql: DriveStatements, account: number, sequence: number): string {
  return sequence === 0 ? '' : ((sql.stampAt.get(account, sequence) as string | undefined) ?? 'none');
}

/** The cursor, or undefined when this drive's history does not hold it (any more). */
export function checkCursor(sql: DriveStatements, account: number, row: DriveRow, text: string): Cursor | undefined {
  const cursor = decodeCursor(text);
  return cursor !== undefined && standingOf(sql, account, row, cursor) === 'held' ? cursor : undefined;
}

/**
 * Whether the cursor is of this drive's history as it was before a backup was restored. `shown`: it knows of changes that never
 * happened here, which by itself is proof. `told`: it is too old for that, and of another branch. False: nothing says so.
 */
export function isForked(sql: DriveStatements, account: number, row: DriveRow, text: string): 'shown' | 'told' | false {
  const cursor = decodeCursor(text);
  if (cursor === undefined) return false;
  const standing = standingOf(sql, account, row, cursor);
  if (standing === 'undone') return 'shown';
  return standing === 'too_old' && cursor.branch !== row.branch ? 'told' : false;
}

/** `foreign`: of another drive or epoch. `undone`: the mark is not that of this history. */
function standingOf(sql: DriveStatements, account: number, row: DriveRow, cursor: Cursor): 'held' | 'too_old' | 'undone' | 'foreign' {
  if (cursor.epoch !== row.epoch) return 'foreign';
  const anchor = cursor.snapshotFrom ?? cursor.sequence;
  if (anchor < row.horizon) return 'too_old';
  const isHere = anchor <= row.sequence && cursor.sequence <= row.sequence && cursor.stamp === stampAt(sql, account, anchor);
  return isHere ? 'held' : 'undone';
}
