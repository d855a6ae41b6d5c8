import { beforeEach, describe, expect, it } from 'vitest';
import { ROOT_ID } from '../model/index.ts';
import { recoverBrokenMoves } from './recover-broken-moves.ts';
import { TestApply } from './testing/test-apply.ts';

let world: TestApply;

beforeEach(async () => {
  world = await TestApply.make();
  world.agreed('docs/');
  world.agreed('a.txt');
});

/** The cloud has it elsewhere. */
const movedThere = (): void => {
  const remote = { ...world.remoteFile('a.txt'), parentId: world.id('docs'), name: 'b.txt' };
  world.store.transaction((write) => write.putRemote(remote));
};

describe('a file that a crash left under both names, of before its move and of after', () => {
  it('has the later one only, where its row has it too', async () => {
    movedThere();
    world.person.link(world.at('a.txt'), world.at('docs/b.txt'));
    await recoverBrokenMoves(world.parts);
    expect(world.visible).toEqual({ docs: null, 'docs/b.txt': 'a.txt' });
    const place = { parentId: world.id('docs'), name: 'b.txt' };
    expect(world.localFile('a.txt')).toMatchObject({ ...place, stat: world.person.stat(world.at('docs/b.txt')) });
    expect(world.localFile('a.txt').content).not.toBeNull();
    expect(world.store.synced.get(world.id('a.txt'))).toMatchObject(place);
    world.sync.disk.powerCut(0);
    expect(world.visible['docs/b.txt']).toBe('a.txt');
  });

  it('has both when the person gave them', async () => {
    world.person.link(world.at('a.txt'), world.at('docs/b.txt'));
    await recoverBrokenMoves(world.parts);
    expect(world.visible).toMatchObject({ 'a.txt': 'a.txt', 'docs/b.txt': 'a.txt' });
    movedThere();
    world.store.transaction((write) =>
      write.putLocal({ ...world.localFile('a.txt'), id: 'e'.repeat(32), parentId: world.id('docs'), name: 'b.txt' }),
    );
    await recoverBrokenMoves(world.parts);
    expect(world.visible, 'the second is an item of its own').toMatchObject({ 'a.txt': 'a.txt', 'docs/b.txt': 'a.txt' });
  });

  it('is not another file that somebody put at the later name', async () => {
    movedThere();
    world.person.writeFile(world.at('docs/b.txt'), 'a.txt');
    await recoverBrokenMoves(world.parts);
    expect(world.visible).toMatchObject({ 'a.txt': 'a.txt', 'docs/b.txt': 'a.txt' });
    expect(world.localFile('a.txt')).toMatchObject({ parentId: ROOT_ID, name: 'a.txt' });
  });

  it('nor is anything known of it where its folder is not here', async () => {
    const remote = { ...world.remoteFile('a.txt'), parentId: 'e'.repeat(32) };
    world.store.transaction((write) => write.putRemote(remote));
    await recoverBrokenMoves(world.parts);
    expect(world.visible).toMatchObject({ 'a.txt': 'a.txt' });
  });
});
