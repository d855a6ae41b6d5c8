import { randomBytes } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { describe, expect, it } from 'vitest';
import { dayMs, MiB } from '../../base/index.ts';
import { BLOCKS_MEDIA_TYPE } from '../../contract/index.ts';
import { call, contentOf, device, framesOf, id, mkdir, startCloud } from '../testing/harness.ts';

describe('a server under abuse', () => {
  it('behind a proxy believes the address that the proxy saw, not those the client made up', async () => {
    await using cloud = await startCloud({ behindProxy: true, rateLimits: { signIn: 3 } });
    const attempt = async (forged: string): Promise<number> => {
      const headers = { 'x-forwarded-for': `${forged}, 203.0.113.9` };
      return (await call(cloud.url, 'POST', '/v1/auth/sessions', { json: {}, headers })).status;
    };
    const statuses = [await attempt('10.0.0.1'), await attempt('10.0.0.2'), await attempt('10.0.0.3'), await attempt('10.0.0.4')];
    expect(statuses).toEqual([400, 400, 400, 429]);
  });

  it('counts a subscriber of IPv6 once, whose every request may come from another address', async () => {
    await using cloud = await startCloud({ behindProxy: true, rateLimits: { signIn: 3 } });
    const attempt = async (address: string): Promise<number> =>
      (await call(cloud.url, 'POST', '/v1/auth/sessions', { json: {}, headers: { 'x-forwarded-for': address } })).status;
    const ofOne = ['2001:db8:7:1::1', '2001:db8:7:1:ffff::2', '2001:DB8:7:ff:0:0:0:3', '2001:db8:7::4'];
    const statuses: number[] = [];
    for (const address of [...ofOne, '2001:db8:7:100::1', '203.0.113.9', '::ffff:203.0.113.9']) statuses.push(await attempt(address));
    expect(statuses).toEqual([400, 400, 400, 429, 400, 400, 400]);
    expect([await attempt('203.0.113.9'), await attempt('::ffff:203.0.113.9')], 'one address of IPv4, however it is written').toEqual([
      400, 429,
    ]);
  });

  it('hashes the passwords of one account as slowly as it lets others guess', async () => {
    await using cloud = await startCloud({ rateLimits: { signIn: 3 } });
    const ann = await cloud.signUp();
    const statuses: number[] = [];
    for (const password of ['a new horse battery', 'another horse battery', 'a third horse battery', 'a fourth horse battery'])
      statuses.push((await ann.call('POST', '/v1/me/password', { json: { password } })).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
  });

  it('counts guesses that are made at the same time', async () => {
    await using cloud = await startCloud({ rateLimits: { failedSignIn: 5 } });
    await cloud.signUp();
    const guess = async (password: string): Promise<number> =>
      (await call(cloud.url, 'POST', '/v1/auth/sessions', { json: { method: 'password', email: 'ann@example.com', password, device } }))
        .status;
    const statuses = await Promise.all(Array.from({ length: 20 }, (_, index) => guess(`guess ${index}`)));
    expect(statuses.filter((status) => status === 401)).toHaveLength(5);
    expect(statuses.filter((status) => status === 429)).toHaveLength(15);
  });

  it('lets nobody guess at one password for ever, however patient they are', async () => {
    await using cloud = await startCloud({ rateLimits: { failedSignIn: 2 } });
    await cloud.signUp();
    const began = cloud.clock.now;
    let guesses = 0;
    while (cloud.clock.now < began + dayMs) {
      const json = { method: 'password', email: 'ann@example.com', password: `guess ${guesses}`, device };
      const answer = await call(cloud.url, 'POST', '/v1/auth/sessions', { json });
      if (answer.status === 401) guesses += 1;
      else cloud.clock.now += Number(answer.problem.params['retryAfterMs']);
    }
    expect(guesses).toBe(10);
    await cloud.signIn();
  });

  it('signing in rightly many times at once is no guessing', async () => {
    await using cloud = await startCloud({ rateLimits: { failedSignIn: 5 } });
    await cloud.signUp();
    for (let index = 0; index < 8; index += 1) await cloud.signIn();
  });

  it('holds to the cap of blocks without a commit when they come at the same time', async () => {
    const plans = [{ id: 'free', storageBytes: 1 * MiB, devices: null, pricePerYearUsd: 0 }] as const;
    await using cloud = await startCloud({ plans, uncommittedSlackBytes: 1 * MiB });
    const ann = await cloud.signUp();
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => ann.call('POST', '/v1/blocks', { bytes: framesOf([randomBytes(1 * MiB)]), type: BLOCKS_MEDIA_TYPE })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(2);
    expect(answers.filter(({ status }) => status === 507)).toHaveLength(6);
    // What was refused is not held against those that come later.
    const [first] = answers.filter(({ status }) => status === 507);
    expect(first?.problem.code).toBe('uncommitted_limit');
    expect((await ann.store(contentOf(randomBytes(10)))).status).toBe(507);
  });

  it('lets a device that was signed out from afar not finish what it had begun to send', async () => {
    await using cloud = await startCloud();
    const laptop = await cloud.signUp();
    const stolen = await cloud.signIn();
    const body = JSON.stringify({ entries: [mkdir('too late')] });
    const answer = new Promise<{ status: number; text: string }>((resolve, reject) => {
      const headers = {
        authorization: `Bearer ${stolen.session.accessToken}`,
        'content-type': 'application/json',
        'content-length': body.length,
        'idempotency-key': id(),
      };
      const request = httpRequest(`${cloud.url}/v1/drive/commit`, { method: 'POST', headers }, (response) => {
        let text = '';
        response.on('data', (piece: Buffer) => (text += piece.toString()));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      });
      request.on('error', reject);
      request.write(body.slice(0, 10));
      // The server knows the request when it answers another one that came later.
      void laptop
        .ok('GET', '/v1/me')
        .then(() => laptop.ok('DELETE', `/v1/devices/${stolen.session.deviceId}`))
        .then(() => request.end(body.slice(10)), reject);
    });
    expect(await answer).toMatchObject({ status: 401 });
    expect((await answer).text).toContain('device_revoked');
    expect(await laptop.tree()).toEqual([]);
  });
});
