import type { Usage } from '../catalogue.ts';
import { rowsOf, type Sqlite, type Statement, valuesOf } from './database.ts';
import { NODE_COLUMNS } from './node-row.ts';

const prefixed = NODE_COLUMNS.replaceAll(/(\w+)/g, 'n.$1');

/** Everything a drive asks of SQLite, prepared once. */
export function prepareDrive(db: Sqlite) {
  const prepare = (sql: string): Statement => rowsOf(db, sql);
  const value = (sql: string): Statement => valuesOf(db, sql);
  return {
    account: prepare(`
      SELECT a.epoch, a.branch, a.sequence, a.horizon, a.plan, p.storage_bytes AS totalBytes, p.built_in AS builtIn,
        p.upload_bytes_per_second AS uploadBytesPerSecond, p.download_bytes_per_second AS downloadBytesPerSecond,
        a.files_bytes AS filesBytes, a.versions_bytes AS versionsBytes, a.trash_bytes AS trashBytes
      FROM accounts a JOIN plans p ON p.id = a.plan WHERE a.no = ?`),
    saveAccount: prepare(`UPDATE accounts SET sequence = ?, files_bytes = ?, versions_bytes = ?, trash_bytes = ? WHERE no = ?`),
    saveBranch: prepare('UPDATE accounts SET branch = ? WHERE no = ?'),
    stampAt: value('SELECT stamp FROM stamps WHERE account = ? AND first <= ? ORDER BY first DESC LIMIT 1'),
    addStamp: prepare('INSERT INTO stamps (account, first, stamp) VALUES (?, ?, ?)'),

    node: prepare(`SELECT ${NODE_COLUMNS} FROM nodes WHERE account = ? AND id = ?`),
    child: prepare(`SELECT ${NODE_COLUMNS} FROM nodes WHERE account = ? AND parent = ? AND name_key = ?`),
    isFile: value('SELECT is_file FROM nodes WHERE account = ? AND id = ?'),
    parent: value('SELECT parent FROM nodes WHERE account = ? AND id = ?'),
    below: prepare(`
      WITH RECURSIVE tree (id, sequence, size, depth) AS (
        SELECT id, sequence, size, 1 FROM nodes WHERE account = ? AND parent = ?
        UNION ALL
        SELECT n.id, n.sequence, n.size, depth + 1 FROM tree t JOIN nodes n ON n.account = ? AND n.parent = t.id
      )
      SELECT id, sequence, coalesce(size, 0) AS size FROM tree ORDER BY depth`),
    insert: prepare(`
      INSERT INTO nodes (account, id, parent, name, name_key, is_file, revision, sequence, modified_at, modified_by, version_at, version_by,
        version, size, hash, blocks, mtime, executable, conflict_of, conflict_base, conflict_device)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
    update: prepare(`
      UPDATE nodes SET parent = ?, name = ?, name_key = ?, is_file = ?, revision = ?, sequence = ?, modified_at = ?, modified_by = ?,
        version_at = ?, version_by = ?, version = ?, size = ?, hash = ?, blocks = ?, mtime = ?, executable = ?, conflict_of = ?,
        conflict_base = ?, conflict_device = ?
      WHERE account = ? AND id = ?`),
    settle: prepare('UPDATE nodes SET name_key = ? WHERE account = ? AND id = ?'),
    remove: prepare('DELETE FROM nodes WHERE account = ? AND id = ?'),
    nodesAfter: prepare(`SELECT ${NODE_COLUMNS} FROM nodes WHERE account = ? AND sequence > ? ORDER BY sequence LIMIT ?`),

    addTombstone: prepare('INSERT INTO tombstones (account, id, sequence, deleted_at) VALUES (?, ?, ?, ?)'),
    dropTombstone: prepare('DELETE FROM tombstones WHERE account = ? AND id = ?'),
    tombstonesAfter: prepare('SELECT id, sequence FROM tombstones WHERE account = ? AND sequence > ? ORDER BY sequence LIMIT ?'),

    toTrash: prepare(`
      INSERT INTO trash (account, name_key, ${NODE_COLUMNS}, top, path, deleted_at, deleted_by)
      SELECT n.account, n.name_key, ${prefixed}, ?, ?, ?, ? FROM nodes n WHERE n.account = ? AND n.id = ?`),
    trashed: prepare(`SELECT ${NODE_COLUMNS}, top, path FROM trash WHERE account = ? AND id = ?`),
    buriedWith: prepare(`SELECT ${NODE_COLUMNS}, top, path FROM trash WHERE account = ? AND top = ? ORDER BY no DESC`),
    exhume: prepare('DELETE FROM trash WHERE account = ? AND id = ?'),
    trashTops: prepare(`
      SELECT ${prefixed}, n.path, n.deleted_at AS deletedAt, n.deleted_by AS deletedBy, g.files, g.bytes,
        (SELECT coalesce(sum(v.size), 0) FROM trash t JOIN versions v ON v.account = t.account AND v.node = t.id
         WHERE t.account = n.account AND t.top = n.id) AS versionsBytes
      FROM trash n
      JOIN (SELECT top, sum(is_file) AS files, coalesce(sum(size), 0) AS bytes FROM trash WHERE account = ? GROUP BY top) g ON g.top = n.id
      WHERE n.account = ? ORDER BY n.no DESC`),

    versions: prepare(`
      SELECT version, size, hash, blocks, mtime, executable, version_at, version_by, replaced_at FROM versions
      WHERE account = ? AND node = ? ORDER BY no DESC`),
    addVersion: prepare(`
      INSERT INTO versions (account, node, version, size, hash, blocks, mtime, executable, version_at, version_by, replaced_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
    dropVersion: prepare('DELETE FROM versions WHERE account = ? AND node = ? AND version = ?'),

    largest: prepare(`
      SELECT ${NODE_COLUMNS} FROM nodes WHERE account = ? AND is_file = 1 AND size > 0 AND (size, hash, id) < (?, ?, ?)
      ORDER BY size DESC, hash DESC, id DESC LIMIT ?`),
    versionsBytes: value('SELECT coalesce(sum(size), 0) FROM versions WHERE account = ? AND node = ?'),
    versioned: prepare(`
      SELECT node, count(*) AS versions, sum(size) AS bytes, min(version_at) AS oldestAt FROM versions WHERE account = ?
      GROUP BY node HAVING bytes > 0 AND (bytes < ? OR (bytes = ? AND node > ?)) ORDER BY bytes DESC, node LIMIT ?`),
    duplicates: prepare(`
      SELECT size, hash, count(*) AS count, (count(*) - 1) * size AS gain FROM nodes WHERE account = ? AND is_file = 1 AND size > 0
      GROUP BY size, hash HAVING count > 1 AND (gain < ? OR (gain = ? AND hash > ?)) ORDER BY gain DESC, hash LIMIT ?`),
    duplicatesOf: prepare(`
      SELECT ${NODE_COLUMNS} FROM nodes WHERE account = ? AND is_file = 1 AND size = ? AND hash = ? ORDER BY modified_at, id LIMIT ?`),

    blockSize: value('SELECT size FROM blocks WHERE account = ? AND hash = ? AND condemned_at IS NULL'),
    useBlock: prepare('UPDATE blocks SET refs = refs + 1 WHERE account = ? AND hash = ? AND condemned_at IS NULL'),
    releaseBlock: prepare('UPDATE blocks SET refs = refs - 1 WHERE account = ? AND hash = ? AND refs > 0'),

    savedResults: prepare('SELECT body_hash AS bodyHash, results FROM idempotency WHERE device = ? AND key = ?'),
    saveResults: prepare('INSERT INTO idempotency (device, key, body_hash, results, at) VALUES (?, ?, ?, ?, ?)'),

    digest: value('SELECT digest FROM content_digests WHERE account = ? AND hash = ?'),
    saveDigest: prepare('INSERT OR REPLACE INTO content_digests (account, hash, digest, made_at) VALUES (?, ?, ?, ?)'),
  };
}

export type DriveStatements = ReturnType<typeof prepareDrive>;

/** The drive's part of an account row. */
export interface DriveRow {
  readonly epoch: string;
  /** Another one each time that a restored backup showed. */
  readonly branch: string;
  readonly sequence: number;
  /** Tombstones up to here may be gone: older cursors are too. */
  readonly horizon: number;
  readonly plan: string;
  readonly totalBytes: number;
  readonly builtIn: 0 | 1;
  readonly uploadBytesPerSecond: number | null;
  readonly downloadBytesPerSecond: number | null;
  readonly filesBytes: number;
  readonly versionsBytes: number;
  readonly trashBytes: number;
}

export const usageOf = (row: DriveRow): Usage => ({
  plan: row.plan,
  totalBytes: row.totalBytes,
  builtIn: row.builtIn === 1,
  uploadBytesPerSecond: row.uploadBytesPerSecond,
  downloadBytesPerSecond: row.downloadBytesPerSecond,
  filesBytes: row.filesBytes,
  versionsBytes: row.versionsBytes,
  trashBytes: row.trashBytes,
});
