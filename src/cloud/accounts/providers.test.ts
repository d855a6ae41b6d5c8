import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { minuteMs } from '../../base/index.ts';
import type { Account, DeviceAuthorization, Grant, Session } from '../../contract/index.ts';
import { digestOf } from '../ids.ts';
import { TestBrowser } from '../testing/browser.ts';
import { facebookService, facebookSettings } from '../testing/facebook-service.ts';
import { call, device, PASSWORD, startCloud, type TestCloud, TestDevice } from '../testing/harness.ts';
import type { HttpService } from '../testing/http-service.ts';
import { openIdService } from '../testing/openid-service.ts';
import { Post } from '../testing/post.ts';
import {
  agree,
  appleSettings,
  begin,
  broughtBack,
  googleSettings,
  grantFrom,
  grantOf,
  settingsOf,
  signInWith,
  signUpWith,
} from '../testing/sign-ins.ts';
import { wechatService, wechatSettings } from '../testing/wechat-service.ts';

let google: HttpService;
let apple: HttpService;
let facebook: HttpService;
let wechat: HttpService;
beforeAll(async () => {
  [google, apple, facebook, wechat] = await Promise.all([
    openIdService('google'),
    openIdService('apple'),
    facebookService(),
    wechatService(),
  ]);
});
afterAll(async () => {
  await Promise.all([google, apple, facebook, wechat].map((service) => service[Symbol.asyncDispose]()));
});

const international = () =>
  settingsOf({ google: googleSettings(google), apple: appleSettings(apple), facebook: facebookSettings(facebook) });

/** With a clock that shows the time: what services sign is dated. */
async function cloudWith(overrides: Parameters<typeof startCloud>[0] = {}): Promise<TestCloud> {
  const cloud = await startCloud({ providers: international(), ...overrides });
  cloud.clock.now = Date.now();
  return cloud;
}

async function signUp(cloud: TestCloud, person: string): Promise<TestDevice> {
  const answer = await signUpWith(cloud, await grantFrom(cloud, 'google', person));
  expect(answer.status, answer.text).toBe(200);
  return new TestDevice(cloud.url, answer.body as Session);
}

describe('signing in with another service', () => {
  it.each(['google', 'apple'] as const)('%s makes an account on sign-up alone, and signs in to it from then on', async (provider) => {
    await using cloud = await cloudWith();
    const grant = await grantFrom(cloud, provider, 'li');
    const unknown = await signInWith(cloud, grant);
    expect([unknown.status, unknown.problem.code]).toEqual([401, 'no_such_account']);
    const up = await signUpWith(cloud, grant);
    expect([up.status, up.body], 'without going there again').toEqual([200, expect.objectContaining({ label: 'li@example.com' })]);
    const again = await signInWith(cloud, await grantFrom(cloud, provider, 'li'));
    expect((again.body as Session).accountId).toBe((up.body as Session).accountId);
    const { identities, hasPassword } = await new TestDevice(cloud.url, again.body as Session).ok<Account>('GET', '/v1/me');
    expect([identities, hasPassword]).toEqual([
      [expect.objectContaining({ kind: provider, label: 'li@example.com', proved: true })],
      false,
    ]);
    expect((await signInWith(cloud, await grantFrom(cloud, provider, 'somebody-else'))).problem.code).toBe('no_such_account');
    const twice = await signUpWith(cloud, await grantFrom(cloud, provider, 'li'));
    expect(twice.problem).toMatchObject({ code: 'identity_in_use', params: { label: 'li@example.com' } });
  });

  it('Facebook and WeChat do as well, each in its own words', async () => {
    for (const [provider, settings, region] of [
      ['facebook', international(), 'international'],
      ['wechat', settingsOf({ wechat: wechatSettings(wechat) }), 'mainland'],
    ] as const) {
      await using cloud = await cloudWith({ providers: settings, region });
      const grant = async () => {
        const browser = new TestBrowser();
        const begun = await begin(cloud, provider);
        const dialog = await browser.open(begun.url);
        return grantOf(begun, await browser.submit(dialog, provider === 'wechat' ? '/scanned' : '/confirm', { person: '小李' }));
      };
      const up = await signUpWith(cloud, await grant());
      expect([up.status, up.body], up.text).toEqual([200, expect.objectContaining({ label: '小李' })]);
      expect((await signInWith(cloud, await grant())).body).toMatchObject({ accountId: (up.body as Session).accountId });
    }
  });

  it('is offered as it is set up', async () => {
    await using cloud = await cloudWith();
    expect((await call(cloud.url, 'GET', '/v1/auth/providers')).body).toEqual({ providers: ['google', 'apple', 'facebook'] });
    expect((await call(cloud.url, 'GET', '/.well-known/tidemark')).body).toMatchObject({ providers: ['google', 'apple', 'facebook'] });
    expect((await begin(cloud, 'wechat')).answer.problem).toMatchObject({ code: 'provider_not_offered', params: { provider: 'WeChat' } });
  });

  it('never joins accounts by an equal e-mail address', async () => {
    using post = new Post();
    await using cloud = await cloudWith({ mail: { folder: post.folder } });
    const mine = await post.signUp(cloud, { kind: 'email', email: 'li@example.com' });
    const theirs = await signUp(cloud, 'li');
    expect(theirs.session.accountId).not.toBe(mine.session.accountId);
  });

  it('where somebody says no, the program is told', async () => {
    await using cloud = await cloudWith();
    const browser = new TestBrowser();
    const begun = await begin(cloud, 'google');
    const login = await browser.open(begun.url);
    const back = broughtBack(await browser.open(new URL(/href="([^"]*abort)"/.exec(login.text)?.[1] ?? '', login.url).href));
    expect(Object.fromEntries(back)).toEqual({ error: 'provider_refused', provider: 'Google', state: begun.state });
    const facebookTrip = await begin(cloud, 'facebook');
    const cancelled = await browser.submit(await browser.open(facebookTrip.url), '/cancel');
    expect(broughtBack(cancelled).get('error')).toBe('provider_refused');
    await using mainland = await cloudWith({ region: 'mainland', providers: settingsOf({ wechat: wechatSettings(wechat) }) });
    const refused = await browser.submit(await browser.open((await begin(mainland, 'wechat')).url), '/refused');
    expect(broughtBack(refused).get('error')).toBe('provider_refused');
  });

  it('a person without a unionid is nobody', async () => {
    await using cloud = await cloudWith({ region: 'mainland', providers: settingsOf({ wechat: wechatSettings(wechat) }) });
    const browser = new TestBrowser();
    const page = await browser.submit(await browser.open((await begin(cloud, 'wechat')).url), '/scanned', { person: 'nobody' });
    expect(broughtBack(page).get('error')).toBe('provider_answer_invalid');
  });

  it('a cloud that takes no new accounts takes none of these either', async () => {
    await using cloud = await cloudWith({ signUp: 'closed' });
    expect((await signUpWith(cloud, await grantFrom(cloud, 'google', 'li'))).problem.code).toBe('sign_up_closed');
  });
});

describe('an account of another service', () => {
  it('is added with a fresh proof, signs in, and is removed', async () => {
    using post = new Post();
    await using cloud = await cloudWith({ mail: { folder: post.folder } });
    const laptop = await post.signUp(cloud);
    cloud.clock.now += 11 * 60_000;
    await laptop.refresh().then(({ body }) => (laptop.session = body as Session));
    expect((await begin(cloud, 'google', { device: laptop, purpose: 'link' })).answer.problem.code).toBe('reauth_required');
    const proof = await post.proof(cloud, undefined, 'prove', laptop);
    await laptop.ok('POST', '/v1/me/proof', { json: { method: 'code', proof } });
    const grant = await grantFrom(cloud, 'google', 'li', { device: laptop, purpose: 'link' });
    const linked = await laptop.ok<Account>('POST', '/v1/me/identities', { json: { grant } });
    expect(linked.identities.map(({ kind }) => kind)).toEqual(['email', 'google']);
    expect((await laptop.call('POST', '/v1/me/identities', { json: { grant } })).problem.code).toBe('sign_in_used');
    const desktop = await signInWith(cloud, await grantFrom(cloud, 'google', 'li'));
    expect(desktop.body).toMatchObject({ accountId: laptop.session.accountId, label: 'ann@example.com' });
    const google = linked.identities.find(({ kind }) => kind === 'google');
    await laptop.ok('DELETE', `/v1/me/identities/${google?.id ?? ''}`);
    expect((await signInWith(cloud, await grantFrom(cloud, 'google', 'li'))).problem.code).toBe('no_such_account');
  });

  it('that belongs to another account is refused', async () => {
    await using cloud = await cloudWith();
    await signUp(cloud, 'li');
    const other = await signUp(cloud, 'wang');
    const grant = await grantFrom(cloud, 'google', 'li', { device: other, purpose: 'link' });
    const refused = await other.call('POST', '/v1/me/identities', { json: { grant } });
    expect([refused.status, refused.problem.code]).toEqual([409, 'identity_in_use']);
    const only = (await other.ok<Account>('GET', '/v1/me')).identities[0];
    expect((await other.call('DELETE', `/v1/me/identities/${only?.id ?? ''}`)).problem.code).toBe('last_identity');
  });

  it('proves who one is, as signing in with it does, and nobody else’s does', async () => {
    await using cloud = await cloudWith();
    // Eleven minutes ago: what a service says is dated by its own clock.
    cloud.clock.now -= 11 * 60_000;
    const laptop = await signUp(cloud, 'li');
    cloud.clock.now = Date.now();
    const prove = async (person: string) =>
      laptop.call('POST', '/v1/me/proof', {
        json: { method: 'grant', grant: await grantFrom(cloud, 'google', person, { device: laptop, purpose: 'prove' }) },
      });
    await signUp(cloud, 'wang');
    for (const stranger of ['wang', 'nobody-here']) expect((await prove(stranger)).problem.code).toBe('identity_not_yours');
    expect((await begin(cloud, 'apple', { device: laptop, purpose: 'link' })).answer.problem.code).toBe('reauth_required');
    expect((await prove('li')).status).toBe(200);
    expect((await begin(cloud, 'apple', { device: laptop, purpose: 'link' })).answer.status).toBe(200);
  });

  it('a trip for one purpose is good for no other, and for no other account', async () => {
    await using cloud = await cloudWith();
    const laptop = await signUp(cloud, 'li');
    const other = await signUp(cloud, 'wang');
    const entered = await grantFrom(cloud, 'google', 'third');
    expect((await laptop.call('POST', '/v1/me/identities', { json: { grant: entered } })).problem.code).toBe('sign_in_used');
    const linking = await grantFrom(cloud, 'google', 'third', { device: laptop, purpose: 'link' });
    expect((await other.call('POST', '/v1/me/identities', { json: { grant: linking } })).problem.code).toBe('sign_in_used');
    expect((await signUpWith(cloud, linking)).problem.code).toBe('sign_in_used');
    expect((await laptop.call('POST', '/v1/me/proof', { json: { method: 'grant', grant: linking } })).problem.code).toBe('sign_in_used');
  });
});

describe('how long ago somebody signed in at the service', () => {
  /** A browser that is signed in there since two minutes, by the clock of the cloud. */
  async function signedInThere(cloud: TestCloud, provider: 'google' | 'apple') {
    const browser = new TestBrowser();
    const begun = await begin(cloud, provider);
    const up = await signUpWith(cloud, grantOf(begun, await agree(browser, await browser.open(begun.url), 'li')));
    cloud.clock.now += 2 * minuteMs;
    return { browser, laptop: new TestDevice(cloud.url, up.body as Session) };
  }
  const prove = async (laptop: TestDevice, grant: Grant) => laptop.call('POST', '/v1/me/proof', { json: { method: 'grant', grant } });

  it.each(['google', 'apple'] as const)('as a proof %s is asked to have them sign in anew, and says when they did', async (provider) => {
    await using cloud = await cloudWith();
    const { browser, laptop } = await signedInThere(cloud, provider);
    // Services have clocks of their own, which show the time.
    cloud.clock.now = Date.now();
    const begun = await begin(cloud, provider, { device: laptop, purpose: 'prove' });
    const login = await browser.open(begun.url);
    expect(login.text, 'though it is signed in there').toContain('name="login"');
    expect((await prove(laptop, grantOf(begun, await agree(browser, login, 'li')))).status).toBe(200);
  });

  it('one of before the question is no proof, whatever somebody took out of the address', async () => {
    await using cloud = await cloudWith();
    const { browser, laptop } = await signedInThere(cloud, 'google');
    const { stopAt } = browser;
    for (const without of [
      ['prompt', 'max_age'],
      ['prompt', 'max_age', 'claims'],
    ]) {
      const begun = await begin(cloud, 'google', { device: laptop, purpose: 'prove' });
      browser.stopAt = /\/auth\?/;
      const leaving = new URL((await browser.open(begun.url)).url);
      for (const name of without) leaving.searchParams.delete(name);
      browser.stopAt = stopAt;
      const back = broughtBack(await agree(browser, await browser.open(leaving.href), 'li'));
      expect(Object.fromEntries(back), without.join()).toEqual({ error: 'provider_not_recent', provider: 'Google', state: begun.state });
    }
  });

  it('signing in here without signing in there signs in, and proves nothing for changes', async () => {
    await using cloud = await cloudWith();
    const { browser } = await signedInThere(cloud, 'google');
    cloud.clock.now += 10 * minuteMs;
    const begun = await begin(cloud, 'google');
    const back = await browser.open(begun.url);
    expect(back.status, 'nobody was asked anything').toBe(0);
    const desktop = new TestDevice(cloud.url, (await signInWith(cloud, grantOf(begun, back))).body as Session);
    expect((await begin(cloud, 'apple', { device: desktop, purpose: 'link' })).answer.problem.code).toBe('reauth_required');
  });

  it('a device that was let in later than somebody showed who they are was let in by that', async () => {
    await using cloud = await cloudWith();
    await cloud.signUp();
    const asked = (await call(cloud.url, 'POST', '/v1/auth/device', { json: { device } })).body as DeviceAuthorization;
    const browser = new TestBrowser();
    const ways = await browser.submit(await browser.open(asked.verificationUri), '/device', { code: asked.userCode });
    await browser.submit(ways, '/device/password', { email: 'ann@example.com', password: PASSWORD });
    cloud.clock.now += 9 * minuteMs;
    const nas = new TestDevice(cloud.url, (await signInWith(cloud, { kind: 'device', deviceCode: asked.deviceCode })).body as Session);
    cloud.clock.now += 2 * minuteMs;
    expect((await begin(cloud, 'apple', { device: nas, purpose: 'link' })).answer.problem.code).toBe('reauth_required');
  });
});

describe('abuse of a sign-in in a browser', () => {
  it('an answer that another browser brings signs nobody in, and does not disturb the one that left', async () => {
    await using cloud = await cloudWith();
    const attacker = new TestBrowser();
    const begun = await begin(cloud, 'google');
    const login = await attacker.open(begun.url);
    // The attacker stops before the answer, and gives its address to somebody else.
    attacker.stopAt = /\/v1\/auth\/callback\//;
    const stopped = await agree(attacker, login, 'attacker');
    const victim = await new TestBrowser().open(stopped.url);
    expect([victim.status, victim.text]).toEqual([400, expect.stringContaining('此次登录不是在这个浏览器中开始的')]);
    const state = new URL(stopped.url).searchParams.get('state') ?? '';
    const cookie = `tm-trip-${digestOf(state).slice(0, 16)}=${'x'.repeat(43)}`;
    const forged = await call(cloud.url, 'GET', stopped.url.slice(cloud.url.length), { headers: { cookie } });
    expect(forged.status, 'also not with a cookie that it made up').toBe(400);
    attacker.stopAt = /^http:\/\/127\.0\.0\.1:1\//;
    expect(broughtBack(await attacker.open(stopped.url)).has('code')).toBe(true);
    expect((await attacker.open(stopped.url)).status, 'and once only').toBe(400);
  });

  it('leaving for a service counts as signing in: each time is written down, for whoever has the address', async () => {
    await using cloud = await cloudWith({ rateLimits: { signIn: 3 } });
    const { url } = await begin(cloud, 'google');
    const statuses: number[] = [];
    for (let time = 0; time < 3; time += 1) statuses.push((await call(cloud.url, 'GET', url.slice(cloud.url.length))).status);
    expect(statuses.at(-1)).toBe(429);
  });

  it('a state that nobody was given, and none at all, are refused', async () => {
    await using cloud = await cloudWith();
    for (const query of ['?code=x&state=ffff', '?code=x', '?state=a&state=b&code=x', '']) {
      const page = await new TestBrowser().open(`${cloud.url}/v1/auth/callback/google${query}`);
      expect([page.status, page.text]).toEqual([400, expect.stringContaining('此次登录不是在这个浏览器中开始的')]);
    }
    const unknown = await new TestBrowser().open(`${cloud.url}/v1/auth/callback/nobody?state=x`);
    expect(unknown.status).toBe(404);
  });

  it('the answer of one service at the address of another is taken for a mix-up', async () => {
    await using cloud = await cloudWith();
    const browser = new TestBrowser();
    const begun = await begin(cloud, 'facebook');
    const dialog = await browser.open(begun.url);
    browser.stopAt = /\/v1\/auth\/callback\//;
    const stopped = await browser.submit(dialog, '/confirm', { person: 'li' });
    browser.stopAt = /^http:\/\/127\.0\.0\.1:1\//;
    const asked = apple.asked.length;
    const back = broughtBack(await browser.open(stopped.url.replace('/callback/facebook', '/callback/apple')));
    expect(Object.fromEntries(back)).toEqual({ error: 'provider_mismatch', provider: 'Facebook', state: begun.state });
    expect(apple.asked.length, 'the code goes to nobody').toBe(asked);
  });

  it('after ten minutes it is over, on the way out, on the way back and in hand', async () => {
    await using cloud = await cloudWith();
    const browser = new TestBrowser();
    const late = await begin(cloud, 'google');
    const login = await browser.open(late.url);
    const unopened = await begin(cloud, 'google');
    const inHand = await grantFrom(cloud, 'google', 'li');
    cloud.clock.now += 10 * 60_000;
    const page = await agree(browser, login, 'li');
    expect(broughtBack(page).get('error')).toBe('sign_in_expired');
    expect((await browser.open(unopened.url)).text).toContain('此次登录已超过十分钟');
    expect((await signUpWith(cloud, inHand)).problem.code).toBe('sign_in_expired');
  });

  it('a code is good once, and for its verifier alone', async () => {
    await using cloud = await cloudWith();
    const grant = await grantFrom(cloud, 'google', 'li');
    expect((await signUpWith(cloud, grant)).status).toBe(200);
    expect((await signInWith(cloud, grant)).problem.code).toBe('sign_in_used');
    const stolen = await grantFrom(cloud, 'google', 'li');
    const thief = { ...stolen, verifier: 'x'.repeat(43) };
    expect((await signInWith(cloud, thief)).problem.code).toBe('sign_in_used');
    expect((await signInWith(cloud, stolen)).problem.code, 'two had it: it is good for neither').toBe('sign_in_used');
  });

  it('the same code at the same time signs in once', async () => {
    await using cloud = await cloudWith();
    await signUp(cloud, 'li');
    const grant = await grantFrom(cloud, 'google', 'li');
    const answers = await Promise.all([1, 2, 3, 4].map(() => signInWith(cloud, grant)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401]);
  });

  it('a browser is sent back to this machine and nowhere else', async () => {
    await using cloud = await cloudWith();
    const json = (redirectUri: string) => ({ provider: 'google', redirectUri, state: 's'.repeat(22), codeChallenge: 'c'.repeat(43) });
    for (const uri of [
      'https://evil.example/aaaaaaaaaaaaaaaaaaaaaaaa',
      'http://127.0.0.1.evil.example:80/aaaaaaaaaaaaaaaaaaaaaaaa',
      'http://localhost:1234/aaaaaaaaaaaaaaaaaaaaaaaa',
      'http://127.0.0.1:1234/short',
      'http://user@127.0.0.1:1234/aaaaaaaaaaaaaaaaaaaaaaaa',
      'http://127.0.0.1:1234/aaaaaaaaaaaaaaaaaaaaaaaa#x',
      'javascript:alert(1)',
    ])
      expect((await call(cloud.url, 'POST', '/v1/auth/authorize', { json: json(uri) })).problem.code, uri).toBe('invalid_request');
  });

  it('pages for people are in their language, in nobody’s frame and without script; everything else refuses browsers', async () => {
    await using cloud = await cloudWith();
    const page = await new TestBrowser().open(`${cloud.url}/device`);
    expect(page.text).toContain('登录设备');
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/);
    expect(page.headers.get('cache-control')).toBe('no-store');
    const cookie = page.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/^tm-device=[\w-]{43}; Path=\/device; HttpOnly; SameSite=Lax; Max-Age=600$/);
    const fromPage = await call(cloud.url, 'POST', '/v1/auth/authorize', { json: {}, headers: { origin: cloud.url } });
    expect(fromPage.problem.code).toBe('origin_refused');
  });

  it('over TLS the cookies are bound to the host', async () => {
    await using cloud = await cloudWith({ behindProxy: true, providers: settingsOf({ publicUrl: 'https://cloud.example' }) });
    const answer = await call(cloud.url, 'GET', '/device');
    expect(answer.headers.get('set-cookie')).toMatch(/^__Host-tm-device=[\w-]{43}; Path=\/; Secure; HttpOnly; SameSite=Lax; Max-Age=600$/);
    const asked = await call(cloud.url, 'POST', '/v1/auth/device', { json: { device } });
    expect(asked.body).toMatchObject({ verificationUri: 'https://cloud.example/device' });
  });
});
