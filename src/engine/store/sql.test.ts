import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Sql, translate } from './sql.ts';
import { tempFolder } from './testing/store.ts';

interface Opened {
  readonly path: string;
  readonly db: Database.Database;
  readonly sql: Sql;
}

/** A table of rows of about a page each, in a database that keeps hardly anything in memory. */
function opened(rows: number): Opened {
  const path = join(tempFolder(), 'state.db');
  const db = new Database(path);
  onTestFinished(() => void db.close());
  db.pragma('cache_size = 5');
  db.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT)');
  const sql = new Sql(db);
  const add = sql.change('INSERT INTO t (text) VALUES (?)');
  sql.transaction(() => {
    for (let index = 0; index < rows; index += 1) add.run('x'.repeat(3000));
  });
  return { path, db, sql };
}

const coded = (code: string, path: string): Error => expect.objectContaining({ code, params: { path } }) as Error;

describe('what the world does to a database', () => {
  it('a full disk is told by its code, and nothing of the transaction is kept', () => {
    const { db, path, sql } = opened(10);
    const [add, count] = [sql.change('INSERT INTO t (text) VALUES (?)'), sql.query('SELECT count(*) FROM t')];
    db.pragma(`max_page_count = ${String((db.pragma('page_count', { simple: true }) as number) + 5)}`);
    const fill = (): void =>
      sql.transaction(() => {
        for (let index = 0; index < 1000; index += 1) add.run('x'.repeat(3000));
      });
    expect(fill).toThrow(coded('disk_full', path));
    expect(count.get()).toEqual([10]);
    db.pragma('max_page_count = 100000');
    fill();
    expect(count.get()).toEqual([1010]);
  });

  it('damage found while running is told by its code', () => {
    const { path, sql } = opened(200);
    const bytes = readFileSync(path);
    bytes.fill(0xa5, 4096 * 2, statSync(path).size);
    writeFileSync(path, bytes);
    expect(() => sql.query('SELECT count(text) FROM t').get()).toThrow(coded('database_broken', path));
    expect(() => sql.query('SELECT text FROM t ORDER BY id DESC').all()).toThrow(coded('database_broken', path));
  });

  it.each([
    ['SQLITE_CORRUPT_VTAB', 'database_broken'],
    ['SQLITE_NOTADB', 'database_broken'],
    ['SQLITE_BUSY_SNAPSHOT', 'profile_in_use'],
    ['SQLITE_IOERR_FSYNC', 'disk_failed'],
    ['SQLITE_CANTOPEN', 'profile_not_writable'],
    ['SQLITE_READONLY_DIRECTORY', 'profile_not_writable'],
  ])('%s is %s', (sqlite, code) => {
    expect(translate(new Database.SqliteError('text of SQLite', sqlite), 'p')).toMatchObject({ code, params: { path: 'p' } });
  });

  it('a bug stays what it is', () => {
    const { sql } = opened(1);
    expect(() => sql.query('SELECT text FROM t WHERE id = ?').get(1, 2)).toThrow(RangeError);
    expect(() => sql.transaction(() => sql.change('INSERT INTO t (id, text) VALUES (?, ?)').run(1, 'again'))).toThrow(
      expect.objectContaining({ code: 'SQLITE_CONSTRAINT_PRIMARYKEY' }) as Error,
    );
  });
});
