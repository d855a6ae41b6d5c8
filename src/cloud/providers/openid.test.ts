import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { boundedFetch } from './bounded-fetch.ts';
import { openProviders } from './open-providers.ts';
import type { SignInProvider, Trip } from './provider.ts';
import { answer, HttpService } from '../testing/http-service.ts';
import { googleSettings, settingsOf } from '../testing/sign-ins.ts';

const own = generateKeyPairSync('rsa', { modulusLength: 2048 });
const others = generateKeyPairSync('rsa', { modulusLength: 2048 });
const trip: Trip = {
  state: 'the state',
  nonce: 'the nonce',
  verifier: 'v'.repeat(43),
  redirectUri: 'http://127.0.0.1:9/v1/auth/callback/google',
  anewSince: null,
};

type Token = Readonly<Record<string, unknown>>;
const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const signed = (head: object, claims: Token, by = own.privateKey): string => {
  const text = `${part(head)}.${part(claims)}`;
  return `${text}.${sign('sha256', Buffer.from(text), by).toString('base64url')}`;
};

/** A service that answers what the test says. */
let service: HttpService;
let metadata: Record<string, unknown>;
let tokenAnswer: () => object | string;
let status: number;
let headers: Record<string, string>;
let provider: SignInProvider;
let claims: Record<string, unknown>;

beforeEach(async () => {
  service = await new HttpService().listen((request, response) => {
    const path = (request.url ?? '').split('?', 1)[0];
    if (path === '/.well-known/openid-configuration') return answer(response, metadata);
    if (path === '/jwks') {
      const key = own.publicKey.export({ format: 'jwk' });
      return answer(response, { keys: [{ ...key, kid: 'one', use: 'sig', alg: 'RS256' }] });
    }
    return answer(response, tokenAnswer(), status, headers);
  });
  metadata = {
    issuer: service.url,
    authorization_endpoint: `${service.url}/authorize`,
    token_endpoint: `${service.url}/token`,
    jwks_uri: `${service.url}/jwks`,
    id_token_signing_alg_values_supported: ['RS256'],
    authorization_response_iss_parameter_supported: true,
  };
  const now = Math.floor(Date.now() / 1000);
  claims = { iss: service.url, aud: 'tidemark', sub: 'li', nonce: 'the nonce', iat: now, exp: now + 60, email: 'li@example.com' };
  status = 200;
  headers = {};
  tokenAnswer = () => ({ access_token: 'a', token_type: 'Bearer', id_token: signed({ alg: 'RS256', kid: 'one' }, claims) });
  provider = providerOf();
});
function providerOf(more: object = {}): SignInProvider {
  const found = openProviders(settingsOf({ google: { ...googleSettings(service), ...more } }), Date.now).get('google');
  if (found === undefined) throw new Error('google is not there');
  return found;
}
afterEach(() => service[Symbol.asyncDispose]());

const identify = (more: Record<string, string> = {}, without?: string, by: Trip = trip): Promise<unknown> => {
  const query = new URLSearchParams({ code: 'the code', state: 'the state', iss: service.url, ...more });
  if (without !== undefined) query.delete(without);
  return provider.identify(query, by).catch((error: unknown) => {
    const { code, params, cause } = error as { code: string; params: Record<string, unknown>; cause: unknown };
    // What a service sent may be secret, and is not told.
    expect(cause).toBeUndefined();
    return typeof params['detail'] === 'string' ? `${code} ${params['detail']}` : code;
  });
};

describe('what an OpenID provider says', () => {
  it('is believed when everything fits', async () => {
    expect(await identify()).toMatchObject({ subject: 'li', label: 'li@example.com' });
    const url = new URL(await provider.authorizeUrl(trip));
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      response_type: 'code',
      nonce: 'the nonce',
      state: 'the state',
      code_challenge_method: 'S256',
      redirect_uri: trip.redirectUri,
    });
    expect(url.search).not.toContain('v'.repeat(43));
  });

  it('is refused with the wrong issuer of the answer, or none where it says one', async () => {
    expect(await identify({ iss: 'https://accounts.example' })).toBe('provider_mismatch');
    expect(await identify({}, 'iss')).toBe('provider_mismatch');
    expect(await identify({ iss: 'https://accounts.example', error: 'access_denied' })).toBe('provider_mismatch');
    expect(
      service.asked.filter((path) => path.startsWith('/token')),
      'the code goes nowhere',
    ).toEqual([]);
  });

  it.each([
    ['another nonce', { nonce: 'of somebody else' }, 'provider_answer_invalid nonce'],
    ['no nonce', { nonce: undefined }, /^provider_answer_invalid /],
    ['another issuer', { iss: 'https://accounts.example' }, 'provider_answer_invalid iss'],
    ['another audience', { aud: 'somebody-else' }, 'provider_answer_invalid aud'],
    ['a time that is over', { exp: 1 }, 'provider_answer_invalid exp'],
    ['no subject', { sub: undefined }, /^provider_answer_invalid /],
  ])('is refused with %s in the token', async (_, wrong, expected) => {
    claims = { ...claims, ...wrong };
    expect(await identify()).toEqual(typeof expected === 'string' ? expected : expect.stringMatching(expected));
  });

  it('is refused without a signature of its own key', async () => {
    const answers: Readonly<Record<string, () => string>> = {
      none: () => `${part({ alg: 'none' })}.${part(claims)}.`,
      others: () => signed({ alg: 'RS256', kid: 'one' }, claims, others.privateKey),
      unknownKey: () => signed({ alg: 'RS256', kid: 'two' }, claims),
      // The secret of the client as a key, and the public key as one.
      HS256: () => {
        const text = `${part({ alg: 'HS256', kid: 'one' })}.${part(claims)}`;
        return `${text}.${createHmac('sha256', 'the secret').update(text).digest('base64url')}`;
      },
      changed: () => signed({ alg: 'RS256', kid: 'one' }, claims).replace(/\.[^.]+\./, `.${part({ ...claims, sub: 'somebody else' })}.`),
      nothing: () => '',
    };
    for (const [name, idToken] of Object.entries(answers)) {
      tokenAnswer = () => ({ access_token: 'a', token_type: 'Bearer', id_token: idToken() });
      expect(await identify(), name).toMatch(/^provider_answer_invalid/);
    }
    tokenAnswer = () => ({ access_token: 'a', token_type: 'Bearer' });
    expect(await identify(), 'no token').toMatch(/^provider_answer_invalid/);
  });

  it('is not followed elsewhere, and not read for ever', async () => {
    [status, headers] = [302, { location: 'http://169.254.169.254/latest/meta-data/' }];
    expect(await identify()).toBe('provider_answer_invalid redirect');
    [status, headers] = [200, {}];
    tokenAnswer = () => 'x'.repeat(600_000);
    expect(await identify()).toBe('provider_answer_invalid length');
    tokenAnswer = () => 'no JSON';
    expect(await identify()).toMatch(/^provider_answer_invalid/);
    [status, tokenAnswer] = [503, () => 'later'];
    expect(await identify()).toBe('provider_unreachable');
    [status, tokenAnswer] = [400, () => ({ error: 'invalid_grant' })];
    expect(await identify()).toBe('provider_answer_invalid invalid_grant');
    await service[Symbol.asyncDispose]();
    expect(await identify()).toBe('provider_unreachable');
  });

  it('elsewhere names nothing of this machine or its network, encrypted or not', async () => {
    const ask = boundedFetch('google', 'https://accounts.google.com');
    const { port } = new URL(service.url);
    for (const host of [
      '127.0.0.1',
      'localhost',
      '[::1]',
      '10.0.0.1',
      '192.168.0.1',
      '169.254.169.254',
      '[fd00::1]',
      '[::ffff:127.0.0.1]',
    ]) {
      const refused = await ask(`https://${host}:${port}/token`).catch((error: unknown) => error);
      expect(refused, host).toMatchObject({ code: 'provider_answer_invalid', params: { detail: 'address' } });
    }
  });

  it('names addresses that are encrypted, or of this machine where the service is', async () => {
    metadata['token_endpoint'] = 'http://169.254.169.254/token';
    expect(await identify()).toBe('provider_answer_invalid address');
  });

  it('is not itself when its metadata are of somebody else', async () => {
    metadata['issuer'] = 'https://accounts.example';
    expect(await identify()).toMatch(/^provider_answer_invalid/);
    metadata['issuer'] = service.url;
    expect(await identify(), 'a fault is not remembered').toMatchObject({ subject: 'li', label: 'li@example.com' });
  });

  it('shows a name without what would turn the text around it', async () => {
    claims = { ...claims, email: undefined, name: ' \u202Eli\u0000\n ' };
    expect(await identify()).toMatchObject({ subject: 'li', label: 'li' });
  });
});

describe('when somebody signed in there', () => {
  const minutesAgo = (minutes: number): number => Math.floor(Date.now() / 1000) - minutes * 60;
  const proof = (): Trip => ({ ...trip, anewSince: Date.now() });
  const asked = async (by: Trip): Promise<unknown> => {
    const { searchParams } = new URL(await provider.authorizeUrl(by));
    return ['prompt', 'max_age', 'claims'].map((name) => searchParams.get(name));
  };
  const CLAIMS = '{"id_token":{"auth_time":{"essential":true}}}';

  it('is asked of a service that says it tells, and as a proof they are to sign in anew', async () => {
    expect(await asked(trip), 'one that does not').toEqual(['select_account', null, null]);
    expect(await asked(proof())).toEqual(['select_account', null, null]);
    provider = providerOf({ authTime: true });
    expect(await asked(trip), 'one of which the operator says so').toEqual(['select_account', null, CLAIMS]);
    expect(await asked(proof()), 'in words that any service knows').toEqual(['select_account', '0', CLAIMS]);
    metadata['claims_supported'] = ['sub', 'auth_time'];
    provider = providerOf();
    expect(await asked(proof())).toEqual(['login', '0', CLAIMS]);
  });

  it('is believed, and older than the question it is no proof', async () => {
    const then = minutesAgo(5);
    claims['auth_time'] = then;
    expect(await identify()).toMatchObject({ subject: 'li', signedInAt: then * 1000 });
    expect(await identify({}, undefined, proof())).toBe('provider_not_recent');
    claims['auth_time'] = minutesAgo(0);
    expect(await identify({}, undefined, proof())).toMatchObject({ subject: 'li' });
    claims['auth_time'] = 'just now';
    expect(await identify({}, undefined, proof())).toMatch(/^provider_answer_invalid/);
  });

  it('where it is not told is never, of a service that tells, and else now', async () => {
    expect(await identify({}, undefined, proof()), 'one that does not tell').toMatchObject({ subject: 'li' });
    metadata['claims_supported'] = ['sub', 'auth_time'];
    provider = providerOf();
    expect(await identify()).toMatchObject({ subject: 'li', signedInAt: 0 });
    expect(await identify({}, undefined, proof())).toBe('provider_not_recent');
  });
});
