import { chmod, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DiskFault, type DiskFaultCode } from '../index.ts';
import { type Device, someBytes, until, World } from './support/index.ts';
import { ConfinedDevice, noOwnDisk } from './support/confined-device.ts';

const MB = 1_000_000;
const WRITES: ReadonlySet<string> = new Set(['writeMany', 'create', 'writeText', 'makeFolder', 'moveFile', 'moveFiles', 'moveFolder']);

interface Pair extends AsyncDisposable {
  readonly world: World;
  readonly laptop: Device;
  readonly box: ConfinedDevice;
}

/** A laptop, and a box whose disk is small. */
async function withBox(small: 'folder' | 'profile and folder', sizeMb: number): Promise<Pair> {
  const world = await World.open();
  const close = (): Promise<void> => world[Symbol.asyncDispose]();
  try {
    const laptop = await world.device('laptop');
    const box = new ConfinedDevice({ name: 'box', dir: join(world.dir, 'box'), server: world.cloud.url }, small, sizeMb);
    world.devices.push(box);
    await box.start();
    await box.signIn();
    await box.addFolder();
    await box.sync();
    return { world, laptop, box, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

const codes = async (device: Device): Promise<readonly string[]> =>
  (await device.issues()).map(({ path, reason }) => `${path}: ${reason.code}`);
const state = async (device: Device): Promise<string> => (await device.call('status.snapshot', {})).state;

/** Where the kernel lets an ordinary user have a disk of its own, faults are real; where it does not, that is said aloud. */
if (noOwnDisk === null) describe.concurrent('Disk faults, made by the kernel', onRealDisks);
else process.stderr.write(`No disk of its own for a test here (${noOwnDisk}): its faults are injected instead.\n`);

function onRealDisks(): void {
  it('disk full (ENOSPC): stop before writing; what fits is placed, the rest is listed, and follows once there is room', async () => {
    await using at = await withBox('folder', 6);
    const { laptop, box, world } = at;
    await laptop.write('film.bin', someBytes(9 * MB, 1));
    for (let index = 0; index < 5; index += 1) await laptop.write(`small ${index}.txt`, `small ${index}`);
    await laptop.sync();
    await box.sync();
    expect(await codes(box)).toEqual(['film.bin: disk_full']);
    expect(Object.keys(await box.tree())).toEqual([0, 1, 2, 3, 4].map((index) => `small ${index}.txt`));
    expect(await box.own('tmp')).toEqual([]);
    await box.resize(64);
    await world.settle();
    await world.expectSame();
    expect(await codes(box)).toEqual([]);
  });

  it('disk full to the last byte, the database’s too: nothing is lost, no empty file goes up, all goes on when there is room', async () => {
    await using at = await withBox('profile and folder', 8);
    const { laptop, box, world } = at;
    await box.write('mine.txt', 'mine, before');
    await world.settle();
    await fillUp(box);
    await laptop.write('from the laptop.txt', 'from the laptop');
    await laptop.write('mine.txt', 'mine, edited on the laptop');
    await laptop.remove('from the laptop.txt').catch(() => undefined);
    await laptop.write('late.bin', someBytes(300_000, 5));
    await laptop.sync();
    await box.sync(3000).catch(() => undefined);
    const { state: shown, reason } = await box.call('status.snapshot', {});
    expect({ shown, code: reason?.code }).toEqual({ shown: 'error', code: 'disk_full' });
    expect(await box.read('mine.txt')).toMatch(/^mine, (before|edited on the laptop)$/);
    const nodes = await laptop.cloudNodes();
    for (const [path, node] of nodes) if (node.kind === 'file') expect(node.size, `${path} is not empty in the cloud`).toBeGreaterThan(0);
    await rm(join(box.root, '..', 'ballast'));
    await box.syncOnceFree();
    await world.settle();
    const tree = await world.expectSame();
    expect(tree['mine.txt']).toBe('mine, edited on the laptop');
    expect(await codes(box)).toEqual([]);
  });

  it('a folder that can only be read (EROFS): said so, nothing concluded, goes on when it can be written', async () => {
    await using at = await withBox('folder', 16);
    const { laptop, box, world } = at;
    await laptop.write('one.txt', 'one');
    await world.settle();
    await box.readOnly(true);
    await laptop.write('one.txt', 'two');
    await laptop.write('new.txt', 'new');
    await laptop.sync();
    await box.sync(4000).catch(() => undefined);
    expect(await box.read('one.txt')).toBe('one');
    const reasons = [await state(box), ...(await codes(box))].join(', ');
    expect(reasons).toMatch(/needs_attention|error|no_permission|folder_not_writable/);
    await box.readOnly(false);
    await box.syncOnceFree();
    await world.settle();
    await world.expectSame({ 'new.txt': 'new', 'one.txt': 'two' });
    expect(await codes(box)).toEqual([]);
  });

  it('a volume that was away and is back is watched as before (unmounted): what is saved there then is sent at once', async () => {
    await using at = await withBox('folder', 16);
    const { laptop, box, world } = at;
    await box.write('Folder/one.txt', 'one');
    await world.settle();
    await box.takeOut();
    await box.sync(4000).catch(() => undefined);
    expect(await state(box)).not.toBe('up_to_date');
    await box.putIn();
    await box.syncOnceFree();
    await world.settle();
    await world.expectSame({ 'Folder/': '', 'Folder/one.txt': 'one' });
    // Nobody asks for a look: the watch alone can tell.
    await box.write('Folder/two.txt', 'two');
    await until('the cloud has what was saved', async () => (await laptop.cloudNodes()).has('Folder/two.txt'));
    await world.settle();
    await world.expectSame({ 'Folder/': '', 'Folder/one.txt': 'one', 'Folder/two.txt': 'two' });
  });

  it('no more open files (EMFILE): nothing is concluded from what could not be looked at, goes on when there are some', async () => {
    await using at = await withBox('folder', 64);
    const { laptop, box, world } = at;
    for (let index = 0; index < 30; index += 1) await laptop.write(`Folder ${index % 10}/file ${index}.txt`, `content ${index}`);
    await world.settle();
    const before = await world.expectSame();
    await box.spareFiles(0);
    await box.write('Folder 1/written meanwhile.txt', 'written meanwhile');
    await laptop.write('film.bin', someBytes(3 * MB, 7));
    await laptop.sync();
    await box.sync(4000).catch(() => undefined);
    const there = await laptop.cloudNodes();
    for (const path of Object.keys(before)) expect(there.has(path), `${path} is still in the cloud`).toBe(true);
    await box.spareFiles(undefined);
    await box.syncOnceFree();
    await world.settle();
    expect(await world.expectSame()).toMatchObject({ ...before, 'Folder 1/written meanwhile.txt': 'written meanwhile' });
    expect(await codes(box)).toEqual([]);
  });

  it('a file system that holds no file so large (EFBIG): that one is listed, the others come', async () => {
    await using at = await withBox('folder', 64);
    const { laptop, box, world } = at;
    await laptop.write('film.bin', someBytes(12 * MB, 9));
    await laptop.write('small.txt', 'small');
    await laptop.sync();
    await box.largestFile(8 * MB);
    await box.sync();
    expect(await codes(box)).toEqual(['film.bin: file_too_large_here']);
    expect(await box.tree()).toEqual({ 'small.txt': 'small' });
    expect(await box.own('tmp')).toEqual([]);
    await box.largestFile(undefined);
    await world.settle();
    await world.expectSame();
    expect(await codes(box)).toEqual([]);
  });

  it('no permission (EACCES) to a file and a folder: listed, their siblings sync, nothing is deleted anywhere, and they follow', async () => {
    await using at = await withBox('folder', 64);
    const { laptop, box, world } = at;
    await box.write('Closed/inner.txt', 'inner');
    await box.write('Open/secret.txt', 'secret');
    await world.settle();
    const before = await world.expectSame();
    await box.write('Open/secret.txt', 'secret, edited');
    await chmod(box.path('Open/secret.txt'), 0o000);
    await chmod(box.path('Closed'), 0o000);
    await box.write('Open/sibling.txt', 'sibling');
    await laptop.write('Closed/from the laptop.txt', 'from the laptop');
    await laptop.sync();
    await box.sync();
    expect((await codes(box)).filter((line) => line.endsWith(': no_permission')).length).toBeGreaterThanOrEqual(2);
    await laptop.sync();
    expect(await laptop.read('Open/sibling.txt')).toBe('sibling');
    for (const path of Object.keys(before)) expect(await laptop.exists(path), path).toBe(true);
    await chmod(box.path('Open/secret.txt'), 0o644);
    await chmod(box.path('Closed'), 0o755);
    await world.settle();
    expect(await world.expectSame()).toMatchObject({
      'Open/secret.txt': 'secret, edited',
      'Closed/from the laptop.txt': 'from the laptop',
    });
    expect(await codes(box)).toEqual([]);
  });
}

/** To the last block, as a person's own files do. */
async function fillUp(box: ConfinedDevice): Promise<void> {
  const ballast = join(box.root, '..', 'ballast');
  for (const size of [MB, 100_000, 4096, 1]) {
    while (
      await writeFile(ballast, Buffer.alloc(size), { flag: 'a' }).then(
        () => true,
        () => false,
      )
    );
  }
}

const injected: readonly (readonly [DiskFaultCode, string])[] = [
  ['failed', 'disk_failed'],
  ['busy', 'file_locked'],
  ...(noOwnDisk === null
    ? []
    : ([
        ['full', 'disk_full'],
        ['read_only', 'no_permission'],
        ['too_many_files', 'too_many_open_files'],
        ['too_large', 'file_too_large_here'],
        ['denied', 'no_permission'],
      ] as const)),
];

describe.concurrent('Disk faults, injected', () => {
  it.each(injected)('%s while writing: listed as %s, nothing lost, over when it is over', async (fault, code) => {
    await using world = await World.open();
    const laptop = await world.device('laptop');
    const desktop = await world.device('desktop');
    await laptop.write('edited.txt', 'before');
    await laptop.write('moved.txt', 'moved');
    await world.settle();
    await laptop.write('edited.txt', 'after');
    await laptop.rename('moved.txt', 'Folder/moved.txt');
    await laptop.write('film.bin', someBytes(3 * MB, 11));
    await laptop.sync();
    desktop.disk.before = (call, [path]) => {
      if (WRITES.has(call)) throw new DiskFault(fault, String(path));
    };
    await desktop.sync(2500).catch(() => undefined);
    await until(
      'it is said',
      async () => (await codes(desktop)).some((line) => line.endsWith(`: ${code}`)) || (await state(desktop)) === 'error',
      20_000,
    );
    expect(await desktop.tree()).toEqual({ 'edited.txt': 'before', 'moved.txt': 'moved' });
    expect(desktop.traffic.entries).toEqual([]);
    desktop.disk.before = () => undefined;
    await world.settle();
    await world.expectSame();
    expect(await codes(desktop)).toEqual([]);
  });

  it.each(['failed', 'busy', 'denied', 'too_many_files'] as const)(
    '%s while reading: no half is sent, nothing is deleted, and it follows',
    async (fault) => {
      await using world = await World.open();
      const laptop = await world.device('laptop');
      const desktop = await world.device('desktop');
      await laptop.write('Folder/kept.txt', 'kept');
      await world.settle();
      await laptop.write('Folder/new.bin', someBytes(3 * MB, 12));
      await laptop.write('other.txt', 'other');
      laptop.disk.before = (call, [path]) => {
        const reads = call === 'list' ? String(path).endsWith('/Folder') : call === 'cut' || call === 'read';
        if (reads) throw new DiskFault(fault, String(path));
      };
      await laptop.sync(2500).catch(() => undefined);
      await desktop.sync();
      expect(await desktop.tree()).toMatchObject({ 'Folder/kept.txt': 'kept' });
      expect(await desktop.exists('Folder/new.bin')).toBe(false);
      laptop.disk.before = () => undefined;
      await world.settle();
      await world.expectSame();
      expect(await codes(laptop)).toEqual([]);
    },
  );
});
