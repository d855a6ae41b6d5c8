import { beforeEach, describe, expect, it } from 'vitest';
import { type SettingKey, type SettingValue, TidemarkError } from '../../contract/index.ts';
import type { DriveApi } from '../remote/index.ts';
import { TestSync } from '../testing/test-sync.ts';
import { AccountSettingsSync } from './account-settings.ts';

let sync: TestSync;
let drive: DriveApi;
/** The account's other device. */
let other: DriveApi;
/** Runs once the cloud has answered, before the answer is heard. */
let onTheWay: () => void;
let settings: AccountSettingsSync;
beforeEach(async () => {
  sync = new TestSync();
  drive = await sync.connect('desk');
  other = await sync.connect('laptop');
  onTheWay = () => undefined;
  const heard = async <T>(answer: Promise<T>): Promise<T> => {
    const heardOf = await answer;
    onTheWay();
    return heardOf;
  };
  settings = new AccountSettingsSync(
    sync.context({ ...drive, settings: () => heard(drive.settings()), changeSettings: (values) => heard(drive.changeSettings(values)) }),
  );
});
const set = <K extends SettingKey>(key: K, to: SettingValue<K>): void =>
  sync.store.transaction((write) => {
    write.setSetting(key, to);
  });
const read = async (maySend = true): Promise<void> => settings.sync((await drive.settings()).version, maySend);
const cloud = async (): Promise<unknown> => (await drive.settings()).values;

describe('the first time', () => {
  it('what the account has holds, and what only the device has goes up', async () => {
    await other.changeSettings({ theme: 'dark' });
    set('theme', 'light');
    set('trash.keepDays', 60);
    await read();
    expect(sync.store.setting('theme')).toBe('dark');
    expect(await cloud()).toEqual({ theme: 'dark', 'trash.keepDays': 60 });
    expect(sync.told.lists).toContain('settings');
  });

  it('nothing is sent where nothing was ever set', async () => {
    await read();
    expect(await drive.settings()).toEqual({ version: null, values: {} });
  });
});

describe('afterwards', () => {
  beforeEach(async () => {
    set('theme', 'dark');
    set('language', 'en');
    await read();
  });

  it('only what changed is told, and of one key the later change holds', async () => {
    await other.changeSettings({ theme: 'light', 'trash.keepDays': 90 });
    set('language', 'zh-Hant');
    set('trash.keepDays', 60);
    await read();
    expect(await cloud()).toEqual({ theme: 'light', language: 'zh-Hant', 'trash.keepDays': 60 });
    expect([sync.store.setting('theme'), sync.store.setting('trash.keepDays')]).toEqual(['light', 60]);
    await other.changeSettings({ 'trash.keepDays': 45 });
    await read();
    expect(sync.store.setting('trash.keepDays')).toBe(45);
  });

  it('a setting put back to what it is at first is a change too', async () => {
    set('theme', 'system');
    await read();
    expect(await cloud()).toEqual({ theme: 'system', language: 'en' });
  });

  it('those of the machine stay', async () => {
    set('upload.limitKiBps', 10);
    set('ignore.rules', '*.tmp');
    await other.changeSettings({ 'upload.limitKiBps': 99, 'scan.intervalMinutes': 5 });
    await read();
    expect([sync.store.setting('upload.limitKiBps'), sync.store.setting('scan.intervalMinutes')]).toEqual([10, 60]);
    expect(await cloud()).not.toHaveProperty(['ignore.rules']);
  });

  it('what a person changes while the request is under way is kept, and told next', async () => {
    await other.changeSettings({ language: 'zh-Hans' });
    onTheWay = () => {
      onTheWay = () => undefined;
      set('language', 'zh-Hant');
      set('theme', 'light');
    };
    await read();
    expect([sync.store.setting('language'), sync.store.setting('theme')]).toEqual(['zh-Hant', 'light']);
    expect(await cloud()).toEqual({ theme: 'light', language: 'zh-Hant' });
  });

  it('a value that this version does not understand is left alone on both sides', async () => {
    await other.changeSettings({ theme: 'sepia', 'of.the.future': 7, 'trash.keepDays': 1 });
    await read();
    await read();
    expect([sync.store.setting('theme'), sync.store.setting('trash.keepDays')]).toEqual(['dark', 30]);
    expect(await cloud()).toEqual({ theme: 'sepia', language: 'en', 'of.the.future': 7, 'trash.keepDays': 1 });
  });

  it('paused, nothing is sent, and what others changed is taken over', async () => {
    set('language', 'zh-Hant');
    await other.changeSettings({ theme: 'light' });
    await read(false);
    expect([await cloud(), sync.store.setting('theme')]).toEqual([{ theme: 'light', language: 'en' }, 'light']);
    await read();
    expect(await cloud()).toEqual({ theme: 'light', language: 'zh-Hant' });
  });

  it('what fails is done the next time', async () => {
    set('theme', 'light');
    onTheWay = () => {
      throw new TidemarkError('cloud_unreachable', { server: 'x' });
    };
    await read();
    onTheWay = () => undefined;
    await read();
    expect(await cloud()).toEqual({ theme: 'light', language: 'en' });
  });
});
