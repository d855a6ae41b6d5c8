import { beforeEach, describe, expect, it, vi } from 'vitest';
import { type CommitEntryInput, type ErrorData, ROOT_ID, TidemarkError } from '../../contract/index.ts';
import { type Mutex, StoredCommits } from '../apply/index.ts';
import type { FakeCall } from '../fakes/index.ts';
import type { LocalNode, NodeId } from '../model/index.ts';
import type { DriveApi } from '../remote/index.ts';
import { createCommitter, createThrottle, type Committer } from '../transfer/index.ts';
import { PullLoop } from './pull-loop.ts';
import { EMAIL, TestSync } from '../testing/test-sync.ts';

/** One life of the process: what it reads and sends, and where it can be held up. */
class Life {
  readonly sync: TestSync;
  readonly connection: (ErrorData | null)[] = [];
  readonly committer: Committer;
  readonly loop: PullLoop;
  readonly treeLock: Mutex;
  /** Awaited after the cloud answered, before the answer is heard. */
  onTheWay: (call: 'delta' | 'commit') => Promise<void> = () => Promise.resolve();
  paused = false;

  constructor(sync: TestSync, drive: DriveApi) {
    this.sync = sync;
    const slow: DriveApi = {
      ...drive,
      delta: async (cursor, signal) => {
        const page = await drive.delta(cursor, signal);
        await this.onTheWay('delta');
        if (signal?.aborted === true) throw new TidemarkError('aborted');
        return page;
      },
      commit: async (...parameters) => {
        const results = await drive.commit(...parameters);
        await this.onTheWay('commit');
        return results;
      },
    };
    const { store, environment } = sync;
    const context = sync.context(slow);
    this.treeLock = context.treeLock;
    const commits = new StoredCommits({ store, environment, onActivity: context.hooks.onActivity }, () => this.loop.request());
    const { random, clock } = environment;
    this.committer = createCommitter({ drive: slow, throttle: createThrottle({ clock, random }), journal: commits, random });
    this.loop = new PullLoop(
      context,
      commits,
      this.committer,
      (offline) => this.connection.push(offline),
      () => !this.paused,
    );
    void this.loop.run();
  }

  /** Commits entries that have to succeed, and answers the new revisions. */
  async commit(...entries: CommitEntryInput[]): Promise<string[]> {
    const results = await this.committer.commit(entries);
    return results.map((result) => {
      if (result.status !== 'ok') throw new Error(`refused: ${result.code}`);
      return result.node?.revision ?? '';
    });
  }
}

const mkdir = (id: NodeId, name: string, parentId = ROOT_ID): CommitEntryInput => ({ op: 'mkdir', id, parentId, name });
const rename = (id: NodeId, base: string, name: string): CommitEntryInput => ({ op: 'move', id, base, parentId: ROOT_ID, name });

let sync: TestSync;
let drive: DriveApi;
let other: DriveApi;
let life: Life;
const id = (n: number): NodeId => n.toString(16).padStart(32, '0');

beforeEach(async () => {
  sync = new TestSync();
  drive = await sync.connect('Desk');
  other = await sync.connect('Laptop');
  life = new Life(sync, drive);
});

const fromOther = async (...entries: CommitEntryInput[]): Promise<void> => {
  const results = await other.commit(entries, sync.random.id());
  expect(results.map(({ status }) => status)).toEqual(entries.map(() => 'ok'));
};
const revisionThere = (node: NodeId): string => sync.cloud.nodes(EMAIL).find((one) => one.id === node)?.revision ?? 'gone';
const namesHere = (): readonly string[] => [...sync.store.remote.children(ROOT_ID)].map(({ name }) => name).sort();
const namesThere = (): readonly string[] => [...sync.cloud.nodes(EMAIL)].map(({ name }) => name).sort();

/** As after a sync: what the cloud has is here and agreed on. */
function settleAll(): void {
  sync.store.transaction((write) => {
    for (const node of sync.cloud.nodes(EMAIL)) {
      const { parentId, name, revision } = node;
      if (node.kind !== 'folder') throw new Error('folders only');
      const stat = sync.disk.volume.statOf(sync.disk.volume.root);
      const local: LocalNode = { kind: 'folder', id: node.id, parentId, name, stat };
      write.putLocal(local);
      write.putSynced({ kind: 'folder', id: node.id, parentId, name, revision });
    }
  });
}

describe('reading the change feed', () => {
  it('takes over a listing page by page, then only what changed, and tells what is to be planned', async () => {
    await fromOther(...[1, 2, 3, 4, 5].map((n) => mkdir(id(n), `f${n}`)));
    await life.loop.pull();
    expect(namesHere()).toEqual(['f1', 'f2', 'f3', 'f4', 'f5']);
    expect(sync.told.dirty.size).toBe(5);
    sync.told.dirty.clear();
    await fromOther(rename(id(2), revisionThere(id(2)), 'renamed'), { op: 'delete', id: id(3), base: revisionThere(id(3)) });
    await life.loop.pull();
    expect(namesHere()).toEqual(['f1', 'f4', 'f5', 'renamed']);
    expect([...sync.told.dirty].sort()).toEqual([id(2), id(3)]);
    expect(life.connection).toEqual([null, null]);
  });

  it('is no news when nothing changed', async () => {
    await fromOther(mkdir(id(1), 'a'));
    await life.loop.pull();
    sync.told.dirty.clear();
    sync.told.lists.clear();
    await life.loop.pull();
    expect(sync.told.dirty.size + sync.told.lists.size).toBe(0);
  });

  it('tells of what is in a folder that moved, where it matters in which folder something is', async () => {
    await fromOther(mkdir(id(1), 'moves'), mkdir(id(2), 'target'), mkdir(id(3), 'inside', id(1)), mkdir(id(4), 'deep', id(3)));
    await life.loop.pull();
    const move = async (parentId: NodeId): Promise<readonly NodeId[]> => {
      sync.told.dirty.clear();
      await fromOther({ op: 'move', id: id(1), base: revisionThere(id(1)), parentId, name: 'moves' });
      await life.loop.pull();
      return [...sync.told.dirty].sort();
    };
    expect(await move(id(2))).toEqual([id(1)]);
    sync.store.transaction((write) => write.setExcluded(id(2), true));
    expect(await move(ROOT_ID)).toEqual([id(1), id(3), id(4)]);
  });

  it('waits and reads again after a fault, with those who asked told of the first', async () => {
    sync.cloud.fault = failing('delta', 'before', new TidemarkError('cloud_unreachable', { server: 'x' }), 2);
    await expect(life.loop.pull()).rejects.toMatchObject({ code: 'cloud_unreachable' });
    expect(life.loop.pending).toBe(true);
    await sync.clock.advance(5000);
    expect(life.loop.pending).toBe(false);
    expect(life.connection.map((one) => one?.code ?? 'online')).toEqual(['cloud_unreachable', 'cloud_unreachable', 'online']);
  });

  it('stays away as long as the cloud asks', async () => {
    sync.cloud.fault = failing('delta', 'before', new TidemarkError('cloud_unavailable', { retryAfterMs: 90_000 }));
    await expect(life.loop.pull()).rejects.toMatchObject({ code: 'cloud_unavailable' });
    await sync.clock.advance(89_000);
    expect(life.loop.pending).toBe(true);
    await sync.clock.advance(1000);
    expect(life.loop.pending).toBe(false);
  });

  it('is over for good when the session has ended', async () => {
    sync.cloud.fault = failing('delta', 'before', new TidemarkError('device_revoked'), 100);
    await expect(life.loop.pull()).rejects.toMatchObject({ code: 'device_revoked' });
    expect(sync.clock.pending).toEqual([]);
    await expect(life.loop.pull(), 'nobody waits for ever').rejects.toMatchObject({ code: 'device_revoked' });
  });

  it('ends those who wait when it is stopped, also those who come later', async () => {
    const page = Promise.withResolvers<void>();
    life.onTheWay = () => page.promise;
    const pulls = [life.loop.pull(), life.loop.pull()];
    const ends = pulls.map((pull) => expect(pull).rejects.toMatchObject({ code: 'aborted' }));
    await sync.clock.advance(1);
    sync.stop.abort();
    page.resolve();
    await Promise.all(ends);
    await expect(life.loop.pull()).rejects.toMatchObject({ code: 'aborted' });
  });
});

describe('a cursor that is gone', () => {
  beforeEach(async () => {
    await fromOther(...[1, 2, 3, 4].map((n) => mkdir(id(n), `f${n}`)));
    await life.loop.pull();
    settleAll();
    sync.told.dirty.clear();
  });

  it('within one epoch: what a full listing lacks was deleted, and is still agreed on', async () => {
    await fromOther({ op: 'delete', id: id(2), base: revisionThere(id(2)) });
    goneOnce();
    await life.loop.pull();
    expect(namesHere()).toEqual(['f1', 'f3', 'f4']);
    expect(sync.store.synced.get(id(2)), 'so the planner sees a deletion').toBeDefined();
    expect([...sync.told.dirty]).toEqual([id(2)]);
    expect(sync.store.cursor()?.cursor).toBe((await drive.delta(sync.store.cursor()?.cursor ?? null)).cursor);
  });

  it('what had gone from a folder before is not listed, also when the folder goes while the listing is read', async () => {
    await fromOther(mkdir(id(9), 'inside', id(1)));
    await life.loop.pull();
    await fromOther({ op: 'delete', id: id(9), base: revisionThere(id(9)) });
    goneOnce();
    let pages = 0;
    life.onTheWay = async (call) => {
      if (call !== 'delta') return;
      pages += 1;
      if (pages === 1) await fromOther({ op: 'delete', id: id(1), base: revisionThere(id(1)) });
    };
    await life.loop.pull();
    expect(pages).toBeGreaterThan(1);
    expect([namesHere(), sync.store.remote.get(id(9))]).toEqual([['f2', 'f3', 'f4'], undefined]);
    expect(sync.told.dirty).toContain(id(9));
  });

  it('in another epoch: nobody deleted what is not listed, so it is forgotten as agreed and new again', async () => {
    sync.cloud.reset(
      EMAIL,
      sync.cloud.nodes(EMAIL).filter((node) => node.id !== id(2)),
    );
    await life.loop.pull();
    expect(namesHere()).toEqual(['f1', 'f3', 'f4']);
    expect(sync.store.synced.get(id(2))).toBeUndefined();
    expect(sync.store.local.get(id(2))).toBeDefined();
    expect(sync.store.synced.get(id(1)), 'what is listed as it was stays agreed').toBeDefined();
    expect([...sync.told.dirty]).toEqual([id(2)]);
  });

  it('in another epoch: waits for whoever is in the middle of changing the disk, who may still write down what was agreed on', async () => {
    sync.cloud.reset(EMAIL, []);
    const changing = Promise.withResolvers<void>();
    const work = life.treeLock.run(async () => {
      const agreed = sync.store.synced.get(id(2));
      await changing.promise;
      sync.store.transaction((write) => agreed !== undefined && write.putSynced(agreed));
    });
    const pulled = life.loop.pull();
    await sync.clock.advance(100);
    changing.resolve();
    await Promise.all([work, pulled]);
    expect(sync.store.remote.get(id(2))).toBeUndefined();
    expect(sync.store.synced.get(id(2)), 'or it would be deleted here').toBeUndefined();
  });

  it('in another epoch: what is listed in another state than agreed on is no edit, so that both versions are kept', async () => {
    const before = [...sync.cloud.nodes(EMAIL)];
    await fromOther(rename(id(1), revisionThere(id(1)), 'newer'));
    await life.loop.pull();
    settleAll();
    sync.cloud.reset(EMAIL, before);
    sync.told.dirty.clear();
    await life.loop.pull();
    expect(sync.store.remote.get(id(1))?.name).toBe('f1');
    expect(sync.store.synced.get(id(1)), 'without an agreement neither is newer').toBeUndefined();
    expect([...sync.told.dirty]).toEqual([id(1)]);
  });

  /** Pages of a read during whose first one somebody deletes the item. */
  async function pagesWhileDeleted(item: NodeId): Promise<number> {
    let pages = 0;
    life.onTheWay = async (call) => {
      if (call !== 'delta') return;
      pages += 1;
      if (pages === 1) await fromOther({ op: 'delete', id: item, base: revisionThere(item) });
    };
    await life.loop.pull();
    return pages;
  }

  it('in another epoch: what somebody deletes while the listing is read is deleted', async () => {
    sync.cloud.reset(EMAIL, sync.cloud.nodes(EMAIL));
    expect([await pagesWhileDeleted(id(1)), namesHere()]).toEqual([2, ['f2', 'f3', 'f4']]);
    expect(sync.store.synced.get(id(1)), 'so the planner sees a deletion').toBeDefined();
  });

  it('in another epoch: of what is deleted before the listing came to it, nobody can say in which state it was', async () => {
    sync.cloud.reset(EMAIL, sync.cloud.nodes(EMAIL));
    expect([await pagesWhileDeleted(id(4)), namesHere()]).toEqual([2, ['f1', 'f2', 'f3']]);
    expect(sync.store.synced.get(id(4)), 'what is here may be newer than what was deleted').toBeUndefined();
  });

  it('counts a listing only as a whole: broken off in its middle it is read again, and nothing is taken for deleted', async () => {
    await fromOther({ op: 'delete', id: id(4), base: revisionThere(id(4)) }, mkdir(id(5), 'f5'), mkdir(id(6), 'f6'));
    const cursor = sync.store.cursor();
    goneOnce(3);
    await expect(life.loop.pull()).rejects.toMatchObject({ code: 'cloud_unreachable' });
    expect(namesHere()).toContain('f4');
    expect(sync.store.cursor()).toEqual(cursor);
    await sync.clock.advance(5000);
    expect(namesHere()).toEqual(namesThere());
  });

  it('is an answer that cannot be right when it never ends', async () => {
    sync.cloud.fault = failing('delta', 'before', new TidemarkError('cursor_gone'), 1000);
    await expect(life.loop.pull()).rejects.toMatchObject({ code: 'cloud_answer_invalid' });
    expect(namesHere()).toEqual(['f1', 'f2', 'f3', 'f4']);
  });
});

describe('own commits and the feed', () => {
  beforeEach(async () => {
    await fromOther(mkdir(id(1), 'f1'));
    await life.loop.pull();
    settleAll();
  });

  it('what the cloud has said yes to and does not tell of is not there: a backup of just before was put back', async () => {
    const putBack = sync.cloud.backup(EMAIL);
    await life.commit(rename(id(1), revisionThere(id(1)), 'mine'), mkdir(id(2), 'f2'));
    putBack();
    // What others do since does not hide it.
    await fromOther(...[3, 4, 5, 6].map((n) => mkdir(id(n), `f${n}`)));
    // The process that had the answer is gone by then.
    const later = new Life(sync, drive);
    await later.loop.pull();
    expect(namesHere()).toEqual(namesThere());
    expect(sync.store.synced.get(id(2)), 'so it is sent again').toBeUndefined();
    expect(sync.store.synced.get(id(1)), 'and neither of two names is the newer one').toBeUndefined();
    expect([...sync.told.dirty]).toEqual(expect.arrayContaining([id(1), id(2)]));
  });

  it('who was away for longer than deletions are told learns from another device that a backup was put back', async () => {
    const putBack = sync.cloud.backup(EMAIL);
    await fromOther(mkdir(id(2), 'f2'));
    const { cursor: otherHas } = await other.delta(null);
    await life.loop.pull();
    settleAll();
    putBack();
    await fromOther(...[3, 4, 5].map((n) => mkdir(id(n), `f${n}`)));
    await expect(other.delta(otherHas)).rejects.toMatchObject({ code: 'cursor_gone', params: { forked: true } });
    sync.cloud.accounts.account(EMAIL).drive.forgetDeletions();
    await life.loop.pull();
    expect(namesHere()).toEqual(namesThere());
    expect(sync.store.synced.get(id(2)), 'nobody has deleted it: it is sent again').toBeUndefined();
  });

  it('nor has anybody deleted it, or set it back, where the cursor is too old to tell', async () => {
    const putBack = sync.cloud.backup(EMAIL);
    await life.commit(rename(id(1), revisionThere(id(1)), 'mine'), mkdir(id(2), 'f2'));
    putBack();
    await fromOther(...[3, 4, 5, 6].map((n) => mkdir(id(n), `f${n}`)));
    sync.cloud.accounts.account(EMAIL).drive.forgetDeletions();
    await life.loop.pull();
    expect(namesHere()).toEqual(namesThere());
    expect(sync.store.synced.get(id(2)), 'so it is sent again').toBeUndefined();
    expect(sync.store.synced.get(id(1)), 'and neither of two names is the newer one').toBeUndefined();
  });

  it('that a backup was put back is still known after a power cut, when others have made all of it anew since', async () => {
    const putBack = sync.cloud.backup(EMAIL);
    await life.commit(rename(id(1), revisionThere(id(1)), 'mine'), mkdir(id(2), 'f2'));
    putBack();
    sync.cloud.fault = ({ method, phase }) => {
      if (method === 'delta' && phase === 'before' && sync.log.lines.length > 0) throw new TidemarkError('cloud_unreachable');
    };
    await expect(life.loop.pull()).rejects.toMatchObject({ code: 'cloud_unreachable' });
    sync.cloud.fault = () => undefined;
    await fromOther(rename(id(1), revisionThere(id(1)), 'theirs'), mkdir(id(2), 'f2'));
    const later = new Life(sync, drive);
    await later.loop.pull();
    expect(namesHere()).toEqual(namesThere());
    expect(sync.store.synced.get(id(1)), 'and neither of two names is the newer one').toBeUndefined();
  });

  it('nor is it there when another device, which had it, has made one item of it anew since', async () => {
    const putBack = sync.cloud.backup(EMAIL);
    await life.commit(mkdir(id(3), 'f3'), rename(id(1), revisionThere(id(1)), 'mine'), mkdir(id(2), 'f2'));
    putBack();
    await fromOther(mkdir(id(2), 'f2'));
    await life.loop.pull();
    expect(namesHere()).toEqual(namesThere());
    expect(sync.store.synced.get(id(3)), 'so it is sent again').toBeUndefined();
  });

  it('a deletion that the feed had told of before it was sent is not told of again', async () => {
    const entry: CommitEntryInput = { op: 'delete', id: id(1), base: revisionThere(id(1)) };
    await fromOther(entry);
    await life.loop.pull();
    await life.commit(entry);
    await life.loop.pull();
    expect(sync.log.lines).toEqual([]);
  });

  it('what it has said yes to is told of once, also where the read was on its way before', async () => {
    const page = Promise.withResolvers<void>();
    let listings = 0;
    const seen = vi.spyOn(drive, 'delta');
    life.onTheWay = (call) => (call === 'delta' ? page.promise : Promise.resolve());
    const pulled = life.loop.pull();
    await sync.clock.advance(1);
    await life.commit(mkdir(id(2), 'f2'), { op: 'delete', id: id(1), base: revisionThere(id(1)) });
    page.resolve();
    await pulled;
    await life.commit(rename(id(2), revisionThere(id(2)), 'f2'));
    await life.loop.pull();
    await life.loop.pull();
    for (const [cursor] of seen.mock.calls) if (cursor === null) listings += 1;
    expect([namesHere(), listings]).toEqual([['f2'], 0]);
  });

  it('an answer that is overtaken by the feed does not undo what the feed said', async () => {
    const base = revisionThere(id(1));
    life.onTheWay = async (call) => {
      if (call !== 'commit') return;
      // Before the answer is heard, another device goes on, and the feed tells so.
      life.onTheWay = () => Promise.resolve();
      await fromOther(rename(id(1), revisionThere(id(1)), 'theirs'));
      await life.loop.pull();
      expect(namesHere()).toEqual(['theirs']);
    };
    await life.commit(rename(id(1), base, 'mine'));
    await sync.clock.advance(1);
    expect(namesHere()).toEqual(['theirs']);
    expect(sync.store.synced.get(id(1))?.name, 'agreed on is what this device said').toBe('mine');
  });

  it('an answer that comes while a later page is on its way does not leave what the feed said before it unread', async () => {
    const answer = Promise.withResolvers<void>();
    const page = Promise.withResolvers<void>();
    life.onTheWay = (call) => (call === 'commit' ? answer.promise : Promise.resolve());
    const sent = life.commit(rename(id(1), revisionThere(id(1)), 'mine'));
    await sync.clock.advance(1);
    await fromOther({ op: 'delete', id: id(1), base: revisionThere(id(1)) });
    await life.loop.pull();
    expect(namesHere()).toEqual([]);
    life.onTheWay = () => page.promise;
    const pull = life.loop.pull();
    await sync.clock.advance(1);
    answer.resolve();
    await sent;
    page.resolve();
    await pull;
    await sync.clock.advance(1);
    expect(namesHere()).toEqual(namesThere());
  });

  it.each([
    ['a rename', () => rename(id(1), revisionThere(id(1)), 'mine'), ['mine']],
    ['a deletion', (): CommitEntryInput => ({ op: 'delete', id: id(1), base: revisionThere(id(1)) }), []],
  ] as const)('a page that is overtaken by the answer to %s does not bring back what was', async (_, entry, after) => {
    // In the feed once more, so that the page has it.
    sync.store.transaction((write) =>
      write.setCursor({ cursor: `${sync.store.cursor()?.epoch ?? ''}.0.0.`, epoch: sync.store.cursor()?.epoch ?? '' }),
    );
    const seen: (readonly string[])[] = [];
    life.onTheWay = async (call) => {
      if (call !== 'delta') return;
      life.onTheWay = () => Promise.resolve();
      await life.commit(entry());
      seen.push(namesHere());
    };
    await life.loop.pull();
    seen.push(namesHere());
    await life.loop.pull();
    seen.push(namesHere());
    expect(seen).toEqual([after, after, after]);
  });

  it('a listing that is overtaken by a commit does not take what is new for deleted', async () => {
    goneOnce();
    life.onTheWay = async (call) => {
      if (call !== 'delta') return;
      life.onTheWay = () => Promise.resolve();
      await life.commit(mkdir(id(9), 'new'));
    };
    await life.loop.pull();
    expect(namesHere()).toEqual(['f1', 'new']);
    await life.loop.pull();
    expect(namesHere()).toEqual(['f1', 'new']);
  });

  it('a listing of a cloud that was put back meanwhile does not keep what an answer of before it told of', async () => {
    const before = namesHere();
    const backup = [...sync.cloud.nodes(EMAIL)];
    const answer = Promise.withResolvers<void>();
    life.onTheWay = (call) => (call === 'commit' ? answer.promise : Promise.resolve());
    const committed = life.commit(mkdir(id(9), 'new'));
    await sync.clock.advance(1);
    sync.cloud.reset(EMAIL, backup);
    life.onTheWay = async (call) => {
      if (call !== 'delta') return;
      life.onTheWay = () => Promise.resolve();
      answer.resolve();
      await committed;
    };
    await life.loop.pull();
    expect(namesHere()).toEqual(before);
  });

  it('what another device did before an answer, and the page tells after it, is not passed over', async () => {
    life.onTheWay = async (call) => {
      if (call !== 'commit') return;
      life.onTheWay = () => Promise.resolve();
      await fromOther(rename(id(1), revisionThere(id(1)), 'theirs'));
      const page = Promise.withResolvers<void>();
      life.onTheWay = (slow) => (slow === 'delta' ? page.promise : Promise.resolve());
      void life.loop.pull();
      await sync.clock.advance(1);
      // The page with `theirs` is on its way when the answer is heard.
      queueMicrotask(() => void sync.clock.advance(1).then(() => page.resolve()));
    };
    await life.commit(rename(id(1), revisionThere(id(1)), 'mine'));
    await life.loop.pull();
    expect(namesHere()).toEqual(['theirs']);
  });
});

describe('a request whose answer was lost', () => {
  beforeEach(async () => {
    await fromOther(mkdir(id(1), 'f1'));
    await life.loop.pull();
    settleAll();
  });

  /** The commit goes through, its answer never arrives, and the process ends. */
  async function lost(...entries: CommitEntryInput[]): Promise<void> {
    life.onTheWay = (call) => (call === 'commit' ? new Promise(() => undefined) : Promise.resolve());
    void life.committer.commit(entries).catch(() => undefined);
    await sync.clock.advance(1);
    expect(sync.store.journal()).toHaveLength(1);
  }

  it('is sent again by the next process, with its key, before the feed is read', async () => {
    await lost(mkdir(id(2), 'mine'));
    const next = new Life(sync, drive);
    sync.told.dirty.clear();
    await next.loop.pull();
    expect(sync.store.journal()).toEqual([]);
    expect(namesThere()).toEqual(['f1', 'mine']);
    expect(sync.store.synced.get(id(2))?.revision).toBe(revisionThere(id(2)));
    expect(sync.told.dirty).toContain(id(2));
  });

  it('tells of what is in a folder that it moved, where it matters in which folder something is', async () => {
    await fromOther(mkdir(id(3), 'inside', id(1)));
    await life.loop.pull();
    sync.store.transaction((write) => write.setSetting('ignore.rules', '/f1/inside'));
    await lost(rename(id(1), revisionThere(id(1)), 'mine'));
    sync.told.dirty.clear();
    await new Life(sync, drive).loop.pull();
    expect([...sync.told.dirty].sort()).toEqual([id(1), id(3)]);
  });

  it('does not undo what happened since', async () => {
    await lost(rename(id(1), revisionThere(id(1)), 'mine'));
    await fromOther(rename(id(1), revisionThere(id(1)), 'theirs'));
    life.onTheWay = () => Promise.resolve();
    await life.loop.pull();
    const next = new Life(sync, drive);
    await next.loop.pull();
    expect(namesHere()).toEqual(['theirs']);
    expect(sync.store.remote.get(id(1))?.revision).toBe(revisionThere(id(1)));
  });

  it('of two, the later one does not take the feed past what the first one has to have read again', async () => {
    await lost(rename(id(1), revisionThere(id(1)), 'mine'));
    await fromOther(rename(id(1), revisionThere(id(1)), 'theirs'));
    life.onTheWay = () => Promise.resolve();
    await life.loop.pull();
    const second = new Life(sync, drive);
    second.onTheWay = () => new Promise(() => undefined);
    void second.committer.commit([mkdir(id(2), 'other')]);
    await sync.clock.advance(1);
    expect(sync.store.journal()).toHaveLength(2);
    const next = new Life(sync, drive);
    await next.loop.pull();
    expect(namesHere()).toEqual(['other', 'theirs']);
    expect(sync.store.remote.get(id(1))?.revision).toBe(revisionThere(id(1)));
  });

  it('is not sent while paused, and the feed is read all the same', async () => {
    await lost(mkdir(id(2), 'mine'));
    const next = new Life(sync, drive);
    next.paused = true;
    await next.loop.pull();
    expect(sync.store.journal()).toHaveLength(1);
    next.paused = false;
    await next.loop.pull();
    expect(sync.store.journal()).toEqual([]);
  });

  it('and is refused for ever is dropped, and what it was about is planned anew', async () => {
    await lost(mkdir(id(2), 'mine'));
    const next = new Life(sync, drive);
    sync.cloud.fault = failing('commit', 'before', new TidemarkError('idempotency_key_reused'), 1);
    sync.told.dirty.clear();
    await next.loop.pull();
    expect(sync.store.journal()).toEqual([]);
    expect(sync.log.lines).toMatchObject([{ level: 'warn', fields: { code: 'idempotency_key_reused' } }]);
    expect(sync.told.dirty).toContain(id(2));
  });

  it('is kept while the cloud cannot be reached', async () => {
    await lost(mkdir(id(2), 'mine'));
    const next = new Life(sync, drive);
    sync.cloud.fault = failing('commit', 'before', new TidemarkError('cloud_unreachable', { server: 'x' }), 1000);
    const pull = next.loop.pull();
    pull.catch(() => undefined);
    await sync.clock.advance(300_000);
    await expect(pull).rejects.toMatchObject({ code: 'cloud_unreachable' });
    expect(sync.store.journal()).toHaveLength(1);
  });
});

/** Makes the next calls fail. */
function failing(method: FakeCall['method'], phase: FakeCall['phase'], error: TidemarkError, times = 1): (call: FakeCall) => void {
  let left = times;
  return (call) => {
    if (call.method !== method || call.phase !== phase || left === 0) return;
    left -= 1;
    throw error;
  };
}

/** The next read hears that its cursor is gone; `breakAt` makes that many calls later one fail. */
function goneOnce(breakAt = Number.POSITIVE_INFINITY): void {
  let calls = 0;
  sync.cloud.fault = ({ method, phase }) => {
    if (method !== 'delta' || phase !== 'before') return;
    calls += 1;
    if (calls === 1) throw new TidemarkError('cursor_gone');
    if (calls === breakAt) throw new TidemarkError('cloud_unreachable', { server: 'x' });
  };
}
