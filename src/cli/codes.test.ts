import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { oneCloud } from './testing/devices.ts';
import { tidemark } from './testing/tidemark.ts';

const cloud = oneCloud('codes', (folder) => ['--mail-to', join(folder, 'mail'), '--sms-to', join(folder, 'sms')]);

/** The code of the newest message in the folder, once there are so many. */
async function codeIn(kind: 'mail' | 'sms', count: number): Promise<string> {
  for (;;) {
    const names = (await readdir(join(cloud.folder, kind)).catch(() => [])).filter((name) => !name.startsWith('.')).sort();
    if (names.length >= count) return /\b(\d{6})\b/.exec(await readFile(join(cloud.folder, kind, names.at(-1) ?? ''), 'utf8'))?.[1] ?? '';
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('without a password', () => {
  it('a person signs up, out and in with codes, and sets a password with one', async () => {
    const profile = join(cloud.folder, 'laptop');
    const address = ['--server', cloud.server, '--email', 'Ann@Example.com'];
    const refused = await tidemark(['sign-up', ...address, '--password-stdin', '--json'], { profile, stdin: 'correct horse battery\n' });
    expect([refused.exit, refused.json()['error']], 'mail can be sent there, so that it has to be proved').toEqual([
      4,
      expect.objectContaining({ code: 'proof_required' }),
    ]);
    const sent = await tidemark(['sign-up', ...address, '--code', '--json'], { profile });
    expect([sent.exit, sent.json()['command']], sent.err).toEqual([7, expect.stringContaining('--email ann@example.com --code CODE')]);
    const wrong = await tidemark(['sign-up', ...address, '--code', '12345', '--json'], { profile });
    expect([wrong.exit, wrong.json()['error']], 'no code has five digits').toEqual([
      2,
      expect.objectContaining({ code: 'usage', params: { detail: '--code is a number of 6 digits, not “12345”' } }),
    ]);
    const nowhere = await tidemark(['sign-up', '--server', '127.0.0.1:7801', '--email', 'ann@example.com', '--code', '--json'], {
      profile,
    });
    expect([nowhere.exit, nowhere.json()['error']]).toEqual([
      2,
      expect.objectContaining({ params: { detail: '--server is an address with https:// or http:// before it, not “127.0.0.1:7801”' } }),
    ]);
    const spaced = (await codeIn('mail', 1)).replace(/^.../, '$& ');
    const up = await tidemark(['sign-up', ...address, '--code', spaced, '--json'], { profile });
    expect([up.exit, up.json()], up.err).toEqual([0, expect.objectContaining({ label: 'ann@example.com', hasPassword: false })]);
    expect((await tidemark(['sign-out'], { profile })).exit).toBe(0);
    const early = await tidemark(['sign-in', ...address, '--code', '--json'], { profile });
    expect([early.exit, early.json()['error']], 'a minute has not gone by').toEqual([5, expect.objectContaining({ code: 'rate_limited' })]);
    expect(early.err).toContain('takes this again in 1 min. Sync waits and goes on by itself; anything else can be tried again later.');
  }, 120_000);

  it('a phone number does as well, however it is written', async () => {
    const profile = join(cloud.folder, 'desktop');
    const sent = await tidemark(['sign-up', '--server', cloud.server, '--phone', '+49 (30) 12-34.56', '--code'], { profile });
    expect([sent.exit, sent.out], sent.err).toEqual([7, expect.stringContaining('tidemark sign-up --server')]);
    const up = await tidemark(['sign-up', '--server', cloud.server, '--phone', '+4930123456', '--code', await codeIn('sms', 1)], {
      profile,
    });
    expect([up.exit, up.out], up.err).toEqual([0, expect.stringContaining('Signed up and signed in as +4930123456')]);
    expect(up.out, 'said once, when there is one way in').toContain('+4930123456 is the only way into this account so far.');
    const status = await tidemark(['status'], { profile });
    expect(status.out).toContain('+4930123456');
  }, 120_000);

  it('other ways to sign in are added and removed, a password is set, and a forgotten one replaced', async () => {
    const profile = join(cloud.folder, 'desktop');
    const asked = await tidemark(['account', 'link', 'email', 'bob@example.com', '--json'], { profile });
    expect([asked.exit, asked.json()['command']], asked.err).toEqual([7, 'tidemark account link email bob@example.com --code CODE']);
    const linked = await tidemark(['account', 'link', 'email', 'bob@example.com', '--code', await codeIn('mail', 2)], { profile });
    expect([linked.exit, linked.out], linked.err).toEqual([0, 'Added. Signs in: +4930123456, bob@example.com.\n']);
    expect((await tidemark(['status'], { profile })).out, 'an address says most of whose account it is').toContain('bob@example.com');
    expect((await tidemark(['account', 'password', '--password-stdin'], { profile, stdin: 'correct horse battery\n' })).exit).toBe(0);
    const none = await tidemark(['account', 'unlink', 'wechat'], { profile });
    expect([none.exit, none.err]).toEqual([2, expect.stringContaining('the account has +4930123456, bob@example.com')]);
    const unlinked = await tidemark(['account', 'unlink', 'phone'], { profile });
    expect([unlinked.exit, unlinked.out], unlinked.err).toEqual([0, 'Removed. Signs in: bob@example.com, the password.\n']);
    const last = await tidemark(['account', 'unlink', 'bob@example.com', '--json'], { profile });
    expect([last.exit, last.json()['error']]).toEqual([2, expect.objectContaining({ code: 'last_identity' })]);
    const proved = await tidemark(['account', 'prove', '--password-stdin'], { profile, stdin: 'correct horse battery\n' });
    expect([proved.exit, proved.out], proved.err).toEqual([0, 'For ten minutes the ways to sign in can be changed.\n']);
  }, 120_000);

  it('what does not go together is said before anything is sent', async () => {
    const profile = join(cloud.folder, 'nobody');
    for (const [args, words] of [
      [['--email', 'a@example.com', '--phone', '+4930123456', '--code'], 'exclude each other'],
      [['--phone', '+4930123456', '--password-stdin'], '--phone goes with --code'],
      [['--code'], '--email or --phone is missing'],
      [['--email', 'a@example.com', '--code', '123456', '--password-stdin'], 'exclude each other'],
    ] as const) {
      const answer = await tidemark(['sign-in', '--server', cloud.server, ...args], { profile, stdin: 'x\n' });
      expect([answer.exit, answer.err]).toEqual([2, expect.stringContaining(words)]);
    }
    const unsent = await tidemark(['sign-in', '--server', cloud.server, '--email', 'b@example.com', '--code', '123456', '--json'], {
      profile,
    });
    expect(unsent.json()['error']).toMatchObject({ code: 'code_expired' });
  }, 120_000);
});
