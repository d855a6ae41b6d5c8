import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../fakes/index.ts';
import { type Device, type DeviceOptions, Proxy, someBytes, until, type Weather, World } from './support/index.ts';
import { Hands } from './support/hands.ts';
import { pause, seeds } from './support/rounds.ts';

/** Short enough to notice a silent cloud within a test. */
const waits = { connectMs: 2000, silenceMs: 4000 };

interface Line {
  readonly world: World;
  readonly proxy: Proxy;
  readonly laptop: Device;
  readonly desktop: Device;
}

/** Two devices that reach their cloud through one bad stretch of line. */
async function overProxy(seed: number, options: DeviceOptions = {}): Promise<Line & AsyncDisposable> {
  const world = await World.open();
  const proxy = await Proxy.start(world.cloud.url, new SeededRandom(seed));
  const all = { ...options, server: proxy.url };
  const close = async (): Promise<void> => {
    await world[Symbol.asyncDispose]();
    await proxy[Symbol.asyncDispose]();
  };
  try {
    const laptop = await world.device('laptop', all);
    const desktop = await world.device('desktop', all);
    return { world, proxy, laptop, desktop, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** No device asks more than the long poll does while nothing happens. */
async function expectQuiet(world: World): Promise<void> {
  const cost = await world.cost(() => pause(700));
  expect(cost.entries, 'nothing is committed any more').toEqual([]);
  const asked = Object.values(cost.calls).reduce((sum, times) => sum + times, 0);
  expect(asked, `no endless loop: ${JSON.stringify(cost.calls)}`).toBeLessThanOrEqual(4 * world.devices.length);
}

/** No version of a file is there twice in a row: that would be a commit that was carried out twice. */
async function expectNoDoubles(world: World): Promise<void> {
  const [device] = world.devices;
  for (const [path, node] of (await device?.cloudNodes()) ?? []) {
    if (node.kind !== 'file') continue;
    const versions = (await device?.traffic.drive?.versions(node.id)) ?? [];
    for (const [index, { hash }] of versions.entries()) {
      expect(hash, `two versions of ${path} with one content`).not.toBe(versions[index + 1]?.hash);
    }
  }
}

const weathers: readonly Weather[] = ['cut', 'lost_answer', 'slow', 'refused', 'stormy', 'stormy', 'calm', 'silent'];

describe.concurrent('A bad line', () => {
  it.each(seeds(2))('random work on both sides ends identical, nothing lost, nothing twice (TIDEMARK_SEED=%i)', async (seed) => {
    const random = new SeededRandom(seed);
    await using at = await overProxy(seed, { live: true });
    const hands = [at.laptop, at.desktop].map((device) => new Hands(device, random.fork()));
    // Each kind of weather once, so that there is bad weather in every history.
    const forecast = weathers.map((weather) => ({ weather, key: random.next() })).sort((a, b) => a.key - b.key);
    for (const { weather } of forecast) {
      at.proxy.weather = weather;
      if (random.next() < 0.4) at.proxy.cutAll();
      for (const person of hands) for (let deed = 0; deed < 4; deed += 1) await person.work();
      await pause(random.below(250));
    }
    at.proxy.weather = 'calm';
    at.proxy.cutAll();
    for (const device of at.world.devices) await device.call('engine.resumed', {});
    for (const device of at.world.devices) await device.syncOnceFree();
    await at.world.settle();
    const tree = await at.world.expectSame();
    for (const person of hands) await person.expectLastWords(at.world, tree);
    await expectNoDoubles(at.world);
    await expectQuiet(at.world);
    expect(at.proxy.faults).toBeGreaterThan(0);
  });

  it('a connection that drops costs at most the blocks in flight', async () => {
    await using at = await overProxy(1);
    const size = 24_000_000;
    await at.laptop.write('film.bin', someBytes(size, 3));
    const sizeOf = (blocks: unknown): number =>
      (blocks as readonly { bytes: Uint8Array }[]).reduce((sum, { bytes }) => sum + bytes.length, 0);
    const inFlight = new Set<unknown>();
    let lost = 0;
    let stored = 0;
    at.laptop.traffic.before = (call, [blocks]) => {
      if (call !== 'store') return;
      inFlight.add(blocks);
      stored += 1;
      // Each third request finds its line, and that of all others, cut.
      if (stored % 3 !== 0 || stored > 9) return;
      setImmediate(() => {
        for (const one of inFlight) lost += sizeOf(one);
        inFlight.clear();
        at.proxy.cutAll();
      });
    };
    at.laptop.traffic.after = (call, _answer, [blocks]) => {
      if (call === 'store') inFlight.delete(blocks);
    };
    await at.laptop.syncOnceFree();
    expect(lost).toBeGreaterThan(0);
    // Also those that met a line which was gone already.
    for (const one of inFlight) lost += sizeOf(one);
    expect(at.laptop.traffic.upBytes).toBeLessThanOrEqual(size + lost);
    await at.desktop.syncOnceFree();
    await at.world.settle();
    await at.world.expectSame();
  });

  it('a cloud that says nothing is given up after a while, and asked again', async () => {
    await using at = await overProxy(2, { waits });
    at.proxy.weather = 'silent';
    at.proxy.cutAll();
    await at.laptop.write('letter.txt', 'dear cloud');
    await expect(at.laptop.sync()).rejects.toMatchObject({ code: 'cloud_timeout' });
    expect((await at.laptop.call('status.snapshot', {})).state).toBe('offline');
    at.proxy.weather = 'calm';
    at.proxy.cutAll();
    await at.laptop.syncOnceFree();
    await at.world.settle();
    await at.world.expectSame({ 'letter.txt': 'dear cloud' });
  });
});

describe.concurrent('Sleep', () => {
  /** Longer than the test may take: whoever waits for a dead connection fails it. */
  const patient = { connectMs: 60_000, silenceMs: 60_000 };

  it('sleep, wake: connections that died are not waited for, the folder and the cloud are looked at anew', async () => {
    await using at = await overProxy(3, { live: true, waits: patient });
    const { laptop, desktop, world, proxy } = at;
    await laptop.write('before.txt', 'before');
    await until('the first file', () => desktop.exists('before.txt'));
    proxy.forgetAll();
    await laptop.write('meanwhile.txt', 'meanwhile');
    await pause(300);
    expect(await desktop.exists('meanwhile.txt')).toBe(false);
    for (const device of world.devices) await device.call('engine.resumed', {});
    await until('what was written while the line was dead', () => desktop.exists('meanwhile.txt'), 8000);
    await world.settle();
    await world.expectSame({ 'before.txt': 'before', 'meanwhile.txt': 'meanwhile' });
  });

  it('wake: what changed here without a word of the watcher is seen at once, and what waited for its next try is tried', async () => {
    await using at = await overProxy(4, { waits: patient });
    const { laptop, desktop } = at;
    // Not live: nobody tells it of this file.
    await laptop.write('quiet.txt', 'quiet');
    await laptop.call('engine.resumed', {});
    await until('the file in the cloud', async () => (await desktop.cloudNodes()).has('quiet.txt'), 8000);
    await desktop.write('answer.txt', 'answer');
    await desktop.sync();
    await laptop.call('engine.resumed', {});
    await until('the answer here', () => laptop.exists('answer.txt'), 8000);
  });

  it('network change: offline, then online again: the cloud is asked at once', async () => {
    await using at = await overProxy(5, { live: true, waits: { connectMs: 500, silenceMs: 60_000 } });
    const { laptop, desktop, proxy, world } = at;
    proxy.weather = 'refused';
    proxy.cutAll();
    await laptop.write('ready.txt', 'ready');
    const state = async (): Promise<string> => (await laptop.call('status.snapshot', {})).state;
    await until('offline', async () => (await state()) === 'offline');
    // Long enough that the next try of its own would be seconds away.
    await pause(4000);
    proxy.weather = 'calm';
    const began = performance.now();
    for (const device of world.devices) device.networkChanged();
    await until('online', async () => (await state()) !== 'offline', 1500);
    await until('the file', () => desktop.exists('ready.txt'), 5000);
    expect(performance.now() - began).toBeLessThan(5000);
    await world.settle();
    await world.expectSame({ 'ready.txt': 'ready' });
  });
});
