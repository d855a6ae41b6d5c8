import { generateKeyPairSync, type KeyObject, verify } from 'node:crypto';
import Provider, { type Configuration } from 'oidc-provider';
import { HttpService } from './http-service.ts';

const { privateKey: servicesKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** The key of Apple's kind that the client signs its secret with. */
export const appleKey = generateKeyPairSync('ec', { namedCurve: 'P-256' });
export const appleKeyPem = appleKey.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

/** A real OpenID provider on this machine, where everybody is who they say, and consents by a button. */
export async function openIdService(kind: 'google' | 'apple'): Promise<HttpService> {
  const configuration: Configuration = {
    clients: [
      {
        client_id: 'tidemark',
        client_secret: kind === 'google' ? 'the secret' : 'none of this kind',
        redirect_uris: ['http://127.0.0.1/'],
        token_endpoint_auth_method: 'client_secret_post',
        // Apple tells it unasked.
        require_auth_time: kind === 'apple',
      },
    ],
    jwks: { keys: [{ ...servicesKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'one' }] as never },
    cookies: { keys: ['a test'] },
    claims: { openid: ['sub'], email: ['email'], profile: ['name'] },
    conformIdTokenClaims: false,
    features: { claimsParameter: { enabled: true } },
    scopes: ['openid', 'email', 'profile'],
    ttl: { Session: 600, Grant: 600, Interaction: 600, AccessToken: 60, IdToken: 60, AuthorizationCode: 60 },
    findAccount: async (_context, id) => ({
      accountId: id,
      claims: async () => ({ sub: `sub-${id}`, email: `${id}@example.com`, email_verified: true, name: id }),
    }),
  };
  const service = new HttpService();
  const made: { handle?: ReturnType<Provider['callback']> } = {};
  await service.listen((request, response) => {
    // Nobody has two accounts here, and the provider has no page to choose one of them.
    request.url = request.url?.replace('prompt=select_account&', '') ?? '';
    void made.handle?.(request, response);
  });
  const provider = new Provider(service.url, configuration);
  // Where a cloud listens is known only later; a service of its own would be told beforehand.
  provider.Client.prototype.redirectUriAllowed = (uri: string) =>
    /^http:\/\/127\.0\.0\.1:\d+\/v1\/auth\/callback\/(google|apple)$/.test(uri);
  if (kind === 'apple')
    provider.Client.prototype.compareClientSecret = async (given: string) => isAppleSecret(given, appleKey.publicKey, service.url);
  made.handle = provider.callback();
  return service;
}

/** As Apple checks it: signed with the team's key, for Apple, of the client, and not for long. */
function isAppleSecret(token: string, key: KeyObject, audience: string): boolean {
  const [head = '', body = '', signature = ''] = token.split('.');
  const read = (part: string): Record<string, unknown> => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;
  const { alg, kid } = read(head);
  const { iss, sub, aud, exp } = read(body);
  const isSigned = verify(
    'sha256',
    Buffer.from(`${head}.${body}`),
    { key, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  );
  const isInTime = typeof exp === 'number' && exp * 1000 > Date.now() && exp * 1000 < Date.now() + 180 * 86_400_000;
  return isSigned && isInTime && alg === 'ES256' && kid === 'KEY1' && iss === 'TEAM1' && sub === 'tidemark' && aud === audience;
}
