import { joinPath, nameFault, type RelativePath } from '../../../base/index.ts';
import type { DirectoryEntry } from '../../environment.ts';
import { isBuiltInIgnored, isLockName, lockNames, mayBeOfficeScratch, RULES_FILE } from '../../ignore/index.ts';
import type { FileStat } from '../../model/index.ts';
import { faultReason } from '../fault-reason.ts';
import type { ScanIssue } from './changes.ts';
import { isLeftOut, isScanned } from './gather.ts';
import type { Listing } from './listing.ts';

/** A file or folder that was seen and may be in the local tree. */
export interface Seen {
  readonly path: RelativePath;
  readonly parentPath: RelativePath;
  readonly name: string;
  readonly kind: 'file' | 'folder';
  readonly stat: FileStat;
  /** Wall clock in ms of the look at its folder. */
  readonly lookedAt: number;
  /** By an office program: a document, or what it may be saving one into; both have a lock file beside them. */
  readonly open: 'document' | 'scratch' | null;
}

export interface SeenEntries {
  /** Folders above what is in them. */
  readonly folders: readonly Seen[];
  readonly files: readonly Seen[];
  readonly issues: readonly ScanIssue[];
  /** Names, by folder, that are there but cannot be told or never sync: what was known under them stays. */
  readonly held: ReadonlyMap<RelativePath, readonly string[]>;
  /** Files and folders whose names cannot sync. */
  readonly nameless: readonly FileStat[];
  /** Folders with something in them that a rule leaves out, that never leaves this machine, or whose name cannot sync. */
  readonly holdsIgnored: ReadonlySet<RelativePath>;
}

/** Sorts what a listing holds into what can be known and what cannot. */
export function sortEntries(listing: Listing): SeenEntries {
  const folders: Seen[] = [];
  const files: Seen[] = [];
  const issues: ScanIssue[] = [];
  const held = new Map<RelativePath, string[]>();
  const nameless: FileStat[] = [];
  const holdsIgnored = new Set<RelativePath>();
  const paths = [...listing.folders.keys()].sort((a, b) => depth(a) - depth(b) || (a < b ? -1 : 1));
  for (const parentPath of paths) {
    const look = listing.folders.get(parentPath);
    if (look?.state === 'unreadable') issues.push({ path: parentPath, kind: 'folder', reason: faultReason(look.fault, parentPath) });
    if (look?.state !== 'listed') continue;
    const locks = new Set(
      look.entries.flatMap(({ name, stat }) => (name !== null && stat?.kind !== 'folder' && isLockName(name) ? [name] : [])),
    );
    for (const entry of look.entries) {
      const { name, stat } = entry;
      if (isScanned(entry, look) && name !== null && (stat?.kind === 'file' || stat?.kind === 'folder')) {
        const open = stat.kind === 'file' ? openAs(name, locks) : null;
        const seen: Seen = { path: joinPath(parentPath, name), parentPath, name, kind: stat.kind, stat, lookedAt: look.lookedAt, open };
        (stat.kind === 'folder' ? folders : files).push(seen);
        continue;
      }
      if (name !== null) held.set(parentPath, [...(held.get(parentPath) ?? []), name]);
      if (name !== null && isLeftOut(look, name, stat?.kind === 'folder')) {
        if (stat !== null && !isBuiltInIgnored(name)) holdsIgnored.add(parentPath);
        continue;
      }
      if (stat !== null && (name === null || nameFault(name) !== undefined)) {
        nameless.push(stat);
        if (stat.kind === 'file' || stat.kind === 'folder') holdsIgnored.add(parentPath);
      }
      const issue = issueOf(entry, parentPath);
      if (issue !== undefined) issues.push(issue);
    }
    if (look.rules.issue !== undefined) issues.push({ path: joinPath(parentPath, RULES_FILE), kind: 'file', reason: look.rules.issue });
  }
  return { folders, files, issues, held, nameless, holdsIgnored };
}

const depth = (path: RelativePath): number => (path === '' ? 0 : path.split('/').length);

function issueOf({ name, printable, stat, fault }: DirectoryEntry, parentPath: RelativePath): ScanIssue | undefined {
  const path = joinPath(parentPath, printable);
  const kind = stat?.kind === 'file' || stat?.kind === 'folder' ? stat.kind : null;
  if (name === null) return { path, kind, reason: { code: 'name_not_utf8', params: { path } } };
  if (stat === null) return { path, kind, reason: faultReason(fault ?? 'failed', path) };
  if (stat.kind === 'symlink') return { path, kind, reason: { code: 'symlink_skipped', params: { path } } };
  if (stat.kind === 'special') return { path, kind, reason: { code: 'special_skipped', params: { path } } };
  return { path, kind, reason: { code: 'name_invalid', params: { path, fault: nameFault(name) ?? 'empty' } } };
}

function openAs(name: string, locks: ReadonlySet<string>): Seen['open'] {
  if (locks.size === 0) return null;
  if (mayBeOfficeScratch(name)) return 'scratch';
  return lockNames(name).some((lock) => locks.has(lock)) ? 'document' : null;
}
