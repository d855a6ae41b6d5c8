import { connect } from 'node:net';
import Fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import { type Discovery, problem as problemSchema, type Route, routes } from '../../contract/index.ts';
import { call, device, PASSWORD, rawCall, startCloud } from '../testing/harness.ts';
import { registerRoutes } from './register-routes.ts';

const table = Object.values(routes) as readonly Route[];
const some = (path: string): string => path.replaceAll(/:\w+/g, '0'.repeat(32));

describe('the routes', () => {
  it('are those of the contract, all of them and no other', async () => {
    const app = Fastify({ exposeHeadRoutes: false });
    const registered: string[] = [];
    app.addHook('onRoute', (route) => void registered.push(`${String(route.method)} ${route.url}`));
    await registerRoutes(app, {} as never, {} as never);
    await app.ready();
    expect(registered.sort()).toEqual(table.map((route) => `${route.method} ${route.path}`).sort());
    await app.close();
  });

  it('ask for an access token where the contract says so', async () => {
    await using cloud = await startCloud();
    for (const route of table) {
      const answer = await call(cloud.url, route.method, some(route.path));
      if (route.auth) expect(answer.problem, route.path).toMatchObject({ status: 401, code: 'not_signed_in' });
      else expect([200, 400, 415], route.path).toContain(answer.status);
    }
  });

  it('begin with discovery', async () => {
    await using cloud = await startCloud({ region: 'mainland', signUp: 'closed' });
    const { body } = await call(cloud.url, 'GET', '/.well-known/tidemark');
    expect(body).toMatchObject({
      product: 'tidemark',
      apiVersion: 1,
      region: 'mainland',
      signUp: 'closed',
      names: { unique: 'nfc-casefold' },
    });
    expect((body as Discovery).plans.map((plan) => plan.id).sort()).toEqual(['family', 'free', 'premium', 'pro']);
  });
});

it('answers hold tokens and what is somebody’s own: nothing on the way keeps a copy', async () => {
  await using cloud = await startCloud({ plan: 'premium' });
  const laptop = await cloud.signUp();
  const json = { method: 'password', email: 'ann@example.com', password: PASSWORD, device };
  const limited = await call(cloud.url, 'POST', '/v1/auth/sessions', { json });
  expect(limited.problem.choice, 'a refusal with a secret').toBeDefined();
  for (const answer of [await laptop.refresh(), limited, await laptop.call('GET', '/v1/me')])
    expect(answer.headers.get('cache-control')).toBe('no-store');
});

describe('every error is a problem document', () => {
  const signIn = '/v1/auth/sessions';

  it.each([
    ['an unknown path', 'GET', '/v2/nothing', {}, 404, 'not_found'],
    ['the root', 'GET', '/', {}, 404, 'not_found'],
    ['a path that is no URL', 'GET', '/v1/%zz', {}, 400, 'invalid_request'],
    ['a method that the path does not take', 'PUT', '/v1/me', {}, 405, 'method_not_allowed'],
    ['HEAD', 'OPTIONS', '/v1/devices/0', {}, 405, 'method_not_allowed'],
    ['malformed JSON', 'POST', signIn, { bytes: Buffer.from('{"a":'), type: 'application/json' }, 400, 'invalid_request'],
    ['no JSON at all', 'POST', signIn, { bytes: Buffer.alloc(0), type: 'application/json' }, 400, 'invalid_request'],
    ['a poisoned prototype', 'POST', signIn, { bytes: Buffer.from('{"__proto__":{}}'), type: 'application/json' }, 400, 'invalid_request'],
    [
      'another media type',
      'POST',
      signIn,
      { bytes: Buffer.from('a=b'), type: 'application/x-www-form-urlencoded' },
      415,
      'unsupported_media_type',
    ],
    ['plain text', 'POST', signIn, { bytes: Buffer.from('a'), type: 'text/plain' }, 415, 'unsupported_media_type'],
    ['a body that is too large', 'POST', signIn, { json: { email: 'x'.repeat(70_000) } }, 413, 'body_too_large'],
    [
      'a wrong field',
      'POST',
      signIn,
      { json: { method: 'password', email: 'a@b.co', password: 'x', device: { ...device, name: '' } } },
      400,
      'invalid_request',
    ],
  ] as const)('%s', async (_, method, path, sent, status, code) => {
    await using cloud = await startCloud();
    const answer = await call(cloud.url, method, path, sent);
    expect(problemSchema.safeParse(answer.problem).success).toBe(true);
    expect(answer.problem).toMatchObject({ status, code });
    expect(answer.status).toBe(status);
    expect(answer.problem.title.length).toBeGreaterThan(10);
    if (status === 405) expect(answer.headers.get('allow')).toMatch(/GET|PATCH/);
    if (code === 'invalid_request') expect(answer.problem.params['field']).toBeTypeOf('string');
  });

  it('names the field of a wrong query or path', async () => {
    await using cloud = await startCloud();
    const ann = await cloud.signUp();
    expect((await ann.call('GET', '/v1/drive/delta?limit=0')).problem).toMatchObject({
      code: 'invalid_request',
      params: { field: 'limit' },
    });
    expect((await ann.call('DELETE', '/v1/devices/me')).problem).toMatchObject({ code: 'invalid_request', params: { field: 'id' } });
    expect((await ann.call('POST', '/v1/blocks', { json: {} })).problem).toMatchObject({ status: 415 });
    expect((await ann.call('POST', '/v1/blocks/missing', { json: { hashes: ['a'] } })).problem.params).toMatchObject({
      field: 'hashes[0]',
    });
  });

  it('what is not even HTTP', async () => {
    await using cloud = await startCloud();
    const answer = await new Promise<string>((resolve, reject) => {
      let text = '';
      const socket = connect(Number(new URL(cloud.url).port), '127.0.0.1', () => socket.write('nonsense\r\n\r\n'));
      socket.on('data', (piece) => (text += piece.toString()));
      socket.on('close', () => resolve(text));
      socket.on('error', reject);
    });
    expect(answer).toContain('HTTP/1.1 400');
    expect(answer).toContain('application/problem+json');
    expect(answer).toContain('invalid_request');
  });

  it('too many requests, with the time to wait', async () => {
    await using cloud = await startCloud({ rateLimits: { signIn: 2 } });
    const attempt = () => call(cloud.url, 'POST', signIn, { json: { method: 'password', email: 'a@b.co', password: 'wrong', device } });
    expect((await attempt()).problem.code).toBe('invalid_credentials');
    expect((await attempt()).problem.code).toBe('invalid_credentials');
    const refused = await attempt();
    expect(refused.problem).toMatchObject({ status: 429, code: 'rate_limited' });
    expect(refused.problem.params['retryAfterMs']).toBeGreaterThan(0);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await call(cloud.url, 'GET', '/.well-known/tidemark')).status).toBe(200);
  });

  it('is counted for each account by itself', async () => {
    await using cloud = await startCloud({ rateLimits: { request: 3 } });
    const [ann, bob] = [await cloud.signUp(), await cloud.signUp('bob@example.com')];
    const codes = [];
    for (let index = 0; index < 5; index += 1) codes.push((await ann.call('GET', '/v1/me')).status);
    expect(codes).toEqual([200, 200, 200, 429, 429]);
    expect((await bob.call('GET', '/v1/me')).status).toBe(200);
  });
});

describe('pages in a browser on the same machine', () => {
  it.each([
    ['an Origin', { origin: 'http://evil.example' }],
    ['an opaque Origin', { origin: 'null' }],
    ['the Origin of the server itself', { origin: 'http://127.0.0.1' }],
    ['a name that was pointed here', { host: 'evil.example' }],
    ['a name that looks like this machine', { host: 'localhost.evil.example:80' }],
    ['an address of the network', { host: '192.168.1.2:80' }],
    ['a page that loads it as a picture', { 'sec-fetch-site': 'cross-site' }],
  ])('get nothing with %s', async (_, headers) => {
    await using cloud = await startCloud();
    for (const path of ['/.well-known/tidemark', '/v1/me', '/nothing']) {
      const answer = await rawCall(cloud.url, path, headers);
      expect(answer.status).toBe(403);
      expect(JSON.parse(answer.text)).toMatchObject({ code: 'origin_refused' });
    }
  });

  it('differ from a device', async () => {
    await using cloud = await startCloud();
    const { port } = new URL(cloud.url);
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`, 'LOCALHOST']) {
      expect((await rawCall(cloud.url, '/.well-known/tidemark', { host })).status).toBe(200);
    }
    const answer = await call(cloud.url, 'GET', '/.well-known/tidemark');
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  });
});
