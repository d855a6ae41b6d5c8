import { z } from 'zod';
import { id128, sha256Hex, sizeBytes, timeMs } from '../primitives.ts';
import { syncReport } from './account.ts';
import { cloudNode, deltaEntry } from './node.ts';

/** Opaque to clients: epoch, sequence number and the revision at that number. */
export const cursor = z.string().min(1).max(512);

export const MAX_DELTA_LIMIT = 5000;

export const deltaQuery = z.object({ cursor: cursor.optional(), limit: z.coerce.number().int().min(1).max(MAX_DELTA_LIMIT).default(1000) });

export const deltaResponse = z.object({
  /** By id, at least once, in the order of change: a child may come before its parent within one read to the end. */
  entries: z.array(deltaEntry),
  cursor,
  hasMore: z.boolean(),
  epoch: id128.describe('changes when the drive was reset or restored; never turned into deletions by itself'),
  /** True when this read began without a cursor: once `hasMore` is false, what was not listed does not exist. */
  snapshot: z.boolean(),
});

export const MAX_WAIT_MS = 60_000;
export const waitQuery = z.object({
  cursor,
  timeoutMs: z.coerce.number().int().min(0).max(MAX_WAIT_MS).default(30_000),
  /** How far the device is, for the list of devices. */
  sync: syncReport.sync.optional(),
  waiting: syncReport.waiting.optional(),
  issues: syncReport.issues.optional(),
});
export const waitResponse = z.object({ changed: z.boolean() });

export const fileVersion = z.object({
  versionId: id128,
  size: sizeBytes,
  hash: sha256Hex,
  mtimeMs: timeMs,
  createdAt: timeMs,
  createdBy: id128.nullable(),
  current: z.boolean(),
  expiresAt: timeMs.nullable().describe('null while current'),
});
export const versionList = z.object({ versions: z.array(fileVersion) });
export const restoreVersionRequest = z.object({ versionId: id128, base: id128 });

export const trashItem = z.object({
  node: cloudNode,
  path: z.string().describe('where it was'),
  deletedAt: timeMs,
  deletedBy: id128.nullable(),
  expiresAt: timeMs,
  /** Files below a folder, and their size together with its own. */
  files: z.int().min(0),
  sizeBytes,
});
/** Only the tops of what was deleted together. */
export const trashList = z.object({ items: z.array(trashItem) });

export const nodeResponse = z.object({ node: cloudNode });

export type DeltaResponse = z.infer<typeof deltaResponse>;
export type FileVersion = z.infer<typeof fileVersion>;
export type TrashItem = z.infer<typeof trashItem>;
