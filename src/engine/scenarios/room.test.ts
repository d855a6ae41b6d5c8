import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KiB, MiB } from '../../base/index.ts';
import { type CloudOptions, operateAccount } from '../../cloud/index.ts';
import { type Device, EMAIL, has, someBytes, until, World } from './support/index.ts';

const free = { id: 'free', storageBytes: 200_000, devices: null, pricePerYearUsd: 0 } as const;
const large = { ...free, id: 'large', storageBytes: 100 * MiB } as const;

/** Devices that live by themselves, as they do at people's homes: nobody asks them to sync. */
async function living(cloud: Partial<CloudOptions>): Promise<{ world: World; laptop: Device; desktop: Device } & AsyncDisposable> {
  const world = await World.open({ cloud });
  const laptop = await world.device('laptop', { live: true });
  const desktop = await world.device('desktop', { live: true });
  return { world, laptop, desktop, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}

const inCloud = async (device: Device, path: string): Promise<boolean> => (await device.cloudNodes()).has(path);
const waiting = async (device: Device) => (await device.call('status.snapshot', {})).waitingForRoom;

describe.concurrent('Room: a full account', () => {
  it('stops what does not fit, lets smaller files go and local work go on, and resumes when another device makes room', async () => {
    await using at = await living({ plans: [free] });
    const { laptop, desktop } = at;
    await laptop.write('first.bin', someBytes(150_000, 1));
    await until('the first is on the desktop', () => desktop.exists('first.bin'));
    await laptop.write('second.bin', someBytes(140_000, 2));
    await until('it is said that it waits', async () => (await waiting(laptop)) !== null);
    expect(await waiting(laptop)).toEqual({ files: 1, bytes: 140_000, neededBytes: 90_000 });
    const { state, reason } = await laptop.call('status.snapshot', {});
    expect({ state, reason }).toMatchObject({ state: 'error', reason: { code: 'quota_exceeded', params: { path: 'second.bin' } } });
    expect(await laptop.call('quota.show', {})).toMatchObject({
      usedBytes: 150_000,
      waiting: { files: 1, bytes: 140_000, neededBytes: 90_000 },
    });

    await laptop.write('small.txt', 'a small one that comes later');
    await until('it goes', has(desktop, 'small.txt', 'a small one that comes later'));
    await laptop.write('second.bin', someBytes(145_000, 3));
    await laptop.rename('first.bin', 'renamed.bin');
    await until('a move needs no room', () => desktop.exists('renamed.bin'));
    expect(await inCloud(desktop, 'second.bin')).toBe(false);

    await desktop.remove('renamed.bin');
    await until('it is deleted everywhere', async () => !(await laptop.exists('renamed.bin')));
    expect((await waiting(laptop))?.files, 'the trash still has the room').toBe(1);
    const { items } = await desktop.call('trash.list', {});
    expect(items).toMatchObject([{ path: 'renamed.bin', sizeBytes: 150_000 }]);
    expect(await desktop.call('trash.empty', {})).toEqual({ items: 1, freedBytes: 150_000 });
    await until('what waited is on the desktop', () => desktop.exists('second.bin'));
    expect((await desktop.bytes('second.bin')).equals(someBytes(145_000, 3))).toBe(true);
    await until('nothing waits any more', async () => (await waiting(laptop)) === null);
    expect(await laptop.issues()).toEqual([]);
    expect((await laptop.call('status.snapshot', {})).state).toBe('up_to_date');
  }, 90_000);

  it('resumes with a larger plan, without a word to the device', async () => {
    await using at = await living({ plans: [free, large] });
    const { laptop, desktop, world } = at;
    await laptop.write('taken.bin', someBytes(190_000, 11));
    await until('it is there', () => desktop.exists('taken.bin'));
    for (let index = 0; index < 5; index += 1) await laptop.write(`wait-${index}.bin`, someBytes(60_000, 20 + index));
    await until('all are said to wait', async () => (await waiting(laptop))?.files === 5);
    const { neededBytes } = (await waiting(laptop)) ?? { neededBytes: 0 };
    expect(neededBytes).toBe(5 * 60_000 - 10_000);
    await operateAccount({ dataDir: join(world.cloud.dir, 'data'), address: EMAIL, plan: 'large' });
    await until(
      'all are on the desktop',
      async () => (await desktop.tree())['wait-4.bin'] !== undefined && (await waiting(laptop)) === null,
      30_000,
    );
    for (let index = 0; index < 5; index += 1) await until('each', () => desktop.exists(`wait-${index}.bin`));
  }, 90_000);

  it('sends no byte of a large file that cannot fit', async () => {
    await using at = await living({ plans: [free] });
    const { laptop } = at;
    await laptop.write('film.bin', someBytes(20 * MiB, 31));
    const before = laptop.traffic.upBytes;
    await until('it waits', async () => (await waiting(laptop)) !== null, 60_000);
    expect(laptop.traffic.upBytes - before).toBe(0);
    expect(await waiting(laptop)).toEqual({ files: 1, bytes: 20 * MiB, neededBytes: 20 * MiB - 200_000 });
  }, 90_000);

  it('takes those that fit of several that wait, and tells what the rest needs', async () => {
    await using at = await living({ plans: [free] });
    const { laptop, desktop } = at;
    await laptop.write('old.bin', someBytes(195_000, 41));
    await until('it is there', () => desktop.exists('old.bin'));
    await laptop.write('a.bin', someBytes(180_000, 42));
    await laptop.write('b.bin', someBytes(150_000, 43));
    await until('both wait', async () => (await waiting(laptop))?.files === 2);
    await desktop.remove('old.bin');
    await until('it is gone', async () => (await desktop.call('trash.list', {})).items.length === 1);
    await desktop.call('trash.empty', {});
    await until('one goes', async () => (await waiting(laptop))?.files === 1);
    const gone = (await inCloud(desktop, 'a.bin')) ? 180_000 : 150_000;
    await until('it is said what the other needs', async () => (await waiting(laptop))?.neededBytes === 330_000 - 200_000);
    expect((await laptop.call('quota.show', {})).usedBytes).toBe(gone);
  }, 90_000);
});

describe.concurrent('Room: clearing', () => {
  it('deletes one of two equal files as any deletion: in the trash, on all devices, undone from the activity', async () => {
    await using at = await living({ plans: [{ ...large, id: 'free' }] });
    const { laptop, desktop } = at;
    const bytes = someBytes(50_000, 51);
    await laptop.write('one.bin', bytes);
    await laptop.write('copies/two.bin', bytes);
    await until('both are there', async () => (await desktop.exists('one.bin')) && desktop.exists('copies/two.bin'));
    const { rows } = await laptop.call('quota.duplicates', {});
    expect(rows).toMatchObject([{ count: 2, gainBytes: 50_000 }]);
    expect(rows[0]?.files.map(({ path }) => path).sort()).toEqual(['copies/two.bin', 'one.bin']);
    expect(await laptop.call('duplicates.delete', { paths: ['copies/two.bin'] })).toEqual({
      deleted: [{ path: 'copies/two.bin', sizeBytes: 50_000 }],
      kept: [],
    });
    await until('it is gone everywhere', async () => !(await laptop.exists('copies/two.bin')) && !(await desktop.exists('copies/two.bin')));
    expect(await laptop.call('duplicates.delete', { paths: ['one.bin'] })).toMatchObject({
      deleted: [],
      kept: [{ path: 'one.bin', reason: { code: 'last_copy' } }],
    });
    expect((await laptop.call('trash.list', {})).items).toMatchObject([{ path: 'copies/two.bin', sizeBytes: 50_000 }]);
    const line = (await laptop.call('activity.list', {})).rows.find(({ kind }) => kind === 'deleted_here');
    expect(line).toMatchObject({ path: 'copies/two.bin', undo: { state: 'possible' } });
    expect(await laptop.call('activity.undo', { ids: [line?.id ?? 0] })).toMatchObject({ results: [{ outcome: 'undone' }] });
    await until('it is back everywhere', () => desktop.exists('copies/two.bin'));
    expect((await desktop.bytes('copies/two.bin')).equals(bytes)).toBe(true);
  }, 90_000);
});

describe.concurrent('Room: the speed cap of a plan', () => {
  it('is kept to and told with its number, both ways; what comes is whole', async () => {
    const cap = 400 * KiB;
    await using at = await living({ plans: [{ ...large, id: 'free', uploadBytesPerSecond: cap, downloadBytesPerSecond: cap }] });
    const { laptop, desktop } = at;
    expect(await laptop.call('status.snapshot', {})).toMatchObject({
      uploadLimit: { bytesPerSecond: cap, by: 'plan' },
      downloadLimit: { bytesPerSecond: cap, by: 'plan' },
    });
    const bytes = someBytes(2_000_000, 61);
    const start = performance.now();
    await laptop.write('film.bin', bytes);
    await until('it is on the desktop', () => desktop.exists('film.bin'), 60_000);
    // Two megabytes up and down, of which a second's worth was saved up each way.
    expect(performance.now() - start).toBeGreaterThan(6000);
    expect((await desktop.bytes('film.bin')).equals(bytes)).toBe(true);
    await laptop.call('settings.set', { key: 'upload.limitKiBps', value: 100 });
    expect((await laptop.call('status.snapshot', {})).uploadLimit).toEqual({ bytesPerSecond: 100 * KiB, by: 'settings' });
  }, 120_000);
});
