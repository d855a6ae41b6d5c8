import { expect, it } from 'vitest';
import { type NodeId, ROOT_ID } from '../model/index.ts';
import { ROOT, TestSync } from '../testing/test-sync.ts';
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
