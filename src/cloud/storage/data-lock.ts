import Database from 'better-sqlite3';
import { TidemarkError } from '../../contract/index.ts';

/**
 * Holds a data directory for this process until it is closed or the process ends, however it ends.
 * Node has no flock; an exclusive SQLite transaction is one. Throws `data_in_use`.
 */
export function lockData(lockFile: string, dataDir: string): { release(): void } {
  const db = new Database(lockFile, { timeout: 0 });
  try {
    db.pragma('journal_mode = MEMORY');
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) {
      throw new TidemarkError('data_in_use', { path: dataDir }, { cause: error });
    }
    throw error;
  }
  return { release: () => db.close() };
}
