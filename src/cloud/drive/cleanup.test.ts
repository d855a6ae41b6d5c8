import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { KiB } from '../../base/index.ts';
import type { CloudFile, CloudNode, DuplicateGroup, Freed, LargeFile, Quota, TrashItem, VersionedFile } from '../../contract/index.ts';
import { contentOf, mkdir, remove, startCloud, type TestCloud, type TestDevice } from '../testing/harness.ts';

interface Page<Row> {
  readonly rows: readonly Row[];
  readonly next: string | null;
}

/** All rows, so many a page. */
async function all<Row>(device: TestDevice, path: string, limit = 2): Promise<Row[]> {
  const rows: Row[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const query: string = `?limit=${limit}${cursor === '' ? '' : `&cursor=${cursor}`}`;
    const page: Page<Row> = await device.ok<Page<Row>>('GET', path + query);
    expect(page.rows.length).toBeLessThanOrEqual(limit);
    rows.push(...page.rows);
    cursor = page.next;
  }
  return rows;
}

const quota = (device: TestDevice): Promise<Quota> => device.ok('GET', '/v1/drive/quota');
const trash = async (device: TestDevice): Promise<TrashItem[]> => (await device.ok<{ items: TrashItem[] }>('GET', '/v1/drive/trash')).items;
const bytes = (kib: number) => contentOf(randomBytes(kib * KiB));

async function edit(device: TestDevice, file: CloudFile, kib: number): Promise<CloudFile> {
  return device.upload(file.name, bytes(kib), { id: file.id, base: file.revision, parentId: file.parentId });
}

async function start(): Promise<{ cloud: TestCloud; ann: TestDevice } & AsyncDisposable> {
  const cloud = await startCloud();
  return { cloud, ann: await cloud.signUp(), [Symbol.asyncDispose]: () => cloud[Symbol.asyncDispose]() };
}

describe('the largest files', () => {
  it('are told page by page with their paths and versions; of equal size each once, and none of another account', async () => {
    await using at = await start();
    const { ann, cloud } = at;
    const folder = await ann.apply(mkdir('folder'));
    const large = await edit(ann, await ann.upload('large', bytes(5), { parentId: folder.id }), 30);
    for (const name of ['a', 'b', 'c']) await ann.upload(name, bytes(10));
    await ann.upload('empty', contentOf());
    await (await cloud.signUp('bob@example.com')).upload('theirs', bytes(99));
    const rows = await all<LargeFile>(ann, '/v1/drive/largest');
    expect(rows.map(({ path, sizeBytes, versionsBytes }) => [path, sizeBytes, versionsBytes]).sort()).toEqual(
      [
        ['folder/large', 30 * KiB, 5 * KiB],
        ['a', 10 * KiB, 0],
        ['b', 10 * KiB, 0],
        ['c', 10 * KiB, 0],
      ].sort(),
    );
    expect(rows[0]).toMatchObject({ id: large.id, revision: large.revision });
    expect(rows.map(({ sizeBytes }) => sizeBytes)).toEqual([30, 10, 10, 10].map((kib) => kib * KiB));
  });

  it('are not told from a place that is none', async () => {
    await using at = await start();
    for (const path of ['largest', 'versions', 'duplicates']) {
      const answer = await at.ann.call('GET', `/v1/drive/${path}?cursor=elsewhere`);
      expect(answer.problem).toMatchObject({ status: 400, code: 'invalid_request', params: { field: 'cursor' } });
    }
  });
});

describe('earlier versions', () => {
  it('are told by file, what takes most first, also of what lies in the trash', async () => {
    await using at = await start();
    const { ann } = at;
    const folder = await ann.apply(mkdir('folder'));
    const a = await edit(ann, await edit(ann, await ann.upload('a', bytes(10)), 20), 1);
    const b = await edit(ann, await ann.upload('b', bytes(50), { parentId: folder.id }), 1);
    await ann.upload('never edited', bytes(90));
    await ann.commit(remove(folder));
    const rows = await all<VersionedFile>(ann, '/v1/drive/versions', 1);
    expect(rows).toMatchObject([
      { id: b.id, path: 'folder/b', trashed: true, versions: 1, versionsBytes: 50 * KiB },
      { id: a.id, path: 'a', trashed: false, versions: 2, versionsBytes: 30 * KiB },
    ]);
  });

  it('are deleted by a person, one or all, which frees what was said; the present content stays', async () => {
    await using at = await start();
    const { ann } = at;
    const file = await edit(ann, await edit(ann, await ann.upload('a', bytes(10)), 20), 5);
    const path = `/v1/drive/files/${file.id}/versions`;
    const { versions } = await ann.ok<{ versions: { versionId: string; size: number; current: boolean }[] }>('GET', path);
    const ten = versions.find(({ size }) => size === 10 * KiB);
    expect(await ann.ok<Freed>('DELETE', `${path}/${ten?.versionId ?? ''}`)).toEqual({ items: 1, freedBytes: 10 * KiB });
    expect((await ann.call('DELETE', `${path}/${ten?.versionId ?? ''}`)).problem.code).toBe('not_found');
    expect(await quota(ann)).toMatchObject({ usedBytes: 25 * KiB, versionsBytes: 20 * KiB });
    expect((await ann.call('DELETE', `${path}/${file.versionId}`)).problem).toMatchObject({
      code: 'invalid_request',
      params: { field: 'version' },
    });
    expect(await ann.ok<Freed>('DELETE', path)).toEqual({ items: 1, freedBytes: 20 * KiB });
    expect(await ann.ok<Freed>('DELETE', path)).toEqual({ items: 0, freedBytes: 0 });
    expect(await quota(ann)).toMatchObject({ usedBytes: 5 * KiB, versionsBytes: 0 });
    expect((await ann.call('GET', `/v1/drive/files/${file.id}/content`)).bytes.length).toBe(5 * KiB);
    expect((await ann.call('DELETE', `/v1/drive/files/${'0'.repeat(31)}1/versions`)).problem.code).toBe('not_found');
  });

  it('of a file in the trash are deleted as well, and the file can still come back', async () => {
    await using at = await start();
    const { ann } = at;
    const file = await edit(ann, await ann.upload('a', bytes(10)), 5);
    await ann.commit(remove(file));
    expect(await ann.ok<Freed>('DELETE', `/v1/drive/files/${file.id}/versions`)).toEqual({ items: 1, freedBytes: 10 * KiB });
    await ann.ok('POST', `/v1/drive/trash/${file.id}/restore`);
    expect((await ann.call('GET', `/v1/drive/files/${file.id}/content`)).bytes.length).toBe(5 * KiB);
    expect(await quota(ann)).toMatchObject({ usedBytes: 5 * KiB });
  });

  it('are dropped by nobody else and never of themselves, also when the account is full', async () => {
    await using cloud = await startCloud({ plans: [{ id: 'free', storageBytes: 30 * KiB, devices: null, pricePerYearUsd: 0 }] });
    const ann = await cloud.signUp();
    const file = await edit(ann, await ann.upload('a', bytes(20)), 10);
    await cloud.cloud.maintain();
    expect(await quota(ann)).toMatchObject({ state: 'exceeded', versionsBytes: 20 * KiB });
    const bob = await cloud.signUp('bob@example.com');
    expect((await bob.call('DELETE', `/v1/drive/files/${file.id}/versions`)).problem.code).toBe('not_found');
    expect(await quota(ann)).toMatchObject({ versionsBytes: 20 * KiB });
  });
});

describe('the trash', () => {
  it('says before what it frees, versions included, and leaves what was deleted after that was read', async () => {
    await using at = await start();
    const { ann, cloud } = at;
    const file = await edit(ann, await ann.upload('a', bytes(10)), 5);
    await ann.commit(remove(file));
    const [item] = await trash(ann);
    expect(item).toMatchObject({ sizeBytes: 5 * KiB, versionsBytes: 10 * KiB });
    cloud.clock.now += 1000;
    const later = await ann.upload('later', bytes(7));
    await ann.commit(remove(later));
    const before = (await quota(ann)).usedBytes;
    expect(await ann.ok<Freed>('DELETE', `/v1/drive/trash?until=${item?.deletedAt ?? 0}`)).toEqual({ items: 1, freedBytes: 15 * KiB });
    expect((await quota(ann)).usedBytes).toBe(before - 15 * KiB);
    expect((await trash(ann)).map(({ path }) => path)).toEqual(['later']);
    expect(await ann.ok<Freed>('DELETE', `/v1/drive/trash/${later.id}`)).toEqual({ items: 1, freedBytes: 7 * KiB });
    expect(await ann.ok<Freed>('DELETE', '/v1/drive/trash')).toEqual({ items: 0, freedBytes: 0 });
  });

  it('that is emptied wakes the other devices: one of them may wait for the room', async () => {
    await using at = await start();
    const { ann, cloud } = at;
    const [desk, file] = [await cloud.signIn(), await ann.upload('a', bytes(1))];
    await ann.commit(remove(file));
    const waiting = desk.ok<{ changed: boolean }>('GET', `/v1/drive/delta/wait?timeoutMs=20000&cursor=${await desk.cursor()}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await ann.ok('DELETE', '/v1/drive/trash');
    expect(await waiting).toEqual({ changed: true });
  });
});

describe('duplicates', () => {
  it('are told in groups, what gains most first, the oldest file first; deleting one is a deletion as any other', async () => {
    await using at = await start();
    const { ann, cloud } = at;
    const [small, large] = [bytes(3), bytes(8)];
    const made: CloudNode[] = [];
    for (const [name, content] of [
      ['s1', small],
      ['s2', small],
      ['s3', small],
      ['s4', small],
      ['l1', large],
      ['l2', large],
      ['alone', bytes(20)],
    ] as const) {
      cloud.clock.now += 1000;
      made.push(await ann.upload(name, content));
    }
    await ann.upload('e1', contentOf());
    await ann.upload('e2', contentOf());
    const groups = await all<DuplicateGroup>(ann, '/v1/drive/duplicates', 1);
    expect(
      groups.map(({ sizeBytes, count, gainBytes, files }) => [sizeBytes / KiB, count, gainBytes / KiB, files.map(({ path }) => path)]),
    ).toEqual([
      [3, 4, 9, ['s1', 's2', 's3', 's4']],
      [8, 2, 8, ['l1', 'l2']],
    ]);
    const used = (await quota(ann)).usedBytes;
    const [, , , , , second] = made;
    if (second === undefined) throw new Error('not made');
    expect(await ann.commit(remove(second))).toMatchObject([{ status: 'ok' }]);
    // Nothing is free before the trash is emptied.
    expect((await quota(ann)).usedBytes).toBe(used);
    expect((await all<DuplicateGroup>(ann, '/v1/drive/duplicates')).map(({ files }) => files.length)).toEqual([4]);
    await ann.ok('DELETE', '/v1/drive/trash');
    expect((await quota(ann)).usedBytes).toBe(used - 8 * KiB);
    expect((await ann.call('GET', `/v1/drive/files/${made[4]?.id ?? ''}/content`)).bytes.length).toBe(8 * KiB);
  });

  it('that are many in one group are counted all, and told of in part', async () => {
    await using at = await start();
    const content = bytes(1);
    for (let index = 0; index < 103; index += 1) await at.ann.upload(`copy ${index}`, content);
    const [group] = await all<DuplicateGroup>(at.ann, '/v1/drive/duplicates');
    expect(group).toMatchObject({ count: 103, gainBytes: 102 * KiB });
    expect(group?.files).toHaveLength(100);
  });
});
