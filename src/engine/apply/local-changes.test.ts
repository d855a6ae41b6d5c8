import { beforeEach, describe, expect, it } from 'vitest';
import { PARKED_ID } from '../model/index.ts';
import { moveLocal, parkLocal } from './local-changes.ts';
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
    expect([world.person.snapshot('/elsewhere'), world.visible['a.txt']]).toEqual([{}, 'a.txt']);
    expect(world.localFile('a.txt').name).toBe('a.txt');
  });
});
