import { z } from 'zod';
import { issuedAt, timeMs } from '../primitives.ts';
import { deviceInfo } from './account.ts';
import { provider } from './identity.ts';

/** Where the browser brings the answer: a path nobody guesses, on a port of the machine that it runs on (RFC 8252, 7.3). */
export const LOOPBACK_REDIRECT = /^http:\/\/(?:127\.0\.0\.1|\[::1\]):\d{1,5}\/[\w-]{22,64}$/;

const authorizeFields = {
  provider,
  redirectUri: z.string().regex(LOOPBACK_REDIRECT, 'must be an address of this machine with a path of 22 characters or more'),
  /** Comes back with the answer, so that whoever waits knows it for its own. */
  state: z.string().regex(/^[\w-]{22,128}$/, 'must be 22 to 128 characters of base64url'),
  /** RFC 7636, 4.2: the SHA-256 of the verifier. No other method is taken. */
  codeChallenge: z.string().regex(/^[\w-]{43}$/, 'must be a code challenge of the method S256'),
};

/** What a browser is to be sent to another service for (RFC 9126: nothing of it stands in the address). */
export const authorizeRequest = z.object(authorizeFields);
export const ownAuthorizeRequest = z.object({ ...authorizeFields, purpose: z.enum(['link', 'prove']) });

export const authorization = z.object({ url: z.url().describe('to be opened in a browser'), issuedAt, expiresAt: timeMs });

/** RFC 8628, 3.1. The person sees the name of the device before agreeing. */
export const deviceAuthorizeRequest = z.object({ device: deviceInfo });

/** RFC 8628, 3.2. */
export const deviceAuthorization = z.object({
  deviceCode: z.string(),
  userCode: z.string(),
  verificationUri: z.url(),
  verificationUriComplete: z.url(),
  issuedAt,
  expiresAt: timeMs,
  /** Not more often than this is asked whether the person is done. */
  intervalMs: z.int().min(1),
});

export const providerList = z.object({ providers: z.array(provider) });

export type Authorization = z.infer<typeof authorization>;
export type AuthorizeRequest = z.infer<typeof authorizeRequest>;
export type DeviceAuthorization = z.infer<typeof deviceAuthorization>;
