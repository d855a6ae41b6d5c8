import { expect, it } from 'vitest';
import { secondMs } from '../../base/index.ts';
import type { WatchListener } from '../environment.ts';
import { ROOT, TestSync } from '../testing/test-sync.ts';
import { FolderWatch } from './folder-watch.ts';
import { Timers } from './timers.ts';

it('a watch that stops working has lost what happened last: everything is looked at, at once, and when it works again', async () => {
  const sync = new TestSync();
  const listeners: WatchListener[] = [];
  const told: string[] = [];
  let closed = 0;
  const watch = new FolderWatch({
    environment: {
      ...sync.environment,
      watch: (_, listener) => {
        listeners.push(listener);
        return Promise.resolve({
          close: () => {
            closed += 1;
            return Promise.resolve();
          },
        });
      },
    },
    path: ROOT,
    timers: new Timers(sync.clock),
    stopping: new AbortController().signal,
    onHint: (folder) => told.push(folder),
    onLost: () => told.push('anything'),
  });
  expect(watch.works).toBe(false);
  await watch.begin();
  expect(watch.works).toBe(true);
  listeners[0]?.dirty('docs');
  expect(told).toEqual(['anything', 'docs']);
  listeners[0]?.failed(new Error('no watches left'));
  expect([told, watch.works]).toEqual([['anything', 'docs', 'anything'], false]);
  await sync.clock.advance(31 * secondMs);
  expect([listeners.length, told]).toEqual([2, ['anything', 'docs', 'anything', 'anything']]);
  expect([watch.works, closed], 'the one that failed is given back').toEqual([true, 1]);
  await watch.close();
});

it('while there are too many hints to be told, the watch does not work, and everything is looked at now and then', async () => {
  const sync = new TestSync();
  const told: string[] = [];
  const listeners: WatchListener[] = [];
  const watch = new FolderWatch({
    environment: {
      ...sync.environment,
      watch: (_, listener) => {
        listeners.push(listener);
        return Promise.resolve({ close: () => Promise.resolve() });
      },
    },
    path: ROOT,
    timers: new Timers(sync.clock),
    stopping: new AbortController().signal,
    onHint: (folder) => told.push(folder),
    onLost: () => told.push('anything'),
  });
  await watch.begin();
  told.length = 0;
  listeners[0]?.overflow(false);
  expect([watch.works, told]).toEqual([false, []]);
  await sync.clock.advance(61 * secondMs);
  expect([watch.works, told]).toEqual([false, ['anything', 'anything']]);
  listeners[0]?.overflow(true);
  expect([watch.works, told.length]).toEqual([true, 3]);
  await sync.clock.advance(61 * secondMs);
  expect(told).toHaveLength(3);
  await watch.close();
});

it('a watch that fails while it is being set up does not work, whatever it answers then', async () => {
  const sync = new TestSync();
  const told: string[] = [];
  let [tries, closed] = [0, 0];
  const watch = new FolderWatch({
    environment: {
      ...sync.environment,
      watch: (_, listener) => {
        tries += 1;
        if (tries === 1) listener.failed(new Error('no watches left'));
        return Promise.resolve({
          close: () => {
            closed += 1;
            return Promise.resolve();
          },
        });
      },
    },
    path: ROOT,
    timers: new Timers(sync.clock),
    stopping: new AbortController().signal,
    onHint: (folder) => told.push(folder),
    onLost: () => told.push('anything'),
  });
  await watch.begin();
  expect([watch.works, closed]).toEqual([false, 1]);
  await sync.clock.advance(31 * secondMs);
  expect([watch.works, tries, told.includes('anything')]).toEqual([true, 2, true]);
  await watch.close();
});

it('begun anew while it begins, it leaves no other watch open', async () => {
  const sync = new TestSync();
  let open = 0;
  const watch = new FolderWatch({
    environment: {
      ...sync.environment,
      watch: async () => {
        await sync.clock.sleep(secondMs);
        open += 1;
        return {
          close: () => {
            open -= 1;
            return Promise.resolve();
          },
        };
      },
    },
    path: ROOT,
    timers: new Timers(sync.clock),
    stopping: new AbortController().signal,
    onHint: () => undefined,
    onLost: () => undefined,
  });
  const begun = Promise.all([watch.begin(), watch.begin()]);
  await sync.clock.advance(3 * secondMs);
  await begun;
  expect([watch.works, open]).toEqual([true, 1]);
  await watch.close();
  expect(open).toBe(0);
});
