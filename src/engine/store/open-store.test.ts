import { existsSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { TidemarkError } from '../../contract/index.ts';
import { APPLICATION_ID, migrate } from './migrate.ts';
import { migrations } from './migrations/index.ts';
import { openStore } from './open-store.ts';
import { hashOf, localFile, NOW, openedStore, remoteFile, tempFolder } from './testing/store.ts';

const STAMP = '20250304T050607Z';

function refusal(path: string): TidemarkError {
  try {
    openStore(path, { now: () => NOW }).close();
  } catch (thrown) {
    if (thrown instanceof TidemarkError) return thrown;
    throw thrown;
  }
  throw new Error('it opened');
}

/** A closed database with `count` items. */
function filled(count: number): string {
  const path = join(tempFolder(), 'state.db');
  const store = openedStore(path);
  store.transaction((write) => {
    for (let index = 0; index < count; index += 1) write.putRemote(remoteFile(`file ${String(index)}`));
  });
  store.close();
  return path;
}

const schema = (path: string): unknown[] => {
  const db = new Database(path, { readonly: true });
  const rows = db.prepare("SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name").all();
  db.close();
  return rows;
};

describe('opening', () => {
  it.skipIf(process.platform === 'win32')('shows nobody else what is in it', () => {
    expect(statSync(filled(1)).mode & 0o077).toBe(0);
  });

  it('makes a database that is ours, and closing leaves one file', () => {
    const path = filled(1);
    expect(readdirSync(join(path, '..'))).toEqual(['state.db']);
    const db = new Database(path, { readonly: true });
    expect([db.pragma('user_version', { simple: true }), db.pragma('application_id', { simple: true })]).toEqual([
      migrations.length,
      APPLICATION_ID,
    ]);
    db.close();
  });

  it('is refused while another has it open, and possible once that one has closed', () => {
    const path = join(tempFolder(), 'state.db');
    const first = openedStore(path);
    expect(refusal(path)).toMatchObject({ code: 'profile_in_use', params: { path } });
    first.transaction((write) => write.putLocal(localFile('x')));
    first.close();
    first.close();
    expect(openedStore(path).local.size).toBe(1);
  });

  it('in a folder that is not there says that the profile cannot be written', () => {
    expect(refusal(join(tempFolder(), 'nowhere', 'state.db'))).toMatchObject({ code: 'profile_not_writable' });
  });

  it('drops history beyond its limit, the oldest first', () => {
    const path = join(tempFolder(), 'state.db');
    const store = openedStore(path);
    store.transaction((write) => {
      for (let index = 0; index < 3; index += 1)
        write.addActivity({ at: index, kind: 'uploaded', path: String(index), otherPath: null, sizeBytes: null, device: null });
    });
    store.close();
    const db = new Database(path);
    db.exec('UPDATE activity SET id = 200002 WHERE id = 3');
    db.close();
    expect(
      openedStore(path)
        .activity({ limit: 9 })
        .map((row) => row.path),
    ).toEqual(['2']);
  });
});

describe('migrations', () => {
  it('count up from one without a gap', () => {
    expect(migrations.map(({ version }) => version)).toEqual(migrations.map((_, index) => index + 1));
  });

  it('4 takes along what the feed has yet to tell of', () => {
    const db = new Database(':memory:');
    migrate(db, migrations.slice(0, 3));
    const ids = ['a'.repeat(32), '0b'.repeat(16)];
    db.prepare('INSERT INTO profile (key, value) VALUES (?, ?), (?, ?)').run('unheard', JSON.stringify(ids), 'other', '[1]');
    migrate(db, migrations.slice(0, 4));
    expect(db.prepare('SELECT lower(hex(id)) FROM unheard ORDER BY id DESC').pluck().all()).toEqual(ids);
    expect(db.prepare('SELECT key FROM profile').pluck().all()).toEqual(['other']);
  });

  it.each(Array.from({ length: migrations.length + 1 }, (_, version) => version))(
    'lead from version %i to the same schema as a fresh one',
    (version) => {
      const path = join(tempFolder(), 'state.db');
      const db = new Database(path);
      migrate(db, migrations.slice(0, version));
      expect(db.pragma('user_version', { simple: true })).toBe(version);
      db.close();
      const store = openedStore(path);
      store.transaction((write) => write.putRemote(remoteFile('x')));
      store.close();
      expect(schema(path)).toEqual(schema(filled(0)));
    },
  );

  it('run each step once and in order, and stop at one that fails without half of it', () => {
    const db = new Database(':memory:');
    const first = { version: 1, sql: 'CREATE TABLE a (x); INSERT INTO a VALUES (1);' };
    const second = { version: 2, sql: 'CREATE TABLE b (y); INSERT INTO b SELECT x + 1 FROM a;' };
    const failing = { version: 3, sql: 'CREATE TABLE c (z); INSERT INTO nowhere VALUES (1);' };
    migrate(db, [first]);
    expect(() => migrate(db, [first, second, failing])).toThrow('nowhere');
    expect(db.pragma('user_version', { simple: true })).toBe(2);
    expect(db.prepare('SELECT y FROM b').pluck().all()).toEqual([2]);
    expect(db.prepare("SELECT count(*) FROM sqlite_schema WHERE name = 'c'").pluck().get()).toBe(0);
    migrate(db, [first, second]);
    expect(db.prepare('SELECT count(*) FROM a').pluck().get()).toBe(1);
    db.close();
  });

  it('refuse a newer database and leave every byte of it', () => {
    const path = filled(3);
    const db = new Database(path);
    db.pragma(`user_version = ${String(migrations.length + 1)}`);
    db.close();
    const before = hashOf(readFileSync(path, 'latin1'));
    expect(refusal(path)).toMatchObject({
      code: 'database_newer',
      params: { path, found: migrations.length + 1, known: migrations.length },
    });
    expect(hashOf(readFileSync(path, 'latin1'))).toBe(before);
    expect(readdirSync(join(path, '..'))).toEqual(['state.db']);
  });
});

describe('a broken database', () => {
  const aside = (path: string): string => `${path}.broken-${STAMP}`;

  function expectKeptAside(path: string): void {
    const bytes = readFileSync(path, 'latin1');
    expect(refusal(path)).toMatchObject({ code: 'database_broken', params: { path: aside(path) } });
    expect(existsSync(path)).toBe(false);
    expect(readFileSync(aside(path), 'latin1') === bytes).toBe(true);
    const fresh = openedStore(path);
    expect([fresh.remote.size, fresh.account()]).toEqual([0, null]);
  }

  it('that is no database is kept aside, and the next opening makes a fresh one', () => {
    const path = join(tempFolder(), 'state.db');
    writeFileSync(path, 'Dear diary, '.repeat(1000));
    expectKeptAside(path);
  });

  it('that was cut short is kept aside', () => {
    const path = filled(2000);
    truncateSync(path, Math.floor(statSync(path).size / 2 / 4096) * 4096);
    expectKeptAside(path);
  });

  it('that was cut in the middle of its first page is kept aside', () => {
    const path = filled(10);
    truncateSync(path, 1000);
    expectKeptAside(path);
  });

  it('with pages overwritten is kept aside', () => {
    const path = filled(2000);
    const bytes = readFileSync(path);
    bytes.fill(0xa5, 4096 * 3, 4096 * 40);
    writeFileSync(path, bytes);
    expectKeptAside(path);
  });

  it('of another program is kept aside', () => {
    const path = join(tempFolder(), 'state.db');
    const db = new Database(path);
    db.exec('CREATE TABLE bookmarks (url TEXT)');
    db.close();
    expectKeptAside(path);
  });

  it('keeps its log beside it, and a second one gets a name of its own', () => {
    const path = join(tempFolder(), 'state.db');
    for (const target of [aside(path), `${aside(path)}-2`]) {
      writeFileSync(path, 'x'.repeat(5000));
      writeFileSync(`${path}-wal`, 'the log');
      expect(refusal(path)).toMatchObject({ code: 'database_broken', params: { path: target } });
      expect(readFileSync(`${target}-wal`, 'utf8')).toBe('the log');
    }
    expect(readdirSync(join(path, '..')).sort()).toEqual(
      [aside(path), `${aside(path)}-2`]
        .flatMap((name) => [name, `${name}-wal`])
        .map((name) => name.split('/').at(-1))
        .sort(),
    );
  });

  it('emptied while its log is still there does not pass for a new one', () => {
    const path = join(tempFolder(), 'state.db');
    writeFileSync(path, '');
    writeFileSync(`${path}-wal`, 'frames');
    expect(refusal(path)).toMatchObject({ code: 'database_broken' });
  });

  it('of which a part was lost keeps what its log had', () => {
    const path = filled(2000);
    const store = openedStore(path);
    store.transaction((write) => write.setCursor({ cursor: 'in the log', epoch: 'e' }));
    const [bytes, log] = [readFileSync(path), readFileSync(`${path}-wal`)];
    store.close();
    bytes.fill(0xa5, 4096 * 3, 4096 * 40);
    writeFileSync(path, bytes);
    writeFileSync(`${path}-wal`, log);
    expect(refusal(path)).toMatchObject({ code: 'database_broken' });
    const kept = readdirSync(join(path, '..')).map((name) => readFileSync(join(path, '..', name), 'latin1'));
    expect(kept.some((text) => text.includes('in the log'))).toBe(true);
  });

  it('an empty file without a log is a new one: a crash right after the first opening leaves that', () => {
    const path = join(tempFolder(), 'state.db');
    writeFileSync(path, '');
    expect(openedStore(path).local.size).toBe(0);
  });
});
