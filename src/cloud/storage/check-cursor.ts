import { type Cursor, decodeCursor } from '../drive/cursor.ts';
import type { DriveRow, DriveStatements } from './drive-statements.ts';

/** The mark of the transaction that made the change `sequence`; empty for a drive that nothing happened to yet. */
export function stampAt(sql: DriveStatements, account: number, sequence: number): string {
  return sequence === 0 ? '' : ((sql.stampAt.get(account, sequence) as string | undefined) ?? 'none');
}

/** The cursor, or undefined when this drive's history does not hold it (any more). */
export function checkCursor(sql: DriveStatements, account: number, row: DriveRow, text: string): Cursor | undefined {
  const cursor = decodeCursor(text);
  if (cursor?.epoch !== row.epoch || isTooOld(cursor, row) || showsFork(sql, account, row, text)) return undefined;
  return cursor;
}

/**
 * True when the cursor is of this drive's history as it was before a backup was restored: it knows of changes that never
 * happened here. Of one that is too old to be told by its mark, only which branch it is of says so.
 */
export function isForked(sql: DriveStatements, account: number, row: DriveRow, text: string): boolean {
  const cursor = decodeCursor(text);
  if (cursor?.epoch !== row.epoch) return false;
  return showsFork(sql, account, row, text) || (isTooOld(cursor, row) && cursor.branch !== row.branch);
}

/** True when the cursor by itself is proof that a backup was restored since it was given. */
export function showsFork(sql: DriveStatements, account: number, row: DriveRow, text: string): boolean {
  const cursor = decodeCursor(text);
  if (cursor?.epoch !== row.epoch || isTooOld(cursor, row)) return false;
  const anchor = cursor.snapshotFrom ?? cursor.sequence;
  return anchor > row.sequence || cursor.sequence > row.sequence || cursor.stamp !== stampAt(sql, account, anchor);
}

const isTooOld = ({ snapshotFrom, sequence }: Cursor, { horizon }: DriveRow): boolean => (snapshotFrom ?? sequence) < horizon;
