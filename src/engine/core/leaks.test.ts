import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { secondMs } from '../../base/index.ts';
import { DEVICE, EMAIL, ROOT, TestSync } from '../testing/test-sync.ts';
import { TidemarkEngine } from './engine.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** TIDEMARK_FAULT_ROUNDS=5 makes fifty thousand. */
const CYCLES = 10_000 * Number(process.env['TIDEMARK_FAULT_ROUNDS'] ?? 1);
const MiB = 1024 * 1024;

it('ten thousand cycles leak nothing', async () => {
  const sync = new TestSync();
  const { clock, disk, store, log } = sync;
  const engine = new TidemarkEngine({ environment: sync.environment, store, profile: '/profile', lockFolder: () => () => undefined });
  await sync.connect('Laptop');
  await engine.call('account.signIn', { server: sync.cloud.server, email: EMAIL, password: 'correct horse', deviceName: DEVICE });
  for (let index = 0; index < 5; index += 1) disk.user.writeFile(`${ROOT}/file ${index}`, `content ${index}`);
  await engine.call('folder.add', { path: ROOT });
  await engine.start();
  await clock.advance(10 * secondMs);

  const cycle = async (index: number): Promise<void> => {
    // A touch is looked at, read and found to be nothing; now and then something is done, and taken back.
    disk.user.setMtime(`${ROOT}/file ${index % 5}`, clock.now() - index);
    if (index % 50 === 0) disk.user.writeFile(`${ROOT}/file 0`, `content ${index % 100}`);
    const waited = engine.call('sync.wait', { timeoutMs: 60 * secondMs });
    await clock.advance(250);
    await waited;
    log.lines.length = 0;
  };
  const look = (): { readonly heap: number; readonly timers: number; readonly rows: readonly number[]; readonly litter: number } => {
    collect();
    const own = Object.keys(disk.user.snapshot(ROOT)).filter((path) => /^\.tidemark\/(tmp|parked)\//.test(path));
    return {
      heap: process.memoryUsage().heapUsed,
      timers: clock.pending.length,
      rows: [store.local.size, store.remote.size, store.synced.size, store.journal().length, store.issueCount()],
      litter: own.length,
    };
  };
  for (let index = 0; index < CYCLES / 5; index += 1) await cycle(index);
  const before = look();
  const listeners = process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
  for (let index = CYCLES / 5; index < CYCLES; index += 1) await cycle(index);
  const after = look();
  expect({ ...after, heap: 0 }).toEqual({ ...before, heap: 0 });
  expect(after.litter).toBe(0);
  expect(process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0)).toBe(listeners);
  // The fake cloud keeps the versions, and the history its lines; a leak of each cycle would be far more.
  expect((after.heap - before.heap) / MiB).toBeLessThan(4);
  await Promise.all([engine.stop(), clock.advance(secondMs)]);
}, 120_000);
