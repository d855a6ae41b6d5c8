export { acceptMove, type BusyPath, type LocalChanges, type MaybeMoved, type RulesChange, type ScanIssue } from './changes.ts';
export { NO_DOUBTS } from './doubts.ts';
export { gather, type ScanPlace } from './gather.ts';
export { knownFrom } from './known.ts';
export { type FolderLook, type KnownLocal, knownLocal, type Listing } from './listing.ts';
export { hasFolderOutOfSight, inodeKey, inodesBelow } from './out-of-sight.ts';
export { QUIET_MS } from './quiet.ts';
export { reconcile } from './reconcile.ts';
export type { KnownRules, RulesLook, ScanRules } from './scan-rules.ts';
