import { z } from 'zod';
import { deviceName, email, id128, issuedAt, sizeBytes, timeMs } from '../primitives.ts';
import { codeProof, grant, identity } from './identity.ts';

export const region = z.enum(['international', 'mainland']);
/** A row of the catalogue of plans, which is whoever runs the cloud's. */
export const planId = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'must be lower-case letters, digits and hyphens, 32 at most');
export const platform = z.enum(['windows', 'macos', 'linux', 'ios', 'android', 'other']);

export const MIN_PASSWORD_LENGTH = 8;
export const password = z
  .string()
  .min(MIN_PASSWORD_LENGTH, `must have at least ${String(MIN_PASSWORD_LENGTH)} characters`)
  .max(1024);

export const deviceInfo = z.object({ name: deviceName, platform, appVersion: z.string().max(50) });

const admission = { bootstrapSecret: z.string().max(200).optional(), invite: z.string().max(200).optional() };

/**
 * With an e-mail address and a password, and the code that was sent there where the cloud sends mail; with a code alone; or with
 * what another service said in a browser.
 */
export const signUpRequest = z
  .object({
    email: email.optional(),
    password: password.optional(),
    proof: codeProof.optional(),
    grant: grant.optional(),
    device: deviceInfo,
    ...admission,
  })
  .refine((given) => (given.email === undefined) === (given.password === undefined), {
    path: ['password'],
    message: 'an e-mail address and a password go together',
  })
  .refine((given) => given.email !== undefined || given.proof !== undefined || given.grant !== undefined, {
    path: ['email'],
    message: 'must be there, or a code that was sent',
  })
  .refine((given) => given.grant === undefined || (given.email === undefined && given.proof === undefined), {
    path: ['grant'],
    message: 'goes with nothing else',
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
  z.object({ method: z.literal('grant'), grant, ...entering }),
  /** With the choice that came with `device_limit`: whoever has it has shown who they are, and is not asked again. */
  z.object({ method: z.literal('choice'), choice: token, ...entering, signOutDevice: id128 }),
]);

/** A new password for the account of the address that the code went to; all its devices are signed out. */
export const passwordReset = z.object({ proof: codeProof, password });

/** Shows that it is still the same person; sensitive changes are possible for ten minutes after that, or after signing in. */
export const freshProof = z.discriminatedUnion('method', [
  z.object({ method: z.literal('password'), password: z.string().max(1024) }),
  z.object({ method: z.literal('code'), proof: codeProof }),
  z.object({ method: z.literal('grant'), grant }),
]);

/** An address, or an account of another service, that signs in from now on. */
export const newIdentity = z.union([z.object({ proof: codeProof }), z.object({ grant })]);
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

export const session = z.object({
  accountId: id128,
  deviceId: id128,
  /** How the account is shown: its e-mail address, else its number, else what a service calls the person. */
  label: z.string().max(254),
  region,
  issuedAt,
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
export type DevicePlace = z.infer<typeof devicePlace>;
export type DeviceSync = z.infer<typeof deviceSync>;
export type DeviceChoice = z.infer<typeof deviceChoice>;
export type SyncReport = z.output<z.ZodObject<typeof syncReport>>;
export type Quota = z.infer<typeof quota>;
