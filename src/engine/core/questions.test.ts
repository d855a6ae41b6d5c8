import { beforeEach, describe, expect, it } from 'vitest';
import { secondMs } from '../../base/index.ts';
import { FakeClock } from '../fakes/index.ts';
import { type NodeId, ROOT_ID } from '../model/index.ts';
import type { MassDeletion } from '../plan/index.ts';
import type { Store } from '../store/index.ts';
import { engineWithFolder, stopEngine } from '../testing/engine-with-folder.ts';
import { EMAIL, memoryStore, ROOT, TestSync } from '../testing/test-sync.ts';
import { Questions } from './questions.ts';

let clock: FakeClock;
let store: Store;
let questions: Questions;

const id = (n: number): NodeId => n.toString(16).padStart(32, '0');
const revision = 'a'.repeat(32);
const here = (...ids: number[]): MassDeletion => ({ side: 'here', ids: ids.map(id), items: ids.length * 100, goneBefore: 0 });

/** Agreed on and still in the cloud: gone here. */
function goneHere(n: number, name: string, parent = 0): void {
  const place = { id: id(n), parentId: parent === 0 ? ROOT_ID : id(parent), name, revision };
  store.transaction((write) => {
    write.putSynced({ kind: 'folder', ...place });
    write.putRemote({ kind: 'folder', ...place, modifiedBy: null, modifiedAt: 0 });
  });
}
const forget = (n: number): void => store.transaction((write) => write.deleteSynced(id(n)));
const deleted = (n: number): void =>
  store.transaction((write) => {
    write.deleteSynced(id(n));
    write.deleteRemote(id(n));
  });
function answer(choice: 'keep' | 'delete'): void {
  const [asked] = store.questions();
  if (asked === undefined) throw new Error('nothing was asked');
  store.transaction((write) => write.putQuestion({ ...asked, answer: choice }));
  questions.refresh();
}

beforeEach(() => {
  clock = new FakeClock(Date.UTC(2026, 2, 1));
  store = memoryStore(clock);
  questions = new Questions(store, clock);
  goneHere(1, 'docs');
  goneHere(2, 'deep', 1);
  goneHere(3, 'deeper', 2);
  goneHere(4, 'photos');
});

describe('a mass deletion', () => {
  it('becomes a question, with examples by their old paths', () => {
    expect(questions.update([here(1, 4)])).toBe(true);
    expect(store.questions()).toEqual([
      {
        id: 'mass-delete-here',
        kind: 'mass_delete',
        side: 'here',
        items: 200,
        examples: ['docs', 'photos'],
        choices: ['keep', 'delete'],
        since: Date.UTC(2026, 2, 1),
        ids: [id(1), id(4)],
        answer: null,
      },
    ]);
    expect([questions.deleteApproved(id(1)), questions.keep(id(1))]).toEqual([false, false]);
  });

  it('is asked once however often it is planned', () => {
    questions.update([here(1)]);
    expect(questions.update([here(1)])).toBe(false);
  });

  it('that grows keeps the time it began', () => {
    questions.update([here(1)]);
    clock.setWallClock(Date.UTC(2026, 2, 2));
    expect(questions.update([here(1, 4)])).toBe(true);
    expect(store.questions()).toMatchObject([{ items: 200, since: Date.UTC(2026, 2, 1) }]);
  });

  it('that grows is another question: the yes to the smaller one does not hold for it', () => {
    questions.update([here(1)]);
    const [small] = store.questions();
    questions.update([here(1, 4)]);
    const [grown] = store.questions();
    expect(grown?.id).not.toBe(small?.id);
    questions.update([here(4)]);
    expect(
      store.questions().map(({ id: name }) => name),
      'one that shrinks is the same',
    ).toEqual([grown?.id]);
    questions.update([here(1, 4)]);
    const ids = new Set([small?.id, grown?.id, store.questions()[0]?.id]);
    expect(ids.size, 'no name comes back').toBe(3);
  });

  it('of each side is a question of its own', () => {
    questions.update([here(1), { side: 'cloud', ids: [id(9)], items: 5, goneBefore: 0 }]);
    expect(store.questions().map(({ id: name }) => name)).toEqual(['mass-delete-cloud', 'mass-delete-here']);
  });

  it('shows at most twenty examples', () => {
    questions.update([{ side: 'here', ids: Array.from({ length: 30 }, (_, n) => id(100 + n)), items: 30, goneBefore: 0 }]);
    expect(store.questions()[0]?.examples).toHaveLength(20);
  });

  it('that is taken back by the person is no question any more', () => {
    questions.update([here(1)]);
    expect(questions.update([])).toBe(true);
    expect(store.questions()).toEqual([]);
    expect(questions.update([])).toBe(false);
  });
});

describe('a restart', () => {
  it('asks again and applies nothing', () => {
    questions.update([here(1)]);
    const next = new Questions(store, clock);
    expect([next.deleteApproved(id(1)), next.keep(id(1))]).toEqual([false, false]);
    expect(next.update([here(1)])).toBe(false);
    expect(store.questions()).toHaveLength(1);
  });

  it('knows the answers that were given before', () => {
    questions.update([here(1)]);
    answer('delete');
    expect(new Questions(store, clock).deleteApproved(id(1))).toBe(true);
  });
});

describe('the answer delete', () => {
  beforeEach(() => {
    questions.update([here(1, 4)]);
    answer('delete');
  });

  it('holds for the items it was given for, until they are gone', () => {
    expect([1, 4, 2, 9].map((n) => questions.deleteApproved(id(n)))).toEqual([true, true, false, false]);
    expect(questions.update([])).toBe(false);
    deleted(1);
    expect(questions.update([])).toBe(false);
    deleted(4);
    expect(questions.update([])).toBe(true);
    expect(store.questions()).toEqual([]);
    expect(questions.deleteApproved(id(1))).toBe(false);
  });

  it('that cannot be carried out yet keeps nothing else from being asked', () => {
    goneHere(5, 'music');
    expect(questions.update([here(5)])).toBe(true);
    expect(store.questions()).toMatchObject([
      { ids: [id(1), id(4)], answer: 'delete' },
      { ids: [id(5)], answer: null },
    ]);
    expect([1, 4, 5].map((n) => questions.deleteApproved(id(n)))).toEqual([true, true, false]);
    for (const n of [1, 4]) deleted(n);
    expect(questions.update([here(5)])).toBe(true);
    expect(store.questions()).toMatchObject([{ ids: [id(5)], answer: null }]);
  });

  it('does not hold for what is deleted after it: that is asked anew', () => {
    for (const n of [1, 4]) deleted(n);
    goneHere(5, 'music');
    expect(questions.update([here(5)])).toBe(true);
    expect(store.questions()).toMatchObject([{ ids: [id(5)], answer: null }]);
    expect(questions.deleteApproved(id(4))).toBe(false);
  });
});

describe('the answer keep', () => {
  beforeEach(() => {
    questions.update([here(1)]);
    answer('keep');
  });

  it('holds for all that was below, and for nothing else', () => {
    expect([1, 2, 3, 4, 9].map((n) => questions.keep(id(n)))).toEqual([true, true, true, false, false]);
    expect(questions.deleteApproved(id(1))).toBe(false);
  });

  it('holds until the last of it is back, whatever came back first', () => {
    forget(1);
    expect(questions.update([])).toBe(false);
    forget(2);
    expect(questions.update([])).toBe(false);
    expect(questions.keep(id(3)), 'its folders are not agreed on any more').toBe(true);
    forget(3);
    expect(questions.update([])).toBe(true);
    expect(store.questions()).toEqual([]);
    expect(questions.keep(id(1))).toBe(false);
  });

  it('ends too when what was gone is here again', () => {
    for (const n of [1, 2, 3]) {
      const { id: node, parentId, name } = store.remote.get(id(n)) ?? { id: '', parentId: '', name: '' };
      const stat = {
        kind: 'folder' as const,
        size: 0,
        dev: '1',
        ino: '1',
        birthtimeNs: '1',
        mtimeNs: '1',
        ctimeNs: '1',
        mode: 0o755,
        links: 2,
      };
      store.transaction((write) => write.putLocal({ kind: 'folder', id: node, parentId, name, stat }));
    }
    expect(questions.update([])).toBe(true);
  });
});

it('nothing of what is asked about goes while some of it is touched', async () => {
  const sync = new TestSync();
  const other = await sync.connect('Laptop');
  const names = Array.from({ length: 20 }, (_, n) => `file ${n + 10}`);
  const writeAll = (paths: readonly string[]): void => {
    for (const path of paths) sync.disk.user.writeFile(`${ROOT}/${path}`, path);
  };
  const here = (): readonly string[] => Object.keys(sync.disk.user.snapshot(ROOT)).filter((path) => names.includes(path));
  writeAll(names);
  const engine = await engineWithFolder(sync);
  await engine.start();
  await sync.clock.advance(20 * secondMs);
  const gone = sync.cloud.nodes(EMAIL).filter(({ name }) => names.indexOf(name) < 15);
  const deletions = gone.map(({ id: node, revision: base }) => ({ op: 'delete' as const, id: node, base }));
  await other.commit(deletions, sync.random.id());
  await sync.clock.advance(20 * secondMs);
  const asked = sync.store.questions();
  expect(asked).toMatchObject([{ items: 15 }]);
  writeAll(names.slice(0, 6));
  await engine.call('sync.now', {});
  await sync.clock.advance(20 * secondMs);
  expect(here()).toEqual(names);
  expect(sync.store.questions()).toMatchObject([{ id: asked[0]?.id, items: 15 }]);
  await stopEngine(sync, engine);
});

it.each(['can', 'cannot'])('nothing goes while it is read how many were deleted, where all of it %s be read', async (how) => {
  const sync = new TestSync();
  const other = await sync.connect('Laptop');
  const names = Array.from({ length: 20 }, (_, n) => `file ${n + 10}`);
  const writeAll = (paths: readonly string[]): void => {
    for (const path of paths) sync.disk.user.writeFile(`${ROOT}/${path}`, path);
  };
  writeAll(names);
  const engine = await engineWithFolder(sync);
  await engine.start();
  await sync.clock.advance(20 * secondMs);
  const gone = sync.cloud.nodes(EMAIL).filter(({ name }) => names.indexOf(name) < 15);
  await engine.call('sync.pause', { until: null });
  writeAll(names.slice(0, 6));
  if (how === 'cannot') for (const name of names.slice(0, 6)) sync.disk.hold(`${ROOT}/${name}`);
  await other.commit(
    gone.map(({ id: node, revision: base }) => ({ op: 'delete' as const, id: node, base })),
    sync.random.id(),
  );
  await engine.call('sync.now', {});
  await sync.clock.advance(5 * secondMs);
  await engine.call('sync.resume', {});
  await sync.clock.advance(20 * secondMs);
  expect(sync.store.questions()).toMatchObject([{ items: 15 }]);
  expect(Object.keys(sync.disk.user.snapshot(ROOT)).filter((path) => names.includes(path))).toEqual(names);
  await stopEngine(sync, engine);
});
