export { acceptMove, type BusyPath, type LocalChanges, type MaybeMoved, type RulesChange, type ScanIssue } from './changes.ts';
export { gather, type ScanPlace } from './gather.ts';
export { knownFrom } from './known.ts';
export type { FolderLook, KnownLocal, Listing } from './listing.ts';
export { inodesBelow } from './out-of-sight.ts';
export { QUIET_MS } from './quiet.ts';
export { reconcile } from './reconcile.ts';
export type { KnownRules, RulesLook, ScanRules } from './scan-rules.ts';
