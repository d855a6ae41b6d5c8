import { describe, expect, it } from 'vitest';
import type { Account, Device, Session } from '../../contract/index.ts';
import { dayMs, hourMs, minuteMs } from '../../base/index.ts';
import { call, device, id, PASSWORD, startCloud, type TestCloud } from '../testing/harness.ts';
import { REFRESH_GRACE_MS } from './judge-refresh.ts';

const signUp = (cloud: TestCloud, more: object = {}) =>
  call(cloud.url, 'POST', '/v1/auth/accounts', { json: { email: 'ann@example.com', password: PASSWORD, device, ...more } });
const signIn = (cloud: TestCloud, email: string, password: string) =>
  call(cloud.url, 'POST', '/v1/auth/sessions', { json: { method: 'password', email, password, device } });

describe('sign-up', () => {
  it('makes an account once for each e-mail, whatever its case', async () => {
    await using cloud = await startCloud();
    const first = await signUp(cloud, { email: ' Ann@Example.com ' });
    expect((first.body as Session).label).toBe('ann@example.com');
    expect((await signUp(cloud)).problem.code).toBe('email_in_use');
  });

  it('names the field that is wrong, in words for the two that people get wrong', async () => {
    await using cloud = await startCloud();
    expect((await signUp(cloud, { password: 'short' })).problem).toMatchObject({
      status: 400,
      code: 'password_too_weak',
      params: { minLength: 8 },
    });
    expect((await signUp(cloud, { email: 'ann' })).problem).toMatchObject({ code: 'email_invalid', params: { email: 'ann' } });
    expect((await signUp(cloud, { email: 7 })).problem).toMatchObject({ code: 'invalid_request', params: { field: 'email' } });
    expect((await signUp(cloud, { device: { ...device, platform: 'amiga' } })).problem.params).toMatchObject({ field: 'device.platform' });
  });

  it('is refused when closed', async () => {
    await using cloud = await startCloud({ signUp: 'closed' });
    expect((await signUp(cloud)).problem).toMatchObject({ status: 403, code: 'sign_up_closed' });
  });

  it('asks for the bootstrap secret', async () => {
    await using cloud = await startCloud({ signUp: 'bootstrap', bootstrapSecret: 'tide' });
    expect((await signUp(cloud)).problem.code).toBe('bootstrap_secret_required');
    expect((await signUp(cloud, { bootstrapSecret: 'tidy' })).problem.code).toBe('bootstrap_secret_required');
    expect((await signUp(cloud, { bootstrapSecret: 'tide' })).status).toBe(200);
  });

  it('takes an invite once, and not after 30 days', async () => {
    await using cloud = await startCloud({ signUp: 'invite' });
    const [invite, old] = [await cloud.cloud.newInvite(), await cloud.cloud.newInvite()];
    expect((await signUp(cloud)).problem.code).toBe('invite_required');
    expect((await signUp(cloud, { invite: 'made up' })).problem.code).toBe('invite_required');
    expect((await signUp(cloud, { invite })).status).toBe(200);
    expect((await signUp(cloud, { invite, email: 'bob@example.com' })).problem.code).toBe('invite_required');
    expect((await signUp(cloud, { invite: 'made up' })).problem.code, 'nobody without one learns who is here').toBe('invite_required');
    cloud.clock.now += 31 * dayMs;
    expect((await signUp(cloud, { invite: old, email: 'bob@example.com' })).problem.code).toBe('invite_required');
  });
});

describe('sign-in', () => {
  it('answers a wrong password and an unknown e-mail alike', async () => {
    await using cloud = await startCloud();
    await cloud.signUp();
    const wrong = await signIn(cloud, 'ann@example.com', 'wrong password');
    const unknown = await signIn(cloud, 'bob@example.com', 'wrong password');
    expect(wrong.problem).toMatchObject({ status: 401, code: 'invalid_credentials', params: {} });
    expect(unknown.text).toBe(wrong.text);
  });

  it('is slowed down for an e-mail that many guess at, whether it has an account or not', async () => {
    await using cloud = await startCloud({ rateLimits: { failedSignIn: 2 } });
    await cloud.signUp();
    for (const email of ['ann@example.com', 'bob@example.com']) {
      for (let attempt = 0; attempt < 2; attempt += 1)
        expect((await signIn(cloud, email, 'guess')).problem.code).toBe('invalid_credentials');
      expect((await signIn(cloud, email, PASSWORD)).problem).toMatchObject({
        code: 'rate_limited',
        params: { retryAfterMs: 15 * minuteMs },
      });
    }
    cloud.clock.now += 15 * minuteMs;
    expect((await signIn(cloud, 'ann@example.com', PASSWORD)).status).toBe(200);
  });

  it('takes the password however its accents were typed', async () => {
    await using cloud = await startCloud();
    await signUp(cloud, { password: 'caf\u00e9 au lait' });
    expect((await signIn(cloud, 'ann@example.com', 'cafe\u0301 au lait')).status).toBe(200);
  });

  it('keeps accounts apart', async () => {
    await using cloud = await startCloud();
    const ann = await cloud.signUp();
    const bob = await cloud.signUp('bob@example.com');
    expect((await ann.ok<Account>('GET', '/v1/me')).id).not.toBe((await bob.ok<Account>('GET', '/v1/me')).id);
    expect((await bob.call('DELETE', `/v1/devices/${ann.session.deviceId}`)).problem.code).toBe('not_found');
  });

  it('shows when an account without sign-in or sync would be purged', async () => {
    await using cloud = await startCloud();
    const ann = await cloud.signUp();
    cloud.clock.now += 10 * minuteMs;
    await ann.call('GET', '/v1/me');
    const me = await ann.ok<Account>('GET', '/v1/me');
    expect(me).toMatchObject({
      label: 'ann@example.com',
      identities: [{ kind: 'email', label: 'ann@example.com', proved: false }],
      hasPassword: true,
      region: 'international',
      plan: 'free',
      purgeAfter: cloud.clock.now + 180 * dayMs,
    });
  });
});

describe('access tokens', () => {
  it('are needed, and expire after 15 minutes', async () => {
    await using cloud = await startCloud();
    const ann = await cloud.signUp();
    expect((await call(cloud.url, 'GET', '/v1/me')).problem).toMatchObject({ status: 401, code: 'not_signed_in' });
    expect((await call(cloud.url, 'GET', '/v1/me', { token: 'x' })).problem.code).toBe('not_signed_in');
    cloud.clock.now += 15 * minuteMs - 1;
    expect((await ann.call('GET', '/v1/me')).status).toBe(200);
    cloud.clock.now += 1;
    expect((await ann.call('GET', '/v1/me')).problem).toMatchObject({ status: 401, code: 'access_expired' });
  });

  it('that were forgotten long ago still only ask for a refresh', async () => {
    await using cloud = await startCloud();
    const ann = await cloud.signUp();
    cloud.clock.now += 60 * dayMs;
    await cloud.cloud.maintain();
    expect((await ann.call('GET', '/v1/me')).problem.code).toBe('access_expired');
    expect((await ann.refresh()).status).toBe(200);
  });
});

describe('refresh tokens', () => {
  const tokenOf = (answer: { body: unknown }): string => (answer.body as Session).refreshToken;

  it('rotate', async () => {
    await using cloud = await startCloud();
    const ann = await cloud.signUp();
    const next = await ann.refresh();
    expect(next.body).toMatchObject({ accountId: ann.session.accountId, deviceId: ann.session.deviceId });
    expect(tokenOf(next)).not.toBe(ann.session.refreshToken);
    expect((await ann.refresh(tokenOf(next))).status).toBe(200);
  });

  it('may be used again when the answer was lost, however much later', async () => {
    await using cloud = await startCloud();
    const ann = await cloud.signUp();
    await ann.refresh();
    cloud.clock.now += 40 * dayMs;
    await cloud.cloud.maintain();
    const again = await ann.refresh();
    expect(again.status).toBe(200);
    expect((await ann.refresh(tokenOf(again))).status).toBe(200);
  });

  it('serve two windows that refresh at the same moment', async () => {
    await using cloud = await startCloud();
    const ann = await cloud.signUp();
    const both = await Promise.all([ann.refresh(), ann.refresh()]);
    const next = await Promise.all(both.map((answer) => ann.refresh(tokenOf(answer))));
    expect(next.map((answer) => answer.status)).toEqual([200, 200]);
  });

  it('end the family when one is used after its successor was', async () => {
    await using cloud = await startCloud();
    const ann = await cloud.signUp();
    const first = await ann.refresh();
    const second = await ann.refresh(tokenOf(first));
    cloud.clock.now += REFRESH_GRACE_MS + 1;
    expect((await ann.refresh()).problem.code).toBe('session_expired');
    expect((await ann.refresh(tokenOf(second))).problem.code).toBe('session_expired');
    expect((await ann.call('GET', '/v1/me', { token: (second.body as Session).accessToken })).problem.code).toBe('session_expired');
  });

  it('end the family when a successor that was passed over is used', async () => {
    await using cloud = await startCloud();
    const ann = await cloud.signUp();
    const [thief, owner] = [await ann.refresh(), await ann.refresh()];
    await ann.refresh(tokenOf(owner));
    cloud.clock.now += REFRESH_GRACE_MS + 1;
    expect((await ann.refresh(tokenOf(thief))).problem.code).toBe('session_expired');
  });

  it('of two parties that got in at the same moment end the family one step later', async () => {
    await using cloud = await startCloud();
    const ann = await cloud.signUp();
    const [thief, owner] = [await ann.refresh(), await ann.refresh()];
    const [thiefNext, ownerNext] = [await ann.refresh(tokenOf(thief)), await ann.refresh(tokenOf(owner))];
    expect([thiefNext.status, ownerNext.status]).toEqual([200, 200]);
    cloud.clock.now += 14 * minuteMs;
    expect((await ann.refresh(tokenOf(ownerNext))).status).toBe(200);
    cloud.clock.now += REFRESH_GRACE_MS + 1;
    expect((await ann.refresh(tokenOf(thiefNext))).problem.code).toBe('session_expired');
    expect((await ann.call('GET', '/v1/me', { token: (ownerNext.body as Session).accessToken })).problem.code).toBe('session_expired');
  });

  it('that were passed over do not come back to life when the spent one is forgotten', async () => {
    await using cloud = await startCloud();
    const ann = await cloud.signUp();
    const [thief, owner] = [await ann.refresh(), await ann.refresh()];
    await ann.refresh(tokenOf(owner));
    cloud.clock.now += 8 * dayMs;
    await cloud.cloud.maintain();
    expect((await ann.refresh(tokenOf(thief))).problem.code).toBe('session_expired');
  });

  it('are over for a device that was not used for a year', async () => {
    await using cloud = await startCloud();
    const device = await cloud.signUp();
    cloud.clock.now += 365 * dayMs;
    const renewed = await device.refresh();
    expect(renewed.status).toBe(200);
    cloud.clock.now += 365 * dayMs + hourMs;
    expect((await device.refresh((renewed.body as Session).refreshToken)).problem).toMatchObject({ status: 401, code: 'session_expired' });
  });

  it('that nobody knows answer session_expired, and signing out with one is no error', async () => {
    await using cloud = await startCloud();
    const unknown = `tmr_${'x'.repeat(43)}`;
    expect((await call(cloud.url, 'POST', '/v1/auth/token', { json: { refreshToken: unknown } })).problem.code).toBe('session_expired');
    expect((await call(cloud.url, 'POST', '/v1/auth/revoke', { json: { refreshToken: unknown } })).status).toBe(200);
  });
});

describe('devices', () => {
  it('are listed, renamed and signed out from afar', async () => {
    await using cloud = await startCloud();
    const laptop = await cloud.signUp();
    const desktop = await cloud.signIn();
    await laptop.ok('PATCH', `/v1/devices/${desktop.session.deviceId}`, { json: { name: ' Büro ' } });
    const { devices } = await laptop.ok<{ devices: Device[] }>('GET', '/v1/devices');
    expect(devices.map(({ name, current }) => [name, current])).toEqual([
      ['Laptop', true],
      ['Büro', false],
    ]);
    await laptop.ok('DELETE', `/v1/devices/${desktop.session.deviceId}`);
    expect((await desktop.call('GET', '/v1/me')).problem).toMatchObject({ status: 401, code: 'device_revoked' });
    expect((await desktop.refresh()).problem.code).toBe('device_revoked');
    expect((await laptop.ok<{ devices: Device[] }>('GET', '/v1/devices')).devices).toHaveLength(1);
    expect((await laptop.call('DELETE', `/v1/devices/${desktop.session.deviceId}`)).problem.code).toBe('not_found');
    expect((await laptop.call('PATCH', `/v1/devices/${id()}`, { json: { name: 'x' } })).problem.code).toBe('not_found');
  });

  it('that are signed out stop waiting at once, with 401', async () => {
    await using cloud = await startCloud();
    const laptop = await cloud.signUp();
    const desktop = await cloud.signIn();
    const cursor = await desktop.cursor();
    const waiting = desktop.call('GET', `/v1/drive/delta/wait?cursor=${cursor}&timeoutMs=60000`);
    await laptop.ok('DELETE', `/v1/devices/${desktop.session.deviceId}`);
    expect((await waiting).problem).toMatchObject({ status: 401, code: 'device_revoked' });
  });

  it('that sign themselves out are gone from the list', async () => {
    await using cloud = await startCloud();
    const laptop = await cloud.signUp();
    const desktop = await cloud.signIn();
    await desktop.ok('POST', '/v1/auth/revoke', { json: { refreshToken: desktop.session.refreshToken } });
    expect((await desktop.call('GET', '/v1/me')).problem.code).toBe('session_expired');
    expect((await laptop.ok<{ devices: Device[] }>('GET', '/v1/devices')).devices).toHaveLength(1);
  });
});
