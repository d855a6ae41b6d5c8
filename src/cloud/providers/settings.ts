import { createPrivateKey } from 'node:crypto';
import { z } from 'zod';
import { type Provider, providerNames, providers, type Region, TidemarkError } from '../../contract/index.ts';
import { isLoopback } from '../http/listen-address.ts';

/** Encrypted, or of this machine: what goes there is nobody else's to read. */
export function isPrivateAddress(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
}

const text = z.string().min(1).max(4096);
const address = z.string().refine(
  (given) => {
    const url = URL.canParse(given) ? new URL(given) : undefined;
    return url !== undefined && isPrivateAddress(url) && url.username === '' && url.password === '' && url.hash === '';
  },
  { message: 'must be an https:// address, or http:// of this machine' },
);
const origin = address.refine((given) => URL.canParse(given) && new URL(given).origin === given.replace(/\/$/, ''), {
  message: 'must be an address without a path',
});
const scopes = z.array(z.string().regex(/^[\w.:/-]+$/)).max(20);

const signingKey = text.refine(
  (pem) => {
    try {
      return createPrivateKey(pem).asymmetricKeyDetails?.namedCurve === 'prime256v1';
    } catch {
      return false;
    }
  },
  { message: 'must be the private key (PEM, P-256) that Apple gave' },
);

/** Whether its tokens say when the person signed in there, where its metadata do not say that they do. */
const authTime = z.boolean().optional();

const google = z.strictObject({
  clientId: text,
  clientSecret: text,
  issuer: address.default('https://accounts.google.com'),
  scopes: scopes.default(['openid', 'email', 'profile']),
  authTime,
});

/** Apple takes no secret but a token that is signed anew with this key for each use. */
const apple = z.strictObject({
  clientId: text,
  teamId: text,
  keyId: text,
  privateKey: signingKey,
  issuer: address.default('https://appleid.apple.com'),
  scopes: scopes.default(['openid', 'email']),
  authTime,
});

const facebook = z.strictObject({
  clientId: text,
  clientSecret: text,
  dialog: address.default('https://www.facebook.com/v23.0/dialog/oauth'),
  graph: address.default('https://graph.facebook.com/v23.0'),
  scopes: scopes.default(['public_profile']),
});

const wechat = z.strictObject({
  clientId: text,
  clientSecret: text,
  dialog: address.default('https://open.weixin.qq.com/connect/qrconnect'),
  api: address.default('https://api.weixin.qq.com'),
});

const providerSettings = z.strictObject({
  publicUrl: origin.transform((given) => new URL(given).origin).optional(),
  google: google.optional(),
  apple: apple.optional(),
  facebook: facebook.optional(),
  wechat: wechat.optional(),
});

/** Which other services sign in, and what the cloud is known by there. Holds secrets. */
export type ProviderSettings = z.output<typeof providerSettings>;
export type GoogleSettings = z.output<typeof google>;
export type AppleSettings = z.output<typeof apple>;
export type FacebookSettings = z.output<typeof facebook>;
export type WeChatSettings = z.output<typeof wechat>;

/** Reads what a file says. Throws `providers_invalid`, which names the place and never what stands there. */
export function parseProviders(json: string, path: string): ProviderSettings {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    // The parser's own words quote the text around the fault, which may be a secret.
    throw new TidemarkError('providers_invalid', { path, problem: 'it is not JSON' });
  }
  const parsed = providerSettings.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
  throw new TidemarkError('providers_invalid', { path, problem: `${where}${issue?.message ?? 'invalid'}` });
}

const regions: Readonly<Record<Provider, Region>> = {
  google: 'international',
  apple: 'international',
  facebook: 'international',
  wechat: 'mainland',
};

/** Throws `provider_wrong_region`. */
export function checkRegion(settings: ProviderSettings | undefined, region: Region): void {
  const stray = providers.find((id) => settings?.[id] !== undefined && regions[id] !== region);
  if (stray !== undefined) throw new TidemarkError('provider_wrong_region', { provider: providerNames[stray], region });
}
