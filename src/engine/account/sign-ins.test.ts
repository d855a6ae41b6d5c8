import { createHash } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AuthorizeRequest, type Session, TidemarkError } from '../../contract/index.ts';
import { FakeClock, SeededRandom } from '../fakes/index.ts';
import { listenOnLoopback } from './loopback.ts';
import { SignIns } from './sign-ins.ts';

const SERVER = 'https://cloud.example';
let clock: FakeClock;
let signIns: SignIns;
let asked: AuthorizeRequest;
beforeEach(() => {
  clock = new FakeClock();
  signIns = new SignIns({ clock, random: new SeededRandom(7), loopback: listenOnLoopback });
});
afterEach(() => signIns.close());

const begin = async (): Promise<string> => {
  const begun = await signIns.beginBrowser(SERVER, 'google', async (request) => {
    asked = request;
    return { url: `${SERVER}/v1/auth/authorize?request=x`, issuedAt: 1000, expiresAt: 601_000 };
  });
  return begun.id;
};

/** The browser comes back. */
function visit(query: string, { path = '', host, method = 'GET' }: { path?: string; host?: string; method?: string } = {}) {
  const url = new URL(`${asked.redirectUri}${path}?${query}`);
  return new Promise<{ status: number; text: string; policy: string }>((resolve, reject) => {
    const headers = { 'accept-language': 'zh-TW,zh;q=0.9', ...(host === undefined ? {} : { host }) };
    const sent = httpRequest(url, { method, headers, agent: false }, (answer) => {
      let text = '';
      answer.on('data', (piece: Buffer) => (text += piece.toString()));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text, policy: String(answer.headers['content-security-policy']) }));
    });
    sent.on('error', reject);
    sent.end();
  });
}

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: unknown) => (error instanceof TidemarkError ? error.code : String(error)),
  );

describe('a browser of this machine', () => {
  it('brings the code back to whoever began, and says so in the person’s language', async () => {
    const id = await begin();
    const page = await visit(`code=the-code&state=${asked.state}`);
    expect([page.status, page.text]).toEqual([200, expect.stringContaining('您可以關閉此視窗')]);
    expect(page.policy).toContain("default-src 'none'");
    const grant = await signIns.grant(id, SERVER);
    if (grant.kind !== 'browser') throw new Error('no browser');
    expect(grant.code).toBe('the-code');
    expect(createHash('sha256').update(grant.verifier).digest('base64url')).toBe(asked.codeChallenge);
    expect(asked.redirectUri).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]{32}$/);
    await expect(signIns.grant(id, SERVER), 'still there for making an account').resolves.toEqual(grant);
    expect(await codeOf(signIns.grant(id, 'https://other.example')), 'another cloud learns nothing').toBe('sign_in_used');
    expect(await codeOf(visit(`code=again&state=${asked.state}`))).toMatch(/ECONNREFUSED|ECONNRESET/);
  });

  it('is known by its state; others are turned away and it may still come', async () => {
    const id = await begin();
    const stranger = await visit(`code=evil&state=${'f'.repeat(32)}`);
    expect([stranger.status, stranger.text]).toEqual([400, expect.stringContaining('此次登入不是在這個瀏覽器中開始的')]);
    expect((await visit(`state=${asked.state}&code=evil`, { host: 'rebound.example' })).status).toBe(404);
    expect((await visit(`state=${asked.state}&code=evil`, { path: '/x' })).status).toBe(404);
    expect((await visit(`state=${asked.state}&code=evil`, { method: 'POST' })).status).toBe(404);
    expect((await visit(`code=mine&state=${asked.state}`)).status).toBe(200);
    expect(await signIns.grant(id, SERVER)).toMatchObject({ code: 'mine' });
  });

  it.each(['//', 'http://[', '/\\\\', '//[x'])('outlives a stranger who asks for %s', async (target) => {
    const id = await begin();
    const { hostname, port } = new URL(asked.redirectUri);
    const status = await new Promise<number>((resolve, reject) => {
      const sent = httpRequest({ hostname, port, path: target, agent: false }, (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      });
      sent.on('error', reject);
      sent.end();
    });
    expect(status).toBe(404);
    expect((await visit(`code=mine&state=${asked.state}`)).status).toBe(200);
    expect(await signIns.grant(id, SERVER)).toMatchObject({ code: 'mine' });
  });

  it('outlives a state of as many letters that are no ASCII', async () => {
    const id = await begin();
    expect((await visit(`code=evil&state=${encodeURIComponent('é'.repeat(asked.state.length))}`)).status).toBe(400);
    expect((await visit(`code=mine&state=${asked.state}`)).status).toBe(200);
    expect(await signIns.grant(id, SERVER)).toMatchObject({ code: 'mine' });
  });

  it('brings a refusal back in the words of the catalogue, and nothing else that somebody may have made up', async () => {
    const id = await begin();
    const page = await visit(`error=provider_refused&provider=%3Cb%3EGoogle&state=${asked.state}`);
    expect(page.text).toContain('&lt;b&gt;Google');
    expect(await codeOf(signIns.grant(id, SERVER))).toBe('provider_refused');
    const other = await begin();
    await visit(`error=folder_missing&state=${asked.state}`);
    expect(await codeOf(signIns.grant(other, SERVER))).toBe('sign_in_used');
  });

  it('that never comes back is waited for ten minutes, or until somebody cancels', async () => {
    const late = codeOf(signIns.grant(await begin(), SERVER));
    const id = await begin();
    const cancelled = codeOf(signIns.grant(id, SERVER));
    signIns.cancel(id);
    expect(await cancelled).toBe('aborted');
    await clock.advance(10 * 60_000);
    expect(await late).toBe('sign_in_unfinished');
    expect(await codeOf(visit(`code=late&state=${asked.state}`))).toMatch(/ECONNREFUSED|ECONNRESET/);
  });

  it('is not waited for when the cloud says no', async () => {
    const refused = signIns.beginBrowser(SERVER, 'google', async (request) => {
      asked = request;
      throw new TidemarkError('provider_not_offered', { provider: 'Google' });
    });
    expect(await codeOf(refused)).toBe('provider_not_offered');
    expect(await codeOf(visit('x'))).toMatch(/ECONNREFUSED|ECONNRESET/);
  });
});

describe('a person elsewhere', () => {
  const device = {
    deviceCode: 'd'.repeat(43),
    userCode: 'BCDF-GHJK',
    verificationUri: `${SERVER}/device`,
    verificationUriComplete: `${SERVER}/device?code=BCDF-GHJK`,
    intervalMs: 5000,
  };
  const session = { accountId: 'a' } as Session;

  it('is asked about as often as the cloud says', async () => {
    const { id } = await signIns.beginDevice(SERVER, async () => ({ ...device, issuedAt: clock.now(), expiresAt: clock.now() + 600_000 }));
    const answers = ['authorization_pending', 'slow_down', 'cloud_unreachable', 'authorization_pending'] as const;
    const times: number[] = [];
    const from = clock.now();
    const work = signIns.session(id, SERVER, async () => {
      times.push(clock.now() - from);
      const answer = answers[times.length - 1];
      if (answer !== undefined) throw new TidemarkError(answer);
      return session;
    });
    for (let second = 0; second < 60; second += 1) await clock.advance(1000);
    expect(await work).toBe(session);
    expect(times).toEqual([5000, 10_000, 20_000, 30_000, 40_000]);
  });

  it.each([86_400_000, -86_400_000])('is waited for as long as the code is good with a clock that is %d ms off', async (offMs) => {
    const at = clock.now() - offMs;
    const { id, expiresAt } = await signIns.beginDevice(SERVER, async () => ({ ...device, issuedAt: at, expiresAt: at + 60_000 }));
    expect(expiresAt, 'as the clock here will show').toBe(clock.now() + 60_000);
    const answers = ['authorization_pending', 'authorization_pending', 'authorization_pending'] as const;
    let asked = 0;
    const work = signIns.session(id, SERVER, async () => {
      const answer = answers[asked++];
      if (answer !== undefined) throw new TidemarkError(answer);
      return session;
    });
    for (let second = 0; second < 30; second += 1) await clock.advance(1000);
    expect(await work).toBe(session);
    const late = await signIns.beginDevice(SERVER, async () => ({ ...device, issuedAt: at, expiresAt: at + 60_000 }));
    const never = codeOf(signIns.session(late.id, SERVER, async () => Promise.reject(new TidemarkError('authorization_pending'))));
    for (let second = 0; second < 61; second += 1) await clock.advance(1000);
    expect(await Promise.race([never, Promise.resolve('still waiting')])).toBe('sign_in_expired');
  });

  it('who does not come is not waited for longer than the code is good', async () => {
    const { id } = await signIns.beginDevice(SERVER, async () => ({ ...device, issuedAt: clock.now(), expiresAt: clock.now() + 60_000 }));
    const work = codeOf(signIns.session(id, SERVER, async () => Promise.reject(new TidemarkError('authorization_pending'))));
    for (let second = 0; second < 61; second += 1) await clock.advance(1000);
    expect(await work).toBe('sign_in_expired');
    const denied = await signIns.beginDevice(SERVER, async () => ({ ...device, issuedAt: clock.now(), expiresAt: clock.now() + 60_000 }));
    const refused = codeOf(signIns.session(denied.id, SERVER, async () => Promise.reject(new TidemarkError('sign_in_denied'))));
    await clock.advance(5000);
    expect(await refused).toBe('sign_in_denied');
  });
});
