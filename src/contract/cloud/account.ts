import { z } from 'zod';
import { deviceName, email, id128, sizeBytes, timeMs } from '../primitives.ts';
import { codeProof, identity } from './identity.ts';

export const region = z.enum(['international', 'mainland']);
/** A row of the catalogue of plans, which is whoever runs the cloud's. */
export const planId = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'must be lower-case letters, digits and hyphens, 32 at most');
export const platform = z.enum(['windows', 'macos', 'linux', 'ios', 'android', 'other']);

export const MIN_PASSWORD_LENGTH = 8;
export const password = z.string().min(MIN_PASSWORD_LENGTH).max(1024);

export const deviceInfo = z.object({ name: deviceName, platform, appVersion: z.string().max(50) });

const admission = { bootstrapSecret: z.string().max(200).optional(), invite: z.string().max(200).optional() };

/** With an e-mail address and a password, and the code that was sent there where the cloud sends mail; or with a code alone. */
export const signUpRequest = z
  .object({ email: email.optional(), password: password.optional(), proof: codeProof.optional(), device: deviceInfo, ...admission })
  .refine((given) => (given.email === undefined) === (given.password === undefined), {
    path: ['password'],
    message: 'an e-mail address and a password go together',
  })
  .refine((given) => given.email !== undefined || given.proof !== undefined, {
    path: ['email'],
    message: 'must be there, or a code that was sent',
  });

export const signInRequest = z.discriminatedUnion('method', [
  z.object({ method: z.literal('password'), email, password: z.string().max(1024), device: deviceInfo }),
  z.object({ method: z.literal('code'), proof: codeProof, device: deviceInfo }),
]);

/** A new password for the account of the address that the code went to; all its devices are signed out. */
export const passwordReset = z.object({ proof: codeProof, password });

/** Shows that it is still the same person; sensitive changes are possible for ten minutes after that, or after signing in. */
export const freshProof = z.discriminatedUnion('method', [
  z.object({ method: z.literal('password'), password: z.string().max(1024) }),
  z.object({ method: z.literal('code'), proof: codeProof }),
]);

/** An address that signs in from now on. */
export const newIdentity = z.object({ proof: codeProof });
export const newPassword = z.object({ password });

/** Bytes a second; null: no cap. All devices of an account share it. */
export const speedCap = z.int().min(1).nullable();

const terms = {
  plan: planId,
  /** Of the content of files, as of now; lower while the account is nearly full. */
  uploadBytesPerSecond: speedCap,
  downloadBytesPerSecond: speedCap,
  purgeAfter: timeMs
    .nullable()
    .describe('until then the documents are kept without sign-in or sync; a grace and the deletion follow; null: for ever'),
};

export const token = z.string().min(20).max(200);

export const session = z.object({
  accountId: id128,
  deviceId: id128,
  /** How the account is shown: its e-mail address, else its number, else what a service calls the person. */
  label: z.string().max(254),
  region,
  accessToken: token,
  accessExpiresAt: timeMs,
  refreshToken: token,
  ...terms,
});

export const refreshRequest = z.object({ refreshToken: token });

export const account = z.object({
  id: id128,
  label: z.string().max(254),
  identities: z.array(identity),
  hasPassword: z.boolean(),
  region,
  createdAt: timeMs,
  ...terms,
});

export const device = deviceInfo.extend({
  id: id128,
  createdAt: timeMs,
  lastSeenAt: timeMs,
  current: z.boolean().describe('the device that asks'),
});

export const deviceList = z.object({ devices: z.array(device) });
export const devicePatch = z.object({ name: deviceName });

export const quotaState = z.enum(['normal', 'nearing', 'critical', 'exceeded']);
export const quota = z.object({
  ...terms,
  totalBytes: sizeBytes,
  usedBytes: sizeBytes,
  /** The three add up to `usedBytes`. */
  filesBytes: sizeBytes,
  versionsBytes: sizeBytes,
  trashBytes: sizeBytes,
  /** All devices together send, or get, as much as the cap allows just now: a device that is slower than it shares it. */
  uploadAtCap: z.boolean(),
  downloadAtCap: z.boolean(),
  state: quotaState,
});

export type Region = z.infer<typeof region>;
export type PlanId = z.infer<typeof planId>;
export type Session = z.infer<typeof session>;
export type Account = z.infer<typeof account>;
export type DeviceInfo = z.infer<typeof deviceInfo>;
export type Device = z.infer<typeof device>;
/** What the plan allows, and how long the documents are kept. */
export type Terms = Pick<Quota, keyof typeof terms>;
export type Quota = z.infer<typeof quota>;
