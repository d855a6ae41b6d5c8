import { mkdir, readdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dayMs, minuteMs } from '../../base/index.ts';
import type { ResultOf } from '../../contract/index.ts';
import { type Device, has, someBytes, until, World, worldOf } from './support/index.ts';
import { pause } from './support/rounds.ts';

const status = (device: Device): Promise<ResultOf<'status.snapshot'>> => device.call('status.snapshot', {});
const listed = async (by: Device): Promise<ResultOf<'devices.list'>['devices']> => (await by.call('devices.list', {})).devices;
const named = async (by: Device, name: string) => (await listed(by)).find((one) => one.name === name);
const idOf = async (by: Device, name: string): Promise<string> => (await named(by, name))?.id ?? '';

describe.concurrent('Devices: signed out from afar', () => {
  it('stops within five seconds, keeps its files, says why and by which one; signing in again sends nothing anew', async () => {
    await using world = await World.open();
    const laptop = await world.device('laptop', { live: true });
    const desktop = await world.device('desktop', { live: true });
    await laptop.write('big.bin', someBytes(3_000_000, 5));
    await laptop.write('in/report.docx', 'report');
    await laptop.sync();
    await until('the desktop has it', has(desktop, 'in/report.docx', 'report'));
    await desktop.sync();
    const started = performance.now();
    await laptop.call('devices.signOut', { id: await idOf(laptop, 'desktop') });
    await until('the desktop knows', async () => (await status(desktop)).state === 'error', 5000);
    expect(performance.now() - started).toBeLessThan(5000);
    expect((await status(desktop)).reason).toMatchObject({ code: 'device_revoked', params: { device: 'laptop' } });
    expect(await desktop.read('in/report.docx')).toBe('report');
    await expect(desktop.sync()).rejects.toMatchObject({ code: 'device_revoked', params: { device: 'laptop' } });
    await laptop.write('later.txt', 'later');
    await desktop.write('mine.txt', 'mine');
    await laptop.sync();
    await pause(500);
    expect(await desktop.exists('later.txt'), 'nothing comes to it any more').toBe(false);
    expect((await listed(laptop)).map(({ name }) => name)).toEqual(['laptop']);

    const cost = await desktop.traffic.cost(async () => {
      await desktop.signIn();
      await desktop.sync();
    });
    expect(cost.upBytes, 'only what is new').toBe('mine'.length);
    expect(cost.downBytes).toBe('later'.length);
    await world.settle();
    const tree = await world.expectSame();
    expect(Object.keys(tree)).toEqual(expect.arrayContaining(['big.bin', 'later.txt', 'mine.txt']));
    expect((await listed(laptop)).map(({ name }) => name).sort()).toEqual(['desktop', 'laptop']);
  });
});

describe.concurrent('Devices: how far each is', () => {
  it('is told to the others soon, with where it is, and nothing is asked for it at rest', async () => {
    await using world = await World.open();
    const laptop = await world.device('laptop', { live: true });
    const desktop = await world.device('desktop', { live: true });
    const sync = async () => (await named(desktop, 'laptop'))?.sync;
    await until('all is well', async () => (await sync())?.state === 'up_to_date', 12_000);
    expect(await named(desktop, 'laptop')).toMatchObject({ place: { from: 'this_machine', network: null } });
    await laptop.call('sync.pause', { until: null });
    await until('it is paused', async () => (await sync())?.state === 'paused', 12_000);
    await laptop.call('sync.resume', {});
    await until('it goes on', async () => (await sync())?.state === 'up_to_date', 12_000);
    const cost = await world.cost(() => pause(8000));
    expect(cost.entries).toEqual([]);
    const asked = Object.values(cost.calls).reduce((sum, times) => sum + times, 0);
    expect(asked, JSON.stringify(cost.calls)).toBeLessThanOrEqual(2 * world.devices.length);
  });

  it('is told by an engine that ends at once, too', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const [laptop, desktop] = opened.devices;
    await laptop.write('a.txt', 'a');
    await laptop.sync();
    await laptop.call('devices.tell', {});
    expect((await named(desktop, 'laptop'))?.sync).toMatchObject({ state: 'up_to_date', waiting: 0, issues: 0 });
  });
});

describe.concurrent('Devices: the plan takes no more', () => {
  it('one is chosen, and signed out as the new one signs in, without another proof', async () => {
    await using world = await World.open({ cloud: { plan: 'premium' } });
    const old = await world.device('old laptop', { live: true });
    await old.write('a.txt', 'a');
    await old.sync();
    const fresh = world.newDevice('new laptop');
    await fresh.start();
    expect(await fresh.call('account.choices', {})).toBeNull();
    await expect(fresh.signIn()).rejects.toMatchObject({ code: 'device_limit', params: { limit: 1 } });
    await fresh.restart();
    const choices = await fresh.call('account.choices', {});
    expect(choices).toMatchObject({ server: world.cloud.url, limit: 1, devices: [{ name: 'old laptop' }] });
    expect(JSON.stringify(choices), 'what can sign in stays in the secret store').not.toContain('tmc_');
    expect(await readFile(join(fresh.profile, 'state.db'), 'latin1')).not.toContain('tmc_');
    const signOutDevice = choices?.devices[0]?.id ?? '';
    await fresh.call('account.signIn', { server: world.cloud.url, signOutDevice, deviceName: 'new laptop' });
    await until('the old one knows', async () => (await status(old)).state === 'error', 5000);
    expect((await status(old)).reason).toMatchObject({ code: 'device_revoked', params: { device: 'new laptop' } });
    expect(await old.read('a.txt')).toBe('a');
    expect(await fresh.call('account.choices', {}), 'once').toBeNull();
    await fresh.addFolder();
    await fresh.sync();
    expect(await fresh.read('a.txt')).toBe('a');
    await fresh.call('account.signOut', {});
    await expect(fresh.call('account.signIn', { server: world.cloud.url, signOutDevice, deviceName: 'x' })).rejects.toMatchObject({
      code: 'choice_over',
    });
  });

  it('a device that signed out while the cloud was away is not counted twice', async () => {
    await using world = await World.open({ cloud: { plan: 'premium' } });
    const laptop = await world.device('laptop');
    await world.cloud.stop();
    expect(await laptop.call('account.signOut', {})).toMatchObject({ told: false });
    await world.cloud.start();
    await laptop.signIn();
    expect(await listed(laptop)).toHaveLength(1);
  });
});

describe.concurrent('Devices: signing out', () => {
  it('while the cloud is away ends here at once; the cloud is told at the next start', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    await laptop.write('a.txt', 'a');
    await world.settle();
    await world.cloud.stop();
    const { told, deviceId } = await laptop.call('account.signOut', {});
    expect(told).toBe(false);
    expect((await laptop.call('account.signOut', {})).told, 'once more').toBe(false);
    expect((await status(laptop)).reason).toMatchObject({ code: 'not_signed_in' });
    await expect(laptop.sync()).rejects.toMatchObject({ code: 'not_signed_in' });
    await laptop.stop();
    expect(await readFile(join(laptop.profile, 'state.db'), 'latin1'), 'no token in a plain file').not.toContain('tmr_');
    await world.cloud.start();
    expect((await listed(desktop)).map(({ id }) => id)).toContain(deviceId);
    await laptop.start();
    await until('the cloud has heard of it', async () => !(await listed(desktop)).some(({ id }) => id === deviceId));
    expect(await laptop.call('account.signOut', {}), 'once more').toEqual({ told: true, deviceId });
    expect(await laptop.read('a.txt')).toBe('a');
    await until('nothing is kept of it', async () => !(await readFile(join(laptop.profile, 'secrets.json'), 'utf8')).includes('tmr_'));
  });
});

describe.concurrent('Devices: a clock that is a day off', () => {
  it.each([
    ['ahead', dayMs],
    ['behind', -dayMs],
  ])('%s: everything works, and the person is told', async (_, skewMs) => {
    await using world = await World.open();
    const laptop = await world.device('laptop');
    const wrong = world.newDevice('wrong');
    wrong.skewMs = skewMs;
    await wrong.start();
    await wrong.signIn();
    await wrong.addFolder();
    await laptop.write('a.txt', 'a');
    await laptop.sync();
    await wrong.sync();
    expect(await wrong.read('a.txt')).toBe('a');
    expect((await status(wrong)).clockAheadMs).toBe(skewMs);
    expect((await status(laptop)).clockAheadMs).toBeNull();
    // Over the end of an access token, and over a restart.
    world.cloud.skewMs = 20 * minuteMs;
    await wrong.write('b.txt', 'b');
    await wrong.sync();
    await wrong.restart();
    await wrong.sync();
    await laptop.sync();
    expect(await laptop.read('b.txt')).toBe('b');
    expect((await status(wrong)).state).toBe('up_to_date');
    wrong.skewMs = 0;
    world.cloud.skewMs = 0;
    await wrong.restart();
    await wrong.sync();
    expect((await status(wrong)).clockAheadMs, 'set right').toBeNull();
  });
});

describe('Devices: a new one', () => {
  it('gets what was written last first, also where it lies deep, and large files among the others', async () => {
    await using world = await World.open();
    const laptop = await world.device('laptop');
    // Old ones near the top, in folders that sort first; the newest deep, in folders that sort last.
    const old = Array.from({ length: 600 }, (_, index) => `${index % 3 === 0 ? '' : `a${index % 20}/`}old ${index}.txt`);
    const recent = Array.from({ length: 20 }, (_, index) => `z/y/x/w${index % 5}/recent ${index}.txt`);
    for (const [index, path] of [...old, ...recent].entries()) {
      await laptop.write(path, someBytes(20_000, index));
      await laptop.touch(path, new Date(Date.UTC(2020, 0, 1) + index * 1000));
    }
    await laptop.write('z/film.bin', someBytes(9_000_000, 9));
    await laptop.touch('z/film.bin', new Date(Date.UTC(2025, 0, 1)));
    await laptop.write('a0/archive.bin', someBytes(9_000_000, 10));
    await laptop.touch('a0/archive.bin', new Date(Date.UTC(2010, 0, 1)));
    await laptop.sync(60_000);
    const byHash = new Map(
      [...(await laptop.cloudNodes())].flatMap(([path, node]) => (node.kind === 'file' ? [[node.hash, { path, node }] as const] : [])),
    );
    const asked: string[] = [];
    const fresh = await world.device('fresh', {
      before: (device) => {
        device.traffic.before = (call, [hashes]) => {
          if (call === 'fetch') asked.push(...(hashes as readonly string[]));
        };
        return Promise.resolve();
      },
    });
    // Blocks of large files are asked for in between.
    const small = asked.flatMap((hash) => byHash.get(hash) ?? []);
    expect(small).toHaveLength(620);
    expect(
      small.slice(0, 20).every(({ path }) => path.includes('recent')),
      small
        .slice(0, 30)
        .map(({ path }) => path)
        .join(),
    ).toBe(true);
    const times = small.map(({ node }) => node.mtimeMs);
    expect(times).toEqual([...times].sort((one, other) => other - one));
    const came = (await fresh.call('activity.list', { limit: 1000, kinds: ['downloaded'] })).rows.map(({ path }) => path).reverse();
    expect(came.indexOf('z/film.bin'), 'the newer of two large ones').toBeLessThan(came.indexOf('a0/archive.bin'));
    await world.settle();
  }, 120_000);
});

describe.concurrent('Devices: before one is left', () => {
  const summary = async (device: Device) => {
    const { items, counts, unseen } = await device.call('account.unsent', {});
    return { items: items.map(({ path, why }) => `${why} ${path}`).sort(), upload: counts.upload, unseen };
  };

  it('all that the cloud does not have is listed, by why, while online, paused, cut off and signed out', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop] = opened.devices;
    await laptop.write('sent.txt', 'sent');
    await laptop.write('deep/touched.txt', 'touched');
    await laptop.write('.tidemarkignore', '*.log\n');
    await laptop.sync();
    expect(await summary(laptop)).toEqual({ items: [], upload: { files: 0, bytes: 0 }, unseen: [] });
    // A folder that is marked has everything looked at.
    await laptop.call('sync.pause', { until: null });
    await laptop.write('new.txt', 'new one');
    await laptop.write('deep/er/new.txt', 'new too');
    await laptop.append('sent.txt', ', and more');
    await laptop.touch('deep/touched.txt');
    await laptop.write('noise.log', 'noise');
    await laptop.write('~$lock.docx', 'junk');
    await symlink('sent.txt', laptop.path('link'));
    await mkdir(laptop.path('private'));
    await laptop.call('folder.add', { path: laptop.path('private'), localOnly: true });
    await laptop.write('private/diary.txt', 'dear diary');
    const expected = {
      items: ['ignored noise.log', 'local_only private/diary.txt', 'upload deep/er/new.txt', 'upload new.txt', 'upload sent.txt'],
      upload: { files: 3, bytes: 'new one'.length + 'new too'.length + 'sent, and more'.length },
      unseen: [],
    };
    expect(await summary(laptop), 'paused').toEqual(expected);
    await world.cloud.stop();
    await laptop.stop();
    await laptop.withoutSync(async () => expect(await summary(laptop), 'cut off').toEqual(expected));
    await laptop.start();
    await laptop.call('account.signOut', {});
    expect(await summary(laptop), 'signed out').toEqual(expected);
    await world.cloud.start();
    await laptop.signIn();
    await laptop.call('sync.resume', {});
    await laptop.syncOnceFree();
    expect((await summary(laptop)).items).toEqual(['ignored noise.log', 'local_only private/diary.txt']);
  });

  it('a folder that is away is named, and nothing in it is taken for sent', async () => {
    await using opened = await worldOf('laptop');
    const [laptop] = opened.devices;
    await laptop.write('a.txt', 'a');
    await laptop.sync();
    await laptop.stop();
    await laptop.start();
    await rename(laptop.folder, `${laptop.folder}-away`);
    const { items, unseen } = await laptop.call('account.unsent', {});
    expect({ items, unseen }).toEqual({ items: [], unseen: [laptop.folder] });
    await rename(`${laptop.folder}-away`, laptop.folder);
  });

  it('copies go elsewhere: exactly those, each checked, and nothing there is replaced', async () => {
    await using opened = await worldOf('laptop');
    const { world } = opened;
    const [laptop] = opened.devices;
    await laptop.write('sent.txt', 'sent');
    await laptop.sync();
    await laptop.call('sync.pause', { until: null });
    const big = someBytes(9_000_000, 3);
    await laptop.write('new.txt', 'new one');
    await laptop.write('deep/er/new.txt', 'new too');
    await laptop.write('film.bin', big);
    await laptop.write('empty', '');
    await mkdir(laptop.path('private'));
    await laptop.call('folder.add', { path: laptop.path('private'), localOnly: true });
    await laptop.write('private/diary.txt', 'dear diary');
    const to = join(world.dir, 'stick', 'copies');
    await mkdir(join(to, 'deep', 'er'), { recursive: true });
    await writeFile(join(to, 'new.txt'), 'of somebody else');
    await writeFile(join(to, 'deep', 'er', 'new.txt'), 'new too');
    const first = await laptop.call('account.copyUnsent', { to });
    expect(first).toEqual({ files: 4, bytes: 7 + 7 + 9_000_000, there: 1, failed: [] });
    expect((await readdir(to, { recursive: true })).sort()).toEqual(
      ['deep', 'deep/er', 'deep/er/new.txt', 'empty', 'film.bin', 'new (2).txt', 'new.txt'].sort(),
    );
    expect(await readFile(join(to, 'new.txt'), 'utf8')).toBe('of somebody else');
    expect(await readFile(join(to, 'new (2).txt'), 'utf8')).toBe('new one');
    expect((await readFile(join(to, 'film.bin'))).equals(big)).toBe(true);
    expect(await laptop.call('account.copyUnsent', { to, localOnly: true }), 'again').toMatchObject({ files: 5, there: 4, failed: [] });
    expect(await readFile(join(to, 'private', 'diary.txt'), 'utf8')).toBe('dear diary');
    await symlink(laptop.folder, join(world.dir, 'same'));
    for (const own of [laptop.folder, join(laptop.folder, 'x', 'y'), join(world.dir, 'same', 'x', 'y'), laptop.profile])
      await expect(laptop.call('account.copyUnsent', { to: own })).rejects.toMatchObject({ code: 'folder_nested' });
    expect(await readdir(laptop.folder), 'none is made for what is refused').not.toContain('x');
  });
});
