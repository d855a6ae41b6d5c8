import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { CloudOptions } from '../../../cloud/index.ts';
import type { CommitEntryInput } from '../../../contract/index.ts';
import { TestCloud } from './cloud.ts';
import { Device, type DeviceOptions } from './device.ts';
import type { Cost } from './traffic.ts';
import type { Tree } from './tree.ts';

export interface WorldOptions {
  readonly cloud?: Partial<CloudOptions>;
}

const MAX_ROUNDS = 12;

/** A cloud and the devices of one account, in one process, on the real disk and the real network. */
export class World implements AsyncDisposable {
  readonly dir: string;
  readonly cloud: TestCloud;
  readonly devices: Device[] = [];

  private constructor(dir: string, cloud: TestCloud) {
    this.dir = dir;
    this.cloud = cloud;
  }

  static async open(options: WorldOptions = {}): Promise<World> {
    const dir = await mkdtemp(join(tmpdir(), 'tidemark-world-'));
    return new World(dir, await TestCloud.start(join(dir, 'cloud'), options.cloud));
  }

  /** The first device signs up, the others sign in. Its folder is added and has been looked at, so it is idle. */
  async device(name: string, options: DeviceOptions = {}): Promise<Device> {
    const device = this.newDevice(name, options);
    await device.start();
    if (this.devices.length === 1) await device.signUp();
    else await device.signIn();
    await options.before?.(device);
    await device.addFolder({ merge: options.merge ?? true });
    await device.sync();
    return device;
  }

  /** One that is not started, signed in or given a folder yet, for scenarios about that. */
  newDevice(name: string, options: DeviceOptions = {}): Device {
    const device = new Device({ name, dir: join(this.dir, name), server: this.cloud.url }, options);
    this.devices.push(device);
    return device;
  }

  get #running(): readonly Device[] {
    return this.devices.filter((device) => device.running);
  }

  /** Syncs one device after the other until none has anything left to do; fails when they do not come to rest. */
  async settle(...devices: readonly Device[]): Promise<void> {
    const all = devices.length > 0 ? devices : this.#running;
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const before = await Promise.all(all.map(workDone));
      for (const device of all) await device.sync();
      const after = await Promise.all(all.map(workDone));
      if (before.every((one, index) => one === after[index])) return;
    }
    throw new Error(`not at rest after ${MAX_ROUNDS} rounds: ${JSON.stringify(await Promise.all(all.map((device) => device.tree())))}`);
  }

  /** What all devices exchange with the cloud while `work` runs. */
  async cost(work: () => Promise<unknown>): Promise<Cost> {
    let run = async (): Promise<unknown> => work();
    const costs: Cost[] = [];
    for (const { traffic } of this.devices) {
      const inner = run;
      run = async () => {
        costs.push(await traffic.cost(inner));
      };
    }
    await run();
    const calls: Record<string, number> = {};
    for (const cost of costs) for (const [call, times] of Object.entries(cost.calls)) calls[call] = (calls[call] ?? 0) + times;
    return {
      upBytes: costs.reduce((sum, cost) => sum + cost.upBytes, 0),
      downBytes: costs.reduce((sum, cost) => sum + cost.downBytes, 0),
      entries: costs.flatMap((cost): readonly CommitEntryInput[] => cost.entries),
      calls,
    };
  }

  /**
   * All devices and the cloud hold the same, byte by byte; nothing is left to do, in a plan or in one more round; and
   * nothing is left over. Answers the tree they share.
   */
  async expectSame(expected?: Tree): Promise<Tree> {
    const [first, ...others] = this.#running;
    if (first === undefined) throw new Error('no device runs');
    const tree = await first.tree();
    if (expected !== undefined) expect(tree).toEqual(expected);
    for (const other of others) expect(await other.tree(), `${other.name} has what ${first.name} has`).toEqual(tree);
    await this.#expectCloudHas(first, tree);
    for (const device of this.#running) {
      const { operations, rounds } = await device.call('sync.preview', {});
      expect({ operations, rounds }, `${device.name} has nothing left to do`).toEqual({ operations: [], rounds: 0 });
    }
    const again = await this.cost(() => this.settle());
    expect({ up: again.upBytes, down: again.downBytes, entries: again.entries }, 'one more round does nothing').toEqual({
      up: 0,
      down: 0,
      entries: [],
    });
    expect(await first.tree(), 'one more round changes nothing').toEqual(tree);
    await this.expectNoTemporaryFiles();
    return tree;
  }

  async #expectCloudHas(device: Device, tree: Tree): Promise<void> {
    const nodes = await device.cloudNodes();
    expect([...nodes.keys()].sort(), 'the cloud has the same paths').toEqual(Object.keys(tree).sort());
    for (const [path, node] of nodes) {
      if (node.kind !== 'file') continue;
      const bytes = await readFile(device.path(path));
      expect(node.size, `size of ${path} in the cloud`).toBe(bytes.length);
      if (node.blocks.length <= 1)
        expect(node.hash, `content of ${path} in the cloud`).toBe(createHash('sha256').update(bytes).digest('hex'));
    }
  }

  /** Nothing half-done lies about in Tidemark's own folders. */
  async expectNoTemporaryFiles(): Promise<void> {
    for (const device of this.devices) {
      expect(await device.own('tmp'), `temporary files of ${device.name}`).toEqual([]);
      expect(await device.own('parked'), `parked items of ${device.name}`).toEqual([]);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.devices.map((device) => device.stop()));
    await this.cloud.stop();
    await rm(this.dir, { recursive: true, force: true });
  }
}

/** Grows with everything that a device did on either side. */
async function workDone(device: Device): Promise<string> {
  const [newest] = (await device.call('activity.list', { limit: 1 })).rows;
  return `${device.traffic.entries.length} ${newest?.id ?? 0}`;
}

/** A world with these devices, all in step and empty. Use with `await using`. */
export async function worldOf<const N extends readonly string[]>(
  ...names: N
): Promise<{ world: World; devices: { [K in keyof N]: Device } } & AsyncDisposable> {
  const world = await World.open();
  const devices: Device[] = [];
  try {
    for (const name of names) devices.push(await world.device(name));
  } catch (error) {
    await world[Symbol.asyncDispose]();
    throw error;
  }
  return { world, devices: devices as { [K in keyof N]: Device }, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}

/** Waits for a condition that comes by itself, looked at every few ms. Fails after `timeoutMs` with what it was. */
export async function until(what: string, condition: () => boolean | Promise<boolean>, timeoutMs = 15_000): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`waited ${timeoutMs} ms in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Whether the device has this content at this path. A file that is just being replaced is not there for a moment. */
export const has = (device: Device, path: string, content: string) => (): Promise<boolean> =>
  device.read(path).then(
    (text) => text === content,
    () => false,
  );

/** Bytes that look random but are the same each time. @param seed any number; other seeds share no block */
export function someBytes(length: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(length);
  let state = (seed * 2_654_435_761 + 1) >>> 0;
  for (let index = 0; index < length; index += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[index] = state & 0xff;
  }
  return bytes;
}

/** Permissions mean nothing to root; `npm test` drops to an ordinary user. */
export const asRoot = process.getuid?.() === 0;
