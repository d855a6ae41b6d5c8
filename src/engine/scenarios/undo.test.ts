import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dayMs } from '../../base/index.ts';
import type { Activity, ActivityKind, UndoResult } from '../../contract/index.ts';
import { DiskFault } from '../index.ts';
import { QUIET_MS } from '../local/index.ts';
import { realClock } from './support/environment.ts';
import { type Device, worldOf } from './support/index.ts';

/** The newest line of this kind. */
async function last(device: Device, kind: ActivityKind): Promise<Activity> {
  const row = (await device.activity()).find((one) => one.kind === kind);
  if (row === undefined) throw new Error(`${device.name} has no line ${kind}`);
  return row;
}

const undoIds = async (device: Device, ...ids: readonly number[]): Promise<readonly UndoResult[]> =>
  (await device.call('activity.undo', { ids: [...ids] })).results;

/** Undoes the newest line of this kind; answers the line that tells of it. */
async function undo(device: Device, kind: ActivityKind): Promise<Activity> {
  const [result] = await undoIds(device, (await last(device, kind)).id);
  if (result?.outcome !== 'undone') throw new Error(JSON.stringify(result));
  return result.activity;
}

/** Why the newest line of this kind could not be undone. */
async function refusal(device: Device, kind: ActivityKind): Promise<string> {
  const [result] = await undoIds(device, (await last(device, kind)).id);
  return result?.outcome === 'failed' ? result.error.code : 'undone';
}

/** Items of the trash of the device, without the days and slots they lie in. */
const inTrash = async (device: Device): Promise<readonly string[]> =>
  (await device.own('trash')).flatMap((path) => path.split('/').slice(2)).sort();

async function pair() {
  const opened = await worldOf('Ann', 'Ben');
  const [ann, ben] = opened.devices;
  return { ...opened, ann, ben, [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() };
}

describe('what another device did is undone here, and there', () => {
  it('a deleted file is back as a new one', async () => {
    await using it = await pair();
    const { world, ann, ben } = it;
    await ann.write('docs/a.txt', 'text');
    await world.settle();
    await ann.remove('docs/a.txt');
    await world.settle();
    expect(await ben.exists('docs/a.txt')).toBe(false);
    expect(await undo(ben, 'deleted_here')).toMatchObject({ kind: 'undone', path: 'docs/a.txt' });
    await world.settle();
    await world.expectSame({ 'docs/': '', 'docs/a.txt': 'text' });
    expect(await inTrash(ben)).toEqual([]);
  });

  it('a deleted folder with all that was in it, its parents made again', async () => {
    await using it = await pair();
    const { world, ann, ben } = it;
    // So many that the deletion is not one of everything, which would be asked about.
    for (let number = 0; number < 12; number += 1) await ann.write(`kept ${number}.txt`, 'kept');
    for (const path of ['top/deep/a.txt', 'top/deep/er/b.txt', 'top/c.txt']) await ann.write(path, path);
    await ann.mkdir('top/deep/empty');
    await world.settle();
    const before = await world.expectSame();
    await ann.remove('top/deep');
    await world.settle();
    await ann.remove('top');
    await world.settle();
    expect(await ben.exists('top')).toBe(false);
    const ids = (await ben.activity()).filter(({ kind }) => kind === 'deleted_here').map(({ id }) => id);
    expect(ids).toHaveLength(2);
    expect((await undoIds(ben, ...ids.toReversed())).map(({ outcome }) => outcome)).toEqual(['undone', 'undone']);
    await world.settle();
    await world.expectSame(before);
  });

  it('also where only the deeper folder is brought back', async () => {
    await using it = await pair();
    const { world, ann, ben } = it;
    await ann.write('top/deep/a.txt', 'a');
    await world.settle();
    await ann.remove('top/deep');
    await world.settle();
    const { id } = await last(ben, 'deleted_here');
    await ann.remove('top');
    await world.settle();
    await undoIds(ben, id);
    await world.settle();
    await world.expectSame({ 'top/': '', 'top/deep/': '', 'top/deep/a.txt': 'a' });
  });

  it('a replaced file has its earlier bytes again, and the newer ones stay in the history and in the trash', async () => {
    await using it = await pair();
    const { world, ann, ben } = it;
    await ann.write('a.txt', 'first');
    await world.settle();
    await ann.write('a.txt', 'second version');
    await world.settle();
    await undo(ben, 'updated_here');
    expect(await ben.read('a.txt')).toBe('first');
    await world.settle();
    await world.expectSame({ 'a.txt': 'first' });
    const { versions } = await ben.call('versions.list', { path: 'a.txt' });
    expect(versions.map(({ size }) => size)).toEqual([5, 14, 5]);
    expect(await inTrash(ben)).toEqual(['a.txt']);
  });

  it('a new file is taken away, here and there, into both trashes', async () => {
    await using it = await pair();
    const { world, ann, ben } = it;
    await ann.write('new.txt', 'new');
    await world.settle();
    const { undo: before } = await last(ben, 'downloaded');
    expect(before).toMatchObject({ state: 'possible', way: 'take_away' });
    await undo(ben, 'downloaded');
    await world.settle();
    await world.expectSame({});
    expect(await inTrash(ben)).toEqual(['new.txt']);
    expect((await ben.call('trash.list', {})).items.map(({ path }) => path)).toEqual(['new.txt']);
  });

  it('a moved file and a moved folder, without a byte', async () => {
    await using it = await pair();
    const { world, ann, ben } = it;
    for (const path of ['a/one.txt', 'a/two.txt', 'b/three.txt']) await ann.write(path, path);
    await world.settle();
    const before = await world.expectSame();
    await ann.rename('a/one.txt', 'b/moved.txt');
    await world.settle();
    await ann.rename('a', 'b/a');
    await world.settle();
    const cost = await world.cost(async () => {
      for (const row of (await ben.activity()).filter(({ kind }) => kind === 'moved_here')) await undoIds(ben, row.id);
      await world.settle();
    });
    await world.expectSame(before);
    expect([cost.upBytes, cost.downBytes]).toEqual([0, 0]);
  });

  it('a move is undone with the edit that was made in the file since', async () => {
    await using it = await pair();
    const { world, ann, ben } = it;
    await ann.write('a.txt', 'text');
    await world.settle();
    await ann.rename('a.txt', 'folder/b.txt');
    await world.settle();
    await ben.write('folder/b.txt', 'edited');
    await world.settle();
    await undo(ben, 'moved_here');
    await world.settle();
    await world.expectSame({ 'folder/': '', 'a.txt': 'edited' });
  });

  it('names that were swapped, of files and of folders, and a rotation', async () => {
    await using it = await pair();
    const { world, ann, ben } = it;
    for (const path of ['sub/a.txt', 'sub/b.txt', 'one/in.txt', 'two/in two.txt', 'x', 'y', 'z']) await ann.write(path, path);
    await world.settle();
    const before = await world.expectSame();
    await ann.swap('sub/a.txt', 'sub/b.txt');
    await ann.swap('one', 'two');
    await ann.swap('x', 'y');
    await ann.swap('y', 'z');
    await world.settle();
    const after = await world.expectSame();
    const rows = (await ben.activity()).filter(({ kind }) => kind === 'moved_here');
    expect(rows).toHaveLength(7);
    expect(await undoIds(ben, rows[0]?.id ?? 0)).toMatchObject([{ outcome: 'failed', error: { code: 'undo_place_taken' } }]);
    const results = await undoIds(ben, ...rows.map(({ id }) => id));
    expect(results.map(({ outcome }) => outcome)).toEqual(rows.map(() => 'undone'));
    await world.settle();
    await world.expectSame(before);
    await undoIds(ben, ...results.flatMap((one) => (one.outcome === 'undone' ? one.activity.id : [])));
    await world.settle();
    await world.expectSame(after);
  });

  it('a new folder that is empty, and one whose files all came with it', async () => {
    await using it = await pair();
    const { world, ann, ben } = it;
    await ann.mkdir('empty');
    await world.settle();
    await undo(ben, 'folder_here');
    await world.settle();
    await world.expectSame({});
    await ann.write('full/deep/a.txt', 'a');
    await world.settle();
    const row = (await ben.activity()).find(({ kind, path }) => kind === 'folder_here' && path === 'full');
    await undoIds(ben, row?.id ?? 0);
    await world.settle();
    await world.expectSame({});
  });

  it('but not a folder that something was put into here', async () => {
    await using it = await pair();
    const { world, ann, ben } = it;
    await ann.write('full/a.txt', 'a');
    await world.settle();
    await ben.write('full/mine.txt', 'mine');
    await world.settle();
    expect(await refusal(ben, 'folder_here')).toBe('undo_changed');
    await ben.write('full/unseen.txt', 'unseen');
    expect(await refusal(ben, 'folder_here')).toBe('undo_changed');
    await world.settle();
    await world.expectSame({ 'full/': '', 'full/a.txt': 'a', 'full/mine.txt': 'mine', 'full/unseen.txt': 'unseen' });
  });
});

describe('nothing that was done since is undone with it', () => {
  it('a name that is taken meanwhile: the item comes back under a number', async () => {
    await using it = await pair();
    const { world, ann, ben } = it;
    await ann.write('a.txt', 'old');
    await world.settle();
    await ann.remove('a.txt');
    await world.settle();
    await ann.write('a.txt', 'somebody else');
    await world.settle();
    expect((await undo(ben, 'deleted_here')).path).toBe('a (2).txt');
    await world.settle();
    await world.expectSame({ 'a.txt': 'somebody else', 'a (2).txt': 'old' });
  });

  it('a place that is taken meanwhile: a move is not undone', async () => {
    await using it = await pair();
    const { world, ann, ben } = it;
    await ann.write('a.txt', 'a');
    await world.settle();
    await ann.rename('a.txt', 'b.txt');
    await world.settle();
    await ben.write('a.txt', 'another');
    // Also while no look has found it yet.
    expect(await refusal(ben, 'moved_here')).toBe('undo_place_taken');
    await world.settle();
    expect(await refusal(ben, 'moved_here')).toBe('undo_place_taken');
    await world.expectSame({ 'a.txt': 'another', 'b.txt': 'a' });
  });

  it.each<[string, 'updated_here' | 'downloaded']>([
    ['an updated file', 'updated_here'],
    ['a new file', 'downloaded'],
  ])('%s that was edited meanwhile, seen or not, keeps the edit', async (_, kind) => {
    await using it = await pair();
    const { world, ann, ben } = it;
    await ann.write('a.txt', 'first');
    await world.settle();
    if (kind === 'updated_here') {
      await ann.write('a.txt', 'second');
      await world.settle();
    }
    await ben.write('a.txt', 'edited here');
    expect(await refusal(ben, kind)).toBe('undo_changed');
    await world.settle();
    expect(await refusal(ben, kind)).toBe('undo_changed');
    await world.expectSame({ 'a.txt': 'edited here' });
  });

  it('a new folder in which something is left out by now stays', async () => {
    await using it = await pair();
    const { world, ann, ben } = it;
    await ann.write('folder/a.txt', 'a');
    await ann.write('folder/keys.env', 'keys');
    await world.settle();
    await ben.write('.tidemarkignore', '*.env\n');
    await world.settle();
    expect(await refusal(ben, 'folder_here')).toBe('undo_changed');
    await world.settle();
    expect(await ben.read('folder/keys.env')).toBe('keys');
    expect(await ben.read('folder/a.txt')).toBe('a');
  });

  it('a folder that came and went, and whose name another one has now: that one stays', async () => {
    await using it = await pair();
    const { world, ann, ben } = it;
    await ann.mkdir('top/plans');
    await world.settle();
    const arrival = (await ben.activity()).find(({ kind, path }) => kind === 'folder_here' && path === 'top/plans');
    const undoArrival = async (): Promise<string> => {
      const [result] = await undoIds(ben, arrival?.id ?? 0);
      return result?.outcome === 'failed' ? result.error.code : 'undone';
    };
    await ann.remove('top/plans');
    await world.settle();
    const { id: gone } = await last(ben, 'deleted_here');
    await ann.write('top/plans/b.txt', 'the second');
    await world.settle();
    expect(await undoArrival()).toBe('undo_item_gone');
    await world.settle();
    await world.expectSame({ 'top/': '', 'top/plans/': '', 'top/plans/b.txt': 'the second' });
    // The one that came is known again once an undo has brought it back.
    await ann.remove('top/plans');
    await world.settle();
    await undoIds(ben, gone);
    await world.settle();
    await world.expectSame({ 'top/': '', 'top/plans/': '' });
    expect(await undoArrival()).toBe('undone');
    await world.settle();
    await world.expectSame({ 'top/': '' });
  });

  it.each(['rule', 'rule, its folder gone', 'folder that stays here', 'folder that is not kept here'])(
    'a move out of a place that does not sync here by now is not undone, and says why: %s',
    async (why) => {
      await using it = await pair();
      const { world, ann, ben } = it;
      await ann.write('build/deep/a.o', 'a');
      await ann.write('build/b.txt', 'b');
      await world.settle();
      await ann.rename('build/deep/a.o', 'a.o');
      if (why === 'rule, its folder gone') await ann.remove('build/deep');
      await world.settle();
      if (why.startsWith('rule')) await ben.write('build/.tidemarkignore', 'deep/\n');
      if (why === 'folder that stays here') await ben.call('folder.add', { path: ben.path('build'), localOnly: true });
      if (why === 'folder that is not kept here') await ben.call('selection.exclude', { path: 'build' });
      await world.settle();
      const before = await ben.tree();
      expect(await refusal(ben, 'moved_here')).toBe('undo_left_out');
      await world.settle();
      expect(await ben.tree()).toEqual(before);
      expect(before).toMatchObject({ 'a.o': 'a' });
      expect(await ann.read('a.o')).toBe('a');
    },
  );

  it('twice is once', async () => {
    await using it = await pair();
    const { world, ann, ben } = it;
    await ann.write('a.txt', 'a');
    await world.settle();
    await ann.remove('a.txt');
    await world.settle();
    await undo(ben, 'deleted_here');
    expect(await refusal(ben, 'deleted_here')).toBe('undo_done');
    expect((await last(ben, 'deleted_here')).undo.state).toBe('done');
    await world.settle();
    await world.expectSame({ 'a.txt': 'a' });
  });

  it('what lies in the trash no more', async () => {
    await using it = await pair();
    const { world, ann, ben } = it;
    await ann.write('a.txt', 'a');
    await world.settle();
    await ann.remove('a.txt');
    await world.settle();
    const trash = join(ben.folder, '.tidemark/trash');
    for (const day of await readdir(trash)) await rm(join(trash, day), { recursive: true });
    expect((await last(ben, 'deleted_here')).undo.state).toBe('possible');
    expect(await refusal(ben, 'deleted_here')).toBe('undo_trash_gone');
    expect((await last(ben, 'deleted_here')).undo).toMatchObject({ state: 'impossible', reason: { code: 'undo_trash_gone' } });
    expect((await ben.call('trash.here', {})).items).toEqual([]);
  });

  it('after thirty days, which the trash outlives by little', async () => {
    await using it = await pair();
    const { world, ann, ben } = it;
    await ann.write('folder/a.txt', 'a');
    await world.settle();
    await ann.remove('folder');
    await world.settle();
    ben.skewMs = 30 * dayMs - 1000_000;
    expect((await last(ben, 'deleted_here')).undo.state).toBe('possible');
    ben.skewMs = 30 * dayMs + 1000_000;
    expect((await last(ben, 'deleted_here')).undo.state).toBe('expired');
    expect(await refusal(ben, 'deleted_here')).toBe('undo_expired');
    // Found to be due, and still so a day later.
    for (const days of [33, 34]) {
      expect(await ben.own('trash')).not.toEqual([]);
      ben.skewMs = days * dayMs;
      await ben.restart();
      await ben.sync();
    }
    await expect.poll(() => ben.own('trash')).toEqual([]);
    expect((await ben.call('trash.here', {})).items).toEqual([]);
  });

  it('what never can be says so', async () => {
    await using it = await pair();
    const { world, ann } = it;
    await ann.write('a.txt', 'a');
    await world.settle();
    for (const kind of ['uploaded', 'signed_in', 'folder_added'] as const) {
      expect((await last(ann, kind)).undo.state).toBe('impossible');
      expect(await refusal(ann, kind)).toBe('undo_impossible');
    }
    expect(await undoIds(ann, 9999)).toMatchObject([{ outcome: 'failed', error: { code: 'unknown_item' } }]);
  });
});

describe('an undo is undone', () => {
  it('of a deletion, of an update, of a new file, of a move: again and again', async () => {
    await using it = await pair();
    const { world, ann, ben } = it;
    for (const path of ['deleted.txt', 'updated.txt', 'moved.txt']) await ann.write(path, path);
    await world.settle();
    await ann.remove('deleted.txt');
    await ann.write('updated.txt', 'new bytes');
    await ann.write('added.txt', 'added');
    await ann.rename('moved.txt', 'elsewhere.txt');
    await world.settle();
    const after = await world.expectSame();
    const ids = (await ben.activity()).slice(0, 4).map(({ id }) => id);
    for (let round = 0; round < 2; round += 1) {
      const undone = await undoIds(ben, ...ids);
      expect(undone.map(({ outcome }) => outcome)).toEqual(['undone', 'undone', 'undone', 'undone']);
      await world.settle();
      await world.expectSame({ 'deleted.txt': 'deleted.txt', 'updated.txt': 'updated.txt', 'moved.txt': 'moved.txt' });
      const again = await undoIds(ben, ...undone.map((one) => (one.outcome === 'undone' ? one.activity.id : 0)));
      await world.settle();
      await world.expectSame(after);
      ids.splice(0, ids.length, ...again.map((one) => (one.outcome === 'undone' ? one.activity.id : 0)));
    }
  });

  it('but for a folder that came back: what was put into it since stays', async () => {
    await using it = await pair();
    const { world, ann, ben } = it;
    await ann.write('folder/deep/a.txt', 'a');
    await world.settle();
    await ann.remove('folder');
    await world.settle();
    await undo(ben, 'deleted_here');
    await world.settle();
    // By now it may hold more than what came back, and nothing tells which is which.
    await ben.write('folder/later.txt', 'later');
    await world.settle();
    const back = (await ben.activity()).find(({ kind }) => kind === 'undone');
    expect(back?.undo.state).toBe('impossible');
    const { results } = await ben.call('activity.undo', { ids: [back?.id ?? 0] });
    expect(results.map(({ outcome }) => outcome)).toEqual(['failed']);
    await world.settle();
    await world.expectSame({ 'folder/': '', 'folder/deep/': '', 'folder/deep/a.txt': 'a', 'folder/later.txt': 'later' });
  });
});

describe('what this device did in the cloud', () => {
  it('a file and a folder that the person deleted come back from the trash of the cloud', async () => {
    await using it = await pair();
    const { world, ann, ben } = it;
    for (const path of ['a.txt', 'folder/b.txt']) await ann.write(path, path);
    await world.settle();
    const before = await world.expectSame();
    await ben.remove('a.txt');
    await ben.remove('folder');
    await world.settle();
    const rows = (await ben.activity()).filter(({ kind }) => kind === 'deleted_cloud');
    expect(rows).toHaveLength(2);
    await undoIds(ben, ...rows.map(({ id }) => id));
    await world.settle();
    await world.expectSame(before);
    expect(await refusal(ben, 'deleted_cloud')).toBe('undo_done');
  });

  it('what comes back beside a new item of its name is told of under the name that it has now', async () => {
    await using it = await pair();
    const { world, ben } = it;
    await ben.write('folder/a.txt', 'first');
    await world.settle();
    await ben.remove('folder/a.txt');
    await world.settle();
    await ben.write('folder/a.txt', 'second');
    await world.settle();
    await undo(ben, 'deleted_cloud');
    expect((await ben.activity()).find(({ kind }) => kind === 'undone')).toMatchObject({ path: 'folder/a (2).txt' });
    await world.settle();
    expect(await ben.read('folder/a (2).txt')).toBe('first');
    expect(await ben.read('folder/a.txt')).toBe('second');
  });

  it('an edit has its earlier version again, unless it was edited on', async () => {
    await using it = await pair();
    const { world, ann, ben } = it;
    await ann.write('a.txt', 'first');
    await world.settle();
    await ann.write('a.txt', 'second');
    await world.settle();
    await undo(ann, 'updated_cloud');
    await world.settle();
    await world.expectSame({ 'a.txt': 'first' });
    await undo(ann, 'undone');
    await world.settle();
    await world.expectSame({ 'a.txt': 'second' });
    await ben.write('a.txt', 'third');
    await world.settle();
    expect(await refusal(ben, 'updated_cloud')).toBe('undone');
    await world.settle();
    await world.expectSame({ 'a.txt': 'second' });
    await ann.write('a.txt', 'not sent yet');
    expect(await refusal(ann, 'undone')).toBe('undo_changed');
    await world.settle();
    await world.expectSame({ 'a.txt': 'not sent yet' });
  });

  it('an edit that was edited on, moved or deleted while no engine ran is not taken back by one that just began', async () => {
    await using it = await pair();
    const { world, ann } = it;
    for (const path of ['edited.txt', 'swapped.txt', 'touched.txt', 'moved.txt', 'deleted.txt']) await ann.write(`docs/${path}`, path);
    await world.settle();
    for (const path of ['edited.txt', 'swapped.txt', 'touched.txt', 'moved.txt', 'deleted.txt']) await ann.write(`docs/${path}`, 'second');
    await world.settle();
    const rows = (await ann.activity()).filter(({ kind }) => kind === 'updated_cloud');
    // So that what it finds is not sent before it is asked for the undo.
    await ann.call('sync.pause', { until: null });
    await ann.stop();
    await ann.write('docs/edited.txt', 'newer');
    await ann.saveBySwap('docs/swapped.txt', 'newer');
    await ann.touch('docs/touched.txt');
    await ann.rename('docs/moved.txt', 'moved.txt');
    await ann.remove('docs/deleted.txt');
    // What left its folder only just now may still be on its way.
    await realClock.sleep(QUIET_MS + 50);
    await ann.start();
    const told = await undoIds(ann, ...rows.map(({ id }) => id));
    const outcomes = told.map((one) => {
      const path = rows.find(({ id }) => id === one.id)?.path ?? '';
      return [path, one.outcome === 'failed' ? one.error.code : 'undone'] as const;
    });
    expect(Object.fromEntries(outcomes)).toEqual({
      'docs/edited.txt': 'undo_changed',
      'docs/swapped.txt': 'undo_changed',
      'docs/touched.txt': 'undone',
      'docs/moved.txt': 'undone',
      'docs/deleted.txt': 'undo_item_gone',
    });
    await ann.call('sync.resume', {});
    await world.settle();
    await world.expectSame({
      'docs/': '',
      'docs/edited.txt': 'newer',
      'docs/swapped.txt': 'newer',
      'docs/touched.txt': 'touched.txt',
      'moved.txt': 'moved.txt',
    });
  });

  it('a move goes back on this disk', async () => {
    await using it = await pair();
    const { world, ann } = it;
    await ann.write('a.txt', 'a');
    await world.settle();
    await ann.rename('a.txt', 'sub/b.txt');
    await world.settle();
    await undo(ann, 'moved_cloud');
    await world.settle();
    await world.expectSame({ 'sub/': '', 'a.txt': 'a' });
  });
});

describe('a choice between two versions', () => {
  async function inConflict(world: Awaited<ReturnType<typeof pair>>['world'], ann: Device, ben: Device) {
    await ann.write('a.txt', 'base');
    await world.settle();
    await ann.write('a.txt', 'of Ann');
    await ben.write('a.txt', 'of Ben, longer');
    await ann.sync();
    await world.settle();
    const [conflict] = await ann.conflicts();
    if (conflict === undefined) throw new Error('there is no conflict');
    return conflict;
  }

  it('mine and theirs name nothing any more where one device sent both versions back', async () => {
    await using it = await pair();
    const { world, ann, ben } = it;
    const { id } = await inConflict(world, ann, ben);
    await ann.call('conflicts.resolve', { id, keep: 'theirs' });
    await world.settle();
    await undo(ann, 'chosen');
    await world.settle();
    const [again] = await ann.conflicts();
    const asked = ann.call('conflicts.resolve', { id: again?.id ?? '', keep: 'mine' });
    await expect(asked).rejects.toMatchObject({ code: 'invalid_request', params: { field: 'keep' } });
    await ann.call('conflicts.resolve', { id: again?.id ?? '', keep: 'current' });
    await world.settle();
    await world.expectSame({ 'a.txt': 'of Ann' });
  });

  it.each(['current', 'copy', 'both'] as const)('%s is taken back, and made again', async (keep) => {
    await using it = await pair();
    const { world, ann, ben } = it;
    const conflict = await inConflict(world, ann, ben);
    const before = await world.expectSame();
    await ann.call('conflicts.resolve', { id: conflict.id, keep });
    await world.settle();
    const chosen = await world.expectSame();
    expect(await ben.conflicts()).toEqual([]);
    await undo(ann, 'chosen');
    await world.settle();
    await world.expectSame(before);
    expect(await ben.conflicts()).toMatchObject([{ id: conflict.id, path: 'a.txt', copyPath: conflict.copyPath }]);
    await undo(ann, 'undone');
    await world.settle();
    await world.expectSame(chosen);
    expect(await ann.conflicts()).toEqual([]);
  });

  it('a file that stepped aside has its name again once that is free', async () => {
    await using it = await pair();
    const { world, ann, ben } = it;
    await inConflict(world, ann, ben);
    expect(await refusal(ben, 'conflict')).toBe('undo_place_taken');
    await ann.remove('a.txt');
    await world.settle();
    await undo(ben, 'conflict');
    await world.settle();
    await world.expectSame({ 'a.txt': 'of Ben, longer' });
  });
});

describe('at any moment', () => {
  it('without the cloud: done here at once, and sent later; what is done in the cloud says why not', async () => {
    await using it = await pair();
    const { world, ann, ben } = it;
    for (const path of ['a.txt', 'b.txt']) await ann.write(path, path);
    await world.settle();
    await ann.remove('a.txt');
    await world.settle();
    await ben.remove('b.txt');
    await world.settle();
    await world.cloud.stop();
    await undo(ben, 'deleted_here');
    expect(await ben.read('a.txt')).toBe('a.txt');
    expect(await refusal(ben, 'deleted_cloud')).toBe('cloud_unreachable');
    await world.cloud.restart();
    await ben.syncOnceFree();
    await world.settle();
    await undo(ben, 'deleted_cloud');
    await world.settle();
    await world.expectSame({ 'a.txt': 'a.txt', 'b.txt': 'b.txt' });
  });

  it('after a restart, and with one before the undo is sent', async () => {
    await using it = await pair();
    const { world, ann, ben } = it;
    await ann.write('a.txt', 'first');
    await ann.write('folder/b.txt', 'b');
    await world.settle();
    await ann.write('a.txt', 'second');
    await ann.remove('folder');
    await world.settle();
    await ben.restart();
    await ben.sync();
    await ben.call('sync.pause', { until: null });
    await undo(ben, 'updated_here');
    await undo(ben, 'deleted_here');
    await ben.restart();
    await ben.call('sync.resume', {});
    await world.settle();
    await world.expectSame({ 'a.txt': 'first', 'folder/': '', 'folder/b.txt': 'b' });
  });

  it('an item of the trash of this device comes back by itself', async () => {
    await using it = await pair();
    const { world, ann, ben } = it;
    await ann.write('a.txt', 'first');
    await world.settle();
    await ann.write('a.txt', 'second');
    await world.settle();
    const [item] = (await ben.call('trash.here', {})).items;
    expect(item).toMatchObject({ path: 'a.txt', why: 'replaced' });
    expect(await ben.call('trash.restoreHere', { id: item?.id ?? 0 })).toEqual({ path: 'a (2).txt' });
    await world.settle();
    await world.expectSame({ 'a.txt': 'second', 'a (2).txt': 'first' });
    expect((await ben.call('trash.here', {})).items).toEqual([]);
  });

  it('a disk that fails in the middle deletes nothing', async () => {
    await using it = await pair();
    const { world, ann, ben } = it;
    await ann.write('a.txt', 'first');
    await world.settle();
    await ann.write('a.txt', 'second');
    await world.settle();
    ben.disk.before = (call, args) => {
      if (call === 'moveFile' && args[1] === ben.path('a.txt')) throw new DiskFault('failed', ben.path('a.txt'));
    };
    expect(await refusal(ben, 'updated_here')).toBe('disk_failed');
    await expect(ben.sync()).rejects.toMatchObject({ code: 'folder_not_writable' });
    ben.disk.before = () => undefined;
    await ben.syncOnceFree();
    await world.settle();
    await world.expectSame({ 'a.txt': 'second' });
    expect(ben.traffic.entries.filter(({ op }) => op === 'delete')).toEqual([]);
    await undo(ben, 'updated_here');
    await world.settle();
    await world.expectSame({ 'a.txt': 'first' });
  });
});
