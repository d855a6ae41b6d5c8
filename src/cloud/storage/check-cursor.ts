import { type Cursor, decodeCursor } from '../drive/cursor.ts';
import type { DriveRow, DriveStatements } from './drive-statements.ts';

/** The mark of the transaction that made the change `sequence`; empty for a drive that nothing happened to yet. */
export function stampAt(sql: DriveStatements, account: number, sequence: number): string {
  return sequence === 0 ? '' : ((sql.stampAt.get(account, sequence) as string | undefined) ?? 'none');
}

/** The cursor, or undefined when this drive's history does not hold it (any more). */
export function checkCursor(sql: DriveStatements, account: number, row: DriveRow, text: string): Cursor | undefined {
  const cursor = decodeCursor(text);
  if (cursor?.epoch !== row.epoch) return undefined;
  const anchor = cursor.snapshotFrom ?? cursor.sequence;
  if (anchor > row.sequence || cursor.sequence > row.sequence || anchor < row.horizon) return undefined;
  return cursor.stamp === stampAt(sql, account, anchor) ? cursor : undefined;
}

/**
 * True when the cursor is of this drive's history as it was before a backup was restored: it knows of changes that never
 * happened here. A cursor that is merely too old says nothing of the kind.
 */
export function isForked(sql: DriveStatements, account: number, row: DriveRow, text: string): boolean {
  const cursor = decodeCursor(text);
  if (cursor?.epoch !== row.epoch) return false;
  const anchor = cursor.snapshotFrom ?? cursor.sequence;
  if (anchor < row.horizon) return false;
  return anchor > row.sequence || cursor.sequence > row.sequence || cursor.stamp !== stampAt(sql, account, anchor);
}
