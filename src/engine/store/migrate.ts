import type Database from 'better-sqlite3';
import { TidemarkError } from '../../contract/index.ts';
import { type Migration, migrations } from './migrations/index.ts';

/** "TdMk": tells our databases from any other SQLite file. */
export const APPLICATION_ID = 0x54_64_4d_6b;

/**
 * Brings the database to the newest version, one transaction a step, so that a crash leaves one version or the next.
 * Throws TidemarkError database_newer, and then has written nothing.
 */
export function migrate(db: Database.Database, list: readonly Migration[] = migrations): void {
  const found = db.pragma('user_version', { simple: true }) as number;
  const newest = list.at(-1)?.version ?? 0;
  if (found > newest) throw new TidemarkError('database_newer', { path: db.name, found, known: newest });
  for (const { version, sql } of list) {
    if (version <= found) continue;
    db.exec('BEGIN IMMEDIATE');
    try {
      db.exec(sql);
      db.pragma(`application_id = ${String(APPLICATION_ID)}`);
      db.pragma(`user_version = ${String(version)}`);
      db.exec('COMMIT');
    } catch (thrown) {
      if (db.inTransaction) db.exec('ROLLBACK');
      throw thrown;
    }
  }
}
