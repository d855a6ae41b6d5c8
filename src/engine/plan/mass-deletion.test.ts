import { describe, expect, it } from 'vitest';
import { Scene } from '../fakes/world/scene.ts';
import type { MassDeletion } from './index.ts';

const files = (count: number, prefix = ''): string[] =>
  Array.from({ length: count }, (_, n) => `${prefix}${String(n).padStart(3, '0')}.txt`);
const scene = (...agreed: string[]): Scene => new Scene().agreed(...agreed);

/** What is asked, by side and number. */
const asked = (it: Scene): readonly string[] => it.plan().massDeletions.map(({ side, items }) => `${items} ${side}`);
const gone = (it: Scene, side: 'local' | 'remote', count: number): Scene => it.deleted(side, ...files(count));

describe.each([
  ['here', 'local', 'delete_remote'],
  ['cloud', 'remote', 'delete_local'],
] as const)('deletions that come from %s', (name, side, op) => {
  it.each([
    ['99 of 300', 300, 99, false],
    ['100 of 300', 300, 100, true],
    ['10 of 21: less than half', 21, 10, false],
    ['10 of 20: half', 20, 10, true],
    ['9 of 10: half, and fewer than ten', 10, 9, false],
    ['all of 5', 5, 5, true],
    ['4 of 5', 5, 4, false],
    ['all of 4', 4, 4, false],
  ])('%s', (_, tree, count, ask) => {
    const it = gone(scene(...files(tree)), side, count);
    expect(asked(it)).toEqual(ask ? [`${count} ${name}`] : []);
    expect(it.plan().operations.map((operation) => operation.op)).toEqual(ask ? [] : Array(count).fill(op));
    if (ask) expect(it.plan().waiting).toHaveLength(count);
  });

  it('count all that is in a folder, and name its top alone', () => {
    const it = scene('docs/', ...files(99, 'docs/'), ...files(200)).deleted(side, 'docs');
    expect(it.plan().massDeletions).toEqual<MassDeletion[]>([{ side: name, ids: [it.id('docs')], items: 100, goneBefore: 0 }]);
  });

  it('are counted together with those already approved left out', () => {
    const it = gone(scene(...files(300)), side, 120);
    const approved = new Set(files(60).map((path) => it.id(path)));
    const plan = it.plan({ deleteApproved: (id) => approved.has(id) });
    expect(plan.massDeletions).toEqual([]);
    expect(plan.operations).toHaveLength(120);
    const few = new Set(files(20).map((path) => it.id(path)));
    const rest = it.plan({ deleteApproved: (id) => few.has(id) });
    expect(rest.operations).toHaveLength(20);
    expect(rest.massDeletions).toMatchObject([{ items: 100 }]);
  });

  it('hold back nothing else while they wait', () => {
    const it = gone(scene(...files(20), 'edited.txt'), side, 15)
      .edited('local', 'edited.txt', 'mine')
      .added('remote', 'new.txt');
    expect(it.next()).toEqual(['download new.txt', 'upload edited.txt']);
  });

  it('are made when the answer is delete', () => {
    const it = scene('docs/', ...files(20, 'docs/')).deleted(side, 'docs');
    const id = it.id('docs');
    expect(it.run({ deleteApproved: (one) => one === id })).toEqual([[`${op} docs (21)`]]);
    expect(it.world.ids().size).toBe(0);
  });

  it('are undone when the answer is keep, down to the last file', () => {
    const it = scene('docs/', 'docs/deep/', ...files(20, 'docs/deep/')).deleted(side, 'docs');
    const before = it.tree(side === 'local' ? 'remote' : 'local');
    const kept = new Set([it.id('docs'), it.id('docs/deep'), ...files(20, 'docs/deep/').map((path) => it.id(path))]);
    it.run({ keep: (id) => kept.has(id) });
    expect(it.tree('local')).toEqual(before);
    expect(it.tree('remote')).toEqual(before);
  });
});

describe('what went shortly before', () => {
  const lately = (items: number, gone = items) => ({ deletedLately: () => ({ items, gone }) });

  it.each([
    ['60 after 39 of 300', 300, 60, 39, false],
    ['60 after 40 of 300', 300, 60, 40, true],
    ['one after 99', 300, 1, 99, true],
    ['5 of the 15 that are left of 20', 15, 5, 5, true],
    ['4 of the 15 that are left of 19: less than half', 15, 4, 4, false],
    ['the last of 5', 1, 1, 4, true],
    ['the last of 4', 1, 1, 3, false],
    ['nothing more, whatever went', 300, 0, 500, false],
  ])('counts: %s', (_, tree, count, before, ask) => {
    const { massDeletions } = gone(scene(...files(tree)), 'local', count).plan(lately(before));
    expect(massDeletions).toMatchObject(ask ? [{ side: 'here', items: count, goneBefore: before }] : []);
  });

  it('is part of the tree until it is gone: what is under way counts once', () => {
    const it = gone(scene(...files(20)), 'local', 5);
    expect(it.plan(lately(5, 0)).massDeletions).toHaveLength(1);
    expect(gone(scene(...files(20)), 'local', 5).plan(lately(5, 5)).massDeletions).toHaveLength(0);
  });

  it('counts for its own side only', () => {
    const it = gone(scene(...files(300)), 'local', 60);
    const there = (side: 'here' | 'cloud') => (side === 'cloud' ? { items: 60, gone: 60 } : { items: 0, gone: 0 });
    expect(it.plan({ deletedLately: there }).massDeletions).toEqual([]);
  });
});

describe('what was asked about', () => {
  const askedOf = (it: Scene, count: number) => {
    const ids = files(count).map((path) => it.id(path));
    return { asked: (side: 'here' | 'cloud') => (side === 'cloud' ? ids : []) };
  };

  it('waits as a whole, also while a part of it has to be read again', () => {
    const it = gone(scene(...files(20)), 'remote', 15);
    for (const path of files(6)) it.touched(path, path);
    const plan = it.plan(askedOf(it, 15));
    expect(plan.massDeletions).toMatchObject([{ side: 'cloud', items: 15 }]);
    expect(plan.massDeletions[0]?.ids.toSorted()).toEqual(
      files(15)
        .map((path) => it.id(path))
        .sort(),
    );
    expect(plan.operations.map(({ op }) => op)).toEqual(Array(6).fill('hash'));
    const busy = new Set(files(6).map((path) => it.id(path)));
    expect(it.plan({ ...askedOf(it, 15), busy: (id) => busy.has(id) })).toMatchObject({ operations: [], massDeletions: [{ items: 15 }] });
  });

  it('and what of it was edited is not asked about any more', () => {
    const it = gone(scene(...files(20)), 'remote', 15);
    for (const path of files(3)) it.edited('local', path, 'mine');
    expect(it.plan(askedOf(it, 15)).massDeletions).toMatchObject([{ items: 12 }]);
  });

  it('nor is what a person deletes by name, or what goes with a folder that is deleted too', () => {
    const it = scene('docs/', ...files(20, 'docs/'), ...files(20)).deleted('remote', 'docs', ...files(10));
    const chosen = it.id(files(1)[0] ?? '');
    const ids = [...files(10), ...files(20, 'docs/')].map((path) => it.id(path));
    const plan = it.plan({ asked: (side) => (side === 'cloud' ? ids : []), deleteApproved: (id) => id === chosen });
    expect(plan.massDeletions).toMatchObject([{ items: 30 }]);
    expect(plan.operations.map(({ id }) => id)).toEqual([chosen]);
  });
});

describe('what has to be read before it is known to be deleted', () => {
  const setOf = (it: Scene, count: number) => new Set(files(count).map((path) => it.id(path)));
  const touched = (it: Scene, count: number): Scene => {
    for (const path of files(count)) it.touched(path, path);
    return it;
  };

  it('is waited for where it decides whether to ask', () => {
    const it = touched(gone(scene(...files(20)), 'remote', 15), 6);
    const plan = it.plan();
    expect([plan.operations.map(({ op }) => op), plan.massDeletions]).toEqual([Array(6).fill('hash'), []]);
    expect(plan.waiting).toHaveLength(9);
    it.run();
    expect(it.plan().massDeletions).toMatchObject([{ items: 15, goneBefore: 0 }]);
  });

  it('also while it is being read, and in no plan', () => {
    const it = touched(gone(scene(...files(20)), 'remote', 15), 6);
    const busy = setOf(it, 6);
    const plan = it.plan({ busy: (id) => busy.has(id), underWay: () => busy }, files(15).slice(6));
    expect(plan).toMatchObject({ operations: [], massDeletions: [] });
  });

  it('and is asked about where it could not be read', () => {
    const it = touched(gone(scene(...files(20)), 'remote', 15), 6);
    const resting = (id: string): boolean => setOf(it, 6).has(id);
    const plan = it.plan({ busy: resting, resting, underWay: () => setOf(it, 6) }, files(15).slice(6));
    expect(plan).toMatchObject({ operations: [], massDeletions: [{ items: 15 }] });
  });

  it('holds nothing where they are few in any case, nor what was answered', () => {
    const few = touched(gone(scene(...files(30)), 'remote', 14), 6);
    expect(few.next()).toHaveLength(14);
    const it = touched(gone(scene(...files(20)), 'remote', 15), 6);
    const approved = setOf(it, 15);
    expect(it.next({ deleteApproved: (id) => approved.has(id) })).toHaveLength(15);
  });

  it('counts with the whole folder that it holds up', () => {
    const it = scene('docs/', ...files(9, 'docs/'), ...files(30))
      .touched('docs/000.txt', 'docs/000.txt')
      .deleted('remote', ...files(11));
    it.deleted('remote', 'docs');
    expect(it.next()).toEqual(['hash docs/000.txt']);
    expect(it.plan().massDeletions).toEqual([]);
    it.run();
    expect(it.plan().massDeletions).toMatchObject([{ items: 21, goneBefore: 0 }]);
  });

  it('is waited for on the other side too, while it is being sent', () => {
    const it = gone(scene(...files(20)), 'local', 15);
    const sent = setOf(it, 6);
    const work = { busy: (id: string) => sent.has(id), underWay: () => sent };
    expect(it.plan(work)).toMatchObject({ operations: [], massDeletions: [] });
  });
});

describe('what is no deletion never asks', () => {
  it('renaming, moving, editing and touching everything', () => {
    const it = scene('docs/', ...files(120));
    for (const path of files(40)) it.moved('local', path, `docs/${path}`);
    for (const path of files(80).slice(40)) it.edited('remote', path, 'theirs');
    for (const path of files(120).slice(80)) it.touched(path, path);
    expect(asked(it)).toEqual([]);
    it.run();
    expect(asked(it)).toEqual([]);
  });

  it('forgetting what is gone on both sides', () => {
    expect(asked(gone(gone(scene(...files(120)), 'local', 120), 'remote', 120))).toEqual([]);
  });
});

describe.each([
  ['older than the folder', ['y/', 'y/keep.txt', 'x/']],
  ['younger than the folder', ['x/', 'y/', 'y/keep.txt']],
] as const)('a folder replaced by its own child, the child %s', (_, order) => {
  const replaced = (): Scene => {
    const it = scene(...order, ...files(120, 'x/'))
      .moved('local', 'y', 'x/y')
      .moved('remote', 'y', 'x/y');
    it.run();
    return it.moved('local', 'y', 'x').deleted('local', 'x');
  };

  it('asks for the folder that goes, when much goes with it', () => {
    const it = replaced();
    expect(it.plan().massDeletions).toEqual([{ side: 'here', ids: [it.id('x')], items: 121, goneBefore: 0 }]);
    expect(it.next()).toEqual([]);
  });

  it('is made in one group when the answer is delete', () => {
    const it = replaced();
    const id = it.id('x');
    expect(it.run({ deleteApproved: (one) => one === id })).toEqual([['rearrange_remote: move y to x, delete x']]);
  });

  it('keeps both when the answer is keep', () => {
    const it = replaced();
    const kept = new Set([it.id('x'), ...files(120, 'x/').map((path) => it.id(path))]);
    it.run({ keep: (id) => kept.has(id) });
    expect(it.tree('local')).toEqual(it.tree('remote'));
    expect(it.tree('remote')).toContain('x/000.txt');
    expect(it.tree('remote')).toContain('x (conflict, Desk, 2026-03-01)/keep.txt: y/keep.txt');
  });
});
