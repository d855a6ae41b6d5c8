import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { type Disposer } from '../../base/index.ts';
import { type ErrorCode, TidemarkError } from '../../contract/index.ts';
import { OWN_FOLDER } from '../ignore/index.ts';

const LOCK_FILE = 'lock.db';

/**
 * One engine for each profile: held until the disposer runs or the process ends, however it ends.
 * Throws TidemarkError profile_in_use or profile_not_writable. The folder must exist.
 */
export function lockProfile(profile: string): Disposer {
  return hold(join(profile, LOCK_FILE), profile, 'profile_in_use', 'profile_not_writable');
}

/**
 * One engine for each synced folder, also across profiles. Makes `.tidemark` in it.
 * Throws TidemarkError folder_in_use, folder_missing, folder_not_a_folder or folder_not_writable.
 */
export function lockFolder(folder: string): Disposer {
  const stat = statSync(folder, { throwIfNoEntry: false });
  if (stat === undefined) throw new TidemarkError('folder_missing', { path: folder });
  if (!stat.isDirectory()) throw new TidemarkError('folder_not_a_folder', { path: folder });
  const own = join(folder, OWN_FOLDER);
  try {
    mkdirSync(own, { recursive: true });
  } catch (cause) {
    throw new TidemarkError('folder_not_writable', { path: folder }, { cause });
  }
  return hold(join(own, LOCK_FILE), folder, 'folder_in_use', 'folder_not_writable');
}

/**
 * Node has no flock; an exclusive SQLite transaction takes the system's file lock, which dies with the process.
 * Invariant: nothing else in this process may open and close the file, since on POSIX that drops the process's locks.
 */
function hold(file: string, path: string, taken: ErrorCode, refused: ErrorCode): Disposer {
  let db: Database.Database | undefined;
  try {
    db = new Database(file, { timeout: 0 });
    // No journal file beside it: nothing is ever written.
    db.pragma('journal_mode = MEMORY');
    db.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    db?.close();
    const busy = cause instanceof Database.SqliteError && cause.code.startsWith('SQLITE_BUSY');
    throw new TidemarkError(busy ? taken : refused, { path }, { cause });
  }
  const held = db;
  return () => held.close();
}
