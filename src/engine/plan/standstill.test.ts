import { describe, expect, it } from 'vitest';
import { Scene } from '../fakes/world/scene.ts';
import { PARKED_ID } from '../model/index.ts';

const scene = (...agreed: string[]): Scene => new Scene().agreed(...agreed);

describe('moves that wait for each other', () => {
  it('a swap here is one group in the cloud', () => {
    const it = scene('a.txt', 'b.txt').moved('local', 'a.txt', 'b.txt').moved('local', 'b.txt', 'a.txt');
    expect(it.run()).toEqual([['rearrange_remote: move a.txt to b.txt, move b.txt to a.txt']]);
  });

  it('so is a rotation, and a file swapped with a folder', () => {
    const three = scene('a', 'b', 'c').moved('local', 'a', 'b').moved('local', 'b', 'c').moved('local', 'c', 'a');
    expect(three.run()).toEqual([['rearrange_remote: move a to b, move b to c, move c to a']]);
    const kinds = scene('a/', 'a/in.txt', 'b').moved('local', 'a', 'b').moved('local', 'b', 'a');
    expect(kinds.run()).toEqual([['rearrange_remote: move a to b, move b to a']]);
  });

  it('so is a folder that changes places with the one inside it', () => {
    const it = scene('outer/', 'outer/inner/').moved('local', 'outer/inner', 'inner').moved('local', 'outer', 'outer/inner/outer');
    expect(it.run()).toEqual([['move_remote outer/inner to inner'], ['move_remote outer to outer/inner/outer']]);
    const names = scene('x/', 'x/y/').moved('local', 'x/y', 'x').moved('local', 'x', 'x/y/y');
    expect(names.run()).toEqual([['rearrange_remote: move x/y to x, move x to x/y/y']]);
    expect(names.tree('remote')).toEqual(['x/', 'x/y/']);
  });

  it('so is a folder replaced by its own child', () => {
    const it = scene('x/', 'x/y/', 'x/y/keep.txt', 'x/go.txt').moved('local', 'x/y', 'x').deleted('local', 'x');
    expect(it.plan().operations).toMatchObject([{ op: 'rearrange_remote', items: 2 }]);
    expect(it.run()).toEqual([['rearrange_remote: move x/y to x, delete x']]);
    expect(it.tree('remote')).toEqual(['x/', 'x/keep.txt: x/y/keep.txt']);
  });

  it('a folder that takes the place of what is moved into it goes along in the group', () => {
    const it = scene('a').moved('local', 'a', 'b').added('local', 'a/').moved('local', 'a', 'a (local)/in');
    expect(it.run()).toEqual([['rearrange_remote: mkdir a (local) to a, move a to a (local)/in']]);
  });

  it('a swap there is made here by setting one aside', () => {
    const it = scene('a.txt', 'b.txt').moved('remote', 'a.txt', 'b.txt').moved('remote', 'b.txt', 'a.txt');
    expect(it.run()).toEqual([
      ['park_local a.txt'],
      ['move_local b.txt to a.txt'],
      ['move_local a.txt to b.txt', 'settle b.txt'],
      ['settle a.txt'],
    ]);
  });

  it('nobody is set aside for one that cannot move now', () => {
    const it = scene('a.txt', 'b.txt').moved('remote', 'a.txt', 'b.txt').moved('remote', 'b.txt', 'a.txt');
    const b = it.id('b.txt');
    expect(it.plan({ busy: (id) => id === b }).operations).toEqual([]);
  });

  it('a rotation of four there ends as the cloud has it', () => {
    const it = scene('a', 'b', 'c', 'd')
      .moved('remote', 'a', 'b')
      .moved('remote', 'b', 'c')
      .moved('remote', 'c', 'd')
      .moved('remote', 'd', 'a');
    expect(
      it
        .run()
        .flat()
        .filter((step) => step.startsWith('park_local')),
    ).toEqual(['park_local a']);
    expect(it.tree('local')).toEqual(['a: d', 'b: a', 'c: b', 'd: c']);
  });

  it('a swap here against a rename there: the cloud wins where both moved', () => {
    const it = scene('a', 'b').moved('local', 'a', 'b').moved('local', 'b', 'a').moved('remote', 'a', 'z');
    it.run();
    expect(it.tree('local')).toEqual(['a: b', 'z: a']);
    expect(it.tree('remote')).toEqual(it.tree('local'));
  });

  it('a group is not made while one of its members is busy', () => {
    const it = scene('a.txt', 'b.txt').moved('local', 'a.txt', 'b.txt').moved('local', 'b.txt', 'a.txt');
    const busy = (id: string): boolean => id === it.id('a.txt');
    expect(it.next({ busy })).toEqual([]);
    expect(it.plan({ busy }).waiting).toEqual([it.id('b.txt')]);
  });
});

describe('what is parked', () => {
  const parked = (...agreed: string[]): Scene => {
    const it = scene(...agreed);
    it.world.move('local', it.id('a.txt'), { parentId: PARKED_ID, name: 'a.txt' });
    return it;
  };

  it('goes back to where the cloud has it', () => {
    expect(parked('a.txt').run()).toEqual([['move_local a.txt to a.txt']]);
    expect(parked('docs/', 'a.txt').moved('remote', 'a.txt', 'docs/b.txt').run()[0]).toEqual(['move_local a.txt to docs/b.txt']);
  });

  it('is deleted when the cloud deleted it, and comes back as an item of its own when it was edited', () => {
    expect(parked('a.txt').deleted('remote', 'a.txt').run()).toEqual([['delete_local a.txt']]);
    const edited = parked('a.txt').edited('local', 'a.txt', 'mine').deleted('remote', 'a.txt');
    expect(edited.run()).toEqual([['revive_local a.txt'], ['move_local ~a.txt to a.txt'], ['upload ~a.txt']]);
  });

  it('and has its name taken meanwhile, gets a name of its own', () => {
    const it = parked('a.txt').edited('local', 'a.txt', 'mine').deleted('remote', 'a.txt').added('local', 'a.txt', 'other');
    it.run();
    expect(it.tree('remote')).toEqual(['a (conflict, Desk, 2026-03-01).txt: mine', 'a.txt: other']);
  });

  it('is neither read nor written while out of sight', () => {
    const it = parked('x/', 'a.txt').moved('remote', 'a.txt', 'x/a.txt').edited('remote', 'a.txt', 'theirs');
    expect(it.run()).toEqual([['move_local a.txt to x/a.txt'], ['download a.txt'], ['settle a.txt']]);
  });
});

describe('a folder with more items than a call can have arguments', () => {
  it('is planned when all of them leave it and it is deleted', () => {
    const names = Array.from({ length: 130_000 }, (_, index) => `f${index}`);
    const it = scene('a/', 'b/');
    for (const name of names) it.agreed(`a/${name}`);
    for (const name of names) it.moved('local', `a/${name}`, `b/${name}`);
    it.deleted('local', 'a');
    const { operations, waiting } = it.plan();
    expect(operations.filter(({ op }) => op === 'move_remote')).toHaveLength(names.length);
    expect(waiting).toEqual([it.id('a')]);
  }, 60_000);
});
