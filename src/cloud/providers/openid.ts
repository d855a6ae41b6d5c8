import { createPrivateKey, sign } from 'node:crypto';
import * as client from 'openid-client';
import { hourMs, minuteMs, secondMs } from '../../base/index.ts';
import { type Provider, providerNames, TidemarkError } from '../../contract/index.ts';
import { type Asked, type BoundedFetch, boundedFetch } from './bounded-fetch.ts';
import { answerInvalid, labelOf, type ProviderIdentity, refuseErrors, type SignInProvider, type Trip } from './provider.ts';
import type { AppleSettings, GoogleSettings } from './settings.ts';

const METADATA_MS = hourMs;
/** By so much the clock of a service may be behind. */
const CLOCKS_APART_MS = minuteMs;

interface OpenIdOptions {
  readonly id: Provider;
  readonly clientId: string;
  readonly issuer: string;
  readonly scopes: readonly string[];
  readonly authentication: client.ClientAuth;
  readonly parameters: Readonly<Record<string, string>>;
  /** Whether it tells when somebody signed in there; undefined: as its metadata say. */
  readonly authTime: boolean | undefined;
  readonly now: () => number;
}

/** A service that speaks OpenID Connect: endpoints and keys from its own metadata, who it is from a token that it signed. */
class OpenIdProvider implements SignInProvider {
  readonly id: Provider;
  readonly #options: OpenIdOptions;
  readonly #fetch: BoundedFetch;
  #known: { readonly configuration: Promise<client.Configuration>; readonly since: number } | undefined;

  constructor(options: OpenIdOptions) {
    this.id = options.id;
    this.#options = options;
    this.#fetch = boundedFetch(options.id, options.issuer);
  }

  async authorizeUrl({ state, nonce, verifier, redirectUri, anewSince }: Trip): Promise<string> {
    const configuration = await this.#configuration();
    const url = client.buildAuthorizationUrl(configuration, {
      ...this.#options.parameters,
      ...this.#askingWhen(configuration, anewSince !== null),
      redirect_uri: redirectUri,
      scope: this.#options.scopes.join(' '),
      state,
      nonce,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    return url.href;
  }

  async identify(answer: URLSearchParams, { state, nonce, verifier, redirectUri, anewSince }: Trip): Promise<ProviderIdentity> {
    const { id } = this;
    const configuration = await this.#configuration();
    const metadata = configuration.serverMetadata();
    // RFC 9207, before anything else of the answer is believed: an error of another service is not this one's either.
    const issuer = answer.get('iss');
    const says = metadata.authorization_response_iss_parameter_supported === true;
    if (issuer === null ? says : issuer !== metadata.issuer) throw new TidemarkError('provider_mismatch', { provider: providerNames[id] });
    refuseErrors(id, answer);
    const back = new URL(redirectUri);
    back.search = answer.toString();
    const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true };
    const tokens = await client.authorizationCodeGrant(configuration, back, checks).catch((error: unknown) => {
      throw this.#fault(error);
    });
    const claims = tokens.claims();
    if (claims === undefined) throw answerInvalid(id, 'id_token');
    const signedInAt = this.#signedInAt(configuration, claims.auth_time);
    if (anewSince !== null && signedInAt + CLOCKS_APART_MS < anewSince)
      throw new TidemarkError('provider_not_recent', { provider: providerNames[id] });
    return { subject: claims.sub, label: labelOf(id, claims['email'], claims['name']), signedInAt };
  }

  /**
   * OpenID Connect Core, 5.5.1.1 and 3.1.2.1. Whoever sits at the browser can take it out: what the token says is what counts, and a
   * service whose tokens say nothing is not asked.
   */
  #askingWhen(configuration: client.Configuration, anew: boolean): Readonly<Record<string, string>> {
    if (!this.#tells(configuration)) return {};
    const claims = JSON.stringify({ id_token: { auth_time: { essential: true } } });
    if (!anew) return { claims };
    // One that is only said to tell may refuse words that it does not know (Google's "prompt").
    return { claims, max_age: '0', ...(isToldOf(configuration) ? { prompt: 'login' } : {}) };
  }

  #signedInAt(configuration: client.Configuration, authTime: number | undefined): number {
    if (authTime !== undefined) return authTime * secondMs;
    return this.#tells(configuration) ? 0 : this.#options.now();
  }

  #tells(configuration: client.Configuration): boolean {
    return this.#options.authTime ?? isToldOf(configuration);
  }

  #configuration(): Promise<client.Configuration> {
    const { issuer, clientId, authentication, now } = this.#options;
    const at = now();
    if (this.#known !== undefined && at - this.#known.since < METADATA_MS) return this.#known.configuration;
    const isLocal = new URL(issuer).protocol === 'http:';
    const configuration = client
      .discovery(new URL(issuer), clientId, {}, authentication, {
        // By itself the library would believe a token for having come over TLS.
        // eslint-disable-next-line @typescript-eslint/no-deprecated -- marked so only to stand out; for a service of this machine alone
        execute: [client.enableNonRepudiationChecks, ...(isLocal ? [client.allowInsecureRequests] : [])],
        [client.customFetch]: (url, { method, headers, body }) => this.#fetch(url, { method, headers, body: body as Asked['body'] }),
      })
      .catch((error: unknown) => {
        this.#known = undefined;
        throw this.#fault(error);
      });
    this.#known = { configuration, since: at };
    return configuration;
  }

  /** What the library says, without what it quotes: that is what the service sent. */
  #fault(error: unknown): TidemarkError {
    if (error instanceof TidemarkError) return error;
    const { code, cause } = error as { readonly code?: unknown; readonly cause?: unknown };
    if (cause instanceof TidemarkError) return cause;
    if (error instanceof client.ResponseBodyError) return answerInvalid(this.id, /^\w{1,60}$/.test(error.error) ? error.error : 'error');
    const claim = (cause as { cause?: { claim?: unknown } } | undefined)?.cause?.claim;
    if (typeof claim === 'string' && /^\w{1,20}$/.test(claim)) return answerInvalid(this.id, claim);
    return answerInvalid(this.id, typeof code === 'string' ? code : 'id_token');
  }
}

const isToldOf = (configuration: client.Configuration): boolean =>
  configuration.serverMetadata().claims_supported?.includes('auth_time') === true;

export const googleProvider = ({ clientId, clientSecret, issuer, scopes, authTime }: GoogleSettings, now: () => number): SignInProvider =>
  new OpenIdProvider({
    id: 'google',
    clientId,
    issuer,
    scopes,
    authentication: client.ClientSecretPost(clientSecret),
    // Whoever has several accounts there says which one.
    parameters: { prompt: 'select_account' },
    authTime,
    now,
  });

/** Asked for an address or a name, Apple sends the browser back with a form. */
export const appleProvider = (settings: AppleSettings, now: () => number): SignInProvider =>
  new OpenIdProvider({
    id: 'apple',
    clientId: settings.clientId,
    issuer: settings.issuer,
    scopes: settings.scopes,
    authentication: (_server, _client, body) => {
      body.set('client_id', settings.clientId);
      body.set('client_secret', appleSecret(settings, now()));
    },
    parameters: settings.scopes.some((scope) => scope !== 'openid') ? { response_mode: 'form_post' } : {},
    authTime: settings.authTime,
    now,
  });

/** "Creating a client secret" in Apple's documents: ES256 by the key of the team, good for as long as one request takes. */
function appleSecret({ clientId, teamId, keyId, privateKey, issuer }: AppleSettings, nowMs: number): string {
  const at = Math.floor(nowMs / secondMs);
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const head = part({ alg: 'ES256', kid: keyId, typ: 'JWT' });
  const body = part({ iss: teamId, sub: clientId, aud: issuer, iat: at, exp: at + (5 * minuteMs) / secondMs });
  const signature = sign('sha256', Buffer.from(`${head}.${body}`), { key: createPrivateKey(privateKey), dsaEncoding: 'ieee-p1363' });
  return `${head}.${body}.${signature.toString('base64url')}`;
}
