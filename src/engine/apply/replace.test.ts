import { beforeEach, describe, expect, it } from 'vitest';
import { recoverParked } from './recover-parked.ts';
import { recoverReplace, REPLACE_JOURNAL, type ReplaceEntry, replaceFile } from './replace.ts';
import type { Outcome } from './outcome.ts';
import { PARKED_ID } from '../model/index.ts';
import { ROOT } from '../testing/test-sync.ts';
import { TestApply } from './testing/test-apply.ts';

const COPY = 'a (conflict, Desk, 2026-03-01).txt';
let world: TestApply;

beforeEach(async () => {
  world = await TestApply.make();
  world.agreed('a.txt', 'old');
  world.there('a.txt', 'new');
});

const replace = async (): Promise<Outcome> => {
  const fetched = await world.fetched('new');
  const outcome = await replaceFile(world.parts, world.localFile('a.txt'), world.remoteFile('a.txt'), fetched);
  await world.sync.disk.removeFile(fetched.temp);
  return outcome;
};

describe('a newer version takes the place of an older one', () => {
  it('and the older one goes to the trash, which says where it was', async () => {
    expect(await replace()).toEqual({ kind: 'done', touched: [world.id('a.txt')] });
    expect(world.visible).toEqual({ 'a.txt': 'new' });
    expect(world.own('trash')).toEqual(['a.txt: old']);
    expect(world.store.trash()).toMatchObject([{ originalPath: 'a.txt', why: 'replaced' }]);
    expect(world.store.trash()[0]?.trashPath).toMatch(/^\.tidemark\/trash\/2026-03-01\/[0-9a-f]{32}\/a\.txt$/u);
    expect(world.localFile('a.txt')).toMatchObject({
      stat: world.person.stat(world.at('a.txt')),
      content: world.remoteFile('a.txt').content,
    });
    expect(world.store.synced.get(world.id('a.txt'))).toMatchObject({ hash: world.remoteFile('a.txt').content.hash });
    expect(world.store.journal()).toEqual([]);
    expect(world.sync.told.activity).toMatchObject([{ kind: 'updated_here', path: 'a.txt', device: 'Laptop' }]);
  });

  it('in place even after a power cut', async () => {
    await replace();
    world.sync.disk.powerCut();
    expect(world.visible).toEqual({ 'a.txt': 'new' });
    expect(world.own('trash')).toEqual(['a.txt: old']);
  });

  it('while a move of it is under way, which is still seen as one', async () => {
    const moved = { ...world.remoteFile('a.txt'), name: 'elsewhere.txt' };
    world.store.transaction((write) => write.putRemote(moved));
    await replace();
    expect(world.visible).toEqual({ 'a.txt': 'new' });
    expect(world.store.synced.get(world.id('a.txt'))).toMatchObject({ name: 'a.txt', hash: moved.content.hash });
  });
});

describe('what is not as it was planned from is left alone', () => {
  it.each([
    ['a save in place', () => world.person.writeFile(world.at('a.txt'), 'saved')],
    ['a save by swapping files', () => world.person.swapFile(world.at('a.txt'), 'saved')],
  ])('%s', async (_, save) => {
    save();
    await expect(replace()).rejects.toMatchObject({ code: 'changed' });
    expect(world.visible).toEqual({ 'a.txt': 'saved' });
    expect(world.store.journal()).toEqual([]);
  });

  it('a file that is gone', async () => {
    world.person.remove(world.at('a.txt'));
    await expect(replace()).rejects.toMatchObject({ code: 'missing' });
    expect(world.visible).toEqual({});
  });

  it('a row that a look at the folder changed, or a cloud that went on', async () => {
    const planned = world.localFile('a.txt');
    const remote = world.remoteFile('a.txt');
    world.there('a.txt', 'newer');
    expect(await replaceFile(world.parts, planned, remote, await world.fetched('new'))).toMatchObject({ kind: 'replan' });
    world.here('a.txt', 'edited and seen');
    const now = world.remoteFile('a.txt');
    expect(await replaceFile(world.parts, planned, now, await world.fetched('newer'))).toMatchObject({ kind: 'replan' });
    expect(world.visible).toEqual({ 'a.txt': 'edited and seen' });
  });
});

describe('a save in the middle is kept', () => {
  it('between the look and the move away: it goes back under its name', async () => {
    world.when('moveFile', '/trash/', () => world.person.writeFile(world.at('a.txt'), 'saved'));
    expect(await replace()).toMatchObject({ kind: 'replan', rescan: [''] });
    expect(world.visible).toEqual({ 'a.txt': 'saved' });
    expect(world.store.journal()).toEqual([]);
    expect(world.store.synced.get(world.id('a.txt'))).toMatchObject({ hash: world.localFile('a.txt').content?.hash });
  });

  it('and when its name is taken by then, it gets a name of its own', async () => {
    world.when('moveFile', '/trash/', () => {
      world.person.writeFile(world.at('a.txt'), 'saved');
      world.when('moveFile', 'sync/a.txt', () => world.person.writeFile(world.at('a.txt'), 'saved again'));
    });
    expect(await replace()).toMatchObject({ kind: 'replan' });
    expect(world.visible).toEqual({ 'a.txt': 'saved again', [COPY]: 'saved' });
  });

  it('while the name is free: the new file of the person stays, the old version is in the trash', async () => {
    world.when('moveFile', 'sync/a.txt', () => world.person.writeFile(world.at('a.txt'), 'saved'));
    await expect(replace()).rejects.toMatchObject({ code: 'exists' });
    expect(world.visible).toEqual({ 'a.txt': 'saved' });
    expect(world.own('trash')).toEqual(['a.txt: old']);
    expect(world.store.trash()).toHaveLength(1);
    expect(world.store.journal()).toEqual([]);
  });

  it('by moving another item over the new version: that one is moved, and the new version is not agreed on', async () => {
    world.agreed('b.txt', 'mine');
    const before = world.store.synced.get(world.id('a.txt'));
    world.when('moveFile', 'sync/a.txt', () =>
      world.when('stat', 'sync/a.txt', () => world.person.rename(world.at('b.txt'), world.at('a.txt'))),
    );
    await expect(replace()).rejects.toMatchObject({ code: 'exists' });
    expect(world.visible).toEqual({ 'a.txt': 'mine' });
    expect(world.own('trash')).toEqual(['a.txt: old']);
    expect(world.store.synced.get(world.id('a.txt'))).toEqual(before);
    expect(world.localFile('a.txt').stat.ino).not.toBe(world.person.stat(world.at('a.txt')).ino);
    expect(world.store.journal()).toEqual([]);
  });

  it('into the old file, by a program that still has it open: a version of its own', async () => {
    world.when('moveFile', 'sync/a.txt', () => {
      const [slot] = Object.keys(world.person.snapshot(world.at('.tidemark/trash'))).filter((path) => path.endsWith('a.txt'));
      world.person.writeFile(world.at(`.tidemark/trash/${slot ?? ''}`), 'late');
    });
    expect(await replace()).toMatchObject({ kind: 'replan' });
    expect(world.visible).toEqual({ 'a.txt': 'new', [COPY]: 'late' });
    expect(world.own('trash')).toEqual([]);
    expect(world.store.trash()).toEqual([]);
    const copy = [...world.store.local.children(world.localFile('a.txt').parentId)].find(({ name }) => name === COPY);
    expect(copy, 'and is known to be one').toMatchObject({ content: null, conflictOf: world.id('a.txt') });
  });

  it('of the new file itself, as soon as it is there: its content is read again', async () => {
    world.when('stat', 'sync/a.txt', () => world.person.writeFile(world.at('a.txt'), 'saved'), 1);
    await replace();
    expect(world.visible).toEqual({ 'a.txt': 'saved' });
    expect(world.localFile('a.txt').content).toBeNull();
  });
});

describe('a fault in the middle', () => {
  it.each(['full', 'failed', 'denied'] as const)('of placing the new file (%s) brings the old one back', async (code) => {
    world.when('moveFile', 'sync/a.txt', () => code);
    await expect(replace()).rejects.toMatchObject({ code });
    expect(world.visible).toEqual({ 'a.txt': 'old' });
    expect(world.own('trash')).toEqual([]);
    expect(world.store.journal()).toEqual([]);
  });

  it('of moving the old one away leaves it where it is', async () => {
    world.when('moveFile', '/trash/', () => 'failed');
    await expect(replace()).rejects.toMatchObject({ code: 'failed' });
    expect(world.visible).toEqual({ 'a.txt': 'old' });
    expect(world.store.journal()).toEqual([]);
  });

  it.each([
    ['looking at what was moved', 'stat', '/trash/', 0],
    ['looking at what was placed', 'stat', 'sync/a.txt', 1],
    ['syncing the folders', 'syncFolders', '/home/sync', 0],
  ] as const)('of %s loses nothing', async (_, method, part, skip) => {
    world.when(method, part, () => 'failed', skip);
    await expect(replace()).rejects.toMatchObject({ code: 'failed' });
    expect(Object.keys(world.visible)).toEqual(['a.txt']);
    expect([world.visible['a.txt'], ...world.own('trash')].some((text) => text?.endsWith('old'))).toBe(true);
    expect(world.store.journal()).toEqual([]);
  });
});

describe('after a crash', () => {
  /** What a crash between the two moves leaves. */
  const crashed = (): ReplaceEntry => {
    const entry: ReplaceEntry = { target: 'a.txt', trash: '.tidemark/trash/2026-03-01/slot/a.txt' };
    world.person.mkdir(world.at('.tidemark/trash/2026-03-01/slot'));
    world.person.rename(world.at('a.txt'), world.at(entry.trash));
    world.store.transaction((write) => write.addJournal(REPLACE_JOURNAL, entry));
    return entry;
  };

  it('between the two moves the old file goes back', async () => {
    const before = world.person.stat(world.at('a.txt'));
    await recoverReplace(world.parts, crashed());
    expect(world.visible).toEqual({ 'a.txt': 'old' });
    expect(world.person.stat(world.at('a.txt'))).toMatchObject({ ino: before.ino, mtimeNs: before.mtimeNs });
  });

  it('nothing is replaced by it', async () => {
    const entry = crashed();
    world.person.writeFile(world.at('a.txt'), 'saved since');
    await recoverReplace(world.parts, entry);
    expect(world.visible).toEqual({ 'a.txt': 'saved since' });
    expect(world.own('trash')).toEqual(['a.txt: old']);
  });

  it('also when the place is taken in the last moment', async () => {
    const entry = { ...crashed(), node: world.id('a.txt') };
    world.when('moveFile', 'sync/a.txt', () => world.person.writeFile(world.at('a.txt'), 'saved since'));
    await recoverReplace(world.parts, entry);
    expect(world.visible).toEqual({ 'a.txt': 'saved since' });
    expect(world.own('trash')).toEqual(['a.txt: old']);
  });

  it('and its folder was renamed by then: nobody deleted it, and it comes again from the cloud', async () => {
    const entry = { ...crashed(), target: 'gone/a.txt', node: world.id('a.txt') };
    await recoverReplace(world.parts, entry);
    expect(world.own('trash')).toEqual(['a.txt: old']);
    expect(world.store.local.get(world.id('a.txt'))).toBeUndefined();
    expect(world.store.synced.get(world.id('a.txt')), 'what is agreed on and not here looks deleted').toBeUndefined();
  });

  it('and its folder was renamed by then: what was saved just before comes back to sight', async () => {
    const entry = { ...crashed(), target: 'gone/a.txt', node: world.id('a.txt') };
    world.person.writeFile(world.at(entry.trash), 'saved');
    await recoverReplace(world.parts, entry);
    expect(world.visible).toEqual({ 'a.txt': 'saved' });
    expect(world.own('trash')).toEqual([]);
  });

  describe('that came after the newer version was put in its place', () => {
    /** Ends the process there, `meanwhile` before the next one begins. */
    const killed = async (meanwhile: () => void = () => undefined): Promise<void> => {
      world.when('syncFolders', '/home/sync', () => {
        world.sync.disk.fault = () => {
          throw new Error('the process ended');
        };
        throw new Error('the process ended');
      });
      await expect(replace()).rejects.toThrow('the process ended');
      world.sync.disk.fault = undefined;
      meanwhile();
      for (const { data } of world.store.journal()) await recoverReplace(world.parts, data as ReplaceEntry);
    };

    it('it is told of, once, with where the older one lies', async () => {
      await killed();
      for (const { data } of world.store.journal()) await recoverReplace(world.parts, data as ReplaceEntry);
      expect(world.visible).toEqual({ 'a.txt': 'new' });
      expect(world.store.trash()).toMatchObject([{ originalPath: 'a.txt', why: 'replaced' }]);
      expect(world.sync.told.activity).toMatchObject([{ kind: 'updated_here', path: 'a.txt', reversal: { way: 'put_previous' } }]);
    });

    it('and had gone out of sight by then: the older one does not come in its place, and the newer one comes back', async () => {
      const id = world.id('a.txt');
      const out = world.at(`.tidemark/parked/${id}/a.txt`);
      await killed(() => {
        world.person.mkdir(world.at(`.tidemark/parked/${id}`));
        world.person.rename(world.at('a.txt'), out);
      });
      expect(world.visible).toEqual({});
      expect(world.own('trash')).toEqual(['a.txt: old']);
      await recoverParked(world.parts);
      expect(world.store.local.get(id)).toMatchObject({ parentId: PARKED_ID, stat: { ino: world.person.stat(out).ino } });
      expect(world.sync.told.activity).toMatchObject([{ kind: 'updated_here', path: 'a.txt' }]);
    });

    /** What the row has to say so that nothing here looks like an edit or a move that somebody made. */
    const expectAgreed = (hash = world.remoteFile('a.txt').content.hash): void =>
      expect(world.store.synced.get(world.id('a.txt'))).toMatchObject({ hash });

    it('it is what was agreed on, whatever the cloud has by now: nobody here wrote it', async () => {
      const { hash } = world.remoteFile('a.txt').content;
      await killed(() => void world.there('a.txt', 'newest'));
      expectAgreed(hash);
      expect(world.localFile('a.txt').stat.ino).toBe(world.person.stat(world.at('a.txt')).ino);
    });

    it('it is agreed on only once it is there for good', async () => {
      await killed(() => world.when('syncFolders', ROOT, () => 'failed')).catch(() => undefined);
      expect(world.store.synced.get(world.id('a.txt')), 'the older one would come back as the newest edit').toMatchObject({
        hash: world.localFile('a.txt').content?.hash,
      });
    });

    it('it is not agreed on while nobody may look into its folder: its name is not there for good before that', async () => {
      const agreed = world.store.synced.get(world.id('a.txt'));
      await killed(() => {
        world.sync.disk.fault = (method, path) => (['list', 'syncFolders'].includes(method) && path === ROOT ? 'denied' : undefined);
      });
      expect(world.store.synced.get(world.id('a.txt'))).toEqual(agreed);
    });

    it('and was edited by then: that is an edit of the newer one', async () => {
      await killed(() => world.person.writeFile(world.at('a.txt'), 'edited'));
      expectAgreed();
      expect(world.localFile('a.txt')).toMatchObject({ content: null, stat: { ino: world.person.stat(world.at('a.txt')).ino } });
    });

    it('and had moved on by then: the older one does not come in its place, and the newer one is known where it is', async () => {
      world.agreed('docs/');
      await killed(() => world.person.rename(world.at('a.txt'), world.at('docs/b.txt')));
      expect(world.visible).toEqual({ docs: null, 'docs/b.txt': 'new' });
      expect(world.own('trash')).toEqual(['a.txt: old']);
      expectAgreed();
      expect(world.localFile('a.txt').stat.ino).toBe(world.person.stat(world.at('docs/b.txt')).ino);
    });

    it('and had gone out of sight by then, and another has its place: it comes back all the same', async () => {
      const id = world.id('a.txt');
      world.agreed('b.txt', 'another');
      const out = world.at(`.tidemark/parked/${id}/a.txt`);
      await killed(() => {
        world.person.mkdir(world.at(`.tidemark/parked/${id}`));
        world.person.rename(world.at('a.txt'), out);
        world.person.rename(world.at('b.txt'), world.at('a.txt'));
      });
      await recoverParked(world.parts);
      expect(world.store.local.get(id)).toMatchObject({ parentId: PARKED_ID, stat: { ino: world.person.stat(out).ino } });
      expectAgreed();
    });

    it('what a program that still had the older one open wrote into it is beside the newer one', async () => {
      await killed(() => {
        const [slot] = Object.keys(world.person.snapshot(world.at('.tidemark/trash'))).filter((path) => path.endsWith('a.txt'));
        world.person.writeFile(world.at(`.tidemark/trash/${slot ?? ''}`), 'written late');
      });
      expect(world.visible).toEqual({ 'a.txt': 'new', [COPY]: 'written late' });
      expect(world.own('trash')).toEqual([]);
      expectAgreed();
      expect(world.localFile('a.txt').stat.ino, 'the older one did not move').toBe(world.person.stat(world.at('a.txt')).ino);
    });
  });

  it('what somebody put in its place by then is no newer version; the older one is told of all the same', async () => {
    const { trash, target } = crashed();
    world.person.writeFile(world.at('a.txt'), 'saved since');
    const { id, content } = world.localFile('a.txt');
    const reversal = { way: 'put_previous', now: 'x', before: content?.hash ?? '' } as const;
    const details = { node: id, reversal, trash: { trashPath: trash, why: 'replaced' } } as const;
    await recoverReplace(world.parts, { trash, target, line: { kind: 'updated_here', path: 'a.txt', details } });
    expect(world.store.trash()).toMatchObject([{ originalPath: 'a.txt', trashPath: trash }]);
    expect(world.sync.told.activity).toMatchObject([{ kind: 'deleted_here', reversal: { way: 'bring_back', hash: content?.hash } }]);
  });

  it('in the middle of the first move, of which a second name is left: that one goes', async () => {
    const entry: ReplaceEntry = { target: 'a.txt', trash: '.tidemark/trash/2026-03-01/slot/a.txt' };
    world.person.mkdir(world.at('.tidemark/trash/2026-03-01/slot'));
    world.person.link(world.at('a.txt'), world.at(entry.trash));
    await recoverReplace(world.parts, entry);
    expect(world.visible).toEqual({ 'a.txt': 'old' });
    expect(world.person.stat(world.at('a.txt')).links, 'a save in place would change the trash too').toBe(1);
  });

  it('before the first move there is nothing to do', async () => {
    await recoverReplace(world.parts, { target: 'a.txt', trash: '.tidemark/trash/2026-03-01/slot/a.txt' });
    expect(world.visible).toEqual({ 'a.txt': 'old' });
  });
});

it('a disk that was taken out in the middle says nothing of what is in its trash', async () => {
  world.when('moveFile', '.tidemark/trash', () => {
    world.sync.disk.fault = (method, path) => (method === 'moveFile' && path === world.at('a.txt') ? 'failed' : undefined);
  });
  await expect(replace()).rejects.toMatchObject({ code: 'failed' });
  const [row] = world.store.journal();
  world.sync.disk.fault = undefined;
  world.person.rename(ROOT, '/elsewhere');
  await expect(recoverReplace(world.parts, row?.data as ReplaceEntry), 'it has to be tried again').rejects.toMatchObject({
    code: 'missing',
  });
  world.person.rename('/elsewhere', ROOT);
  await recoverReplace(world.parts, row?.data as ReplaceEntry);
  expect(world.visible).toEqual({ 'a.txt': 'old' });
});

it('a save that the disk does not let back out of the trash is put back before the next look', async () => {
  world.when('moveFile', '.tidemark/trash', () => {
    world.person.writeFile(world.at('a.txt'), 'saved');
    world.sync.disk.fault = (method, path) => (method === 'moveFile' && path === world.at('a.txt') ? 'full' : undefined);
  });
  await expect(replace()).rejects.toMatchObject({ code: 'full' });
  expect(world.unmended).toBe(1);
  const [row] = world.store.journal();
  world.sync.disk.fault = (method, path) => (method === 'moveFile' && path === world.at('a.txt') ? 'full' : undefined);
  await expect(recoverReplace(world.parts, row?.data as ReplaceEntry), 'it has to be tried again').rejects.toMatchObject({ code: 'full' });
  world.sync.disk.fault = undefined;
  await recoverReplace(world.parts, row?.data as ReplaceEntry);
  expect(world.visible).toEqual({ 'a.txt': 'saved' });
});

it('what was placed before the disk failed is there for good before anything is looked at', async () => {
  await world.sync.disk.syncFolders([world.at('')]);
  let placed = false;
  world.sync.disk.fault = (method, path) => {
    if (method === 'moveFile' && path === world.at('a.txt')) placed = true;
    return placed && method === 'stat' && path === world.at('a.txt') ? failedOnce() : undefined;
  };
  let failures = 0;
  const failedOnce = (): 'too_many_files' | undefined => ((failures += 1) === 1 ? 'too_many_files' : undefined);
  await expect(replace()).rejects.toMatchObject({ code: 'too_many_files' });
  world.sync.disk.fault = undefined;
  expect(world.visible).toEqual({ 'a.txt': 'new' });
  world.sync.disk.powerCut();
  expect(world.visible, 'the older version would be sent as an edit').toEqual({ 'a.txt': 'new' });
});
