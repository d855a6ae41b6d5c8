import { describe, expect, it } from 'vitest';
import { secondMs } from '../../base/index.ts';
import { type NodeId, ROOT_ID } from '../model/index.ts';
import { engineWithFolder, stopEngine } from '../testing/engine-with-folder.ts';
import { EMAIL, ROOT, TestSync } from '../testing/test-sync.ts';
import { TidemarkEngine } from './engine.ts';

const id = (number: number): NodeId => number.toString(16).padStart(32, '0');
const stat = { kind: 'folder', size: 0, dev: '1', birthtimeNs: '1', mtimeNs: '2', ctimeNs: '2', mode: 0o755, links: 1 } as const;

it('folders that the cloud shows in each other keep nobody busy for ever', async () => {
  const sync = new TestSync();
  const { store, environment } = sync;
  const engine = new TidemarkEngine({ environment, store, profile: '/profile' });
  store.transaction((write) => {
    write.setFolder({ path: ROOT, folderId: id(99) });
    for (const [number, above] of [
      [1, 2],
      [2, 1],
    ] as const) {
      const place = { kind: 'folder', id: id(number), name: `folder ${String(number)}`, revision: id(90 + number) } as const;
      write.putRemote({ ...place, parentId: id(above), modifiedBy: null, modifiedAt: 0 });
      write.putSynced({ ...place, parentId: ROOT_ID });
      write.putLocal({ kind: 'folder', id: place.id, parentId: ROOT_ID, name: place.name, stat: { ...stat, ino: String(number) } });
    }
  });
  expect(engine.scopes.review([id(1)])).toEqual([id(2)]);
  expect(engine.scopes.takeRules([{ folder: id(2), look: { state: 'unknown' } }])).toEqual([id(1)]);
  expect(await engine.call('selection.size', { path: 'folder 1' })).toMatchObject({ items: 1 });
  await engine.call('selection.exclude', { path: 'folder 1' });
  expect((await engine.call('selection.list', {})).folders).toHaveLength(1);
  await engine.call('selection.include', { path: 'folder 1' });
  expect((await engine.call('selection.list', {})).folders).toEqual([]);
});

it('what was taken away by hand while it was not to be kept here is nobody’s deletion once it is kept again', async () => {
  const sync = new TestSync();
  const { store, environment } = sync;
  const engine = new TidemarkEngine({ environment, store, profile: '/profile' });
  store.transaction((write) => {
    for (const [number, above] of [
      [1, ROOT_ID],
      [2, id(1)],
      [3, ROOT_ID],
    ] as const) {
      const place = {
        kind: 'folder',
        id: id(number),
        parentId: above,
        name: `folder ${String(number)}`,
        revision: id(90 + number),
      } as const;
      write.putRemote({ ...place, modifiedBy: null, modifiedAt: 0 });
      write.putSynced(place);
    }
  });
  await engine.call('selection.exclude', { path: 'folder 1' });
  await engine.call('selection.include', { path: 'folder 1' });
  expect([1, 2].map((number) => store.synced.get(id(number)))).toEqual([undefined, undefined]);
  expect(store.synced.get(id(3)), 'was kept here all the time').toBeDefined();
});

/** Synced, then paused, and told not to keep the folder of these photos. */
async function withoutPhotos(sync: TestSync, photos: Readonly<Record<string, string>>) {
  sync.disk.user.mkdir(`${ROOT}/photos`);
  for (const [name, content] of Object.entries(photos)) sync.disk.user.writeFile(`${ROOT}/photos/${name}`, content);
  sync.disk.user.writeFile(`${ROOT}/stays.txt`, 'stays');
  const engine = await engineWithFolder(sync);
  await engine.start();
  await sync.clock.advance(20 * secondMs);
  await engine.call('sync.pause', { until: null });
  await engine.call('selection.exclude', { path: 'photos' });
  return engine;
}

describe.each(['paused', 'running'])('a folder that is kept again just after it was taken away by hand (%s)', (how) => {
  it('is not deleted elsewhere: no look had told of it yet', async () => {
    const sync = new TestSync();
    await sync.connect('Laptop');
    const engine = await withoutPhotos(sync, { 'a.jpg': 'a' });
    await sync.clock.advance(20 * secondMs);
    if (how === 'running') await engine.call('sync.resume', {});
    sync.disk.user.remove(`${ROOT}/photos`);
    await engine.call('selection.include', { path: 'photos' });
    if (how === 'paused') await engine.call('sync.resume', {});
    await sync.clock.advance(20 * secondMs);
    expect(sync.cloud.nodes(EMAIL).map(({ name }) => name)).toEqual(expect.arrayContaining(['photos', 'a.jpg', 'stays.txt']));
    expect(sync.disk.user.readText(`${ROOT}/photos/a.jpg`)).toBe('a');
    await stopEngine(sync, engine);
  });
});

it('what another device deleted of a folder that is kept again does not come back', async () => {
  const sync = new TestSync();
  const other = await sync.connect('Laptop');
  const engine = await withoutPhotos(sync, { 'a.jpg': 'a.jpg', 'b.jpg': 'b.jpg' });
  await engine.call('selection.include', { path: 'photos' });
  const gone = sync.cloud.nodes(EMAIL).find(({ name }) => name === 'a.jpg');
  if (gone !== undefined) await other.commit([{ op: 'delete', id: gone.id, base: gone.revision }], sync.random.id());
  await engine.call('sync.resume', {});
  await sync.clock.advance(20 * secondMs);
  expect(sync.cloud.nodes(EMAIL).map(({ name }) => name)).not.toContain('a.jpg');
  expect(sync.disk.user.exists(`${ROOT}/photos/a.jpg`)).toBe(false);
  expect(sync.disk.user.exists(`${ROOT}/photos/b.jpg`)).toBe(true);
  await stopEngine(sync, engine);
});
