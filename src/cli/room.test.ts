import { randomBytes } from 'node:crypto';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KiB } from '../base/index.ts';
import { oneCloud } from './testing/devices.ts';
import { start, tidemark } from './testing/tidemark.ts';

const SMALL_PLAN = 100 * KiB;
const plans = {
  plans: [
    { id: 'free', storageBytes: SMALL_PLAN, pricePerYearUsd: 0 },
    { id: 'large', storageBytes: 10_000 * KiB, uploadBytesPerSecond: 300 * KiB },
  ],
};

describe('a cloud with plans of its operator', () => {
  const cloud = oneCloud(
    'room',
    (folder) => ['--plans', join(folder, 'plans.json')],
    async (folder) => {
      await writeFile(join(folder, 'plans.json'), JSON.stringify(plans));
    },
  );

  /** Signed in and with a folder that syncs once a command looks. */
  async function device(name: string, how: 'sign-up' | 'sign-in', email: string) {
    const [files, profile] = [join(cloud.folder, name, 'files'), join(cloud.folder, name, 'profile')];
    await mkdir(files, { recursive: true });
    const run = (...args: readonly string[]) => tidemark(args, { profile });
    const signed = await tidemark([how, '--server', cloud.server, '--email', email, '--password-stdin'], {
      profile,
      stdin: 'correct horse battery\n',
    });
    expect(signed.exit, signed.err).toBe(0);
    expect((await run('folder', 'add', files)).exit).toBe(0);
    return { files, profile, run };
  }

  it('full: what waits and how much it needs is shown, a smaller file still goes, and with another plan all goes by itself', async () => {
    const one = await device('full', 'sign-up', 'ann@example.org');
    await writeFile(join(one.files, 'large.bin'), randomBytes(150 * KiB));
    await writeFile(join(one.files, 'small.txt'), 'small');
    const synced = await one.run('sync', '--wait', '--timeout', '60', '--json');
    expect([synced.exit, synced.json()['notSynced']], synced.err).toEqual([3, [expect.objectContaining({ path: 'large.bin' })]]);
    const quota = await one.run('quota');
    expect(quota.out).toContain('plan free');
    expect(quota.out).toContain(`1 file waits for room in the cloud, 150 KB together: 50.0 KB more are needed`);
    expect(quota.out).toContain('tidemark quota largest');
    const issues = await one.run('issues');
    expect(issues.out, issues.err).toMatch(/large\.bin .*It needs 50\.0 KB more\. \[quota_exceeded\]/);
    // An engine that runs from now on, as the app's does; nobody asks it for anything.
    const engine = start(['start', '--json'], { profile: one.profile });
    expect(await engine.next()).toMatchObject({ event: 'ready' });
    expect((await one.run('status')).out).toContain('1 file waits for room in the cloud');
    const changed = await tidemark([
      'cloud',
      'account',
      'Ann@example.org',
      '--data',
      join(cloud.folder, 'cloud'),
      '--plan',
      'large',
      '--json',
    ]);
    expect([changed.exit, changed.json()], changed.err).toMatchObject([0, { account: 'ann@example.org', plan: 'large' }]);
    for (let done = false; !done;) {
      done =
        (await one.run('issues', '--json')).json()['rows'] instanceof Array &&
        ((await one.run('issues', '--json')).json()['rows'] as unknown[]).length === 0;
    }
    expect((await one.run('quota')).out).toMatch(
      /plan large, normal[^]*The plan allows 300 KB\/s up, for all devices together\.[^]*keeps the documents until/,
    );
    engine.child.kill('SIGTERM');
    await engine.ended;
  }, 240_000);

  it('shows what takes room, and clears it when somebody agrees', async () => {
    const one = await device('clear', 'sign-up', 'bob@example.org');
    const [first, twin] = [randomBytes(20 * KiB), randomBytes(10 * KiB)];
    await writeFile(join(one.files, 'doc.bin'), first);
    for (const name of ['a.bin', 'b.bin']) await writeFile(join(one.files, name), twin);
    expect((await one.run('sync', '--wait', '--timeout', '60')).exit).toBe(0);
    await writeFile(join(one.files, 'doc.bin'), randomBytes(5 * KiB));
    expect((await one.run('sync', '--wait', '--timeout', '60')).exit).toBe(0);
    expect((await one.run('quota', 'largest', '--limit', '1')).out).toMatch(
      /10\.0 KB .*\.bin\nThere are more: tidemark quota largest --cursor \S+/,
    );
    expect((await one.run('quota', 'versions')).out).toMatch(/20\.0 KB +1 .*doc\.bin/);
    expect((await one.run('quota', 'duplicates')).out).toMatch(/10\.0 KB +10\.0 KB +[ab]\.bin\n +[ab]\.bin/);

    const asked = await one.run('versions', join(one.files, 'doc.bin'), '--delete');
    expect([asked.exit, asked.out], asked.err).toEqual([
      7,
      expect.stringContaining('1 earlier version of doc.bin for good and frees 20.0 KB'),
    ]);
    const gone = await one.run('versions', join(one.files, 'doc.bin'), '--delete', '--yes', '--json');
    expect([gone.exit, gone.json()], gone.err).toEqual([0, { items: 1, freedBytes: 20 * KiB }]);

    expect((await one.run('quota', 'duplicates', '--delete', join(one.files, 'a.bin'))).exit).toBe(7);
    const both = await one.run('quota', 'duplicates', '--delete', join(one.files, 'a.bin'), join(one.files, 'b.bin'), '--yes', '--json');
    expect([both.exit, both.json()], both.err).toMatchObject([3, { deleted: [{}], kept: [{ reason: { code: 'last_copy' } }] }]);
    expect((await one.run('sync', '--wait', '--timeout', '60')).exit).toBe(0);
    expect((await readdir(one.files)).filter((name) => /^[ab]\.bin$/.test(name))).toHaveLength(1);

    const refused = await one.run('trash', 'empty', '--json');
    expect([refused.exit, refused.json()]).toEqual([7, { items: 0, freedBytes: 0, wouldFreeBytes: 10 * KiB, wouldDelete: 1 }]);
    expect((await one.run('quota', '--json')).json()).toMatchObject({ trashBytes: 10 * KiB });
    const emptied = await one.run('trash', 'empty', '--yes', '--json');
    expect([emptied.exit, emptied.json()], emptied.err).toEqual([0, { items: 1, freedBytes: 10 * KiB }]);
    expect((await one.run('quota', '--json')).json()).toMatchObject({ trashBytes: 0, usedBytes: 15 * KiB });
    expect((await one.run('trash', 'delete', '0'.repeat(32), '--yes')).exit).toBe(2);
  }, 240_000);

  it('refuses a file of plans that is wrong, and says where; and an account or plan that there is not', async () => {
    const file = join(cloud.folder, 'wrong.json');
    await writeFile(file, JSON.stringify({ plans: [{ id: 'free', storageBytes: -1 }] }));
    const served = await tidemark(['cloud', 'serve', '--data', join(cloud.folder, 'other'), '--plans', file]);
    expect([served.exit, served.err]).toEqual([
      2,
      expect.stringMatching(/wrong\.json” cannot be used, row 1 \(free\), storageBytes: .*\[plans_invalid\]/),
    ]);
    expect(await readdir(cloud.folder)).not.toContain('other');
    const account = (...args: readonly string[]) => tidemark(['cloud', 'account', ...args, '--data', join(cloud.folder, 'cloud')]);
    expect([(await account('nobody@example.org')).exit, (await account('bob@example.org', '--plan', 'gold')).err]).toEqual([
      2,
      expect.stringContaining('It offers: free, large. [plan_unknown]'),
    ]);
    const nowhere = await tidemark(['cloud', 'account', 'a@b.c', '--data', join(cloud.folder, 'none')]);
    expect([nowhere.exit, nowhere.err]).toEqual([2, expect.stringContaining('[data_missing]')]);
  }, 120_000);
});
