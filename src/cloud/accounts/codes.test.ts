import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Account, Challenge, Session } from '../../contract/index.ts';
import { dayMs, hourMs, minuteMs } from '../../base/index.ts';
import { type Answer, call, device, PASSWORD, startCloud, type TestCloud } from '../testing/harness.ts';
import { mailServer } from '../testing/mail-server.ts';
import { ann, ask, phone, Post, signIn, signUp, wrong } from '../testing/post.ts';

let post: Post;
beforeEach(() => {
  post = new Post();
});
afterEach(() => {
  post[Symbol.dispose]();
});
const start = (): Promise<TestCloud> => post.cloud({ rateLimits: { code: 1000, signIn: 1000 } });

describe('a code', () => {
  it('signs up without a password, and signs in afterwards, by mail and by text message', async () => {
    await using cloud = await start();
    for (const [to, label] of [
      [ann, 'ann@example.com'],
      [phone, phone.phone],
    ] as const) {
      const proof = await post.proof(cloud, to);
      expect((await signIn(cloud, proof)).problem.code, 'only now is it told that there is no account').toBe('no_such_account');
      const up = await signUp(cloud, { proof });
      expect(up.body as Session, 'the same code is still good for it').toMatchObject({ label });
      const me = await call(cloud.url, 'GET', '/v1/me', { token: (up.body as Session).accessToken });
      expect(me.body as Account).toMatchObject({ hasPassword: false, identities: [{ kind: to.kind, label, proved: true }] });
      expect((await signUp(cloud, { proof })).problem.code).toBe('code_expired');
      cloud.clock.now += hourMs;
      expect((await signIn(cloud, await post.proof(cloud, to))).status).toBe(200);
    }
  });

  it('says nothing of whether there is an account', async () => {
    await using cloud = await start();
    await signUp(cloud, { proof: await post.proof(cloud) });
    cloud.clock.now += hourMs;
    const shape = (answer: Answer): unknown => [answer.status, Object.keys(answer.body as object)];
    const [known, unknown] = [await ask(cloud), await ask(cloud, { kind: 'email', email: 'bob@example.com' })];
    expect(shape(unknown)).toEqual(shape(known));
    const [one, other] = [known, unknown].map((answer) => (answer.body as Challenge).id);
    const tries = await Promise.all([one, other].map((challenge) => signIn(cloud, { challenge, code: 'nonsense' })));
    expect(tries[0]?.text).toBe(tries[1]?.text);
  });

  it('is good for ten minutes, for one use, for what it was asked for, and for a few tries', async () => {
    await using cloud = await start();
    const proof = await post.proof(cloud);
    for (const attemptsLeft of [4, 3, 2, 1])
      expect((await signIn(cloud, { ...proof, code: wrong(proof.code) })).problem).toMatchObject({
        code: 'code_wrong',
        params: { attemptsLeft },
      });
    expect((await signUp(cloud, { proof })).status).toBe(200);
    expect((await signIn(cloud, proof)).problem.code, 'used').toBe('code_expired');
    cloud.clock.now += hourMs;
    const old = await post.proof(cloud);
    cloud.clock.now += 10 * minuteMs;
    expect((await signIn(cloud, old)).problem.code, 'ten minutes old').toBe('code_expired');
    const reset = await post.proof(cloud, ann, 'reset');
    expect((await signIn(cloud, reset)).problem.code, 'for a new password').toBe('code_expired');
    cloud.clock.now += hourMs;
    const guessed = await post.proof(cloud);
    // However many come at once.
    const answers = await Promise.all(Array.from({ length: 20 }, () => signIn(cloud, { ...guessed, code: wrong(guessed.code) })));
    expect(answers.filter((answer) => answer.problem.code === 'code_wrong')).toHaveLength(5);
    expect((await signIn(cloud, guessed)).problem.code, 'five tries').toBe('code_expired');
  });

  it('is sent again only after a while, and another one gives no more tries than there are in an hour', async () => {
    await using cloud = await start();
    const first = (await ask(cloud)).body as Challenge;
    expect(first).toMatchObject({ resendAt: cloud.clock.now + minuteMs, expiresAt: cloud.clock.now + 10 * minuteMs, attemptsLeft: 5 });
    expect((await ask(cloud)).problem).toMatchObject({ code: 'rate_limited', params: { retryAfterMs: minuteMs } });
    let failures = 0;
    for (let sent = 1; sent < 6; sent += 1) {
      cloud.clock.now += [1, 1, 2, 5, 10][sent - 1]! * minuteMs;
      const proof = await post.proof(cloud);
      for (let guess = 0; guess < 5; guess += 1) {
        const { code } = (await signIn(cloud, { ...proof, code: wrong(proof.code) })).problem;
        if (code === 'code_wrong') failures += 1;
        else expect(code).toBe('rate_limited');
      }
    }
    expect(failures).toBe(20);
    cloud.clock.now += 15 * minuteMs;
    expect((await ask(cloud)).problem.code, 'six in an hour').toBe('rate_limited');
    cloud.clock.now += hourMs;
    expect((await ask(cloud)).status).toBe(200);
  });

  it('is not guessed at for ever: there are so many tries and so many codes a day, however patient somebody is', async () => {
    await using cloud = await start();
    const began = cloud.clock.now;
    let failures = 0;
    let sent = 0;
    let longest = 0;
    // As one who asks again as soon as that is allowed, for a day.
    while (cloud.clock.now < began + dayMs) {
      const before = post.arrived();
      const asked = await ask(cloud);
      if (asked.status !== 200) {
        const wait = Number(asked.problem.params['retryAfterMs']);
        longest = Math.max(longest, wait);
        cloud.clock.now += wait;
        continue;
      }
      sent += 1;
      const proof = { challenge: (asked.body as Challenge).id, code: wrong((await post.next(before)).code) };
      for (let guess = 0; guess < 5 && (await signIn(cloud, proof)).problem.code === 'code_wrong'; guess += 1) failures += 1;
    }
    expect({ sent, failures }).toEqual({ sent: 20, failures: 40 });
    expect(longest, 'until a day after the first').toBeGreaterThan(12 * hourMs);
    expect((await ask(cloud)).status).toBe(200);
  });

  it('is written in the language of who asks', async () => {
    await using cloud = await start();
    const languages = ['de-DE', 'zh-CN', 'zh-TW'];
    const texts: string[] = [];
    for (const [index, language] of languages.entries()) {
      const before = post.arrived();
      await ask(cloud, { kind: 'email', email: `ann${index}@example.com` }, 'enter', language);
      texts.push((await post.next(before)).text);
    }
    expect(texts).toEqual([
      expect.stringContaining('The code is'),
      expect.stringContaining('验证码：'),
      expect.stringContaining('驗證碼：'),
    ]);
  });

  it('is asked for in vain where none can be sent', async () => {
    await using cloud = await startCloud();
    expect((await ask(cloud)).problem).toMatchObject({ code: 'codes_unavailable', status: 409 });
  });
});

describe('an address', () => {
  it('has one spelling: what a mail server would take for the same has no codes of its own', async () => {
    await using mail = await mailServer();
    await using cloud = await startCloud({
      mail: { smtp: `smtp://127.0.0.1:${mail.port}`, from: 'tidemark@example.com' },
      rateLimits: { code: 100 },
    });
    const spellings = [
      'ann@example.com>',
      '<ann@example.com',
      'ann@exam\u00adple.com',
      'ann@example\ufe0f.com',
      'ann@\uff45xample.com',
      'ann@mail\u3002example.com',
      'ann@example.com.',
      'ann\u0000@example.com',
      'an\u200bn@example.com',
      '"ann"@example.com',
      'bob,ann@example.com',
    ];
    for (const email of spellings) expect((await ask(cloud, { kind: 'email', email })).status, JSON.stringify(email)).toBe(400);
    for (const email of [
      'ann.o’hara+tide@b\u00fccher.example',
      'ann@xn--bcher-kva.example',
      "o'hara_1!#$%&*/=?^{|}~@ex-ample.co.uk",
      '安@例え.テスト',
    ])
      expect((await ask(cloud, { kind: 'email', email })).status, email).toBe(200);
    await cloud.cloud.close();
    expect(mail.mails.filter(({ to }) => JSON.stringify(to).includes('ann@example.com'))).toEqual([]);
  });

  it('that mail can be sent to has to be proved before there is an account with a password', async () => {
    await using cloud = await start();
    expect((await signUp(cloud, { email: ann.email, password: PASSWORD })).problem.code).toBe('proof_required');
    const other = await post.proof(cloud, { kind: 'email', email: 'eve@example.com' });
    expect((await signUp(cloud, { email: ann.email, password: PASSWORD, proof: other })).problem.code).toBe('proof_required');
    expect((await signUp(cloud, { email: ann.email, password: PASSWORD, proof: await post.proof(cloud) })).status).toBe(200);
    await cloud.signIn();
  });

  it('that somebody else used without proof is its owner’s with the first code: password, devices and other ways go', async () => {
    await using unproved = await startCloud();
    const eve = await unproved.signUp();
    await using cloud = await unproved.restart({ mail: { folder: post.folder } });
    const session = (await signIn(cloud, await post.proof(cloud))).body as Session;
    expect(session.accountId, 'the files stay').toBe(eve.session.accountId);
    const password = await call(cloud.url, 'POST', '/v1/auth/sessions', {
      json: { method: 'password', email: ann.email, password: PASSWORD, device },
    });
    expect(password.problem.code).toBe('invalid_credentials');
    const refresh = await call(cloud.url, 'POST', '/v1/auth/token', { json: { refreshToken: eve.session.refreshToken } });
    expect(refresh.problem.code).toBe('device_revoked');
  });
});

describe('a forgotten password', () => {
  it('is replaced with a code, and signs all devices out', async () => {
    await using cloud = await start();
    await signUp(cloud, { email: ann.email, password: PASSWORD, proof: await post.proof(cloud) });
    const laptop = await cloud.signIn();
    const proof = await post.proof(cloud, ann, 'reset').catch(async () => {
      cloud.clock.now += minuteMs;
      return post.proof(cloud, ann, 'reset');
    });
    const reset = (password: string): Promise<Answer> => call(cloud.url, 'POST', '/v1/auth/password', { json: { proof, password } });
    expect((await reset('short')).problem.code).toBe('invalid_request');
    expect((await reset('an entirely new one')).status).toBe(200);
    expect((await reset('an entirely new one')).problem.code).toBe('code_expired');
    expect((await call(cloud.url, 'GET', '/v1/me', { token: laptop.session.accessToken })).problem.code).toBe('device_revoked');
    const signedIn = (password: string): Promise<Answer> =>
      call(cloud.url, 'POST', '/v1/auth/sessions', { json: { method: 'password', email: ann.email, password, device } });
    expect((await signedIn(PASSWORD)).problem.code).toBe('invalid_credentials');
    expect((await signedIn('an entirely new one')).status).toBe(200);
  });
});

describe('a phone number', () => {
  it('is one that messages go to: of a numbering plan, of a country that is served, and not one that costs', async () => {
    await using cloud = await startCloud({ sms: { folder: post.folder, countries: ['DE', 'CH'] } });
    const to = (number: string): object => ({ kind: 'phone', phone: number });
    for (const [number, code] of [
      ['+4915112345678', undefined],
      ['+41446681800', undefined],
      ['+33612345678', 'phone_not_served'],
      ['+8613800138000', 'phone_not_served'],
      // A satellite network, of no country.
      ['+8821612345678', 'phone_not_served'],
      ['+19005551234', 'phone_invalid'],
      ['+49151', 'invalid_request'],
      ['+4915112', 'phone_invalid'],
      ['+999123456789', 'phone_invalid'],
      // The same phone as the first, written as it is dialled at home: as another number it would have limits of its own.
      ['+49015112345678', 'phone_invalid'],
    ] as const) {
      const answer = await ask(cloud, to(number));
      expect([number, answer.status === 200 ? undefined : answer.problem.code]).toEqual([number, code]);
    }
    // The answer does not wait for the message.
    await expect.poll(() => post.arrived().length).toBeGreaterThan(1);
    expect(post.arrived(), 'nothing was sent to the others').toHaveLength(2);
    const discovery = await call(cloud.url, 'GET', '/.well-known/tidemark');
    expect(discovery.body).toMatchObject({ codes: { email: false, phone: true, phoneCountries: ['DE', 'CH'] } });
  });
});
