import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Account, AuditPage, DeviceAuthorization, Session } from '../../contract/index.ts';
import { TestBrowser, type Seen } from '../testing/browser.ts';
import { type Answer, call, device, PASSWORD, startCloud, type TestCloud, TestDevice } from '../testing/harness.ts';
import type { HttpService } from '../testing/http-service.ts';
import { openIdService } from '../testing/openid-service.ts';
import { Post, signIn, wrong } from '../testing/post.ts';
import { agree, googleSettings, grantFrom, settingsOf, signInWith, signUpWith } from '../testing/sign-ins.ts';

let google: HttpService;
beforeAll(async () => {
  google = await openIdService('google');
});
afterAll(() => google[Symbol.asyncDispose]());

async function cloudWith(overrides: Parameters<typeof startCloud>[0] = {}): Promise<TestCloud> {
  const cloud = await startCloud({ providers: settingsOf({ google: googleSettings(google) }), ...overrides });
  cloud.clock.now = Date.now();
  return cloud;
}

const ask = async (cloud: TestCloud, name = 'The NAS'): Promise<DeviceAuthorization> => {
  const answer = await call(cloud.url, 'POST', '/v1/auth/device', { json: { device: { ...device, name } } });
  expect(answer.status, answer.text).toBe(200);
  return answer.body as DeviceAuthorization;
};
const poll = (cloud: TestCloud, { deviceCode }: DeviceAuthorization): Promise<Answer> => signInWith(cloud, { kind: 'device', deviceCode });

/** The person opens the page, and types the code. */
async function typeCode(browser: TestBrowser, { verificationUri, userCode }: DeviceAuthorization): Promise<Seen> {
  return browser.submit(await browser.open(verificationUri), '/device', { code: userCode.toLowerCase().replace('-', ' ') });
}

describe('a device that waits', () => {
  it('is signed in by whoever types its code and signs in with another service', async () => {
    await using cloud = await cloudWith();
    const account = (await signUpWith(cloud, await grantFrom(cloud, 'google', 'li'))).body as Session;
    const asked = await ask(cloud);
    expect(asked.userCode).toMatch(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/);
    expect((await poll(cloud, asked)).problem.code).toBe('authorization_pending');
    const browser = new TestBrowser();
    const ways = await typeCode(browser, asked);
    expect(ways.text).toMatch(/The NAS[\s\S]*Linux[\s\S]*云服务所在的电脑/);
    const login = await browser.submit(ways, '/device/provider', { provider: 'google' });
    const done = await agree(browser, login, 'li');
    expect([done.status, done.text], 'the browser stays here').toEqual([200, expect.stringContaining('设备已登录')]);
    const signedIn = await poll(cloud, asked);
    expect(signedIn.body).toMatchObject({ accountId: account.accountId });
    expect((await poll(cloud, asked)).problem.code).toBe('sign_in_used');
  });

  it('learns that there is no account, and makes one with the same', async () => {
    await using cloud = await cloudWith();
    const asked = await ask(cloud);
    const browser = new TestBrowser();
    await agree(browser, await browser.submit(await typeCode(browser, asked), '/device/provider', { provider: 'google' }), 'wang');
    expect((await poll(cloud, asked)).problem.code).toBe('no_such_account');
    const up = await signUpWith(cloud, { kind: 'device', deviceCode: asked.deviceCode });
    expect(up.body, up.text).toMatchObject({ label: 'wang@example.com' });
  });

  it('is signed in with a password, and not once that has been changed', async () => {
    await using cloud = await cloudWith();
    const laptop = await cloud.signUp();
    const asked = await ask(cloud);
    const browser = new TestBrowser();
    const ways = await typeCode(browser, asked);
    const wrong = await browser.submit(ways, '/device/password', { email: 'ann@example.com', password: 'wrong wrong' });
    expect([wrong.status, wrong.text]).toEqual([401, expect.stringContaining('邮箱或密码不正确')]);
    const again = await browser.open(`${cloud.url}/device/ways`);
    const done = await browser.submit(again, '/device/password', { email: 'ann@example.com', password: PASSWORD });
    expect(done.text).toContain('设备已登录');
    const late = await ask(cloud);
    await browser.submit(await typeCode(browser, late), '/device/password', { email: 'ann@example.com', password: PASSWORD });
    expect((await poll(cloud, asked)).body).toMatchObject({ accountId: laptop.session.accountId });
    await laptop.ok('POST', '/v1/me/password', { json: { password: 'another horse battery' } });
    expect((await poll(cloud, late)).problem.code).toBe('sign_in_used');
  });

  it('makes no account with a password: that proves no address', async () => {
    await using cloud = await cloudWith();
    const laptop = await cloud.signUp();
    const grant = await grantFrom(cloud, 'google', 'li', { device: laptop, purpose: 'link' });
    const { identities } = await laptop.ok<Account>('POST', '/v1/me/identities', { json: { grant } });
    expect(identities[0]).toMatchObject({ kind: 'email', proved: false });
    const asked = await ask(cloud);
    const browser = new TestBrowser();
    await browser.submit(await typeCode(browser, asked), '/device/password', { email: 'ann@example.com', password: PASSWORD });
    await laptop.ok('DELETE', `/v1/me/identities/${identities[0]?.id ?? ''}`);
    expect((await signUpWith(cloud, { kind: 'device', deviceCode: asked.deviceCode })).problem.code).toBe('sign_in_used');
  });

  it('is signed in with a code that is mailed', async () => {
    using post = new Post();
    await using cloud = await cloudWith({ mail: { folder: post.folder } });
    const laptop = await post.signUp(cloud);
    cloud.clock.now += 2 * 60_000;
    const asked = await ask(cloud);
    const browser = new TestBrowser();
    const before = post.arrived();
    const page = await browser.submit(await typeCode(browser, asked), '/device/mail', { email: 'ann@example.com' });
    const { code } = await post.next(before);
    const done = await browser.submit(page, '/device/code', { code });
    expect(done.text).toContain('设备已登录');
    expect((await poll(cloud, asked)).body).toMatchObject({ accountId: laptop.session.accountId });
    const challenge = /name="challenge" value="([0-9a-f]{32})"/.exec(page.text)?.[1] ?? '';
    expect((await signIn(cloud, { challenge, code })).problem.code, 'the code is used up with it').toBe('code_expired');
  });

  it('asks not too often, and not for ever', async () => {
    await using cloud = await cloudWith();
    const asked = await ask(cloud);
    const codes: string[] = [];
    for (const pause of [0, 4000, 6000, 9000, 15_000]) {
      cloud.clock.now += pause;
      codes.push((await poll(cloud, asked)).problem.code);
    }
    // Each one that comes too early makes the next wait longer by five seconds.
    expect(codes).toEqual(['authorization_pending', 'slow_down', 'slow_down', 'slow_down', 'slow_down']);
    cloud.clock.now += 60_000;
    expect((await poll(cloud, asked)).problem.code).toBe('authorization_pending');
    cloud.clock.now += 10 * 60_000;
    expect((await poll(cloud, asked)).problem.code).toBe('sign_in_expired');
    const late = await typeCode(new TestBrowser(), asked);
    expect([late.status, late.text]).toEqual([400, expect.stringContaining('没有设备在等待此代码')]);
    expect((await poll(cloud, { ...asked, deviceCode: 'x'.repeat(43) })).problem.code).toBe('sign_in_used');
  });

  it('is told when the person does not know it', async () => {
    await using cloud = await cloudWith();
    const asked = await ask(cloud);
    const browser = new TestBrowser();
    const denied = await browser.submit(await typeCode(browser, asked), '/device/deny');
    expect(denied.text).toContain('已拒绝该设备');
    expect((await poll(cloud, asked)).problem.code).toBe('sign_in_denied');
    expect((await typeCode(browser, asked)).status).toBe(400);
  });
});

describe('abuse of the page for devices', () => {
  it('what is refused there is in the log of the account, with where it came from', async () => {
    using post = new Post();
    await using cloud = await cloudWith({ mail: { folder: post.folder } });
    const laptop = await post.signUp(cloud);
    await laptop.ok('POST', '/v1/me/password', { json: { password: PASSWORD } });
    cloud.clock.now += 2 * 60_000;
    const browser = new TestBrowser();
    const ways = await typeCode(browser, await ask(cloud));
    await browser.submit(ways, '/device/password', { email: 'ann@example.com', password: 'wrong wrong' });
    const before = post.arrived();
    const page = await browser.submit(ways, '/device/mail', { email: 'ann@example.com' });
    const { code } = await post.next(before);
    expect((await browser.submit(page, '/device/code', { code: wrong(code) })).status).toBe(401);
    const { events } = await laptop.ok<AuditPage>('GET', '/v1/me/log?limit=2');
    expect(events.map(({ kind, detail, place }) => [kind, detail, place?.from])).toEqual([
      ['sign_in_refused', 'code', 'this_machine'],
      ['sign_in_refused', 'password', 'this_machine'],
    ]);
  });

  it('codes are guessed at ten times a minute', async () => {
    await using cloud = await cloudWith();
    const browser = new TestBrowser();
    const page = await browser.open(`${cloud.url}/device`);
    const statuses: number[] = [];
    for (let index = 0; index < 12; index += 1) statuses.push((await browser.submit(page, '/device', { code: 'BBBBBBBB' })).status);
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 400), 429, 429]);
  });

  it('a form of another site, or without its token, does nothing', async () => {
    await using cloud = await cloudWith();
    const asked = await ask(cloud);
    const browser = new TestBrowser();
    const ways = await typeCode(browser, asked);
    const evil = { ...ways, url: 'http://evil.example/' };
    const target = new URL('/device/deny', cloud.url).href;
    const foreign = await browser.submit(
      { ...evil, text: `<form method="post" action="${target}">${ways.text.split('<form')[1] ?? ''}</form>` },
      '/device/deny',
    );
    expect(foreign.status).toBe(400);
    expect(
      (await browser.submit({ ...ways, text: ways.text.replaceAll(/value="[0-9a-f]{64}"/g, 'value="0"') }, '/device/deny')).status,
    ).toBe(400);
    expect((await new TestBrowser().submit(ways, '/device/deny')).status, 'another browser').toBe(400);
    expect((await poll(cloud, asked)).problem.code).toBe('authorization_pending');
  });

  it('a form that a browser says came from elsewhere does nothing, whatever it holds', async () => {
    await using cloud = await cloudWith();
    const page = await call(cloud.url, 'GET', '/device');
    const cookie = (page.headers.get('set-cookie') ?? '').split(';', 1)[0] ?? '';
    const token = /name="token" value="([0-9a-f]{64})"/.exec(page.text)?.[1] ?? '';
    const type = 'application/x-www-form-urlencoded';
    const send = async (headers: Readonly<Record<string, string>>): Promise<number> => {
      const { userCode } = await ask(cloud);
      const bytes = Buffer.from(new URLSearchParams({ token, code: userCode }).toString());
      return (await call(cloud.url, 'POST', '/device', { bytes, type, headers: { cookie, ...headers } })).status;
    };
    expect(await send({ origin: 'http://evil.example', 'sec-fetch-site': 'same-origin' })).toBe(400);
    expect(await send({ origin: cloud.url, 'sec-fetch-site': 'same-site' })).toBe(400);
    expect(await send({ origin: 'null' })).toBe(400);
    expect(await send({ origin: cloud.url, 'sec-fetch-site': 'same-origin' })).toBe(200);
  });

  it('a link with the code in it does no more than fill it in', async () => {
    await using cloud = await cloudWith();
    const asked = await ask(cloud);
    const page = await new TestBrowser().open(asked.verificationUriComplete);
    expect(page.text).toContain(`value="${asked.userCode}"`);
    expect(page.text).not.toContain('The NAS');
  });

  it('where a device asks from is shown as its network, and kept no more exactly', async () => {
    await using cloud = await cloudWith({
      behindProxy: true,
      providers: settingsOf({ publicUrl: 'http://127.0.0.1:1', google: googleSettings(google) }),
    });
    const from = async (address: string): Promise<string> => {
      const headers = { 'x-forwarded-for': address };
      const asked = await call(cloud.url, 'POST', '/v1/auth/device', { json: { device }, headers });
      const page = await call(cloud.url, 'GET', '/device');
      const cookie = (page.headers.get('set-cookie') ?? '').split(';', 1)[0] ?? '';
      const token = /name="token" value="([0-9a-f]{64})"/.exec(page.text)?.[1] ?? '';
      const bytes = Buffer.from(new URLSearchParams({ token, code: (asked.body as DeviceAuthorization).userCode }).toString());
      const type = 'application/x-www-form-urlencoded';
      return (await call(cloud.url, 'POST', '/device', { bytes, type, headers: { cookie, origin: 'http://127.0.0.1:1' } })).text;
    };
    expect(await from('203.0.113.77')).toContain('203.0.113.0/24');
    expect(await from('192.168.7.7')).toContain('the network that the cloud is in');
    await cloud.cloud.close();
    const kept = readdirSync(cloud.dataDir).filter((name) => name.startsWith('catalogue.db'));
    const bytes = kept.map((name) => readFileSync(join(cloud.dataDir, name), 'latin1')).join('');
    expect(bytes).toContain('203.0.113.0/24');
    for (const address of ['203.0.113.77', '192.168.7.7']) expect(bytes).not.toContain(address);
  });

  it('the name of a device is text, whatever stands in it', async () => {
    await using cloud = await cloudWith();
    const name = `<script>alert("1")</script>&'`;
    const asked = await ask(cloud, name);
    const ways = await typeCode(new TestBrowser(), asked);
    expect(ways.text).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;');
    const filled = await new TestBrowser().open(`${cloud.url}/device?code=${encodeURIComponent('"><script>')}`);
    expect(filled.text).not.toContain('<script>');
  });

  it('what a device got is its own: a code of a browser is none of a device', async () => {
    await using cloud = await cloudWith();
    const grant = await grantFrom(cloud, 'google', 'li');
    if (grant.kind !== 'browser') throw new Error('no browser');
    expect((await signInWith(cloud, { kind: 'device', deviceCode: grant.code })).problem.code).toBe('sign_in_used');
    expect(new TestDevice(cloud.url, (await signUpWith(cloud, grant)).body as Session).session.label).toBe('li@example.com');
  });
});
