import { describe, expect, it } from 'vitest';
import type { SettingKey } from '../../contract/index.ts';
import { type Device, until, World } from './support/index.ts';

const value = async (device: Device, key: SettingKey): Promise<unknown> =>
  (await device.call('settings.list', {})).settings.find((row) => row.key === key)?.value;
const set = (device: Device, key: SettingKey, to: string | number): Promise<unknown> => device.call('settings.set', { key, value: to });

describe.concurrent('Settings that follow the account', () => {
  it('change on the other device within moments; those of the machine stay', async () => {
    await using world = await World.open();
    const laptop = await world.device('laptop', { live: true });
    const desktop = await world.device('desktop', { live: true });
    await set(laptop, 'theme', 'dark');
    await set(laptop, 'upload.limitKiBps', 100);
    await until('the theme follows', async () => (await value(desktop, 'theme')) === 'dark');
    expect(await value(desktop, 'upload.limitKiBps')).toBe(0);
    await set(desktop, 'theme', 'system');
    await until('also back to what it is at first', async () => (await value(laptop, 'theme')) === 'system');
  });

  it('changed on two devices while the cloud was away: both are merged by key, and come to the same', async () => {
    await using world = await World.open();
    const { cloud } = world;
    const laptop = await world.device('laptop', { live: true });
    const desktop = await world.device('desktop', { live: true });
    await cloud.stop();
    await set(laptop, 'trash.keepDays', 90);
    await set(desktop, 'trash.keepDays', 120);
    await set(laptop, 'language', 'zh-Hans');
    await set(desktop, 'theme', 'light');
    await cloud.start();
    for (const device of [laptop, desktop]) await device.call('sync.now', {});
    await until('the same on both', async () => {
      const [one, other] = await Promise.all([laptop, desktop].map((device) => device.call('settings.list', {})));
      return JSON.stringify(one) === JSON.stringify(other) && (await value(laptop, 'theme')) === 'light';
    });
    expect(await value(desktop, 'language')).toBe('zh-Hans');
    expect([90, 120]).toContain(await value(desktop, 'trash.keepDays'));
  });
});
