import { closeSync, existsSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
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
  /** Puts something between the store and SQLite, such as faults. */
  readonly wrap?: (db: Database.Database) => Database.Database;
}

/**
 * Databases that this process has open. On POSIX, closing any descriptor of a file gives up all locks that the process has
 * on it, so `assertNotSpoiled` must not look into one of them (sqlite.org/howtocorrupt.html, 2.2).
 */
const openHere = new Set<string>();

/** SQLite's name for a database that is nowhere: tests and simulations. */
const IN_MEMORY = ':memory:';

/** How every SQLite 3 file begins (sqlite.org/fileformat2.html). */
const MAGIC = Buffer.from('SQLite format 3\0', 'latin1');

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
  const wrap = options.wrap ?? ((db: Database.Database): Database.Database => db);
  if (path === IN_MEMORY) {
    const db = wrap(new Database(IN_MEMORY));
    prepare(db);
    return makeStore(new Sql(db));
  }
  if (!existsSync(dirname(path))) throw new TidemarkError('profile_not_writable', { path: dirname(path) });
  const key = join(realpathSync(dirname(path)), basename(path));
  if (openHere.has(key)) throw new TidemarkError('profile_in_use', { path });
  let db: Database.Database | undefined;
  try {
    assertNotSpoiled(path);
    makeOwnerOnly(path);
    db = wrap(new Database(path, { timeout: 0 }));
    prepare(db);
    const store = makeStore(new Sql(db));
    openHere.add(key);
    const close = (): void => {
      store.close();
      openHere.delete(key);
    };
    return { ...store, close };
  } catch (thrown) {
    const error = translate(thrown, path);
    closeQuietly(db);
    if (error instanceof TidemarkError && error.code === 'database_broken') {
      throw new TidemarkError('database_broken', { path: setAside(path, options.now()) }, { cause: error });
    }
    throw error;
  }
}

/** SQLite would leave the rights to the umask, and the folder may be one that others can enter. */
function makeOwnerOnly(path: string): void {
  if (existsSync(path)) return;
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (cause) {
    throw new TidemarkError('profile_not_writable', { path }, { cause });
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

/**
 * What SQLite would destroy by opening: it takes an empty file for a new database and throws the log beside it away, and
 * does the same with the log of a file that is no database.
 */
function assertNotSpoiled(path: string): void {
  const size = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size(path) === 0) {
    if (size(`${path}-wal`) > 0) throw broken(path, 'empty beside its log');
    return;
  }
  if (!beginning(path).equals(MAGIC)) throw broken(path, 'not a database');
}

function beginning(path: string): Buffer {
  const bytes = Buffer.alloc(MAGIC.length);
  try {
    const file = openSync(path, 'r');
    try {
      readSync(file, bytes, 0, bytes.length, 0);
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    throw new TidemarkError('profile_not_writable', { path }, { cause });
  }
  return bytes;
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
