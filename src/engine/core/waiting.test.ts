import { beforeEach, describe, expect, it, vi } from 'vitest';
import { minuteMs, secondMs } from '../../base/index.ts';
import { TidemarkError } from '../../contract/index.ts';
import { DEVICE, EMAIL, ROOT, TestSync } from '../testing/test-sync.ts';
import { TidemarkEngine } from './engine.ts';

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'nothing thrown',
    (error: unknown) => (error instanceof TidemarkError ? error.code : String(error)),
  );

let sync: TestSync;
let engine: TidemarkEngine;

beforeEach(async () => {
  sync = new TestSync();
  await sync.connect('Laptop');
  const { environment, store } = sync;
  engine = new TidemarkEngine({ environment, store, profile: '/profile', lockFolder: () => () => undefined });
  await engine.call('account.signIn', { server: sync.cloud.server, email: EMAIL, password: 'correct horse', deviceName: DEVICE });
  await engine.call('folder.add', { path: ROOT });
});

/** Something that is never done: a file that may not be read, and so is tried again and again. */
async function busyForEver(): Promise<void> {
  sync.disk.user.writeFile(`${ROOT}/a`, 'a');
  sync.disk.fault = (method) => (method === 'cutMany' ? 'failed' : undefined);
  await engine.start();
  await sync.clock.advance(secondMs);
}

async function stop(): Promise<void> {
  const stopping = engine.stop();
  await sync.clock.advance(secondMs);
  await stopping;
}

describe('who waits for a sync', () => {
  it('hears that the engine was stopped, and nothing goes on looking', async () => {
    await busyForEver();
    const waiting = codeOf(engine.call('sync.wait', { timeoutMs: null }));
    await sync.clock.advance(50);
    await stop();
    expect(await waiting).toBe('engine_stopped');
    await sync.clock.advance(minuteMs);
    expect(sync.clock.pending).toEqual([]);
  });

  it('hears what stands in the way, and nothing goes on looking', async () => {
    await busyForEver();
    const waiting = codeOf(engine.call('sync.wait', { timeoutMs: null }));
    await sync.clock.advance(50);
    await engine.call('sync.pause', { until: null });
    await sync.clock.advance(50);
    expect(await waiting).toBe('paused');
    const sleeps = vi.spyOn(sync.clock, 'sleep');
    await sync.clock.advance(secondMs);
    expect(sleeps.mock.calls.filter(([ms]) => ms === 10)).toEqual([]);
    await stop();
  });
});

describe('a preview while the folder is away', () => {
  it('of a running sync says so', async () => {
    await engine.start();
    await sync.clock.advance(10 * secondMs);
    sync.disk.user.rename(ROOT, '/home/elsewhere');
    const preview = codeOf(engine.call('sync.preview', {}));
    await sync.clock.advance(10 * secondMs);
    expect(await preview).toBe('folder_missing');
    await stop();
  });

  it('of one that does not run says so, and does not keep everything else waiting', async () => {
    sync.disk.user.rename(ROOT, '/home/elsewhere');
    const preview = codeOf(engine.call('sync.preview', {}));
    await sync.clock.advance(10 * secondMs);
    expect(await preview).toBe('folder_missing');
    await stop();
  });

  it('is made while paused', async () => {
    await engine.start();
    await sync.clock.advance(10 * secondMs);
    await engine.call('sync.pause', { until: null });
    sync.disk.user.writeFile(`${ROOT}/a`, 'a');
    await sync.clock.advance(secondMs);
    const preview = engine.call('sync.preview', {});
    await sync.clock.advance(10 * secondMs);
    expect((await preview).operations).toMatchObject([{ kind: 'upload', path: 'a' }]);
    await stop();
  });
});
