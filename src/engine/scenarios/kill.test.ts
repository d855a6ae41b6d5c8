import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../fakes/index.ts';
import { cloudProcess, type Device, engineProcess, someBytes, type Tree, until, World, worldOf } from './support/index.ts';

const seed = Number(process.env['TIDEMARK_SEED'] ?? Date.now() % 1_000_000);
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const SMALL = 100;
const MIDDLE = 24;
const TOTAL = SMALL + MIDDLE + 1;

/** Some 12 MB: small files for the batches, middle ones that keep coming, and one that is made of many blocks. */
async function fill(device: Device, random: SeededRandom): Promise<void> {
  const bytes = (size: number): Buffer => someBytes(size, random.below(1e9));
  for (let index = 0; index < SMALL; index += 1)
    await device.write(`Folder ${index % 10}/small ${index}.txt`, bytes(1 + random.below(8_000)));
  for (let index = 0; index < MIDDLE; index += 1) await device.write(`Pictures/${index}.jpg`, bytes(300_000 + random.below(200_000)));
  await device.write('film.bin', bytes(3_000_000));
}

const filesIn = (tree: Tree): number => Object.keys(tree).filter((path) => !path.endsWith('/')).length;

/** Slow enough that nothing is over before it is killed. */
const slow = async (device: Device, direction: 'upload' | 'download', on = true): Promise<void> => {
  await device.call('settings.set', { key: `${direction}.limitKiBps`, value: on ? 600 : 0 });
};

describe(`kill -9 at any moment (TIDEMARK_SEED=${seed})`, () => {
  it('the engine while it uploads: both sides end identical, nothing half-done is left', async () => {
    const random = new SeededRandom(seed);
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    await slow(laptop, 'upload');
    await laptop.stop();
    await fill(laptop, random);
    const before = await laptop.tree();
    const there = async (): Promise<number> => [...(await desktop.cloudNodes()).values()].filter(({ kind }) => kind === 'file').length;

    await using child = engineProcess(laptop);
    let seen = 0;
    for (let death = 0; death < 3; death += 1) {
      await child.start();
      // The first time it dies soon after it began, then each time after it got something done.
      if (death > 0) await until('more files arrive', async () => (await there()) > seen);
      await pause(random.below(150));
      await child.kill();
      seen = await there();
    }
    expect(seen, 'it was killed in the middle').toBeGreaterThan(0);
    expect(seen, 'it was killed in the middle').toBeLessThan(TOTAL);

    await laptop.start();
    await slow(laptop, 'upload', false);
    await world.settle();
    expect(await world.expectSame()).toEqual(before);
    for (const device of world.devices) expect(await device.conflicts()).toEqual([]);
  });

  it('the engine while it downloads: both sides end identical, nothing half-done is left', async () => {
    const random = new SeededRandom(seed + 1);
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    await slow(desktop, 'download');
    await desktop.stop();
    await fill(laptop, random);
    await laptop.sync();
    const before = await laptop.tree();

    await using child = engineProcess(desktop);
    let seen = 0;
    for (let death = 0; death < 3; death += 1) {
      await child.start();
      if (death > 0) await until('more files arrive', async () => filesIn(await desktop.tree()) > seen);
      await pause(random.below(150));
      await child.kill();
      seen = filesIn(await desktop.tree());
      // Whatever is to be seen is whole.
      for (const [path, content] of Object.entries(await desktop.tree())) expect(content, path).toBe(before[path]);
    }
    expect(seen, 'it was killed in the middle').toBeGreaterThan(0);
    expect(seen, 'it was killed in the middle').toBeLessThan(TOTAL);

    await desktop.start();
    await slow(desktop, 'download', false);
    await world.settle();
    expect(await world.expectSame()).toEqual(before);
    for (const device of world.devices) expect(await device.conflicts()).toEqual([]);
  });

  it('the cloud in mid-transfer: nothing that it acknowledged is lost, both sides end identical', async () => {
    const random = new SeededRandom(seed + 2);
    await using world = await World.open();
    const laptop = await world.device('laptop', { live: true });
    const desktop = await world.device('desktop', { live: true });
    await slow(laptop, 'upload');
    await world.cloud.stop();
    await fill(laptop, random);
    const before = await laptop.tree();

    await using child = cloudProcess(world.cloud);
    let acknowledged = 0;
    laptop.traffic.after = (call) => {
      if (call === 'commit') acknowledged += 1;
    };
    for (let death = 0; death < 3; death += 1) {
      await child.start();
      const seen = acknowledged;
      laptop.call('sync.now', {}).catch(() => undefined);
      await until('the laptop gets something done', () => acknowledged > seen, 40_000);
      await pause(random.below(150));
      await child.kill();
    }
    expect(filesIn(await desktop.tree()), 'it was killed in the middle').toBeLessThan(TOTAL);

    await world.cloud.start();
    await slow(laptop, 'upload', false);
    for (const device of world.devices) await device.syncOnceFree();
    await world.settle();
    expect(await world.expectSame()).toEqual(before);
    for (const device of world.devices) expect(await device.conflicts()).toEqual([]);
  });

  it('anything at any moment, with work on both sides: every last word is there on both', async () => {
    const random = new SeededRandom(seed + 3);
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    for (let index = 0; index < 40; index += 1) await laptop.write(`Shared/Part ${index % 4}/file ${index}.txt`, `first ${index}`);
    await world.settle();
    for (const device of [laptop, desktop]) await device.stop();
    await world.cloud.stop();

    await using cloud = cloudProcess(world.cloud);
    await using one = engineProcess(laptop);
    await using two = engineProcess(desktop);
    const all = [cloud, one, two];
    for (const process of all) await process.start();
    const last = new Map<string, string>();
    for (let round = 0; round < 4; round += 1) {
      for (const device of [laptop, desktop]) {
        const text = `${device.name} in round ${round}`;
        // Each has files of its own to edit, so that the last word on each is known; both move and delete as well.
        const path = `Shared/Part ${random.below(4)}/by ${device.name} ${round}.txt`;
        await device.write(path, text);
        last.set(text, path);
        await device.write(`${device.name}.bin`, someBytes(1_200_000, seed + round));
        if (await device.exists(`Shared/Part ${round % 4}/file ${round}.txt`)) {
          const file = `Shared/Part ${round % 4}/file ${round}.txt`;
          await (device === laptop ? device.rename(file, `Moved/file ${round}.txt`) : device.remove(file)).catch(() => undefined);
        }
      }
      await pause(100 + random.below(300));
      const victim = random.pick(all);
      await victim.kill();
      await pause(random.below(100));
      await victim.start();
    }
    for (const process of all) await process.kill();

    await world.cloud.start();
    for (const device of [laptop, desktop]) await device.start();
    for (const device of [laptop, desktop]) await device.syncOnceFree();
    await world.settle();
    const tree = await world.expectSame();
    for (const [text, path] of last) expect(tree[path], path).toBe(text);
  });
});
