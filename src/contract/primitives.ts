import { z } from 'zod';

/** 128 random bits as 32 lower-case hex digits: nodes, versions, revisions, devices, accounts. */
export const id128 = z.string().regex(/^[0-9a-f]{32}$/, 'must be 32 lower-case hex digits');

/** SHA-256 (FIPS 180-4) as 64 lower-case hex digits. */
export const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits');

export const sizeBytes = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

/** Milliseconds since 1970-01-01T00:00Z; may lie before it. */
export const timeMs = z.int();

/** When an answer was made: what else it says of times counts from there, whatever the clock of who reads it says. */
export const issuedAt = timeMs.describe('the clock of the cloud');

export const nodeName = z.string().min(1).max(255);

export const MAX_DEVICE_NAME = 100;
/**
 * What a name of a device must not hold: control characters and line ends, half characters, and what nobody sees or what turns
 * the direction of the text around it, so that one name passes for another (Unicode TR 36, 2.10). Joiners stay: emoji need them.
 */
export const UNSEEN_IN_NAMES = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/u;
export const deviceName = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(MAX_DEVICE_NAME)
  .refine((name) => !UNSEEN_IN_NAMES.test(name), 'must not hold control characters, or such that nobody sees');

/**
 * What mail can be sent to, in one spelling: mail programs drop brackets and what nobody sees, and read wide letters and dots as plain
 * ones (UTS 46), so that another spelling of an address would be somebody else here and the same mailbox there.
 */
export const email = z
  .string()
  .trim()
  .toLowerCase()
  .max(254)
  .regex(
    /^[^\s@\p{Cc}\p{Cf}\p{Cs}\p{DI}"(),:;<>[\\\]]+@(?:localhost|(?:[\p{L}\p{N}][\p{L}\p{M}\p{N}-]*\.)+[\p{L}\p{N}][\p{L}\p{M}\p{N}-]*)$/u,
    'must be an e-mail address',
  )
  .refine((given) => {
    const domain = given.slice(given.indexOf('@') + 1);
    return domain === domain.normalize('NFKC') && !/\p{DI}/u.test(domain);
  }, 'must be an e-mail address');

/** The root folder of every drive. */
export const ROOT_ID = '0'.repeat(32);

export type Id128 = z.infer<typeof id128>;
export type Sha256Hex = z.infer<typeof sha256Hex>;
