import { describe, expect, it } from 'vitest';
import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { BLOCK_MIN_BYTES, ROOT_ID } from '../../contract/index.ts';
import { dayMs, GiB } from '../../base/index.ts';
import { contentOf, mkdir, move, put, remove, startCloud, TestDevice } from '../testing/harness.ts';
import { contentHash } from './content-hash.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';

const names = (entries: readonly object[]): unknown[] => entries.map((entry) => ('name' in entry ? entry.name : 'deleted'));
const empty = contentOf();

describe('a snapshot', () => {
  it('lists what is there, page by page, and nothing of what is gone', async () => {
    await using cloud = await startCloud();
    const ann = await cloud.signUp();
    const results = await ann.commit(...Array.from({ length: 7 }, (_, index) => mkdir(`d${index}`)));
    const [first] = results;
    if (first?.status !== 'ok' || first.node === null) throw new Error('not made');
    await ann.commit(remove(first.node));
    const page = await ann.delta(undefined, 4);
    expect(page).toMatchObject({ hasMore: true, snapshot: true });
    expect(names(page.entries)).toEqual(['d1', 'd2', 'd3', 'd4']);
    const rest = await ann.delta(page.cursor, 4);
    expect(rest).toMatchObject({ hasMore: false, snapshot: true, epoch: page.epoch });
    expect(names(rest.entries)).toEqual(['d5', 'd6']);
    expect(await ann.delta(rest.cursor)).toMatchObject({ entries: [], hasMore: false, snapshot: false });
  });

  it('tells of what is changed and deleted while it is read', async () => {
    await using cloud = await startCloud();
    const ann = await cloud.signUp();
    const [a, b] = [await ann.apply(mkdir('a')), await ann.apply(mkdir('b'))];
    await ann.apply(mkdir('c'));
    const page = await ann.delta(undefined, 2);
    expect(names(page.entries)).toEqual(['a', 'b']);
    await ann.commit(remove(a), move(b, ROOT_ID, 'renamed'));
    const rest = await ann.delta(page.cursor, 10);
    expect(names(rest.entries)).toEqual(['c', 'deleted', 'renamed']);
    expect(rest.snapshot).toBe(true);
  });

  it('of an empty drive is one empty page', async () => {
    await using cloud = await startCloud();
    const ann = await cloud.signUp();
    const page = await ann.delta();
    expect(page).toMatchObject({ entries: [], hasMore: false, snapshot: true });
    await ann.apply(mkdir('a'));
    expect(names((await ann.delta(page.cursor)).entries)).toEqual(['a']);
  });

  it('page ends before it is too large, however many entries were asked for', async () => {
    await using cloud = await startCloud({ plans: [{ id: 'free', storageBytes: 20 * GiB, devices: null, pricePerYearUsd: 0 }] });
    const ann = await cloud.signUp();
    // 12,000 blocks in a file: more than a megabyte of JSON each.
    const piece = contentOf(Buffer.alloc(BLOCK_MIN_BYTES));
    await ann.store(piece);
    const refs = Array.from({ length: 12_000 }, () => ({ hash: piece.hash, size: BLOCK_MIN_BYTES }));
    const large = { blocks: piece.blocks, refs, size: refs.length * BLOCK_MIN_BYTES, hash: contentHash(refs) };
    for (let index = 0; index < 6; index += 1) await ann.apply(put(`f${index}`, large));
    const page = await ann.delta(undefined, 5000);
    expect(page.hasMore).toBe(true);
    expect(page.entries.length).toBeGreaterThan(1);
    expect(JSON.stringify(page).length).toBeLessThan(5 * 1024 * 1024);
    expect(names((await ann.changes(undefined, 5000)).entries)).toEqual(['f0', 'f1', 'f2', 'f3', 'f4', 'f5']);
  });
});

describe('changes', () => {
  it('come in order, each node once with its latest state', async () => {
    await using cloud = await startCloud();
    const ann = await cloud.signUp();
    const cursor = await ann.cursor();
    const a = await ann.apply(mkdir('a'));
    await ann.apply(mkdir('b'));
    await ann.apply(move(a, ROOT_ID, 'a2'));
    for (const limit of [1, 2, 100]) expect(names((await ann.changes(cursor, limit)).entries)).toEqual(['b', 'a2']);
  });

  it('of another account never show', async () => {
    await using cloud = await startCloud();
    const ann = await cloud.signUp();
    const bob = await cloud.signUp('bob@example.com');
    await ann.apply(mkdir('private'));
    expect((await bob.changes()).entries).toEqual([]);
    expect((await bob.call('GET', `/v1/drive/delta?cursor=${await ann.cursor()}`)).problem.code).toBe('cursor_gone');
  });
});

describe('a cursor', () => {
  it('is gone when it is not of this history', async () => {
    await using cloud = await startCloud();
    const ann = await cloud.signUp();
    await ann.apply(mkdir('a'));
    const cursor = decodeCursor(await ann.cursor());
    if (cursor === undefined) throw new Error('no cursor');
    for (const wrong of [
      'nonsense',
      encodeCursor({ ...cursor, epoch: '0'.repeat(32) }),
      encodeCursor({ ...cursor, sequence: 99 }),
      encodeCursor({ ...cursor, stamp: '0'.repeat(32) }),
      encodeCursor({ ...cursor, snapshotFrom: 99 }),
    ]) {
      expect((await ann.call('GET', `/v1/drive/delta?cursor=${wrong}`)).problem).toMatchObject({ status: 410, code: 'cursor_gone' });
      expect((await ann.call('GET', `/v1/drive/delta/wait?cursor=${wrong}`)).problem).toMatchObject({ status: 410, code: 'cursor_gone' });
    }
  });

  /** A drive with `before`, then `lost`, of which only `before` is left: a backup was put back, and `other` made since. */
  async function forked(cloud: Awaited<ReturnType<typeof startCloud>>) {
    const ann = await cloud.signUp();
    await ann.apply(mkdir('before'));
    const kept = await ann.cursor();
    const copy = (from: string, to: string): void => {
      for (const suffix of ['', '-wal'])
        if (existsSync(join(cloud.dataDir, from + suffix)))
          copyFileSync(join(cloud.dataDir, from + suffix), join(cloud.dataDir, to + suffix));
    };
    await cloud.cloud.close();
    copy('catalogue.db', 'backup.db');
    await using second = await cloud.restart();
    const same = new TestDevice(second.url, ann.session);
    await same.apply(mkdir('lost'));
    const lost = await same.cursor();
    await second.cloud.close();
    copy('backup.db', 'catalogue.db');
    const third = await second.restart();
    const again = new TestDevice(third.url, ann.session);
    await again.apply(mkdir('other'));
    return { third, again, kept, lost, [Symbol.asyncDispose]: () => third[Symbol.asyncDispose]() };
  }
  const FORKED = { code: 'cursor_gone', params: { forked: true } };

  it('is gone after a backup was restored and the drive went another way', async () => {
    await using cloud = await startCloud();
    await using drive = await forked(cloud);
    const { again, kept, lost } = drive;
    expect((await again.call('GET', `/v1/drive/delta?cursor=${lost}`)).problem).toMatchObject(FORKED);
    expect(names((await again.changes(kept)).entries)).toEqual(['other']);
  });

  it('of a history that a backup undid is known as such for good, once one of them was seen', async () => {
    await using cloud = await startCloud();
    await using drive = await forked(cloud);
    const { third, again, lost } = drive;
    const unnoticed = await again.cursor();
    expect((await again.call('GET', `/v1/drive/delta?cursor=${lost}`)).problem).toMatchObject(FORKED);
    const noticed = await again.cursor();
    // All of them are of before what is forgotten after 90 days.
    await again.commit(remove(await again.apply(mkdir('brief'))));
    third.clock.now += 91 * dayMs;
    await third.cloud.maintain();
    again.session = (await again.refresh()).body as typeof again.session;
    const problemOf = async (cursor: string): Promise<unknown> => (await again.call('GET', `/v1/drive/delta?cursor=${cursor}`)).problem;
    expect(await problemOf(lost)).toMatchObject(FORKED);
    // Given before anybody knew: it may be of either history, and then nothing is taken for deleted.
    expect(await problemOf(unnoticed)).toMatchObject(FORKED);
    expect(await problemOf(noticed)).toMatchObject({ code: 'cursor_gone', params: {} });
  });

  it('lives as long as the tombstones after it: 90 days', async () => {
    await using cloud = await startCloud();
    const ann = await cloud.signUp();
    const file = await ann.upload('a', empty);
    const old = await ann.cursor();
    await ann.commit(remove(file));
    const newer = await ann.cursor();
    await ann.apply(mkdir('b'));
    const renew = async (): Promise<void> => {
      ann.session = (await ann.refresh()).body as typeof ann.session;
    };
    cloud.clock.now += 89 * dayMs;
    await cloud.cloud.maintain();
    await renew();
    expect(names((await ann.changes(old)).entries)).toEqual(['deleted', 'b']);
    cloud.clock.now += 2 * dayMs;
    await cloud.cloud.maintain();
    await renew();
    expect((await ann.call('GET', `/v1/drive/delta?cursor=${old}`)).problem).toMatchObject({ code: 'cursor_gone', params: {} });
    expect(names((await ann.changes(newer)).entries)).toEqual(['b']);
    expect(names((await ann.changes(undefined, 1)).entries)).toEqual(['b']);
  });
});

describe('waiting', () => {
  it('ends when another device changes something', async () => {
    await using cloud = await startCloud();
    const laptop = await cloud.signUp();
    const desktop = await cloud.signIn();
    const cursor = await laptop.cursor();
    const waiting = laptop.ok('GET', `/v1/drive/delta/wait?cursor=${cursor}&timeoutMs=60000`);
    await desktop.apply(mkdir('a'));
    expect(await waiting).toEqual({ changed: true });
    expect(await laptop.ok('GET', `/v1/drive/delta/wait?cursor=${cursor}&timeoutMs=60000`)).toEqual({ changed: true });
  });

  it('ends after its time', async () => {
    await using cloud = await startCloud();
    const ann = await cloud.signUp();
    expect(await ann.ok('GET', `/v1/drive/delta/wait?cursor=${await ann.cursor()}&timeoutMs=10`)).toEqual({ changed: false });
  });

  it('does not hold back the end of the server', async () => {
    await using cloud = await startCloud();
    const ann = await cloud.signUp();
    const cursor = await ann.cursor();
    const waiting = Array.from({ length: 5 }, () => ann.ok('GET', `/v1/drive/delta/wait?cursor=${cursor}&timeoutMs=60000`));
    // One that was answered shows that those before it have arrived.
    await ann.ok('GET', `/v1/drive/delta/wait?cursor=${cursor}&timeoutMs=50`);
    await cloud.cloud.close();
    expect(await Promise.all(waiting)).toEqual(waiting.map(() => ({ changed: false })));
  });
});
