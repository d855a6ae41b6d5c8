import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dayMs } from '../../base/index.ts';
import { type Device, World } from './support/index.ts';

/** Two devices in step, on a cloud that sends mail into a folder from then on; both are off. */
async function switchedOff(): Promise<{ world: World; laptop: Device; desktop: Device; mails: string } & AsyncDisposable> {
  const mails = await mkdtemp(join(tmpdir(), 'tidemark-mails-'));
  const world = await World.open();
  const laptop = await world.device('laptop');
  const desktop = await world.device('desktop');
  await laptop.write('letter.txt', 'first');
  await laptop.write('folder/plan.txt', 'a plan');
  await world.settle();
  await laptop.write('letter.txt', 'second');
  await laptop.write('gone.txt', 'gone');
  await world.settle();
  await laptop.remove('gone.txt');
  await world.settle();
  await laptop.stop();
  await desktop.stop();
  await world.cloud.restart({ mail: { folder: mails } });
  return {
    world,
    laptop,
    desktop,
    mails,
    [Symbol.asyncDispose]: async () => {
      await world[Symbol.asyncDispose]();
      await rm(mails, { recursive: true });
    },
  };
}

/** The days on which something falls due, one look of the cloud's on each. */
async function pass(world: World, ...days: readonly number[]): Promise<void> {
  const start = world.cloud.skewMs;
  for (const day of days) {
    world.cloud.skewMs = start + day * dayMs;
    await world.cloud.maintain();
  }
}

describe.concurrent('Unused: a drive that was emptied', () => {
  it('takes nothing from the devices: what comes back goes up again, once, and without a question', async () => {
    await using at = await switchedOff();
    const { world, laptop, desktop, mails } = at;
    await pass(world, 91, 151, 174, 180, 200);
    expect((await readdir(mails)).length, 'four warnings, and that it happened').toBe(5);
    await laptop.start();
    await laptop.sync();
    expect(await laptop.tree()).toEqual({ 'letter.txt': 'second', 'folder/': '', 'folder/plan.txt': 'a plan' });
    expect((await laptop.call('questions.list', {})).questions).toEqual([]);
    expect(await laptop.call('quota.show', {})).toMatchObject({ versionsBytes: 0, trashBytes: 0, usedBytes: 'seconda plan'.length });
    await desktop.start();
    await world.settle();
    await world.expectSame({ 'letter.txt': 'second', 'folder/': '', 'folder/plan.txt': 'a plan' });
    expect(await laptop.conflicts()).toEqual([]);
  });

  it('keeps what was written while the devices were away: both versions, and what one deleted stays deleted nowhere else', async () => {
    await using at = await switchedOff();
    const { world, laptop, desktop } = at;
    await pass(world, 91, 151, 174, 180, 200);
    await desktop.write('letter.txt', 'written on the desktop');
    await laptop.write('new.txt', 'new on the laptop');
    await laptop.remove('folder/plan.txt');
    await laptop.start();
    await laptop.sync();
    await desktop.start();
    await world.settle();
    const tree = await world.expectSame();
    expect(Object.values(tree)).toEqual(expect.arrayContaining(['second', 'written on the desktop', 'new on the laptop', 'a plan']));
  });

  it('is never one of which a device synced, however little', async () => {
    await using at = await switchedOff();
    const { world, laptop, desktop, mails } = at;
    await pass(world, 91, 151, 174, 180);
    await laptop.start();
    await laptop.sync();
    const { keptUntil } = await laptop.call('status.snapshot', {});
    // The clock of the cloud is that much ahead of the device's.
    expect(((keptUntil ?? 0) - Date.now()) / dayMs).toBeCloseTo(360, 0);
    await laptop.stop();
    await pass(world, 20, 60, 89);
    expect((await readdir(mails)).length).toBe(4);
    await desktop.start();
    await laptop.start();
    await world.settle();
    await world.expectSame({ 'letter.txt': 'second', 'folder/': '', 'folder/plan.txt': 'a plan' });
  });

  it('shows its date also while the cloud cannot be asked', async () => {
    await using at = await switchedOff();
    const { world, laptop } = at;
    await laptop.start();
    await laptop.sync();
    await laptop.stop();
    await world.cloud.stop();
    laptop.skewMs = 100 * dayMs;
    await laptop.start();
    const { keptUntil } = await laptop.call('status.snapshot', {});
    expect(((keptUntil ?? 0) - Date.now()) / dayMs).toBeCloseTo(180, 0);
  });
});
