import { describe, expect, it } from 'vitest';
import { gather, reconcile } from '../../local/index.ts';
import { PARKED_ID, ROOT_ID } from '../../model/index.ts';
import { settle } from '../bookkeeping.ts';
import { deleteLocal } from '../delete-local.ts';
import { MOVE_JOURNAL, type MoveEntry, recoverMove } from '../move-journal.ts';
import { makeLocalFolder, moveLocal, parkLocal } from '../local-changes.ts';
import { recoverParked } from '../recover-parked.ts';
import { recoverReplace, REPLACE_JOURNAL, type ReplaceEntry, replaceFile } from '../replace.ts';
import { Placer } from '../placer.ts';
import { TestApply } from '../testing/test-apply.ts';
import { type MoveBack, recoverTogether, TOGETHER_JOURNAL, type TogetherEntry } from './move-back.ts';
import { isHere, undoHere, undoTogether } from './undo-here.ts';

/** The process ends where this is thrown: nothing of it goes on. */
class Killed extends Error {}

/** Something that sync did here, and the folder before it. */
interface Story {
  readonly done: (world: TestApply) => Promise<void>;
  readonly before: Readonly<Record<string, string | null>>;
  /** Contents that were there at one time. */
  readonly texts: readonly string[];
}

const stories: Readonly<Record<string, Story>> = {
  'a file that was deleted': {
    done: async (world) => {
      world.agreed('docs/');
      world.agreed('docs/a.txt', 'old');
      world.goneThere('docs/a.txt');
      await deleteLocal(world.parts, world.id('docs/a.txt'));
    },
    before: { docs: null, 'docs/a.txt': 'old' },
    texts: ['old'],
  },
  'a folder that was deleted, and the one above it': {
    done: async (world) => {
      for (const path of ['top/', 'top/docs/', 'top/docs/a.txt', 'top/docs/deep/', 'top/docs/deep/b.txt']) world.agreed(path);
      world.goneThere('top/docs', 'top/docs/a.txt', 'top/docs/deep', 'top/docs/deep/b.txt');
      await deleteLocal(world.parts, world.id('top/docs'));
      const [line] = world.store.activity({ limit: 1 });
      world.goneThere('top');
      await deleteLocal(world.parts, world.id('top'));
      // The one of the folder above is not what is undone.
      const [other] = world.store.activity({ limit: 1 });
      world.store.transaction((write) => write.setUndone(other?.id ?? 0, line?.id ?? 0));
    },
    before: {
      top: null,
      'top/docs': null,
      'top/docs/a.txt': 'top/docs/a.txt',
      'top/docs/deep': null,
      'top/docs/deep/b.txt': 'top/docs/deep/b.txt',
    },
    texts: ['top/docs/a.txt', 'top/docs/deep/b.txt'],
  },
  'a file that was replaced': {
    done: async (world) => {
      world.agreed('a.txt', 'old');
      world.there('a.txt', 'newer');
      await replaceFile(world.parts, world.localFile('a.txt'), world.remoteFile('a.txt'), await world.fetched('newer'));
    },
    before: { 'a.txt': 'old' },
    texts: ['old', 'newer'],
  },
  'a file that came': {
    done: async (world) => {
      world.there('a.txt', 'new');
      await new Placer(world.parts).place(world.remoteFile('a.txt'), await world.fetched('new'));
    },
    before: {},
    texts: ['new'],
  },
  'a folder that came': {
    done: async (world) => {
      world.there('docs/');
      await makeLocalFolder(world.parts, world.id('docs'));
      world.agreed('docs/a.txt');
    },
    before: {},
    texts: ['docs/a.txt'],
  },
  'a file that was moved': {
    done: async (world) => {
      world.agreed('docs/');
      world.agreed('a.txt');
      const moved = { ...world.remoteFile('a.txt'), parentId: world.id('docs'), name: 'b.txt' };
      world.store.transaction((write) => write.putRemote(moved));
      await moveLocal(world.parts, moved.id, moved);
    },
    before: { docs: null, 'a.txt': 'a.txt' },
    texts: ['a.txt'],
  },
  'a swap': {
    done: async (world) => {
      world.agreed('docs/');
      for (const path of ['docs/a.txt', 'docs/b.txt', 'docs/free.txt']) world.agreed(path);
      const [a, b] = [world.remoteFile('docs/a.txt'), world.remoteFile('docs/b.txt')];
      const move = async (node: typeof a, name: string): Promise<void> => {
        world.store.transaction((write) => write.putRemote({ ...node, name }));
        await moveLocal(world.parts, node.id, { parentId: node.parentId, name });
        world.store.transaction((write) => settle(world.store, write, node.id));
      };
      await move(a, 'aside.txt');
      await move(b, 'a.txt');
      await move(a, 'b.txt');
      const [last, , first] = world.store.activity({ limit: 3 });
      // As sync does it, by way of its own folder: one move each.
      const swapped = { parentId: world.id('docs'), name: 'a.txt' };
      world.store.transaction((write) => {
        for (const row of [last, first]) write.setUndone(row?.id ?? 0, 1);
        const reversal = { way: 'move_back', from: { ...swapped, name: 'b.txt' }, to: swapped } as const;
        const entry = { at: 0, kind: 'moved_here', path: 'docs/b.txt', otherPath: 'docs/a.txt', sizeBytes: null, device: null } as const;
        write.addActivity({ ...entry, node: a.id, reversal });
      });
    },
    before: { docs: null, 'docs/a.txt': 'docs/a.txt', 'docs/b.txt': 'docs/b.txt', 'docs/free.txt': 'docs/free.txt' },
    texts: ['docs/a.txt', 'docs/b.txt'],
  },
};

/** Undoes all that can be undone, as one. */
async function undoAll({ parts, store }: TestApply): Promise<void> {
  const open = store.activity({ limit: 100 }).filter((row) => row.undoneBy === null && row.kind !== 'undone');
  const moves = open.flatMap((row) => (row.reversal?.way === 'move_back' ? [{ row, reversal: row.reversal satisfies MoveBack }] : []));
  if (moves.length > 1) await undoTogether(parts, moves);
  else for (const row of open) if (row.reversal !== null && isHere(row.reversal)) await undoHere(parts, row, row.reversal);
}

/** What a start does before anything else, and the first look at the folder. */
async function startAgain(world: TestApply): Promise<void> {
  const { parts, store } = world;
  for (const { id, kind, data } of store.journal()) {
    if (kind === REPLACE_JOURNAL) await recoverReplace(parts, data as ReplaceEntry);
    if (kind === MOVE_JOURNAL) await recoverMove(parts, data as MoveEntry);
    if (kind === TOGETHER_JOURNAL) await recoverTogether(parts, data as TogetherEntry);
    store.transaction((write) => write.deleteJournal(id));
  }
  await recoverParked(parts);
  // The planner takes what is out of sight to where the cloud has it.
  for (const node of [...store.local.children(PARKED_ID)]) {
    const remote = store.remote.get(node.id);
    if (remote !== undefined) await moveLocal(parts, node.id, remote);
  }
  await look(world);
}

async function look({ parts, store, sync }: TestApply): Promise<void> {
  await sync.clock.advance(1000);
  const known = {
    tree: store.local,
    pathOf: (id: string) => store.localPath(id),
    withInode: (dev: string, ino: string) => store.localWithInode(dev, ino),
  };
  const { disk, clock, random } = parts.environment;
  const listing = await gather({ disk, clock, root: parts.root }, 'all', known, sync.stop.signal);
  const changes = reconcile(listing, known, () => random.id());
  store.transaction((write) => {
    for (const node of changes.put) write.putLocal(node);
    for (const id of changes.deleted) write.deleteLocal(id);
  });
}

const everywhere = (world: TestApply): readonly string[] =>
  Object.values(world.person.snapshot(world.at(''))).filter((text) => text !== null);

/** Ends the process at its n-th step on the disk; false when it had fewer. */
async function killedAt(world: TestApply, step: number): Promise<boolean> {
  const { disk } = world.sync;
  let left = step;
  disk.fault = () => {
    left -= 1;
    if (left < 0) throw new Killed();
    return undefined;
  };
  try {
    await undoAll(world);
    return false;
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
    return true;
  } finally {
    disk.fault = undefined;
    disk.crash();
  }
}

describe.each(Object.entries(stories))('undoing %s', (_, { done, before, texts }) => {
  it.each(['killed', 'without power'])('%s at any step, it is done once in the end, and nothing is lost', async (how) => {
    let steps = 0;
    for (let more = true; more; steps += 1) {
      const world = await TestApply.make();
      await done(world);
      await world.sync.disk.syncFolders([world.at('')]);
      more = await killedAt(world, steps);
      if (how === 'without power') world.sync.disk.powerCut();
      for (const text of texts) expect(everywhere(world), `${text} after step ${steps}`).toContain(text);
      await startAgain(world);
      for (const text of texts) expect(everywhere(world), `${text} after step ${steps} and a start`).toContain(text);
      expect(world.store.journal()).toEqual([]);
      await undoAll(world);
      await look(world);
      expect(world.visible, `after step ${steps}`).toEqual(before);
      expect(world.own('parked')).toEqual([]);
      const open = world.store.activity({ limit: 100 }).filter((row) => row.undoneBy === null && row.kind !== 'undone');
      expect(open, `lines still open after step ${steps}`).toEqual([]);
      const texts_ = everywhere(world);
      for (const text of texts)
        expect(
          texts_.filter((one) => one === text),
          `${text} once after step ${steps}`,
        ).toHaveLength(1);
    }
    expect(steps).toBeGreaterThan(3);
  });
});

it('an undo that the disk lets neither end nor be taken back goes on before the next look', async () => {
  const world = await TestApply.make();
  world.agreed('a.txt', 'old');
  world.there('a.txt', 'newer');
  await replaceFile(world.parts, world.localFile('a.txt'), world.remoteFile('a.txt'), await world.fetched('newer'));
  world.sync.disk.fault = (method, path) => (method === 'moveFile' && path === world.at('a.txt') ? 'full' : undefined);
  await expect(undoAll(world)).rejects.toMatchObject({ code: 'full' });
  expect(world.unmended).toBe(1);
  world.sync.disk.fault = undefined;
  await startAgain(world);
  expect(world.visible).toEqual({ 'a.txt': 'newer' });
});

it('what comes back from the trash is durable as gone before it leaves it: a power cut must not have it deleted once more', async () => {
  const world = await TestApply.make();
  world.agreed('a.txt');
  world.goneThere('a.txt');
  await deleteLocal(world.parts, world.id('a.txt'));
  const [row] = world.store.activity({ limit: 1 });
  if (row?.reversal?.way !== 'bring_back') throw new Error('nothing to undo');
  const steps: string[] = [];
  world.when('moveFile', 'a.txt', () => void steps.push('moved'));
  await undoHere({ ...world.parts, store: { ...world.store, sync: () => void steps.push('durable') } }, row, row.reversal);
  expect(steps).toEqual(['durable', 'moved']);
});

describe('two that changed places, where the disk fails once the first is back', () => {
  /** Until told otherwise, the second of them cannot be moved to where it was. */
  const broken = async (isOver: () => boolean): Promise<TestApply> => {
    const world = await TestApply.make();
    await stories['a swap']?.done(world);
    const places = new Set<string>();
    world.sync.disk.fault = (method, path) => {
      if (method === 'moveFile' && path.startsWith(world.at('docs/'))) places.add(path);
      return method === 'moveFile' && path === [...places][1] && !isOver() ? 'failed' : undefined;
    };
    await expect(undoAll(world)).rejects.toMatchObject({ code: 'failed' });
    return world;
  };

  it('the second follows at once where it can', async () => {
    let faults = 0;
    const world = await broken(() => (faults += 1) > 1);
    expect([world.visible, world.own('parked'), world.store.journal()]).toEqual([stories['a swap']?.before, [], []]);
    expect(world.store.activity({ limit: 100 }).filter((row) => row.undoneBy === null && row.kind !== 'undone')).toEqual([]);
  });

  it('and before the next look where it cannot', async () => {
    const world = await broken(() => false);
    expect(world.unmended).toBeGreaterThan(0);
    world.sync.disk.fault = undefined;
    await startAgain(world);
    expect([world.visible, world.own('parked'), world.store.journal()]).toEqual([stories['a swap']?.before, [], []]);
  });
});

it('a folder that comes to its place so is looked into: what happened in it just before nobody was told of', async () => {
  const world = await TestApply.make();
  for (const path of ['docs/', 'docs/a.txt']) world.agreed(path);
  const id = world.id('docs');
  await parkLocal(world.parts, id);
  const from = `.tidemark/parked/${id}/docs`;
  const line = { kind: 'undone', path: 'before', details: { node: id } } as const;
  await recoverTogether(world.parts, { moves: [{ from, to: 'before', line, place: { id, parentId: ROOT_ID, name: 'before' } }] });
  expect(world.visible).toEqual({ before: null, 'before/a.txt': 'docs/a.txt' });
  expect(world.moved.at(-1)).toEqual([from, 'before']);
});
