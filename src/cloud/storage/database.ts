import { closeSync, constants, copyFileSync, existsSync, openSync, statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { TidemarkError } from '../../contract/index.ts';
import { MiB, secondMs } from '../../base/index.ts';

export type Sqlite = Database.Database;

/** A prepared statement, as far as it is used here. */
export interface Statement {
  run(...values: readonly unknown[]): { readonly changes: number; readonly lastInsertRowid: number | bigint };
  get(...values: readonly unknown[]): unknown;
  all(...values: readonly unknown[]): unknown[];
  iterate(...values: readonly unknown[]): IterableIterator<unknown>;
}

/** For statements whose rows are objects. */
export const rowsOf = (db: Sqlite, sql: string): Statement => db.prepare(sql);
/** For statements whose rows are one value. */
export const valuesOf = (db: Sqlite, sql: string): Statement => db.prepare(sql).pluck();

// "TdMk": tells our databases from anyone else's SQLite file.
const APPLICATION_ID = 0x54_64_4d_6b;
const CHECKPOINT_BYTES = 64 * MiB;

interface Schema {
  readonly migrations: readonly string[];
  readonly pageBytes: number;
  /** Read every page at start. For a database that is small and that nothing else verifies. */
  readonly check: boolean;
}

/**
 * Opens or makes a database and brings its schema up to date. Throws `database_newer`, or `database_broken` after
 * putting a copy of the file aside; the original is left as it is.
 */
export function openDatabase(path: string, schema: Schema): Sqlite {
  let db: Sqlite | undefined;
  try {
    makeOwnerOnly(path);
    db = new Database(path);
    prepare(db, path, schema);
    return db;
  } catch (error) {
    db?.close();
    if (error instanceof TidemarkError) throw error;
    if (isCorruption(error)) throw broken(path, error);
    throw error;
  }
}

/**
 * Opens a database that a server may be using just now. Nothing of its schema is changed. Throws `database_newer`, and `usage` for
 * one of an earlier version.
 */
export function openBeside(path: string, version: number): Sqlite {
  const db = new Database(path, { fileMustExist: true, timeout: 10 * secondMs });
  try {
    if (db.pragma('application_id', { simple: true }) !== APPLICATION_ID) throw broken(path, 'made by another program');
    const present = Number(db.pragma('user_version', { simple: true }));
    if (present > version) throw new TidemarkError('database_newer', { path });
    if (present < version)
      throw new TidemarkError('usage', { detail: 'the data is of an earlier version; serve it once with this one first' });
    db.pragma('synchronous = FULL');
    db.pragma('foreign_keys = ON');
    return db;
  } catch (error) {
    db.close();
    if (isCorruption(error)) throw broken(path, error);
    throw error;
  }
}

/** SQLite would leave it to the umask; its log gets the rights of the database. The folder may be one that others can enter. */
function makeOwnerOnly(path: string): void {
  if (!existsSync(path)) closeSync(openSync(path, 'wx', 0o600));
}

function prepare(db: Sqlite, path: string, schema: Schema): void {
  const tables = db.prepare(`SELECT count(*) AS n FROM sqlite_schema`).get() as { n: number };
  if (tables.n > 0 && db.pragma('application_id', { simple: true }) !== APPLICATION_ID) throw broken(path, 'made by another program');
  if (schema.check && tables.n > 0 && db.pragma('quick_check(1)', { simple: true }) !== 'ok') throw broken(path, 'failed quick_check');
  db.pragma(`page_size = ${schema.pageBytes}`);
  db.pragma('journal_mode = WAL');
  // An acknowledged commit survives the loss of power.
  db.pragma('synchronous = FULL');
  // Few, large checkpoints: with the default of 1,000 pages every batch of blocks would be written twice at once.
  db.pragma(`wal_autocheckpoint = ${Math.round(CHECKPOINT_BYTES / schema.pageBytes)}`);
  db.pragma(`journal_size_limit = ${CHECKPOINT_BYTES}`);
  const present = Number(db.pragma('user_version', { simple: true }));
  if (present > schema.migrations.length) throw new TidemarkError('database_newer', { path });
  // A step may make a table anew that others refer to (sqlite.org/lang_altertable.html, 7): checked at the end instead.
  db.pragma('foreign_keys = OFF');
  db.transaction(() => {
    for (const [index, step] of schema.migrations.entries()) if (index >= present) db.exec(step);
    const [stray] = present < schema.migrations.length ? (db.pragma('foreign_key_check') as readonly unknown[]) : [];
    if (stray !== undefined) throw new Error(`a row refers to nothing: ${JSON.stringify(stray)}`);
    db.pragma(`application_id = ${APPLICATION_ID}`);
    db.pragma(`user_version = ${schema.migrations.length}`);
  }).immediate();
  db.pragma('foreign_keys = ON');
}

/** True for what SQLite says of a damaged file. */
export function isCorruption(error: unknown): boolean {
  return error instanceof Database.SqliteError && /^SQLITE_(CORRUPT|NOTADB|FORMAT)/.test(error.code);
}

/** True when there is no room to write. */
export function isFull(error: unknown): boolean {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return code === 'SQLITE_FULL' || code === 'ENOSPC' || code === 'EDQUOT';
}

function broken(path: string, cause: unknown): TidemarkError {
  // Named by the file's own time, so that a service that restarts in a loop makes one copy, not thousands.
  const aside = `${path}.broken-${new Date(statSync(path).mtimeMs).toISOString().replaceAll(':', '')}`;
  for (const suffix of ['', '-wal']) {
    if (existsSync(path + suffix) && !existsSync(aside + suffix)) copyFileSync(path + suffix, aside + suffix, constants.COPYFILE_EXCL);
  }
  return new TidemarkError('database_broken', { path: aside }, { cause });
}
