import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Account, Session } from '../../contract/index.ts';
import { minuteMs } from '../../base/index.ts';
import { call, device, PASSWORD, startCloud, TestDevice, type TestCloud } from '../testing/harness.ts';
import { ann, phone, Post, signIn } from '../testing/post.ts';

let post: Post;
beforeEach(() => {
  post = new Post();
});
afterEach(() => {
  post[Symbol.dispose]();
});

const kinds = async (by: TestDevice): Promise<readonly string[]> =>
  (await by.ok<Account>('GET', '/v1/me')).identities.map(({ kind, label }) => `${kind} ${label}`);
const add = (by: TestDevice, proof: object) => by.call('POST', '/v1/me/identities', { json: { proof } });
const remove = (by: TestDevice, id: string) => by.call('DELETE', `/v1/me/identities/${id}`);
const prove = (by: TestDevice, json: object) => by.call('POST', '/v1/me/proof', { json });
const setPassword = (by: TestDevice, password: string) => by.call('POST', '/v1/me/password', { json: { password } });
const byPassword = (cloud: TestCloud, password: string) =>
  call(cloud.url, 'POST', '/v1/auth/sessions', { json: { method: 'password', email: ann.email, password, device } });

describe('ways to sign in', () => {
  it('are added and removed, any of them signs in, and the last one stays', async () => {
    await using cloud = await post.cloud();
    const laptop = await post.signUp(cloud);
    expect((await add(laptop, await post.proof(cloud, phone, 'link', laptop))).status).toBe(200);
    expect(await kinds(laptop)).toEqual(['email ann@example.com', 'phone +4930123456']);
    cloud.clock.now += minuteMs;
    const other = (await signIn(cloud, await post.proof(cloud, phone))).body as Session;
    expect(other).toMatchObject({ accountId: laptop.session.accountId, label: 'ann@example.com' });
    const [email, number] = (await laptop.ok<Account>('GET', '/v1/me')).identities;
    expect((await remove(laptop, email?.id ?? '')).body).toMatchObject({ label: '+4930123456', identities: [{ kind: 'phone' }] });
    expect((await remove(laptop, number?.id ?? '')).problem).toMatchObject({ status: 409, code: 'last_identity' });
    expect((await remove(laptop, email?.id ?? '')).problem.code).toBe('not_found');
    cloud.clock.now += minuteMs;
    expect((await signIn(cloud, await post.proof(cloud))).problem.code, 'removed').toBe('no_such_account');
  });

  it('that another account has are refused, and nothing is joined', async () => {
    await using cloud = await post.cloud();
    const bob = await post.signUp(cloud, phone);
    const laptop = await post.signUp(cloud);
    cloud.clock.now += minuteMs;
    const proof = await post.proof(cloud, phone, 'link', laptop);
    expect((await add(laptop, proof)).problem).toMatchObject({ code: 'identity_in_use', params: { label: phone.phone } });
    expect([await kinds(laptop), await kinds(bob)]).toEqual([['email ann@example.com'], ['phone +4930123456']]);
  });

  it('cannot be added with a code that somebody else asked for', async () => {
    await using cloud = await post.cloud();
    const laptop = await post.signUp(cloud);
    const eve = await post.signUp(cloud, { kind: 'email', email: 'eve@example.com' });
    const proof = await post.proof(cloud, phone, 'link', laptop);
    expect((await add(eve, proof)).problem.code).toBe('code_expired');
    expect((await signIn(cloud, proof)).problem.code).toBe('code_expired');
  });

  it('an address that was there without proof is proved by it', async () => {
    await using unproved = await startCloud();
    const { session } = await unproved.signUp();
    await using cloud = await unproved.restart({ mail: { folder: post.folder } });
    const laptop = new TestDevice(cloud.url, session);
    await add(laptop, await post.proof(cloud, ann, 'link', laptop));
    expect((await laptop.ok<Account>('GET', '/v1/me')).identities).toMatchObject([{ label: ann.email, proved: true }]);
    await cloud.signIn();
  });
});

describe('a sensitive change', () => {
  it('needs a proof of the last ten minutes: signing in, the password, or a code', async () => {
    await using cloud = await post.cloud();
    const laptop = await post.signUp(cloud);
    expect((await setPassword(laptop, PASSWORD)).status).toBe(200);
    laptop.session = (await laptop.refresh()).body as Session;
    const stale = async (): Promise<void> => {
      cloud.clock.now += 10 * minuteMs + 1;
      expect((await setPassword(laptop, PASSWORD)).problem).toMatchObject({ status: 403, code: 'reauth_required' });
      expect((await remove(laptop, 'a'.repeat(32))).problem.code).toBe('reauth_required');
      expect((await add(laptop, { challenge: 'a'.repeat(32), code: '123456' })).problem.code).toBe('reauth_required');
    };
    await stale();
    expect((await prove(laptop, { method: 'password', password: 'not this one' })).problem.code).toBe('invalid_credentials');
    expect((await setPassword(laptop, PASSWORD)).problem.code).toBe('reauth_required');
    expect((await prove(laptop, { method: 'password', password: PASSWORD })).status).toBe(200);
    expect((await setPassword(laptop, PASSWORD)).status).toBe(200);
    laptop.session = (await laptop.refresh()).body as Session;
    await stale();
    const proof = await post.proof(cloud, ann, 'prove', laptop);
    expect((await prove(laptop, { method: 'code', proof })).status).toBe(200);
    expect((await prove(laptop, { method: 'code', proof })).problem.code, 'used').toBe('code_expired');
    expect((await setPassword(laptop, PASSWORD)).status).toBe(200);
  });

  it('is proved with an address of the account alone', async () => {
    await using cloud = await post.cloud();
    const laptop = await post.signUp(cloud);
    const asked = await laptop.call('POST', '/v1/me/challenges', { json: { to: phone, purpose: 'prove' } });
    expect(asked.problem.code).toBe('not_found');
  });

  it('a proof on one device is none on another', async () => {
    await using cloud = await post.cloud();
    const laptop = await post.signUp(cloud);
    expect((await setPassword(laptop, PASSWORD)).status).toBe(200);
    const desktop = await cloud.signIn();
    cloud.clock.now += 11 * minuteMs;
    await prove(laptop, { method: 'password', password: PASSWORD });
    expect((await setPassword(desktop, PASSWORD)).problem.code).toBe('reauth_required');
  });
});

describe('a password', () => {
  it('is set for an account that had none, and whoever else is signed in is signed out', async () => {
    await using cloud = await post.cloud();
    const laptop = await post.signUp(cloud);
    expect((await byPassword(cloud, PASSWORD)).problem.code).toBe('invalid_credentials');
    cloud.clock.now += minuteMs;
    const desktop = new TestDevice(cloud.url, (await signIn(cloud, await post.proof(cloud))).body as Session);
    expect((await setPassword(desktop, 'short')).problem.code).toBe('invalid_request');
    expect((await setPassword(desktop, PASSWORD)).status).toBe(200);
    expect((await laptop.call('GET', '/v1/me')).problem.code).toBe('device_revoked');
    expect(await desktop.ok<Account>('GET', '/v1/me')).toMatchObject({ hasPassword: true });
    expect((await byPassword(cloud, PASSWORD)).status).toBe(200);
  });

  it('goes with an e-mail address, and with the last of those', async () => {
    await using cloud = await post.cloud();
    const laptop = await post.signUp(cloud, phone);
    expect((await setPassword(laptop, PASSWORD)).problem.code).toBe('email_needed');
    await add(laptop, await post.proof(cloud, ann, 'link', laptop));
    expect((await setPassword(laptop, PASSWORD)).status).toBe(200);
    const email = (await laptop.ok<Account>('GET', '/v1/me')).identities.find(({ kind }) => kind === 'email');
    expect((await remove(laptop, email?.id ?? '')).body).toMatchObject({ hasPassword: false });
    expect((await byPassword(cloud, PASSWORD)).problem.code).toBe('invalid_credentials');
  });
});
