import { z } from 'zod';
import { deviceName, email, id128, sizeBytes, timeMs } from '../primitives.ts';

export const region = z.enum(['international', 'mainland']);
export const planId = z.enum(['free', 'premium', 'family', 'pro']);
export const platform = z.enum(['windows', 'macos', 'linux', 'ios', 'android', 'other']);

export const MIN_PASSWORD_LENGTH = 8;
export const password = z.string().min(MIN_PASSWORD_LENGTH).max(1024);

export const deviceInfo = z.object({ name: deviceName, platform, appVersion: z.string().max(50) });

export const signUpRequest = z.object({
  email,
  password,
  device: deviceInfo,
  bootstrapSecret: z.string().max(200).optional(),
  invite: z.string().max(200).optional(),
});

export const signInRequest = z.object({ method: z.literal('password'), email, password: z.string().max(1024), device: deviceInfo });

export const token = z.string().min(20).max(200);

export const session = z.object({
  accountId: id128,
  deviceId: id128,
  email,
  region,
  accessToken: token,
  accessExpiresAt: timeMs,
  refreshToken: token,
});

export const refreshRequest = z.object({ refreshToken: token });

export const account = z.object({
  id: id128,
  email,
  region,
  plan: planId,
  createdAt: timeMs,
  purgeAfter: timeMs.describe('when the documents are deleted unless someone signs in or syncs before'),
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
export type Quota = z.infer<typeof quota>;
