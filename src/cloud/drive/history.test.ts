import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type CloudFile, type CloudNode, type FileVersion, type Quota, ROOT_ID, type TrashItem } from '../../contract/index.ts';
import { dayMs, KiB, numberedName } from '../../base/index.ts';
import { contentOf, id, mkdir, move, put, remove, startCloud, type TestDevice } from '../testing/harness.ts';

const versions = async (device: TestDevice, file: CloudFile): Promise<FileVersion[]> =>
  (await device.ok<{ versions: FileVersion[] }>('GET', `/v1/drive/files/${file.id}/versions`)).versions;
const trash = async (device: TestDevice): Promise<TrashItem[]> => (await device.ok<{ items: TrashItem[] }>('GET', '/v1/drive/trash')).items;
const quota = (device: TestDevice): Promise<Quota> => device.ok('GET', '/v1/drive/quota');
const restore = async (device: TestDevice, node: { id: string }): Promise<CloudNode> =>
  (await device.ok<{ node: CloudNode }>('POST', `/v1/drive/trash/${node.id}/restore`)).node;

async function renew(device: TestDevice): Promise<void> {
  device.session = (await device.refresh()).body as TestDevice['session'];
}

async function edited(device: TestDevice, ...texts: string[]): Promise<CloudFile> {
  let file: CloudFile | undefined;
  for (const text of texts)
    file = await device.upload('doc', contentOf(text), file === undefined ? {} : { id: file.id, base: file.revision });
  if (file === undefined) throw new Error('no text');
  return file;
}

describe('versions', () => {
  it('are all kept, the newest first, with the day they expire', async () => {
    await using cloud = await startCloud();
    const ann = await cloud.signUp();
    const file = await edited(ann, 'one', 'three', 'seventeen');
    const list = await versions(ann, file);
    expect(list.map(({ size, current }) => [size, current])).toEqual([
      [9, true],
      [5, false],
      [3, false],
    ]);
    expect(list.map(({ expiresAt }) => expiresAt)).toEqual([null, cloud.clock.now + 30 * dayMs, cloud.clock.now + 30 * dayMs]);
    const old = await ann.call('GET', `/v1/drive/files/${file.id}/versions/${list[2]?.versionId}/content`);
    expect(old.text).toBe('one');
    expect((await ann.call('GET', `/v1/drive/files/${id()}/versions`)).problem.code).toBe('not_found');
    expect((await ann.call('GET', `/v1/drive/files/${file.id}/versions/${id()}/content`)).problem.code).toBe('not_found');
  });

  it('come back as a new version, when nobody changed the file meanwhile', async () => {
    await using cloud = await startCloud();
    const ann = await cloud.signUp();
    const file = await edited(ann, 'one', 'two');
    const first = (await versions(ann, file))[1]?.versionId;
    const stale = await ann.call('POST', `/v1/drive/files/${file.id}/restore`, { json: { versionId: first, base: id() } });
    expect(stale.problem).toMatchObject({ status: 409, code: 'revision_mismatch', params: { revision: file.revision } });
    const { node } = await ann.ok<{ node: CloudFile }>('POST', `/v1/drive/files/${file.id}/restore`, {
      json: { versionId: first, base: file.revision },
    });
    expect(node).toMatchObject({ id: file.id, name: 'doc', hash: contentOf('one').hash });
    expect((await versions(ann, file)).map((version) => version.hash)).toEqual(['one', 'two', 'one'].map((text) => contentOf(text).hash));
    expect((await ann.call('GET', `/v1/drive/files/${file.id}/content`)).text).toBe('one');
  });

  it('go after 30 days, and their blocks with them', async () => {
    await using cloud = await startCloud();
    const ann = await cloud.signUp();
    const file = await edited(ann, 'one', 'two!');
    cloud.clock.now += 29 * dayMs;
    await cloud.cloud.maintain();
    await renew(ann);
    expect(await versions(ann, file)).toHaveLength(2);
    cloud.clock.now += 2 * dayMs;
    await cloud.cloud.maintain();
    await renew(ann);
    expect(await versions(ann, file)).toHaveLength(1);
    expect(await quota(ann)).toMatchObject({ filesBytes: 4, versionsBytes: 0 });
    cloud.clock.now += dayMs;
    await cloud.cloud.maintain();
    await renew(ann);
    const { missing } = await ann.ok<{ missing: string[] }>('POST', '/v1/blocks/missing', {
      json: { hashes: [contentOf('one').hash, contentOf('two!').hash] },
    });
    expect(missing).toEqual([contentOf('one').hash]);
  });
});

describe('the trash', () => {
  it('lists what was deleted together as one item, and where it was', async () => {
    await using cloud = await startCloud();
    const ann = await cloud.signUp();
    const folder = await ann.apply(mkdir('work'));
    const inner = await ann.apply(mkdir('2026', folder.id));
    await ann.upload('a', contentOf('aaaa'), { parentId: inner.id });
    await ann.upload('b', contentOf('bb'), { parentId: inner.id });
    await ann.commit(remove(inner));
    const [item, ...others] = await trash(ann);
    expect(others).toEqual([]);
    expect(item).toMatchObject({ node: inner, path: 'work/2026', files: 2, sizeBytes: 6, deletedBy: ann.session.deviceId });
    expect(item?.expiresAt).toBe(cloud.clock.now + 30 * dayMs);
    expect(await quota(ann)).toMatchObject({ filesBytes: 0, trashBytes: 6, usedBytes: 6 });
  });

  it('gives back a folder with all that was deleted with it, to every device', async () => {
    await using cloud = await startCloud();
    const ann = await cloud.signUp();
    const folder = await ann.apply(mkdir('work'));
    const file = await ann.upload('a', contentOf('aaaa'), { parentId: folder.id });
    await ann.upload('a', contentOf('bb'), { id: file.id, base: file.revision, parentId: folder.id });
    const early = await ann.upload('early', contentOf('e'), { parentId: folder.id });
    await ann.commit(remove(early));
    await ann.commit(remove(folder));
    const cursor = await ann.cursor();
    expect(await restore(ann, folder)).toMatchObject({ id: folder.id, parentId: ROOT_ID, name: 'work' });
    expect(await ann.tree()).toEqual(['work', 'work/a']);
    expect((await ann.changes(cursor)).entries.map((entry) => entry.id)).toEqual([folder.id, file.id]);
    expect(await versions(ann, file)).toHaveLength(2);
    expect((await trash(ann)).map((item) => item.path)).toEqual(['work/early']);
    expect(await quota(ann)).toMatchObject({ filesBytes: 2, versionsBytes: 4, trashBytes: 1 });
    expect((await ann.call('POST', `/v1/drive/trash/${folder.id}/restore`)).problem.code).toBe('not_found');
  });

  it('gives back to the root what has lost its folder, under a number when the name is taken', async () => {
    await using cloud = await startCloud();
    const ann = await cloud.signUp();
    const folder = await ann.apply(mkdir('work'));
    const file = await ann.upload('a.txt', contentOf('x'), { parentId: folder.id });
    await ann.commit(remove(file));
    await ann.commit(remove(folder));
    await ann.upload('A.txt', contentOf('y'));
    expect(await restore(ann, file)).toMatchObject({ parentId: ROOT_ID, name: 'a (2).txt' });
  });

  it('is emptied for good, item by item or as a whole, and frees the room', async () => {
    await using cloud = await startCloud();
    const ann = await cloud.signUp();
    const one = await edited(ann, 'v1', 'v22');
    const two = await ann.upload('two', contentOf('22'));
    const three = await ann.upload('three', contentOf('333'));
    await ann.commit(remove(one), remove(two), remove(three));
    expect(await quota(ann)).toMatchObject({ filesBytes: 0, versionsBytes: 2, trashBytes: 8 });
    await ann.ok('DELETE', `/v1/drive/trash/${one.id}`);
    expect(await quota(ann)).toMatchObject({ versionsBytes: 0, trashBytes: 5 });
    expect((await ann.call('DELETE', `/v1/drive/trash/${one.id}`)).problem.code).toBe('not_found');
    await ann.ok('DELETE', '/v1/drive/trash');
    expect(await trash(ann)).toEqual([]);
    expect((await quota(ann)).usedBytes).toBe(0);
  });

  it('keeps 30 days', async () => {
    await using cloud = await startCloud();
    const ann = await cloud.signUp();
    const folder = await ann.apply(mkdir('work'));
    const file = await ann.upload('a', contentOf('1'), { parentId: folder.id });
    await ann.upload('a', contentOf('2'), { id: file.id, base: file.revision, parentId: folder.id });
    await ann.commit(remove(folder));
    cloud.clock.now += 30 * dayMs;
    await cloud.cloud.maintain();
    await renew(ann);
    expect(await trash(ann)).toHaveLength(1);
    cloud.clock.now += 1;
    await cloud.cloud.maintain();
    expect(await trash(ann)).toEqual([]);
    expect((await quota(ann)).usedBytes).toBe(0);
  });

  it('numbers names so that the cloud can hold them', () => {
    expect(numberedName('report.docx', 2)).toBe('report (2).docx');
    expect(numberedName('.profile', 3)).toBe('.profile (3)');
    for (const name of ['文'.repeat(85), `${'a'.repeat(251)}.txt`, `a.${'b'.repeat(253)}`, '\u{1f30a}'.repeat(63)]) {
      const numbered = numberedName(name, 12);
      expect(Buffer.byteLength(numbered)).toBeLessThanOrEqual(255);
      expect(numbered.isWellFormed()).toBe(true);
      expect(numbered).toContain(' (12)');
    }
  });
});

describe('the quota', () => {
  const plan = { id: 'free', devices: null, pricePerYearUsd: 0 } as const;

  it('of the Free plan is 1 GB', async () => {
    await using cloud = await startCloud();
    const ann = await cloud.signUp();
    expect(await quota(ann)).toEqual({
      plan: 'free',
      totalBytes: 1024 ** 3,
      uploadBytesPerSecond: null,
      downloadBytesPerSecond: null,
      uploadAtCap: false,
      downloadAtCap: false,
      purgeAfter: cloud.clock.now + 180 * dayMs,
      usedBytes: 0,
      filesBytes: 0,
      versionsBytes: 0,
      trashBytes: 0,
      state: 'normal',
    });
  });

  it('stops what does not fit, and nothing else', async () => {
    await using cloud = await startCloud({ plans: [{ ...plan, storageBytes: 1000 }] });
    const ann = await cloud.signUp();
    const [large, small] = [contentOf(randomBytes(900)), contentOf(randomBytes(200))];
    await ann.upload('first', contentOf(randomBytes(700)));
    await ann.store(large);
    await ann.store(small);
    expect(await ann.commit(put('large', large), put('small', small), put('empty', contentOf()), mkdir('folder'))).toMatchObject([
      { status: 'error', code: 'quota_exceeded', neededBytes: 600 },
      { status: 'ok' },
      { status: 'ok' },
      { status: 'ok' },
    ]);
  });

  it('goes through its states, and deleting always works', async () => {
    await using cloud = await startCloud({ plans: [{ ...plan, storageBytes: 100 * KiB }] });
    const ann = await cloud.signUp();
    const state = async (): Promise<string> => (await quota(ann)).state;
    await ann.upload('a', contentOf(randomBytes(90 * KiB)));
    expect(await state()).toBe('normal');
    await ann.upload('b', contentOf(randomBytes(KiB)));
    expect(await state()).toBe('nearing');
    await ann.upload('c', contentOf(randomBytes(8 * KiB + 1)));
    expect(await state()).toBe('critical');
    const last = await ann.upload('d', contentOf(randomBytes(KiB - 1)));
    expect(await state()).toBe('exceeded');
    expect(await ann.commit(move(last, ROOT_ID, 'e'))).toMatchObject([{ status: 'ok' }]);
    const [moved] = (await ann.changes()).entries.filter((entry) => entry.id === last.id);
    expect(await ann.commit(remove(moved as CloudNode))).toMatchObject([{ status: 'ok' }]);
    expect(await state()).toBe('exceeded');
    await ann.ok('DELETE', '/v1/drive/trash');
    expect(await state()).toBe('critical');
  });

  it('counts a version that is brought back', async () => {
    await using cloud = await startCloud({ plans: [{ ...plan, storageBytes: 1000 }] });
    const ann = await cloud.signUp();
    const first = await ann.upload('a', contentOf(randomBytes(600)));
    const second = await ann.upload('a', contentOf('small'), { id: first.id, base: first.revision });
    const answer = await ann.call('POST', `/v1/drive/files/${first.id}/restore`, {
      json: { versionId: first.versionId, base: second.revision },
    });
    expect(answer.problem).toMatchObject({ status: 507, code: 'quota_exceeded', params: { neededBytes: 205 } });
  });
});

describe('content', () => {
  const digest = (bytes: Uint8Array): string => `sha-256=:${createHash('sha256').update(bytes).digest('base64')}:`;

  it('comes whole or in ranges, across blocks, with its digests', async () => {
    await using cloud = await startCloud();
    const ann = await cloud.signUp();
    const content = contentOf(...Array.from({ length: 5 }, () => randomBytes(100 * KiB)));
    const all = Buffer.concat(content.blocks);
    const file = await ann.upload('doc.docx', content);
    const get = (headers: Record<string, string> = {}) => ann.call('GET', `/v1/drive/files/${file.id}/content`, { headers });
    const whole = await get();
    expect(whole.status).toBe(200);
    expect(whole.bytes.equals(all)).toBe(true);
    expect(whole.headers.get('repr-digest')).toBe(digest(all));
    expect(whole.headers.get('etag')).toBe(`"${file.versionId}"`);
    expect(whole.headers.get('accept-ranges')).toBe('bytes');
    for (const [range, start, end] of [
      ['bytes=0-0', 0, 1],
      ['bytes=102399-102400', 102_399, 102_401],
      ['bytes=1000-400000', 1000, 400_001],
      ['bytes=500000-', 500_000, all.length],
      ['bytes=-7', all.length - 7, all.length],
      ['bytes=5-99999999', 5, all.length],
    ] as const) {
      const part = await get({ range });
      expect(part.status, range).toBe(206);
      expect(part.bytes.equals(all.subarray(start, end)), range).toBe(true);
      expect(part.headers.get('content-range')).toBe(`bytes ${start}-${end - 1}/${all.length}`);
      expect(part.headers.get('content-digest')).toBe(digest(all.subarray(start, end)));
      expect(part.headers.get('repr-digest')).toBe(digest(all));
    }
  });

  it('of one that is known already is not sent again', async () => {
    await using cloud = await startCloud();
    const ann = await cloud.signUp();
    const file = await ann.upload('a', contentOf('hello'));
    const get = (headers: Record<string, string>) => ann.call('GET', `/v1/drive/files/${file.id}/content`, { headers });
    const etag = `"${file.versionId}"`;
    expect(await get({ 'if-none-match': etag })).toMatchObject({ status: 304, text: '' });
    expect(await get({ range: 'bytes=1-2', 'if-range': etag })).toMatchObject({ status: 206, text: 'el' });
    expect(await get({ range: 'bytes=1-2', 'if-range': '"other"' })).toMatchObject({ status: 200, text: 'hello' });
    expect(await get({ range: 'bytes=0-1,3-4' })).toMatchObject({ status: 200, text: 'hello' });
    const beyond = await get({ range: 'bytes=5-' });
    expect(beyond.problem).toMatchObject({ status: 416, code: 'range_not_satisfiable' });
    expect(beyond.headers.get('content-range')).toBe('bytes */5');
  });

  it('of empty files is empty, and of folders there is none', async () => {
    await using cloud = await startCloud();
    const ann = await cloud.signUp();
    const file = await ann.upload('a', contentOf());
    const answer = await ann.call('GET', `/v1/drive/files/${file.id}/content`);
    expect(answer).toMatchObject({ status: 200, text: '' });
    expect(answer.headers.get('repr-digest')).toBe(digest(Buffer.alloc(0)));
    const folder = await ann.apply(mkdir('d'));
    expect((await ann.call('GET', `/v1/drive/files/${folder.id}/content`)).problem.code).toBe('not_found');
  });
});
