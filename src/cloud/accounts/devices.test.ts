import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Account, Device, DeviceChoice, Problem, Session } from '../../contract/index.ts';
import { hourMs, minuteMs, secondMs } from '../../base/index.ts';
import { operateAccount } from '../storage/operator.ts';
import { type Answer, call, device, PASSWORD, startCloud, type TestCloud, TestDevice } from '../testing/harness.ts';
import { mmdb } from '../testing/mmdb.ts';
import { Post, signIn as byCode } from '../testing/post.ts';

const listed = async (by: TestDevice): Promise<Device[]> => (await by.ok<{ devices: Device[] }>('GET', '/v1/devices')).devices;
const namesOf = (devices: readonly Device[]): string[] => devices.map(({ name }) => name).sort();
const called = (name: string, platform: Device['platform'] = 'linux') => ({ name, platform, appVersion: '1' });
const signIn = (cloud: TestCloud, more: object = {}): Promise<Answer> =>
  call(cloud.url, 'POST', '/v1/auth/sessions', {
    json: { method: 'password', email: 'ann@example.com', password: PASSWORD, device, ...more },
  });
const choiceOf = (answer: Answer): DeviceChoice => {
  const { choice }: Problem = answer.problem;
  if (choice === undefined) throw new Error(answer.text);
  return choice;
};
const choose = (cloud: TestCloud, { token }: DeviceChoice, signOutDevice: string, name = 'New'): Promise<Answer> =>
  call(cloud.url, 'POST', '/v1/auth/sessions', { json: { method: 'choice', choice: token, signOutDevice, device: called(name) } });

describe('the list of devices', () => {
  it('tells where each was last seen, and keeps nothing more exact than its network', async () => {
    await using cloud = await startCloud({ behindProxy: true });
    const ann = await cloud.signUp();
    const from = (address: string): Promise<Answer> =>
      ann.call('GET', '/v1/devices', { headers: { 'x-forwarded-for': `10.9.8.7, ${address}` } });
    const placeFrom = async (address: string) => {
      await from(address);
      return ((await from(address)).body as { devices: Device[] }).devices[0]?.place;
    };
    cloud.clock.now += 5 * minuteMs;
    expect(await placeFrom('203.0.113.77')).toEqual({ from: 'internet', network: '203.0.113.0/24', country: null, city: null });
    cloud.clock.now += minuteMs;
    expect(await placeFrom('2001:db8:7:1::5')).toMatchObject({ from: 'internet', network: '2001:db8:7::/48' });
    cloud.clock.now += minuteMs;
    expect(await placeFrom('192.168.7.7')).toMatchObject({ from: 'local_network', network: null });
    await cloud.cloud.close();
    const bytes = ['catalogue.db', 'catalogue.db-wal'].flatMap((name) => {
      try {
        return [readFileSync(join(cloud.dataDir, name), 'latin1')];
      } catch {
        return [];
      }
    });
    expect(bytes.join('')).not.toContain('203.0.113.77');
    expect(bytes.join('')).not.toContain('192.168.7.7');
  });

  it('tells city and country once the cloud has a database of places', async () => {
    await using first = await startCloud({ behindProxy: true });
    const file = join(first.dir, 'places.mmdb');
    writeFileSync(file, mmdb({ '203.0.113.0/24': { country: { iso_code: 'DE' }, city: { names: { en: 'Berlin' } } } }));
    const ann = await first.signUp();
    const headers = { 'x-forwarded-for': '203.0.113.77' };
    first.clock.now += 5 * minuteMs;
    await ann.ok('GET', '/v1/devices', { headers });
    const cloud = await first.restart({ geoDb: file });
    const again = new TestDevice(cloud.url, ann.session);
    expect((await listed(again))[0]?.place).toMatchObject({ country: 'DE', city: 'Berlin' });
    await cloud.cloud.close();
    await expect(cloud.restart({ geoDb: join(first.dir, 'none.mmdb') })).rejects.toMatchObject({ code: 'usage' });
  });

  it('tells how far each is with its sync, as it says while it waits, and when it last had all', async () => {
    await using cloud = await startCloud();
    const laptop = await cloud.signUp();
    const desktop = await cloud.signIn();
    const cursor = await laptop.cursor();
    const tell = (sync: string, waiting = 0, issues = 0): Promise<unknown> =>
      laptop.ok('GET', `/v1/drive/delta/wait?cursor=${cursor}&timeoutMs=0&sync=${sync}&waiting=${waiting}&issues=${issues}`);
    const seen = async () => (await listed(desktop)).find(({ id }) => id === laptop.session.deviceId)?.sync;
    expect(await seen()).toBeNull();
    const start = cloud.clock.now;
    await tell('syncing', 12);
    expect(await seen()).toEqual({ state: 'syncing', waiting: 12, issues: 0, at: start, upToDateAt: null });
    cloud.clock.now += 5 * secondMs;
    await tell('syncing', 11);
    expect((await seen())?.waiting, 'mere counts are noted now and then').toBe(12);
    cloud.clock.now += 5 * secondMs;
    await tell('syncing', 10);
    expect((await seen())?.waiting).toBe(10);
    await tell('up_to_date');
    cloud.clock.now += 5 * minuteMs;
    await tell('up_to_date');
    expect(await seen(), 'as long as it says nothing else').toMatchObject({ state: 'up_to_date', upToDateAt: cloud.clock.now });
    const until = cloud.clock.now;
    await tell('paused', 3, 1);
    cloud.clock.now += 5 * minuteMs;
    await tell('paused', 3, 1);
    expect(await seen()).toEqual({ state: 'paused', waiting: 3, issues: 1, at: until, upToDateAt: until });
    expect((await laptop.call('GET', `/v1/drive/delta/wait?cursor=${cursor}&timeoutMs=0&sync=asleep`)).problem.code).toBe(
      'invalid_request',
    );
  });

  it('takes no name that is none, or passes for another', async () => {
    await using cloud = await startCloud();
    const ann = await cloud.signUp();
    const rename = async (name: string): Promise<number> =>
      (await ann.call('PATCH', `/v1/devices/${ann.session.deviceId}`, { json: { name } })).status;
    for (const name of [
      '',
      '   ',
      'x'.repeat(101),
      'a\nb',
      'a\u0000b',
      'a\u0007b',
      'a\u202eb',
      'a\u2066b',
      'a\u200eb',
      'a\u200bb',
      'a\ud800b',
    ])
      expect(await rename(name), JSON.stringify(name)).toBe(400);
    for (const name of ['Büro', '我的电脑', '👩‍💻 laptop', 'مكتب', 'x'.repeat(100), " Ann's <Laptop> "])
      expect(await rename(name), name).toBe(200);
    expect((await listed(ann))[0]?.name).toBe("Ann's <Laptop>");
    expect((await signIn(cloud, { device: called('a\u202eb') })).status).toBe(400);
  });
});

describe('a device that is signed out from afar', () => {
  it('is told by which one, by every call and by a refresh', async () => {
    await using cloud = await startCloud();
    const laptop = await cloud.signUp();
    const desktop = await cloud.signIn();
    await laptop.ok('PATCH', `/v1/devices/${laptop.session.deviceId}`, { json: { name: 'Blue laptop' } });
    await laptop.ok('DELETE', `/v1/devices/${desktop.session.deviceId}`);
    for (const answer of [await desktop.call('GET', '/v1/me'), await desktop.refresh()])
      expect(answer.problem).toMatchObject({ status: 401, code: 'device_revoked', params: { device: 'Blue laptop' } });
    const phone = await cloud.signIn();
    await laptop.ok('POST', '/v1/me/password', { json: { password: 'another long one' } });
    expect((await phone.refresh()).problem.params).toEqual({ device: 'Blue laptop' });
  });
});

describe('the devices of a plan', () => {
  it('are counted at sign-in, and the list to choose from is only for who has shown who they are', async () => {
    await using cloud = await startCloud({ plan: 'premium' });
    const first = await cloud.signUp();
    const refused = await signIn(cloud, { device: called('New') });
    expect(refused.problem).toMatchObject({ status: 409, code: 'device_limit', params: { limit: 1 } });
    const choice = choiceOf(refused);
    expect(choice.devices).toMatchObject([{ id: first.session.deviceId, name: 'Laptop', current: false }]);
    const wrong = await signIn(cloud, { password: 'wrong password' });
    expect(wrong.problem).toMatchObject({ code: 'invalid_credentials', params: {} });
    expect(wrong.text).not.toContain(first.session.deviceId);
    expect(namesOf(await listed(first)), 'nothing was signed out yet').toEqual(['Laptop']);
  });

  it('phones and tablets are not counted where the plan counts computers', async () => {
    await using cloud = await startCloud({ plan: 'premium' });
    await cloud.signUp();
    for (const platform of ['ios', 'android'] as const)
      expect((await signIn(cloud, { device: called('Phone', platform) })).status).toBe(200);
    for (const platform of ['windows', 'macos', 'linux', 'other'] as const)
      expect((await signIn(cloud, { device: called('PC', platform) })).problem.code).toBe('device_limit');
    await using family = await startCloud({ plan: 'family' });
    await family.signUp();
    for (let index = 0; index < 5; index += 1) expect((await signIn(family, { device: called('Phone', 'ios') })).status).toBe(200);
    expect((await signIn(family, { device: called('Phone', 'ios') })).problem.params).toEqual({ limit: 6 });
  });

  it('one that is chosen is signed out and the new one in, in one step and once', async () => {
    await using cloud = await startCloud({ plan: 'premium' });
    const first = await cloud.signUp();
    const choice = choiceOf(await signIn(cloud, { device: called('New') }));
    const nobody = await choose(cloud, choice, 'f'.repeat(32));
    expect(nobody.problem.code, 'whom nobody knows').toBe('device_limit');
    expect(choiceOf(nobody).token, 'it was in vain, and is good still').toBe(choice.token);
    const second = new TestDevice(cloud.url, (await choose(cloud, choice, first.session.deviceId)).body as Session);
    expect(namesOf(await listed(second))).toEqual(['New']);
    expect((await first.call('GET', '/v1/me')).problem).toMatchObject({ code: 'device_revoked', params: { device: 'New' } });
    expect((await choose(cloud, choice, second.session.deviceId, 'Third')).problem.code, 'a second time').toBe('choice_over');
    expect(namesOf(await listed(second))).toEqual(['New']);
    expect((await choose(cloud, { ...choice, token: `tmc_${'x'.repeat(43)}` }, second.session.deviceId)).problem.code).toBe('choice_over');
  });

  it('of one that became smaller by several are chosen one after the other, until the new one fits', async () => {
    const plan = { id: 'free', storageBytes: 1_000_000, devices: 3, pricePerYearUsd: 0 } as const;
    await using larger = await startCloud({ plans: [plan] });
    const first = await larger.signUp();
    const second = await larger.signIn();
    const third = await larger.signIn();
    await using cloud = await larger.restart({ plans: [{ ...plan, devices: 1 }] });
    const idOf = ({ session }: TestDevice): string => session.deviceId;
    const refused = await signIn(cloud, { device: called('New') });
    const choice = choiceOf(refused);
    const left: string[][] = [];
    for (const chosen of [first, second]) {
      const more = choiceOf(await choose(cloud, choice, idOf(chosen)));
      expect(more.token, 'the same choice goes on').toBe(choice.token);
      left.push(more.devices.map(({ id }) => id));
    }
    expect(left).toEqual([[idOf(second), idOf(third)], [idOf(third)]]);
    const entered = new TestDevice(cloud.url, (await choose(cloud, choice, idOf(third))).body as Session);
    expect(namesOf(await listed(entered))).toEqual(['New']);
    const told = await call(cloud.url, 'POST', '/v1/auth/token', { json: { refreshToken: first.session.refreshToken } });
    expect(told.problem).toMatchObject({ code: 'device_revoked', params: { device: 'New' } });
  });

  it('one after the other is chosen where the plan takes fewer than there are, and phones stay that are not counted', async () => {
    await using cloud = await startCloud({ plan: 'family' });
    const first = await cloud.signUp();
    const [second, phone] = await Promise.all(
      [called('Second'), called('Phone', 'ios')].map(
        async (info) => new TestDevice(cloud.url, (await signIn(cloud, { device: info })).body as Session),
      ),
    );
    if (second === undefined || phone === undefined) throw new Error('nobody signed in');
    await operateAccount({ dataDir: cloud.dataDir, address: 'ann@example.com', plan: 'premium' });
    const choice = choiceOf(await signIn(cloud, { device: called('New') }));
    expect(choice.devices).toHaveLength(3);
    expect((await choose(cloud, choice, phone.session.deviceId)).problem.code).toBe('device_limit');
    const stillTooMany = choiceOf(await choose(cloud, choice, first.session.deviceId));
    expect(namesOf(stillTooMany.devices), 'the one that was chosen is gone, the phone is not').toEqual(['Phone', 'Second']);
    expect((await first.call('GET', '/v1/me')).problem).toMatchObject({ code: 'device_revoked', params: { device: 'New' } });
    const entered = await choose(cloud, stillTooMany, second.session.deviceId);
    expect(entered.status, entered.text).toBe(200);
    const third = new TestDevice(cloud.url, entered.body as Session);
    expect(namesOf(await listed(third))).toEqual(['New', 'Phone']);
    const { events } = await third.ok<{ events: { kind: string; device: string; detail: string }[] }>('GET', '/v1/me/log');
    expect(events.filter(({ kind }) => kind === 'device_ended')).toMatchObject([
      { device: 'New', detail: 'Second' },
      { device: 'New', detail: 'Laptop' },
    ]);
  });

  it('a choice is good for ten minutes, for its own account, and no longer than the password', async () => {
    await using cloud = await startCloud({ plan: 'premium' });
    const first = await cloud.signUp();
    const bob = await cloud.signUp('bob@example.com');
    const old = choiceOf(await signIn(cloud));
    cloud.clock.now += 10 * minuteMs;
    expect((await choose(cloud, old, first.session.deviceId)).problem.code).toBe('choice_over');
    const mine = choiceOf(await signIn(cloud));
    expect((await choose(cloud, mine, bob.session.deviceId)).problem.code).toBe('device_limit');
    expect((await bob.call('GET', '/v1/me')).status, 'of another account').toBe(200);
    const again = choiceOf(await signIn(cloud));
    await first.ok('POST', '/v1/me/proof', { json: { method: 'password', password: PASSWORD } });
    await first.ok('POST', '/v1/me/password', { json: { password: 'another long one' } });
    expect((await choose(cloud, again, first.session.deviceId)).problem.code).toBe('choice_over');
    await cloud.cloud.maintain();
  });

  it('a choice is over with a way to sign in that was removed', async () => {
    using post = new Post();
    await using cloud = await post.cloud({ plan: 'premium' });
    const first = await post.signUp(cloud);
    const phone = { kind: 'phone', phone: '+4930123456' } as const;
    const proof = await post.proof(cloud, phone, 'link', first);
    const { identities } = await first.ok<Account>('POST', '/v1/me/identities', { json: { proof } });
    cloud.clock.now += 2 * minuteMs;
    // Whoever has the phone.
    const choice = choiceOf(await byCode(cloud, await post.proof(cloud, phone)));
    await first.ok('DELETE', `/v1/me/identities/${identities.find(({ kind }) => kind === 'phone')?.id ?? ''}`);
    expect((await choose(cloud, choice, first.session.deviceId)).problem.code).toBe('choice_over');
  });

  it('takes no second code, and the one that was spent is spent', async () => {
    using post = new Post();
    await using cloud = await post.cloud({ plan: 'premium' });
    const first = await post.signUp(cloud);
    cloud.clock.now += hourMs;
    const proof = await post.proof(cloud);
    const choice = choiceOf(await byCode(cloud, proof));
    expect((await byCode(cloud, proof)).problem.code).toBe('code_expired');
    const before = post.arrived().length;
    expect((await choose(cloud, choice, first.session.deviceId)).status).toBe(200);
    expect(post.arrived().length).toBe(before);
  });

  it('can be chosen at once with the password', async () => {
    await using cloud = await startCloud({ plan: 'premium' });
    const first = await cloud.signUp();
    expect((await signIn(cloud, { signOutDevice: first.session.deviceId, device: called('New') })).status).toBe(200);
    expect((await first.call('GET', '/v1/me')).problem.code).toBe('device_revoked');
  });

  it('are not passed by two that sign in at once, nor by one choice that is shown twice', async () => {
    await using cloud = await startCloud({ plan: 'premium' });
    const first = await cloud.signUp();
    await first.ok('DELETE', `/v1/devices/${first.session.deviceId}`);
    const both = await Promise.all([signIn(cloud, { device: called('One') }), signIn(cloud, { device: called('Two') })]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    const [inside, outside] = both[0].status === 200 ? both : [both[1], both[0]];
    const there = new TestDevice(cloud.url, inside.body as Session);
    const chosen = await Promise.all(['A', 'B', 'C'].map((name) => choose(cloud, choiceOf(outside), there.session.deviceId, name)));
    expect(chosen.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
  });

  it('count a device once that signs in again, also when the cloud was not told that it signed out', async () => {
    await using cloud = await startCloud({ plan: 'premium' });
    const first = await cloud.signUp();
    const again = await signIn(cloud, { replaces: first.session.deviceId });
    expect(again.status).toBe(200);
    const second = new TestDevice(cloud.url, again.body as Session);
    expect((await listed(second)).map(({ id }) => id)).toEqual([second.session.deviceId]);
    expect((await first.refresh()).problem.code, 'nobody signed it out from afar').toBe('session_expired');
    const bob = await cloud.signUp('bob@example.com');
    expect((await signIn(cloud, { replaces: bob.session.deviceId })).problem.code, 'of another account').toBe('device_limit');
    expect((await bob.call('GET', '/v1/me')).status).toBe(200);
  });
});
