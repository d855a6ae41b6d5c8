/**
 * The words that `explain` and the preview use of one item: which rule decided, what is done, what is waited for. A code is
 * stable: scripts and tests key on it. The texts stand beside this file, one file a language.
 */

/** Every rule that can decide, with the number it has in docs/sync-behaviour.md. */
export const rules = {
  agreed: 2,
  gone_both: 2,
  new_here: 2,
  new_there: 2,
  edited_here: 2,
  edited_there: 2,
  deleted_here: 2,
  deleted_there: 2,
  edit_beats_delete: 3,
  read_first: 4,
  unknown_not_deleted: 5,
  same_on_both: 6,
  both_edited: 6,
  name_taken: 6,
  moved_here: 7,
  moved_there: 7,
  both_moved: 7,
  circle: 7,
  back_in_sight: 7,
  waits_for_other: 8,
  name_not_possible: 9,
  in_use: 10,
  ignored: 11,
  local_only: 11,
  not_kept: 11,
  own_folder: 11,
  special: 12,
  mass_deletion: 13,
  kept_by_answer: 13,
  first_merge: 14,
} as const;

export type RuleCode = keyof typeof rules;
export const ruleCodes = Object.keys(rules) as [RuleCode, ...RuleCode[]];

/** What can be done about an item; the planner's operations, by name. */
export const stepKinds = [
  'settle',
  'forget',
  'set_aside',
  'take_up',
  'revive_remote',
  'revive_local',
  'adopt',
  'hash',
  'upload',
  'mkdir_remote',
  'move_remote',
  'rearrange_remote',
  'delete_remote',
  'download',
  'mkdir_local',
  'move_local',
  'park_local',
  'delete_local',
  'drop_copy',
  'rename_aside',
] as const;

export type StepKind = (typeof stepKinds)[number];

/** When something happens next: at once, at a time, or after something else. */
export const waitKinds = [
  'nothing', // there is nothing to do
  'now',
  'at', // the next try
  'other', // another item
  'question',
  'choice', // between the versions of a conflict
  'change', // of the item itself, by the person
  'quiet', // until it is not written to any more
  'room',
  'network',
  'paused',
  'sign_in',
  'folder',
  'setup', // until a folder is chosen
  'look', // until the folder was looked at
] as const;

export type WaitKind = (typeof waitKinds)[number];

/** What a path is, as far as Tidemark knows. */
export const subjects = [
  'item',
  'root',
  'only_cloud',
  'only_here',
  'namesakes', // here, and another item of the name in the cloud
  'moved', // and is an item under the other path
  'deleted',
  'in_trash',
  'ignored',
  'local_only',
  'own',
  'skipped',
  'below', // of something that is not looked into
  'not_looked_at',
  'outside',
  'no_folder',
  'nowhere',
] as const;

export type Subject = (typeof subjects)[number];
