import { expect, it } from 'vitest';
import { secondMs } from '../../base/index.ts';
import { ROOT_ID } from '../../contract/index.ts';
import { DEVICE, EMAIL, ROOT, TestSync } from '../testing/test-sync.ts';
import { TidemarkEngine } from './engine.ts';

it('folders of our own that the person removed while we run are made again', async () => {
  const sync = new TestSync();
  const other = await sync.connect('Laptop');
  const { environment, store } = sync;
  const engine = new TidemarkEngine({ environment, store, profile: '/profile', lockFolder: () => () => undefined });
  await engine.call('account.signIn', { server: sync.cloud.server, email: EMAIL, password: 'correct horse', deviceName: DEVICE });
  await engine.call('folder.add', { path: ROOT });
  const { user } = sync.disk;
  for (const name of ['a', 'b', 'c']) user.writeFile(`${ROOT}/${name}`, name);
  await engine.start();
  await sync.clock.advance(10 * secondMs);

  for (const own of ['tmp', 'trash', 'parked']) user.remove(`${ROOT}/.tidemark/${own}`);
  const [a, b, c] = ['a', 'b', 'c'].map((name) => sync.cloud.nodes(EMAIL).find((node) => node.name === name));
  if (a?.kind !== 'file' || b?.kind !== 'file' || c?.kind !== 'file') throw new Error('not in the cloud');
  const { size, hash, blocks, mtimeMs, executable } = b;
  await other.commit(
    [
      { op: 'put', id: a.id, base: a.revision, parentId: ROOT_ID, name: 'a', size, hash, blocks: [...blocks], mtimeMs, executable },
      { op: 'delete', id: c.id, base: c.revision },
    ],
    sync.random.id(),
  );
  void engine.call('sync.now', {});
  await sync.clock.advance(30 * secondMs);
  expect(store.divergentIds()).toEqual([]);
  expect([...store.local.children(ROOT_ID)].map(({ name }) => name).sort()).toEqual(['a', 'b']);
  expect(store.issueCount()).toBe(0);
  const stopping = engine.stop();
  await sync.clock.advance(secondMs);
  await stopping;
});
