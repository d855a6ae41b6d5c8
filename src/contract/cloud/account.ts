import { z } from 'zod';
import { deviceName, email, id128, sizeBytes, timeMs } from '../primitives.ts';
import { codeProof, identity } from './identity.ts';

export const region = z.enum(['international', 'mainland']);
export const planId = z.enum(['free', 'premium', 'family', 'pro']);
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

export const token = z.string().min(20).max(200);

const entering = {
  device: deviceInfo,
  /** What this device was before: it is not counted twice when the cloud could not be told that it signed out. */
  replaces: id128.optional(),
  /** Signed out in the same step, where the plan takes no more devices. */
  signOutDevice: id128.optional(),
};

export const signInRequest = z.discriminatedUnion('method', [
  z.object({ method: z.literal('password'), email, password: z.string().max(1024), ...entering }),
  z.object({ method: z.literal('code'), proof: codeProof, ...entering }),
  /** With the choice that came with `device_limit`: whoever has it has shown who they are, and is not asked again. */
  z.object({ method: z.literal('choice'), choice: token, ...entering, signOutDevice: id128 }),
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

export const session = z.object({
  accountId: id128,
  deviceId: id128,
  /** How the account is shown: its e-mail address, else its number, else what a service calls the person. */
  label: z.string().max(254),
  region,
  issuedAt: timeMs.describe('the clock of the cloud'),
  accessToken: token,
  accessExpiresAt: timeMs,
  refreshToken: token,
});

export const refreshRequest = z.object({ refreshToken: token });

export const account = z.object({
  id: id128,
  label: z.string().max(254),
  identities: z.array(identity),
  hasPassword: z.boolean(),
  region,
  plan: planId,
  createdAt: timeMs,
  purgeAfter: timeMs.describe('when the documents are deleted unless someone signs in or syncs before'),
});

/** How far a device is with its folder. `waiting`: nothing is under way, and something is not synced. */
export const syncState = z.enum(['up_to_date', 'syncing', 'paused', 'waiting', 'error']);

/** What a device tells of itself while it waits for changes. */
export const syncReport = {
  sync: syncState,
  /** Files still to be sent or fetched. */
  waiting: z.coerce.number().int().min(0).max(1_000_000_000),
  /** Items that do not sync, or wait for a person. */
  issues: z.coerce.number().int().min(0).max(1_000_000_000),
};

export const deviceSync = z.object({
  state: syncState,
  waiting: z.int().min(0),
  issues: z.int().min(0),
  at: timeMs.describe('when it was told'),
  upToDateAt: timeMs.nullable().describe('when it last had all, and the cloud all that it has; null: never yet'),
});

/** Where a device was last seen. The cloud keeps no address more exactly than this. */
export const devicePlace = z.object({
  /** Whether it reaches the cloud on its own machine, in its own network, or from elsewhere. */
  from: z.enum(['this_machine', 'local_network', 'internet']),
  network: z.string().nullable().describe('from elsewhere: the first 24 bits of an address of IPv4, 48 of IPv6'),
  country: z.string().length(2).nullable().describe('ISO 3166-1; null where the cloud has no database of places'),
  city: z.string().max(200).nullable(),
});

export const device = deviceInfo.extend({
  // As it is kept, also from before there were rules for it.
  name: z.string(),
  id: id128,
  createdAt: timeMs,
  lastSeenAt: timeMs,
  current: z.boolean().describe('the device that asks'),
  place: devicePlace.nullable(),
  sync: deviceSync.nullable().describe('null: it has not told yet'),
});

/** What comes with `device_limit`, once somebody has shown who they are. */
export const deviceChoice = z.object({
  token: token.describe('good for one sign-in that names a device to sign out'),
  expiresAt: timeMs,
  devices: z.array(device),
});

export const deviceList = z.object({ devices: z.array(device) });
export const devicePatch = z.object({ name: deviceName });

export const quotaState = z.enum(['normal', 'nearing', 'critical', 'exceeded']);
export const quota = z.object({
  plan: planId,
  totalBytes: sizeBytes,
  usedBytes: sizeBytes,
  /** The three add up to `usedBytes`. */
  filesBytes: sizeBytes,
  versionsBytes: sizeBytes,
  trashBytes: sizeBytes,
  state: quotaState,
});

export type Region = z.infer<typeof region>;
export type PlanId = z.infer<typeof planId>;
export type Session = z.infer<typeof session>;
export type Account = z.infer<typeof account>;
export type DeviceInfo = z.infer<typeof deviceInfo>;
export type Device = z.infer<typeof device>;
export type DevicePlace = z.infer<typeof devicePlace>;
export type DeviceSync = z.infer<typeof deviceSync>;
export type DeviceChoice = z.infer<typeof deviceChoice>;
export type SyncReport = z.output<z.ZodObject<typeof syncReport>>;
export type Quota = z.infer<typeof quota>;
