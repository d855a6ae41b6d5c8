import { type DuplicateGroup, type LargeFile, MAX_DUPLICATES, TidemarkError, type VersionedFile } from '../../contract/index.ts';
import type { CleanupPage, Paged } from '../catalogue.ts';
import type { DriveTransaction } from '../drive/drive-transaction.ts';
import { pathOf, trashedPath } from '../drive/place.ts';
import type { DriveStatements } from './drive-statements.ts';
import { type NodeRow, nodeOf } from './node-row.ts';

/** What takes room, in pages. A cursor is the last row's place in the order, so that nothing has to be kept between two pages. */

export function readLargest(sql: DriveStatements, drive: DriveTransaction, account: number, page: CleanupPage): Paged<LargeFile> {
  const [size, hash, id] = placeOf(page.cursor, /^(\d{1,16})\.([0-9a-f]{64})\.([0-9a-f]{32})$/) ?? [Number.MAX_SAFE_INTEGER, '~', '~'];
  const rows = sql.largest.all(account, size, hash, id, page.limit + 1) as NodeRow[];
  const answer = paged(rows, page.limit, (row) => (row.is_file === 1 ? `${row.size}.${row.hash}.${row.id}` : ''));
  return { ...answer, rows: answer.rows.map((row) => largeFile(sql, drive, account, row)) };
}

function largeFile(sql: DriveStatements, drive: DriveTransaction, account: number, row: NodeRow): LargeFile {
  const node = nodeOf(row);
  return {
    id: node.id,
    revision: node.revision,
    path: pathOf(drive, node),
    sizeBytes: node.kind === 'file' ? node.size : 0,
    versionsBytes: sql.versionsBytes.get(account, node.id) as number,
    modifiedAt: node.modifiedAt,
  };
}

interface VersionedRow {
  readonly node: string;
  readonly versions: number;
  readonly bytes: number;
  readonly oldestAt: number;
}

export function readVersioned(sql: DriveStatements, drive: DriveTransaction, account: number, page: CleanupPage): Paged<VersionedFile> {
  const [bytes, after] = placeOf(page.cursor, /^(\d{1,16})\.([0-9a-f]{32})$/) ?? [Number.MAX_SAFE_INTEGER, ''];
  const rows = sql.versioned.all(account, bytes, bytes, after, page.limit + 1) as VersionedRow[];
  const answer = paged(rows, page.limit, (row) => `${row.bytes}.${row.node}`);
  return {
    ...answer,
    rows: answer.rows.map((row) => {
      const kept = drive.node(row.node)?.node;
      const path = kept === undefined ? trashedPath(drive, row.node) : pathOf(drive, kept);
      const { node: id, versions, bytes: versionsBytes, oldestAt } = row;
      return { id, path, trashed: kept === undefined, versions, versionsBytes, oldestAt };
    }),
  };
}

interface DuplicateRow {
  readonly size: number;
  readonly hash: string;
  readonly count: number;
  readonly gain: number;
}

export function readDuplicates(sql: DriveStatements, drive: DriveTransaction, account: number, page: CleanupPage): Paged<DuplicateGroup> {
  const [gain, after] = placeOf(page.cursor, /^(\d{1,16})\.([0-9a-f]{64})$/) ?? [Number.MAX_SAFE_INTEGER, ''];
  const rows = sql.duplicates.all(account, gain, gain, after, page.limit + 1) as DuplicateRow[];
  const answer = paged(rows, page.limit, (row) => `${row.gain}.${row.hash}`);
  return {
    ...answer,
    rows: answer.rows.map(({ size, hash, count, gain: gainBytes }) => {
      const nodes = sql.duplicatesOf.all(account, size, hash, MAX_DUPLICATES) as NodeRow[];
      return { hash, sizeBytes: size, count, gainBytes, files: nodes.map((row) => largeFile(sql, drive, account, row)) };
    }),
  };
}

function paged<Row>(rows: readonly Row[], limit: number, cursorOf: (row: Row) => string): Paged<Row> {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { rows: page, next: rows.length > limit && last !== undefined ? cursorOf(last) : null };
}

/** The number and the texts of a cursor; undefined without one. */
function placeOf(cursor: string | undefined, pattern: RegExp): readonly [number, string, string] | undefined {
  if (cursor === undefined) return undefined;
  const match = pattern.exec(cursor);
  if (match === null) throw new TidemarkError('invalid_request', { field: 'cursor', problem: 'not one of ours' });
  return [Number(match[1]), match[2] ?? '', match[3] ?? ''];
}
