import { statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { TidemarkError } from '../../contract/index.ts';
import type { Store } from './api.ts';
import { APPLICATION_ID, migrate } from './migrate.ts';
import { setAside } from './set-aside.ts';
import { makeStore } from './sqlite-store.ts';
import { Sql, translate } from './sql.ts';

export interface StoreOptions {
  /** Wall clock, ms since 1970; names a database that is set aside. */
  readonly now: () => number;
}

/** Pages kept in memory, in KiB: the inner pages of every table for a million items, and little else. */
const CACHE_KIB = 16 * 1024;

/**
 * Opens the database of one profile, making it when there is none, and brings it to the newest schema. It is held
 * exclusively until `close` or the end of the process. The folder must exist.
 *
 * Throws TidemarkError:
 * - `profile_in_use`: another engine has it open.
 * - `database_newer` {path, found, known}: written by a newer Tidemark; not touched.
 * - `database_broken` {path}: it could not be read and was renamed to `path`, with its log. The next call makes a fresh
 *   one: the trees are then read anew from disk and cloud, and nothing is deleted on either side (no synced tree, no
 *   deletions). Account and folder have to be set up again.
 * - `disk_full`, `disk_failed`, `profile_not_writable`.
 */
export function openStore(path: string, options: StoreOptions): Store {
  let db: Database.Database | undefined;
  try {
    assertNotEmptied(path);
    db = new Database(path, { timeout: 0 });
    prepare(db);
    return makeStore(new Sql(db));
  } catch (thrown) {
    const error = translate(thrown, path);
    closeQuietly(db);
    if (error instanceof TidemarkError && error.code === 'database_broken') {
      throw new TidemarkError('database_broken', { path: setAside(path, options.now()) }, { cause: error });
    }
    throw error;
  }
}

function prepare(db: Database.Database): void {
  // Before the first read: with exclusive locking the log needs no shared memory, and no second engine gets in.
  db.pragma('locking_mode = EXCLUSIVE');
  db.exec('BEGIN EXCLUSIVE; COMMIT');
  assertOurs(db);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = NORMAL');
  db.pragma(`cache_size = -${String(CACHE_KIB)}`);
  db.pragma('temp_store = MEMORY');
  db.pragma('trusted_schema = OFF');
  migrate(db);
}

/** Sound, and a database of Tidemark's (or one in which nothing was made yet). Writes nothing. */
function assertOurs(db: Database.Database): void {
  const verdict = db.pragma('quick_check(1)', { simple: true });
  if (verdict !== 'ok') throw broken(db.name, String(verdict));
  const empty = db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() === 0;
  if (!empty && db.pragma('application_id', { simple: true }) !== APPLICATION_ID) throw broken(db.name, 'not a database of Tidemark');
}

/** SQLite takes an empty file for a new database and throws its log away; with a log it was not empty before. */
function assertNotEmptied(path: string): void {
  const size = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size(path) === 0 && size(`${path}-wal`) > 0) throw broken(path, 'empty beside its log');
}

const broken = (path: string, detail: string): TidemarkError =>
  new TidemarkError('database_broken', { path }, { cause: new Error(detail) });

function closeQuietly(db: Database.Database | undefined): void {
  try {
    db?.close();
  } catch {
    // It is being given up; the reason is thrown by the caller.
  }
}
