import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KiB, MiB } from '../../base/index.ts';
import type { Account, Discovery, Quota, Session } from '../../contract/index.ts';
import { type CloudOptions, operateAccount, readPlans } from '../index.ts';
import { call, contentOf, framesOf, put, remove, startCloud, type TestDevice } from '../testing/harness.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tidemark-plans-'));
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

const quota = (device: TestDevice): Promise<Quota> => device.ok('GET', '/v1/drive/quota');
const offered = async (url: string): Promise<Discovery['plans']> =>
  ((await call(url, 'GET', '/.well-known/tidemark')).body as Discovery).plans;
const free = { id: 'free', storageBytes: 100 * KiB, devices: null, pricePerYearUsd: 0 } as const;

describe('the catalogue of plans', () => {
  it('is that of the program until the operator gives another one', async () => {
    await using cloud = await startCloud();
    expect((await offered(cloud.url)).map(({ id, devices, pricePerYearUsd }) => [id, devices, pricePerYearUsd])).toEqual([
      ['free', null, 0],
      ['premium', 1, 29.99],
      ['family', 6, 39.99],
      ['pro', 9, null],
    ]);
  });

  it('that the operator gave stays in force without being given again, and takes the place of the one before', async () => {
    await using cloud = await startCloud();
    const team = { id: 'team', storageBytes: 5 * MiB, devices: 20, pricePerYearUsd: 99, uploadBytesPerSecond: MiB };
    const second = await cloud.restart({ plans: [free, team] });
    await using third = await second.restart({ plans: undefined as unknown as [] });
    expect(await offered(third.url)).toEqual([
      { ...free, devicesCounted: 'all', uploadBytesPerSecond: null, downloadBytesPerSecond: null },
      { ...team, devicesCounted: 'all', downloadBytesPerSecond: null },
    ]);
  });

  it('leaves an account whose plan shrank, or is gone, its files; deleting works, and a smaller file does not fit', async () => {
    await using cloud = await startCloud({ plan: 'premium' });
    const ann = await cloud.signUp();
    const file = await ann.upload('a', contentOf(randomBytes(300 * KiB)));
    await using shrunk = await cloud.restart({ plans: [free, { ...free, id: 'premium' }] });
    const again = await shrunk.signIn();
    expect(await quota(again)).toMatchObject({ plan: 'premium', totalBytes: 100 * KiB, usedBytes: 300 * KiB, state: 'exceeded' });
    expect((await again.call('GET', `/v1/drive/files/${file.id}/content`)).bytes.length).toBe(300 * KiB);
    const small = contentOf('small');
    expect(await again.commit(put('b', small))).toMatchObject([{ status: 'error', code: 'quota_exceeded' }]);
    await using gone = await shrunk.restart({ plan: 'free', plans: [{ ...free, storageBytes: MiB }] });
    const last = await gone.signIn();
    expect(await quota(last)).toMatchObject({ plan: 'premium', totalBytes: 100 * KiB, usedBytes: 300 * KiB });
    expect((await offered(gone.url)).map(({ id }) => id)).toEqual(['free']);
    expect(await last.commit(remove(file))).toMatchObject([{ status: 'ok' }]);
  });

  it('has to offer the plan of new accounts', async () => {
    await using cloud = await startCloud();
    await expect(cloud.restart({ plan: 'gold' })).rejects.toMatchObject({
      code: 'plan_unknown',
      params: { plan: 'gold', plans: 'free, premium, family, pro' },
    });
    // What would leave it without one is not taken either.
    await expect(cloud.restart({ plans: [{ ...free, id: 'team' }] })).rejects.toMatchObject({ code: 'plan_unknown' });
    await using still = await cloud.restart();
    expect((await offered(still.url)).map(({ id }) => id)).toEqual(['free', 'premium', 'family', 'pro']);
  });
});

describe('a file of plans', () => {
  const write = (value: unknown): string => {
    const path = join(dir, 'plans.json');
    writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value));
    return path;
  };

  it('is read, with what it leaves out', async () => {
    expect(await readPlans(write({ plans: [{ id: 'free', storageBytes: 5 }] }))).toEqual([
      { id: 'free', storageBytes: 5, devices: null, pricePerYearUsd: null, uploadBytesPerSecond: null, downloadBytesPerSecond: null },
    ]);
  });

  it.each([
    ['no JSON', '{', {}],
    ['no list', { plans: 5 }, { field: 'plans' }],
    ['an empty list', { plans: [] }, { field: 'plans' }],
    ['a wrong size', { plans: [free, { id: 'pro', storageBytes: 'much' }] }, { row: 'row 2 (pro)', field: 'storageBytes' }],
    ['a wrong name', { plans: [{ ...free, id: 'My plan' }] }, { row: 'row 1 (My plan)', field: 'id' }],
    [
      'a cap that nobody could live with',
      { plans: [{ ...free, uploadBytesPerSecond: 1000 }] },
      { row: 'row 1 (free)', field: 'uploadBytesPerSecond' },
    ],
    ['a field that there is not', { plans: [{ ...free, storage: 5 }] }, { row: 'row 1 (free)' }],
    ['two rows of one name', { plans: [free, { ...free, storageBytes: 7 }] }, { row: 'row 2 (free)', field: 'id' }],
  ])('with %s is refused, and it is said where', async (_, value, place) => {
    const path = write(value);
    const error = await readPlans(path).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'plans_invalid', params: { path, ...place } });
    expect((error as { params: { problem: string } }).params.problem).not.toBe('');
  });

  it('that is not there is refused', async () => {
    await expect(readPlans(join(dir, 'none.json'))).rejects.toMatchObject({
      code: 'plans_invalid',
      params: { problem: 'it cannot be read' },
    });
  });
});

describe('the plan of one account', () => {
  it('is changed beside a running cloud, which goes by it at once', async () => {
    await using cloud = await startCloud({ plans: [free, { ...free, id: 'premium', storageBytes: MiB }] });
    const ann = await cloud.signUp();
    const content = contentOf(randomBytes(300 * KiB));
    await ann.store(content);
    expect(await ann.commit(put('a', content))).toMatchObject([{ code: 'quota_exceeded' }]);
    expect(await operateAccount({ dataDir: cloud.dataDir, address: 'Ann@Example.com', plan: 'premium' })).toMatchObject({
      account: 'ann@example.com',
      plan: 'premium',
      totalBytes: MiB,
    });
    expect(await ann.commit(put('a', content))).toMatchObject([{ status: 'ok' }]);
    expect(await quota(ann)).toMatchObject({ plan: 'premium', totalBytes: MiB });
    expect(await operateAccount({ dataDir: cloud.dataDir, address: 'ann@example.com' })).toMatchObject({
      plan: 'premium',
      usedBytes: 300 * KiB,
    });
  });

  it('is not changed to one that there is not, nor of an account or in data that there are not', async () => {
    await using cloud = await startCloud();
    await cloud.signUp();
    const { dataDir } = cloud;
    await expect(operateAccount({ dataDir, address: 'ann@example.com', plan: 'gold' })).rejects.toMatchObject({ code: 'plan_unknown' });
    await expect(operateAccount({ dataDir, address: 'bob@example.com' })).rejects.toMatchObject({ code: 'account_unknown' });
    await expect(operateAccount({ dataDir, address: 'nobody' })).rejects.toMatchObject({ code: 'account_unknown' });
    await expect(operateAccount({ dataDir: dir, address: 'ann@example.com' })).rejects.toMatchObject({ code: 'data_missing' });
  });
});

describe('the speed cap of a plan', () => {
  const capped = (bytes: number): Partial<CloudOptions> => ({
    plans: [{ ...free, storageBytes: 100 * MiB, uploadBytesPerSecond: bytes, downloadBytesPerSecond: bytes }],
  });
  const timed = async (work: () => Promise<unknown>): Promise<number> => {
    const start = performance.now();
    await work();
    return performance.now() - start;
  };

  it('is announced to everybody who asks', async () => {
    await using cloud = await startCloud(capped(MiB));
    const ann = await cloud.signUp();
    const terms = { plan: 'free', uploadBytesPerSecond: MiB, downloadBytesPerSecond: MiB };
    expect(ann.session).toMatchObject(terms);
    expect((await ann.refresh()).body as Session).toMatchObject(terms);
    expect(await ann.ok<Account>('GET', '/v1/me')).toMatchObject(terms);
    expect(await quota(ann)).toMatchObject(terms);
    expect(await offered(cloud.url)).toMatchObject([{ id: 'free', uploadBytesPerSecond: MiB, downloadBytesPerSecond: MiB }]);
  });

  it('slows what is sent and what is fetched, over all requests of the account, and refuses nothing', async () => {
    await using cloud = await startCloud(capped(2 * MiB));
    const [ann, bob] = [await cloud.signUp(), await cloud.signUp('bob@example.com')];
    const pieces = Array.from({ length: 4 }, () => randomBytes(MiB));
    const bytes = framesOf(pieces);
    const busy = async (): Promise<unknown> => {
      const { uploadAtCap, downloadAtCap } = await quota(ann);
      return { uploadAtCap, downloadAtCap };
    };
    const up = await timed(async () => {
      const half = (from: number): Promise<unknown> =>
        ann.call('POST', '/v1/blocks', { bytes: framesOf(pieces.slice(from, from + 2)), type: 'application/vnd.tidemark.blocks' });
      const sending = Promise.all([half(0), half(2)]);
      expect(await sending).toMatchObject([{ body: { stored: 2 } }, { body: { stored: 2 } }]);
    });
    // Whoever else is slow now shares it.
    expect(await busy()).toEqual({ uploadAtCap: true, downloadAtCap: false });
    // 4 MB at 2 MB a second, of which the first second was saved up.
    expect(up).toBeGreaterThan(900);
    const content = contentOf(...pieces);
    const file = await ann.upload('a', content);
    let answer: Buffer = Buffer.alloc(0);
    const down = await timed(async () => (answer = (await ann.call('GET', `/v1/drive/files/${file.id}/content`)).bytes));
    expect(answer.equals(Buffer.concat(pieces))).toBe(true);
    expect(down).toBeGreaterThan(900);
    // Another account has its own.
    expect(
      await timed(() => bob.call('POST', '/v1/blocks', { bytes: bytes.subarray(0, 64 * KiB), type: 'application/vnd.tidemark.blocks' })),
    ).toBeLessThan(900);
  });

  it('is half as much while the account is nearly full', async () => {
    await using cloud = await startCloud({ plans: [{ ...free, uploadBytesPerSecond: MiB }] });
    const ann = await cloud.signUp();
    await ann.upload('a', contentOf(randomBytes(99.5 * KiB)));
    expect(await quota(ann)).toMatchObject({ state: 'critical', uploadBytesPerSecond: MiB / 2, downloadBytesPerSecond: null });
  });

  it('of the program’s own plans holds where others reach the cloud, and not where only this computer does', async () => {
    await using cloud = await startCloud();
    const ann = await cloud.signUp();
    expect(await quota(ann)).toMatchObject({ uploadBytesPerSecond: null, downloadBytesPerSecond: null });
    expect((await offered(cloud.url))[0]).toMatchObject({ id: 'free', uploadBytesPerSecond: null });
    await using shared = await cloud.restart({ behindProxy: true });
    expect(await quota(await shared.signIn())).toMatchObject({ uploadBytesPerSecond: 2 * MiB, downloadBytesPerSecond: 4 * MiB });
    expect((await offered(shared.url))[0]).toMatchObject({ id: 'free', uploadBytesPerSecond: 2 * MiB });
  });
});
