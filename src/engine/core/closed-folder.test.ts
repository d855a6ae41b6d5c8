import { expect, it } from 'vitest';
import { minuteMs, secondMs } from '../../base/index.ts';
import type { TidemarkEngine } from './engine.ts';
import { engineWithFolder, stopEngine } from '../testing/engine-with-folder.ts';
import { EMAIL, ROOT, TestSync } from '../testing/test-sync.ts';

// What may be written to and not be listed (mode 0300) can get names, and cannot be opened to make them durable.
const close = (sync: TestSync): void => {
  sync.disk.fault = (method, path) => (['list', 'syncFolders'].includes(method) && path === `${ROOT}/docs` ? 'denied' : undefined);
};

async function syncing(sync: TestSync): Promise<TidemarkEngine> {
  const engine = await engineWithFolder(sync);
  await engine.start();
  await sync.clock.advance(10 * secondMs);
  return engine;
}

const inCloud = ({ cloud }: TestSync): readonly string[] => cloud.nodes(EMAIL).map(({ name }) => name);

it('a folder that was closed when something in it was replaced keeps nothing else from syncing, and goes on when it is open', async () => {
  const sync = new TestSync();
  const other = await sync.connect('Laptop');
  sync.disk.user.writeFile(`${ROOT}/docs/a`, 'old');
  sync.disk.user.writeFile(`${ROOT}/b`, 'new');
  const engine = await syncing(sync);
  const [a, b] = ['a', 'b'].map((wanted) => sync.cloud.nodes(EMAIL).find(({ name }) => name === wanted));
  if (a?.kind !== 'file' || b?.kind !== 'file') throw new Error('not in the cloud');
  close(sync);
  const { id, parentId, name, revision } = a;
  const { size, hash, blocks } = b;
  await other.commit([{ op: 'put', id, base: revision, parentId, name, size, hash, blocks, mtimeMs: 0 }], sync.random.id());
  await sync.clock.advance(10 * secondMs);
  sync.disk.user.writeFile(`${ROOT}/c`, 'c');
  void engine.call('sync.now', {});
  await sync.clock.advance(10 * secondMs);
  expect(inCloud(sync)).toContain('c');
  const { rows } = await engine.call('issues.list', {});
  expect(rows.map(({ path }) => path)).toEqual(['docs/a', 'docs']);
  sync.disk.fault = undefined;
  void engine.call('sync.now', {});
  await sync.clock.advance(minuteMs);
  expect(await engine.call('status.snapshot', {})).toMatchObject({ state: 'up_to_date', issues: 0 });
  expect(sync.disk.user.readText(`${ROOT}/docs/a`)).toBe('new');
  await stopEngine(sync, engine);
});

it('a folder that is closed between a look and making its names durable is one that cannot be read, and no more', async () => {
  const sync = new TestSync();
  await sync.connect('Laptop');
  const engine = await syncing(sync);
  sync.disk.fault = (method, path) => {
    if (method !== 'syncFolders' || path !== `${ROOT}/docs`) return undefined;
    close(sync);
    return 'denied';
  };
  sync.disk.user.writeFile(`${ROOT}/docs/a`, 'a');
  sync.disk.user.writeFile(`${ROOT}/b`, 'b');
  void engine.call('sync.now', {});
  await sync.clock.advance(20 * secondMs);
  expect(inCloud(sync)).toContain('b');
  expect(inCloud(sync)).not.toContain('a');
  const { rows } = await engine.call('issues.list', {});
  expect(rows).toMatchObject([{ path: 'docs', reason: { code: 'no_permission' } }]);
  sync.disk.fault = undefined;
  void engine.call('sync.now', {});
  await sync.clock.advance(20 * secondMs);
  expect(inCloud(sync)).toContain('a');
  await stopEngine(sync, engine);
});
