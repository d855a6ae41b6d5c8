import { beforeEach, describe, expect, it } from 'vitest';
import { PARKED_ID } from '../model/index.ts';
import { deleteLocal, dropCopy } from './delete-local.ts';
import { MOVE_JOURNAL, type MoveEntry, recoverMove } from './move-journal.ts';
import { recoverReplace, type ReplaceEntry } from './replace.ts';
import { TestApply } from './testing/test-apply.ts';

let world: TestApply;

beforeEach(async () => {
  world = await TestApply.make();
});

/** Agreed on, and now gone in the cloud. */
const gone = (...paths: readonly string[]): void => {
  for (const path of paths) world.agreed(path);
  world.goneThere(...paths.map((path) => path.replace(/\/$/u, '')));
};
const remove = (path: string) => deleteLocal(world.parts, world.id(path));
const slot = (): string => {
  const [found] = Object.keys(world.person.snapshot(world.at('.tidemark/trash'))).filter((path) => path.split('/').length === 3);
  return world.at(`.tidemark/trash/${found ?? 'nothing'}`);
};

describe('an item that was deleted in the cloud', () => {
  it('moves to the trash, a file', async () => {
    gone('a.txt');
    expect(await remove('a.txt')).toMatchObject({ kind: 'done' });
    expect(world.visible).toEqual({});
    expect(world.own('trash')).toEqual(['a.txt: a.txt']);
    expect(world.store.trash()).toMatchObject([{ originalPath: 'a.txt', why: 'deleted' }]);
    expect(world.store.local.size + world.store.synced.size).toBe(0);
    expect(world.sync.told.activity).toMatchObject([{ kind: 'deleted_here', path: 'a.txt' }]);
  });

  it('moves to the trash, a folder as a whole, with what never syncs', async () => {
    gone('docs/', 'docs/a.txt', 'docs/deep/', 'docs/deep/b.txt');
    world.person.writeFile(world.at('docs/.DS_Store'), 'x');
    world.person.symlink('/etc', world.at('docs/link'));
    expect(await remove('docs')).toMatchObject({ kind: 'done' });
    expect(world.visible).toEqual({});
    expect(world.own('trash')).toHaveLength(4);
    expect(world.store.local.size + world.store.synced.size).toBe(0);
  });

  it.each([
    ['a file', ['a.txt']],
    ['a folder', ['docs/', 'docs/a.txt']],
  ])('and was brought back in the cloud while the process that took it away here was dead comes again: %s', async (_, paths) => {
    gone(...paths);
    const top = (paths[0] ?? '').replace(/\/$/u, '');
    const { disk } = world.sync;
    const syncFolders = disk.syncFolders.bind(disk);
    disk.syncFolders = () => Promise.reject(new Error('the process died'));
    await expect(remove(top)).rejects.toThrow('the process died');
    disk.syncFolders = syncFolders;
    for (const path of paths) world.there(path);
    for (const { data } of world.store.journal()) await recoverMove(world.parts, data as MoveEntry);
    // What is gone here and agreed on would be deleted in the cloud once more.
    expect(paths.filter((path) => world.store.synced.get(world.id(path.replace(/\/$/u, ''))) !== undefined)).toEqual([]);
    expect(world.store.local.size).toBe(0);
    expect(world.own('trash')).toHaveLength(1);
    expect(world.sync.told.activity).toMatchObject([{ kind: 'deleted_here', path: top }]);
  });

  it.each([
    ['emptied by then, is missing for no other reason', true, 0],
    ['still empty, since it had not gone there yet, is where somebody has moved it', false, 1],
  ])('with the trash %s', async (_, moved, rows) => {
    gone('a.txt');
    const { disk } = world.sync;
    const moveFile = disk.moveFile.bind(disk);
    disk.moveFile = async (from, to) => {
      if (moved) await moveFile(from, to);
      disk.fault = () => {
        throw new Error('the process died');
      };
      throw new Error('the process died');
    };
    await expect(remove('a.txt')).rejects.toThrow('the process died');
    Object.assign(disk, { moveFile, fault: undefined });
    if (moved) world.person.remove(slot());
    else world.person.rename(world.at('a.txt'), world.at('b.txt'));
    // Restored in the cloud: what is missing here would be deleted there once more.
    world.there('a.txt');
    for (const { data } of world.store.journal()) await recoverMove(world.parts, data as MoveEntry);
    expect([world.store.local.size, world.store.synced.size]).toEqual([rows, rows]);
  });

  it('stays gone after a power cut', async () => {
    gone('a.txt');
    await remove('a.txt');
    world.sync.disk.powerCut();
    expect(world.visible).toEqual({});
    expect(world.own('trash')).toEqual(['a.txt: a.txt']);
  });

  it.each([
    ['a file', ['a.txt'], 'a.txt'],
    ['in a folder', ['docs/', 'docs/a.txt'], 'docs/a.txt'],
  ])('that was written to just before it went, and all ended then, is put back: %s', async (_, paths, file) => {
    gone(...paths);
    const [top = ''] = file.split('/');
    const method = top === file ? 'moveFile' : 'moveFolder';
    world.when(method, top, () => world.person.writeFile(world.at(file), 'saved'));
    const { disk } = world.sync;
    const move = disk[method].bind(disk);
    disk[method] = async (from, to) => {
      await move(from, to);
      throw new Error('the process died');
    };
    await expect(remove(top)).rejects.toThrow('the process died');
    expect([world.visible[file], world.own('trash')]).toEqual(['saved', []]);
    expect(world.sync.told.activity).toEqual([]);
  });

  describe('and somebody put another under its name, when it could not be told that it had gone', () => {
    /** Ends the process, or lets the disk fail for a while, once it has left its place. */
    const removeUntil = async (fail: () => 'failed'): Promise<void> => {
      const { disk } = world.sync;
      const move = disk.moveFile.bind(disk);
      disk.moveFile = async (from, to) => {
        await move(from, to);
        disk.moveFile = move;
        disk.fault = fail;
      };
      await expect(remove('a.txt')).rejects.toThrow();
      disk.fault = undefined;
    };
    const killed = (): never => {
      throw new Error('the process died');
    };
    const startAgain = async (): Promise<void> => {
      for (const { kind, data } of world.store.journal())
        if (kind === MOVE_JOURNAL) await recoverMove(world.parts, data as MoveEntry);
        else await recoverReplace(world.parts, data as ReplaceEntry);
    };

    it('is told of, and the other one is an item of its own, also with the same content', async () => {
      gone('a.txt');
      await removeUntil(killed);
      world.person.writeFile(world.at('a.txt'), 'a.txt');
      await startAgain();
      expect([world.visible, world.own('trash')]).toEqual([{ 'a.txt': 'a.txt' }, ['a.txt: a.txt']]);
      expect(world.store.local.size + world.store.synced.size, 'it would be taken for the deleted one').toBe(0);
      expect(world.sync.told.activity).toMatchObject([{ kind: 'deleted_here', path: 'a.txt' }]);
    });

    it.each([
      ['all had ended', killed],
      ['the disk had failed', () => 'failed' as const],
    ])('comes back beside that one when it was written to just before it went: %s', async (_, fail) => {
      gone('a.txt');
      world.when('moveFile', '/trash/', () => world.person.writeFile(world.at('a.txt'), 'saved'));
      await removeUntil(fail);
      world.person.writeFile(world.at('a.txt'), 'another');
      await startAgain();
      expect(world.visible).toEqual({ 'a.txt': 'another', 'a (conflict, Desk, 2026-03-01).txt': 'saved' });
      expect(world.own('trash')).toEqual([]);
    });

    it('without links: a move that was broken off before it began takes nothing', async () => {
      gone('a.txt');
      const before = world.localFile('a.txt');
      world.person.mkdir(world.at('.tidemark/trash/slot'));
      world.person.writeFile(world.at('.tidemark/trash/slot/a.txt'), '');
      const line = { kind: 'deleted_here', path: 'a.txt', details: { node: before.id } } as const;
      await recoverMove(world.parts, { from: 'a.txt', to: '.tidemark/trash/slot/a.txt', line });
      expect([world.visible, world.localFile('a.txt')]).toEqual([{ 'a.txt': 'a.txt' }, before]);
    });
  });

  it.each([
    ['a file', ['a.txt'], 'a.txt', 'moveFile'],
    ['in a folder', ['docs/', 'docs/a.txt'], 'docs/a.txt', 'moveFolder'],
  ] as const)('that was written to just before it went is back for good, also after a power cut: %s', async (_, paths, file, method) => {
    const [top = ''] = file.split('/');
    // However many of the changes of names before the power cut were on the disk.
    for (let kept = 0; kept < 10; kept += 1) {
      world = await TestApply.make();
      gone(...paths);
      world.when(method, top, () => world.person.writeFile(world.at(file), 'saved'));
      expect(await remove(top)).toMatchObject({ kind: 'replan' });
      world.sync.disk.powerCut(kept);
      expect([kept, world.visible[file], world.own('trash')]).toEqual([kept, 'saved', []]);
    }
  });

  it('also when it is parked', async () => {
    gone('a.txt');
    const id = world.id('a.txt');
    world.person.mkdir(world.at(`.tidemark/parked/${id}`));
    world.person.rename(world.at('a.txt'), world.at(`.tidemark/parked/${id}/a.txt`));
    world.store.transaction((write) => write.putLocal({ ...world.localFile('a.txt'), parentId: PARKED_ID }));
    expect(await remove('a.txt')).toMatchObject({ kind: 'done' });
    expect(world.own('parked')).toEqual([]);
    expect(world.own('trash')).toEqual(['a.txt: a.txt']);
  });
});

describe('is spared, and looked at again, when it is not what was agreed on', () => {
  it('by its rows: edited, moved, not read yet, back in the cloud', async () => {
    gone('a.txt');
    const row = world.localFile('a.txt');
    const synced = world.store.synced.get(row.id);
    if (synced === undefined) throw new Error('not agreed on');
    world.here('a.txt', 'edited');
    expect(await remove('a.txt')).toMatchObject({ kind: 'replan' });
    world.store.transaction((write) => write.putLocal({ ...row, name: 'b.txt' }));
    expect(await remove('a.txt')).toMatchObject({ kind: 'replan' });
    world.store.transaction((write) => write.putLocal({ ...row, content: null }));
    expect(await remove('a.txt')).toMatchObject({ kind: 'replan' });
    world.store.transaction((write) => write.putLocal(row));
    world.there('a.txt');
    expect(await remove('a.txt')).toMatchObject({ kind: 'replan' });
    expect(world.visible).toEqual({ 'a.txt': 'edited' });
  });

  it('by a row below it, or of a folder above it that was moved', async () => {
    gone('docs/', 'docs/deep/', 'docs/deep/a.txt');
    world.here('docs/deep/new.txt');
    expect(await remove('docs')).toMatchObject({ kind: 'replan' });
    world.store.transaction((write) => write.deleteLocal(world.id('docs/deep/new.txt')));
    const docs = world.store.local.get(world.id('docs'));
    if (docs === undefined) throw new Error('gone');
    world.store.transaction((write) => write.putLocal({ ...docs, name: 'papers' }));
    expect(await remove('docs/deep')).toMatchObject({ kind: 'replan' });
    expect(Object.keys(world.visible)).toHaveLength(4);
  });

  it('by the disk: a save that no look has seen yet', async () => {
    gone('docs/', 'docs/a.txt');
    world.person.writeFile(world.at('docs/a.txt'), 'saved');
    expect(await remove('docs')).toMatchObject({ kind: 'replan', rescan: ['docs', 'docs', ''] });
    expect(world.visible).toEqual({ docs: null, 'docs/a.txt': 'saved' });
  });

  it('by the disk: a new file deep inside, and only that folder can tell', async () => {
    gone('docs/', 'docs/deep/', 'docs/deep/a.txt');
    world.person.writeFile(world.at('docs/deep/new.txt'), 'new');
    expect(await remove('docs')).toMatchObject({ kind: 'replan', rescan: ['docs/deep', 'docs', ''] });
    expect(world.visible).toHaveProperty('docs/deep/new.txt', 'new');
    expect(world.own('trash')).toEqual([]);
  });

  it('by the disk: a new file whose name cannot sync, which nobody else has', async () => {
    gone('docs/', 'docs/deep/');
    world.person.writeUnreadableName(world.at('docs/deep'), 'caf\\xe9', 'only here');
    expect(await remove('docs')).toMatchObject({ kind: 'replan', rescan: ['docs/deep', 'docs', ''] });
    expect(world.visible).toMatchObject({ 'docs/deep/caf\\xe9': 'only here' });
  });

  it('by the disk: something missing that may have moved elsewhere', async () => {
    gone('docs/', 'docs/a.txt', 'docs/b.txt');
    world.person.rename(world.at('docs/a.txt'), world.at('a.txt'));
    expect(await remove('docs')).toMatchObject({ kind: 'replan', rescan: ['docs', 'docs', ''] });
    expect(world.visible).toEqual({ 'a.txt': 'docs/a.txt', docs: null, 'docs/b.txt': 'docs/b.txt' });
  });

  it('by the disk: another item of its name', async () => {
    gone('a.txt');
    world.person.swapFile(world.at('a.txt'), 'a.txt');
    expect(await remove('a.txt')).toMatchObject({ kind: 'replan' });
    expect(world.visible).toEqual({ 'a.txt': 'a.txt' });
  });

  it('by a folder that cannot be read: nothing is known of it', async () => {
    gone('docs/', 'docs/deep/', 'docs/deep/a.txt');
    world.sync.disk.deny(world.at('docs/deep'));
    await expect(remove('docs')).rejects.toMatchObject({ code: 'denied' });
    expect(Object.keys(world.visible)).toHaveLength(3);
  });
});

describe('what comes in the middle', () => {
  it('a save between the look and the move: the file goes back', async () => {
    gone('a.txt');
    world.when('moveFile', '/trash/', () => world.person.writeFile(world.at('a.txt'), 'saved'));
    expect(await remove('a.txt')).toMatchObject({ kind: 'replan', rescan: ['', ''] });
    expect(world.visible).toEqual({ 'a.txt': 'saved' });
    expect(world.store.local.get(world.id('a.txt'))).toBeDefined();
    expect(world.store.trash()).toEqual([]);
  });

  it('and its name is taken by then: it gets one of its own', async () => {
    gone('a.txt');
    world.when('moveFile', '/trash/', () => {
      world.person.writeFile(world.at('a.txt'), 'saved');
      world.when('moveFile', 'sync/a.txt', () => world.person.writeFile(world.at('a.txt'), 'another'));
    });
    await remove('a.txt');
    expect(world.visible).toEqual({ 'a.txt': 'another', 'a (conflict, Desk, 2026-03-01).txt': 'saved' });
  });

  it('a new file in the folder: the folder goes back with it', async () => {
    gone('docs/', 'docs/a.txt');
    world.when('moveFolder', 'sync/docs', () => world.person.writeFile(world.at('docs/new.txt'), 'new'));
    expect(await remove('docs')).toMatchObject({ kind: 'replan', rescan: ['docs', 'docs', ''] });
    expect(world.visible).toEqual({ docs: null, 'docs/a.txt': 'docs/a.txt', 'docs/new.txt': 'new' });
    expect(world.own('trash')).toEqual([]);
  });

  it('a late save into a file of the folder, by a program that has it open: the folder goes back', async () => {
    gone('docs/', 'docs/a.txt');
    world.when('list', '/trash/', () => world.person.writeFile(`${slot()}/a.txt`, 'late'));
    expect(await remove('docs')).toMatchObject({ kind: 'replan' });
    expect(world.visible).toEqual({ docs: null, 'docs/a.txt': 'late' });
  });

  it('and a new folder has the name by then: it comes back beside it', async () => {
    gone('docs/', 'docs/a.txt');
    world.when('list', '/trash/', () => {
      world.person.writeFile(`${slot()}/a.txt`, 'late');
      world.person.writeFile(world.at('docs/b.txt'), 'begun anew');
    });
    expect(await remove('docs')).toMatchObject({ kind: 'replan' });
    expect(world.visible).toEqual({
      docs: null,
      'docs/b.txt': 'begun anew',
      'docs (conflict, Desk, 2026-03-01)': null,
      'docs (conflict, Desk, 2026-03-01)/a.txt': 'late',
    });
    expect(world.own('trash')).toEqual([]);
  });

  it.each([
    ['moving it', 'moveFolder', 0],
    ['looking at it in the trash', 'list', 1],
    ['syncing the folders', 'syncFolders', 0],
  ] as const)('a fault in %s loses nothing', async (_, method, skip) => {
    gone('docs/', 'docs/a.txt');
    world.when(method, '/home/sync', () => 'failed', skip);
    await expect(remove('docs')).rejects.toMatchObject({ code: 'failed' });
    expect([...Object.values(world.visible), ...world.own('trash')].filter((text) => text?.endsWith('a.txt'))).toHaveLength(1);
  });

  it('a trash that cannot be looked at gives back what is not known to be as recorded', async () => {
    gone('docs/', 'docs/a.txt');
    world.when('list', '/trash/', () => 'failed');
    await expect(remove('docs')).rejects.toMatchObject({ code: 'failed' });
    expect(world.visible).toEqual({ docs: null, 'docs/a.txt': 'docs/a.txt' });
  });
});

describe('a parked item that changed just before it was parked', () => {
  const park = (path: string): string => {
    const id = world.id(path);
    const parked = world.at(`.tidemark/parked/${id}`);
    world.person.mkdir(parked);
    world.person.rename(world.at(path), `${parked}/${path}`);
    const row = world.store.local.get(id);
    if (row === undefined) throw new Error('no row');
    world.store.transaction((write) => write.putLocal({ ...row, parentId: PARKED_ID }));
    return `${parked}/${path}`;
  };

  it('comes back to sight, since no look would ever tell what changed', async () => {
    gone('docs/', 'docs/a.txt');
    const parked = park('docs');
    world.person.writeFile(`${parked}/new.txt`, 'news');
    expect(await remove('docs')).toMatchObject({ kind: 'replan', rescan: ['docs', ''] });
    expect(world.visible).toEqual({ docs: null, 'docs/a.txt': 'docs/a.txt', 'docs/new.txt': 'news' });
    expect(world.store.localPath(world.id('docs'))).toBe('docs');
  });

  it('takes no name that is in use', async () => {
    gone('docs/');
    const parked = park('docs');
    world.person.writeFile(`${parked}/new.txt`, 'news');
    world.person.writeFile(world.at('docs'), 'a file');
    await remove('docs');
    expect(world.visible['docs']).toBe('a file');
    expect(Object.values(world.visible)).toContain('news');
  });

  it('is not taken for deleted when it is not in its folder: it may have been moved', async () => {
    gone('docs/', 'docs/a.txt');
    world.person.remove(`${park('docs')}/a.txt`);
    expect(await remove('docs/a.txt')).toMatchObject({ kind: 'replan' });
    expect(world.store.local.get(world.id('docs/a.txt'))).toBeDefined();
  });
});

it('what the disk does not let back out of the trash is put back before the next look', async () => {
  gone('a.txt');
  world.when('moveFile', '.tidemark/trash', () => {
    world.person.writeFile(world.at('a.txt'), 'saved');
    // After the move out, nothing can be moved for a while.
    world.sync.disk.fault = (method, path) => (method === 'moveFile' && path === world.at('a.txt') ? 'full' : undefined);
  });
  await expect(remove('a.txt')).rejects.toMatchObject({ code: 'full' });
  expect(world.unmended).toBe(1);
  expect(world.store.trash()).toEqual([]);
  world.sync.disk.fault = undefined;
  for (const row of world.store.journal()) await recoverReplace(world.parts, row.data as ReplaceEntry);
  expect(world.visible).toEqual({ 'a.txt': 'saved' });
});

it('what went to the trash while the disk failed is told of before the next look', async () => {
  gone('a.txt');
  world.when('syncFolders', 'sync', () => {
    world.sync.disk.fault = () => 'failed';
    return 'failed';
  });
  await expect(remove('a.txt')).rejects.toMatchObject({ code: 'failed' });
  world.sync.disk.fault = undefined;
  for (const { kind, data } of world.store.journal()) if (kind === MOVE_JOURNAL) await recoverMove(world.parts, data as MoveEntry);
  expect(world.unmended).toBeGreaterThan(0);
  expect(world.sync.told.activity).toMatchObject([{ kind: 'deleted_here', path: 'a.txt' }]);
  expect(world.store.trash()).toMatchObject([{ originalPath: 'a.txt' }]);
  // Else it would look deleted here, and be deleted once more if somebody brings it back meanwhile.
  expect(world.store.synced.get(world.id('a.txt'))).toBeUndefined();
});

it('that it goes to the trash is durable before it leaves its place: it must not look deleted by the person after a power cut', async () => {
  gone('a.txt');
  const steps: string[] = [];
  const sync = (): void => void steps.push(`durable with ${world.store.journal().length}`);
  world.when('moveFile', 'a.txt', () => void steps.push('moved'));
  await deleteLocal({ ...world.parts, store: { ...world.store, sync } }, world.id('a.txt'));
  expect(steps).toEqual(['durable with 1', 'moved']);
});

it('what a crash left in the trash is there for good before it is told of', async () => {
  for (let kept = 0; kept < 6; kept += 1) {
    world = await TestApply.make();
    gone('a.txt');
    const { disk } = world.sync;
    const syncFolders = disk.syncFolders.bind(disk);
    disk.syncFolders = () => Promise.reject(new Error('the process died'));
    await expect(remove('a.txt')).rejects.toThrow('the process died');
    disk.syncFolders = syncFolders;
    for (const { data } of world.store.journal()) await recoverMove(world.parts, data as MoveEntry);
    expect(world.store.local.size).toBe(0);
    disk.powerCut(kept);
    expect([kept, world.visible], 'without a row it would go up again as something new').toEqual([kept, {}]);
  }
});

describe('a folder that is not kept here any more', () => {
  beforeEach(() => {
    for (const path of ['docs/', 'docs/a.txt']) world.agreed(path);
    world.store.transaction((write) => write.setExcluded(world.id('docs'), true));
  });

  it('is told of on the disk before it leaves its place', async () => {
    const steps: string[] = [];
    const sync = (): void => {
      steps.push(`durable with ${String(world.store.journal().length)}`);
      world.store.sync();
    };
    world.when('moveFolder', 'docs', () => void steps.push('moved'));
    await dropCopy({ ...world.parts, store: { ...world.store, sync } }, world.id('docs'));
    expect(steps).toEqual(['durable with 1', 'moved']);
    expect(world.own('trash')).toEqual(['a.txt: docs/a.txt']);
  });

  it('takes along what the cloud has moved into it, whatever it is called here by now', async () => {
    world.agreed('b.txt');
    const [local, remote] = [world.localFile('b.txt'), world.remoteFile('b.txt')];
    const place = { parentId: world.id('docs'), name: 'c.txt' };
    world.person.rename(world.at('b.txt'), world.at('mine.txt'));
    const stat = world.person.stat(world.at('mine.txt'));
    world.store.transaction((write) => {
      for (const path of ['docs/a.txt', 'docs']) write.deleteLocal(world.id(path));
      write.putRemote({ ...remote, ...place });
      write.putLocal({ ...local, name: 'mine.txt', stat });
    });
    await dropCopy(world.parts, world.id('b.txt'));
    expect([world.own('trash'), world.store.local.get(world.id('b.txt'))]).toEqual([['mine.txt: b.txt'], undefined]);
  });

  it('was deleted by nobody, also when the disk fails, or all ends, after it left its place', async () => {
    world.when('syncFolders', '', () => 'failed');
    await expect(dropCopy(world.parts, world.id('docs'))).rejects.toMatchObject({ code: 'failed' });
    expect(world.visible).toEqual({});
    for (const path of ['docs', 'docs/a.txt']) {
      expect(world.store.local.get(world.id(path))).toBeUndefined();
      expect(world.store.synced.get(world.id(path))).toBeUndefined();
    }
    expect(world.sync.told.activity).toMatchObject([{ kind: 'copy_dropped', path: 'docs' }]);
  });
});
