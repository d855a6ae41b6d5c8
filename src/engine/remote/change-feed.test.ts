import { beforeEach, describe, expect, it } from 'vitest';
import { type CloudFile, type ErrorData, EMPTY_CONTENT_HASH, ROOT_ID, TidemarkError } from '../../contract/index.ts';
import { FakeClock, FakeCloud, SeededRandom } from '../fakes/index.ts';
import { PARKED_ID } from '../model/index.ts';
import type { DriveApi } from './api.ts';
import { type FeedEvent, type FeedPosition, readChanges } from './change-feed.ts';
import { toRemoteNode } from './convert.ts';
import { watchChanges } from './watch-changes.ts';

let clock: FakeClock;
let cloud: FakeCloud;
let drive: DriveApi;
const random = new SeededRandom(11);

beforeEach(async () => {
  clock = new FakeClock();
  cloud = new FakeCloud({ clock, random, deltaLimit: 3 });
  const { accessToken } = await cloud
    .api()
    .signUp({ email: 'a@example.org', password: 'correct horse', device: { name: 'laptop', platform: 'linux', appVersion: '1' } });
  drive = cloud.api().authorized({ accessToken: () => Promise.resolve(accessToken), refused: () => undefined });
});

const mkdirs = async (...names: string[]): Promise<string[]> => {
  const ids = names.map(() => random.id());
  await drive.commit(
    names.map((name, n) => ({ op: 'mkdir', id: ids[n] ?? '', parentId: ROOT_ID, name }) as const),
    random.id(),
  );
  return ids;
};
const collect = async (from: FeedPosition | null): Promise<FeedEvent[]> => {
  const events: FeedEvent[] = [];
  for await (const event of readChanges(drive, from)) events.push(event);
  return events;
};
const positionOf = (events: readonly FeedEvent[]): FeedPosition => {
  const last = events.at(-1);
  if (last?.kind !== 'page') throw new Error('no page');
  return last.position;
};

describe('the change feed', () => {
  it('lists everything page by page, then only what changed', async () => {
    const ids = await mkdirs('a', 'b', 'c', 'd');
    const listing = await collect(null);
    expect(listing.map((event) => event.kind === 'page' && [event.changes.length, event.snapshot, event.last])).toEqual([
      [3, true, false],
      [1, true, true],
    ]);
    const [node] = cloud.nodes('a@example.org');
    await drive.commit([{ op: 'delete', id: ids[0] ?? '', base: node?.revision ?? '' }], random.id());
    const [page, ...rest] = await collect(positionOf(listing));
    expect(rest).toEqual([]);
    expect(page).toMatchObject({ kind: 'page', snapshot: false, last: true, changes: [{ kind: 'delete', id: ids[0] }] });
    expect(await collect(positionOf(page === undefined ? [] : [page]))).toMatchObject([{ changes: [], last: true }]);
  });

  it('asks for a restart when the cursor is gone and when the epoch changed', async () => {
    await mkdirs('a');
    const position = positionOf(await collect(null));
    cloud.reset('a@example.org', cloud.nodes('a@example.org'));
    expect(await collect(position)).toEqual([{ kind: 'restart', reason: 'cursor_gone' }]);
    const fresh = positionOf(await collect(null));
    expect(await collect({ ...fresh, epoch: position.epoch })).toEqual([{ kind: 'restart', reason: 'epoch_changed' }]);
  });

  it('takes a history that a restored backup undid for another epoch', async () => {
    const forked: Pick<DriveApi, 'delta'> = { delta: () => Promise.reject(new TidemarkError('cursor_gone', { forked: true })) };
    const events: FeedEvent[] = [];
    for await (const event of readChanges(forked, { cursor: 'b', epoch: 'e' })) events.push(event);
    expect(events).toEqual([{ kind: 'restart', reason: 'epoch_changed' }]);
  });

  it('does not stay for ever with a cloud that says more and does not move', async () => {
    const stuck: Pick<DriveApi, 'delta'> = {
      delta: () => Promise.resolve({ entries: [], cursor: 'c', hasMore: true, epoch: 'e', snapshot: false, settings: null }),
    };
    const reading = readChanges(stuck, { cursor: 'b', epoch: 'e' });
    await reading.next();
    await expect(reading.next()).rejects.toMatchObject({ code: 'cloud_answer_invalid', params: { field: 'cursor' } });
  });

  it.each([
    ['name', { name: '..' }],
    ['name', { name: 'a/b' }],
    ['name', { name: 'a\0b' }],
    ['id', { id: ROOT_ID }],
    ['id', { id: PARKED_ID }],
    ['parentId', { parentId: '1'.repeat(32) }],
    ['parentId', { parentId: PARKED_ID }],
    ['size', { size: 5 }],
    ['hash', { hash: 'a'.repeat(64) }],
  ])('does not trust the %s of a node: %j', (field, change) => {
    const id = '1'.repeat(32);
    const node: CloudFile = {
      kind: 'file',
      id,
      parentId: ROOT_ID,
      name: 'x',
      revision: id,
      modifiedAt: 0,
      modifiedBy: null,
      versionId: id,
      size: 0,
      hash: EMPTY_CONTENT_HASH,
      blocks: [],
      mtimeMs: 0,
      executable: false,
      conflictOf: null,
      conflictBase: null,
      conflictDevice: null,
    };
    expect(toRemoteNode(node)).toMatchObject({ content: { size: 0 } });
    expect(() => toRemoteNode({ ...node, ...change })).toThrow(
      expect.objectContaining({ code: 'cloud_answer_invalid', params: { field, id: { ...node, ...change }.id } }) as Error,
    );
  });
});

describe('watching', () => {
  const start = (over: Pick<DriveApi, 'wait'>, cursor: () => string | null, onHint: () => void | Promise<void>) => {
    const controller = new AbortController();
    const connections: (ErrorData | null)[] = [];
    let over_ = false;
    const done = watchChanges(
      over,
      cursor,
      { clock, random, onHint, onConnection: (offline) => void connections.push(offline) },
      controller.signal,
    ).then(() => {
      over_ = true;
    });
    return { controller, connections, done, isOver: () => over_ };
  };

  it('hints soon after a change, and now and then without one', async () => {
    let cursor = (await drive.delta(null)).cursor;
    let hints = 0;
    const watch = start(
      drive,
      () => cursor,
      async () => {
        hints += 1;
        await clock.sleep(0.5); // real clocks count in fractions; the cloud takes whole milliseconds
        cursor = (await drive.delta(cursor)).cursor;
      },
    );
    await clock.advance(10_000);
    expect(hints).toBe(0);
    await mkdirs('a');
    await clock.advance(1);
    expect(hints).toBe(1);
    await clock.advance(61_000);
    expect(hints).toBe(2);
    expect(watch.connections).toEqual([null]);
    watch.controller.abort();
    await clock.advance(0);
    expect(watch.isOver()).toBe(true);
    expect(clock.pending).toEqual([]);
  });

  it('never spins: not on hints that move nothing, quick empty answers, faults or a missing cursor', async () => {
    const cases: [string, () => string | null, () => Promise<boolean>][] = [
      ['unmoved', () => 'c', () => Promise.resolve(true)],
      ['empty', () => 'c', () => Promise.resolve(false)],
      ['offline', () => 'c', () => Promise.reject(new TidemarkError('cloud_unreachable'))],
      ['gone', () => 'c', () => Promise.reject(new TidemarkError('cursor_gone'))],
    ];
    for (const [name, cursor, answer] of cases) {
      let waits = 0;
      const watch = start(
        {
          wait: () => {
            waits += 1;
            return answer();
          },
        },
        cursor,
        () => undefined,
      );
      await clock.advance(600_000);
      expect(waits, name).toBeGreaterThan(5);
      expect(waits, name).toBeLessThan(80);
      watch.controller.abort();
      await watch.done;
    }
    let asked = 0;
    const none = start(
      drive,
      () => {
        asked += 1;
        return null;
      },
      () => undefined,
    );
    await clock.advance(60_000);
    expect(asked).toBeLessThan(70);
    none.controller.abort();
    await none.done;
    expect(clock.pending).toEqual([]);
  });

  it('tells offline and online once each, waits as long as it is told, and stops when signed out', async () => {
    let answer: () => Promise<boolean> = () => Promise.reject(new TidemarkError('cloud_unreachable'));
    let waits = 0;
    const sleepy = async (): Promise<boolean> => {
      await clock.sleep(30_000);
      return false;
    };
    const watch = start(
      {
        wait: () => {
          waits += 1;
          return answer();
        },
      },
      () => 'c',
      () => undefined,
    );
    await clock.advance(30_000);
    answer = sleepy;
    await clock.advance(120_000);
    expect(watch.connections.map((offline) => offline?.code)).toEqual(['cloud_unreachable', undefined]);
    answer = () => Promise.reject(new TidemarkError('cloud_unavailable', { retryAfterMs: 500_000 }));
    await clock.advance(40_000);
    const before = waits;
    await clock.advance(450_000);
    expect(waits).toBe(before);
    answer = () => Promise.reject(new TidemarkError('device_revoked'));
    await clock.advance(120_000);
    expect(watch.isOver()).toBe(true);
    expect(watch.connections.at(-1)?.code).toBe('cloud_unavailable');
  });
});
