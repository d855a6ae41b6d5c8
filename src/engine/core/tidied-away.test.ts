import { expect, it } from 'vitest';
import { secondMs } from '../../base/index.ts';
import { ROOT_ID } from '../../contract/index.ts';
import { engineWithFolder, stopEngine } from '../testing/engine-with-folder.ts';
import { EMAIL, ROOT, TestSync } from '../testing/test-sync.ts';

it('folders of our own that the person removed while we run are made again', async () => {
  const sync = new TestSync();
  const other = await sync.connect('Laptop');
  const { store } = sync;
  const engine = await engineWithFolder(sync);
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
  await stopEngine(sync, engine);
});

it('the trash of this device lists what lies in it: not what was tidied away, nor what lies in that of another folder', async () => {
  const sync = new TestSync();
  const other = await sync.connect('Laptop');
  const { store } = sync;
  const engine = await engineWithFolder(sync);
  const { user } = sync.disk;
  for (const name of ['a', 'b', 'c', 'd']) user.writeFile(`${ROOT}/${name}`, name);
  await engine.start();
  await sync.clock.advance(10 * secondMs);
  const gone = sync.cloud.nodes(EMAIL).filter(({ name }) => name === 'a' || name === 'b');
  await other.commit(
    gone.map(({ id, revision }) => ({ op: 'delete', id, base: revision })),
    sync.random.id(),
  );
  void engine.call('sync.now', {});
  await sync.clock.advance(30 * secondMs);
  const listed = async (): Promise<readonly string[]> => (await engine.call('trash.here', {})).items.map(({ path }) => path).sort();
  expect(await listed()).toEqual(['a', 'b']);

  const [row] = store.trash().filter(({ originalPath }) => originalPath === 'a');
  user.remove(`${ROOT}/${row?.trashPath ?? ''}`);
  expect(await listed()).toEqual(['b']);

  const removing = engine.call('folder.remove', { path: ROOT });
  await sync.clock.advance(secondMs);
  await removing;
  user.mkdir('/home/other');
  const adding = engine.call('folder.add', { path: '/home/other' });
  await sync.clock.advance(secondMs);
  await adding;
  expect(await listed()).toEqual([]);
  await stopEngine(sync, engine);
});
