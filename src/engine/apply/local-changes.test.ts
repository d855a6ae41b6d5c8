import { beforeEach, describe, expect, it, vi } from 'vitest';
import { PARKED_ID, ROOT_ID } from '../model/index.ts';
import type { Place } from '../plan/index.ts';
import { bringToSight } from './bring-to-sight.ts';
import { makeLocalFolder, moveLocal, parkLocal, renameAside } from './local-changes.ts';
import { MOVE_JOURNAL, type MoveEntry, recoverMove } from './move-journal.ts';
import { recoverParked } from './recover-parked.ts';
import { TestApply } from './testing/test-apply.ts';

let world: TestApply;
beforeEach(async () => {
  world = await TestApply.make();
});

/** From the move on, every look at a folder and every further move fails. */
function failAfterMove(): void {
  let moved = 0;
  world.sync.disk.fault = (method) => {
    if (method === 'moveFile') moved += 1;
    return moved > 0 && (method === 'stat' || moved > 2) ? 'busy' : undefined;
  };
}

describe('a move after which the disk fails', () => {
  it('out of sight: its row says where it is, so that it is not missed', async () => {
    world.agreed('a.txt');
    failAfterMove();
    expect(await parkLocal(world.parts, world.id('a.txt'))).toMatchObject({ kind: 'done' });
    world.sync.disk.fault = undefined;
    expect(world.localFile('a.txt')).toMatchObject({ parentId: PARKED_ID, name: 'a.txt' });
    expect(world.own('parked')).toEqual(['a.txt: a.txt']);
  });

  it('to another place: so too', async () => {
    for (const path of ['docs/', 'a.txt']) world.agreed(path);
    const place = { parentId: world.id('docs'), name: 'b.txt' };
    const remote = world.remoteFile('a.txt');
    world.store.transaction((write) => write.putRemote({ ...remote, ...place }));
    failAfterMove();
    expect(await moveLocal(world.parts, world.id('a.txt'), place)).toMatchObject({ kind: 'done' });
    world.sync.disk.fault = undefined;
    expect(world.localFile('a.txt')).toMatchObject(place);
    expect(world.visible).toEqual({ docs: null, 'docs/b.txt': 'a.txt' });
  });

  it('of another file, put under the name just before: that one goes back, and no row takes it for its own', async () => {
    for (const path of ['a.txt', 'b.txt']) world.agreed(path);
    const id = world.id('a.txt');
    const before = world.store.local.get(id);
    world.sync.clock.setWallClock(world.sync.clock.now() + 1000);
    world.when('moveFile', 'a.txt', () => {
      world.person.rename(world.at('a.txt'), world.at('c.txt'));
      world.person.rename(world.at('b.txt'), world.at('a.txt'));
      world.person.writeFile(world.at('a.txt'), 'b, edited');
    });
    await expect(parkLocal(world.parts, id)).rejects.toMatchObject({ code: 'changed' });
    expect(world.visible).toEqual({ 'a.txt': 'b, edited', 'c.txt': 'a.txt' });
    expect(world.own('parked')).toEqual([]);
    expect(world.store.local.get(id)).toEqual(before);
  });

  it('through a link: it goes back', async () => {
    for (const path of ['docs/', 'a.txt']) world.agreed(path);
    world.person.mkdir('/elsewhere');
    const place = { parentId: world.id('docs'), name: 'b.txt' };
    const remote = world.remoteFile('a.txt');
    world.store.transaction((write) => write.putRemote({ ...remote, ...place }));
    world.when('moveFile', 'docs/b.txt', () => {
      world.person.rename(world.at('docs'), world.at('docs.before'));
      world.person.symlink('/elsewhere', world.at('docs'));
    });
    await expect(moveLocal(world.parts, world.id('a.txt'), place)).rejects.toMatchObject({ code: 'loop' });
    // Only the first of the two moves is on the disk, unless both are.
    world.sync.disk.powerCut(3);
    expect([world.person.snapshot('/elsewhere'), world.visible['a.txt']]).toEqual([{}, 'a.txt']);
    expect(world.localFile('a.txt').name).toBe('a.txt');
  });
});

describe('a step that was planned before something else happened', () => {
  it('a move of what was deleted in the cloud: it would look like a move made here, and come back as a new item', async () => {
    for (const path of ['docs/', 'a.txt']) world.agreed(path);
    world.goneThere('a.txt');
    const place = { parentId: world.id('docs'), name: 'b.txt' };
    expect(await moveLocal(world.parts, world.id('a.txt'), place)).toMatchObject({ kind: 'replan' });
    expect(world.visible).toEqual({ docs: null, 'a.txt': 'a.txt' });
  });

  it('only what is out of sight comes back although the cloud has it no more, and only from there', async () => {
    for (const path of ['docs/', 'a.txt']) world.agreed(path);
    await parkLocal(world.parts, world.id('a.txt'));
    world.goneThere('a.txt');
    const place = { parentId: world.id('docs'), name: 'b.txt' };
    expect(await moveLocal(world.parts, world.id('a.txt'), place)).toMatchObject({ kind: 'done' });
    expect(world.visible).toEqual({ docs: null, 'docs/b.txt': 'a.txt' });
    expect(await moveLocal(world.parts, world.id('a.txt'), { ...place, name: 'c.txt' })).toMatchObject({ kind: 'replan' });
  });

  it('into a folder that is out of sight just now is told of where that was', async () => {
    for (const path of ['docs/', 'a.txt']) world.agreed(path);
    await parkLocal(world.parts, world.id('docs'));
    const place = { parentId: world.id('docs'), name: 'b.txt' };
    const remote = world.remoteFile('a.txt');
    world.store.transaction((write) => write.putRemote({ ...remote, ...place }));
    expect(await moveLocal(world.parts, remote.id, place)).toMatchObject({ kind: 'done' });
    expect(world.sync.told.activity).toMatchObject([{ kind: 'moved_here', path: 'docs/b.txt', otherPath: 'a.txt' }]);
  });

  it('stepping aside for an item that was moved away here by now', async () => {
    for (const path of ['docs/', 'a.txt', 'b.txt']) world.agreed(path);
    // Both exchanged by the person: neither has to give way.
    const [a, b] = [world.localFile('a.txt'), world.localFile('b.txt')];
    const otherHere = { parentId: b.parentId, name: b.name };
    world.store.transaction((write) => {
      write.putLocal({ ...a, name: b.name });
      write.putLocal({ ...b, name: a.name });
    });
    const operation = { op: 'rename_aside', id: a.id, name: 'b (conflict).txt', inFavourOf: b.id, otherHere } as const;
    expect(await renameAside(world.parts, operation)).toMatchObject({ kind: 'replan', touched: [a.id, b.id] });
    expect(world.visible).toEqual({ docs: null, 'a.txt': 'a.txt', 'b.txt': 'b.txt' });
  });

  it('but it steps aside for one that was elsewhere when that was planned: it goes back to its place (400445)', async () => {
    for (const path of ['docs/', 'a.txt', 'b.txt']) world.agreed(path);
    const [a, b] = [world.localFile('a.txt'), world.localFile('b.txt')];
    world.person.rename(world.at('b.txt'), world.at('docs/b.txt'));
    world.person.rename(world.at('a.txt'), world.at('b.txt'));
    const otherHere = { parentId: world.id('docs'), name: 'b.txt' };
    world.store.transaction((write) => {
      write.putLocal({ ...a, name: b.name, stat: world.person.stat(world.at('b.txt')) });
      write.putLocal({ ...b, ...otherHere });
    });
    const operation = { op: 'rename_aside', id: a.id, name: 'b (conflict).txt', inFavourOf: b.id, otherHere } as const;
    expect(await renameAside(world.parts, operation)).toMatchObject({ kind: 'done' });
    expect(world.visible).toEqual({ docs: null, 'b (conflict).txt': 'a.txt', 'docs/b.txt': 'b.txt' });
  });
});

describe('a move from the cloud while the process ends', () => {
  const PLACE = { parentId: ROOT_ID, name: 'b.txt' };
  const moveThere = (place: Place = PLACE): void =>
    world.store.transaction((write) => write.putRemote({ ...world.remoteFile('a.txt'), ...place }));
  /** Ends it once `method` is done. */
  const killed = async (method: 'moveFile' | 'syncFolders' = 'moveFile'): Promise<void> => {
    const { disk } = world.sync;
    const step = disk[method].bind(disk) as (...given: unknown[]) => Promise<void>;
    const died = async (...given: unknown[]): Promise<void> => {
      await step(...given);
      disk.fault = () => {
        throw new Error('the process died');
      };
      throw new Error('the process died');
    };
    Object.assign(disk, { [method]: died });
    await expect(moveLocal(world.parts, world.id('a.txt'), PLACE)).rejects.toThrow('the process died');
    Object.assign(disk, { [method]: step });
    disk.fault = undefined;
  };
  const journalled = async (): Promise<void> => {
    for (const { id, kind, data } of world.store.journal()) {
      if (kind === MOVE_JOURNAL) await recoverMove(world.parts, data as MoveEntry);
      world.store.transaction((write) => write.deleteJournal(id));
    }
  };

  it.each(['moveFile', 'syncFolders'] as const)('after %s, is no move that was made here, and is told of once', async (method) => {
    world.agreed('a.txt');
    moveThere();
    await killed(method);
    moveThere({ ...PLACE, name: 'c.txt' });
    await journalled();
    expect(world.localFile('a.txt')).toMatchObject(PLACE);
    expect(world.store.synced.get(world.id('a.txt'))).toMatchObject(PLACE);
    expect(world.sync.told.activity).toMatchObject([{ kind: 'moved_here', path: 'b.txt', otherPath: 'a.txt', device: 'Laptop' }]);
  });

  it('and is deleted in the cloud by then, does not come back for it', async () => {
    world.agreed('a.txt');
    moveThere();
    await killed();
    world.goneThere('a.txt');
    // Its old name is free for others.
    world.person.writeFile(world.at('a.txt'), 'mine');
    await journalled();
    expect(world.localFile('a.txt')).toMatchObject(PLACE);
    expect(world.store.synced.get(world.id('a.txt'))).toMatchObject(PLACE);
    expect(world.visible).toEqual({ 'a.txt': 'mine', 'b.txt': 'a.txt' });
  });

  it('before it was made, is forgotten', async () => {
    world.agreed('a.txt');
    moveThere();
    world.sync.disk.fault = (method) => (method === 'moveFile' ? 'failed' : undefined);
    await expect(moveLocal(world.parts, world.id('a.txt'), PLACE)).rejects.toMatchObject({ code: 'failed' });
    world.sync.disk.fault = undefined;
    expect(world.store.journal()).toEqual([]);
    expect(world.localFile('a.txt').name).toBe('a.txt');
    expect(world.sync.told.activity).toEqual([]);
  });

  it('is in the journal, durably, before the name changes', async () => {
    world.agreed('a.txt');
    moveThere();
    const durable: number[] = [];
    vi.spyOn(world.store, 'sync').mockImplementation(() => void durable.push(world.store.journal().length));
    world.when('moveFile', 'a.txt', () => expect(durable).toEqual([1]));
    expect(await moveLocal(world.parts, world.id('a.txt'), PLACE)).toMatchObject({ kind: 'done' });
    expect(world.store.journal()).toEqual([]);
  });

  it.each(['planned', 'shown'] as const)('and back to sight what nothing is agreed on of any more, it has one name: %s', async (way) => {
    world.here('a.txt');
    await parkLocal(world.parts, world.id('a.txt'));
    const { disk } = world.sync;
    const moveFile = disk.moveFile.bind(disk);
    disk.moveFile = (from, to) => {
      world.person.link(from, to);
      disk.fault = () => {
        throw new Error('the process died');
      };
      throw new Error('the process died');
    };
    const back =
      way === 'planned'
        ? moveLocal(world.parts, world.id('a.txt'), { ...PLACE, name: 'a.txt' })
        : bringToSight(world.parts, world.localFile('a.txt'));
    await expect(back).rejects.toThrow('the process died');
    Object.assign(disk, { moveFile, fault: undefined });
    await journalled();
    await recoverParked(world.parts);
    expect(world.localFile('a.txt')).toMatchObject({ parentId: ROOT_ID, name: 'a.txt' });
    expect([world.visible, world.own('parked')]).toEqual([{ 'a.txt': 'a.txt' }, []]);
  });
});

describe('a version that steps aside while the process ends', () => {
  const NAME = 'report (conflict, Desk, 2026-03-01).txt';
  const stepAside = (id: string, winner: string) =>
    renameAside(world.parts, { op: 'rename_aside', id, name: NAME, inFavourOf: winner, otherHere: null });
  const journalled = async (): Promise<void> => {
    for (const { id, kind, data } of world.store.journal()) {
      if (kind === MOVE_JOURNAL) await recoverMove(world.parts, data as MoveEntry);
      world.store.transaction((write) => write.deleteJournal(id));
    }
  };
  /** The cloud has a file of the name of the one that is new here. */
  const two = (): readonly [string, string] => {
    const winner = world.there('report.txt', 'theirs').id;
    const local = world.here('mine.txt', 'mine');
    world.person.rename(world.at('mine.txt'), world.at('report.txt'));
    world.store.transaction((write) => write.putLocal({ ...local, name: 'report.txt', stat: world.person.stat(world.at('report.txt')) }));
    return [local.id, winner];
  };

  it.each(['moveFile', 'syncFolders'] as const)('after %s, is known as a kept version all the same, and told of once', async (method) => {
    const [id, winner] = two();
    const { disk } = world.sync;
    const step = disk[method].bind(disk) as (...given: unknown[]) => Promise<void>;
    const died = async (...given: unknown[]): Promise<void> => {
      await step(...given);
      throw new Error('the process died');
    };
    Object.assign(disk, { [method]: died });
    await expect(stepAside(id, winner)).rejects.toThrow('the process died');
    Object.assign(disk, { [method]: step });
    await journalled();
    expect(world.visible).toEqual({ [NAME]: 'mine' });
    expect(world.store.local.get(id)).toMatchObject({ name: NAME, conflictOf: winner });
    expect(world.sync.told.activity).toMatchObject([{ kind: 'conflict', path: 'report.txt', otherPath: NAME, node: id }]);
  });

  it('before it did, is where it was, and nothing is told', async () => {
    const [id, winner] = two();
    world.sync.disk.fault = (method) => (method === 'moveFile' ? 'failed' : undefined);
    await expect(stepAside(id, winner)).rejects.toMatchObject({ code: 'failed' });
    world.sync.disk.fault = undefined;
    expect(world.store.journal()).toEqual([]);
    expect(world.store.local.get(id)).toMatchObject({ name: 'report.txt' });
    expect(world.sync.told.activity).toEqual([]);
    expect(await stepAside(id, winner)).toMatchObject({ kind: 'done' });
    expect(world.store.journal()).toEqual([]);
    expect(world.store.local.get(id)).toMatchObject({ name: NAME, conflictOf: winner });
    expect(world.sync.told.activity).toMatchObject([{ kind: 'conflict', path: 'report.txt', otherPath: NAME }]);
  });

  it('with another file that was put under its name just before: no row takes that one for its own', async () => {
    const [id, winner] = two();
    world.agreed('other.txt');
    const { disk } = world.sync;
    const moveFile = disk.moveFile.bind(disk);
    disk.moveFile = async (from, to) => {
      world.person.rename(from, world.at('mine.txt'));
      world.person.rename(world.at('other.txt'), from);
      await moveFile(from, to);
      throw new Error('the process died');
    };
    await expect(stepAside(id, winner)).rejects.toThrow('the process died');
    disk.moveFile = moveFile;
    await journalled();
    expect(world.visible).toEqual({ [NAME]: 'other.txt', 'mine.txt': 'mine' });
    expect(world.store.local.get(id)).toMatchObject({ name: 'report.txt' });
    expect(world.sync.told.activity).toEqual([]);
  });

  it.each(['folder', 'link'] as const)('and a %s has the name since: no row takes that for its file', async (what) => {
    const [id, winner] = two();
    const { disk } = world.sync;
    const moveFile = disk.moveFile.bind(disk);
    disk.moveFile = async (from, to) => {
      await moveFile(from, to);
      world.person.rename(to, world.at('mine.txt'));
      if (what === 'folder') world.person.mkdir(to);
      else world.person.symlink('/elsewhere', to);
      throw new Error('the process died');
    };
    await expect(stepAside(id, winner)).rejects.toThrow('the process died');
    disk.moveFile = moveFile;
    await journalled();
    expect(world.store.local.get(id)).toMatchObject({ kind: 'file', name: 'report.txt' });
    expect(world.sync.told.activity).toEqual([]);
  });
});

describe('a place that a row has since the plan was made', () => {
  beforeEach(() => {
    world.here('a.txt', 'new here');
    // And from the disk it is gone again, before any look.
    world.person.rename(world.at('a.txt'), world.at('moved on.txt'));
  });

  it('is not given to a folder of the cloud', async () => {
    const folder = world.there('folder/');
    world.store.transaction((write) => write.putRemote({ ...folder, name: 'a.txt' }));
    await expect(makeLocalFolder(world.parts, folder.id)).rejects.toMatchObject({ code: 'exists' });
    expect(world.visible).toEqual({ 'moved on.txt': 'new here' });
  });

  it('is not given to what moved there in the cloud', async () => {
    world.agreed('b.txt');
    const to = { parentId: world.remoteFile('b.txt').parentId, name: 'a.txt' };
    world.store.transaction((write) => write.putRemote({ ...world.remoteFile('b.txt'), ...to }));
    await expect(moveLocal(world.parts, world.id('b.txt'), to)).rejects.toMatchObject({ code: 'exists' });
    expect(world.localFile('b.txt').name).toBe('b.txt');
    expect(world.visible).toEqual({ 'moved on.txt': 'new here', 'b.txt': 'b.txt' });
  });
});

it('a folder that was moved over the one just made is no folder of the cloud: it would be deleted there', async () => {
  world.agreed('mine/');
  world.agreed('mine/a.txt');
  world.there('docs/');
  world.when('stat', 'sync/docs', () => world.person.rename(world.at('mine'), world.at('docs')));
  await expect(makeLocalFolder(world.parts, world.id('docs'))).rejects.toMatchObject({ code: 'exists' });
  expect(world.visible).toEqual({ docs: null, 'docs/a.txt': 'mine/a.txt' });
  expect(world.store.local.get(world.id('docs'))).toBeUndefined();
});
