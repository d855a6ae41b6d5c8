import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditPage, Session } from '../../contract/index.ts';
import { hourMs } from '../../base/index.ts';
import { call, device, PASSWORD, TestDevice } from '../testing/harness.ts';
import { catalogueMigrations } from '../storage/migrations.ts';
import { openDatabase } from '../storage/database.ts';
import { SqliteAudit } from '../storage/sqlite-audit.ts';
import { ann, phone, Post, signIn, wrong } from '../testing/post.ts';

let post: Post;
beforeEach(() => {
  post = new Post();
});
afterEach(() => {
  post[Symbol.dispose]();
});

const log = async (by: TestDevice, query = ''): Promise<AuditPage> => (await by.call('GET', `/v1/me/log${query}`)).body as AuditPage;
const kinds = async (by: TestDevice): Promise<unknown> =>
  (await log(by)).events.map(({ kind, device: name, detail, times }) => [kind, name, detail, times]);

it('a person reads who signed in and from where, what was refused and what was changed, and nobody else does', async () => {
  await using cloud = await post.cloud();
  const laptop = await post.signUp(cloud);
  expect((await laptop.call('POST', '/v1/me/password', { json: { password: PASSWORD } })).status).toBe(200);
  const guess = { method: 'password', email: ann.email, password: 'not the password', device };
  for (let tries = 0; tries < 3; tries += 1) await call(cloud.url, 'POST', '/v1/auth/sessions', { json: guess });
  await call(cloud.url, 'POST', '/v1/auth/sessions', { json: { ...guess, email: 'nobody@example.com' } });
  cloud.clock.now += 2 * hourMs;
  const answer = await call(cloud.url, 'POST', '/v1/auth/sessions', {
    json: { ...guess, password: PASSWORD, device: { ...device, name: 'Desk' } },
  });
  const desk = new TestDevice(cloud.url, answer.body as never);
  expect((await desk.call('POST', '/v1/me/proof', { json: { method: 'password', password: 'wrong again' } })).status).toBe(401);
  const devices = ((await desk.call('GET', '/v1/devices')).body as { devices: { id: string; current: boolean }[] }).devices;
  await desk.call('DELETE', `/v1/devices/${devices.find(({ current }) => !current)?.id ?? ''}`);
  const name = device.name;
  expect(await kinds(desk)).toEqual([
    ['device_ended', 'Desk', name, 1],
    ['proof_refused', 'Desk', 'password', 1],
    ['signed_in', 'Desk', 'password', 1],
    ['sign_in_refused', null, 'password', 3],
    ['password_set', name, null, 1],
    ['signed_up', name, ann.email, 1],
  ]);
  const [newest] = (await log(desk)).events;
  expect(newest).toMatchObject({ at: cloud.clock.now, place: { from: 'this_machine' } });
  const first = await log(desk, '?limit=4');
  expect(first.events).toHaveLength(4);
  expect((await log(desk, `?limit=4&before=${String(first.before)}`)).events.map(({ kind }) => kind)).toEqual([
    'password_set',
    'signed_up',
  ]);
  const stranger = await post.signUp(cloud, { kind: 'email', email: 'bob@example.com' });
  expect(await kinds(stranger)).toEqual([['signed_up', name, 'bob@example.com', 1]]);
});

it('a stolen token, a way to sign in that came or went, and an owner who came late are told', async () => {
  await using cloud = await post.cloud();
  const laptop = await post.signUp(cloud);
  const proof = await post.proof(cloud, { kind: 'email', email: 'also@example.com' }, 'link', laptop);
  const added = (await laptop.call('POST', '/v1/me/identities', { json: { proof } })).body as {
    identities: { id: string; label: string }[];
  };
  const also = added.identities.find(({ label }) => label === 'also@example.com')?.id ?? '';
  expect((await laptop.call('DELETE', `/v1/me/identities/${also}`)).status).toBe(200);
  cloud.clock.now += hourMs;
  const again = new TestDevice(cloud.url, (await signIn(cloud, await post.proof(cloud))).body as never);
  expect(await kinds(again)).toEqual([
    ['signed_in', device.name, 'code', 1],
    ['identity_removed', device.name, 'also@example.com', 1],
    ['identity_added', device.name, 'also@example.com', 1],
    ['signed_up', device.name, ann.email, 1],
  ]);
});

it('wrong codes are told to whose address they were sent to, wherever somebody guesses', async () => {
  await using cloud = await post.cloud();
  const laptop = await post.signUp(cloud);
  const name = device.name;
  const guess = async (purpose: 'enter' | 'reset', to: { kind: 'email'; email: string } = ann): Promise<void> => {
    cloud.clock.now += hourMs;
    const { challenge, code } = await post.proof(cloud, to, purpose);
    const proof = { challenge, code: wrong(code) };
    const answer =
      purpose === 'reset'
        ? await call(cloud.url, 'POST', '/v1/auth/password', { json: { proof, password: 'an entirely new one' } })
        : await signIn(cloud, proof);
    expect(answer.problem.code).toBe('code_wrong');
  };
  await guess('enter');
  await guess('reset');
  cloud.clock.now += 2 * hourMs;
  await laptop.refresh().then(({ body }) => (laptop.session = body as Session));
  const proving = await post.proof(cloud, ann, 'prove', laptop);
  const json = { method: 'code', proof: { ...proving, code: wrong(proving.code) } };
  expect((await laptop.call('POST', '/v1/me/proof', { json })).problem.code).toBe('code_wrong');
  await laptop.ok('POST', '/v1/me/proof', { json: { method: 'code', proof: proving } });
  const linking = await post.proof(cloud, phone, 'link', laptop);
  const added = await laptop.call('POST', '/v1/me/identities', { json: { proof: { ...linking, code: wrong(linking.code) } } });
  expect(added.problem.code).toBe('code_wrong');
  await guess('enter', { kind: 'email', email: 'nobody@example.com' });
  await laptop.refresh().then(({ body }) => (laptop.session = body as Session));
  expect(await kinds(laptop)).toEqual([
    ['proof_refused', name, 'code', 1],
    ['proved', name, 'code', 1],
    ['proof_refused', name, 'code', 1],
    ['sign_in_refused', null, 'code', 1],
    ['sign_in_refused', null, 'code', 1],
    ['signed_up', name, ann.email, 1],
  ]);
  const { place } = (await log(laptop)).events.find(({ kind }) => kind === 'sign_in_refused') ?? {};
  expect(place).toMatchObject({ from: 'this_machine' });
});

it('whoever had the right password is told of, also where the plan took no more devices', async () => {
  await using cloud = await post.cloud({ plan: 'premium' });
  const laptop = await post.signUp(cloud);
  await laptop.ok('POST', '/v1/me/password', { json: { password: PASSWORD } });
  const json = { method: 'password', email: ann.email, password: PASSWORD, device: { ...device, name: 'Of a thief' } };
  expect((await call(cloud.url, 'POST', '/v1/auth/sessions', { json })).problem.code).toBe('device_limit');
  expect((await kinds(laptop)) as unknown[]).toContainEqual(['sign_in_refused', 'Of a thief', 'device_limit', 1]);
});

it('a refusal is written down whether or not there is an account: whoever asks right after it waits as long', async () => {
  await using cloud = await post.cloud();
  const laptop = await post.signUp(cloud);
  await laptop.ok('POST', '/v1/me/password', { json: { password: PASSWORD } });
  const db = new Database(join(cloud.dataDir, 'catalogue.db'), { readonly: true });
  const writes = async (refuse: () => Promise<unknown>): Promise<boolean> => {
    await log(laptop);
    const before = db.pragma('data_version', { simple: true });
    await refuse();
    await log(laptop);
    return db.pragma('data_version', { simple: true }) !== before;
  };
  for (const email of [ann.email, 'nobody@example.com']) {
    const json = { method: 'password', email, password: 'not the password', device };
    expect(await writes(() => call(cloud.url, 'POST', '/v1/auth/sessions', { json })), email).toBe(true);
  }
  db.close();
});

it('a stranger who makes a noise pushes nothing out of it but older noise', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'tidemark-audit-'));
  const db = openDatabase(join(dir, 'catalogue.db'), { migrations: catalogueMigrations, pageBytes: 4096, check: true });
  db.exec(`
    PRAGMA synchronous = OFF;
    INSERT INTO plans (id, storage_bytes) VALUES ('free', 1000);
    INSERT INTO accounts (no, id, plan, created_at, active_at, wrapped_key, epoch) VALUES (7, 'a1', 'free', 1, 2, x'00', 'e1');`);
  const audit = new SqliteAudit(db);
  await audit.add(7, { at: 1, kind: 'signed_in', device: 'Of a thief', detail: 'password', from: null });
  // From one network and another in turn, so that no two lines are one.
  for (let at = 2; at < 6000; at += 1)
    await audit.add(7, { at, kind: 'sign_in_refused', device: null, detail: 'password', from: `203.0.${String(at % 2)}.0/24` });
  const kept = await audit.list(7, null, 10_000);
  expect(kept.at(-1)).toMatchObject({ kind: 'signed_in', device: 'Of a thief' });
  expect(kept.length).toBeLessThanOrEqual(501);
  db.close();
  rmSync(dir, { recursive: true });
});
