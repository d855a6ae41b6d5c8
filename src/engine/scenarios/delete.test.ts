import { describe, expect, it } from 'vitest';
import { dayMs } from '../../base/index.ts';
import { asRoot, type Device, until, worldOf } from './support/index.ts';

const texts = async (device: Device, paths: readonly string[]): Promise<void> => {
  for (const path of paths) await device.write(path, `text of ${path}`);
};

/** What the local trash holds, without the folders of the day and the item. */
const trashed = async (device: Device): Promise<readonly string[]> =>
  (await device.own('trash')).map((path) => path.split('/').slice(2).join('/')).filter((path) => path !== '');

describe('Delete', () => {
  it('either way', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    await texts(laptop, ['one.txt', 'two.txt', 'three.txt']);
    await world.settle();
    await laptop.remove('one.txt');
    await world.settle();
    expect(Object.keys(await world.expectSame())).toEqual(['three.txt', 'two.txt']);
    await desktop.remove('two.txt');
    await world.settle();
    await world.expectSame({ 'three.txt': 'text of three.txt' });
    // Where sync deleted, the local trash has it; where the person did, the cloud's trash is enough.
    expect(await trashed(desktop)).toEqual(['one.txt']);
    expect(await trashed(laptop)).toEqual(['two.txt']);
    const { items } = await laptop.call('trash.list', {});
    expect(items.map(({ path }) => path).sort()).toEqual(['one.txt', 'two.txt']);
  });

  it('what was deleted comes back from the trash of the cloud', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    await texts(laptop, ['Plans/one.txt', 'Plans/two.txt', 'stays.txt']);
    await world.settle();
    const before = await laptop.tree();
    await laptop.remove('Plans');
    await world.settle();
    const [item] = (await desktop.call('trash.list', {})).items;
    await desktop.call('trash.restore', { id: item?.node.id ?? '' });
    await world.settle();
    await world.expectSame(before);
  });

  it('a folder delete is one operation', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    await texts(laptop, [
      'Folder/one.txt',
      'Folder/two.txt',
      'Folder/Deep/three.txt',
      'Folder/Deep/Deeper/four.txt',
      ...Array.from({ length: 20 }, (_, index) => `stay ${index}.txt`),
    ]);
    await laptop.mkdir('Folder/Empty');
    await world.settle();
    const folder = (await laptop.cloudNodes()).get('Folder/');
    await laptop.remove('Folder');
    const cost = await world.cost(() => laptop.sync());
    expect(cost.entries).toMatchObject([{ op: 'delete', id: folder?.id, base: folder?.revision }]);
    await desktop.sync();
    expect(Object.keys(await world.expectSame())).toHaveLength(20);
    // One thing to bring back, here and in the cloud.
    expect((await desktop.own('trash')).filter((path) => path.split('/').length === 3)).toHaveLength(1);
    expect((await desktop.call('trash.list', {})).items).toMatchObject([{ path: 'Folder', files: 4 }]);
    expect((await desktop.activity()).filter(({ kind }) => kind === 'deleted_here')).toMatchObject([{ path: 'Folder' }]);
  });

  it('both delete: no error', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    await texts(laptop, ['one.txt', 'Folder/two.txt', 'Folder/Deep/three.txt', 'stays.txt']);
    await world.settle();
    for (const device of [laptop, desktop]) {
      await device.remove('one.txt');
      await device.remove('Folder');
    }
    expect(await laptop.sync()).toMatchObject({ issues: 0, questions: 0 });
    expect(await desktop.sync()).toMatchObject({ issues: 0, questions: 0 });
    await world.expectSame({ 'stays.txt': 'text of stays.txt' });
  });

  it('both delete, one of them more: the larger delete is the result', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    await texts(laptop, ['Folder/one.txt', 'Folder/two.txt', 'stays.txt']);
    await world.settle();
    await laptop.remove('Folder/one.txt');
    await desktop.remove('Folder');
    await laptop.sync();
    expect(await desktop.sync()).toMatchObject({ issues: 0 });
    await world.settle();
    await world.expectSame({ 'stays.txt': 'text of stays.txt' });
  });

  it('delete and recreate the same name is a new identity', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    await texts(laptop, ['report.txt', 'Folder/in it.txt', 'stays.txt']);
    await world.settle();
    const before = await laptop.cloudNodes();
    await laptop.remove('report.txt');
    await laptop.remove('Folder');
    await laptop.sync();
    await laptop.write('report.txt', 'another report');
    await laptop.write('Folder/in it.txt', 'another text');
    await laptop.sync();
    const after = await laptop.cloudNodes();
    for (const path of ['report.txt', 'Folder/', 'Folder/in it.txt']) expect(after.get(path)?.id, path).not.toBe(before.get(path)?.id);
    // The other device sees both steps at once.
    await desktop.sync();
    await world.expectSame({
      'Folder/': '',
      'Folder/in it.txt': 'another text',
      'report.txt': 'another report',
      'stays.txt': 'text of stays.txt',
    });
    expect(await desktop.conflicts()).toEqual([]);
    expect(await trashed(desktop)).toEqual(expect.arrayContaining(['report.txt', 'Folder/in it.txt']));
  });

  it('delete and recreate as the other kind', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop] = opened.devices;
    await texts(laptop, ['was a file', 'was a folder/in it.txt', 'stays.txt']);
    await world.settle();
    await laptop.remove('was a file');
    await laptop.write('was a file/in it.txt', 'now a folder');
    await laptop.remove('was a folder');
    await laptop.write('was a folder', 'now a file');
    await world.settle();
    await world.expectSame({
      'stays.txt': 'text of stays.txt',
      'was a file/': '',
      'was a file/in it.txt': 'now a folder',
      'was a folder': 'now a file',
    });
  });

  it.skipIf(asRoot)(
    'a folder of which only the names can be told loses nothing, and keeps no delete and no save from going on',
    async () => {
      await using opened = await worldOf('laptop', 'desktop');
      const { world } = opened;
      const [laptop, desktop] = opened.devices;
      await texts(laptop, ['Names/in.txt', 'Names/deep/in.txt', 'gone.txt', 'saved.txt']);
      await world.settle();
      await laptop.chmod('Names', 0o600);
      try {
        await laptop.remove('gone.txt');
        await laptop.write('saved.new', 'saved');
        await laptop.remove('saved.txt');
        await laptop.rename('saved.new', 'saved.txt');
        await laptop.sync();
        await until('they are told', async () => {
          await desktop.sync();
          const tree = await desktop.tree();
          return tree['gone.txt'] === undefined && tree['saved.txt'] === 'saved';
        });
        expect(Object.keys(await desktop.tree())).toEqual(['Names/', 'Names/deep/', 'Names/deep/in.txt', 'Names/in.txt', 'saved.txt']);
      } finally {
        await laptop.chmod('Names', 0o700);
      }
      await world.settle();
      expect(await laptop.issues()).toEqual([]);
      await world.expectSame();
    },
  );

  it.skipIf(asRoot)('a delete continues past a folder that failed before', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    await texts(laptop, [
      'Locked/one.txt',
      'Locked/two.txt',
      'Open/three.txt',
      'four.txt',
      'stays.txt',
      'Other/stays.txt',
      'Locked/stays.txt',
    ]);
    await world.settle();
    await laptop.remove('Locked/one.txt');
    await laptop.remove('Open');
    await laptop.remove('four.txt');
    await laptop.sync();
    await desktop.chmod('Locked', 0o500);
    try {
      await desktop.sync();
      expect(Object.keys(await desktop.tree())).toEqual([
        'Locked/',
        'Locked/one.txt',
        'Locked/stays.txt',
        'Locked/two.txt',
        'Other/',
        'Other/stays.txt',
        'stays.txt',
      ]);
    } finally {
      await desktop.chmod('Locked', 0o700);
    }
    await world.settle();
    expect(await desktop.issues()).toEqual([]);
    expect(Object.keys(await world.expectSame())).toEqual([
      'Locked/',
      'Locked/stays.txt',
      'Locked/two.txt',
      'Other/',
      'Other/stays.txt',
      'stays.txt',
    ]);
  });

  it('trash keeps 30 days, then purges, folders too', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    await texts(laptop, ['report.txt', 'Folder/Deep/in it.txt', 'stays.txt', 'stays too.txt']);
    await world.settle();
    await laptop.remove('report.txt');
    await laptop.remove('Folder');
    await world.settle();
    const kept = ['Folder', 'Folder/Deep', 'Folder/Deep/in it.txt', 'report.txt'];
    const cloudTrash = async (): Promise<readonly string[]> => (await desktop.call('trash.list', {})).items.map(({ path }) => path).sort();
    const later = async (days: number): Promise<void> => {
      desktop.skewMs = days * dayMs;
      world.cloud.skewMs = days * dayMs;
      await world.cloud.maintain();
      await desktop.restart();
      await desktop.sync();
    };
    expect([...(await trashed(desktop))].sort()).toEqual(kept);
    await later(29);
    expect([...(await trashed(desktop))].sort()).toEqual(kept);
    expect(await cloudTrash()).toEqual(['Folder', 'report.txt']);
    // A day's folder goes when the last of its items has had its time, in any time zone.
    await later(33);
    expect(await cloudTrash()).toEqual([]);
    // A clock that shows this by mistake is set right soon: here it goes when it is due for a day.
    expect([...(await trashed(desktop))].sort()).toEqual(kept);
    await later(34);
    expect(await trashed(desktop)).toEqual([]);
    desktop.skewMs = 0;
    await desktop.restart();
    await world.expectSame({ 'stays too.txt': 'text of stays too.txt', 'stays.txt': 'text of stays.txt' });
  });

  it('target already gone is success', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    await texts(laptop, ['one.txt', 'Folder/two.txt', 'stays.txt', 'stays too.txt']);
    await world.settle();
    // The cloud's items go at the very moment when the laptop is about to delete them.
    await laptop.remove('one.txt');
    await laptop.remove('Folder');
    await desktop.remove('one.txt');
    await desktop.remove('Folder');
    let first = true;
    laptop.traffic.before = async (call) => {
      if (call !== 'commit' || !first) return;
      first = false;
      await desktop.sync();
    };
    expect(await laptop.sync()).toMatchObject({ issues: 0 });
    expect(first).toBe(false);
    await world.settle();
    expect(Object.keys(await world.expectSame())).toEqual(['stays too.txt', 'stays.txt']);
  });

  it('target already gone on the disk is success', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    await texts(laptop, ['one.txt', 'Folder/two.txt', 'stays.txt', 'stays too.txt']);
    await world.settle();
    await laptop.remove('one.txt');
    await laptop.remove('Folder');
    await laptop.sync();
    // Gone here after the folder was looked at and before the cloud's deletions are made.
    let first = true;
    desktop.traffic.before = async (call) => {
      if (call !== 'delta' || !first) return;
      first = false;
      await desktop.remove('one.txt');
      await desktop.remove('Folder');
    };
    expect(await desktop.sync()).toMatchObject({ issues: 0 });
    expect(first).toBe(false);
    await world.settle();
    expect(Object.keys(await world.expectSame())).toEqual(['stays too.txt', 'stays.txt']);
  });

  it('an edit beats a delete, a touch does not', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    await texts(laptop, ['edited.txt', 'touched.txt', 'stays.txt', 'stays too.txt']);
    await world.settle();
    await laptop.remove('edited.txt');
    await laptop.remove('touched.txt');
    await desktop.write('edited.txt', 'not to be lost');
    await desktop.touch('touched.txt', new Date('2030-01-01'));
    await laptop.sync();
    await world.settle();
    await world.expectSame({ 'edited.txt': 'not to be lost', 'stays too.txt': 'text of stays too.txt', 'stays.txt': 'text of stays.txt' });
  });

  it('a delete loses to an edit that the cloud has already', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    await texts(laptop, ['edited.txt', 'stays.txt', 'stays too.txt']);
    await world.settle();
    await laptop.remove('edited.txt');
    await desktop.write('edited.txt', 'not to be lost');
    await desktop.sync();
    await world.settle();
    await world.expectSame({ 'edited.txt': 'not to be lost', 'stays too.txt': 'text of stays too.txt', 'stays.txt': 'text of stays.txt' });
  });

  it.each(['the delete', 'the edit'])('a folder delete spares what the other side added or edited inside, %s first', async (first) => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    await texts(laptop, ['Folder/Deep/one.txt', 'Folder/Deep/two.txt', 'Folder/three.txt', 'stays.txt', 'stays too.txt']);
    await world.settle();
    await laptop.remove('Folder');
    await desktop.write('Folder/Deep/one.txt', 'edited');
    await desktop.write('Folder/new.txt', 'added');
    await (first === 'the delete' ? laptop : desktop).sync();
    await world.settle();
    await world.expectSame({
      'Folder/': '',
      'Folder/Deep/': '',
      'Folder/Deep/one.txt': 'edited',
      'Folder/new.txt': 'added',
      'stays too.txt': 'text of stays too.txt',
      'stays.txt': 'text of stays.txt',
    });
  });

  it('an edit that arrives while a delete of the other side is on its way is spared', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    await texts(laptop, ['report.txt', 'Folder/one.txt', 'stays.txt', 'stays too.txt', 'stays as well.txt']);
    await world.settle();
    await laptop.remove('report.txt');
    await laptop.remove('Folder');
    await laptop.sync();
    // After the desktop learned of the deletions, and before it could have looked at its folder again.
    desktop.traffic.after = async (call) => {
      if (call !== 'delta') return;
      desktop.traffic.after = () => undefined;
      await desktop.write('report.txt', 'written at the last moment');
      await desktop.write('Folder/new.txt', 'new at the last moment');
    };
    await world.settle();
    await world.expectSame({
      'Folder/': '',
      'Folder/new.txt': 'new at the last moment',
      'report.txt': 'written at the last moment',
      'stays as well.txt': 'text of stays as well.txt',
      'stays too.txt': 'text of stays too.txt',
      'stays.txt': 'text of stays.txt',
    });
  });
});
