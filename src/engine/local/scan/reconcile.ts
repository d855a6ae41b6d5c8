import { joinPath, parentPath, type RelativePath } from '../../../base/index.ts';
import type { ErrorData } from '../../../contract/index.ts';
import type { DiskFaultCode } from '../../environment.ts';
import { lockNames } from '../../ignore/index.ts';
import {
  compareIdentity,
  type FileStat,
  type LocalNode,
  type LocalTree,
  type NodeId,
  ROOT_ID,
  sameFingerprint,
} from '../../model/index.ts';
import type { BusyPath, LocalChanges, RulesChange, ScanIssue } from './changes.ts';
import { DoubtKeeper, type Doubts, LONGEST_DOUBT_MS, NO_DOUBTS, type OpenDocument } from './doubts.ts';
import { strangersIn } from './strangers.ts';
import { isLeftOut } from './gather.ts';
import { KnownPlaces } from './known.ts';
import type { FolderLook, KnownLocal, Listing } from './listing.ts';
import { hasFolderOutOfSight, inodeKey } from './out-of-sight.ts';
import { changedDuring, isOfOtherClock, isQuiet, OPEN_QUIET_MS, QUIET_MS } from './quiet.ts';
import { type Resolved, Resolver } from './resolve.ts';
import { type Seen, type SeenEntries, sortEntries } from './seen.ts';
import { spelledAsListed } from './spelled.ts';
import { withoutSwapped } from './swapped.ts';
import { unmountedFolders } from './unmounted.ts';
import { unnameable } from './unnameable.ts';
import { type Change, placeKey, Withholding } from './withhold.ts';

/**
 * What a listing means for the local tree. Pure: the same listing and tree give the same changes, ids aside.
 * Deletes only what was known in a folder that was read to the end and is not in it, nor anywhere else.
 * @param openIssues paths that have an issue now, to find those that no longer do
 * @param doubts those that the look before answered with
 */
export function reconcile(
  looked: Listing,
  known: KnownLocal,
  newId: () => NodeId,
  openIssues: Iterable<RelativePath> = [],
  doubts: Doubts = NO_DOUBTS,
): LocalChanges {
  const places = new KnownPlaces(known);
  const listing = withoutSwapped(spelledAsListed(looked), places);
  const entries = sortEntries(listing);
  const gone = vanished(listing, entries);
  const strangers = strangersIn(listing, places, doubts.strangers, new Set(openIssues));
  const unseen = outOfReach(listing, places, strangers);
  const disturbed =
    listing.restless || gone.length > 0 || unseen.length > 0 || hasFolderOutOfSight(known.tree) || listing.outOfSight === 'unknown';
  const blind = listing.outOfSight === 'unknown' || unseen.some(({ fault }) => fault !== 'denied');
  const keeper = new DoubtKeeper({ missed: doubts.missed, strangers }, disturbed, blind);
  const resolver = new Resolver(entries, known, places, newId, keeper, doubts.twice);
  const unmounted = unmountedFolders(listing, resolver.resolved, places);
  const holdsIgnored = (path: RelativePath, before: boolean): boolean =>
    listing.folders.get(path)?.state === 'listed' ? entries.holdsIgnored.has(path) : before;
  const changes = resolver.resolved.flatMap((item) => (unmounted.has(item.seen.path) ? [] : (changeOf(item, holdsIgnored) ?? [])));
  const waiting = new Withholding(changes, known.tree, resolver.claimed);
  for (const node of unnameable(entries, known, resolver)) waiting.keep(node);
  const scope = { listing, tree: known.tree, places, resolver, entries, kept: waiting.kept, unmounted, keeper };
  const { missing, unsure, hidden, away } = findMissing(scope);
  // Still there as far as we know, so nothing else can be at their places.
  const pauseFor = ({ id }: LocalNode): number => pauseAfter(keeper.ageOf(id, listing.startedAt));
  for (const node of [...unsure.values()].flat()) waiting.keep(node, pauseFor(node));
  for (const node of hidden) waiting.keep(node, pauseFor(node));
  const open = stillOpen(doubts.open, listing);
  const busy = holdBusy(changes, waiting, known.tree, doubts.open, open);
  if (busy.length > 0 || unsure.size + hidden.length > 0) waiting.withholdCycles();
  const deleted = findDeleted(scope, missing);
  const pauseIn = (id: NodeId): number | null =>
    keeper.hasDoubt(id, listing.startedAt) ? pauseAfter(keeper.ageOf(id, listing.startedAt)) : null;
  // What is missed, now or by the next look, may be in there. One that may not be looked at stays as it is, if nothing is missed and
  // nothing was told of in there; that, or what may be missed where else nobody looked, is for the next look.
  const isMore = gone.length > 0 || unseen.some(({ fault }) => fault !== 'denied');
  const unseenAgain = unseen.flatMap(({ path, fault, unlisted, told }): BusyPath[] => {
    const id = resolver.folderId(path);
    if (id === undefined) return [];
    const againMs = fault === 'denied' && unsure.size === 0 ? null : pauseIn(id);
    return againMs === null && !told && !isMore ? [] : [{ ...busyFolder(path, againMs), unlisted }];
  });
  // Who is still there was away for a moment: neither what was told of in there nor the rest was looked at.
  const goneAgain = gone.flatMap(({ path, isToldSoon }): BusyPath[] => {
    const id = resolver.folderId(path) ?? places.folderAt(path);
    return id === undefined ? [] : [{ ...busyFolder(path, isToldSoon ? pauseIn(id) : null), unlisted: true }];
  });
  const again = new Map(waiting.again);
  for (const path of [...resolver.unsure, ...rulesAgain(listing)]) again.set(path, QUIET_MS);
  for (const { path, isToldSoon } of gone) {
    const id = resolver.folderId(path) ?? places.folderAt(path);
    const againMs = id === undefined ? QUIET_MS : pauseIn(id);
    if (!isToldSoon || path === '' || againMs === null) continue;
    again.set(parentPath(path), Math.min(againMs, again.get(parentPath(path)) ?? againMs));
  }
  for (const [path, nodes] of unsure) again.set(path, Math.max(...nodes.map(pauseFor)));
  const removed = new Set(deleted);
  // One that stays for now and is back by the next look was not looked into, and nothing else tells of that.
  const awayAgain = [...away].flatMap(([id, path]): BusyPath[] => (removed.has(id) ? [] : [{ ...busyFolder(path, null), unlisted: true }]));
  // That a volume is there again nothing tells, nor what happened on it meanwhile.
  const unmountedAgain = [...unmounted].map((path): BusyPath => ({ ...busyFolder(path, LONGEST_PAUSE_MS), unlisted: true }));
  const put = [...waiting.changes];
  const taken = new Set([...removed, ...resolver.resolved.map((item) => item.id)]);
  const issues = [
    ...entries.issues,
    ...[...unmounted].map((path): ScanIssue => ({ path, kind: 'folder', reason: { code: 'folder_missing', params: { path } } })),
  ];
  return {
    put: [...put.map((change) => change.node), ...flagged(listing, entries, resolver, places, taken)],
    deleted,
    rules: rulesOf(listing, resolver, places, new Set(put.map(({ node }) => node.id))),
    maybeMoved: put.flatMap(({ item }) => (item.maybe !== undefined && removed.has(item.maybe) ? [{ id: item.id, from: item.maybe }] : [])),
    issues,
    cleared: findCleared(listing, entries, [...issues, ...busy], openIssues),
    busy: [
      ...busy,
      ...[...again].sort(byPath).map(([path, againMs]) => busyFolder(path, againMs)),
      ...unseenAgain,
      ...goneAgain,
      ...awayAgain,
      ...unmountedAgain,
    ],
    doubts: { missed: keeper.kept, strangers, open, twice: resolver.twice },
  };
}

/** Rules of folders that were read, by the ids that the folders have now. */
function rulesOf(listing: Listing, resolver: Resolver, places: KnownPlaces, put: ReadonlySet<NodeId>): readonly RulesChange[] {
  return [...listing.folders].flatMap(([path, look]) => {
    if (look.state !== 'listed' || look.rules.look.state === 'same') return [];
    const folder = resolver.folderId(path);
    const isThere = folder !== undefined && (folder === ROOT_ID || put.has(folder) || places.nodeOf(folder) !== undefined);
    return isThere ? [{ folder, path, look: look.rules.look }] : [];
  });
}

/** The node as it is now, or undefined when nothing about it changed. */
function changeOf(item: Resolved, holdsIgnored: (path: RelativePath, before: boolean) => boolean): Change | undefined {
  const { seen, id, parentId, node } = item;
  const { name, stat } = seen;
  if (node === undefined) {
    const place = { id, parentId, name, stat };
    if (seen.kind === 'file') return { item, node: { ...place, kind: 'file', content: null } };
    return { item, node: { ...place, kind: 'folder', ...flag(holdsIgnored(seen.path, false)) } };
  }
  const moved = node.parentId !== parentId || node.name !== name;
  if (node.kind === 'folder') {
    // Its times change with every entry in it; only who it is matters.
    const before = node.holdsIgnored === true;
    const holds = holdsIgnored(seen.path, before);
    if (!moved && sameFolder(node.stat, stat) && holds === before) return undefined;
    return { item, node: { kind: 'folder', id, parentId, name, stat, ...flag(holds) } };
  }
  const same = sameFingerprint(node.stat, stat) && node.stat.mode === stat.mode && node.stat.links === stat.links;
  if (same && !moved) return undefined;
  const content = sameFingerprint(node.stat, stat) && !item.replaced ? node.content : null;
  return { item, node: { ...node, parentId, name, stat, content } };
}

/**
 * Folders that were read themselves, but not with the folder that they are in: that one is as it was known, or was not looked
 * at. What they hold that is left out is known of them all the same. @param taken what is judged already
 */
function flagged(
  { folders }: Listing,
  { holdsIgnored }: SeenEntries,
  resolver: Resolver,
  places: KnownPlaces,
  taken: ReadonlySet<NodeId>,
): readonly LocalNode[] {
  return [...folders].flatMap(([path, look]) => {
    const id = path === '' || look.state !== 'listed' ? undefined : resolver.folderId(path);
    const node = id === undefined || taken.has(id) ? undefined : places.nodeOf(id);
    if (look.state !== 'listed' || look.self === undefined || node?.kind !== 'folder') return [];
    const { holdsIgnored: before = false, ...folder } = node;
    const holds = holdsIgnored.has(path);
    return holds === before || compareIdentity(node.stat, look.self) === 'different' ? [] : [{ ...folder, ...flag(holds) }];
  });
}

const flag = (holdsIgnored: boolean): { readonly holdsIgnored?: true } => (holdsIgnored ? { holdsIgnored } : {});

const sameFolder = (a: FileStat, b: FileStat): boolean => a.dev === b.dev && a.ino === b.ino && a.birthtimeNs === b.birthtimeNs;

/** Holds back files that are not quiet, or that an office program has open. Whole ones that only moved with a folder go on. */
function holdBusy(
  changes: readonly Change[],
  waiting: Withholding,
  tree: LocalTree,
  before: Doubts['open'],
  open: Map<RelativePath, OpenDocument>,
): readonly BusyPath[] {
  const busy: BusyPath[] = [];
  const left = new Map(changes.flatMap(({ item: { node } }) => (node === undefined ? [] : [[placeKey(node), node.id] as const])));
  for (const { item, node } of changes) {
    if (node.kind !== 'file') continue;
    const { seen } = item;
    const settled = item.node !== undefined && sameFingerprint(item.node.stat, seen.stat);
    const quiet = isQuiet(seen.stat, seen.lookedAt);
    if (settled) continue;
    const document = seen.open === 'document' ? asOpen(seen, before.get(seen.path)) : undefined;
    const openMs = document === undefined ? 0 : OPEN_QUIET_MS - (seen.lookedAt - document.since);
    if (quiet && openMs <= 0 && seen.open !== 'scratch') continue;
    if (document !== undefined) open.set(seen.path, document);
    // The end of a save into what is put in the place of the document is a change of its folder; the end of writing is not.
    const againMs = !quiet ? Math.max(QUIET_MS, openMs) : seen.open === 'scratch' ? null : openMs;
    busy.push({ path: seen.path, kind: 'file', reason: beingWritten(seen.path), open: seen.open !== null, againMs });
    waiting.withhold(node.id, againMs);
    // What it may be, without proof, is not gone before there was a look at its content.
    const maybe = item.maybe === undefined ? undefined : tree.get(item.maybe);
    if (maybe !== undefined) waiting.keep(maybe, againMs);
    // An editor that puts the old version aside and writes a new one at its place: which of them it is shows at the end.
    const aside = item.node === undefined ? left.get(placeKey(node)) : undefined;
    if (aside !== undefined) waiting.withhold(aside, againMs);
  }
  return busy;
}

/** As it is now, since when it is so. */
function asOpen({ stat, lookedAt }: Seen, before: OpenDocument | undefined): OpenDocument {
  const isSame = before !== undefined && sameFingerprint(before.stat, stat) && before.since <= lookedAt;
  return { stat, since: isSame ? before.since : lookedAt };
}

/** Those of folders that were not looked at. */
function stillOpen(before: Doubts['open'], { folders, same }: Listing): Map<RelativePath, OpenDocument> {
  return new Map([...before].filter(([path]) => !same.has(parentPath(path)) && folders.get(parentPath(path))?.state !== 'listed'));
}

const beingWritten = (path: RelativePath): ErrorData => ({ code: 'file_busy', params: { path } });
const busyFolder = (path: RelativePath, againMs: number | null): BusyPath => ({
  path,
  kind: 'folder',
  reason: beingWritten(path),
  open: false,
  againMs,
});
const byPath = ([a]: readonly [RelativePath, number], [b]: readonly [RelativePath, number]): number => (a < b ? -1 : 1);

interface Scope {
  readonly listing: Listing;
  readonly tree: LocalTree;
  readonly places: KnownPlaces;
  readonly resolver: Resolver;
  readonly entries: SeenEntries;
  readonly kept: ReadonlySet<NodeId>;
  readonly unmounted: ReadonlySet<RelativePath>;
  readonly keeper: DoubtKeeper;
}

/** Known items that are not in their folder any more: surely, or perhaps only moved during the look (by folder). `away`: the folders. */
function findMissing({ listing, places, resolver, entries, kept, unmounted, keeper }: Scope): {
  readonly missing: readonly LocalNode[];
  readonly unsure: ReadonlyMap<RelativePath, readonly LocalNode[]>;
  readonly hidden: readonly LocalNode[];
  readonly away: ReadonlyMap<NodeId, RelativePath>;
} {
  const away = new Map<NodeId, RelativePath>();
  const missing: LocalNode[] = [];
  const hidden: LocalNode[] = [];
  const unsure = new Map<RelativePath, readonly LocalNode[]>();
  let taken: ReadonlySet<string> | undefined;
  const isTaken = (node: LocalNode): boolean => {
    taken ??= new Set(resolver.resolved.map(({ parentId, seen }) => placeKey({ parentId, name: seen.name })));
    return taken.has(placeKey(node));
  };
  for (const [path, look] of listing.folders) {
    const id = resolver.folderId(path);
    if (look.state !== 'listed' || id === undefined || unmounted.has(path)) continue;
    const held = new Set(entries.held.get(path));
    // Ignored is unknown, and unknown is not deleted; but where something that is not ignored has its name, it is not there.
    const isUnknown = (node: LocalNode): boolean => isLeftOut(look, node.name, node.kind === 'folder') && !isTaken(node);
    const absent = [...places.childrenOf(id).values()].filter(
      (node) => !resolver.claimed.has(node.id) && !kept.has(node.id) && !held.has(node.name) && !isUnknown(node),
    );
    const inDoubt: LocalNode[] = [];
    const untold = resolver.unsure.has(path);
    const timeless = isOfOtherClock(look);
    for (const node of absent) {
      if (node.kind === 'folder') away.set(node.id, joinPath(path, node.name));
      const doubt = keeper.hasDoubt(node.id, look.lookedAt, timeless) || changedDuring(look, listing.startedAt) || isBeingSaved(node, look);
      // When its folder is back in sight, that is looked into.
      (isOutOfSight(listing, node) ? hidden : doubt || untold ? inDoubt : missing).push(node);
    }
    if (inDoubt.length > 0) unsure.set(path, inDoubt);
  }
  return { missing, unsure, hidden, away };
}

function findDeleted({ tree, resolver, kept }: Scope, missing: readonly LocalNode[]): readonly NodeId[] {
  const deleted: NodeId[] = [];
  const remove = (node: LocalNode): void => {
    // Found elsewhere: what is in it was looked at there.
    if (resolver.claimed.has(node.id)) return;
    if (node.kind === 'folder') for (const child of [...tree.children(node.id)]) remove(child);
    if (!kept.has(node.id)) deleted.push(node.id);
  };
  missing.forEach(remove);
  return deleted;
}

/** Longest time in ms between the two renames of a save, with a scanner of viruses in between. */
const SAVE_MS = 2000;

/**
 * Gone from a folder that changed a moment ago: a program that saves by swapping puts the old version away before the new
 * one comes, and of what moved elsewhere the hint may still be under way. Longer while a lock says that an office program
 * has it open.
 */
function isBeingSaved({ kind, name }: LocalNode, { entries, changedMs, lookedAt }: FolderLook & { readonly state: 'listed' }): boolean {
  if (changedMs === null || isOfOtherClock({ changedMs, lookedAt })) return false;
  const age = lookedAt - changedMs;
  if (age < QUIET_MS) return true;
  if (age >= SAVE_MS || kind === 'folder') return false;
  const locks = new Set(lockNames(name));
  return entries.some(({ name: other, stat }) => other !== null && stat?.kind !== 'folder' && locks.has(other));
}

interface OutOfReach {
  /** To be looked at again: the folder, or the one that has the entry. */
  readonly path: RelativePath;
  readonly fault: DiskFaultCode;
  /** A known folder, in which nothing was looked at. */
  readonly unlisted: boolean;
  /** Something in it was told of, or came just now. */
  readonly told: boolean;
}

/**
 * What the disk did not let us look at: folders that could not be listed, and entries of which only the name is known. Each of
 * those may be what is missed elsewhere, or a folder that holds it.
 */
function outOfReach(listing: Listing, places: KnownPlaces, strangers: Doubts['strangers']): readonly OutOfReach[] {
  const found = new Map<string, OutOfReach>();
  const add = (one: OutOfReach): void => {
    const key = `${one.fault} ${one.path}`;
    found.set(key, { ...one, told: one.told || found.get(key)?.told === true });
  };
  for (const [path, look] of listing.folders) {
    if (look.state === 'unreadable') add({ path, fault: look.fault, unlisted: true, told: look.told });
    if (look.state !== 'listed') continue;
    for (const { name, stat, fault } of look.entries) {
      if (stat !== null || (name !== null && isLeftOut(look, name, true))) continue;
      const at = name === null ? undefined : joinPath(path, name);
      const unlisted = at !== undefined && places.folderAt(at) !== undefined;
      // What it is may be what the next look misses elsewhere.
      const came = at === undefined ? undefined : strangers.get(at);
      const told = came !== undefined && came > listing.startedAt - LONGEST_DOUBT_MS;
      add({ path: unlisted ? at : path, fault: fault ?? 'failed', unlisted, told });
    }
  }
  return [...found.values()];
}

/** At once at first, then less and less often: a disk that is broken for good is not asked all the time. */
const LONGEST_PAUSE_MS = 30_000;
const pauseAfter = (ageMs: number): number => (ageMs < LONGEST_DOUBT_MS ? QUIET_MS : Math.min(Math.round(ageMs / 4), LONGEST_PAUSE_MS));

/** It was moved into a folder that waits out of sight: it will be found when that is back. */
const isOutOfSight = ({ outOfSight }: Listing, { stat }: LocalNode): boolean =>
  outOfSight !== undefined && outOfSight !== 'unknown' && outOfSight.has(inodeKey(stat));

/** Folders whose rules could not be told yet. */
const rulesAgain = (listing: Listing): readonly RelativePath[] =>
  [...listing.folders].flatMap(([path, look]) => (look.state === 'listed' && look.rules.again ? [path] : []));

/**
 * Folders that were not there when their turn came, and of which the folder above tells another thing, or has not been asked
 * since: it is asked now, unless it could not be listed (`isToldSoon` is false).
 */
function vanished(listing: Listing, entries: SeenEntries): readonly { readonly path: RelativePath; readonly isToldSoon: boolean }[] {
  const seen = new Set(entries.folders.map((folder) => folder.path));
  return [...listing.folders].flatMap(([path, look]) => {
    if (look.state !== 'gone') return [];
    const above = path === '' ? undefined : listing.folders.get(parentPath(path));
    const told = above?.state === 'listed' && !seen.has(path);
    return told ? [] : [{ path, isToldSoon: above?.state !== 'unreadable' }];
  });
}

function findCleared(
  listing: Listing,
  entries: SeenEntries,
  issues: readonly ScanIssue[],
  openIssues: Iterable<RelativePath>,
): readonly RelativePath[] {
  const still = new Set(issues.map((issue) => issue.path));
  const isListed = (path: RelativePath): boolean => listing.same.has(path) || listing.folders.get(path)?.state === 'listed';
  let folders: ReadonlySet<RelativePath> | undefined;
  const isGone = (path: RelativePath): boolean => {
    for (let at = path; at !== ''; at = parentPath(at)) {
      const parent = parentPath(at);
      if (!isListed(parent)) continue;
      // A folder that is still there says more only when it is itself looked into.
      if (listing.same.has(parent)) return !listing.same.has(at) && !listing.folders.has(at);
      folders ??= new Set(entries.folders.map((folder) => folder.path));
      return !folders.has(at);
    }
    return false;
  };
  return [...openIssues].filter((path) => !still.has(path) && (path === '' ? isListed('') : isGone(path) || isListed(path)));
}
