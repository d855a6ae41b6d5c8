import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DatabaseLog } from './database-log.ts';

describe('the log of a database as a power cut sees it', () => {
  let dir: string;
  let db: Database.Database;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'tidemark-database-log-'));
    db = new Database(join(dir, 'one.db'));
    db.pragma('journal_mode = WAL');
    db.exec('CREATE TABLE rows (value INTEGER)');
  });
  afterEach(() => {
    db.close();
    rmSync(dir, { recursive: true, force: true });
  });

  const add = (value: number): void => void db.prepare('INSERT INTO rows VALUES (?)').run(value);
  /** As a crash leaves it. */
  const copied = (): DatabaseLog => {
    for (const suffix of ['', '-wal']) copyFileSync(join(dir, `one.db${suffix}`), join(dir, `two.db${suffix}`));
    return new DatabaseLog(join(dir, 'two.db'));
  };
  const rowsLeft = (): unknown[] => {
    const left = new Database(join(dir, 'two.db'));
    try {
      return left.prepare('SELECT value FROM rows ORDER BY value').pluck().all();
    } finally {
      left.close();
    }
  };

  it('may end at each commit since the last one that is durable, and at no other place', () => {
    add(1);
    const durable = copied().whole();
    for (const value of [2, 3, 4]) add(value);
    const found = copied()
      .choices(durable)
      .map((end) => {
        copied().cut(end);
        return rowsLeft();
      });
    expect(found).toEqual([[1], [1, 2], [1, 2, 3], [1, 2, 3, 4]]);
  });

  it('is as whole when only what came since is looked at, also where the log began anew', () => {
    add(1);
    let durable = copied().whole();
    for (const value of [2, 3]) {
      add(value);
      durable = copied().whole(durable);
      expect(durable).toEqual(copied().whole());
    }
    db.pragma('wal_checkpoint(RESTART)');
    add(4);
    expect(copied().whole(durable)).toEqual(copied().whole());
    expect(copied().whole(durable).log).not.toBe(durable.log);
    expect(copied().choices(copied().whole(durable))).toHaveLength(1);
  });

  it('loses nothing that a checkpoint wrote, and only what came after it', () => {
    const durable = copied().whole();
    add(1);
    db.pragma('wal_checkpoint(PASSIVE)');
    expect(copied().choices(durable)).toEqual([]);
    add(2);
    const [least] = copied().choices(durable);
    copied().cut(least ?? -1);
    expect(rowsLeft()).toEqual([1]);
  });
});
