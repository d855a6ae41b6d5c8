import { afterEach, beforeEach, expect, it } from 'vitest';
import { minuteMs, secondMs } from '../../base/index.ts';
import type { SettingKey } from '../../contract/index.ts';
import type { DriveApi } from '../remote/index.ts';
import { stopEngine } from '../testing/engine-with-folder.ts';
import { DEVICE, EMAIL, ROOT, TestSync } from '../testing/test-sync.ts';
import { TidemarkEngine } from './engine.ts';

let sync: TestSync;
let other: DriveApi;
let engine: TidemarkEngine;
const signIn = (email = EMAIL) =>
  engine.call('account.signIn', { server: sync.cloud.server, email, password: 'correct horse', deviceName: DEVICE });
beforeEach(async () => {
  sync = new TestSync();
  other = await sync.connect('Laptop');
  const { environment, store } = sync;
  engine = new TidemarkEngine({ environment, store, profile: '/profile', lockFolder: () => () => undefined });
  await engine.start();
  await signIn();
  await sync.clock.advance(secondMs);
});
afterEach(() => stopEngine(sync, engine));

const set = (key: SettingKey, value: string | number) => engine.call('settings.set', { key, value });
const here = (key: SettingKey): unknown => sync.store.setting(key);
const inCloud = async (): Promise<unknown> => (await other.settings()).values;

it('without any folder, what is set here goes to the account, and what is set elsewhere comes', async () => {
  await set('theme', 'dark');
  await sync.clock.advance(secondMs);
  expect(await inCloud()).toEqual({ theme: 'dark' });
  await other.changeSettings({ theme: 'light', language: 'zh-Hans' });
  await sync.clock.advance(minuteMs + secondMs);
  expect([here('theme'), here('language')]).toEqual(['light', 'zh-Hans']);
});

it('what no version of this program could have set is left where it is', async () => {
  await other.changeSettings({ theme: 'black hole', 'trash.keepDays': -5, language: 'zh-Hant', 'upload.limitKiBps': 7 });
  await sync.clock.advance(minuteMs + secondMs);
  expect([here('theme'), here('trash.keepDays'), here('language'), here('upload.limitKiBps')]).toEqual(['system', 30, 'zh-Hant', 0]);
});

it('a cloud that is away is asked again, and nothing is sent while paused', async () => {
  sync.cloud.fault = () => {
    throw new Error('away');
  };
  await set('theme', 'dark');
  await sync.clock.advance(minuteMs);
  sync.cloud.fault = () => undefined;
  await engine.call('sync.pause', { until: null });
  await sync.clock.advance(2 * minuteMs);
  expect(await inCloud()).toEqual({});
  await engine.call('sync.resume', {});
  await sync.clock.advance(secondMs);
  expect(await inCloud()).toEqual({ theme: 'dark' });
});

it('goes on when the folder is removed, and leaves it to the run while there is one', async () => {
  await engine.call('folder.add', { path: ROOT });
  await sync.clock.advance(minuteMs);
  let asked = 0;
  sync.cloud.fault = ({ method, phase }) => {
    if (method === 'settings' && phase === 'before') asked += 1;
  };
  await sync.clock.advance(5 * minuteMs);
  expect(asked).toBe(0);
  const removing = engine.call('folder.remove', { path: ROOT });
  await sync.clock.advance(secondMs);
  await removing;
  await other.changeSettings({ theme: 'dark' });
  await sync.clock.advance(minuteMs + secondMs);
  expect(here('theme')).toBe('dark');
});

it('what was asked for one account is nothing to the one that signs in after it', async () => {
  const device = { name: 'phone', platform: 'android', appVersion: '1' } as const;
  await sync.cloud.api().signUp({ email: 'b@example.org', password: 'correct horse', device });
  await other.changeSettings({ theme: 'dark' });
  const { drive } = engine.connection(sync.cloud.server);
  const gate = Promise.withResolvers<void>();
  const settings = drive.settings.bind(drive);
  let held = 0;
  drive.settings = async () => {
    const answer = await settings();
    held += 1;
    if (held > 1) await gate.promise;
    return answer;
  };
  await sync.clock.advance(minuteMs);
  expect(held).toBe(2);
  await engine.call('account.signOut', {});
  drive.settings = settings;
  await signIn('b@example.org');
  gate.resolve();
  await sync.clock.advance(2 * minuteMs);
  expect(here('theme')).toBe('system');
});
