import { chmod, mkdir, readdir, rename, rmdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { TidemarkError } from '../../contract/index.ts';
import { asRoot, type Device, type Tree, until, type World, worldOf } from './support/index.ts';

const ITEMS = 12;

/** Enough files for a question, in step on all devices. */
async function filled(world: World, device: Device): Promise<Tree> {
  for (let index = 0; index < ITEMS - 2; index += 1) await device.write(`Folder/file ${index}.txt`, `text ${index}`);
  await device.write('at the top.txt', 'top');
  await world.settle();
  return world.expectSame();
}

async function removeAll(device: Device): Promise<void> {
  for (const name of await readdir(device.folder)) if (name !== '.tidemark') await device.remove(name);
}

const answer = async (device: Device, choice: 'keep' | 'delete'): Promise<void> => {
  const [question] = await device.questions();
  await device.call('questions.answer', { id: question?.id ?? 'there is none', choice });
};

/** Every device that asks gets the same answer. */
async function answerAll(world: World, choice: 'keep' | 'delete'): Promise<void> {
  for (const device of world.devices) if ((await device.questions()).length > 0) await answer(device, choice);
}

const codeOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'nothing thrown',
    (error: unknown) => (error instanceof TidemarkError ? error.code : String(error)),
  );

describe('Mass delete', () => {
  it('all local files gone: asked once; keep restores all', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    const before = await filled(world, laptop);
    await removeAll(laptop);
    expect(await laptop.sync()).toMatchObject({ questions: 1 });
    const questions = await laptop.questions();
    expect(questions).toMatchObject([{ kind: 'mass_delete', side: 'here', items: ITEMS, choices: ['keep', 'delete'] }]);
    // Asked once: looking again neither asks a second time nor deletes anything.
    expect((await world.cost(() => world.settle())).entries).toEqual([]);
    expect(await laptop.questions()).toEqual(questions);
    expect(await desktop.tree()).toEqual(before);

    await answer(laptop, 'keep');
    await world.settle();
    expect(await laptop.questions()).toEqual([]);
    await world.expectSame(before);
  });

  it('all local files gone: asked once; delete deletes all', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    await filled(world, laptop);
    await removeAll(laptop);
    await laptop.sync();
    await answer(laptop, 'delete');
    await laptop.sync();
    expect(await laptop.questions()).toEqual([]);
    expect([...(await laptop.cloudNodes()).keys()]).toEqual([]);
    // The other device is asked for itself; what it deletes stays in its trash.
    await desktop.sync();
    expect(await desktop.questions()).toMatchObject([{ side: 'cloud', items: ITEMS }]);
    await answer(desktop, 'delete');
    await world.settle();
    await world.expectSame({});
    expect((await desktop.own('trash')).filter((path) => path.endsWith('.txt'))).toHaveLength(ITEMS - 1);
  });

  it('all remote gone: asked once; keep restores all', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    const before = await filled(world, laptop);
    await removeAll(laptop);
    await laptop.sync();
    await answer(laptop, 'delete');
    await laptop.sync();
    expect(await desktop.sync()).toMatchObject({ questions: 1 });
    const questions = await desktop.questions();
    expect(questions).toMatchObject([{ side: 'cloud', items: ITEMS }]);
    await world.settle();
    expect(await desktop.questions()).toEqual(questions);
    expect(await desktop.tree()).toEqual(before);

    await answer(desktop, 'keep');
    await world.settle();
    expect(await desktop.questions()).toEqual([]);
    await world.expectSame(before);
  });

  it('all remote gone: asked once; delete deletes all', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    await filled(world, laptop);
    await removeAll(laptop);
    await laptop.sync();
    await answer(laptop, 'delete');
    await laptop.sync();
    expect(await desktop.sync()).toMatchObject({ questions: 1 });
    await answer(desktop, 'delete');
    await world.settle();
    for (const device of world.devices) expect(await device.questions()).toEqual([]);
    await world.expectSame({});
    // What went here is in the trash of this device for thirty days.
    expect((await desktop.own('trash')).filter((path) => path.endsWith('.txt'))).toHaveLength(ITEMS - 1);
  });

  it('counted over all that is pending, not per cycle', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    for (let index = 0; index < 24; index += 1) await laptop.write(`file ${index}.txt`, `text ${index}`);
    await world.settle();
    // No single look sees half of the folder go, but in the end it is gone while the cloud cannot be reached.
    laptop.traffic.offline = true;
    for (let index = 0; index < 12; index += 3) {
      for (let one = index; one < index + 3; one += 1) await laptop.remove(`file ${one}.txt`);
      await codeOf(laptop.sync(2000));
    }
    laptop.traffic.offline = false;
    await laptop.syncOnceFree();
    expect(await laptop.questions()).toMatchObject([{ side: 'here', items: 12 }]);
    expect(Object.keys(await desktop.tree())).toHaveLength(24);
    await answer(laptop, 'delete');
    await world.settle();
    await answerAll(world, 'delete');
    await world.settle();
    expect(Object.keys(await world.expectSame())).toHaveLength(12);
  });

  it('a folder removed step by step asks before all of it is gone, and keep brings back the rest', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    const names = Array.from({ length: 300 }, (_, index) => `Folder/file ${index}.txt`);
    for (const name of names) await laptop.write(name, name);
    await world.settle();
    // Every step is carried out before the next is seen, as `rm -r` on a slow disk would have it.
    for (let step = 0; step < names.length; step += 40) {
      for (const name of names.slice(step, step + 40)) await laptop.remove(name);
      await laptop.sync();
    }
    await laptop.remove('Folder');
    await laptop.sync();
    const [question] = await laptop.questions();
    expect(question).toMatchObject({ side: 'here', goneBefore: 80, items: 221 });
    await desktop.sync();
    expect(Object.keys(await desktop.tree()).filter((path) => path.endsWith('.txt'))).toHaveLength(220);

    await laptop.restart();
    await laptop.sync();
    expect(await laptop.questions(), 'a restart asks the same').toEqual([question]);
    await answer(laptop, 'keep');
    await world.settle();
    expect(Object.keys(await world.expectSame()).filter((path) => path.endsWith('.txt'))).toHaveLength(220);

    // What was answered is over: a few more are nobody's question.
    for (const name of names.slice(80, 90)) await laptop.remove(name);
    await world.settle();
    for (const device of world.devices) expect(await device.questions()).toEqual([]);
  });

  it('grown since it was asked, the old id names the one to answer now, and nothing is deleted by it', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    const before = await filled(world, laptop);
    const answerId = (id: string) => laptop.call('questions.answer', { id, choice: 'delete' });
    await laptop.remove('Folder');
    await laptop.sync();
    const [old] = await laptop.questions();
    await laptop.remove('at the top.txt');
    await laptop.sync();
    const [grown] = await laptop.questions();
    expect(grown?.id).not.toBe(old?.id);
    await expect(answerId(old?.id ?? '')).rejects.toMatchObject({ code: 'question_changed', params: { id: old?.id, now: grown?.id } });
    await laptop.sync();
    await desktop.sync();
    expect(await desktop.tree()).toEqual(before);
    await answerId(grown?.id ?? '');
    await world.settle();
    for (const id of [old?.id ?? '', grown?.id ?? '']) await expect(answerId(id)).rejects.toMatchObject({ code: 'question_over' });
    await expect(answerId('mass-delete')).rejects.toMatchObject({ code: 'unknown_item' });
  });

  it('metadata churn never asks', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop] = opened.devices;
    const before = await filled(world, laptop);
    for (const path of Object.keys(before)) {
      await laptop.touch(path, new Date('2001-01-01'));
      await laptop.chmod(path, path.endsWith('/') ? 0o750 : 0o640);
    }
    const cost = await world.cost(() => world.settle());
    expect(cost.entries).toEqual([]);
    expect(await laptop.questions()).toEqual([]);
    await world.expectSame(before);
  });

  it('all files written anew by swapping never asks', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop] = opened.devices;
    const before = await filled(world, laptop);
    for (const [path, text] of Object.entries(before)) if (!path.endsWith('/')) await laptop.saveBySwap(path, `${text}, again`);
    await world.settle();
    for (const device of world.devices) expect(await device.questions()).toEqual([]);
    expect((await world.expectSame())['at the top.txt']).toBe('top, again');
  });

  it('renaming one file never asks, nor does renaming the folder of all', async () => {
    await using opened = await worldOf('laptop');
    const { world } = opened;
    const [laptop] = opened.devices;
    await laptop.write('only one.txt', 'text');
    await laptop.sync();
    await laptop.rename('only one.txt', 'renamed.txt');
    await laptop.sync();
    expect(await laptop.questions()).toEqual([]);
    await filled(world, laptop);
    await laptop.rename('Folder', 'Renamed');
    await laptop.rename('renamed.txt', 'Renamed/deep/renamed.txt');
    await world.settle();
    expect(await laptop.questions()).toEqual([]);
    expect(Object.keys(await world.expectSame())).toContain('Renamed/file 3.txt');
  });

  it('restart while asking applies nothing and asks again', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    const before = await filled(world, laptop);
    await removeAll(laptop);
    await laptop.sync();
    const asked = await laptop.questions();
    const cost = await world.cost(async () => {
      await laptop.restart();
      expect(await laptop.questions()).toEqual(asked);
      await world.settle();
    });
    expect(cost.entries).toEqual([]);
    expect(await laptop.questions()).toEqual(asked);
    expect(await desktop.tree()).toEqual(before);
    await answer(laptop, 'keep');
    await laptop.restart();
    await world.settle();
    await world.expectSame(before);
  });

  it.each(['keep', 'delete'] as const)('files that came back while it was asked stay, answered with %s', async (choice) => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop] = opened.devices;
    const before = await filled(world, laptop);
    const aside = `${laptop.folder}-aside`;
    await rename(laptop.path('Folder'), aside);
    await laptop.remove('at the top.txt');
    await laptop.sync();
    expect(await laptop.questions()).toHaveLength(1);
    await rename(aside, laptop.path('Folder'));
    await laptop.write('at the top.txt', 'top');
    await laptop.sync();
    await answerAll(world, choice);
    await world.settle();
    await answerAll(world, choice);
    await world.settle();
    await world.expectSame(before);
    for (const device of world.devices) expect(await device.conflicts()).toEqual([]);
  });

  it('pausing the folder while asking releases every lock', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    const before = await filled(world, laptop);
    await removeAll(laptop);
    await laptop.sync();
    await laptop.call('sync.pause', { until: null });
    expect(await laptop.questions()).toHaveLength(1);
    // While it is paused, an answer is taken and nothing is done; what comes from elsewhere waits too.
    await answer(laptop, 'keep');
    await desktop.write('meanwhile.txt', 'meanwhile');
    await desktop.sync();
    expect(await laptop.tree()).toEqual({});
    await laptop.call('sync.resume', {});
    await world.settle();
    expect(await laptop.questions()).toEqual([]);
    await world.expectSame({ ...before, 'meanwhile.txt': 'meanwhile' });
  });

  it('removing the folder while asking releases every lock', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    const before = await filled(world, laptop);
    await removeAll(laptop);
    await laptop.sync();
    expect(await laptop.questions()).toHaveLength(1);
    await laptop.call('folder.remove', { path: laptop.folder });
    expect(await laptop.questions()).toEqual([]);
    // Nothing was decided: the cloud and the other device have everything, and so has the folder once it is added again.
    expect(await desktop.tree()).toEqual(before);
    await laptop.addFolder();
    await world.settle();
    await world.expectSame(before);
  });

  it('server reset under a running client: nobody deleted anything, so nothing is deleted', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    await world.cloud.backup('empty');
    const before = await filled(world, opened.devices[0]);
    await world.cloud.restore('empty');
    for (const device of world.devices) {
      await device.syncOnceFree();
      expect(await device.tree(), device.name).toEqual(before);
      expect(await device.questions()).toEqual([]);
    }
    await world.settle();
    await world.expectSame(before);
  });

  it('server reset under a running client asks to sign in when the account is gone too', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    const before = await filled(world, laptop);
    await world.cloud.reset();
    for (const device of [laptop, desktop]) {
      await until(
        'the device knows',
        async () =>
          (await device.call('status.snapshot', {})).reason?.code === 'session_expired' ||
          (await codeOf(device.sync())) === 'session_expired',
      );
      expect(await device.tree(), device.name).toEqual(before);
    }
    expect(await laptop.call('status.snapshot', {})).toMatchObject({ reason: { code: 'session_expired' } });
  });

  it('a backup restored on the server deletes nothing and keeps conflicts', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    await filled(world, laptop);
    await world.cloud.backup();
    await laptop.write('at the top.txt', 'edited after the backup');
    await laptop.write('new after the backup.txt', 'new');
    await laptop.write('New folder/new too.txt', 'new too');
    await laptop.rename('Folder/file 1.txt', 'renamed after the backup.txt');
    await world.settle();
    const before = await world.expectSame();
    const written = new Set(Object.values(before));

    await world.cloud.restore();
    for (const device of world.devices) await device.syncOnceFree();
    await world.settle();
    const after = await world.expectSame();
    for (const text of written) expect(Object.values(after), 'every version is still there').toContain(text);
    for (const device of [laptop, desktop]) {
      expect(await device.questions()).toEqual([]);
      expect((await device.activity()).filter(({ kind }) => kind === 'deleted_here' || kind === 'deleted_cloud')).toEqual([]);
    }
    // Nobody can say which of the two is newer, so both are kept and shown.
    expect(Object.values(after)).toContain('top');
    expect(new Set((await laptop.conflicts()).map(({ path }) => path))).toEqual(new Set(['at the top.txt']));
  });
});

describe('Lost root', () => {
  const missing = 'folder_missing';

  it('root missing: says so, deletes nothing, goes on when it is back', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    const before = await filled(world, laptop);
    const aside = `${laptop.folder}-aside`;
    await rename(laptop.folder, aside);
    expect(await codeOf(laptop.sync())).toBe(missing);
    expect(await laptop.call('status.snapshot', {})).toMatchObject({ state: 'error', reason: { code: missing } });
    await laptop.restart();
    expect(await codeOf(laptop.sync())).toBe(missing);
    await desktop.write('meanwhile.txt', 'meanwhile');
    await desktop.sync();
    expect(await laptop.questions()).toEqual([]);
    expect(await desktop.tree()).toEqual({ ...before, 'meanwhile.txt': 'meanwhile' });
    // Nothing is made in its place.
    await expect(readdir(laptop.folder)).rejects.toThrow('ENOENT');

    await rename(aside, laptop.folder);
    await laptop.syncOnceFree();
    await world.settle();
    await world.expectSame({ ...before, 'meanwhile.txt': 'meanwhile' });
  });

  it.skipIf(asRoot).each([0o000, 0o300])('root unreadable (mode %o): says so and what to do, deletes nothing', async (mode) => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    const before = await filled(world, laptop);
    await chmod(laptop.folder, mode);
    try {
      const code = 'folder_unreadable';
      for (const again of [false, true]) {
        if (again) await laptop.restart();
        expect(await codeOf(laptop.sync())).toBe(code);
        expect(await laptop.call('status.snapshot', {})).toMatchObject({
          state: 'error',
          reason: { code, params: { path: laptop.folder } },
        });
        expect(await laptop.call('files.explain', { path: 'at the top.txt' })).toMatchObject({ state: 'waiting', reason: { code } });
      }
      await desktop.write('meanwhile.txt', 'meanwhile');
      await desktop.sync();
      expect(await laptop.questions()).toEqual([]);
      expect(await desktop.tree()).toEqual({ ...before, 'meanwhile.txt': 'meanwhile' });
    } finally {
      await chmod(laptop.folder, 0o755);
    }
    await laptop.syncOnceFree();
    await world.settle();
    await world.expectSame({ ...before, 'meanwhile.txt': 'meanwhile' });
  });

  it('root unmounted: an empty folder in its place is not ours', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    const before = await filled(world, laptop);
    const aside = `${laptop.folder}-aside`;
    await rename(laptop.folder, aside);
    await mkdir(laptop.folder);
    expect(await codeOf(laptop.sync())).toBe('folder_replaced');
    await desktop.write('meanwhile.txt', 'meanwhile');
    await desktop.sync();
    expect(await codeOf(laptop.sync())).toBe('folder_replaced');
    expect(await readdir(laptop.folder), 'nothing is written into it').toEqual([]);
    expect(await laptop.questions()).toEqual([]);
    expect(await desktop.tree()).toEqual({ ...before, 'meanwhile.txt': 'meanwhile' });

    await rmdir(laptop.folder);
    await rename(aside, laptop.folder);
    await laptop.syncOnceFree();
    await world.settle();
    await world.expectSame({ ...before, 'meanwhile.txt': 'meanwhile' });
  });

  it('root unmounted while stopped: not ours at the start either', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    const before = await filled(world, laptop);
    const aside = `${laptop.folder}-aside`;
    await laptop.stop();
    await rename(laptop.folder, aside);
    await mkdir(laptop.folder);
    await laptop.start();
    expect(await codeOf(laptop.sync())).toBe('folder_replaced');
    expect(await desktop.tree()).toEqual(before);
    await laptop.stop();
    // Taking the engine's lock leaves a folder of Tidemark's own, but never the marker.
    await laptop.remove('.');
    await rename(aside, laptop.folder);
    await laptop.start();
    await world.settle();
    await world.expectSame(before);
  });

  it.skipIf(asRoot)('root read-only: says so, deletes nothing, goes on when it can be written', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    const before = await filled(world, laptop);
    await laptop.chmod('.tidemark', 0o500);
    await laptop.chmod('.', 0o500);
    try {
      await desktop.write('meanwhile.txt', 'meanwhile');
      await desktop.remove('at the top.txt');
      await desktop.sync();
      expect(await codeOf(laptop.sync())).toBe('folder_not_writable');
      expect(await laptop.tree()).toEqual(before);
      expect(await laptop.questions()).toEqual([]);
    } finally {
      await laptop.chmod('.', 0o700);
      await laptop.chmod('.tidemark', 0o700);
    }
    await laptop.syncOnceFree();
    await world.settle();
    const rest = Object.fromEntries(Object.entries(before).filter(([path]) => path !== 'at the top.txt'));
    await world.expectSame({ ...rest, 'meanwhile.txt': 'meanwhile' });
  });

  it.skipIf(asRoot)('empty listing by error: what cannot be read keeps what is known of it', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    const before = await filled(world, laptop);
    await laptop.chmod('Folder', 0o000);
    try {
      await laptop.write('beside.txt', 'beside');
      await laptop.sync();
      expect(await laptop.issues()).toMatchObject([{ path: 'Folder' }]);
      expect(await laptop.questions()).toEqual([]);
      await laptop.restart();
      await laptop.sync();
      await desktop.sync();
      expect(await desktop.tree()).toEqual({ ...before, 'beside.txt': 'beside' });
    } finally {
      await laptop.chmod('Folder', 0o700);
    }
    await world.settle();
    expect(await laptop.issues()).toEqual([]);
    await world.expectSame({ ...before, 'beside.txt': 'beside' });
  });

  it('empty listing by error: a cloud that fails in the middle of a listing deletes nothing', async () => {
    await using opened = await worldOf('laptop');
    const { world } = opened;
    const [laptop] = opened.devices;
    const before = await filled(world, laptop);
    const desktop = await world.device('desktop');
    expect(await desktop.tree()).toEqual(before);
    let failures = 0;
    desktop.traffic.after = (call) => {
      if (call !== 'delta') return;
      failures += 1;
      throw new TidemarkError('cloud_failed', { status: 500 });
    };
    await codeOf(desktop.sync(3000));
    expect(failures).toBeGreaterThan(0);
    expect(await desktop.tree()).toEqual(before);
    expect(await desktop.questions()).toEqual([]);
    desktop.traffic.after = () => undefined;
    await desktop.syncOnceFree();
    await world.expectSame(before);
  });
});
