import { describe, expect, it } from 'vitest';
import { Scene } from '../fakes/world/scene.ts';
import { plan } from './index.ts';

const scene = (...agreed: string[]): Scene => new Scene().agreed(...agreed);

describe('what neither side changed', () => {
  it('is left alone', () => {
    expect(scene('docs/', 'docs/a.txt', 'b.txt').plan()).toEqual({ operations: [], massDeletions: [], blocked: [], waiting: [] });
  });

  it('is nothing when it was moved away and back', () => {
    const it = scene('a.txt').moved('local', 'a.txt', 'b.txt').moved('local', 'a.txt', 'a.txt');
    expect(it.next()).toEqual([]);
  });

  it('is read, and not uploaded, when it was only touched', () => {
    const it = scene('a.txt').touched('a.txt', 'a.txt');
    expect(it.run()).toEqual([['hash a.txt']]);
  });

  it('is written down anew when only its revision changed', () => {
    const it = scene('a.txt').edited('remote', 'a.txt', 'a.txt');
    expect(it.run()).toEqual([['settle a.txt']]);
  });
});

describe('a change on one side is the result', () => {
  it('added here', () => {
    const it = scene().added('local', 'docs/').added('local', 'docs/a.txt').added('local', 'unread.txt', null);
    expect(it.next()).toEqual(['hash unread.txt', 'mkdir_remote docs']);
    expect(it.plan().waiting).toEqual([it.id('docs/a.txt')]);
    expect(it.run()).toEqual([
      ['hash unread.txt', 'mkdir_remote docs'],
      ['upload docs/a.txt', 'upload unread.txt'],
    ]);
  });

  it('added there', () => {
    const it = scene().added('remote', 'docs/').added('remote', 'docs/a.txt').added('remote', 'b.txt');
    expect(it.run()).toEqual([['download b.txt', 'mkdir_local docs'], ['download docs/a.txt']]);
  });

  it('edited here, read already or not yet', () => {
    expect(scene('a.txt').edited('local', 'a.txt', 'mine').run()).toEqual([['upload a.txt']]);
    expect(scene('a.txt').touched('a.txt', 'mine').run()).toEqual([['hash a.txt'], ['upload a.txt']]);
  });

  it('edited there', () => {
    expect(scene('a.txt').edited('remote', 'a.txt', 'theirs').run()).toEqual([['download a.txt'], ['settle a.txt']]);
  });

  it('deleted here', () => {
    expect(scene('a.txt').deleted('local', 'a.txt').run()).toEqual([['delete_remote a.txt']]);
  });

  it('deleted there', () => {
    expect(scene('a.txt').deleted('remote', 'a.txt').run()).toEqual([['delete_local a.txt']]);
  });

  it('deleted on both sides', () => {
    const it = scene('a.txt').deleted('remote', 'a.txt').deleted('local', 'a.txt');
    expect(it.run()).toEqual([['forget a.txt']]);
    expect(it.world.synced.size).toBe(0);
  });

  it('moved here, into new nested folders', () => {
    const it = scene('a.txt').added('local', 'x/').added('local', 'x/y/').moved('local', 'a.txt', 'x/y/b.txt');
    expect(it.run()).toEqual([['mkdir_remote x'], ['mkdir_remote x/y'], ['move_remote a.txt to x/y/b.txt']]);
  });

  it('moved there, into new nested folders', () => {
    const it = scene('a.txt').added('remote', 'x/').added('remote', 'x/y/').moved('remote', 'a.txt', 'x/y/b.txt');
    expect(it.run()).toEqual([['mkdir_local x'], ['mkdir_local x/y'], ['move_local a.txt to x/y/b.txt'], ['settle a.txt']]);
  });

  it('a folder moved here takes along what is in it', () => {
    const it = scene('docs/', 'docs/a.txt', 'docs/deep/', 'docs/deep/b.txt').moved('local', 'docs', 'papers');
    expect(it.run()).toEqual([['move_remote docs to papers']]);
  });

  it('moved and edited in one beat: the place first, then the content', () => {
    const here = scene('docs/', 'a.txt').moved('local', 'a.txt', 'docs/b.txt').edited('local', 'a.txt', 'mine');
    expect(here.run()).toEqual([['move_remote a.txt to docs/b.txt'], ['upload a.txt']]);
    const there = scene('docs/', 'a.txt').moved('remote', 'a.txt', 'docs/b.txt').edited('remote', 'a.txt', 'theirs');
    expect(there.run()).toEqual([['move_local a.txt to docs/b.txt'], ['download a.txt'], ['settle a.txt']]);
  });

  it('a chain renamed at the top while a leaf is renamed', () => {
    const it = scene('a/', 'a/b/', 'a/b/c/', 'a/b/c/leaf.txt').moved('local', 'a', 'z').moved('local', 'a/b/c/leaf.txt', 'a/b/c/new.txt');
    expect(it.run()).toEqual([['move_remote a to z', 'move_remote a/b/c/leaf.txt to a/b/c/new.txt']]);
    expect(it.tree('remote')).toEqual(['z/', 'z/b/', 'z/b/c/', 'z/b/c/new.txt: a/b/c/leaf.txt']);
  });

  it('renamed in case only, either way', () => {
    expect(scene('a.txt', 'docs/').moved('local', 'a.txt', 'A.txt').moved('local', 'docs', 'Docs').run()).toEqual([
      ['move_remote a.txt to A.txt', 'move_remote docs to Docs'],
    ]);
    const there = new Scene({ caseSensitive: false }).agreed('a.txt').moved('remote', 'a.txt', 'A.txt');
    expect(there.run()).toEqual([['move_local a.txt to A.txt'], ['settle a.txt']]);
  });

  it('deleted and made again under the same name: another item', () => {
    const here = scene('a.txt').deleted('local', 'a.txt').added('local', 'a.txt', 'new');
    expect(here.run()).toEqual([['delete_remote a.txt'], ['upload a.txt (local)']]);
    const there = scene('a.txt').deleted('remote', 'a.txt').added('remote', 'a.txt', 'new');
    expect(there.run()).toEqual([['delete_local a.txt'], ['download a.txt (remote)']]);
  });
});

describe('deletion against change', () => {
  it('an edit here beats the delete there, and goes on as an item of its own', () => {
    const it = scene('a.txt').edited('local', 'a.txt', 'mine').deleted('remote', 'a.txt');
    expect(it.run()).toEqual([['revive_local a.txt'], ['upload ~a.txt']]);
    expect(it.tree('remote')).toEqual(['a.txt: mine']);
  });

  it('an edit there beats the delete here', () => {
    const it = scene('a.txt').edited('remote', 'a.txt', 'theirs').deleted('local', 'a.txt');
    expect(it.run()).toEqual([['revive_remote a.txt'], ['download a.txt']]);
  });

  it('a touch does not: read first, then deleted', () => {
    const it = scene('a.txt').touched('a.txt', 'a.txt').deleted('remote', 'a.txt');
    expect(it.run()).toEqual([['hash a.txt'], ['delete_local a.txt']]);
  });

  it('a move beats a delete, either way', () => {
    const there = scene('docs/', 'a.txt').moved('remote', 'a.txt', 'docs/a.txt').deleted('local', 'a.txt');
    expect(there.run()).toEqual([['revive_remote a.txt'], ['download a.txt']]);
    const here = scene('docs/', 'a.txt').moved('local', 'a.txt', 'docs/a.txt').deleted('remote', 'a.txt');
    expect(here.run()).toEqual([['revive_local a.txt'], ['upload ~a.txt']]);
    expect(here.tree('remote')).toEqual(['docs/', 'docs/a.txt: a.txt']);
  });

  it('a folder is deleted in one operation that says how much it takes along', () => {
    const tree = ['docs/', 'docs/a.txt', 'docs/deep/', 'docs/deep/b.txt'];
    expect(
      scene('other.txt', ...tree)
        .deleted('local', 'docs')
        .run({ deleteApproved: () => true }),
    ).toEqual([['delete_remote docs (4)']]);
    expect(
      scene('other.txt', ...tree)
        .deleted('remote', 'docs')
        .run({ deleteApproved: () => true }),
    ).toEqual([['delete_local docs (4)']]);
  });

  it.each([
    ['local', 'remote'],
    ['remote', 'local'],
  ] as const)('a folder deleted on the %s side spares what the other side added inside', (gone, other) => {
    const it = scene('docs/', 'docs/old.txt').deleted(gone, 'docs').added(other, 'docs/new.txt');
    it.run();
    expect(it.tree('local')).toEqual(['docs/', 'docs/new.txt']);
    expect(it.tree('remote')).toEqual(['docs/', 'docs/new.txt']);
  });

  it.each([
    ['local', 'remote'],
    ['remote', 'local'],
  ] as const)('a folder deleted on the %s side spares what the other side edited deep inside', (gone, other) => {
    const it = scene('a/', 'a/b/', 'a/b/keep.txt', 'a/b/go.txt', 'a/c/').deleted(gone, 'a').edited(other, 'a/b/keep.txt', 'edited');
    it.run();
    expect(it.tree('local')).toEqual(['a/', 'a/b/', 'a/b/keep.txt: edited']);
    expect(it.tree('remote')).toEqual(it.tree('local'));
  });

  it('what was moved out here is moved out there before the folder is deleted', () => {
    const it = scene('docs/', 'docs/a.txt', 'docs/b.txt').moved('local', 'docs/a.txt', 'a.txt').deleted('local', 'docs');
    expect(it.run()).toEqual([['move_remote docs/a.txt to a.txt'], ['delete_remote docs (2)']]);
  });

  it('what the other side moved out of a deleted folder stays', () => {
    const it = scene('docs/', 'docs/a.txt', 'docs/b.txt').deleted('local', 'docs').moved('remote', 'docs/a.txt', 'a.txt');
    it.run();
    expect(it.tree('local')).toEqual(['a.txt: docs/a.txt']);
    expect(it.tree('remote')).toEqual(it.tree('local'));
  });

  it('what was moved into a folder that the other side deleted keeps the folder', () => {
    const it = scene('docs/', 'docs/old.txt', 'a.txt').deleted('local', 'docs').moved('remote', 'a.txt', 'docs/a.txt');
    it.run();
    expect(it.tree('local')).toEqual(['docs/', 'docs/a.txt: a.txt']);
    expect(it.tree('remote')).toEqual(it.tree('local'));
  });

  it('a renamed file inside a folder that the other side deleted is kept in it', () => {
    const it = scene('docs/', 'docs/a.txt', 'docs/b.txt').deleted('remote', 'docs').moved('local', 'docs/a.txt', 'docs/c.txt');
    it.run();
    expect(it.tree('local')).toEqual(['docs/', 'docs/c.txt: docs/a.txt']);
    expect(it.tree('remote')).toEqual(it.tree('local'));
  });
});

describe('move against move', () => {
  it("the cloud's place wins", () => {
    const it = scene('x/', 'y/', 'a.txt').moved('local', 'a.txt', 'x/a.txt').moved('remote', 'a.txt', 'y/a.txt');
    expect(it.run()).toEqual([['move_local a.txt to y/a.txt'], ['settle a.txt']]);
  });

  it('the same target is agreement', () => {
    const it = scene('x/', 'a.txt').moved('local', 'a.txt', 'x/a.txt').moved('remote', 'a.txt', 'x/a.txt');
    expect(it.run()).toEqual([['settle a.txt']]);
  });

  it('rename here and edit there both stand', () => {
    const it = scene('a.txt').moved('local', 'a.txt', 'b.txt').edited('remote', 'a.txt', 'theirs');
    it.run();
    expect(it.tree('local')).toEqual(['b.txt: theirs']);
    expect(it.tree('remote')).toEqual(['b.txt: theirs']);
  });

  it('an item moved into a folder that the other side renamed follows it', () => {
    const it = scene('docs/', 'a.txt').moved('local', 'a.txt', 'docs/a.txt').moved('remote', 'docs', 'papers');
    it.run();
    expect(it.tree('local')).toEqual(['papers/', 'papers/a.txt: a.txt']);
    expect(it.tree('remote')).toEqual(it.tree('local'));
  });

  it('A into B here, B into A there: as the cloud has it', () => {
    const it = scene('A/', 'B/', 'A/a.txt', 'B/b.txt').moved('local', 'A', 'B/A').moved('remote', 'B', 'A/B');
    it.run();
    expect(it.tree('local')).toEqual(['A/', 'A/B/', 'A/B/b.txt: B/b.txt', 'A/a.txt']);
    expect(it.tree('remote')).toEqual(it.tree('local'));
    expect(it.world.ids().size).toBe(4);
  });

  it('two items moved to one name: the one that is there keeps it', () => {
    const it = scene('a.txt', 'b.txt').moved('local', 'a.txt', 'c.txt').moved('remote', 'b.txt', 'c.txt');
    it.run();
    expect(it.tree('local')).toEqual(['c (conflict, Desk, 2026-03-01).txt: a.txt', 'c.txt: b.txt']);
    expect(it.tree('remote')).toEqual(it.tree('local'));
  });
});

describe('names that one platform or the cloud cannot hold together', () => {
  const CLASH = 'name_clash';
  const composed = 'caf\u00e9.txt';
  const decomposed = 'cafe\u0301.txt';

  it('two new ones here that differ in case: the first by name goes up, the other is reported, and siblings go on', () => {
    const it = scene().added('local', 'A.txt').added('local', 'a.txt').added('local', 'b.txt');
    expect(it.run()).toEqual([['upload A.txt', 'upload b.txt']]);
    expect(it.plan().blocked).toEqual([{ id: it.id('a.txt'), reason: { code: CLASH, params: { name: 'a.txt', other: 'A.txt' } } }]);
    expect(it.tree('local')).toEqual(['A.txt', 'a.txt', 'b.txt']);
  });

  it('a new one here and one of the cloud, agreed on or new', () => {
    const known = scene('a.txt').added('local', 'A.TXT');
    expect(known.next()).toEqual([]);
    expect(known.plan().blocked).toMatchObject([{ id: known.id('A.TXT'), reason: { code: CLASH, params: { other: 'a.txt' } } }]);
    const both = scene().added('local', 'A.TXT').added('remote', 'a.txt').added('remote', 'b.txt');
    expect(both.next()).toEqual(['download a.txt', 'download b.txt']);
    expect(both.plan().blocked).toMatchObject([{ id: both.id('A.TXT'), reason: { code: CLASH } }]);
    expect(both.next({ caseSensitive: false }), 'where the disk holds only one of them').toEqual(['download b.txt']);
  });

  it('a rename here to one', () => {
    const it = scene('a.txt', 'b.txt').moved('local', 'b.txt', 'A.txt').edited('local', 'b.txt', 'mine');
    expect(it.next(), 'what is in it goes up all the same').toEqual(['upload b.txt']);
    expect(it.plan().blocked).toMatchObject([{ id: it.id('b.txt'), reason: { code: CLASH } }]);
  });

  it('is no longer reported once the other name is free', () => {
    const it = scene('a.txt').added('local', 'A.TXT').deleted('local', 'a.txt');
    expect(it.run()).toEqual([['delete_remote a.txt'], ['upload A.TXT']]);
    expect(it.plan().blocked).toEqual([]);
  });

  it('NFC and NFD are spellings of one name', () => {
    const one = scene().added('local', decomposed, 'same').added('remote', composed, 'same');
    expect(one.run()).toEqual([[`adopt ${decomposed} as ${composed}`], [`settle ${composed}`]]);
    const respelled = scene(composed).moved('local', composed, decomposed);
    expect(respelled.next()).toEqual([]);
    const two = scene().added('local', decomposed).added('local', composed);
    expect(two.next()).toEqual([`upload ${decomposed}`]);
    expect(two.plan().blocked).toMatchObject([{ id: two.id(composed), reason: { code: CLASH } }]);
  });

  it('a name that this platform cannot hold stays in the cloud; what is in it waits, and siblings come', () => {
    const canHold = (name: string): boolean => !name.includes('?');
    const it = scene('a.txt').added('remote', 'what?/').added('remote', 'what?/in.txt').added('remote', 'b.txt');
    it.moved('remote', 'a.txt', 'a?.txt').edited('remote', 'a.txt', 'theirs');
    expect(it.run({ canHold })).toEqual([['download a.txt', 'download b.txt']]);
    const { blocked, waiting } = it.plan({ canHold });
    expect(blocked).toEqual([
      { id: it.id('a.txt'), reason: { code: 'name_not_holdable', params: { name: 'a?.txt' } } },
      { id: it.id('what?'), reason: { code: 'name_not_holdable', params: { name: 'what?' } } },
    ]);
    expect(waiting).toEqual([it.id('what?/in.txt')]);
    expect(it.tree('local')).toEqual(['a.txt: theirs', 'b.txt']);
    expect(it.tree('remote')).toEqual(['a?.txt: theirs', 'b.txt', 'what?/', 'what?/in.txt']);
  });
});

describe('busy items', () => {
  it('are not touched, and those that need them wait', () => {
    const it = scene('a.txt').edited('local', 'a.txt', 'mine').added('local', 'docs/').added('local', 'docs/b.txt').added('local', 'c.txt');
    const busy = (id: string): boolean => id === it.id('a.txt') || id === it.id('docs');
    expect(it.next({ busy })).toEqual(['upload c.txt']);
    expect(it.plan({ busy }).waiting).toEqual([it.id('docs/b.txt')]);
  });

  it('keep the folder above them from being deleted', () => {
    const it = scene('docs/', 'docs/a.txt', 'docs/b.txt', 'c.txt').deleted('local', 'docs');
    const busy = (id: string): boolean => id === it.id('docs/a.txt');
    expect(it.next({ busy })).toEqual([]);
    expect(it.next()).toEqual(['delete_remote docs (3)']);
  });
});

describe('a partial plan', () => {
  it('draws in what the decision touches', () => {
    const it = scene('a.txt', 'b.txt', 'c.txt')
      .moved('local', 'a.txt', 'b.txt')
      .moved('local', 'b.txt', 'a.txt')
      .edited('local', 'c.txt', 'mine');
    expect(it.next({}, ['a.txt'])).toEqual(['rearrange_remote: move a.txt to b.txt, move b.txt to a.txt']);
  });

  it('passes over ids that are nowhere, and answers the same for any order', () => {
    const it = scene('a.txt', 'b.txt').edited('local', 'a.txt', 'mine').edited('remote', 'b.txt', 'theirs');
    const ids = [it.id('b.txt'), it.world.nextId(), it.id('a.txt')];
    const one = plan(it.world, ids, it.policy);
    expect(plan(it.world, ids.reverse(), it.policy)).toEqual(one);
    expect(one.operations.map(({ op }) => op)).toEqual(['upload', 'download']);
  });
});
