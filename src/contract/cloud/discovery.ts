import { z } from 'zod';
import { sizeBytes } from '../primitives.ts';
import { planId, region, speedCap } from './account.ts';
import { countryCode } from './identity.ts';

export const plan = z.object({
  id: planId,
  storageBytes: sizeBytes,
  devices: z.int().min(1).nullable().describe('null: no stated limit'),
  devicesCounted: z.enum(['all', 'computers']).default('all').describe('computers: phones and tablets are not counted'),
  pricePerYearUsd: z.number().min(0).nullable().describe('null: set by the operator'),
  uploadBytesPerSecond: speedCap.describe('null: no cap'),
  downloadBytesPerSecond: speedCap.describe('null: no cap'),
});

/** Cloud and client of another major version do not talk to each other. */
export const API_VERSION = 1;

export const discovery = z.object({
  product: z.literal('tidemark'),
  apiVersion: z.literal(API_VERSION),
  serverVersion: z.string(),
  region,
  otherRegion: z
    .url({ protocol: /^https?$/ })
    .nullable()
    .describe('the cloud of the other region, which shares nothing with this one'),
  signUp: z.enum(['open', 'invite', 'closed', 'bootstrap']),
  codes: z
    .object({
      email: z.boolean(),
      phone: z.boolean(),
      phoneCountries: z.array(countryCode).nullable().describe('where text messages go to; null: no country is left out'),
    })
    .describe('where codes can be sent; where mail can, an e-mail address is proved before there is an account for it'),
  limits: z.object({
    commitEntries: z.int().min(1),
    blocksBodyBytes: sizeBytes,
    hashesPerRequest: z.int().min(1),
    nameBytes: z.int().min(1),
  }),
  blocks: z.object({ algorithm: z.literal('fastcdc-2016-nc2'), minBytes: sizeBytes, averageBytes: sizeBytes, maxBytes: sizeBytes }),
  names: z.object({ unique: z.literal('nfc-casefold') }),
  plans: z.array(plan),
  newestClient: z.string().nullable(),
  // Words and no choice of them: a client goes on with a cloud that knows more services than it does.
  providers: z.array(z.string()).describe('other services whose accounts sign in here'),
});

export type Discovery = z.infer<typeof discovery>;
