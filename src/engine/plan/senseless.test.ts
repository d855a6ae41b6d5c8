import { describe, expect, it } from 'vitest';
import { Scene } from '../fakes/world/scene.ts';
import { PARKED_ID } from '../model/index.ts';

const scene = (...agreed: string[]): Scene => new Scene().agreed(...agreed);

describe('a cloud that shows what cannot be', () => {
  it('folders that are in each other: what is here stays, and nothing goes on for ever', () => {
    const it = scene('a/', 'b/', 'a/in.txt');
    it.world.move('remote', it.id('a'), { parentId: it.id('b'), name: 'a' });
    it.world.move('remote', it.id('b'), { parentId: it.id('a'), name: 'b' });
    expect(
      it
        .run()
        .flat()
        .filter((step) => step.startsWith('delete')),
    ).toEqual([]);
    expect([...it.world.local.values()].map(({ name }) => name).sort()).toEqual(['a', 'b', 'in.txt']);
    it.deleted('local', 'a', 'b');
    expect(it.next().filter((step) => step.startsWith('delete'))).toEqual([]);
  });

  it('a damaged record of a folder inside itself is planned to an end, and nothing is deleted', () => {
    const it = scene('a/', 'a/b/').deleted('remote', 'a');
    it.world.move('local', it.id('a'), { parentId: it.id('a/b'), name: 'a' });
    for (const id of ['a', 'a/b'])
      it.world.synced.set({ ...it.world.synced.get(it.id(id))!, parentId: it.world.local.get(it.id(id))!.parentId });
    expect(it.next()).toEqual([]);
    expect([...it.plan().waiting].sort()).toEqual([it.id('a'), it.id('a/b')].sort());
  });

  it('a file inside itself: what is out of sight here is not set aside again and again', () => {
    const it = scene('a.txt');
    it.world.move('remote', it.id('a.txt'), { parentId: it.id('a.txt'), name: 'a.txt' });
    it.world.move('local', it.id('a.txt'), { parentId: PARKED_ID, name: 'a.txt' });
    expect(it.next()).toEqual([]);
    expect(it.plan().waiting).toEqual([it.id('a.txt')]);
  });

  it('an item whose folder is not there yet waits for it', () => {
    const it = scene('docs/').added('remote', 'docs/new.txt').moved('remote', 'docs', 'papers');
    it.world.remote.delete(it.id('docs'));
    it.world.synced.delete(it.id('docs'));
    it.world.local.delete(it.id('docs'));
    expect(it.next()).toEqual([]);
    expect(it.plan().waiting).toEqual([it.id('docs/new.txt')]);
  });
});

describe('a disk that holds what the cloud cannot tell apart', () => {
  it('two items moved to names that differ in case: the first goes, the other is reported', () => {
    const it = scene('one.txt', 'two.txt').moved('local', 'one.txt', 'a.txt').moved('local', 'two.txt', 'A.txt');
    expect(it.run()).toEqual([['move_remote two.txt to A.txt']]);
    expect(it.plan().blocked).toEqual([
      { id: it.id('one.txt'), reason: { code: 'name_clash', params: { name: 'a.txt', other: 'A.txt' } } },
    ]);
  });

  it('two new files in both compositions of one name: the first is that of the cloud, the other is reported', () => {
    const [composed, decomposed] = ['caf\u00e9', 'cafe\u0301'];
    const it = scene().added('local', composed, 'same').added('local', decomposed, 'same').added('remote', 'caf\u00e9', 'same');
    expect(it.next()).toHaveLength(1);
    it.run();
    expect(it.plan().blocked).toHaveLength(1);
    expect([...it.world.local.values()]).toHaveLength(2);
  });
});
