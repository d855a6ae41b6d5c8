import { expect, it } from 'vitest';
import { minuteMs } from '../../../../base/index.ts';
import type { CloudUnderTest } from './test-device.ts';
import { PASSWORD, TestDevice, fixedCredentials, newEmail, newId, refusal } from './test-device.ts';

export function accountBehaviours(cloud: () => CloudUnderTest): void {
  const device = { name: 'tablet', platform: 'android', appVersion: '1.0.0' } as const;

  it('introduces itself', async () => {
    expect(await cloud().connect().discover()).toMatchObject({ product: 'tidemark', apiVersion: 1, signUp: 'open' });
  });

  it('makes an account once, whatever the case of the address', async () => {
    const email = newEmail();
    const first = await TestDevice.signUp(cloud(), email.toUpperCase());
    expect(first.session.label).toBe(email);
    expect(await refusal(TestDevice.signUp(cloud(), email))).toBe('email_in_use');
    const second = await TestDevice.signIn(cloud(), email);
    expect(second.session.accountId).toBe(first.session.accountId);
    expect(second.session.deviceId).not.toBe(first.session.deviceId);
    expect(await second.drive.me()).toMatchObject({ id: first.session.accountId, label: email, plan: 'free' });
  });

  it('does not tell a wrong password from an unknown address', async () => {
    const { session } = await TestDevice.signUp(cloud());
    const api = cloud().connect();
    expect(await refusal(api.signIn({ method: 'password', email: session.label, password: 'wrong password', device }))).toBe(
      'invalid_credentials',
    );
    expect(await refusal(api.signIn({ method: 'password', email: newEmail(), password: PASSWORD, device }))).toBe('invalid_credentials');
  });

  it('names the field of a malformed request', async () => {
    const api = cloud().connect();
    await expect(api.signUp({ email: 'nobody', password: PASSWORD, device })).rejects.toMatchObject({
      code: 'invalid_request',
      params: { field: 'email' },
    });
  });

  it('rotates the refresh token and bears lost replies until a successor was used', async () => {
    const { api, session } = await TestDevice.signUp(cloud());
    await api.refresh(session.refreshToken);
    await cloud().passTime(10 * minuteMs);
    const second = await api.refresh(session.refreshToken);
    expect(second.refreshToken).not.toBe(session.refreshToken);
    expect(second).toMatchObject({ accountId: session.accountId, deviceId: session.deviceId });
    await api.refresh(second.refreshToken);
    // two windows of one client may cross
    expect(await api.refresh(session.refreshToken)).toMatchObject({ deviceId: session.deviceId });
  });

  it('ends the session when a spent refresh token comes back', async () => {
    const { api, session } = await TestDevice.signUp(cloud());
    const second = await api.refresh(session.refreshToken);
    const third = await api.refresh(second.refreshToken);
    await cloud().passTime(2 * minuteMs);
    expect(await refusal(api.refresh(session.refreshToken))).toBe('session_expired');
    expect(await refusal(api.refresh(third.refreshToken))).toBe('session_expired');
    expect(await refusal(api.authorized(fixedCredentials(third.accessToken)).me())).toBe('session_expired');
  });

  it('lets an access token go after a quarter of an hour', async () => {
    const { api, session, drive } = await TestDevice.signUp(cloud());
    await cloud().passTime(14 * minuteMs);
    await drive.me();
    await cloud().passTime(2 * minuteMs);
    expect(await refusal(drive.me())).toBe('access_expired');
    const { accessToken } = await api.refresh(session.refreshToken);
    await api.authorized(fixedCredentials(accessToken)).me();
  });

  it('ends the session of a device that signs out', async () => {
    const one = await TestDevice.signUp(cloud());
    const other = await TestDevice.signIn(cloud(), one.session.label);
    await one.api.revoke(one.session.refreshToken);
    expect(await refusal(one.api.refresh(one.session.refreshToken))).toBe('session_expired');
    expect(await refusal(one.drive.me())).toBe('session_expired');
    expect(await other.drive.devices()).toMatchObject([{ id: other.session.deviceId, current: true }]);
    await one.api.revoke(one.session.refreshToken);
  });

  it('lists, renames and signs out devices; the one signed out hears it at once', async () => {
    const one = await TestDevice.signUp(cloud());
    const other = await TestDevice.signIn(cloud(), one.session.label);
    expect(await one.drive.renameDevice(other.session.deviceId, 'office')).toMatchObject({ name: 'office', current: false });
    const listed = await one.drive.devices();
    expect(listed.map(({ name, current }) => ({ name, current })).sort((a, b) => a.name.localeCompare(b.name))).toEqual([
      { name: 'laptop', current: true },
      { name: 'office', current: false },
    ]);
    const waiting = refusal(other.drive.wait(await other.cursor(), 20_000));
    await one.drive.revokeDevice(other.session.deviceId);
    expect(await waiting).toBe('device_revoked');
    expect(await refusal(other.drive.quota())).toBe('device_revoked');
    expect(await refusal(other.api.refresh(other.session.refreshToken))).toBe('device_revoked');
    expect(await one.drive.devices()).toHaveLength(1);
    expect(await refusal(one.drive.revokeDevice(newId()))).toBe('not_found');
  });

  it('tells the other devices what one says of its sync while it waits', async () => {
    const one = await TestDevice.signUp(cloud());
    const other = await TestDevice.signIn(cloud(), one.session.label);
    const told = async () => (await one.drive.devices()).find(({ id }) => id === other.session.deviceId)?.sync;
    const cursor = await other.cursor();
    await other.drive.wait(cursor, 0);
    expect(await told()).toBeNull();
    await other.drive.wait(cursor, 0, undefined, { sync: 'syncing', waiting: 3, issues: 1 });
    expect(await told()).toMatchObject({ state: 'syncing', waiting: 3, issues: 1, upToDateAt: null });
    await other.drive.wait(cursor, 0, undefined, { sync: 'up_to_date', waiting: 0, issues: 0 });
    expect(await told()).toMatchObject({ state: 'up_to_date', waiting: 0, issues: 0, upToDateAt: expect.any(Number) as number });
    await other.drive.wait(cursor, 0);
    expect((await told())?.state, 'who says nothing changes nothing').toBe('up_to_date');
  });

  it('signs one in in the place of another, which is told by whom', async () => {
    const one = await TestDevice.signUp(cloud());
    const other = await TestDevice.signIn(cloud(), one.session.label);
    const api = cloud().connect();
    const session = await api.signIn({
      method: 'password',
      email: one.session.label,
      password: PASSWORD,
      device: { ...device, name: 'third' },
      replaces: one.session.deviceId,
      signOutDevice: other.session.deviceId,
    });
    const third = api.authorized(fixedCredentials(session.accessToken));
    expect((await third.devices()).map(({ name }) => name)).toEqual(['third']);
    expect(await refusal(one.api.refresh(one.session.refreshToken))).toBe('session_expired');
    await expect(other.api.refresh(other.session.refreshToken)).rejects.toMatchObject({
      code: 'device_revoked',
      params: { device: 'third' },
    });
  });

  it('does not show or sign out the devices of another account', async () => {
    const one = await TestDevice.signUp(cloud());
    const stranger = await TestDevice.signUp(cloud());
    expect(await refusal(one.drive.revokeDevice(stranger.session.deviceId))).toBe('not_found');
    expect(await refusal(one.drive.renameDevice(stranger.session.deviceId, 'mine'))).toBe('not_found');
    expect(await stranger.drive.devices()).toHaveLength(1);
  });

  it('keeps settings by key, tells their version with the feed, and wakes the others for what is new', async () => {
    const { drive, session } = await TestDevice.signUp(cloud());
    const other = await TestDevice.signIn(cloud(), session.label);
    expect(await drive.settings()).toEqual({ version: null, values: {} });
    const first = await drive.changeSettings({ theme: 'dark', 'trash.keepDays': 60 });
    expect(await drive.changeSettings({ theme: 'dark' }), 'what is so already is no change').toEqual(first);
    expect(await other.drive.wait(await other.cursor(), 20_000, undefined, undefined, null), 'it knew of none').toBe(true);
    const waiting = other.drive.wait(await other.cursor(), 20_000, undefined, undefined, first.version);
    const second = await drive.changeSettings({ theme: 'light', 'of.the.future': true });
    expect(await waiting).toBe(true);
    expect(second.version).not.toBe(first.version);
    expect(await other.drive.settings()).toEqual(second);
    expect(second.values).toEqual({ theme: 'light', 'trash.keepDays': 60, 'of.the.future': true });
    expect((await other.drive.delta(null)).settings).toBe(second.version);
    expect(await refusal(drive.changeSettings({ 'Not a key': 1 }))).toBe('invalid_request');
    const stranger = await TestDevice.signUp(cloud());
    expect(await stranger.drive.settings()).toEqual({ version: null, values: {} });
  });

  it('answers nobody without a good token, which may be one long forgotten', async () => {
    const api = cloud().connect();
    expect(await refusal(api.authorized(fixedCredentials('x'.repeat(43))).quota())).toBe('access_expired');
  });
}
