import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dayMs, minuteMs } from '../../base/index.ts';
import { TidemarkError } from '../../contract/index.ts';
import { DiskFault } from '../index.ts';
import { type Device, engineProcess, someBytes, World, type WorldOptions } from './support/index.ts';

const MB = 1_000_000;
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function two(options: WorldOptions = {}): Promise<{ world: World; laptop: Device; desktop: Device } & AsyncDisposable> {
  const world = await World.open(options);
  const laptop = await world.device('laptop');
  const desktop = await world.device('desktop');
  return { world, laptop, desktop, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}

const nothing = (): void => undefined;

/** Lets the device sync until a call for which `when` is true, which fails as with the cable out, then stops it. */
async function stopAt(device: Device, when: (call: string) => boolean): Promise<void> {
  const reached = Promise.withResolvers<void>();
  device.traffic.before = (call) => {
    if (!when(call)) return;
    reached.resolve();
    throw new TidemarkError('cloud_unreachable');
  };
  const syncing = device.sync().catch(nothing);
  await reached.promise;
  await device.stop();
  await syncing;
  device.traffic.before = nothing;
}

/** The files in which the cloud keeps blocks above 64 KiB. */
async function blockFiles(world: World): Promise<readonly string[]> {
  const folder = join(world.cloud.dir, 'data', 'blocks');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

describe.concurrent('Transfers: resume', () => {
  it('complete: what had arrived is not sent again', async () => {
    await using at = await two();
    await at.laptop.write('film.bin', someBytes(5 * MB, 11));
    await stopAt(at.laptop, (call) => call === 'commit');
    await at.laptop.start();
    const cost = await at.laptop.traffic.cost(() => at.laptop.sync());
    expect(cost.upBytes).toBe(0);
    await at.world.settle();
    await at.world.expectSame();
  });

  it('partial: only what is missing is sent', async () => {
    await using at = await two();
    const size = 12 * MB;
    await at.laptop.write('film.bin', someBytes(size, 12));
    let stored = 0;
    at.laptop.traffic.after = (call) => {
      if (call === 'store') stored += 1;
    };
    await stopAt(at.laptop, (call) => call === 'store' && stored > 0);
    await at.laptop.start();
    const cost = await at.laptop.traffic.cost(() => at.laptop.sync());
    expect(cost.upBytes).toBeGreaterThan(0);
    expect(cost.upBytes).toBeLessThan(size);
    await at.world.settle();
    await at.world.expectSame();
  });

  it('with blocks missing on the server: they are sent again', async () => {
    await using at = await two();
    await at.laptop.write('film.bin', someBytes(2 * MB, 13));
    let swept = false;
    at.laptop.traffic.before = async (call) => {
      if (call !== 'commit' || swept) return;
      swept = true;
      // What no file uses is cleared away after a while; here, all of a sudden, before the file is made of it.
      for (let round = 0; round < 4; round += 1) {
        at.world.cloud.skewMs += 4 * dayMs;
        await at.world.cloud.maintain();
      }
    };
    const cost = await at.world.cost(() => at.world.settle());
    expect(swept).toBe(true);
    expect(cost.upBytes).toBe(4 * MB);
    await at.world.expectSame();
  });

  it('with a changed file: what is committed is what is there now', async () => {
    await using at = await two();
    await at.laptop.write('film.bin', someBytes(5 * MB, 14));
    await stopAt(at.laptop, (call) => call === 'commit');
    const bytes = Buffer.concat([someBytes(5 * MB, 14), Buffer.from('the end')]);
    await at.laptop.write('film.bin', bytes);
    await at.laptop.start();
    await at.world.settle();
    expect(sha256(await at.desktop.bytes('film.bin'))).toBe(sha256(bytes));
    await at.world.expectSame();
    expect((await at.laptop.conflicts()).length).toBe(0);
  });

  it('a download goes on after a restart, and leaves no temporary file', async () => {
    await using at = await two();
    const bytes = someBytes(12 * MB, 15);
    await at.laptop.write('film.bin', bytes);
    await at.laptop.sync();
    let fetched = 0;
    at.desktop.traffic.after = (call) => {
      if (call === 'fetch') fetched += 1;
    };
    await stopAt(at.desktop, (call) => call === 'fetch' && fetched > 0);
    expect(await at.desktop.exists('film.bin')).toBe(false);
    await at.desktop.start();
    await at.desktop.sync();
    expect(sha256(await at.desktop.bytes('film.bin'))).toBe(sha256(bytes));
    await at.world.expectSame();
  });
});

describe.concurrent('Transfers: what was begun and given up', () => {
  it('stale sessions cleaned: blocks that no file was made of leave the cloud, temporary files the device', async () => {
    await using at = await two();
    await at.laptop.write('film.bin', someBytes(12 * MB, 16));
    let stored = 0;
    at.laptop.traffic.after = (call) => {
      if (call === 'store') stored += 1;
    };
    await stopAt(at.laptop, (call) => call === 'store' && stored > 0);
    expect((await blockFiles(at.world)).length).toBeGreaterThan(0);
    await at.laptop.remove('film.bin');
    const litter = join(at.laptop.folder, '.tidemark', 'tmp', 'left-by-a-crash');
    await mkdir(dirname(litter), { recursive: true });
    await writeFile(litter, 'half of something');
    await at.laptop.start();
    await at.laptop.sync();
    expect(await at.laptop.own('tmp')).toEqual([]);
    for (let round = 0; round < 4; round += 1) {
      at.world.cloud.skewMs += 4 * dayMs;
      await at.world.cloud.maintain();
    }
    expect(await blockFiles(at.world)).toEqual([]);
    await at.world.settle();
    await at.world.expectSame({});
  });

  it('one session failing again and again starts clean: the others go on, and it follows, whole and once', async () => {
    await using at = await two();
    const stubborn = someBytes(3 * MB, 17);
    let failing = true;
    let refusals = 0;
    at.laptop.traffic.before = (call, [blocks]) => {
      if (call !== 'store' || !failing) return;
      if (!(blocks as readonly { bytes: Uint8Array }[]).some(({ bytes }) => stubborn.includes(Buffer.from(bytes)))) return;
      refusals += 1;
      throw new TidemarkError('hash_mismatch');
    };
    await at.laptop.write('stubborn.bin', stubborn);
    for (let index = 0; index < 5; index += 1) await at.laptop.write(`good-${index}.txt`, `good ${index}`);
    await at.laptop.sync(20_000).catch(nothing);
    expect(refusals).toBeGreaterThan(1);
    expect([...(await at.desktop.cloudNodes()).keys()].sort()).toEqual([0, 1, 2, 3, 4].map((index) => `good-${index}.txt`));
    failing = false;
    await at.laptop.sync();
    const sent = at.laptop.traffic.entries.filter((entry) => 'name' in entry && entry.name === 'stubborn.bin');
    expect(sent, 'once').toHaveLength(1);
    await at.world.settle();
    await at.world.expectSame();
    expect(await at.laptop.issues()).toEqual([]);
  });

  it('a batch with some failed members retries only those', async () => {
    await using at = await two();
    for (let index = 0; index < 8; index += 1) await at.laptop.write(`file-${index}.bin`, someBytes(90_000, 700 + index));
    const bad = [someBytes(90_000, 702), someBytes(90_000, 705)];
    let failing = true;
    const stored: number[] = [];
    at.laptop.traffic.before = (call, [blocks]) => {
      if (call !== 'store') return;
      const all = (blocks as readonly { bytes: Uint8Array }[]).map(({ bytes }) => bytes);
      if (failing && all.some((bytes) => bad.some((one) => one.equals(bytes)))) throw new TidemarkError('body_too_large');
      stored.push(...all.map((bytes) => bytes.length));
    };
    await at.laptop.sync();
    expect(stored).toHaveLength(6);
    failing = false;
    await at.laptop.sync();
    expect(stored, 'none was sent twice').toHaveLength(8);
    expect(at.laptop.traffic.entries.map((entry) => 'name' in entry && entry.name).sort()).toEqual(
      [0, 1, 2, 3, 4, 5, 6, 7].map((index) => `file-${index}.bin`),
    );
    await at.world.settle();
    await at.world.expectSame();
  });
});

describe.concurrent('Transfers: abort and edit in the middle', () => {
  it('abort late, soft: paused before the commit, nothing is there; resumed, it is, without sending it twice', async () => {
    await using at = await two();
    const size = 3 * MB;
    await at.laptop.write('film.bin', someBytes(size, 21));
    let paused = false;
    at.laptop.traffic.before = async (call) => {
      if (call !== 'commit' || paused) return;
      paused = true;
      await at.laptop.call('sync.pause', { until: null });
      throw new TidemarkError('aborted');
    };
    const cost = await at.laptop.traffic.cost(async () => {
      await expect(at.laptop.sync()).rejects.toMatchObject({ code: 'paused' });
      expect([...(await at.desktop.cloudNodes()).keys()]).toEqual([]);
      await at.laptop.call('sync.resume', {});
      await at.laptop.sync();
    });
    expect(paused).toBe(true);
    expect(cost.upBytes).toBe(size);
    await at.world.settle();
    await at.world.expectSame();
  });

  it('abort late, hard: killed before the commit, nothing is there; started again, it is, without sending it twice', async () => {
    await using at = await two();
    await at.laptop.stop();
    await at.laptop.write('film.bin', someBytes(3 * MB, 26));
    await using child = engineProcess(at.laptop, 'commit before 1');
    await child.start();
    await child.death();
    expect([...(await at.desktop.cloudNodes()).keys()]).toEqual([]);
    await at.laptop.start();
    const cost = await at.laptop.traffic.cost(() => at.laptop.sync());
    expect(cost.upBytes).toBe(0);
    await at.world.settle();
    expect(Object.keys(await at.world.expectSame())).toEqual(['film.bin']);
  });

  it('file edited in mid-upload: no mixture is ever committed', async () => {
    await using at = await two();
    const before = someBytes(5 * MB, 22);
    const after = Buffer.concat([someBytes(2 * MB, 23), before.subarray(2 * MB)]);
    await at.laptop.write('film.bin', before);
    let edited = false;
    at.laptop.traffic.before = async (call) => {
      if (call !== 'store' || edited) return;
      edited = true;
      await at.laptop.write('film.bin', after);
    };
    await at.world.settle();
    expect(edited).toBe(true);
    expect(sha256(await at.desktop.bytes('film.bin'))).toBe(sha256(after));
    await at.world.expectSame();
    const sizes = at.laptop.traffic.entries.flatMap((entry) => (entry.op === 'put' ? [entry.hash] : []));
    expect(new Set(sizes).size, 'the old one or the new one, nothing between').toBeLessThanOrEqual(2);
  });

  it('file deleted in mid-upload: it is not in the cloud, and nothing complains', async () => {
    await using at = await two();
    await at.laptop.write('film.bin', someBytes(5 * MB, 24));
    await at.laptop.write('other.txt', 'other');
    let removed = false;
    at.laptop.traffic.before = async (call) => {
      if (call !== 'store' || removed) return;
      removed = true;
      await at.laptop.remove('film.bin');
    };
    await at.world.settle();
    expect(removed).toBe(true);
    await at.world.expectSame({ 'other.txt': 'other' });
    expect(await at.laptop.issues()).toEqual([]);
  });

  it('file renamed in mid-upload: it arrives under the new name, once', async () => {
    await using at = await two();
    const bytes = someBytes(5 * MB, 25);
    await at.laptop.write('film.bin', bytes);
    let renamed = false;
    at.laptop.traffic.before = async (call) => {
      if (call !== 'store' || renamed) return;
      renamed = true;
      await at.laptop.rename('film.bin', 'films/movie.bin');
    };
    await at.world.settle();
    expect(sha256(await at.desktop.bytes('films/movie.bin'))).toBe(sha256(bytes));
    expect(Object.keys(await at.world.expectSame())).toEqual(['films/', 'films/movie.bin']);
  });
});

describe.concurrent('Transfers: names and sizes', () => {
  it('percent-encoded names', async () => {
    await using at = await two();
    const names = ['100%.txt', 'a%20b.txt', 'a%2Fb.txt', '%E4%BD%A0.txt', '%', '%%41', 'q?x=1&y#z.txt'];
    for (const name of names) await at.laptop.write(name, name);
    await at.world.settle();
    await at.world.expectSame(Object.fromEntries(names.map((name) => [name, name] as const).sort(([a], [b]) => (a < b ? -1 : 1))));
  });

  it('very large files: more than memory is given at a time, and an edit in the middle sends only what changed', async () => {
    await using at = await two();
    const bytes = someBytes(56 * MB, 31);
    await at.laptop.write('film.bin', bytes);
    await at.world.settle();
    await at.world.expectSame();
    bytes.fill(7, 28 * MB, 28 * MB + 100);
    await at.laptop.write('film.bin', bytes);
    const cost = await at.world.cost(() => at.world.settle());
    // At most the block that changed and the next, whatever sizes they have.
    expect(cost.upBytes).toBeLessThanOrEqual(8.5 * MB);
    expect(cost.downBytes).toBe(cost.upBytes);
    expect(sha256(await at.desktop.bytes('film.bin'))).toBe(sha256(bytes));
    await at.world.expectSame();
  });

  it('sparse files: whole on the other side, holes sent once', async () => {
    await using at = await two();
    await at.laptop.write('disk.img', 'head');
    await truncate(at.laptop.path('disk.img'), 24 * MB);
    const cost = await at.world.cost(() => at.world.settle());
    expect(cost.upBytes).toBeLessThan(13 * MB);
    expect((await at.desktop.stat('disk.img')).size).toBe(24_000_000n);
    expect(sha256(await at.desktop.bytes('disk.img'))).toBe(sha256(await at.laptop.bytes('disk.img')));
    await at.world.expectSame();
  });
});

describe.concurrent('Transfers: what the server refuses', () => {
  it('413: straight to the longest wait for the file that is refused; the others of its request go through', async () => {
    await using at = await two();
    const large = someBytes(300_000, 41);
    let refusals = 0;
    at.laptop.traffic.before = (call, [blocks]) => {
      if (call !== 'store') return;
      if (!(blocks as readonly { bytes: Uint8Array }[]).some(({ bytes }) => bytes.length === large.length)) return;
      refusals += 1;
      throw new TidemarkError('body_too_large');
    };
    await at.laptop.write('large.bin', large);
    for (let index = 0; index < 5; index += 1) await at.laptop.write(`small-${index}.txt`, `small ${index}`);
    await at.laptop.sync();
    expect([...(await at.desktop.cloudNodes()).keys()].sort()).toEqual([0, 1, 2, 3, 4].map((index) => `small-${index}.txt`));
    const [refused, ...others] = await at.laptop.issues();
    expect(others).toEqual([]);
    expect(refused).toMatchObject({ path: 'large.bin', attempts: 1, reason: { code: 'body_too_large' } });
    expect((refused?.nextTryAt ?? 0) - Date.now(), 'the longest wait, at the first refusal').toBeGreaterThan(9 * minuteMs);
    expect(refusals).toBeLessThan(12);
    at.laptop.traffic.before = nothing;
    await at.world.settle();
    expect(Object.keys(await at.world.expectSame())).toContain('large.bin');
    expect(await at.laptop.issues()).toEqual([]);
  });

  it('415: straight to the longest wait, each file listed, and all of it once somebody asks to sync', async () => {
    await using at = await two();
    let refusals = 0;
    at.laptop.traffic.before = (call) => {
      if (call !== 'store') return;
      refusals += 1;
      throw new TidemarkError('unsupported_media_type');
    };
    for (let index = 0; index < 3; index += 1) await at.laptop.write(`file-${index}.txt`, `file ${index}`);
    await at.laptop.sync();
    expect(refusals).toBeLessThanOrEqual(3);
    const refused = { attempts: 1, nextTryAt: null, reason: { code: 'unsupported_media_type' } };
    expect(await at.laptop.issues()).toMatchObject([refused, refused, refused]);
    at.laptop.traffic.before = nothing;
    await at.world.settle();
    await at.world.expectSame({ 'file-0.txt': 'file 0', 'file-1.txt': 'file 1', 'file-2.txt': 'file 2' });
    expect(await at.laptop.issues()).toEqual([]);
  });

  it('507: skip larger, keep smaller, recover when it fits', async () => {
    await using at = await two({ cloud: { plans: [{ id: 'free', storageBytes: 200_000, devices: null, pricePerYearUsd: 0 }] } });
    await at.laptop.write('large.bin', someBytes(400_000, 51));
    for (let index = 0; index < 5; index += 1) await at.laptop.write(`small-${index}.txt`, `small ${index}`);
    await at.laptop.sync();
    expect([...(await at.desktop.cloudNodes()).keys()].sort()).toEqual([0, 1, 2, 3, 4].map((index) => `small-${index}.txt`));
    expect(await at.laptop.issues()).toMatchObject([{ path: 'large.bin', reason: { code: 'quota_exceeded' } }]);
    await at.laptop.write('late.txt', 'a small one that comes later');
    await at.laptop.sync();
    await at.desktop.sync();
    expect(await at.desktop.read('late.txt')).toBe('a small one that comes later');
    await at.laptop.write('large.bin', someBytes(100_000, 52));
    await at.world.settle();
    await at.world.expectSame();
    expect(await at.laptop.issues()).toEqual([]);
  });

  it('503: all pause for as long as was asked', async () => {
    await using at = await two();
    for (let index = 0; index < 20; index += 1) await at.laptop.write(`file-${index}.bin`, someBytes(70_000, 60 + index));
    const pauseMs = 1200;
    let pausedAt: number | undefined;
    const early: string[] = [];
    at.laptop.traffic.before = (call) => {
      // The pause is of the transfers; a look at the change feed is what tells that it is over.
      if (call === 'delta' || call === 'wait') return;
      if (pausedAt === undefined && call === 'store') {
        pausedAt = performance.now();
        throw new TidemarkError('cloud_unavailable', { retryAfterMs: pauseMs });
      }
      if (pausedAt !== undefined && performance.now() - pausedAt < pauseMs - 50) early.push(call);
    };
    await at.laptop.syncOnceFree();
    expect(pausedAt).toBeDefined();
    expect(early).toEqual([]);
    await at.world.settle();
    expect(Object.keys(await at.world.expectSame()).length).toBe(20);
  });
});

describe.concurrent('Transfers: what arrives broken', () => {
  const harms = {
    'checksum mismatch discards': (bytes: Buffer) => bytes.map((byte, index) => (index === 1000 ? byte ^ 1 : byte)),
    'a short download is never committed': (bytes: Buffer) => bytes.subarray(0, 50_000),
  } as const;

  it.each(Object.keys(harms) as (keyof typeof harms)[])('%s; of a batch only what failed is tried again', async (harm) => {
    await using at = await two();
    await at.laptop.write('harmed.bin', someBytes(150_000, 71));
    await at.laptop.sync();
    const [file = '', ...more] = await blockFiles(at.world);
    expect(more).toEqual([]);
    const whole = await readFile(file);
    for (let index = 0; index < 5; index += 1) await at.laptop.write(`good-${index}.bin`, someBytes(80_000, 80 + index));
    await at.laptop.sync();
    await writeFile(file, harms[harm](whole));

    await at.desktop.sync();
    expect(await at.desktop.exists('harmed.bin')).toBe(false);
    expect(Object.keys(await at.desktop.tree())).toEqual([0, 1, 2, 3, 4].map((index) => `good-${index}.bin`));
    expect((await at.desktop.issues()).map(({ path }) => path)).toEqual(['harmed.bin']);
    await at.world.expectNoTemporaryFiles();

    // Whoever still has the content heals the cloud by sending it once more, under whatever name.
    await at.laptop.write('again.bin', someBytes(150_000, 71));
    const cost = await at.laptop.traffic.cost(() => at.laptop.sync());
    expect(cost.upBytes).toBe(150_000);
    const asked = new Set<string>();
    at.desktop.traffic.before = (call, [hashes]) => {
      if (call === 'fetch') for (const hash of hashes as readonly string[]) asked.add(hash);
    };
    await at.world.settle();
    expect([...asked]).toEqual([sha256(someBytes(150_000, 71))]);
    expect(Object.keys(await at.world.expectSame()).length).toBe(7);
    expect(await at.desktop.issues()).toEqual([]);
  });
});

describe.concurrent('Transfers: disk full', () => {
  it.each(['new', 'edited'] as const)('disk full: stop before writing, never upload the empty file (%s)', async (what) => {
    await using at = await two();
    const old = someBytes(100_000, 91);
    if (what === 'edited') await at.laptop.write('film.bin', old);
    await at.world.settle();
    const bytes = someBytes(3 * MB, 92);
    await at.laptop.write('film.bin', bytes);
    await at.laptop.sync();
    at.desktop.disk.before = (call, [path]) => {
      if (call === 'writeMany' || call === 'create') throw new DiskFault('full', String(path));
    };
    await at.desktop.sync();
    expect(await at.desktop.issues()).toMatchObject([{ path: 'film.bin', reason: { code: 'disk_full' } }]);
    expect(Object.keys(await at.desktop.tree())).toEqual(what === 'edited' ? ['film.bin'] : []);
    if (what === 'edited') expect(sha256(await at.desktop.bytes('film.bin'))).toBe(sha256(old));
    // Nothing of this comes back as an edit.
    expect(at.desktop.traffic.entries).toEqual([]);
    expect(sha256(await at.laptop.bytes('film.bin'))).toBe(sha256(bytes));
    at.desktop.disk.before = nothing;
    await at.world.settle();
    await at.world.expectSame();
    expect(sha256(await at.desktop.bytes('film.bin'))).toBe(sha256(bytes));
    expect(await at.desktop.issues()).toEqual([]);
  });

  it('full while a small batch is written: what fits is placed', async () => {
    await using at = await two();
    for (let index = 0; index < 4; index += 1) await at.laptop.write(`file-${index}.txt`, `content ${index}`);
    await at.laptop.sync();
    let faults = 0;
    at.desktop.disk.before = (call) => {
      if (call !== 'writeMany' || faults > 0) return;
      faults += 1;
      throw new DiskFault('full', at.desktop.folder);
    };
    await at.desktop.sync();
    await at.world.settle();
    expect(faults).toBe(1);
    await at.world.expectSame({
      'file-0.txt': 'content 0',
      'file-1.txt': 'content 1',
      'file-2.txt': 'content 2',
      'file-3.txt': 'content 3',
    });
    expect(await at.desktop.issues()).toEqual([]);
  });
});
