import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { KiB } from '../../base/index.ts';
import { openDatabase, type Sqlite } from './database.ts';
import { catalogueMigrations } from './migrations.ts';
import { SqliteAccounts } from './sqlite-accounts.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tidemark-migrations-'));
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

const open = (steps: number): Sqlite =>
  openDatabase(join(dir, 'catalogue.db'), { migrations: catalogueMigrations.slice(0, steps), pageBytes: 4 * KiB, check: true });

it('an account of before there were identities keeps its e-mail address, password, devices and drive', async () => {
  const old = open(1);
  old.exec(`
    INSERT INTO plans (id, storage_bytes) VALUES ('free', 1000);
    INSERT INTO accounts (no, id, email, password_hash, plan, created_at, active_at, wrapped_key, epoch, sequence, files_bytes)
      VALUES (7, 'a1', 'ann@example.com', 'hash', 'free', 1, 2, x'00', 'e1', 5, 42);
    INSERT INTO devices (account, id, name, platform, app_version, created_at, seen_at) VALUES (7, 'd1', 'Laptop', 'linux', '1', 1, 2);
  `);
  old.close();
  const db = open(catalogueMigrations.length);
  const accounts = new SqliteAccounts(db);
  expect(await accounts.byIdentity({ kind: 'email', subject: 'ann@example.com' })).toMatchObject({
    account: { no: 7, id: 'a1', label: 'ann@example.com', passwordHash: 'hash', createdAt: 1, activeAt: 2 },
    identity: { label: 'ann@example.com', provedAt: null, addedAt: 1 },
  });
  expect(await accounts.devices(7)).toMatchObject([{ id: 'd1', provedAt: null }]);
  expect(db.prepare('SELECT epoch, sequence, files_bytes FROM accounts').get()).toEqual({ epoch: 'e1', sequence: 5, files_bytes: 42 });
  expect(() =>
    db.exec(
      `INSERT INTO devices (account, id, name, platform, app_version, created_at, seen_at) VALUES (8, 'd2', 'x', 'linux', '1', 1, 1)`,
    ),
  ).toThrow(/FOREIGN KEY/);
  db.close();
});

it('devices and plans of before there was a limit go on: the plan that counts computers counts them, and nobody is signed out', async () => {
  // Found by what it does: other steps may come before it.
  const step = catalogueMigrations.findIndex((sql) => sql.includes('device_choices'));
  const old = open(step);
  old.exec(`
    INSERT INTO plans (id, storage_bytes, devices) VALUES ('premium', 1000, 1), ('family', 1000, 6);
    INSERT INTO accounts (no, id, plan, created_at, active_at, wrapped_key, epoch) VALUES (7, 'a1', 'premium', 1, 2, x'00', 'e1');
    INSERT INTO devices (no, account, id, name, platform, app_version, created_at, seen_at) VALUES
      (1, 7, 'd1', 'Laptop', 'linux', '1', 1, 2), (2, 7, 'd2', 'Desktop', 'windows', '1', 1, 2);
  `);
  old.close();
  const db = open(catalogueMigrations.length);
  const accounts = new SqliteAccounts(db);
  expect((await accounts.plans()).map(({ id, devicesCounted }) => [id, devicesCounted]).sort()).toEqual([
    ['family', 'all'],
    ['premium', 'computers'],
  ]);
  const unknown = { seenFrom: null, sync: null, syncedAt: null, endedBy: null, endedFrom: null };
  expect(await accounts.devices(7)).toMatchObject([
    { id: 'd1', ...unknown },
    { id: 'd2', ...unknown },
  ]);
  await accounts.told(1, { sync: 'syncing', waiting: 3, issues: 1 }, 10, null);
  expect((await accounts.devices(7))[0]?.sync).toEqual({ sync: 'syncing', waiting: 3, issues: 1, at: 10 });
  db.close();
});

it('a step that leaves a row without what it refers to changes nothing', () => {
  open(1).close();
  const path = join(dir, 'catalogue.db');
  const bad =
    "INSERT INTO devices (account, id, name, platform, app_version, created_at, seen_at) VALUES (8, 'd2', 'x', 'linux', '1', 1, 1)";
  const migrations = [catalogueMigrations[0] ?? '', bad];
  expect(() => openDatabase(path, { migrations, pageBytes: 4 * KiB, check: true })).toThrow('a row refers to nothing');
  const db = open(1);
  expect(db.prepare('SELECT count(*) AS n FROM devices').get()).toEqual({ n: 0 });
  db.close();
});
