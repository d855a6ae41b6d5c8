import type { Device } from './device.ts';
import { type World, worldOf } from './world.ts';

export interface Two extends AsyncDisposable {
  readonly world: World;
  readonly laptop: Device;
  readonly desktop: Device;
}

/** Laptop and desktop, in step with these files; a path that ends in `/` is a folder. */
export async function twoWith(files: Readonly<Record<string, string>>): Promise<Two> {
  const opened = await worldOf('laptop', 'desktop');
  const {
    world,
    devices: [laptop, desktop],
  } = opened;
  for (const [path, content] of Object.entries(files)) await (path.endsWith('/') ? laptop.mkdir(path) : laptop.write(path, content));
  await world.settle();
  return { world, laptop, desktop, [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() };
}
