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
  settings: id128.nullable().describe('version of the settings of the account; null while there are none'),
});

export const MAX_WAIT_MS = 60_000;
export const waitQuery = z.object({
  cursor,
  timeoutMs: z.coerce.number().int().min(0).max(MAX_WAIT_MS).default(30_000),
  settings: z
    .union([id128, z.literal('none')])
    .optional()
    .describe('version of the settings that the device knows; others are a change too'),
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
  /** Of the earlier versions of what is in it: deleting it for good frees these too. */
  versionsBytes: sizeBytes,
});
/** Only the tops of what was deleted together. */
export const trashList = z.object({ items: z.array(trashItem) });

export const nodeResponse = z.object({ node: cloudNode });

/** Room that a deletion for good gave back. */
export const freed = z.object({ items: z.int().min(0), freedBytes: sizeBytes });
/** Only what was deleted up to then, so that nothing goes that whoever asks has not seen. */
export const emptyTrashQuery = z.object({ until: z.coerce.number().int().optional() });

export const MAX_CLEANUP_LIMIT = 500;
/** `cursor` is the `next` of the page before. */
export const cleanupQuery = z.object({
  cursor: z.string().min(1).max(200).optional(),
  limit: z.coerce.number().int().min(1).max(MAX_CLEANUP_LIMIT).default(100),
});
const paged = <T extends z.ZodType>(row: T) => z.object({ rows: z.array(row), next: z.string().nullable() });

export const largeFile = z.object({
  id: id128,
  revision: id128,
  path: z.string(),
  sizeBytes,
  /** Of its earlier versions, besides. */
  versionsBytes: sizeBytes,
  modifiedAt: timeMs,
});
/** The largest first. Deleting one moves it to the trash: that frees nothing until the trash is emptied. */
export const largestList = paged(largeFile);

export const versionedFile = z.object({
  id: id128,
  path: z.string(),
  /** It is in the trash; its versions still take room. */
  trashed: z.boolean(),
  versions: z.int().min(1),
  /** What deleting them frees at once. */
  versionsBytes: sizeBytes,
  oldestAt: timeMs,
});
/** Files whose earlier versions take the most room first. */
export const versionedList = paged(versionedFile);

/** Files that one answer tells of a group. */
export const MAX_DUPLICATES = 100;
export const duplicateGroup = z.object({
  hash: sha256Hex,
  sizeBytes,
  count: z.int().min(2),
  /** What is gained when all but one are deleted and the trash is emptied; not what their earlier versions take. */
  gainBytes: sizeBytes,
  /** The oldest first, at most 100. */
  files: z.array(largeFile).max(MAX_DUPLICATES),
});
/** Files with equal content; what gains the most first. */
export const duplicateList = paged(duplicateGroup);

export type LargeFile = z.infer<typeof largeFile>;
export type VersionedFile = z.infer<typeof versionedFile>;
export type DuplicateGroup = z.infer<typeof duplicateGroup>;
export type Freed = z.infer<typeof freed>;
export type DeltaResponse = z.infer<typeof deltaResponse>;
export type FileVersion = z.infer<typeof fileVersion>;
export type TrashItem = z.infer<typeof trashItem>;
