import { utimesSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { WatchFolder } from '../index.ts';
import { type Device, has, until, World } from './support/index.ts';

/** What a device's watcher said, in the order in which it said it. */
class Told {
  readonly folders: string[] = [];
  overflows = 0;

  readonly listen = (real: WatchFolder): WatchFolder => {
    return (root, listener) =>
      real(root, {
        dirty: (folder) => {
          this.folders.push(folder);
          listener.dirty(folder);
        },
        overflow: (over) => {
          if (over) this.overflows += 1;
          listener.overflow(over);
        },
        failed: listener.failed,
      });
  };
}

async function liveDevice(world: World, name: string, prepare: (device: Device) => void = () => undefined): Promise<Device> {
  return world.device(name, {
    live: true,
    before: async (device) => {
      prepare(device);
      await device.write('docs/a.txt', 'one');
      await device.mkdir('other');
    },
  });
}

describe('Watcher', () => {
  it('touch, create, rename, move, remove each raise one path: the folder that it happened in', async () => {
    await using world = await World.open();
    const told = new Told();
    const laptop = await liveDevice(world, 'laptop', (device) => (device.watching = told.listen));
    const deeds: [string, () => Promise<unknown>, string[]][] = [
      ['touch', () => laptop.touch('docs/a.txt', new Date('2020-02-02')), ['docs']],
      ['create', () => laptop.write('docs/b.txt', 'two'), ['docs']],
      ['rename', () => laptop.rename('docs/b.txt', 'docs/c.txt'), ['docs']],
      ['move', () => laptop.rename('docs/c.txt', 'other/c.txt'), ['docs', 'other']],
      ['remove', () => laptop.remove('other/c.txt'), ['other']],
    ];
    for (const [name, act, expected] of deeds) {
      await laptop.sync();
      told.folders.length = 0;
      await act();
      await until(`${name} is told`, () => expected.every((folder) => told.folders.includes(folder)));
      // What Tidemark does about it (its own folder aside) is told as what a person does.
      await laptop.sync();
      expect([name, [...new Set(told.folders)].sort()]).toEqual([name, expected]);
    }
    await world.expectSame({ 'docs/': '', 'docs/a.txt': 'one', 'other/': '' });
  });

  it('overflow → rescan: what happened during it is found all the same', async () => {
    await using world = await World.open();
    const told = new Told();
    const laptop = await liveDevice(world, 'laptop', (device) => (device.watching = told.listen));
    const desktop = await liveDevice(world, 'desktop');
    for (let index = 0; index < 10; index += 1) await laptop.write(`docs/many/${index}.txt`, String(index));
    await laptop.sync();
    const paths = Array.from({ length: 10 }, (_, index) => laptop.path(`docs/many/${index}.txt`));
    for (let round = 0; round < 700; round += 1) for (const path of paths) utimesSync(path, round, round);
    await laptop.write('other/in the middle.txt', 'not missed');
    await until('the overflow', () => told.overflows > 0);
    await until('what was written then', has(desktop, 'other/in the middle.txt', 'not missed'));
    await laptop.write('docs/many/3.txt', 'after it');
    await until('what was written later', has(desktop, 'docs/many/3.txt', 'after it'));
    await world.settle();
    await world.expectSame();
  });

  it('watcher unavailable → polling, then recovery', async () => {
    await using world = await World.open();
    let broken = true;
    let tries = 0;
    const laptop = await liveDevice(world, 'laptop', (device) => {
      device.pace = 60;
      device.watching = (real) => (root, listener) => {
        tries += 1;
        if (!broken) return real(root, listener);
        listener.failed(new Error('ENOSPC: System limit for number of file watchers reached'));
        return Promise.resolve({ close: () => Promise.resolve() });
      };
    });
    const desktop = await liveDevice(world, 'desktop');
    await laptop.write('docs/polled.txt', 'seen without a watcher');
    await until('the file, by polling', has(desktop, 'docs/polled.txt', 'seen without a watcher'));
    broken = false;
    const before = tries;
    await until('another try', () => tries > before);
    // The watcher works again: from now on nothing is polled.
    laptop.pace = 1;
    const recovered = tries;
    await laptop.write('docs/watched.txt', 'seen by the watcher');
    await until('the file, by the watcher', has(desktop, 'docs/watched.txt', 'seen by the watcher'));
    expect(tries).toBe(recovered);
    await world.settle();
    await world.expectSame();
  });

  it('edit during a scan is seen next cycle', async () => {
    await using world = await World.open();
    const laptop = await liveDevice(world, 'laptop');
    const desktop = await liveDevice(world, 'desktop');
    let edited = false;
    laptop.disk.after = async (call, args) => {
      if (edited || call !== 'list' || args[0] !== laptop.path('docs')) return;
      edited = true;
      // The folder has been read; the engine does not know it yet. Of the same length, so that only its time tells.
      await laptop.write('docs/a.txt', 'two');
    };
    // What the look is for: a folder, since for a file that was just written there is another look in any case.
    await laptop.mkdir('docs/new');
    await until('the edit', has(desktop, 'docs/a.txt', 'two'));
    expect(edited).toBe(true);
    await world.settle();
    await world.expectSame({ 'docs/': '', 'docs/a.txt': 'two', 'docs/new/': '', 'other/': '' });
  });

  it('bursts: a file that is saved again and again ends as it was last, in few versions', async () => {
    await using world = await World.open();
    const laptop = await liveDevice(world, 'laptop');
    const desktop = await liveDevice(world, 'desktop');
    const began = performance.now();
    let savedMs = 0;
    const cost = await world.cost(async () => {
      for (let index = 0; index < 200; index += 1) {
        await laptop.write('docs/a.txt', `save ${index}`);
        await laptop.write(`other/file ${index % 20}.txt`, `burst ${index}`);
      }
      savedMs = performance.now() - began;
      await until('the last save', has(desktop, 'docs/a.txt', 'save 199'));
      await until('the last file', has(desktop, 'other/file 19.txt', 'burst 199'));
      await world.settle();
    });
    // A burst is looked at each half second at the latest, at its end, and once more where a file was not quiet: twenty-one
    // files and their folders. Without waiting for its end it would be one commit for every save.
    expect(cost.entries.length).toBeLessThanOrEqual(21 * Math.ceil(savedMs / 500 + 2) + 2);
    await world.expectSame();
  });
});
