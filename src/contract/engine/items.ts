import { z } from 'zod';
import { id128, sha256Hex, sizeBytes, timeMs } from '../primitives.ts';
import { errorData } from '../error-data.ts';
import { ruleCodes, stepKinds, subjects, waitKinds } from '../explain/index.ts';

export const itemState = z.enum(['synced', 'syncing', 'waiting', 'local_only', 'ignored', 'not_kept', 'conflict', 'error']);

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
  /** Not kept on this device: the cloud has it. */
  'copy_dropped',
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

const amount = z.object({ files: z.int().min(0), folders: z.int().min(0), bytes: sizeBytes });

export const massDeleteQuestion = z.object({
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

/** A folder was added that is not empty, and neither is the cloud: nothing is changed before the answer. */
export const firstMergeQuestion = z.object({
  id: z.string(),
  kind: z.literal('first_merge'),
  /** On both sides with the same content. */
  same: amount,
  /** To be uploaded. */
  onlyHere: amount,
  /** To be downloaded. */
  onlyThere: amount,
  /** Of these both versions are kept. */
  different: z.int().min(0),
  /** Some of the paths that differ, at most 20. */
  examples: z.array(z.string()).max(20),
  choices: z.array(z.enum(['merge', 'cancel'])),
  since: timeMs,
});

export const question = z.discriminatedUnion('kind', [massDeleteQuestion, firstMergeQuestion]);

export const conflict = z.object({
  id: id128.describe('of the kept copy'),
  path: z.string().describe("that has the cloud's version"),
  copyPath: z.string().describe('that has the other version'),
  device: z.string(),
  at: timeMs,
  /** Id of the device that wrote the current version; null when the cloud does not say. */
  currentDevice: id128.nullable(),
  currentAt: timeMs.nullable(),
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
    /** When the file was last written, as that side says. */
    modifiedMs: timeMs.nullable(),
  })
  .nullable();

/** When something happens next. */
export const waiting = z.object({
  kind: z.enum(waitKinds),
  /** The next try, or the end of the pause, wall clock. */
  at: timeMs.nullable(),
  /** The items that it waits for, at most 20. */
  items: z.array(z.string()).max(20),
  /** The question that it waits for. */
  question: z.string().nullable(),
});

/** Everything that is known of one path: what it is, what the three trees say, which rule decided, what comes next and when. */
export const explanation = z.object({
  path: z.string(),
  subject: z.enum(subjects),
  /** Parameters of the sentence for the subject; `above` is another path: of the folder above, or of what it is now. */
  about: z.object({ above: z.string().nullable(), at: timeMs.nullable() }),
  /** Null for what is no item of the folder. */
  state: itemState.nullable(),
  rule: z.enum(ruleCodes).nullable(),
  local: treeView,
  remote: treeView,
  synced: treeView,
  reason: errorData.nullable(),
  nextTryAt: timeMs.nullable(),
  /** What is done next, in this order. */
  next: z.array(z.object({ step: z.enum(stepKinds), otherPath: z.string().nullable() })),
  waiting,
});

/** One line of a preview. */
export const foreseenStep = z.object({
  kind: z.enum(stepKinds),
  path: z.string(),
  /** Where it was before a move; the name beside which the version of this device is kept. */
  otherPath: z.string().nullable(),
  sizeBytes: sizeBytes.nullable(),
  /** Of a deletion: the item and all below it. */
  items: z.int().min(1),
});

/** Why the cloud does not have it: it is on its way, something is wrong, a version of a conflict; or it is not meant to go there. */
export const unsentWhy = z.enum(['upload', 'issue', 'conflict', 'local_only', 'ignored']);

export const unsentItem = z.object({
  /** Counted from the synced folder; absolute for a folder outside that never leaves this machine. */
  path: z.string(),
  why: unsentWhy,
  sizeBytes,
  reason: errorData.nullable(),
});

const many = z.object({ files: z.int().min(0), bytes: sizeBytes });

export const unsent = z.object({
  counts: z.object({ upload: many, issue: many, conflict: many, local_only: many, ignored: many }),
  /** What should be in the cloud first, the newest of it first. */
  items: z.array(unsentItem),
  /** Folders that cannot be looked into: what is in them is not known. */
  unseen: z.array(z.string()),
});

export const copiedElsewhere = z.object({
  files: z.int().min(0),
  bytes: sizeBytes,
  /** Of those, there already with the same content. */
  there: z.int().min(0),
  failed: z.array(z.object({ path: z.string(), error: errorData })),
});

const files = z.object({ files: z.int().min(0), bytes: sizeBytes });
const counted = z.int().min(0);

/** All that would be done until nothing is left, if nobody changed anything meanwhile. */
export const foresight = z.object({
  counts: z.object({
    upload: files,
    download: files,
    foldersHere: counted,
    foldersCloud: counted,
    movedHere: counted,
    movedCloud: counted,
    deletedHere: counted,
    /** Taken away here, since they are not kept on this device any more. */
    leavingHere: counted,
    deletedCloud: counted,
    conflicts: counted,
    /** On both sides already with the same content. */
    matched: counted,
    /** Not read since they changed, and taken for changed. */
    unread: counted,
    questions: counted,
    /** Not synced, with a reason. */
    blocked: counted,
  }),
  operations: z.array(foreseenStep),
  /** Lines that are not listed. */
  more: counted,
  /** Rounds of planning until nothing is left; 0 when there is nothing to do. */
  rounds: counted,
  questions: z.array(question),
  /** What would not sync and why, at most 1000. */
  blocked: z.array(z.object({ path: z.string(), reason: errorData })).max(1000),
});

export const folder = z.object({
  path: z.string(),
  localOnly: z.boolean(),
  state: z.enum(['ready', 'missing', 'unreadable', 'replaced', 'not_writable']),
});

/** A folder of the cloud that is not kept on this device. */
export const keptElsewhere = z.object({
  id: id128,
  path: z.string(),
  items: z.int().min(0),
  sizeBytes,
  state: z.enum(['leaving', 'away']).describe('leaving: something of it is still here, such as what is not in the cloud yet'),
});

export type KeptElsewhere = z.infer<typeof keptElsewhere>;
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
export type MassDeleteQuestion = z.infer<typeof massDeleteQuestion>;
export type FirstMergeQuestion = z.infer<typeof firstMergeQuestion>;
export type AnswerChoice = Question['choices'][number];
export type Conflict = z.infer<typeof conflict>;
export type Unsent = z.infer<typeof unsent>;
export type UnsentItem = z.infer<typeof unsentItem>;
export type CopiedElsewhere = z.infer<typeof copiedElsewhere>;
export type Explanation = z.infer<typeof explanation>;
export type Foresight = z.infer<typeof foresight>;
export type Folder = z.infer<typeof folder>;
