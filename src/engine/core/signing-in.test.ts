import { beforeEach, expect, it } from 'vitest';
import { TidemarkError } from '../../contract/index.ts';
import { FakeCloud, SeededRandom } from '../fakes/index.ts';
import { REFRESH_TOKEN_SECRET } from '../remote/index.ts';
import { stopEngine } from '../testing/engine-with-folder.ts';
import { DEVICE, EMAIL, TestSync } from '../testing/test-sync.ts';
import { TidemarkEngine } from './engine.ts';

let sync: TestSync;
let engine: TidemarkEngine;
const signIn = () =>
  engine.call('account.signIn', { server: sync.cloud.server, email: EMAIL, password: 'correct horse', deviceName: DEVICE });

beforeEach(async () => {
  sync = new TestSync();
  await sync.connect('Laptop');
  const { environment, store } = sync;
  engine = new TidemarkEngine({ environment, store, profile: '/profile', lockFolder: () => () => undefined });
  await signIn();
});

it('a device that is signed in has to sign out first', async () => {
  await expect(signIn()).rejects.toMatchObject({ code: 'signed_in_already', params: { account: EMAIL } });
});

it('a device keeps its name when it signs in again, also one that another device gave it', async () => {
  const own = async () => (await engine.call('devices.list', {})).devices.find(({ current }) => current);
  const { id = '' } = (await own()) ?? {};
  await engine.requireDrive().renameDevice(id, 'Studio');
  expect(await own()).toMatchObject({ name: 'Studio' });
  expect((await engine.call('status.snapshot', {})).account).toMatchObject({ deviceName: 'Studio' });
  await engine.call('account.signOut', {});
  await engine.call('account.signIn', { server: sync.cloud.server, email: EMAIL, password: 'correct horse' });
  expect(await own()).toMatchObject({ name: 'Studio' });
});

it('a device whose token is gone from the key ring can simply sign in again', async () => {
  await sync.environment.secrets.delete(REFRESH_TOKEN_SECRET);
  expect(await signIn()).toMatchObject({ label: EMAIL });
});

/** A second cloud, with an account of its own; `heard` are the tokens that were revoked, by cloud. */
async function otherCloud() {
  const heard: { readonly at: 'first' | 'other'; readonly token: string }[] = [];
  const cloud = new FakeCloud({ clock: sync.clock, random: new SeededRandom(11), server: 'https://other.test' });
  const device = { name: 'phone', platform: 'android', appVersion: '1' } as const;
  const there = await cloud.api().signUp({ email: EMAIL, password: 'correct horse', device });
  const drive = cloud.api().authorized({ accessToken: () => Promise.resolve(there.accessToken), refused: () => undefined });
  const connect = (server: string) => {
    const at = server === cloud.server ? 'other' : 'first';
    const api = at === 'other' ? cloud.api() : sync.cloud.api();
    return {
      ...api,
      revoke: async (token: string) => {
        heard.push({ at, token });
        await api.revoke(token);
      },
    };
  };
  const devices = async () => (await drive.devices()).map(({ name }) => name).sort();
  return { cloud, heard, connect, devices };
}

it('killed while the token is being stored: at the next start the cloud that gave it is told, and no other', async () => {
  const { cloud, heard, connect, devices } = await otherCloud();
  await engine.call('account.signOut', {});
  const { secrets } = sync.environment;
  const killed = new Set<string>();
  const dying = {
    kind: secrets.kind,
    get: (name: string) => secrets.get(name),
    delete: (name: string) => secrets.delete(name),
    set: async (name: string, value: string) => {
      await secrets.set(name, value);
      if (name !== REFRESH_TOKEN_SECRET) return;
      killed.add(value);
      await new Promise(() => undefined);
    },
  };
  const { store } = sync;
  const parts = { store, profile: '/profile', lockFolder: () => () => undefined };
  const first = new TidemarkEngine({ ...parts, environment: { ...sync.environment, secrets: dying, connect } });
  void first.call('account.signIn', { server: cloud.server, email: EMAIL, password: 'correct horse', deviceName: DEVICE });
  await sync.clock.advance(100);
  expect(killed.size).toBe(1);
  expect(await devices()).toEqual([DEVICE, 'phone']);

  const next = new TidemarkEngine({ ...parts, environment: { ...sync.environment, connect } });
  await next.start();
  await sync.clock.advance(1000);
  expect(heard.filter(({ token }) => killed.has(token)).map(({ at }) => at)).toEqual(['other']);
  expect(await secrets.get(REFRESH_TOKEN_SECRET)).toBeNull();
  expect(await devices(), 'no device that nobody has').toEqual(['phone']);
});

it('a session of another account that is not taken is given back, also when the cloud is away just then', async () => {
  const { cloud, heard, connect, devices } = await otherCloud();
  await engine.call('folder.add', { path: '/home/sync' });
  await engine.call('account.signOut', {});
  const { store, environment } = sync;
  const next = new TidemarkEngine({
    environment: { ...environment, connect },
    store,
    profile: '/profile',
    lockFolder: () => () => undefined,
  });
  cloud.fault = ({ method }) => {
    if (method === 'revoke') throw new TidemarkError('cloud_unreachable');
  };
  const signIn = next.call('account.signIn', { server: cloud.server, email: EMAIL, password: 'correct horse', deviceName: DEVICE });
  await expect(signIn).rejects.toMatchObject({ code: 'wrong_account' });
  expect(await devices()).toEqual([DEVICE, 'phone']);
  cloud.fault = () => undefined;
  await sync.clock.advance(60_000);
  expect(heard.at(-1)).toMatchObject({ at: 'other' });
  expect(await devices()).toEqual(['phone']);
  expect(store.account()).toMatchObject({ server: sync.cloud.server });
});

it('what a sign-out could not put aside is put aside before somebody else signs in', async () => {
  const { cloud, heard, connect } = await otherCloud();
  const { store, environment } = sync;
  const { secrets } = environment;
  const left = (await secrets.get(REFRESH_TOKEN_SECRET)) ?? '';
  const account = engine.requireAccount();
  // Killed right after it was written down that this device is signed out.
  store.transaction((write) => write.setAccount({ ...account, signedOut: { code: 'not_signed_in', params: {} } }));
  const next = new TidemarkEngine({
    environment: { ...environment, connect },
    store,
    profile: '/profile',
    lockFolder: () => () => undefined,
  });
  await next.call('account.signIn', { server: cloud.server, email: EMAIL, password: 'correct horse', deviceName: DEVICE });
  await next.start();
  await sync.clock.advance(1000);
  expect(heard).toEqual([{ at: 'first', token: left }]);
});

it('the end of the session before does not end the one that was begun meanwhile', async () => {
  const { environment } = sync;
  const { session } = engine.connection(sync.cloud.server);
  await environment.secrets.delete(REFRESH_TOKEN_SECRET);
  const gate = Promise.withResolvers<void>();
  const api = sync.cloud.api();
  const signedIn = Promise.withResolvers<void>();
  sync.cloud.fault = ({ method, phase }) => {
    if (method === 'signIn' && phase === 'after') signedIn.resolve();
  };
  engine.connection(sync.cloud.server).api.signIn = async (body) => {
    const answer = await api.signIn(body);
    await gate.promise;
    return answer;
  };
  const signing = signIn();
  await signedIn.promise;
  // The device that it was is ended by the sign-in.
  session.refused(await session.accessToken());
  await expect(session.accessToken()).rejects.toMatchObject({ code: 'session_expired' });
  gate.resolve();
  await signing;
  await engine.exclusively(() => Promise.resolve());
  expect(engine.store.account()).toMatchObject({ signedOut: null });
});

it('a clock that is a day behind does not say that another code can be sent only tomorrow', async () => {
  const { environment, store, clock } = sync;
  const at = clock.now() + 86_400_000;
  const challenge = async () => ({ id: 'c'.repeat(32), issuedAt: at, expiresAt: at + 600_000, resendAt: at + 30_000, attemptsLeft: 5 });
  const connect = () => ({ ...sync.cloud.api(), challenge });
  const asking = new TidemarkEngine({
    environment: { ...environment, connect },
    store,
    profile: '/profile',
    lockFolder: () => () => undefined,
  });
  const to = { kind: 'email', email: EMAIL } as const;
  expect(await asking.call('account.sendCode', { server: sync.cloud.server, to, purpose: 'enter' })).toMatchObject({
    expiresAt: clock.now() + 600_000,
    resendAt: clock.now() + 30_000,
  });
});

it('a sign-out holds from the first moment on, also when the engine is killed before all was stopped', async () => {
  await engine.call('folder.add', { path: '/home/sync' });
  await engine.start();
  const { run } = engine;
  if (run === null) throw new Error('nothing runs');
  const stop = run.stop.bind(run);
  const gate = Promise.withResolvers<void>();
  run.stop = async () => {
    await gate.promise;
    await stop();
  };
  const leaving = engine.call('account.signOut', {});
  await sync.clock.advance(1000);
  expect(sync.store.account()).toMatchObject({ signedOut: { code: 'not_signed_in' } });
  gate.resolve();
  await sync.clock.advance(1000);
  await leaving;
});

it('a sign-out that cannot be written down leaves everything as it was', async () => {
  await engine.call('folder.add', { path: '/home/sync' });
  await engine.start();
  const { store } = sync;
  const { transaction } = store;
  store.transaction = () => {
    throw new TidemarkError('disk_full', { path: '/profile' });
  };
  const leaving = engine.call('account.signOut', {}).catch((error: unknown) => error);
  await sync.clock.advance(1000);
  store.transaction = transaction;
  expect(await leaving).toMatchObject({ code: 'disk_full' });
  expect(engine.run).not.toBeNull();
  expect(await sync.environment.secrets.get(REFRESH_TOKEN_SECRET)).not.toBeNull();
  await stopEngine(sync, engine);
});
