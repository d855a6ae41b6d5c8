import { beforeEach, describe, expect, it, vi } from 'vitest';
import { DiskFault } from '../environment.ts';
import type { DiskMethod } from '../fakes/disk/index.ts';
import { Placer } from './placer.ts';
import { type PlacingEntry, recoverPlacing } from './placing-journal.ts';
import { TestApply } from './testing/test-apply.ts';

let world: TestApply;
let placer: Placer;

beforeEach(async () => {
  world = await TestApply.make();
  placer = new Placer(world.parts);
});

const place = async (path: string, text = path) => {
  world.there(path, text);
  return placer.place(world.remoteFile(path), await world.fetched(text));
};
const recover = async (): Promise<void> => {
  for (const { id, data } of world.store.journal()) {
    await recoverPlacing(world.parts, data as PlacingEntry);
    world.store.transaction((write) => write.deleteJournal(id));
  }
};

describe('a new file from the cloud that was in its place when all ended', () => {
  /** Ends the process at the first step of `method`. */
  const killed = async (method: DiskMethod = 'syncFolders', path = 'a.txt'): Promise<void> => {
    world.when(method, '/home/sync', () => {
      world.sync.disk.fault = () => {
        throw new Error('the process ended');
      };
      throw new Error('the process ended');
    });
    await expect(place(path)).rejects.toThrow('the process ended');
    world.sync.disk.fault = undefined;
  };

  it('is agreed on and told of, once', async () => {
    await killed();
    for (let starts = 0; starts < 2; starts += 1)
      for (const { data } of world.store.journal()) await recoverPlacing(world.parts, data as PlacingEntry);
    expect(world.localFile('a.txt')).toMatchObject({
      stat: world.person.stat(world.at('a.txt')),
      content: world.remoteFile('a.txt').content,
    });
    expect(world.store.synced.get(world.id('a.txt'))).toMatchObject({ revision: world.remoteFile('a.txt').revision });
    expect(world.sync.told.activity).toMatchObject([{ kind: 'downloaded', path: 'a.txt', sizeBytes: 5, device: 'Laptop' }]);
  });

  it('is the older version of what another device has written since', async () => {
    await killed();
    const { content, revision } = world.remoteFile('a.txt');
    world.there('a.txt', 'newer');
    await recover();
    expect(world.localFile('a.txt')).toMatchObject({ name: 'a.txt', content: null });
    expect(world.store.synced.get(world.id('a.txt'))).toMatchObject({ revision, hash: content.hash });
  });

  it('and that another device has deleted since is what was agreed on, so that it goes here as well', async () => {
    world.agreed('docs/');
    await killed('syncFolders', 'docs/a.txt');
    world.goneThere('docs/a.txt');
    await recover();
    expect(world.localFile('docs/a.txt')).toMatchObject({ parentId: world.id('docs'), name: 'a.txt' });
    expect(world.store.synced.get(world.id('docs/a.txt'))).toBeDefined();
  });

  it.each(['b.txt', '.tidemark/parked/ID/a.txt'])('is known where it is by then: %s', async (to) => {
    await killed();
    const there = world.at(to.replace('ID', world.id('a.txt')));
    if (to !== 'b.txt') world.person.mkdir(there.slice(0, -'/a.txt'.length));
    world.person.rename(world.at('a.txt'), there);
    await recover();
    expect(world.localFile('a.txt').stat.ino, 'a look finds that it moved').toBe(world.person.stat(there).ino);
  });

  it('and has been written to since is an edit of it', async () => {
    await killed();
    world.person.writeFile(world.at('a.txt'), 'edited');
    await recover();
    expect(world.localFile('a.txt')).toMatchObject({ content: null, stat: { size: 6 } });
  });

  it('but not where its place is that of another by now, nor what never got there', async () => {
    await killed();
    world.person.remove(world.at('a.txt'));
    world.person.writeFile(world.at('a.txt'), 'mine');
    await recover();
    await killed('moveFiles', 'b.txt');
    await recover();
    expect(world.store.journal()).toEqual([]);
    for (const path of ['a.txt', 'b.txt']) expect(world.store.local.get(world.id(path))).toBeUndefined();
    expect(world.sync.told.activity).toEqual([]);
  });

  it('waits for a disk that was taken out', async () => {
    await killed();
    world.person.rename('/home/sync', '/home/away');
    await expect(recover()).rejects.toBeInstanceOf(DiskFault);
    world.person.rename('/home/away', '/home/sync');
    await recover();
    expect(world.localFile('a.txt').stat.size).toBe(5);
  });
});

it('is in the journal, durably, before it has its name, and not any more once its rows say so', async () => {
  const steps: string[] = [];
  const note = (step: string) => {
    steps.push(`${step} ${String(world.store.journal().length)}`);
  };
  vi.spyOn(world.store, 'sync').mockImplementation(() => note('sync'));
  world.when('moveFiles', 'sync/a.txt', () => note('move'));
  await place('a.txt');
  expect([...steps, world.store.journal()]).toEqual(['sync 1', 'move 1', []]);
});

it('whose folder cannot be made durable is agreed on once it can: what comes meanwhile from the cloud is no conflict', async () => {
  for (const path of ['docs/', 'papers/']) world.agreed(path);
  world.sync.disk.fault = (method, path) => (method === 'syncFolders' && path === world.at('docs') ? 'failed' : undefined);
  const both = await Promise.allSettled([place('docs/a.txt'), place('papers/b.txt')]);
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  expect(world.unmended).toBeGreaterThan(0);
  world.there('docs/a.txt', 'newer');
  world.sync.disk.fault = undefined;
  await recover();
  expect(world.store.synced.get(world.id('docs/a.txt'))).toMatchObject({ hash: expect.any(String) as string });
  expect(world.localFile('docs/a.txt').content).toBeNull();
  expect(world.sync.told.activity.map(({ path }) => path)).toEqual(['papers/b.txt', 'docs/a.txt']);
});
