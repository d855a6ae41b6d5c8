import { describe, expect, it } from 'vitest';
import { Scene } from '../../fakes/world/scene.ts';
import { compareSides } from './compare-sides.ts';
import { type ForeseenStep, foresee } from './foresee.ts';

const told = ({ kind, path, otherPath }: ForeseenStep): string => `${kind} ${path}${otherPath === null ? '' : ` (${otherPath})`}`;
const seen = (scene: Scene): readonly string[] => foresee(scene.world, scene.world.ids(), scene.policy).steps.map(told).sort();

describe('a preview', () => {
  it('goes to the end: a new folder lists what is in it', () => {
    const scene = new Scene()
      .added('local', 'a/')
      .added('local', 'a/b/')
      .added('local', 'a/b/c.txt')
      .added('remote', 'x/')
      .added('remote', 'x/y.txt');
    expect(seen(scene)).toEqual(['download x/y.txt', 'mkdir_local x', 'mkdir_remote a', 'mkdir_remote a/b', 'upload a/b/c.txt']);
  });

  it('names the copy that a conflict will make', () => {
    const scene = new Scene().agreed('report.txt').edited('local', 'report.txt', 'mine').edited('remote', 'report.txt', 'theirs');
    expect(seen(scene)).toEqual([
      'download report.txt',
      'rename_aside report.txt (report (conflict, Desk, 2026-03-01).txt)',
      'upload report (conflict, Desk, 2026-03-01).txt',
    ]);
  });

  it('counts what a deletion takes along', () => {
    const scene = new Scene().agreed('f/', 'f/1', 'f/2', 'stay/', 'stay/1', 'stay/2').deleted('local', 'f/');
    expect(foresee(scene.world, scene.world.ids(), scene.policy).steps).toMatchObject([{ kind: 'delete_remote', path: 'f', items: 3 }]);
  });

  it('shows a swap as two moves, and where each was', () => {
    const scene = new Scene().agreed('a', 'b').moved('remote', 'a', 'c').moved('remote', 'b', 'a').moved('remote', 'a', 'b');
    expect(seen(scene)).toEqual(['move_local a (b)', 'move_local b (a)']);
  });

  it('of two sides in step is empty, in no round', () => {
    const scene = new Scene().agreed('a', 'd/', 'd/b');
    expect(foresee(scene.world, scene.world.ids(), scene.policy)).toMatchObject({ steps: [], rounds: 0, settles: true });
  });

  it('changes nothing, and what it shows is what is then done', () => {
    const scene = new Scene()
      .agreed('keep/', 'keep/a', 'gone', 'both')
      .added('local', 'keep/new/')
      .added('local', 'keep/new/n')
      .added('remote', 'keep/there')
      .edited('local', 'both', '1')
      .edited('remote', 'both', '2')
      .deleted('remote', 'gone')
      .moved('local', 'keep/a', 'moved');
    const before = [scene.tree('local'), scene.tree('remote')];
    const { steps } = foresee(scene.world, scene.world.ids(), scene.policy);
    expect([scene.tree('local'), scene.tree('remote')]).toEqual(before);
    scene.run();
    for (const { kind, path } of steps) {
      const there = scene.tree('local').some((line) => line === path || line === `${path}/` || line.startsWith(`${path}:`));
      expect(there, `${kind} ${path}`).toBe(kind !== 'delete_local');
    }
  });

  it('counts each deletion of a group by itself', () => {
    const scene = new Scene()
      .agreed('a/', 'a/x', 'a/gone', 'b/', 'b/y')
      .moved('local', 'a/x', 'x')
      .moved('local', 'b/y', 'y')
      .deleted('local', 'a/', 'b/')
      .moved('local', 'a/x', 'b')
      .moved('local', 'b/y', 'a');
    const { steps } = foresee(scene.world, scene.world.ids(), scene.policy);
    expect(steps.filter(({ kind }) => kind === 'delete_remote').map(({ path, items }) => [path, items])).toEqual([
      ['a', 2],
      ['b', 1],
    ]);
  });

  it('asks as it will be asked: what is deleted in a later step counts with what went before', () => {
    const names = Array.from({ length: 8 }, (_, index) => `f${index}`);
    const stays = Array.from({ length: 8 }, (_, index) => `stays ${index}`);
    const scene = new Scene()
      .agreed(...names, ...stays, 'docs/', 'docs/moves', 'docs/1', 'docs/2', 'docs/3')
      .moved('remote', 'docs/moves', 'moves')
      .deleted('remote', ...names, 'docs/1', 'docs/2', 'docs/3', 'docs/');
    const { steps, last } = foresee(scene.world, scene.world.ids(), scene.policy);
    expect(steps.filter(({ kind }) => kind === 'delete_local').map(({ path }) => path)).toEqual(names);
    expect(last.massDeletions).toMatchObject([{ side: 'cloud', items: 4, goneBefore: 8 }]);
  });

  it('stops at a question and says what it is about', () => {
    const names = Array.from({ length: 12 }, (_, index) => `f/${index}`);
    const scene = new Scene().agreed('f/', ...names).deleted('local', 'f/');
    const { steps, last } = foresee(scene.world, scene.world.ids(), scene.policy);
    expect(steps).toEqual([]);
    expect(last.massDeletions).toMatchObject([{ side: 'here', items: 13 }]);
  });

  it('takes a file that was not read for changed, and says so where the cloud has one that may be the same', () => {
    const scene = new Scene().agreed('a').touched('a', 'a').added('local', 'new', null);
    expect(foresee(scene.world, scene.world.ids(), scene.policy)).toMatchObject({ unread: 1 });
    expect(seen(scene)).toEqual(['upload a', 'upload new']);
  });
});

describe('comparing both sides', () => {
  it('goes by path, whatever the ids', () => {
    const scene = new Scene()
      .added('local', 'same/')
      .added('local', 'same/a', '1')
      .added('local', 'here')
      .added('local', 'differs', '1')
      .added('remote', 'Same/')
      .added('remote', 'Same/a', '1')
      .added('remote', 'there/')
      .added('remote', 'there/x')
      .added('remote', 'differs (remote)', '2');
    scene.world.putRemote(scene.id('differs (remote)'), { parentId: scene.id(''), name: 'differs' }, 'file', '2');
    // Sizes of what is only told apart by its content are equal here, as they are when it matters.
    for (const node of [...scene.world.local.values()])
      if (node.kind === 'file') scene.world.local.set({ ...node, stat: { ...node.stat, size: 1 } });
    expect(compareSides(scene.world)).toEqual({
      same: { files: 1, folders: 1, bytes: 1 },
      onlyHere: { files: 1, folders: 0, bytes: 1 },
      onlyThere: { files: 1, folders: 1, bytes: 1 },
      different: ['differs'],
      unread: [],
    });
  });

  it('asks to read only what has a twin of the same size', () => {
    const scene = new Scene()
      .added('local', 'a', null)
      .added('local', 'b', null)
      .added('local', 'c', null)
      .added('remote', 'a (remote)')
      .added('remote', 'b (remote)');
    for (const name of ['a', 'b']) scene.world.putRemote(scene.id(`${name} (remote)`), { parentId: scene.id(''), name }, 'file', name);
    const a = scene.world.local.get(scene.id('a'));
    if (a?.kind === 'file') scene.world.local.set({ ...a, stat: { ...a.stat, size: 1 } });
    const { unread, different, onlyHere } = compareSides(scene.world);
    expect({ unread, different, onlyHere: onlyHere.files }).toEqual({ unread: [scene.id('a')], different: ['b'], onlyHere: 1 });
  });
});
