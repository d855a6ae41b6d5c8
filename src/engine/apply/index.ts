export { StoredCommits } from './commit-journal.ts';
export { Executor, isBookkeeping } from './executor.ts';
export { Mutex } from './mutex.ts';
export { note } from './note.ts';
export { isAborted, type Outcome } from './outcome.ts';
export type { ApplyParts } from './parts.ts';
export { recoverParked } from './recover-parked.ts';
export { recoverReplace, REPLACE_JOURNAL, type ReplaceEntry } from './replace.ts';
export { localDay } from './trash-can.ts';
