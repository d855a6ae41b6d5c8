import type { DeltaEntry } from '../../contract/index.ts';
import { KiB, MiB } from '../../base/index.ts';
import type { CursorGone, DeltaPage } from '../catalogue.ts';
import { type Cursor, encodeCursor } from '../drive/cursor.ts';
import { checkCursor, isForked, stampAt } from './check-cursor.ts';
import type { DriveRow, DriveStatements } from './drive-statements.ts';
import { type NodeRow, nodeOf } from './node-row.ts';

const MAX_PAGE_BYTES = 4 * MiB;
// Generous: a node without blocks takes some 450 bytes of JSON, a block 90.
const NODE_BYTES = KiB / 2;
const BLOCK_BYTES = 96;

/** One page of changes after the cursor; without one, of everything there is. Reads one state of the drive. */
export function readDelta(
  sql: DriveStatements,
  account: number,
  row: DriveRow,
  text: string | null,
  limit: number,
): DeltaPage | CursorGone {
  const { branch } = row;
  const from: Cursor | undefined =
    text === null
      ? { epoch: row.epoch, sequence: 0, stamp: stampAt(sql, account, row.sequence), snapshotFrom: row.sequence, branch }
      : checkCursor(sql, account, row, text);
  if (from === undefined) return isForked(sql, account, row, text ?? '') === false ? 'cursor_gone' : 'cursor_forked';
  const { entries, last, hasMore } = collect(sql, account, from, limit);
  const next: Cursor = hasMore
    ? { ...from, branch, sequence: last, stamp: from.snapshotFrom === null ? stampAt(sql, account, last) : from.stamp }
    : { epoch: row.epoch, sequence: row.sequence, stamp: stampAt(sql, account, row.sequence), snapshotFrom: null, branch };
  return { entries, cursor: encodeCursor(next), hasMore, epoch: row.epoch, snapshot: from.snapshotFrom !== null };
}

function collect(
  sql: DriveStatements,
  account: number,
  from: Cursor,
  limit: number,
): { entries: DeltaEntry[]; last: number; hasMore: boolean } {
  // A snapshot tells of deletions only since it began: what was gone before was never listed in it.
  const tombstones = sql.tombstonesAfter.all(account, Math.max(from.sequence, from.snapshotFrom ?? 0), limit + 1) as {
    id: string;
    sequence: number;
  }[];
  const entries: DeltaEntry[] = [];
  let bytes = 0;
  let last = from.sequence;
  let nextTombstone = 0;
  const full = (): boolean => entries.length >= limit || (entries.length > 0 && bytes >= MAX_PAGE_BYTES);
  const takeTombstonesBefore = (sequence: number): void => {
    for (
      let stone = tombstones[nextTombstone];
      stone !== undefined && stone.sequence < sequence && !full();
      stone = tombstones[nextTombstone]
    ) {
      entries.push({ kind: 'deleted', id: stone.id });
      last = stone.sequence;
      bytes += NODE_BYTES / 4;
      nextTombstone += 1;
    }
  };
  // Iterated, not fetched: rows of large files are large, and the page may be full long before the limit.
  for (const node of sql.nodesAfter.iterate(account, from.sequence, limit + 1) as IterableIterator<NodeRow>) {
    takeTombstonesBefore(node.sequence);
    if (full()) return { entries, last, hasMore: true };
    const size = NODE_BYTES + (node.is_file === 1 ? (node.blocks.length / 36) * BLOCK_BYTES : 0);
    if (entries.length > 0 && bytes + size > MAX_PAGE_BYTES) return { entries, last, hasMore: true };
    entries.push(nodeOf(node));
    last = node.sequence;
    bytes += size;
  }
  takeTombstonesBefore(Infinity);
  return { entries, last, hasMore: nextTombstone < tombstones.length };
}
