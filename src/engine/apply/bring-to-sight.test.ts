import { beforeEach, describe, expect, it } from 'vitest';
import { TidemarkError } from '../../contract/index.ts';
import { PARKED_ID, ROOT_ID } from '../model/index.ts';
import type { Operation, Place } from '../plan/index.ts';
import { Executor } from './executor.ts';
import { parkLocal } from './local-changes.ts';
import { recoverParked } from './recover-parked.ts';
import { ROOT } from '../testing/test-sync.ts';
import { TestApply } from './testing/test-apply.ts';

let world: TestApply;
beforeEach(async () => {
  world = await TestApply.make();
  for (const path of ['docs/', 'docs/a.txt', 'way/', 'way/b.txt']) world.agreed(path);
});

const uncover = (operation: Operation) => new Executor(world.parts).uncover(operation);
const parkedAt = (path: string): string => world.at(`.tidemark/parked/${world.id(path)}/${path}`);
/** The cloud has it elsewhere, and that is what is to be done. */
const moveOf = (path: string, to: Place): Operation => {
  const id = world.id(path);
  const remote = world.store.remote.get(id);
  if (remote === undefined) throw new Error(`${path} is not in the cloud`);
  world.store.transaction((write) => write.putRemote({ ...remote, parentId: to.parentId, name: to.name }));
  return { op: 'move_local', id, to };
};
const row = (path: string) => world.store.local.get(world.id(path));
const agreed = (path: string) => world.store.synced.get(world.id(path));

describe('a folder out of sight that keeps an operation from getting on', () => {
  beforeEach(async () => {
    await parkLocal(world.parts, world.id('docs'));
  });
  const inSight = { docs: null, 'docs/a.txt': 'docs/a.txt' };

  it('comes back to where it was agreed to be: the item lies in it', async () => {
    world.person.rename(world.at('way'), `${parkedAt('docs')}/way`);
    const outcome = await uncover(moveOf('way', { parentId: ROOT_ID, name: 'docs' }));
    expect(outcome).toMatchObject({ kind: 'replan', touched: [world.id('docs')], rescan: ['docs', ''] });
    expect(world.visible).toEqual({ ...inSight, 'docs/way': null, 'docs/way/b.txt': 'way/b.txt' });
    expect(row('docs')).toMatchObject({ parentId: ROOT_ID, name: 'docs' });
    expect(world.moved.at(-1), 'all that is known in it is looked at').toEqual([`.tidemark/parked/${world.id('docs')}/docs`, 'docs']);
    expect(world.person.exists(world.at(`.tidemark/parked/${world.id('docs')}`))).toBe(false);
  });

  it('so too: the folder above the item lies in it', async () => {
    world.person.rename(world.at('way'), `${parkedAt('docs')}/way`);
    expect(await uncover({ op: 'hash', id: world.id('way/b.txt') })).toMatchObject({ kind: 'replan' });
    expect(row('docs')?.parentId).toBe(ROOT_ID);
  });

  it('so too: what no row tells of has the name that the item is to get in it', async () => {
    world.person.mkdir(`${parkedAt('docs')}/way`);
    expect(await uncover(moveOf('way', { parentId: world.id('docs'), name: 'way' }))).toMatchObject({ kind: 'replan' });
    expect(world.visible).toEqual({ ...inSight, 'docs/way': null, way: null, 'way/b.txt': 'way/b.txt' });
  });

  it('so too: the folder that it is to come back into lies in it', async () => {
    world.person.rename(world.at('way'), `${parkedAt('docs')}/way`);
    expect(await uncover(moveOf('docs', { parentId: world.id('way'), name: 'docs' }))).toMatchObject({ kind: 'replan' });
    expect(row('docs')?.parentId).toBe(ROOT_ID);
  });

  it('takes no name that is in use or that a row has, and there it is agreed on: nobody moved it', async () => {
    world.person.rename(world.at('way'), `${parkedAt('docs')}/way`);
    const way = row('way');
    if (way === undefined) throw new Error('no row');
    world.store.transaction((write) => write.putLocal({ ...way, name: 'docs' }));
    const name = 'docs (conflict, Desk, 2026-03-01)';
    world.person.writeFile(world.at(name), 'a file');
    await uncover(moveOf('docs', { parentId: ROOT_ID, name: 'elsewhere' }));
    const place = { parentId: ROOT_ID, name: 'docs (conflict, Desk, 2026-03-01 2)' };
    expect([row('docs'), agreed('docs')]).toMatchObject([place, place]);
    expect(world.visible).toMatchObject({ [name]: 'a file', [`${place.name}/a.txt`]: 'docs/a.txt' });
  });

  it('a crash before its row says so: it is known again where it is', async () => {
    world.person.rename(parkedAt('docs'), world.at('docs'));
    moveOf('docs', { parentId: ROOT_ID, name: 'elsewhere' });
    await recoverParked(world.parts);
    expect(row('docs')).toMatchObject({ parentId: ROOT_ID, name: 'docs' });
    expect(agreed('docs')).toBeDefined();
  });

  it('stays out of sight when it holds what is known, or nothing that the operation needs', async () => {
    expect(await uncover(moveOf('docs', { parentId: ROOT_ID, name: 'elsewhere' }))).toBeUndefined();
    expect(await uncover(moveOf('way', { parentId: world.id('docs'), name: 'way' }))).toBeUndefined();
    world.person.writeFile(`${parkedAt('docs')}/new.txt`, 'new');
    expect(await uncover(moveOf('way', { parentId: ROOT_ID, name: 'docs' }))).toBeUndefined();
    expect(row('docs')?.parentId).toBe(PARKED_ID);
  });

  it('stays out of sight when the disk does not tell what is in it', async () => {
    world.person.rename(world.at('way'), `${parkedAt('docs')}/way`);
    const move = moveOf('way', { parentId: ROOT_ID, name: 'docs' });
    world.when('list', 'parked', () => 'failed');
    expect(await uncover(move)).toBeUndefined();
    expect(row('docs')?.parentId).toBe(PARKED_ID);
  });
});

it('nothing is out of sight: the disk is not asked', async () => {
  const asked: string[] = [];
  world.sync.disk.fault = (_, path) => {
    asked.push(path);
    return undefined;
  };
  expect(await uncover({ op: 'hash', id: world.id('way/b.txt') })).toBeUndefined();
  expect(asked).toEqual([]);
});

describe('what an earlier change left in the middle comes to its end before a folder comes to sight', () => {
  beforeEach(async () => {
    await parkLocal(world.parts, world.id('docs'));
    world.person.rename(world.at('way'), `${parkedAt('docs')}/way`);
  });

  it.each([
    ['for it has been hidden in vain', (executor: Executor) => executor.show(world.id('docs'))],
    ['for what is in the way', (executor: Executor) => executor.uncover(moveOf('way', { parentId: ROOT_ID, name: 'docs' }))],
  ])('%s', async (_, show) => {
    const where: unknown[] = [];
    const mend = (): Promise<void> => Promise.resolve(void where.push(row('docs')?.parentId));
    expect(await show(new Executor({ ...world.parts, mend }))).toMatchObject({ kind: 'replan' });
    expect(where).toEqual([PARKED_ID]);
  });

  it('and where the disk does not let it, the folder stays where it is', async () => {
    const mend = (): Promise<void> => Promise.reject(new TidemarkError('folder_not_writable', { path: ROOT }));
    expect(await new Executor({ ...world.parts, mend }).show(world.id('docs'))).toBeUndefined();
    expect(row('docs')?.parentId).toBe(PARKED_ID);
  });
});
