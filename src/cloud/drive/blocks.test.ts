import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BLOCKS_MEDIA_TYPE, MAX_BLOCKS_BODY_BYTES } from '../../contract/index.ts';
import { dayMs, hourMs, KiB, MiB } from '../../base/index.ts';
import {
  type Content,
  contentOf,
  framesOf,
  put,
  remove,
  sha256Hex,
  startCloud,
  type TestCloud,
  type TestDevice,
} from '../testing/harness.ts';
import { FrameReader } from './frames.ts';

const missing = async (device: TestDevice, ...hashes: string[]): Promise<string[]> =>
  (await device.ok<{ missing: string[] }>('POST', '/v1/blocks/missing', { json: { hashes } })).missing;
const fetchBlocks = (device: TestDevice, hashes: readonly string[]) => device.call('POST', '/v1/blocks/fetch', { json: { hashes } });
const hashesOf = (content: Content): string[] => content.refs.map((ref) => ref.hash);
const filesBelow = (dir: string): string[] =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

async function renew(device: TestDevice): Promise<void> {
  device.session = (await device.refresh()).body as TestDevice['session'];
}

/** Two rounds: one marks, the next one, later, removes. */
async function collectAll(cloud: TestCloud): Promise<void> {
  await cloud.cloud.maintain();
  cloud.clock.now += 2 * hourMs;
  await cloud.cloud.maintain();
}

describe('blocks', () => {
  it('of all sizes come back as they were sent, in the order asked', async () => {
    await using cloud = await startCloud();
    const ann = await cloud.signUp();
    const content = contentOf(...[1, 100, 64 * KiB - 29, 64 * KiB, 300 * KiB, 4 * MiB].map((size) => randomBytes(size)));
    const hashes = hashesOf(content).reverse();
    expect(await missing(ann, ...hashes)).toEqual(hashes);
    expect((await ann.store(content)).body).toEqual({ stored: 6, rejected: [] });
    expect(await missing(ann, ...hashes)).toEqual([]);
    const answer = await fetchBlocks(ann, hashes);
    expect(answer.headers.get('content-type')).toBe(BLOCKS_MEDIA_TYPE);
    const frames = [...new FrameReader().push(answer.bytes)];
    expect(frames.map((frame) => frame.hash)).toEqual(hashes);
    expect(frames.every((frame) => sha256Hex(frame.bytes) === frame.hash)).toBe(true);
  });

  it('whose content is not what they say are listed, the others kept', async () => {
    await using cloud = await startCloud();
    const ann = await cloud.signUp();
    const body = framesOf([Buffer.from('good'), Buffer.from('bad')]);
    body[body.length - 1] = 0x21;
    const bad = sha256Hex(Buffer.from('bad'));
    const answer = await ann.call('POST', '/v1/blocks', { bytes: body, type: BLOCKS_MEDIA_TYPE });
    expect(answer.body).toEqual({ stored: 1, rejected: [bad] });
    expect(await missing(ann, bad, sha256Hex(Buffer.from('good')))).toEqual([bad]);
  });

  it('sent twice are stored once', async () => {
    await using cloud = await startCloud();
    const ann = await cloud.signUp();
    const content = contentOf(randomBytes(MiB));
    await Promise.all([ann.store(content), ann.store(content), ann.store(content)]);
    await ann.store(content);
    await collectAll(cloud);
    expect(filesBelow(join(cloud.dataDir, 'blocks'))).toHaveLength(1);
    await renew(ann);
    expect((await fetchBlocks(ann, hashesOf(content))).status).toBe(200);
  });

  it('belong to the account that sent them', async () => {
    await using cloud = await startCloud();
    const ann = await cloud.signUp();
    const bob = await cloud.signUp('bob@example.com');
    const content = contentOf('known to both');
    await ann.store(content);
    expect(await missing(bob, ...hashesOf(content))).toEqual(hashesOf(content));
    expect((await fetchBlocks(bob, hashesOf(content))).problem).toMatchObject({ status: 409, code: 'blocks_missing' });
  });

  it('in a malformed body are refused, with the place', async () => {
    await using cloud = await startCloud();
    const ann = await cloud.signUp();
    const send = (bytes: Buffer) => ann.call('POST', '/v1/blocks', { bytes, type: BLOCKS_MEDIA_TYPE });
    const good = framesOf([Buffer.from('good')]);
    expect((await send(Buffer.concat([good, good.subarray(0, 20)]))).problem).toMatchObject({
      status: 400,
      code: 'invalid_request',
      params: { field: 'frames[1]', detail: 'cut_short' },
    });
    expect((await send(Buffer.alloc(36))).problem.params).toMatchObject({ detail: 'empty_block' });
    expect((await send(Buffer.alloc(0))).body).toEqual({ stored: 0, rejected: [] });
  });

  it('beyond what one request may hold are refused', async () => {
    await using cloud = await startCloud();
    const ann = await cloud.signUp();
    const bytes = framesOf(Array.from({ length: 17 }, () => Buffer.alloc(MiB)));
    const answer = await ann.call('POST', '/v1/blocks', { bytes, type: BLOCKS_MEDIA_TYPE }).catch((error: unknown) => error as Error);
    // The connection may be cut while the rest is still being sent.
    if (!(answer instanceof Error)) expect(answer.problem).toMatchObject({ status: 413, code: 'body_too_large' });
    expect((await ann.call('GET', '/v1/me')).status).toBe(200);
  });

  it('are answered up to the limit, the client asks again for the rest', async () => {
    await using cloud = await startCloud();
    const ann = await cloud.signUp();
    const content = contentOf(...Array.from({ length: 6 }, () => randomBytes(3 * MiB)));
    for (const block of content.blocks) await ann.store(contentOf(block));
    const answer = await fetchBlocks(ann, hashesOf(content));
    expect(answer.bytes.length).toBeLessThanOrEqual(MAX_BLOCKS_BODY_BYTES);
    expect([...new FrameReader().push(answer.bytes)].map((frame) => frame.hash)).toEqual(hashesOf(content).slice(0, 5));
  });

  it('are answered up to one that is missing', async () => {
    await using cloud = await startCloud();
    const ann = await cloud.signUp();
    const [a, b] = [contentOf('a'), contentOf('b')];
    await ann.store(a);
    const answer = await fetchBlocks(ann, [...hashesOf(a), ...hashesOf(b)]);
    expect([...new FrameReader().push(answer.bytes)].map((frame) => frame.hash)).toEqual(hashesOf(a));
    expect((await fetchBlocks(ann, [...hashesOf(b), ...hashesOf(a)])).problem.code).toBe('blocks_missing');
  });

  it('that no commit uses are capped', async () => {
    await using cloud = await startCloud({
      plans: [{ id: 'free', storageBytes: 1000, devices: null, pricePerYearUsd: 0 }],
      uncommittedSlackBytes: 500,
    });
    const ann = await cloud.signUp();
    const first = contentOf(randomBytes(900));
    expect((await ann.store(first)).status).toBe(200);
    expect((await ann.store(contentOf(randomBytes(700)))).problem).toMatchObject({ status: 507, code: 'uncommitted_limit' });
    expect((await ann.store(first)).status).toBe(200);
    await ann.apply(put('a', first));
    expect((await ann.store(contentOf(randomBytes(550)))).status).toBe(200);
  });
});

describe('collection', () => {
  it('takes what nothing uses when its lease is over, files and rows', async () => {
    await using cloud = await startCloud();
    const ann = await cloud.signUp();
    const content = contentOf(randomBytes(MiB), randomBytes(100));
    await ann.store(content);
    cloud.clock.now += 23 * hourMs;
    await cloud.cloud.maintain();
    await renew(ann);
    expect(filesBelow(join(cloud.dataDir, 'blocks'))).toHaveLength(1);
    // That answer leased them for another day.
    expect(await missing(ann, ...hashesOf(content))).toEqual([]);
    cloud.clock.now += 23 * hourMs;
    await cloud.cloud.maintain();
    await renew(ann);
    expect((await ann.commit(put('a', content)))[0]?.status).toBe('ok');
    const file = (await ann.changes()).entries[0];
    if (file?.kind !== 'file') throw new Error('no file');
    await ann.commit(remove(file));
    await ann.ok('DELETE', `/v1/drive/trash/${file.id}`);
    cloud.clock.now += 2 * dayMs;
    await collectAll(cloud);
    expect(filesBelow(join(cloud.dataDir, 'blocks'))).toEqual([]);
    await renew(ann);
    expect(await missing(ann, ...hashesOf(content))).toEqual(hashesOf(content));
  });

  it('leaves a block that is sent again while it is marked', async () => {
    await using cloud = await startCloud();
    const ann = await cloud.signUp();
    const content = contentOf(randomBytes(MiB));
    await ann.store(content);
    cloud.clock.now += 2 * dayMs;
    await cloud.cloud.maintain();
    await renew(ann);
    expect(await missing(ann, ...hashesOf(content))).toEqual(hashesOf(content));
    expect(await ann.commit(put('a', content))).toMatchObject([{ code: 'blocks_missing' }]);
    await ann.store(content);
    cloud.clock.now += 2 * hourMs;
    await cloud.cloud.maintain();
    await renew(ann);
    expect((await ann.commit(put('a', content)))[0]?.status).toBe('ok');
    expect((await fetchBlocks(ann, hashesOf(content))).status).toBe(200);
    expect(filesBelow(join(cloud.dataDir, 'blocks'))).toHaveLength(1);
  });
});

describe('at rest', () => {
  it('no block can be read or even recognised, small or large', async () => {
    await using cloud = await startCloud();
    const ann = await cloud.signUp();
    const marks = ['a small secret that nobody may read', 'a large secret that nobody may read'];
    const content = contentOf(`${marks[0]}`, Buffer.concat([Buffer.from(marks[1] ?? ''), randomBytes(MiB)]));
    await ann.upload('a', content);
    await cloud.cloud.close();
    const files = filesBelow(cloud.dataDir);
    expect(files.length).toBeGreaterThan(3);
    for (const file of files) {
      const bytes = readFileSync(file);
      for (const mark of marks) expect(bytes.includes(mark), file).toBe(false);
      for (const hash of hashesOf(content)) expect(file.includes(hash)).toBe(false);
    }
  });

  it('a block that was tampered with, or lost, is never handed out, and taken again from a device that has it', async () => {
    await using cloud = await startCloud();
    const ann = await cloud.signUp();
    const content = contentOf(randomBytes(MiB), randomBytes(MiB));
    await ann.upload('a', content);
    const [first = '', second = ''] = filesBelow(join(cloud.dataDir, 'blocks'));
    const bytes = readFileSync(first);
    bytes[500] = (bytes[500] ?? 0) ^ 1;
    writeFileSync(first, bytes);
    rmSync(second);
    for (const hash of hashesOf(content)) {
      const answer = await fetchBlocks(ann, [hash]).catch((error: unknown) => error as Error);
      expect(answer instanceof Error || answer.status === 500).toBe(true);
      expect(await missing(ann, hash)).toEqual([hash]);
      expect((await fetchBlocks(ann, [hash])).problem.code).toBe('blocks_missing');
    }
    await collectAll(cloud);
    await renew(ann);
    await ann.store(content);
    const answer = await fetchBlocks(ann, hashesOf(content));
    const frames = [...new FrameReader().push(answer.bytes)];
    expect(frames.map((frame) => sha256Hex(frame.bytes))).toEqual(hashesOf(content));
  });
});
