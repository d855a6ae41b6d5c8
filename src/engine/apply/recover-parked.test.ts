import { beforeEach, describe, expect, it } from 'vitest';
import { type LocalNode, type NodeId, PARKED_ID, ROOT_ID } from '../model/index.ts';
import { moveLocal, parkLocal } from './local-changes.ts';
import { deleteLocal } from './delete-local.ts';
import { recoverParked } from './recover-parked.ts';
import { TestApply } from './testing/test-apply.ts';

let world: TestApply;
let id: NodeId;

beforeEach(async () => {
  world = await TestApply.make();
  world.agreed('a.txt');
  id = world.id('a.txt');
});

const parkedAt = (path = 'a.txt'): string => world.at(`.tidemark/parked/${world.id(path)}/${path}`);
/** Moved there by a process that died before it could write so. */
const crashInPark = (path = 'a.txt'): void => {
  world.person.mkdir(world.at(`.tidemark/parked/${world.id(path)}`));
  world.person.rename(world.at(path), parkedAt(path));
};
const row = (): LocalNode | undefined => world.store.local.get(id);
const recover = () => recoverParked(world.parts);

describe('parking', () => {
  it('takes an item out of sight and brings it back, the same file', async () => {
    const { ino } = world.person.stat(world.at('a.txt'));
    expect(await parkLocal(world.parts, id)).toMatchObject({ kind: 'done' });
    expect(world.visible).toEqual({});
    expect(row()).toMatchObject({ parentId: PARKED_ID, name: 'a.txt' });
    expect(await moveLocal(world.parts, id, world.remoteFile('a.txt'))).toMatchObject({ kind: 'done' });
    expect(world.person.stat(world.at('a.txt')).ino).toBe(ino);
    expect(world.own('parked')).toEqual([]);
    expect(world.person.exists(world.at(`.tidemark/parked/${id}`))).toBe(false);
  });

  it('takes a folder with what is in it, which can be moved out meanwhile', async () => {
    world.agreed('docs/');
    world.agreed('docs/b.txt');
    await parkLocal(world.parts, world.id('docs'));
    const remote = { ...world.remoteFile('docs/b.txt'), parentId: world.remoteFile('a.txt').parentId, name: 'b.txt' };
    world.store.transaction((write) => write.putRemote(remote));
    expect(await moveLocal(world.parts, remote.id, remote)).toMatchObject({ kind: 'done' });
    expect(world.visible).toEqual({ 'a.txt': 'a.txt', 'b.txt': 'docs/b.txt' });
  });

  it('what was moved inside a folder just before that went out of sight is not gone: it keeps its row until a look finds it', async () => {
    world.agreed('docs/');
    world.agreed('docs/sub/');
    world.agreed('docs/b.txt');
    const b = world.id('docs/b.txt');
    world.person.rename(world.at('docs/b.txt'), world.at('docs/sub/b.txt'));
    await parkLocal(world.parts, world.id('docs'));
    const remote = { ...world.remoteFile('docs/b.txt'), parentId: world.remoteFile('a.txt').parentId, name: 'b.txt' };
    world.store.transaction((write) => write.putRemote(remote));
    // The second time in a row its folder is brought to sight.
    await expect(moveLocal(world.parts, b, remote)).rejects.toMatchObject({ code: 'missing' });
    expect(world.store.local.get(b)).toBeDefined();
    world.store.transaction((write) => write.deleteRemote(b));
    expect(await deleteLocal(world.parts, b).catch((error: unknown) => error)).not.toMatchObject({ kind: 'done' });
    expect(world.store.local.get(b)).toBeDefined();
  });
});

describe('after a crash', () => {
  it('in the middle of parking, the row says where it is', async () => {
    crashInPark();
    await recover();
    expect(row()).toMatchObject({ parentId: PARKED_ID, name: 'a.txt', stat: world.person.stat(parkedAt()) });
    expect(world.store.synced.get(id)).toBeDefined();
  });

  it.each(['place', 'item'])('nothing is concluded while the disk does not let its %s be looked at', async (what) => {
    crashInPark();
    world.sync.disk.entryFault = (path) => (path.endsWith(what === 'place' ? id : 'a.txt') ? 'failed' : undefined);
    await expect(recover()).rejects.toMatchObject({ code: 'failed' });
    expect(world.person.exists(parkedAt())).toBe(true);
    world.sync.disk.entryFault = undefined;
    await recover();
    expect(row()).toMatchObject({ parentId: PARKED_ID });
  });

  it('and an edit meanwhile, it is read again', async () => {
    crashInPark();
    world.person.writeFile(parkedAt(), 'edited');
    await recover();
    expect(row()).toMatchObject({ parentId: PARKED_ID, content: null });
  });

  it('with the file under both names, the parked one goes', async () => {
    world.person.mkdir(world.at(`.tidemark/parked/${id}`));
    world.person.link(world.at('a.txt'), parkedAt());
    await recover();
    expect(world.visible).toEqual({ 'a.txt': 'a.txt' });
    expect(world.own('parked')).toEqual([]);
    expect(row()?.parentId).not.toBe(PARKED_ID);
  });

  it('in the middle of bringing it back, the row says that it is back', async () => {
    await parkLocal(world.parts, id);
    world.person.rename(parkedAt(), world.at('a.txt'));
    await recover();
    expect(row()).toMatchObject({ parentId: world.remoteFile('a.txt').parentId, name: 'a.txt' });
    expect(world.person.exists(world.at(`.tidemark/parked/${id}`))).toBe(false);
  });

  it('in the middle of bringing it back, with the file under both names, the parked one goes', async () => {
    await parkLocal(world.parts, id);
    world.person.link(parkedAt(), world.at('a.txt'));
    const names: string[] = [];
    world.sync.disk.fault = (method, path) => {
      if (method === 'syncFolders' || method === 'removeFile') names.push(`${method} ${path}`);
      return undefined;
    };
    await recover();
    expect(row()).toMatchObject({ parentId: world.remoteFile('a.txt').parentId, name: 'a.txt' });
    expect(world.own('parked')).toEqual([]);
    expect(world.visible).toEqual({ 'a.txt': 'a.txt' });
    expect(names, 'the name that stays is there for good before the other goes').toEqual([
      `syncFolders ${world.at('')}`.replace(/\/$/, ''),
      `removeFile ${parkedAt()}`,
    ]);
  });

  it('and somebody took it from there: it is looked for, and not a deletion', async () => {
    await parkLocal(world.parts, id);
    world.person.rename(parkedAt(), world.at('elsewhere.txt'));
    await recover();
    expect(row()).toMatchObject({ parentId: ROOT_ID, name: 'a.txt' });
    expect(world.store.synced.get(id)).toMatchObject({ aside: true });
  });

  it('and somebody took it from there, who put another item where it was: it is looked for all the same', async () => {
    await parkLocal(world.parts, id);
    world.person.rename(parkedAt(), world.at('elsewhere.txt'));
    const other = world.here('b.txt');
    world.store.transaction((write) => write.putLocal({ ...other, name: 'a.txt' }));
    await recover();
    expect(world.store.localPath(id)).toBe(id);
    expect(world.store.synced.get(id)).toMatchObject({ aside: true });
  });

  it('that took the rows of others too, which still have its places: what is in it is still what was agreed on', async () => {
    for (const path of ['docs/', 'docs/b.txt', 'c.txt']) world.agreed(path);
    const [docs, b, c] = [world.id('docs'), world.id('docs/b.txt'), world.id('c.txt')];
    const { store, person } = world;
    // Three change places: of the last two moves no row says anything.
    const there = store.remote.get(docs);
    if (there !== undefined) store.transaction((write) => write.putRemote({ ...there, name: 'c.txt' }));
    await parkLocal(world.parts, docs);
    person.rename(world.at('a.txt'), world.at('docs'));
    store.transaction((write) => write.putLocal({ ...world.localFile('a.txt'), name: 'docs' }));
    person.rename(world.at('c.txt'), world.at('a.txt'));
    person.rename(parkedAt('docs'), world.at('c.txt'));
    const agreed = store.synced.get(b);
    await recover();
    expect(store.localPath(docs), 'a look misses it there').toBe(docs);
    expect(store.localPath(c), 'no two rows of one place').toBe('c.txt');
    expect(store.local.get(b)).toMatchObject({ parentId: docs, name: 'b.txt' });
    expect(store.synced.get(b)).toEqual({ ...agreed, aside: true });
  });

  it('without a row, a file comes back as a new one, and nothing else is touched', async () => {
    world.store.transaction((write) => write.deleteLocal(id));
    crashInPark();
    const stranger = world.at('.tidemark/parked/not-ours');
    world.person.symlink('/etc', `${stranger}/link`.replace('/link', ''));
    world.person.mkdir(world.at(`.tidemark/parked/${'e'.repeat(32)}`));
    world.person.writeFile(world.at('.tidemark/parked/stray.txt'), 'stray');
    await recover();
    expect(row()).toMatchObject({ kind: 'file', parentId: PARKED_ID, content: null });
    expect(Object.keys(world.person.snapshot(world.at('.tidemark/parked'))).sort()).toEqual(
      [id, `${id}/a.txt`, 'not-ours', 'stray.txt'].sort(),
    );
  });

  it('with what a file manager left beside it, it is the item that is told of', async () => {
    const place = world.at(`.tidemark/parked/${id}`);
    world.person.mkdir(place);
    world.person.writeFile(`${place}/.DS_Store`, 'windows and icons');
    world.person.writeFile(`${place}/A note.txt`, 'put there by hand');
    world.person.rename(world.at('a.txt'), parkedAt());
    await recover();
    expect(row()).toMatchObject({ parentId: PARKED_ID, name: 'a.txt', stat: world.person.stat(parkedAt()) });
  });

  it('a folder that is named by no id is left alone, with what is in it', async () => {
    world.person.mkdir(world.at('.tidemark/parked/copy'));
    world.person.writeFile(world.at('.tidemark/parked/copy/a.txt'), 'restored from a backup');
    await recover();
    expect(world.own('parked')).toEqual(['a.txt: restored from a backup']);
    expect(world.store.local.size).toBe(1);
  });

  it('is recovered once: a second time changes nothing', async () => {
    crashInPark();
    await recover();
    const before = row();
    await recover();
    expect(row()).toEqual(before);
  });

  it('of a disk that cannot be read, nothing is concluded', async () => {
    await parkLocal(world.parts, id);
    world.when('list', 'parked', () => 'failed');
    await expect(recover()).rejects.toMatchObject({ code: 'failed' });
    expect(row()).toMatchObject({ parentId: PARKED_ID });
    world.when('stat', `parked/${id}/a.txt`, () => 'failed');
    await expect(recover()).rejects.toMatchObject({ code: 'failed' });
    expect(row()).toMatchObject({ parentId: PARKED_ID });
  });

  it('before anything was ever parked', async () => {
    world.person.remove(world.at('.tidemark/parked'));
    await recover();
    expect(row()?.parentId).not.toBe(PARKED_ID);
  });
});

it('after a power cut an item that had come back takes no place that another row has', async () => {
  crashInPark();
  await recover();
  world.person.rename(parkedAt(), world.at('a.txt'));
  const other = world.here('b.txt');
  world.store.transaction((write) => write.putLocal({ ...other, name: 'a.txt' }));
  await recover();
  expect([...world.store.local.named(ROOT_ID, 'a.txt')].map((node) => node.id)).toEqual([other.id]);
  expect(world.store.synced.get(id), 'what is not there is not deleted').toMatchObject({ aside: true });
});

it('what was saved as a new file the moment before it went out of sight, and the disk did not let back, is that item', async () => {
  world.when('moveFile', 'parked', () => {
    world.person.swapFile(world.at('a.txt'), 'saved');
    world.sync.disk.fault = (method, path) => (method === 'moveFile' && path === world.at('a.txt') ? 'full' : undefined);
  });
  await expect(parkLocal(world.parts, id)).rejects.toMatchObject({ code: 'changed' });
  world.sync.disk.fault = undefined;
  expect(world.unmended).toBeGreaterThan(0);
  await recover();
  expect(row()).toMatchObject({ parentId: PARKED_ID, content: null, stat: world.person.stat(parkedAt()) });
});

it('what was saved as a new file the moment before it went out of sight is that item, also where it was saved once more since', async () => {
  world.when('moveFile', 'parked', () => {
    world.person.swapFile(world.at('a.txt'), 'saved');
    world.when('stat', 'parked', () => {
      world.sync.disk.fault = () => {
        throw new Error('the process died');
      };
    });
  });
  await expect(parkLocal(world.parts, id)).rejects.toThrow('the process died');
  world.sync.disk.fault = undefined;
  world.person.writeFile(world.at('a.txt'), 'saved again');
  await recover();
  expect(row()).toMatchObject({ parentId: PARKED_ID, content: null, stat: world.person.stat(parkedAt()) });
});

it('what somebody put there by hand is not the item, which is where it was', async () => {
  world.person.mkdir(world.at(`.tidemark/parked/${id}`));
  world.person.writeFile(world.at(`.tidemark/parked/${id}/note.txt`), 'by hand');
  await recover();
  expect(row()).toMatchObject({ parentId: ROOT_ID, name: 'a.txt' });
  expect(world.own('parked')).toEqual(['note.txt: by hand']);
});
