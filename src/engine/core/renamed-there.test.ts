import { expect, it } from 'vitest';
import { secondMs } from '../../base/index.ts';
import { type CloudNode, ROOT_ID } from '../../contract/index.ts';
import { engineWithFolder, stopEngine } from '../testing/engine-with-folder.ts';
import { EMAIL, ROOT, TestSync } from '../testing/test-sync.ts';

function inCloud(sync: TestSync, name: string): CloudNode {
  const found = sync.cloud.nodes(EMAIL).find((node) => node.name === name);
  if (found === undefined) throw new Error(`${name} is not in the cloud`);
  return found;
}

it('what a rule left out by the name of a folder syncs, on both sides, once that has another name in the cloud', async () => {
  const sync = new TestSync();
  const other = await sync.connect('Laptop');
  sync.disk.user.writeFile(`${ROOT}/.tidemarkignore`, '/docs/deep/theirs\n/docs/deep/mine');
  sync.disk.user.writeFile(`${ROOT}/docs/deep/mine`, 'mine');
  const engine = await engineWithFolder(sync);
  await engine.start();
  await sync.clock.advance(10 * secondMs);
  await other.commit([{ op: 'mkdir', id: 'b'.repeat(32), parentId: inCloud(sync, 'deep').id, name: 'theirs' }], sync.random.id());
  await sync.clock.advance(10 * secondMs);
  const { id, revision } = inCloud(sync, 'docs');
  await other.commit([{ op: 'move', id, base: revision, parentId: ROOT_ID, name: 'papers' }], sync.random.id());
  await sync.clock.advance(10 * secondMs);
  const visible = Object.keys(sync.disk.user.snapshot(ROOT)).filter((path) => !path.startsWith('.tidemark'));
  expect(visible).toEqual(['papers', 'papers/deep', 'papers/deep/mine', 'papers/deep/theirs']);
  expect(inCloud(sync, 'mine').parentId).toBe(inCloud(sync, 'deep').id);
  await stopEngine(sync, engine);
});

it('so does what was seen before the rule came, and not sent by then', async () => {
  const sync = new TestSync();
  const other = await sync.connect('Laptop');
  const { user } = sync.disk;
  user.mkdir(`${ROOT}/docs/deep`);
  const engine = await engineWithFolder(sync);
  await engine.start();
  await sync.clock.advance(10 * secondMs);
  await engine.call('sync.pause', { until: null });
  user.writeFile(`${ROOT}/docs/deep/mine`, 'mine');
  await engine.call('sync.now', {});
  await sync.clock.advance(10 * secondMs);
  user.writeFile(`${ROOT}/.tidemarkignore`, '/docs/deep/mine');
  await engine.call('sync.now', {});
  await sync.clock.advance(10 * secondMs);
  await engine.call('sync.resume', {});
  await sync.clock.advance(10 * secondMs);
  expect(() => inCloud(sync, 'mine')).toThrow();
  const { id, revision } = inCloud(sync, 'docs');
  await other.commit([{ op: 'move', id, base: revision, parentId: ROOT_ID, name: 'papers' }], sync.random.id());
  await sync.clock.advance(10 * secondMs);
  expect(inCloud(sync, 'mine').parentId).toBe(inCloud(sync, 'deep').id);
  await stopEngine(sync, engine);
});
