import { cp, rename, rm, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { type Device, worldOf } from './support/index.ts';

const inCloud = async (device: Device): Promise<readonly string[]> =>
  [...(await device.cloudNodes()).keys()].filter((path) => !path.endsWith('/')).sort();

const markOnly = (device: Device, path: string): Promise<unknown> =>
  device.call('folder.add', { path: device.path(path), localOnly: true });

const localOnes = async (device: Device): Promise<readonly string[]> =>
  (await device.call('folder.list', {})).folders.flatMap(({ path, localOnly }) =>
    localOnly ? [path.slice(device.folder.length + 1)] : [],
  );

describe('A folder inside the synced one that never leaves this machine', () => {
  it('what is being sent from it when it is marked does not arrive', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop] = opened.devices;
    await laptop.write('private/diary.txt', 'dear diary');
    await laptop.write('other.txt', 'other');
    let marked = false;
    laptop.traffic.before = async (call) => {
      if (call !== 'store' || marked) return;
      marked = true;
      await markOnly(laptop, 'private');
    };
    await laptop.sync();
    expect(marked).toBe(true);
    await world.settle();
    expect(await inCloud(laptop)).toEqual(['other.txt']);
  });

  it('is not sent, and nothing of the cloud is put over it', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    await laptop.mkdir('docs/private');
    await markOnly(laptop, 'docs/private');
    await laptop.write('docs/private/diary.txt', 'dear diary');
    await laptop.write('docs/plain.txt', 'plain');
    await world.settle();
    await desktop.write('docs/private/other.txt', 'of the other');
    await desktop.write('docs/private/diary.txt', 'of the other');
    await world.settle();
    expect(await inCloud(laptop)).toEqual(['docs/plain.txt', 'docs/private/diary.txt', 'docs/private/other.txt']);
    expect(await laptop.read('docs/private/diary.txt')).toBe('dear diary');
    expect(await laptop.exists('docs/private/other.txt')).toBe(false);
    const { rows } = await laptop.call('files.list', { path: 'docs' });
    expect(rows.find(({ name }) => name === 'private')).toMatchObject({ state: 'local_only' });
    expect(await laptop.call('files.explain', { path: 'docs/private/diary.txt' })).toMatchObject({ state: 'local_only' });
  });

  it('stays so when it is renamed or moved, also while Tidemark is not running', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    await laptop.mkdir('private');
    await markOnly(laptop, 'private');
    await laptop.write('private/diary.txt', 'dear diary');
    await world.settle();
    await laptop.rename('private', 'docs/mine');
    await world.settle();
    expect(await localOnes(laptop)).toEqual(['docs/mine']);
    await laptop.stop();
    await laptop.rename('docs/mine', 'elsewhere/again');
    await laptop.start();
    await world.settle();
    expect(await localOnes(laptop)).toEqual(['elsewhere/again']);
    // The folder around it moves, here and there.
    await laptop.rename('elsewhere', 'here');
    await world.settle();
    await desktop.rename('here', 'there');
    await world.settle();
    expect(await localOnes(laptop)).toEqual(['there/again']);
    expect(await laptop.read('there/again/diary.txt')).toBe('dear diary');
    expect(await inCloud(laptop)).toEqual([]);
  });

  it('stays so when another folder comes to its path', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop] = opened.devices;
    await laptop.mkdir('private');
    await markOnly(laptop, 'private');
    await laptop.write('private/diary.txt', 'dear diary');
    await world.settle();
    await cp(laptop.path('private'), `${laptop.profile}-backup`, { recursive: true });
    await rm(laptop.path('private'), { recursive: true });
    await laptop.sync();
    await cp(`${laptop.profile}-backup`, laptop.path('private'), { recursive: true });
    await world.settle();
    expect(await inCloud(laptop)).toEqual([]);
    // The new one is followed too.
    await laptop.rename('private', 'kept');
    await world.settle();
    expect([await localOnes(laptop), await inCloud(laptop)]).toEqual([['kept'], []]);
  });

  it('keeps what the cloud has when it becomes so, and syncs again when it is no longer', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) await laptop.write(`private/${name}.txt`, name);
    await world.settle();
    await markOnly(laptop, 'private');
    await world.settle();
    await laptop.write('private/a.txt', 'edited');
    await laptop.remove('private/b.txt');
    await laptop.write('private/new.txt', 'new');
    await desktop.remove('private/c.txt');
    await world.settle();
    expect(await inCloud(laptop)).toEqual(['a', 'b', 'd', 'e', 'f'].map((name) => `private/${name}.txt`));
    expect(await desktop.read('private/a.txt')).toBe('a');
    expect(await laptop.read('private/c.txt')).toBe('c');
    await laptop.call('folder.remove', { path: laptop.path('private') });
    await world.settle();
    expect(await localOnes(laptop)).toEqual([]);
    const both = await world.expectSame();
    expect(both).toMatchObject({ 'private/a.txt': 'edited', 'private/b.txt': 'b', 'private/c.txt': 'c', 'private/new.txt': 'new' });
    expect([await laptop.questions(), await laptop.conflicts()]).toEqual([[], []]);
  });

  describe.each(['runs', 'does not run'])('that had been synced, while Tidemark %s', (how) => {
    const inStep = async () => {
      const opened = await worldOf('laptop', 'desktop');
      const [laptop] = opened.devices;
      for (const name of ['a', 'b', 'c', 'd']) await laptop.write(`private/${name}.txt`, name);
      // Enough beside it that no question about many deletions would hold one back.
      for (let index = 0; index < 12; index += 1) await laptop.write(`beside/${String(index)}.txt`, String(index));
      await opened.world.settle();
      return opened;
    };
    const meanwhile = async (device: Device, work: () => Promise<unknown>): Promise<void> => {
      if (how === 'does not run') await device.stop();
      await work();
      await device.start();
    };
    const mark = (device: Device): Promise<void> =>
      how === 'runs'
        ? markOnly(device, 'private').then(() => undefined)
        : device.stop().then(() => device.withoutSync(() => markOnly(device, 'private')));
    const privateInCloud = async (device: Device) => (await inCloud(device)).filter((path) => !path.startsWith('beside/'));
    const asBefore = ['a', 'b', 'c', 'd'].map((name) => `private/${name}.txt`);

    it.each([true, false])('is renamed: nothing is deleted or sent (a sync in between: %s)', async (inBetween) => {
      await using opened = await inStep();
      const { world } = opened;
      const [laptop, desktop] = opened.devices;
      await mark(laptop);
      await laptop.start();
      if (inBetween) await laptop.sync();
      await meanwhile(laptop, () => laptop.rename('private', 'renamed'));
      await laptop.write('renamed/new.txt', 'new');
      const { counts } = await laptop.call('sync.preview', {});
      expect(counts).toMatchObject({ deletedHere: 0, deletedCloud: 0, upload: { files: 0 } });
      await laptop.sync();
      await world.settle();
      expect([await localOnes(laptop), await privateInCloud(laptop)]).toEqual([['renamed'], asBefore]);
      expect(await desktop.read('private/a.txt')).toBe('a');
      expect([await laptop.read('renamed/a.txt'), await laptop.read('renamed/new.txt')]).toEqual(['a', 'new']);
    });

    it('is moved out: nothing is deleted in the cloud', async () => {
      await using opened = await inStep();
      const { world } = opened;
      const [laptop, desktop] = opened.devices;
      await mark(laptop);
      await laptop.start();
      await meanwhile(laptop, () => rename(laptop.path('private'), `${laptop.profile}-outside`));
      await laptop.sync();
      await world.settle();
      expect(await privateInCloud(laptop)).toEqual(asBefore);
      expect(await desktop.read('private/a.txt')).toBe('a');
    });
  });

  describe('whose database is lost', () => {
    const lost = async (harm: (laptop: Device) => Promise<unknown>) => {
      const opened = await worldOf('laptop', 'desktop');
      const [laptop] = opened.devices;
      await laptop.write('plain.txt', 'plain');
      await opened.world.settle();
      await laptop.write('private/diary.txt', 'dear diary');
      await laptop.stop();
      await laptop.withoutSync(() => markOnly(laptop, 'private'));
      await rm(`${laptop.profile}/state.db`);
      await harm(laptop);
      await laptop.start();
      await laptop.signIn();
      return opened;
    };

    it('stays so, also renamed, and no comparison of the sides counts it', async () => {
      await using opened = await lost((laptop) => laptop.rename('private', 'renamed'));
      const { world } = opened;
      const [laptop] = opened.devices;
      await laptop.write('more.txt', 'more');
      await laptop.addFolder({ merge: false });
      await laptop.sync().catch(() => undefined);
      expect(await laptop.questions()).toMatchObject([{ kind: 'first_merge', onlyHere: { files: 1, folders: 0 } }]);
      await laptop.call('questions.answer', { id: 'first-merge', choice: 'merge' });
      await world.settle();
      expect([await localOnes(laptop), await inCloud(laptop)]).toEqual([['renamed'], ['more.txt', 'plain.txt']]);
    });

    it('and put back to what it was before: what was marked, or left off this device, since holds on', async () => {
      await using opened = await worldOf('laptop', 'desktop');
      const { world } = opened;
      const [laptop] = opened.devices;
      for (const path of ['plain.txt', 'private/a.txt', 'photos/a.jpg']) await laptop.write(path, path);
      await world.settle();
      await laptop.stop();
      await cp(`${laptop.profile}/state.db`, `${laptop.profile}/state.db.yesterday`);
      await laptop.start();
      await markOnly(laptop, 'private');
      await laptop.call('selection.exclude', { path: 'photos' });
      await laptop.write('private/diary.txt', 'dear diary');
      await world.settle();
      await laptop.sync();
      await laptop.stop();
      await laptop.rename('private', 'renamed');
      await cp(`${laptop.profile}/state.db.yesterday`, `${laptop.profile}/state.db`);
      await laptop.start();
      await world.settle();
      expect([await localOnes(laptop), await inCloud(laptop)]).toEqual([['renamed'], ['photos/a.jpg', 'plain.txt', 'private/a.txt']]);
      expect(await laptop.exists('photos')).toBe(false);
      expect(await laptop.read('renamed/diary.txt')).toBe('dear diary');
      expect(await laptop.questions()).toEqual([]);
    });

    it('is not sent when the second copy is broken: that is said first', async () => {
      await using opened = await lost((laptop) => writeFile(laptop.path('.tidemark/marks.json'), '{"localOnly":['));
      const [laptop] = opened.devices;
      await expect(laptop.addFolder()).rejects.toMatchObject({ code: 'marks_unreadable' });
      expect(await inCloud(laptop)).toEqual(['plain.txt']);
    });
  });

  it('is not taken along when the folder around it is deleted elsewhere', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    await laptop.write('docs/a.txt', 'a');
    await laptop.write('stays.txt', 'stays');
    await laptop.mkdir('docs/private');
    await markOnly(laptop, 'docs/private');
    await laptop.write('docs/private/diary.txt', 'dear diary');
    await world.settle();
    await desktop.remove('docs');
    await world.settle();
    expect(await laptop.read('docs/private/diary.txt')).toBe('dear diary');
    expect(await laptop.exists('docs/a.txt')).toBe(false);
    expect(await inCloud(laptop)).toEqual(['stays.txt']);
  });

  it('is remembered when the synced folder is taken out and added again', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop] = opened.devices;
    await laptop.mkdir('private');
    await markOnly(laptop, 'private');
    await laptop.write('private/diary.txt', 'dear diary');
    await world.settle();
    await laptop.call('folder.remove', { path: laptop.folder });
    await laptop.addFolder();
    await world.settle();
    expect([await localOnes(laptop), await inCloud(laptop)]).toEqual([['private'], []]);
  });
});
