import { describe, expect, it } from 'vitest';
import { Scene } from '../fakes/world/scene.ts';
import { ROOT_ID } from '../model/index.ts';

const scene = (...agreed: string[]): Scene => new Scene().agreed(...agreed);

describe('conflicts', () => {
  it('both edited: the cloud keeps the name, the other becomes an item of its own and steps aside', () => {
    const it = scene('a.txt').edited('local', 'a.txt', 'mine').edited('remote', 'a.txt', 'theirs');
    const rounds = it.run();
    expect(rounds[0]).toEqual(['revive_local a.txt']);
    expect(rounds[1]).toEqual(['rename_aside ~a.txt as a (conflict, Desk, 2026-03-01).txt']);
    expect(rounds[2]).toEqual(['download a.txt', 'upload ~a (conflict, Desk, 2026-03-01).txt']);
    expect(rounds).toHaveLength(3);
    expect(it.tree('local')).toEqual(['a (conflict, Desk, 2026-03-01).txt: mine', 'a.txt: theirs']);
    expect(it.tree('remote')).toEqual(it.tree('local'));
  });

  it('names whose name it could not have', () => {
    const it = scene('a.txt').added('local', 'b.txt', 'mine').added('remote', 'b.txt', 'theirs');
    expect(it.plan().operations).toEqual([
      {
        op: 'rename_aside',
        id: it.id('b.txt'),
        name: 'b (conflict, Desk, 2026-03-01).txt',
        inFavourOf: it.id('b.txt (remote)'),
        otherHere: null,
      },
    ]);
  });

  it('equal content on both sides is none', () => {
    expect(scene('a.txt').edited('local', 'a.txt', 'same').edited('remote', 'a.txt', 'same').run()).toEqual([['settle a.txt']]);
  });

  it('new on both sides with equal content is one item, and no transfer', () => {
    const it = scene().added('local', 'a.txt', 'same').added('remote', 'a.txt', 'same');
    expect(it.run()).toEqual([['adopt a.txt as a.txt (remote)'], ['settle a.txt (remote)']]);
    const unread = scene().added('local', 'a.txt', null).added('remote', 'a.txt', 'same');
    expect(unread.next()).toEqual(['hash a.txt']);
  });

  it('two folders of one name become one, with the union of both', () => {
    const it = scene()
      .added('local', 'docs/')
      .added('local', 'docs/mine.txt')
      .added('remote', 'docs/')
      .added('remote', 'docs (remote)/theirs.txt');
    expect(it.next()).toEqual(['adopt docs as docs (remote)']);
    it.run();
    expect(it.tree('local')).toEqual(['docs/', 'docs/mine.txt', 'docs/theirs.txt: docs (remote)/theirs.txt']);
    expect(it.tree('remote')).toEqual(it.tree('local'));
  });

  it('folder against file: the one here steps aside, with what is in it', () => {
    const it = scene().added('local', 'a/').added('local', 'a/in.txt').added('remote', 'a', 'file');
    it.run();
    expect(it.tree('remote')).toEqual(['a (conflict, Desk, 2026-03-01)/', 'a (conflict, Desk, 2026-03-01)/in.txt: a/in.txt', 'a: file']);
    const other = scene().added('local', 'a', 'file').added('remote', 'a/').added('remote', 'a (remote)/in.txt');
    other.run();
    expect(other.tree('local')).toEqual(['a (conflict, Desk, 2026-03-01): file', 'a/', 'a/in.txt: a (remote)/in.txt']);
  });

  it('file became folder here, and was edited there: both are kept', () => {
    const it = scene('a').deleted('local', 'a').added('local', 'a/').added('local', 'a (local)/in.txt').edited('remote', 'a', 'theirs');
    it.run();
    expect(it.tree('local')).toEqual([
      'a (conflict, Desk, 2026-03-01)/',
      'a (conflict, Desk, 2026-03-01)/in.txt: a (local)/in.txt',
      'a: theirs',
    ]);
    expect(it.tree('remote')).toEqual(it.tree('local'));
  });

  it('a conflict of a conflict keeps one mark', () => {
    const copy = 'a (conflict, Laptop, 2026-02-28).txt';
    const it = scene('a.txt', copy).edited('local', copy, 'mine').edited('remote', copy, 'theirs');
    it.run();
    expect(it.tree('remote')).toEqual(['a (conflict, Desk, 2026-03-01).txt: mine', `${copy}: theirs`, 'a.txt'].sort());
  });

  it('a second one of the same day is numbered, past names in use on either side', () => {
    const it = scene('a.txt', 'a (conflict, Desk, 2026-03-01).txt').added('remote', 'A (Conflict, Desk, 2026-03-01 2).TXT');
    it.edited('local', 'a.txt', 'mine').edited('remote', 'a.txt', 'theirs');
    it.run();
    expect(it.tree('remote')).toContain('a (conflict, Desk, 2026-03-01 3).txt: mine');
  });

  it('two that meet names in use in one plan get different names', () => {
    const it = scene('a.txt').edited('local', 'a.txt', 'mine').edited('remote', 'a.txt', 'theirs');
    for (const operation of it.plan().operations) it.world.apply(operation);
    it.added('local', 'x/').added('remote', 'a (conflict, Desk, 2026-03-01).txt', 'theirs too');
    it.run();
    expect(it.tree('remote')).toEqual([
      'a (conflict, Desk, 2026-03-01 2).txt: mine',
      'a (conflict, Desk, 2026-03-01).txt: theirs too',
      'a.txt: theirs',
      'x/',
    ]);
  });

  it('after a hundred copies of a day the item is reported, and nothing of it changes', () => {
    const copies = Array.from({ length: 100 }, (_, n) => `a (conflict, Desk, 2026-03-01${n === 0 ? '' : ` ${n + 1}`}).txt`);
    const it = scene('b.txt', ...copies)
      .added('local', 'a.txt', 'mine')
      .added('remote', 'a.txt', 'theirs');
    expect(it.edited('local', 'b.txt', 'mine').run()).toEqual([['upload b.txt']]);
    expect(it.plan().blocked).toEqual([{ id: it.id('a.txt'), reason: { code: 'conflict_limit', params: { name: 'a.txt' } } }]);
  });

  it('an id that is a file on one side and a folder on the other becomes two items', () => {
    const it = scene('a');
    it.world.putLocal(it.id('a'), { parentId: ROOT_ID, name: 'a' }, 'folder');
    expect(it.run()[0]).toEqual(['revive_local a']);
    expect(it.tree('local')).toEqual(['a', 'a (conflict, Desk, 2026-03-01)/']);
    expect(it.tree('remote')).toEqual(it.tree('local'));
  });
});
