import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Running, start, tidemark } from './testing/tidemark.ts';

/** Stands where the other region would be, and counts who comes. */
let elsewhere: Server;
let asked = 0;
let folder: string;
let cloud: Running;
let server: string;
let otherRegion: string;

beforeAll(async () => {
  elsewhere = createServer((_, response) => {
    asked += 1;
    response.end();
  });
  elsewhere.on('connection', () => {
    asked += 1;
  });
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
  otherRegion = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`;
  folder = await realpath(await mkdtemp(join(tmpdir(), 'tm-regions-')));
  const mail = ['--mail-to', join(folder, 'mail'), '--sms-to', join(folder, 'sms'), '--sms-countries', 'de,CN'];
  cloud = start(['cloud', 'serve', '--data', join(folder, 'cloud'), ...mail, '--other-region', otherRegion, '--json']);
  server = String((await cloud.next())['url']);
}, 60_000);
afterAll(async () => {
  cloud.child.kill('SIGTERM');
  await cloud.ended;
  elsewhere.close();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

describe('the other region', () => {
  it('is offered to whoever has no account here, and not asked', async () => {
    const profile = join(folder, 'laptop');
    const at = ['sign-in', '--server', server, '--email', 'ann@example.com'];
    const refused = await tidemark([...at, '--password-stdin'], { profile, stdin: 'correct horse battery\n' });
    expect([refused.exit, refused.err]).toEqual([4, expect.stringContaining('may also live in the other region')]);
    expect(refused.err).toContain(`tidemark sign-in --server ${otherRegion}`);
    const json = await tidemark([...at, '--password-stdin', '--json'], { profile, stdin: 'correct horse battery\n' });
    expect(json.json()['error']).toMatchObject({ code: 'invalid_credentials', params: { otherRegion } });
    expect(asked, 'no request goes to a region that was not chosen').toBe(0);
  }, 120_000);
});

describe('an address', () => {
  it('that looks like a typo is told to, before it is signed up with', async () => {
    const profile = join(folder, 'typo');
    const sent = await tidemark(['sign-up', '--server', server, '--email', 'ann@gmial.com', '--code', '--json'], { profile });
    expect([sent.exit, sent.json()['advice']], sent.err).toEqual([7, ['spam', 'typos']]);
    expect(sent.err).toContain('ann@gmial.com looks like a typo of ann@gmail.com; it is taken as it is.');
  }, 120_000);

  it('is a number as it is dialled at home, and one abroad is told to be unreliable before anything is sent', async () => {
    const profile = join(folder, 'phone');
    const at = ['sign-up', '--server', server, '--code', '--phone'];
    const sent = await tidemark([...at, '030 / 12 34 56'], { profile, env: { LC_ALL: 'de_DE.UTF-8' } });
    expect([sent.exit, sent.out], sent.err).toEqual([7, expect.stringContaining('A code was sent to +49 30 123456.')]);
    expect(sent.out).toContain('if it does not come:  check the address for typos; use an e-mail address instead (--email)');
    expect(sent.err).toContain('Text messages to other countries often do not arrive');
    const before = (await readdir(join(folder, 'sms'))).length;
    const homeless = await tidemark([...at, '030 / 12 34 56', '--json'], { profile, env: { LC_ALL: 'C' } });
    expect([homeless.exit, homeless.json()['error']]).toEqual([2, expect.objectContaining({ code: 'phone_invalid' })]);
    const abroad = await tidemark([...at, '+33 6 12 34 56 78'], { profile });
    expect([abroad.exit, abroad.err]).toEqual([2, expect.stringContaining('Codes cannot be sent to numbers of FR.')]);
    expect((await readdir(join(folder, 'sms'))).length, 'nothing was sent').toBe(before);
  }, 120_000);
});
