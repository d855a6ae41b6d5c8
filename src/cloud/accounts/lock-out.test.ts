import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Challenge, Session } from '../../contract/index.ts';
import { hourMs, minuteMs } from '../../base/index.ts';
import { type Answer, call, device, PASSWORD, type TestCloud, TestDevice } from '../testing/harness.ts';
import { ann, Post, wrong } from '../testing/post.ts';

const HOME = '203.0.113.9';
const STRANGER = '198.51.100.7';

let post: Post;
beforeEach(() => {
  post = new Post();
});
afterEach(() => {
  post[Symbol.dispose]();
});
const from = (address: string) => ({ headers: { 'x-forwarded-for': address } });
const ask = (cloud: TestCloud, address: string): Promise<Answer> =>
  call(cloud.url, 'POST', '/v1/auth/challenges', { json: { to: ann, purpose: 'enter' }, ...from(address) });
const withPassword = (cloud: TestCloud, address: string, password: string): Promise<Answer> =>
  call(cloud.url, 'POST', '/v1/auth/sessions', { json: { method: 'password', email: ann.email, password, device }, ...from(address) });
const withCode = (cloud: TestCloud, address: string, proof: object): Promise<Answer> =>
  call(cloud.url, 'POST', '/v1/auth/sessions', { json: { method: 'code', proof, device }, ...from(address) });

/** Asks for a code from there, and reads it. */
async function proofFrom(cloud: TestCloud, address: string) {
  const before = post.arrived();
  const asked = await ask(cloud, address);
  if (asked.status !== 200) throw new Error(asked.text);
  return { challenge: (asked.body as Challenge).id, code: (await post.next(before)).code };
}

/** A cloud with an account whose laptop is at home. */
async function start(): Promise<{ cloud: TestCloud; laptop: TestDevice }> {
  const cloud = await post.cloud({ behindProxy: true, rateLimits: { failedSignIn: 3 } });
  const proof = await proofFrom(cloud, HOME);
  const json = { email: ann.email, password: PASSWORD, proof, device };
  const up = await call(cloud.url, 'POST', '/v1/auth/accounts', { json, ...from(HOME) });
  cloud.clock.now += hourMs;
  return { cloud, laptop: new TestDevice(cloud.url, up.body as Session) };
}

/** All the codes that a stranger gets for the address in an hour, each guessed at as often as it goes. */
async function makeNoise(cloud: TestCloud): Promise<void> {
  for (const minutes of [0, 1, 1, 2, 5, 10]) {
    cloud.clock.now += minutes * minuteMs;
    const proof = await proofFrom(cloud, STRANGER);
    for (let guess = 0; guess < 5; guess += 1) await withCode(cloud, STRANGER, { ...proof, code: wrong(proof.code) });
  }
  cloud.clock.now += minuteMs;
}

describe('a stranger who guesses', () => {
  it('at the password locks nobody out of where their devices are, and guesses no more often for it', async () => {
    await using cloud = (await start()).cloud;
    const guesses: number[] = [];
    for (let guess = 0; guess < 4; guess += 1) guesses.push((await withPassword(cloud, STRANGER, `guess ${String(guess)}`)).status);
    expect(guesses).toEqual([401, 401, 401, 429]);
    expect((await withPassword(cloud, HOME, PASSWORD)).status).toBe(200);
    expect((await withPassword(cloud, STRANGER, PASSWORD)).status).toBe(429);
    expect((await withPassword(cloud, '192.0.2.1', PASSWORD)).status, 'from one more network').toBe(429);
    const atHome: number[] = [];
    for (let guess = 0; guess < 4; guess += 1) atHome.push((await withPassword(cloud, HOME, `guess ${String(guess)}`)).status);
    expect(atHome, 'who is a neighbour').toEqual([401, 401, 401, 429]);
  });

  it('at codes, and asks for all that there are, locks nobody out of where their devices are', async () => {
    await using cloud = (await start()).cloud;
    await makeNoise(cloud);
    expect((await ask(cloud, STRANGER)).problem.code).toBe('rate_limited');
    expect((await ask(cloud, '192.0.2.1')).problem.code, 'from one more network').toBe('rate_limited');
    const proof = await proofFrom(cloud, HOME);
    expect((await ask(cloud, HOME)).problem.code, 'there are pauses at home too').toBe('rate_limited');
    expect((await withCode(cloud, HOME, proof)).status).toBe(200);
  });

  it('keeps nobody who is signed in from proving who they are', async () => {
    const { cloud: opened, laptop } = await start();
    await using cloud = opened;
    await makeNoise(cloud);
    const session = (await call(cloud.url, 'POST', '/v1/auth/token', { json: { refreshToken: laptop.session.refreshToken } })).body;
    const away = new TestDevice(cloud.url, session as Session);
    const before = post.arrived();
    const json = { to: ann, purpose: 'prove' };
    const asked = await away.call('POST', '/v1/me/challenges', { json, ...from('192.0.2.1') });
    expect(asked.status, asked.text).toBe(200);
    const proof = { challenge: (asked.body as Challenge).id, code: (await post.next(before)).code };
    expect((await away.call('POST', '/v1/me/proof', { json: { method: 'code', proof }, ...from('192.0.2.1') })).status).toBe(200);
  });

  it('learns nothing of whether there is an account', async () => {
    await using cloud = (await start()).cloud;
    const answers = async (email: string): Promise<unknown[]> => {
      const asked = async (address: string) =>
        (
          await call(cloud.url, 'POST', '/v1/auth/challenges', {
            json: { to: { kind: 'email', email }, purpose: 'enter' },
            ...from(address),
          })
        ).status;
      return [await asked(STRANGER), await asked(STRANGER), await asked('192.0.2.1')];
    };
    expect(await answers('nobody@example.com')).toEqual(await answers(ann.email));
  });
});
