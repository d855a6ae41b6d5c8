import { rm, symlink } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { type Device, worldOf } from './support/index.ts';

const inCloud = async (device: Device): Promise<readonly string[]> =>
  [...(await device.cloudNodes()).keys()].filter((path) => !path.endsWith('/')).sort();

const kept = async (device: Device): Promise<unknown> =>
  (await device.call('selection.list', {})).folders.map(({ path, items, state }) => ({ path, items, state }));

const texts = async (device: Device, paths: readonly string[]): Promise<void> => {
  for (const path of paths) await device.write(path, `text of ${path}`);
};

describe('A folder that is not kept on this device', () => {
  it('goes to the local trash, stays in the cloud and elsewhere, and comes back', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    await texts(laptop, [...Array.from({ length: 20 }, (_, index) => `photos/${index}.jpg`), 'photos/in/deep.jpg', 'a.txt']);
    await world.settle();
    const before = await desktop.tree();
    await laptop.call('selection.exclude', { path: 'photos' });
    const cost = await world.cost(() => world.settle());
    // Nobody is asked, nobody else notices.
    expect(cost.entries).toEqual([]);
    expect(await laptop.questions()).toEqual([]);
    expect(await laptop.exists('photos')).toBe(false);
    expect((await laptop.own('trash')).filter((path) => path.endsWith('.jpg'))).toHaveLength(21);
    expect((await laptop.activity()).filter(({ kind }) => kind === 'copy_dropped')).toMatchObject([{ path: 'photos' }]);
    expect(await desktop.tree()).toEqual(before);
    expect(await kept(laptop)).toEqual([{ path: 'photos', items: 22, state: 'away' }]);
    const { rows } = await laptop.call('files.list', {});
    expect(rows.find(({ name }) => name === 'photos')).toMatchObject({ state: 'not_kept', reason: { code: 'not_kept_here' } });
    await texts(desktop, ['photos/new.jpg']);
    await world.settle();
    await laptop.restart();
    await world.settle();
    expect(await laptop.exists('photos')).toBe(false);
    await laptop.call('selection.include', { path: 'photos' });
    await world.settle();
    expect(Object.keys(await world.expectSame())).toHaveLength(25);
    expect(await kept(laptop)).toEqual([]);
  });

  it('stays away when the database is lost, for the account whose folder it is', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop] = opened.devices;
    await texts(laptop, ['photos/a.jpg', 'stays.txt']);
    await world.settle();
    await laptop.call('selection.exclude', { path: 'photos' });
    await world.settle();
    await laptop.sync();
    await laptop.stop();
    for (const file of ['state.db', 'state.db-wal', 'state.db-shm']) await rm(`${laptop.profile}/${file}`, { force: true });
    await laptop.start();
    await laptop.signIn();
    await laptop.addFolder();
    await world.settle();
    expect(await kept(laptop)).toEqual([{ path: 'photos', items: 1, state: 'away' }]);
    expect([await laptop.exists('photos'), await laptop.read('stays.txt')]).toEqual([false, 'text of stays.txt']);
    expect(await inCloud(laptop)).toEqual(['photos/a.jpg', 'stays.txt']);
  });

  it('is foreseen: what leaves this device, and what of it does not sync', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const [laptop] = opened.devices;
    await texts(laptop, ['photos/a.jpg', 'photos/b.jpg', 'stays.txt']);
    await opened.world.settle();
    await laptop.stop();
    await laptop.withoutSync(() => laptop.call('selection.exclude', { path: 'photos' }));
    await symlink('stays.txt', laptop.path('link'));
    await laptop.withoutSync(async () => {
      const { counts, operations, blocked } = await laptop.call('sync.preview', {});
      expect(counts).toMatchObject({ leavingHere: 3, deletedHere: 0, deletedCloud: 0 });
      expect(operations.filter(({ kind }) => kind === 'drop_copy')).toMatchObject([{ path: 'photos', items: 3 }]);
      expect(blocked).toMatchObject([{ path: 'link', reason: { code: 'symlink_skipped' } }]);
    });
  });

  it('selected folder moved remotely', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    await texts(laptop, ['photos/a.jpg', 'photos/b.jpg', 'docs/a.txt']);
    await world.settle();
    await laptop.call('selection.exclude', { path: 'photos' });
    await world.settle();
    await desktop.rename('photos', 'docs/pictures');
    await world.settle();
    expect(await kept(laptop)).toEqual([{ path: 'docs/pictures', items: 2, state: 'away' }]);
    expect(await laptop.exists('docs/pictures')).toBe(false);
    // What leaves it comes here, what goes into it goes from here.
    await desktop.rename('docs/pictures/a.jpg', 'a.jpg');
    await desktop.rename('docs/a.txt', 'docs/pictures/a.txt');
    await world.settle();
    expect(await laptop.read('a.jpg')).toBe('text of photos/a.jpg');
    expect(await laptop.exists('docs/a.txt')).toBe(false);
    await laptop.call('selection.include', { path: 'docs/pictures' });
    await world.settle();
    await world.expectSame();
  });

  it('is sent first where the cloud does not have it yet', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    await texts(laptop, ['photos/a.jpg', 'other.txt']);
    await world.settle();
    await texts(laptop, ['photos/new.jpg', 'photos/in/new.jpg']);
    await laptop.write('photos/a.jpg', 'edited');
    await laptop.call('selection.exclude', { path: 'photos' });
    await world.settle();
    expect(await inCloud(laptop)).toEqual(['other.txt', 'photos/a.jpg', 'photos/in/new.jpg', 'photos/new.jpg']);
    expect(await laptop.exists('photos')).toBe(false);
    expect(await desktop.read('photos/a.jpg')).toBe('edited');
  });

  it('goes on being taken away after a restart in the middle', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop] = opened.devices;
    await texts(laptop, ['photos/a.jpg', 'photos/b.jpg', 'other.txt']);
    await world.settle();
    await laptop.call('sync.pause', { until: null });
    await laptop.call('selection.exclude', { path: 'photos' });
    await laptop.restart();
    expect(await laptop.exists('photos/a.jpg')).toBe(true);
    expect(await kept(laptop)).toEqual([{ path: 'photos', items: 2, state: 'leaving' }]);
    await laptop.call('sync.resume', {});
    await world.settle();
    expect(await laptop.exists('photos')).toBe(false);
    expect(await inCloud(laptop)).toHaveLength(3);
  });

  it('leaves a new item of its name alone, and says how to get out of that', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    await texts(laptop, ['photos/a.jpg', 'other.txt']);
    await world.settle();
    await laptop.call('selection.exclude', { path: 'photos' });
    await world.settle();
    await texts(laptop, ['photos/mine.jpg', 'sibling.txt']);
    await world.settle();
    expect(await inCloud(laptop)).toEqual(['other.txt', 'photos/a.jpg', 'sibling.txt']);
    expect(await laptop.read('photos/mine.jpg')).toBe('text of photos/mine.jpg');
    expect(await laptop.issues()).toMatchObject([{ path: 'photos', reason: { code: 'name_left_out' } }]);
    await laptop.rename('photos', 'my photos');
    await world.settle();
    expect(await laptop.issues()).toEqual([]);
    expect(await desktop.read('my photos/mine.jpg')).toBe('text of photos/mine.jpg');
    expect(await inCloud(laptop)).toContain('photos/a.jpg');
  });

  it('keeps here what never leaves this machine', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    await laptop.write('.tidemarkignore', '*.raw\n');
    await texts(laptop, ['photos/a.jpg', 'photos/a.raw', 'other.txt']);
    await world.settle();
    await laptop.call('selection.exclude', { path: 'photos' });
    await world.settle();
    expect(await laptop.exists('photos/a.jpg')).toBe(false);
    expect(await laptop.read('photos/a.raw')).toBe('text of photos/a.raw');
    expect(await desktop.exists('photos/a.jpg')).toBe(true);
  });

  it('survives that the folder around it is deleted here', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    await texts(laptop, ['album/photos/a.jpg', 'album/b.txt', 'other.txt']);
    await world.settle();
    await laptop.call('selection.exclude', { path: 'album/photos' });
    await world.settle();
    await laptop.remove('album');
    await world.settle();
    expect(await inCloud(laptop)).toEqual(['album/photos/a.jpg', 'other.txt']);
    expect(await desktop.read('album/photos/a.jpg')).toBe('text of album/photos/a.jpg');
  });

  it.each([
    ['the synced folder itself', '', 'invalid_request'],
    ['a file', 'a.txt', 'folder_not_a_folder'],
    ['nothing', 'nothing', 'unknown_item'],
  ])('cannot be %s', async (_, path, code) => {
    await using opened = await worldOf('laptop');
    const [laptop] = opened.devices;
    await texts(laptop, ['a.txt']);
    await laptop.sync();
    await expect(laptop.call('selection.exclude', { path })).rejects.toMatchObject({ code });
  });
});
