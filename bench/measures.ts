import { cp } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { differences, digestTree, type Device, type Memory, type World } from '../tools/world/index.ts';
import { timed } from './limits.ts';

const waitSeconds = 900;

export interface SmallFiles {
  /** From the moment sync may begin until everything is in the cloud, seconds. */
  readonly upSeconds: number;
  /** From the same moment until the other device has everything, seconds. */
  readonly totalSeconds: number;
  readonly cpuSeconds: Readonly<Record<'cloud' | 'a' | 'b', number>>;
  readonly peakBytes: Readonly<Record<'cloud' | 'a' | 'b', number>>;
}

/**
 * A tree from one device through the cloud to the other: engines and cloud are up, sync is paused while the files are put
 * in place, and the clock runs from the moment it is resumed. Throws when the two sides are not the same afterwards.
 */
export async function smallFiles(world: World, tree: string): Promise<SmallFiles> {
  await world.a.command(['pause']);
  await cp(tree, world.a.folder, { recursive: true });
  await sleep(3000); // the events of the copy are over, and so is what the disk had to write for it
  const before = await cpuOf(world);
  let upSeconds = 0;
  const totalSeconds = await timed(async () => {
    upSeconds = await timed(async () => {
      await world.a.command(['resume']);
      await world.a.settle(waitSeconds);
    });
    await world.b.settle(waitSeconds);
  });
  const after = await cpuOf(world);
  await mustBeEqual(world);
  const peak = async (service: { memory(): Promise<Memory> }): Promise<number> => (await service.memory()).peakBytes;
  return {
    upSeconds,
    totalSeconds,
    cpuSeconds: { cloud: after.cloud - before.cloud, a: after.a - before.a, b: after.b - before.b },
    peakBytes: { cloud: await peak(world.cloud), a: await peak(world.a.engine), b: await peak(world.b.engine) },
  };
}

export interface Restart {
  /** From starting the process until it is up and knows that nothing is to be done, seconds. */
  readonly settledSeconds: number;
  readonly cpuSeconds: number;
}

/** Stops and starts the engine of a settled folder. Throws when that made it do anything. */
export async function restart(device: Device): Promise<Restart> {
  const before = await newestActivity(device);
  await device.stopEngine();
  const settledSeconds = await timed(async () => {
    await device.startEngine();
    await device.settle(waitSeconds);
  });
  const cpuSeconds = await device.engine.cpuSeconds();
  const after = await newestActivity(device);
  if (after !== before) throw new Error('a restart of a settled folder did something: see `tidemark activity`');
  return { settledSeconds, cpuSeconds };
}

/** Memory of a settled engine that has nothing to do. */
export async function idleMemory(device: Device): Promise<Memory> {
  await sleep(5000);
  return device.engine.memory();
}

async function cpuOf(world: World): Promise<Record<'cloud' | 'a' | 'b', number>> {
  const [cloud, a, b] = await Promise.all([world.cloud.cpuSeconds(), world.a.engine.cpuSeconds(), world.b.engine.cpuSeconds()]);
  return { cloud, a, b };
}

async function mustBeEqual(world: World): Promise<void> {
  const [a, b] = [await digestTree(world.a.folder), await digestTree(world.b.folder)];
  const different = differences(a, b);
  if (different.length > 0) throw new Error(`the two sides differ in ${different.length} items: ${different.slice(0, 5).join('; ')}`);
}

async function newestActivity(device: Device): Promise<string> {
  return JSON.stringify(await device.command(['activity', '--limit', '1']));
}
