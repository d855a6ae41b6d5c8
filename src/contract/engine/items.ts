import { z } from 'zod';
import { id128, sha256Hex, sizeBytes, timeMs } from '../primitives.ts';
import { errorData } from '../error-data.ts';

export const itemState = z.enum(['synced', 'syncing', 'waiting', 'local_only', 'ignored', 'conflict', 'error']);

export const fileItem = z.object({
  path: z.string(),
  name: z.string(),
  kind: z.enum(['file', 'folder']),
  sizeBytes,
  modifiedMs: timeMs,
  state: itemState,
  reason: errorData.nullable(),
  nextTryAt: timeMs.nullable(),
});

/** Something that is not synced, and why. */
export const issue = z.object({
  path: z.string(),
  kind: z.enum(['file', 'folder']).nullable(),
  reason: errorData,
  since: timeMs,
  attempts: z.int().min(0),
  nextTryAt: timeMs.nullable(),
});

export const activityKind = z.enum([
  'uploaded',
  'downloaded',
  'updated_cloud',
  'updated_here',
  'deleted_cloud',
  'deleted_here',
  'moved_cloud',
  'moved_here',
  'folder_cloud',
  'folder_here',
  'conflict',
  /** A choice between the versions of a conflict. */
  'chosen',
  'undone',
  'signed_in',
  'signed_out',
  'folder_added',
  'folder_removed',
]);

/** What taking a line of the activity back does. */
export const undoWay = z.enum([
  'bring_back', // out of the trash of this device
  'put_previous', // the bytes before, out of the trash of this device
  'take_away', // to the trash of this device, and so to that of the cloud
  'move_back',
  'restore_in_cloud', // out of the trash of the cloud
  'restore_version', // the bytes before, out of the history of the cloud
  'open_conflict', // both versions are there again, and the choice is open
  'choose_again', // as it was chosen before that was undone
]);

export const undoing = z.object({
  state: z.enum(['possible', 'done', 'expired', 'impossible']),
  /** Null where it never is possible. */
  way: undoWay.nullable(),
  until: timeMs.nullable(),
  /** Why not; null while it is possible. */
  reason: errorData.nullable(),
});

export const activity = z.object({
  id: z.int().min(1),
  at: timeMs,
  kind: activityKind,
  path: z.string(),
  /** Where it was before a move; the kept copy of a conflict. */
  otherPath: z.string().nullable(),
  sizeBytes: sizeBytes.nullable(),
  device: z.string().nullable(),
  /** The line that this one took back. */
  undoes: z.int().min(1).nullable(),
  undo: undoing,
});

export const undoResult = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('undone'), id: z.int(), way: undoWay, activity }),
  z.object({ outcome: z.literal('failed'), id: z.int(), error: errorData }),
]);

/** Something that sync deleted or replaced on this device and that still lies in its own trash. */
export const localTrashItem = z.object({
  id: z.int().min(1),
  path: z.string().describe('where it was'),
  why: z.enum(['deleted', 'replaced']),
  at: timeMs,
  expiresAt: timeMs,
});

export const question = z.object({
  id: z.string(),
  kind: z.literal('mass_delete'),
  /** Where the files are gone. */
  side: z.enum(['here', 'cloud']),
  items: z.int().min(1),
  /** Items of the same deletion that were gone on the other side before it was large enough to ask. */
  goneBefore: z.int().min(0),
  /** Some of the paths, at most 20. */
  examples: z.array(z.string()).max(20),
  choices: z.array(z.enum(['keep', 'delete'])),
  since: timeMs,
});

export const conflict = z.object({
  id: id128.describe('of the kept copy'),
  path: z.string().describe("that has the cloud's version"),
  copyPath: z.string().describe('that has the other version'),
  device: z.string(),
  at: timeMs,
  currentSizeBytes: sizeBytes,
  copySizeBytes: sizeBytes,
});

const treeView = z
  .object({
    path: z.string(),
    kind: z.enum(['file', 'folder']),
    sizeBytes: sizeBytes.nullable(),
    hash: sha256Hex.nullable(),
    revision: id128.nullable(),
  })
  .nullable();

export const explanation = z.object({
  path: z.string(),
  state: itemState,
  local: treeView,
  remote: treeView,
  synced: treeView,
  reason: errorData.nullable(),
  nextTryAt: timeMs.nullable(),
  /** What the planner would do next, in words of the operation. */
  next: z.array(z.string()),
});

export const folder = z.object({
  path: z.string(),
  localOnly: z.boolean(),
  state: z.enum(['ready', 'missing', 'replaced', 'not_writable']),
});

export type ItemState = z.infer<typeof itemState>;
export type FileItem = z.infer<typeof fileItem>;
export type Issue = z.infer<typeof issue>;
export type Activity = z.infer<typeof activity>;
export type ActivityKind = z.infer<typeof activityKind>;
export type Undoing = z.infer<typeof undoing>;
export type UndoWay = z.infer<typeof undoWay>;
export type UndoResult = z.infer<typeof undoResult>;
export type LocalTrashItem = z.infer<typeof localTrashItem>;
export type Question = z.infer<typeof question>;
export type Conflict = z.infer<typeof conflict>;
export type Explanation = z.infer<typeof explanation>;
export type Folder = z.infer<typeof folder>;
