import { afterEach, beforeEach, expect, it } from 'vitest';
import type { AuditPage } from '../../contract/index.ts';
import { hourMs } from '../../base/index.ts';
import { call, device, PASSWORD, TestDevice } from '../testing/harness.ts';
import { ann, Post, signIn } from '../testing/post.ts';

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
