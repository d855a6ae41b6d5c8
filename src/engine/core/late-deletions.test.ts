import { beforeEach, describe, expect, it } from 'vitest';
import { minuteMs } from '../../base/index.ts';
import { FakeClock } from '../fakes/index.ts';
import { type NodeId, ROOT_ID } from '../model/index.ts';
import { MASS_DELETE_LIMITS, type Operation, plan, type Policy } from '../plan/index.ts';
import type { Store } from '../store/index.ts';
import { memoryStore } from '../testing/test-sync.ts';
import { DELETION_WINDOW_MS, LateDeletions } from './late-deletions.ts';

let clock: FakeClock;
let store: Store;
let deletions: LateDeletions;
const underWay = new Set<NodeId>();

const id = (n: number): NodeId => n.toString(16).padStart(32, '0');
const revision = 'a'.repeat(32);
const nobody = (): boolean => false;
const fresh = (): LateDeletions => new LateDeletions(store, clock, (one) => underWay.has(one));

function agreed(n: number, name = `file ${n}`): void {
  store.transaction((write) => {
    write.putSynced({ kind: 'file', id: id(n), parentId: ROOT_ID, name, revision, hash: 'b'.repeat(64) });
  });
}
/** Noted, and carried out at once. */
function deleted(n: number, op: 'delete_remote' | 'delete_local' = 'delete_remote', items = 1): void {
  agreed(n);
  deletions.note([{ op, id: id(n), items }], nobody);
  store.transaction((write) => write.deleteSynced(id(n)));
}
/** Somebody put something of that name into the cloud. */
const inCloud = (n: number, name: string): void =>
  store.transaction((write) => {
    write.putRemote({ kind: 'folder', id: id(n), parentId: ROOT_ID, name, revision, modifiedBy: null, modifiedAt: 0 });
  });

beforeEach(() => {
  underWay.clear();
  clock = new FakeClock(Date.UTC(2026, 2, 1));
  store = memoryStore(clock);
  deletions = fresh();
});

describe('what was deleted without a question', () => {
  it('counts with all that was below it, by the side it came from', () => {
    deleted(1);
    deleted(2, 'delete_remote', 40);
    deleted(3, 'delete_local', 7);
    expect(deletions.on('here')).toEqual({ items: 41, gone: 41 });
    expect(deletions.on('cloud')).toEqual({ items: 7, gone: 7 });
  });

  it('counts for some minutes, and then no more', () => {
    deleted(1);
    clock.setWallClock(clock.now() + DELETION_WINDOW_MS);
    deleted(2);
    expect(deletions.on('here').items).toBe(2);
    clock.setWallClock(clock.now() + 1);
    expect(deletions.on('here').items).toBe(1);
  });

  it('counts where the clock was set back since, and then for some minutes', () => {
    deleted(1);
    clock.setWallClock(clock.now() - 60 * minuteMs);
    expect(deletions.on('here').items).toBe(1);
    deleted(2);
    expect(deletions.on('here').items).toBe(2);
    clock.setWallClock(clock.now() + DELETION_WINDOW_MS + 1);
    expect(deletions.on('here').items).toBe(0);
  });

  it('counts after a restart', () => {
    deleted(1);
    expect(fresh().on('here').items).toBe(1);
  });

  it('counts on while a question is open: waiting long is no yes', () => {
    deleted(1);
    const question = { id: 'q', kind: 'mass_delete', side: 'here', items: 9, since: 0 } as const;
    store.transaction((write) => write.putQuestion({ ...question, examples: [], choices: [], ids: [id(9)], answer: null }));
    clock.setWallClock(clock.now() + 100 * minuteMs);
    deleted(2);
    expect(deletions.on('here').items).toBe(2);
    expect(deletions.on('cloud').items).toBe(0);
  });

  it('counts while it is under way, when it is no longer agreed on, and not when it failed', () => {
    agreed(1);
    underWay.add(id(1));
    deletions.note([{ op: 'delete_remote', id: id(1), items: 3 }], nobody);
    expect(deletions.on('here')).toEqual({ items: 3, gone: 0 });
    underWay.clear();
    expect(deletions.on('here')).toEqual({ items: 0, gone: 0 });
    store.transaction((write) => write.deleteSynced(id(1)));
    expect(deletions.on('here')).toEqual({ items: 3, gone: 3 });
  });

  it('counts once, however often it was tried', () => {
    agreed(1);
    deletions.note([{ op: 'delete_remote', id: id(1), items: 3 }], nobody);
    deleted(1);
    expect(deletions.on('here').items).toBe(1);
  });

  it('does not count what the person said yes to, nor what deletes nothing', () => {
    agreed(1);
    const operations: Operation[] = [
      { op: 'delete_remote', id: id(1), items: 200 },
      { op: 'upload', id: id(2) },
      { op: 'rearrange_remote', id: id(3), steps: [{ step: 'move', id: id(3), to: { parentId: ROOT_ID, name: 'x' } }], items: 0 },
    ];
    deletions.note(operations, (one) => one === id(1));
    expect(store.recentDeletions()).toEqual([]);
  });

  it('does not count what is there again: programs save by deleting first', () => {
    deleted(1, 'delete_local');
    inCloud(5, 'file 1');
    expect(deletions.on('cloud').items).toBe(0);
  });
});

describe('ordinary work', () => {
  it('of an hour, a few files deleted each minute, never asks', () => {
    const total = 240;
    for (let n = 1; n <= total; n += 1) {
      agreed(n);
      store.transaction((write) => {
        const place = { id: id(n), parentId: ROOT_ID, name: `file ${n}`, revision, modifiedBy: null, modifiedAt: 0 };
        write.putRemote({ kind: 'folder', ...place });
        write.putSynced({ kind: 'folder', id: id(n), parentId: ROOT_ID, name: `file ${n}`, revision });
      });
    }
    const policy: Policy = {
      deviceName: 'Desk',
      day: '2026-03-01',
      caseSensitive: true,
      canHold: () => true,
      busy: nobody,
      deleteApproved: nobody,
      keep: nobody,
      massDelete: MASS_DELETE_LIMITS,
      deletedLately: (side) => deletions.on(side),
    };
    for (let minute = 0; minute < 60; minute += 1) {
      const now = [1, 2, 3].map((one) => id(minute * 3 + one));
      // Only these are planned: all the others are here, as far as anybody looks.
      const { operations, massDeletions } = plan(store, now, policy);
      expect(massDeletions, `minute ${minute}`).toEqual([]);
      deletions.note(operations, nobody);
      store.transaction((write) => {
        for (const one of now) {
          write.deleteRemote(one);
          write.deleteSynced(one);
        }
      });
      clock.setWallClock(clock.now() + minuteMs);
    }
    expect(store.recentDeletions().length, 'what is over is not kept').toBeLessThan(20);
  });
});
