import { z } from 'zod';
import { email, id128, issuedAt, timeMs } from '../primitives.ts';

/** Ways to sign in that an account can have, besides the password that goes with its e-mail addresses. */
export const identityKind = z.enum(['email', 'phone', 'google', 'apple', 'facebook', 'wechat']);

/** Other services whose accounts sign in here. */
export const provider = z.enum(['google', 'apple', 'facebook', 'wechat']);
export const providers = provider.options;
export const providerNames: Readonly<Record<Provider, string>> = {
  google: 'Google',
  apple: 'Apple',
  facebook: 'Facebook',
  wechat: 'WeChat',
};

/** E.164 (ITU-T): a plus sign and up to fifteen digits. */
export const phoneNumber = z.string().regex(/^\+[1-9]\d{6,14}$/, 'must be a phone number with its country code, such as +4930123456');

export const identity = z.object({
  id: id128,
  kind: identityKind,
  /** The address or number, or how the service shows the person. */
  label: z.string().max(254),
  /** Somebody has shown that the address is theirs. Always so but for an e-mail address that came with a password. */
  proved: z.boolean(),
  addedAt: timeMs,
});

/** Where a code goes. */
export const codeAddress = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('email'), email }),
  z.object({ kind: z.literal('phone'), phone: phoneNumber }),
]);

/** What a code is good for, and nothing else: signing in or up, a new password, another way to sign in, a sensitive change. */
export const codePurpose = z.enum(['enter', 'reset', 'link', 'prove']);

export const CODE_DIGITS = 6;
export const code = z
  .string()
  .trim()
  .regex(/^\d{6}$/, 'must be the six digits that were sent');

const language = z.string().max(35).describe('BCP 47; the message is in the nearest one there is');

export const challengeRequest = z.object({ to: codeAddress, purpose: z.enum(['enter', 'reset']), language: language.optional() });
export const ownChallengeRequest = z.object({ to: codeAddress, purpose: z.enum(['link', 'prove']), language: language.optional() });

export const challenge = z.object({
  id: id128,
  issuedAt,
  expiresAt: timeMs,
  /** Not before then is another one sent to this address. */
  resendAt: timeMs,
  attemptsLeft: z.int().min(0),
});

/** A code that was sent, as it comes back. */
export const codeProof = z.object({ challenge: id128, code });

/** What helps when a code does not come, in the order to try it (PRODUCT, "Accounts"). */
export const codeAdvice = z.enum(['spam', 'typos', 'email', 'provider']);
export const sentChallenge = challenge.omit({ issuedAt: true }).extend({ advice: z.array(codeAdvice) });

/** An address as a person typed it, read. */
export const readAddress = z.object({
  to: codeAddress,
  /** How it is shown: numbers in groups. */
  shown: z.string(),
  /** What was probably meant, where the address looks like a typo. */
  suggestion: z.string().nullable(),
  /** Text messages to other countries often do not arrive: people should know before they wait. */
  delivery: z.enum(['usual', 'unreliable']),
});

/** ISO 3166-1, two capital letters. */
export const countryCode = z.string().regex(/^[A-Z]{2}$/, 'must be two capital letters, such as DE');

export type CodeAdvice = z.infer<typeof codeAdvice>;
export type SentChallenge = z.infer<typeof sentChallenge>;
export type ReadAddress = z.infer<typeof readAddress>;
/** RFC 7636, 4.1: the secret that shows who began a sign-in in a browser. */
const codeVerifier = z.string().regex(/^[\w.~-]{43,128}$/, 'must be a code verifier');

/**
 * A sign-in that somebody finished in a browser: the code that the browser brought back and the verifier of whoever sent it
 * there; or the code of a device that waited for a person elsewhere (RFC 8628).
 */
export const grant = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('browser'), code: z.string().min(20).max(200), verifier: codeVerifier }),
  z.object({ kind: z.literal('device'), deviceCode: z.string().min(20).max(200) }),
]);

export type Provider = z.infer<typeof provider>;
export type Grant = z.infer<typeof grant>;
export type IdentityKind = z.infer<typeof identityKind>;
export type Identity = z.infer<typeof identity>;
export type CodeAddress = z.infer<typeof codeAddress>;
export type CodePurpose = z.infer<typeof codePurpose>;
export type Challenge = z.infer<typeof challenge>;
export type CodeProof = z.infer<typeof codeProof>;
