import { z } from 'zod';

/** 128 random bits as 32 lower-case hex digits: nodes, versions, revisions, devices, accounts. */
export const id128 = z.string().regex(/^[0-9a-f]{32}$/, 'must be 32 lower-case hex digits');

/** SHA-256 (FIPS 180-4) as 64 lower-case hex digits. */
export const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits');

export const sizeBytes = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

/** Milliseconds since 1970-01-01T00:00Z; may lie before it. */
export const timeMs = z.int();

export const nodeName = z.string().min(1).max(255);

export const deviceName = z.string().trim().min(1).max(100);

export const email = z
  .string()
  .trim()
  .toLowerCase()
  .max(254)
  .regex(/^[^\s@]+@[^\s@]+\.[^\s@]+$|^[^\s@]+@localhost$/, 'must be an e-mail address');

/** The root folder of every drive. */
export const ROOT_ID = '0'.repeat(32);

export type Id128 = z.infer<typeof id128>;
export type Sha256Hex = z.infer<typeof sha256Hex>;
