import { beforeEach, describe, expect, it } from 'vitest';
import { DiskFault } from '../environment.ts';
import { parkLocal } from './local-changes.ts';
import { Placer } from './placer.ts';
import { TestApply } from './testing/test-apply.ts';

let world: TestApply;
let placer: Placer;

beforeEach(async () => {
  world = await TestApply.make();
  placer = new Placer(world.parts);
});

/** In the cloud, fetched, and on its way to its place. */
const place = async (path: string, text = path) => {
  world.there(path, text);
  return placer.place(world.remoteFile(path), await world.fetched(text));
};
const codeOf = (thrown: unknown): string => (thrown instanceof DiskFault ? thrown.code : String(thrown));
const codeOrKind = (outcome: ReturnType<typeof place>): Promise<string> => outcome.then(({ kind }) => kind, codeOf);

describe('a finished download', () => {
  it('is put where the cloud has it, agreed on and durable', async () => {
    world.agreed('docs/');
    expect(await place('docs/a.txt')).toEqual({ kind: 'done', touched: [world.id('docs/a.txt')] });
    world.sync.disk.powerCut();
    expect(world.visible).toEqual({ docs: null, 'docs/a.txt': 'docs/a.txt' });
    expect(world.localFile('docs/a.txt')).toMatchObject({
      stat: world.person.stat(world.at('docs/a.txt')),
      content: world.remoteFile('docs/a.txt').content,
    });
    expect(world.store.synced.get(world.id('docs/a.txt'))).toMatchObject({ revision: world.remoteFile('docs/a.txt').revision });
    expect(world.sync.told.activity).toMatchObject([{ kind: 'downloaded', path: 'docs/a.txt', sizeBytes: 10 }]);
  });

  it('in a folder that is out of sight just now is told of where that was', async () => {
    world.agreed('docs/');
    await parkLocal(world.parts, world.id('docs'));
    const docs = world.store.remote.get(world.id('docs'));
    if (docs !== undefined) world.store.transaction((write) => write.putRemote({ ...docs, name: 'papers' }));
    expect(await place('docs/a.txt')).toMatchObject({ kind: 'done' });
    expect(world.sync.told.activity).toMatchObject([{ kind: 'downloaded', path: 'docs/a.txt' }]);
  });

  it.each([
    ['a file', () => world.person.writeFile(world.at('a.txt'), 'mine')],
    ['a folder', () => world.person.mkdir(world.at('a.txt'))],
    ['a link', () => world.person.symlink('/etc/passwd', world.at('a.txt'))],
  ])('replaces nothing: %s of its name stays', async (_, put) => {
    put();
    const before = world.visible;
    await expect(place('a.txt', 'theirs')).rejects.toMatchObject({ code: 'exists' });
    expect(world.visible).toEqual(before);
    expect(world.store.local.get(world.id('a.txt'))).toBeUndefined();
  });

  it('is not put where a row has another item, also where that is gone from the disk again', async () => {
    world.here('a.txt', 'mine');
    world.person.rename(world.at('a.txt'), world.at('b.txt'));
    const remote = { ...world.there('theirs.txt'), name: 'a.txt' };
    world.store.transaction((write) => write.putRemote(remote));
    if (remote.kind !== 'file') throw new Error('no file');
    await expect(placer.place(remote, await world.fetched('theirs.txt'))).rejects.toMatchObject({ code: 'exists' });
    expect(world.visible).toEqual({ 'b.txt': 'mine' });
  });

  it('is not put where the cloud had it before, nor over a row of its own', async () => {
    world.there('a.txt', 'old');
    const old = world.remoteFile('a.txt');
    world.there('a.txt', 'new');
    expect(await placer.place(old, await world.fetched('old'))).toMatchObject({ kind: 'replan' });
    const now = world.remoteFile('a.txt');
    world.store.transaction((write) => write.putRemote({ ...now, name: 'b.txt' }));
    expect(await placer.place(now, await world.fetched('new'))).toMatchObject({ kind: 'replan' });
    world.store.transaction((write) => write.deleteRemote(now.id));
    expect(await placer.place(now, await world.fetched('new'))).toMatchObject({ kind: 'replan' });
    expect(world.visible).toEqual({});
    world.agreed('c.txt');
    expect(await placer.place(world.remoteFile('c.txt'), await world.fetched('c.txt'))).toMatchObject({ kind: 'replan' });
  });

  it('waits for its folder to be here, and does not go through a link', async () => {
    world.there('docs/');
    await expect(place('docs/a.txt')).rejects.toMatchObject({ code: 'missing' });
    world.here('docs/');
    world.person.mkdir('/outside');
    world.person.rename(world.at('docs'), world.at('elsewhere'));
    world.person.symlink('/outside', world.at('docs'));
    await expect(place('docs/b.txt')).rejects.toMatchObject({ code: 'loop' });
    expect(world.person.snapshot('/outside')).toEqual({});
  });

  it('that another item is moved over the moment it is there is not agreed on', async () => {
    world.agreed('b.txt', 'mine');
    world.when('moveFiles', 'sync/a.txt', () =>
      world.when('stat', 'sync/a.txt', () => world.person.rename(world.at('b.txt'), world.at('a.txt'))),
    );
    await expect(place('a.txt')).rejects.toMatchObject({ code: 'exists' });
    expect(world.visible).toEqual({ 'a.txt': 'mine' });
    expect(world.store.local.get(world.id('a.txt'))).toBeUndefined();
    expect(world.store.synced.get(world.id('a.txt'))).toBeUndefined();
  });

  it('that is edited the moment it is there is read again', async () => {
    world.when('stat', 'sync/a.txt', () => world.person.writeFile(world.at('a.txt'), 'edited'));
    await place('a.txt');
    expect(world.localFile('a.txt').content).toBeNull();
  });
});

describe('many at a time', () => {
  it('fail each for itself', async () => {
    world.person.writeFile(world.at('b.txt'), 'mine');
    world.there('gone/');
    const outcomes = ['a.txt', 'b.txt', 'gone/c.txt', 'd.txt'].map((path) => codeOrKind(place(path)));
    expect(await Promise.all(outcomes)).toEqual(['done', 'exists', 'missing', 'done']);
    expect(world.visible).toEqual({ 'a.txt': 'a.txt', 'b.txt': 'mine', 'd.txt': 'd.txt' });
  });

  it('that come while others are put in their places are the next', async () => {
    const { disk } = world.sync;
    const batches: number[] = [];
    const moveFiles = disk.moveFiles.bind(disk);
    const first = Promise.withResolvers<void>();
    disk.moveFiles = async (moves) => {
      batches.push(moves.length);
      if (batches.length === 1) await first.promise;
      return moveFiles(moves);
    };
    const outcomes = [codeOrKind(place('first.txt'))];
    await expect.poll(() => batches).toEqual([1]);
    for (let n = 0; n < 20; n += 1) outcomes.push(codeOrKind(place(`${n}.txt`)));
    await expect.poll(() => Object.keys(world.person.snapshot(world.at('.tidemark/tmp'))).length).toBe(21);
    first.resolve();
    expect(await Promise.all(outcomes)).toEqual(Array(21).fill('done'));
    expect(batches).toEqual([1, 20]);
  });

  it('into a folder that cannot be made durable keep no other from being agreed on', async () => {
    for (const path of ['a/', 'b/']) world.agreed(path);
    world.sync.disk.fault = (method, path) => (method === 'syncFolders' && path === world.at('a') ? 'failed' : undefined);
    expect(await Promise.all([codeOrKind(place('a/1.txt')), codeOrKind(place('b/2.txt'))])).toEqual(['failed', 'done']);
    expect(world.store.synced.get(world.id('a/1.txt'))).toBeUndefined();
    expect(world.store.synced.get(world.id('b/2.txt'))).toBeDefined();
  });

  it('of which one cannot be looked at keep no other from being agreed on', async () => {
    let moved = 0;
    world.sync.disk.fault = (method, path) => {
      if (method === 'moveFiles') moved += 1;
      return moved > 0 && method === 'stat' && path === world.at('a.txt') ? 'failed' : undefined;
    };
    expect(await Promise.all([codeOrKind(place('a.txt')), codeOrKind(place('b.txt'))])).toEqual(['failed', 'done']);
  });

  it('are all told when the disk fails, and the next ones go on', async () => {
    world.sync.disk.fault = (method) => (method === 'syncFolders' ? 'failed' : undefined);
    expect(await Promise.all([codeOrKind(place('a.txt')), codeOrKind(place('b.txt'))])).toEqual(['failed', 'failed']);
    world.sync.disk.fault = undefined;
    expect(await codeOrKind(place('c.txt'))).toBe('done');
    expect(world.store.synced.get(world.id('a.txt')), 'nothing is agreed on that is not sure to be there').toBeUndefined();
  });
});
