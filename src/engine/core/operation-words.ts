import type { OperationKind } from '../plan/index.ts';

const WORDS: Readonly<Record<OperationKind, string>> = {
  settle: 'write down that both sides agree',
  forget: 'forget it: it is gone on both sides',
  revive_remote: 'bring it back here: it changed in the cloud after it was deleted here',
  revive_local: 'keep it as a new item: it changed here after it changed or was deleted in the cloud',
  adopt: 'take it for the same item as the one in the cloud',
  hash: 'read it to see what changed',
  upload: 'upload it',
  mkdir_remote: 'make the folder in the cloud',
  move_remote: 'move it in the cloud',
  rearrange_remote: 'move several items in the cloud at once',
  delete_remote: 'delete it in the cloud',
  download: 'download it',
  mkdir_local: 'make the folder here',
  move_local: 'move it here to where the cloud has it',
  park_local: 'set it aside for a moment, to let another item take its place',
  delete_local: 'move it to the local trash',
  rename_aside: 'rename it here: another item has the name in the cloud',
};

/** What an operation does, in a person's words. */
export const wordsOf = (op: OperationKind): string => WORDS[op];
