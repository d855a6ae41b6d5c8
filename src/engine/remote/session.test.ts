import { beforeEach, describe, expect, it } from 'vitest';
import { type ErrorData, type Session, TidemarkError } from '../../contract/index.ts';
import type { Clock } from '../environment.ts';
import { FakeClock, FakeCloud, FakeLog, FakeSecrets, SeededRandom } from '../fakes/index.ts';
import type { CloudApi } from './api.ts';
import { REFRESH_TOKEN_SECRET, SessionKeeper } from './session.ts';

let clock: FakeClock;
let cloud: FakeCloud;
let api: CloudApi;
let secrets: FakeSecrets;
let log: FakeLog;
let ended: ErrorData[];
let signedIn: Session;
let refreshes: number;

const keeper = (): SessionKeeper =>
  new SessionKeeper({ cloud: api, environment: { secrets, clock, log }, onEnded: (reason) => void ended.push(reason) });

beforeEach(async () => {
  clock = new FakeClock();
  cloud = new FakeCloud({ clock, random: new SeededRandom(5) });
  api = cloud.api();
  secrets = new FakeSecrets();
  log = new FakeLog();
  ended = [];
  refreshes = 0;
  signedIn = await api.signUp({
    email: 'a@example.org',
    password: 'correct horse',
    device: { name: 'laptop', platform: 'linux', appVersion: '1' },
  });
  secrets.values.set(REFRESH_TOKEN_SECRET, signedIn.refreshToken);
  cloud.fault = ({ method, phase }) => {
    if (method === 'refresh' && phase === 'before') refreshes += 1;
  };
});

describe('a session', () => {
  it('refreshes once for all who ask at the same time and keeps the new token', async () => {
    const session = keeper();
    const tokens = await Promise.all([session.accessToken(), session.accessToken(), session.accessToken()]);
    expect(new Set(tokens).size).toBe(1);
    expect(refreshes).toBe(1);
    expect(secrets.values.get(REFRESH_TOKEN_SECRET)).not.toBe(signedIn.refreshToken);
    await keeper().accessToken();
    expect(ended).toEqual([]);
  });

  it('renews before the token ends, and at once after a refusal', async () => {
    const session = keeper();
    await session.adopt(signedIn);
    expect(await session.accessToken()).toBe(signedIn.accessToken);
    await clock.advance(13 * 60_000);
    expect(await session.accessToken()).toBe(signedIn.accessToken);
    await clock.advance(61_000);
    const second = await session.accessToken();
    expect(second).not.toBe(signedIn.accessToken);
    session.refused(signedIn.accessToken); // an old one: says nothing about the present one
    expect(await session.accessToken()).toBe(second);
    session.refused(second);
    expect(await session.accessToken()).not.toBe(second);
  });

  it.each([
    ['ahead', 86_400_000],
    ['behind', -86_400_000],
  ])('renews in time with a clock that is a day %s, and tells how far off it is', async (_, offMs) => {
    const told: number[] = [];
    // The cloud has a clock of its own.
    const machine: Clock = {
      now: () => clock.now() + offMs,
      monotonic: () => clock.monotonic(),
      sleep: (ms, signal) => clock.sleep(ms, signal),
      timer: (ms, callback) => clock.timer(ms, callback),
    };
    const session = new SessionKeeper({
      cloud: api,
      environment: { secrets, clock: machine, log },
      onEnded: (reason) => void ended.push(reason),
      onClock: (aheadMs) => void told.push(aheadMs),
    });
    await session.adopt(signedIn);
    await clock.advance(13 * 60_000);
    expect(await session.accessToken()).toBe(signedIn.accessToken);
    await clock.advance(61_000);
    expect(await session.accessToken(), 'before the cloud refuses it').not.toBe(signedIn.accessToken);
    expect(refreshes).toBe(1);
    expect(told).toEqual([offMs, offMs]);
    expect(ended).toEqual([]);
  });

  it('does not refresh for ever when the clock of this machine is far ahead', async () => {
    clock.setWallClock(clock.now() + 86_400_000);
    const session = keeper();
    await session.adopt({ ...signedIn });
    for (let n = 0; n < 5; n += 1) await session.accessToken();
    expect(refreshes).toBe(0);
  });

  it('survives a lost reply, twice in a row', async () => {
    const session = keeper();
    let lost = 2;
    cloud.fault = ({ method, phase }) => {
      if (method !== 'refresh' || phase !== 'after' || lost === 0) return;
      lost -= 1;
      throw new TidemarkError('cloud_unreachable');
    };
    await expect(session.accessToken()).rejects.toMatchObject({ code: 'cloud_unreachable' });
    await expect(session.accessToken()).rejects.toMatchObject({ code: 'cloud_unreachable' });
    await session.accessToken();
    expect(ended).toEqual([]);
  });

  it('ends once when the device is signed out from afar, and forgets the secret', async () => {
    const session = keeper();
    await session.adopt(signedIn);
    const drive = api.authorized(session);
    const other = await api.signIn({
      method: 'password',
      email: 'a@example.org',
      password: 'correct horse',
      device: { name: 'desktop', platform: 'linux', appVersion: '1' },
    });
    const afar = api.authorized({ accessToken: () => Promise.resolve(other.accessToken), refused: () => undefined });
    await afar.revokeDevice(signedIn.deviceId);
    const outcomes = await Promise.allSettled([drive.quota(), drive.devices(), drive.me()]);
    for (const outcome of outcomes) expect(outcome).toMatchObject({ reason: { code: 'device_revoked' } });
    await expect(session.accessToken()).rejects.toMatchObject({ code: 'device_revoked' });
    expect(ended).toEqual([{ code: 'device_revoked', params: { device: 'desktop' } }]);
    expect(secrets.values.size).toBe(0);
  });

  it('works on while the key ring is locked, and writes the token when it opens', async () => {
    const session = keeper();
    await session.accessToken();
    secrets.locked = true;
    session.refused(await session.accessToken());
    const token = await session.accessToken();
    expect(log.lines.map((line) => line.level)).toEqual(['warn']);
    secrets.locked = false;
    session.refused(token);
    await session.accessToken();
    expect(secrets.values.get(REFRESH_TOKEN_SECRET)).toBe(await session.refreshToken());
    expect(ended).toEqual([]);
  });

  it('is kept by a restart after the key ring was locked through many renewals', async () => {
    const session = keeper();
    await session.accessToken();
    secrets.locked = true;
    for (let n = 0; n < 4; n += 1) {
      session.refused(await session.accessToken());
      await clock.advance(15 * 60_000);
    }
    secrets.locked = false;
    const next = keeper();
    await next.accessToken();
    expect(ended).toEqual([]);
    await clock.advance(15 * 60_000);
    await next.accessToken();
    expect(ended).toEqual([]);
  });

  it('has nothing to do with what is still on its way to the one before', async () => {
    const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let asked = 0;
    const { refresh } = api;
    api = {
      ...api,
      refresh: async (token) => {
        const answer = await refresh(token).then(
          (value) => () => value,
          (error: unknown) => () => {
            throw error;
          },
        );
        await gates[asked++]?.promise;
        return answer();
      },
    };
    const late = keeper();
    const renewing = late.accessToken().catch((error: unknown) => error);
    await clock.advance(0);
    await late.forget();
    const other = await api.signUp({
      email: 'b@example.org',
      password: 'correct horse',
      device: { name: 'laptop', platform: 'linux', appVersion: '1' },
    });
    await late.adopt(other);
    const mine = late.accessToken();
    gates[0]?.resolve();
    expect(await renewing).toMatchObject({ code: 'not_signed_in' });
    expect([await mine, await late.accessToken()]).toEqual([other.accessToken, other.accessToken]);
    expect(await late.refreshToken()).toBe(other.refreshToken);
    expect(secrets.values.get(REFRESH_TOKEN_SECRET)).toBe(other.refreshToken);
    // The same for a refusal: it is about the one before.
    late.refused(other.accessToken);
    await cloud.api().revoke(other.refreshToken);
    const refused = late.accessToken().catch((error: unknown) => error);
    await clock.advance(0);
    await late.forget();
    const third = await cloud.api().signIn({
      method: 'password',
      email: 'b@example.org',
      password: 'correct horse',
      device: { name: 'laptop', platform: 'linux', appVersion: '1' },
    });
    await late.adopt(third);
    gates[1]?.resolve();
    await refused;
    expect(ended).toEqual([]);
    expect(await late.accessToken()).toBe(third.accessToken);
    expect(secrets.values.get(REFRESH_TOKEN_SECRET)).toBe(third.refreshToken);
  });

  it('leaves a waiting caller at once when aborted, without harm to the others', async () => {
    const gate = Promise.withResolvers<void>();
    const slow = new FakeCloud({ clock, random: new SeededRandom(5), yieldPoint: () => gate.promise });
    api = {
      ...api,
      refresh: async (token) => {
        await slow.request({ method: 'refresh', deviceId: null }, () => undefined);
        return cloud.api().refresh(token);
      },
    };
    const session = keeper();
    const controller = new AbortController();
    const impatient = session.accessToken(controller.signal);
    const patient = session.accessToken();
    controller.abort();
    await expect(impatient).rejects.toMatchObject({ code: 'aborted' });
    gate.resolve();
    expect(await patient).toMatch(/^[0-9a-f]{64}$/);
  });

  it('is nobody without a secret', async () => {
    secrets.values.clear();
    await expect(keeper().accessToken()).rejects.toMatchObject({ code: 'not_signed_in' });
    expect(ended).toEqual([]);
  });
});
