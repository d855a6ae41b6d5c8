import { watch } from 'node:fs';
import { lstat, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectRunning, openProfile } from '../src/host/index.ts';
import { type Device, type Memory, seededBytes, type World } from '../tools/world/index.ts';
import type { CountingProxy } from './counting-proxy.ts';
import { timed } from './limits.ts';
import { tinyPath } from './tiny-tree.ts';

type Status = Readonly<Record<string, unknown>>;

/** Waits until the device's running engine says so, told by the engine itself rather than asked for. */
export async function untilStatus(device: Device, holds: (status: Status) => boolean, timeoutMs = 900_000): Promise<void> {
  const connection = await connectRunning(await openProfile(device.places.profile));
  if (connection === undefined) throw new Error(`the engine of ${device.places.name} does not run`);
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error('the engine did not get there in time')), timeoutMs);
  try {
    const there = Promise.withResolvers<void>();
    let status: Status = {};
    const take = (news: Status): void => {
      status = { ...status, ...news };
      if (holds(status)) there.resolve();
    };
    connection.on('status.patch', take);
    take(await connection.call('status.snapshot', {}));
    await Promise.race([there.promise, late.promise]);
  } finally {
    clearTimeout(timer);
    connection.close();
  }
}

const isUpToDate = (status: Status): boolean => status['state'] === 'up_to_date' && status['scanning'] === false;

/** What sends or fetches content, or changes the drive. */
export const isTransfer = (what: string): boolean => /^POST \/v1\/(blocks|drive\/commit)/.test(what);

const transfers = (proxy: CountingProxy): number =>
  [...proxy.counts].reduce((sum, [what, count]) => sum + (isTransfer(what) ? count : 0), 0);

export interface SettledRestart {
  /** From starting the process until the engine says that it is up to date, seconds. */
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Requests about content or changes, seen between engine and cloud; 0 is right. */
  readonly transfers: number;
}

export async function settledRestart(device: Device, proxy: CountingProxy): Promise<SettledRestart> {
  await device.stopEngine();
  const before = transfers(proxy);
  const seconds = await timed(async () => {
    await device.startEngine();
    await untilStatus(device, isUpToDate);
  });
  const cpuSeconds = await device.engine.cpuSeconds();
  await sleep(2000);
  return { seconds, cpuSeconds, transfers: transfers(proxy) - before };
}

export interface Rest {
  readonly seconds: number;
  /** Bytes that the process sent to storage. */
  readonly diskBytes: number;
  /** Bytes that it gave to write(2) of any kind: the requests of the long poll are among them. */
  readonly writtenBytes: number;
  /** Files of its profile and folder that are not what they were. */
  readonly changedFiles: readonly string[];
  /** Percent of one core. */
  readonly cpuPercent: number;
  readonly memory: Memory;
}

/** What a settled engine does when nothing happens. */
export async function atRest(device: Device, seconds: number): Promise<Rest> {
  const before = { io: await ioOf(device.engine.pid), cpu: await device.engine.cpuSeconds(), files: await ownFiles(device) };
  const took = await timed(() => sleep(seconds * 1000));
  const after = { io: await ioOf(device.engine.pid), cpu: await device.engine.cpuSeconds(), files: await ownFiles(device) };
  const paths = new Set([...before.files.keys(), ...after.files.keys()]);
  return {
    seconds: took,
    diskBytes: after.io.diskBytes - before.io.diskBytes,
    writtenBytes: after.io.writtenBytes - before.io.writtenBytes,
    changedFiles: [...paths].filter((path) => before.files.get(path) !== after.files.get(path)).sort(),
    cpuPercent: (100 * (after.cpu - before.cpu)) / took,
    memory: await device.engine.memory(),
  };
}

async function ioOf(pid: number): Promise<{ readonly diskBytes: number; readonly writtenBytes: number }> {
  const text = await readFile(`/proc/${pid}/io`, 'utf8');
  const count = (name: string): number => Number(new RegExp(`^${name}: (\\d+)`, 'm').exec(text)?.[1]);
  return { diskBytes: count('write_bytes'), writtenBytes: count('wchar') };
}

/** Size and times of everything that Tidemark itself keeps. */
async function ownFiles(device: Device): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const root of [device.places.profile, join(device.folder, '.tidemark')]) {
    for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      const { size, mtimeNs, ctimeNs } = await lstat(path, { bigint: true });
      found.set(path, `${size} ${mtimeNs} ${ctimeNs}`);
    }
  }
  return found;
}

export interface Latency {
  readonly changes: number;
  /** From the end of the write until the cloud gets a request for it, median and worst, ms. */
  readonly requestedMs: Spread;
  /** Until the other device has the new content, ms. */
  readonly arrivedMs: Spread;
}

export interface Spread {
  readonly median: number;
  readonly worst: number;
}

/** Single changes, one after the other, both engines live: every other one a new file. */
export async function changeLatency(world: World, proxy: CountingProxy, files: number, changes = 20): Promise<Latency> {
  const requested: number[] = [];
  const arrived: number[] = [];
  for (let index = 0; index < changes; index += 1) {
    const known = tinyPath(Math.floor((index * files) / changes));
    const path = index % 2 === 0 ? known : `${known}.new`;
    const content = seededBytes(`change ${index}`, 400);
    const there = untilContent(join(world.b.folder, path), content);
    const request = proxy.nextChange();
    await writeFile(join(world.a.folder, path), content);
    const written = performance.now();
    requested.push((await request) - written);
    arrived.push((await there) - written);
    await sleep(500);
  }
  return { changes, requestedMs: spread(requested), arrivedMs: spread(arrived) };
}

/** Resolves with `performance.now()` when the file has the content; looked at whenever something happens in its folder. */
async function untilContent(path: string, content: Buffer): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const look = async (): Promise<void> => {
    const now = await readFile(path).catch(() => undefined);
    if (now?.equals(content) === true) resolve(performance.now());
  };
  const watcher = watch(dirname(path), () => void look());
  const poll = setInterval(() => void look(), 20);
  const late = setTimeout(() => resolve(Number.POSITIVE_INFINITY), 60_000);
  try {
    return await promise;
  } finally {
    watcher.close();
    clearInterval(poll);
    clearTimeout(late);
  }
}

function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  return { median: sorted[Math.floor(sorted.length / 2)] ?? Number.NaN, worst: sorted.at(-1) ?? Number.NaN };
}
