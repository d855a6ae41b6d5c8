import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { GiB, KiB } from '../../base/index.ts';
import { openDatabase, type Sqlite } from './database.ts';
import { catalogueMigrations } from './migrations.ts';
import { SqliteAuthorizations } from './sqlite-authorizations.ts';
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

it('a plan of before there were caps keeps its size, its accounts and their plan, and has no cap yet', async () => {
  const old = open(2);
  old.exec(`
    INSERT INTO plans (id, storage_bytes, devices, price_per_year_usd) VALUES ('free', 1073741824, NULL, 0), ('gold', 5, 3, 7.5);
    INSERT INTO accounts (no, id, plan, created_at, active_at, wrapped_key, epoch) VALUES (7, 'a1', 'gold', 1, 2, x'00', 'e1');
    INSERT INTO nodes (account, id, parent, name, name_key, is_file, revision, sequence, modified_at, size, hash)
      VALUES (7, 'n1', 'r', 'a', 'a', 1, 'v', 1, 1, 10, 'h'), (7, 'n2', 'r', 'b', 'b', 1, 'w', 2, 1, 10, 'h');
  `);
  old.close();
  const db = open(catalogueMigrations.length);
  const accounts = new SqliteAccounts(db);
  expect(await accounts.plans()).toEqual([
    {
      ...{
        id: 'gold',
        storageBytes: 5,
        devices: 3,
        devicesCounted: 'all',
        pricePerYearUsd: 7.5,
        uploadBytesPerSecond: null,
        downloadBytesPerSecond: null,
      },
      builtIn: true,
    },
    {
      ...{
        id: 'free',
        storageBytes: GiB,
        devices: null,
        devicesCounted: 'all',
        pricePerYearUsd: 0,
        uploadBytesPerSecond: null,
        downloadBytesPerSecond: null,
      },
      builtIn: true,
    },
  ]);
  expect(await accounts.byNo(7)).toMatchObject({ plan: 'gold', activeAt: 2 });
  expect(await accounts.warning(7)).toBeUndefined();
  expect(await accounts.inactive(2)).toMatchObject([{ account: { no: 7 }, warning: undefined }]);
  const how = db
    .prepare('EXPLAIN QUERY PLAN SELECT size, hash, count(*) FROM nodes WHERE account = 7 AND is_file = 1 GROUP BY size, hash')
    .all();
  expect(JSON.stringify(how)).toContain('nodes_by_size');
  db.close();
});

it('sign-ins in a browser come to a cloud that had none, beside the ways to sign in that it has', async () => {
  const old = open(2);
  old.exec(`
    INSERT INTO plans (id, storage_bytes) VALUES ('free', 1000);
    INSERT INTO accounts (no, id, plan, created_at, active_at, wrapped_key, epoch) VALUES (7, 'a1', 'free', 1, 2, x'00', 'e1');
    INSERT INTO identities (id, account, kind, subject, label, proved_at, added_at) VALUES ('i1', 7, 'google', 'sub-li', 'li@example.com', 1, 1);
  `);
  old.close();
  const db = open(catalogueMigrations.length);
  const authorizations = new SqliteAuthorizations(db);
  const begun = { flow: 'device', purpose: 'enter', request: 'r', userCode: 'u', createdAt: 1, expiresAt: 9, intervalMs: 5 } as const;
  const blank = { accountNo: null, provider: null, redirectUri: null, clientState: null, codeChallenge: null };
  await authorizations.add({ ...begun, ...blank, deviceName: 'The NAS', platform: 'linux', place: '192.0.2.1' });
  const found = await authorizations.find('user_code', 'u');
  expect(found).toMatchObject({ flow: 'device', deviceName: 'The NAS', outcome: null, usedAt: null });
  expect(await authorizations.find('request', 'u')).toBeUndefined();
  const who = { kind: 'google', subject: 'sub-li', label: 'li', how: 'provider', evidence: null, provedAt: 2 } as const;
  expect([
    await authorizations.settle(found?.no ?? 0, who, null, 2, 9),
    await authorizations.settle(found?.no ?? 0, who, null, 2, 9),
  ]).toEqual([true, false]);
  expect([await authorizations.use(found?.no ?? 0, 3), await authorizations.use(found?.no ?? 0, 3)]).toEqual([true, false]);
  const accounts = new SqliteAccounts(db);
  expect(await accounts.byIdentity(who)).toMatchObject({ account: { no: 7 } });
  await accounts.purge(1 + 86_400_001);
  expect(await authorizations.find('request', 'r')).toBeUndefined();
  db.close();
});

it('codes that were sent, and sign-ins that were finished, before it was known from where and when are good still', async () => {
  const step = catalogueMigrations.findIndex((sql) => sql.includes('proved_at INTEGER') && sql.includes('came_from'));
  const old = open(step);
  old.exec(`
    INSERT INTO challenges (id, kind, subject, purpose, code_hash, sent_at, expires_at) VALUES ('c1', 'email', 'ann@example.com', 'enter', 'h', 1, 9);
    INSERT INTO authorizations (flow, purpose, request, created_at, expires_at, kind, subject, label, how, code, settled_at)
      VALUES ('browser', 'enter', 'r', 1, 9, 'google', 'sub-li', 'li', 'provider', 'c', 2);
  `);
  old.close();
  const db = open(catalogueMigrations.length);
  expect(await new SqliteAccounts(db).tryChallenge('c1', 5, 2)).toMatchObject({ subject: 'ann@example.com', cameFrom: null, failures: 1 });
  // Nobody knows when: for changes it proves nothing.
  expect((await new SqliteAuthorizations(db).find('code', 'c'))?.outcome).toMatchObject({ subject: 'sub-li', provedAt: 0 });
  db.close();
});
