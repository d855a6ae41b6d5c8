import { describe, expect, it } from 'vitest';
import { type Device, has, someBytes, type Tree, until, World } from './support/index.ts';

async function bothLive(): Promise<{ world: World; laptop: Device; desktop: Device } & AsyncDisposable> {
  const world = await World.open();
  try {
    const laptop = await world.device('laptop', { live: true });
    const desktop = await world.device('desktop', { live: true });
    return { world, laptop, desktop, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
  } catch (error) {
    await world[Symbol.asyncDispose]();
    throw error;
  }
}

/** A file that is just being replaced is not there for a moment. */
const shows = (device: Device, tree: Tree) => (): Promise<boolean> =>
  device.tree().then(
    (found) => JSON.stringify(found) === JSON.stringify(tree),
    () => false,
  );

/** Nobody calls `sync` here: what is seen came by itself, by the watcher here and the cloud's word there. */
describe('Live, both engines running', () => {
  it('add, edit, move and delete arrive by themselves, either way', async () => {
    await using opened = await bothLive();
    const { world, laptop, desktop } = opened;
    await laptop.write('Plans/report.txt', 'one');
    await until('the new file', has(desktop, 'Plans/report.txt', 'one'));
    await desktop.write('Plans/report.txt', 'two, by the desktop');
    await until('the edit', has(laptop, 'Plans/report.txt', 'two, by the desktop'));
    await laptop.saveBySwap('Plans/report.txt', 'three, by an editor that swaps');
    await until('the swapped file', has(desktop, 'Plans/report.txt', 'three, by an editor that swaps'));
    const cost = await world.cost(async () => {
      await desktop.rename('Plans', 'Old plans');
      await until('the move', has(laptop, 'Old plans/report.txt', 'three, by an editor that swaps'));
      await until('the old place is gone', async () => !(await laptop.exists('Plans')));
    });
    expect({ up: cost.upBytes, down: cost.downBytes }, 'a move moves no bytes').toEqual({ up: 0, down: 0 });
    await laptop.mkdir('Empty/also empty');
    await until('the empty folders', () => desktop.exists('Empty/also empty'));
    await laptop.remove('Old plans');
    await until('the deletion', async () => !(await desktop.exists('Old plans')));
    await until('all is quiet', shows(desktop, { 'Empty/': '', 'Empty/also empty/': '' }));
    await world.expectSame({ 'Empty/': '', 'Empty/also empty/': '' });
  });

  it('a large file that is written slowly arrives once, whole', async () => {
    await using opened = await bothLive();
    const { world, laptop, desktop } = opened;
    const bytes = someBytes(6_000_000);
    const piece = 500_000;
    for (let at = 0; at < bytes.length; at += piece) {
      await laptop.append('film.bin', bytes.subarray(at, at + piece));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until('the film', async () => (await desktop.exists('film.bin')) && (await desktop.bytes('film.bin')).equals(bytes));
    await world.expectSame();
  });

  it('work on both sides at once ends the same on both', async () => {
    await using opened = await bothLive();
    const { world, laptop, desktop } = opened;
    await Promise.all(
      [laptop, desktop].map(async (device) => {
        for (let index = 0; index < 60; index += 1) {
          const mine = `${device.name}/part ${index % 6}/file ${index}.txt`;
          await device.write(mine, `${device.name} wrote ${index}`);
          if (index % 5 === 0) await device.write('together.txt', `${device.name} ${index}`);
          if (index % 7 === 0) await device.rename(mine, `${device.name}/moved/${index}.txt`);
          if (index % 11 === 0) await device.remove(index % 7 === 0 ? `${device.name}/moved/${index}.txt` : mine);
        }
      }),
    );
    await world.settle();
    const tree = await world.expectSame();
    // The last word of both is somewhere: as the file, or as a conflict version.
    const words = Object.entries(tree).flatMap(([path, text]) => (path.startsWith('together') ? [text] : []));
    expect(words).toEqual(expect.arrayContaining(['laptop 55', 'desktop 55']));
    for (const name of ['laptop', 'desktop']) expect(tree[`${name}/part 5/file 59.txt`]).toBe(`${name} wrote 59`);
  });

  it('what changed while the cloud was away follows once it is back', async () => {
    await using opened = await bothLive();
    const { world, laptop, desktop } = opened;
    await laptop.write('before.txt', 'before');
    await until('the first file', has(desktop, 'before.txt', 'before'));
    await world.cloud.stop();
    await laptop.write('meanwhile.txt', 'meanwhile');
    await desktop.write('before.txt', 'edited meanwhile');
    await until('both know that the cloud is away', async () => {
      const states = await Promise.all([laptop, desktop].map(async (device) => (await device.call('status.snapshot', {})).state));
      return states.every((state) => state === 'offline');
    });
    await world.cloud.start();
    const expected = { 'before.txt': 'edited meanwhile', 'meanwhile.txt': 'meanwhile' };
    await until('the laptop has all', shows(laptop, expected), 40_000);
    await until('the desktop has all', shows(desktop, expected), 40_000);
    await world.expectSame(expected);
  });
});
