import { z } from 'zod';
import { sizeBytes } from '../primitives.ts';
import { planId, region } from './account.ts';

export const plan = z.object({
  id: planId,
  storageBytes: sizeBytes,
  devices: z.int().min(1).nullable().describe('null: no stated limit'),
  devicesCounted: z.enum(['all', 'computers']).default('all').describe('computers: phones and tablets are not counted'),
  pricePerYearUsd: z.number().min(0).nullable().describe('null: set by the operator'),
});

/** Cloud and client of another major version do not talk to each other. */
export const API_VERSION = 1;

export const discovery = z.object({
  product: z.literal('tidemark'),
  apiVersion: z.literal(API_VERSION),
  serverVersion: z.string(),
  region,
  signUp: z.enum(['open', 'invite', 'closed', 'bootstrap']),
  codes: z
    .object({ email: z.boolean(), phone: z.boolean() })
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
  providers: z.array(z.string()),
});

export type Discovery = z.infer<typeof discovery>;
