import { isInside, joinPath, parentPath, type RelativePath, secondMs } from '../../base/index.ts';
import { type ErrorData, TidemarkError, toErrorData } from '../../contract/index.ts';
import { isAborted, judgedByPlace, ownPaths } from '../apply/index.ts';
import { DiskFault } from '../environment.ts';
import {
  acceptMove,
  type BusyPath,
  checkFolder,
  type FolderState,
  gather,
  hasFolderOutOfSight,
  inodesBelow,
  type KnownLocal,
  knownLocal,
  type Listing,
  type LocalChanges,
  NO_DOUBTS,
  QUIET_MS,
  reconcile,
  type RulesChange,
} from '../local/index.ts';
import { findByPath, type LocalNode, type NodeId, ROOT_ID } from '../model/index.ts';
import { samePlace } from '../plan/index.ts';
import type { Store } from '../store/index.ts';
import { freedPlaces } from './freed-places.ts';
import { MAX_ISSUES, PATH_KEY } from './issue-keys.ts';
import { copyMarks, marksText } from './marks-copy.ts';
import type { SyncContext } from './sync-context.ts';
import { Waiters } from './waiters.ts';
import { Wake } from './wake.ts';
import { foldersOfYoungNames, YoungNames } from './young-names.ts';

/** Hints come in bursts: wait until they have paused this long, but never longer than the second. */
const DEBOUNCE_MS = 50;
const LONGEST_DEBOUNCE_MS = 500;
/** What is looked at again later than this is not waited for. */
const SOON_MS = secondMs;
/** A folder that is missing is looked for again this often. */
const MISSING_POLL_MS = 3 * secondMs;
/** So long files that may have moved, and cannot be read, keep a look from being taken over. */
const LONGEST_UNREAD_MS = 5 * secondMs;
/** Looks in a row that find changed rules: whoever goes on changing them is served by the next look. */
const MOST_ROUNDS = 4;

export interface ScanHooks {
  /** Rows changed; the ids are to be planned. */
  readonly onChanged: (ids: readonly NodeId[]) => void;
  /** Null: the folder is there and ours. */
  readonly onFolderState: (error: ErrorData | null) => void;
  readonly onScanned: () => void;
  /** The folder is ready: what has to be done before the first look at it. Answers why it could not be done. */
  readonly prepare: () => Promise<ErrorData | null>;
  /** Makes the names in these folders durable, before rows say that they are there. Answers why it could not be done. */
  readonly makeDurable: (folders: readonly RelativePath[]) => Promise<ErrorData | null>;
  /** The watch works: of what moved, it tells of the new place as well as of the old one. */
  readonly isWatched: () => boolean;
  /** A volume that had been mounted in the folder, and was away, is back, or its empty place is gone. */
  readonly onVolumeBack: () => void;
}

/** Keeps the local tree as the disk shows it: looks at folders that something was said about, and at all of them now and then. */
export class ScanLoop {
  readonly #ctx: SyncContext;
  readonly #hooks: ScanHooks;
  readonly #wake = new Wake();
  readonly #waiters = new Waiters();
  #folders = new Set<string>();
  #everything = false;
  #asked = 0;
  #served = 0;
  #lastHintMs = 0;
  #firstHintMs = 0;
  #urgent = false;
  readonly #again = new Map<
    string,
    { readonly cancel: () => void; /** Nobody waits for it: the disk has failed to list it for a while. */ readonly late: boolean }
  >();
  /** Of those: their moment has come, and the look at them is not over. */
  readonly #due = new Set<string>();
  /** Folders that could not be listed: what was known in them was not looked into either. With those in them that were told of. */
  #unlisted: ReadonlySet<string> = new Set();
  #doubts: LocalChanges['doubts'] = NO_DOUBTS;
  /**
   * By rules and marks that were taken over. The look that found them may not come to its end, and the next one, which finds them
   * known, is at everything for that.
   */
  readonly #judgedAnew = new Set<NodeId>();
  /** Since when (monotonic) looks have come to nothing, since a file that may have moved could not be read. */
  #unreadSinceMs: number | null = null;
  #copiedMarks: string | undefined;
  readonly #young: YoungNames;

  constructor(ctx: SyncContext, hooks: ScanHooks) {
    this.#ctx = ctx;
    this.#hooks = hooks;
    this.#young = new YoungNames(ctx.environment.clock);
  }

  /** A hint of the watcher: looked at once the burst is over. */
  hint(folder: string): void {
    this.#burst();
    this.#add(folder);
  }

  /** Anything may have changed. */
  hintAll(): void {
    this.#burst();
    this.#addAll();
  }

  #burst(): void {
    const now = this.#ctx.environment.clock.monotonic();
    if (!this.pending) this.#firstHintMs = now;
    this.#lastHintMs = now;
  }

  /** Looks at these folders, or at everything; resolves when a look that began after this call is over. */
  scan(folders: readonly string[] | 'all'): Promise<void> {
    this.#urgent = true;
    if (folders === 'all') this.#addAll();
    else for (const folder of folders) this.#add(folder);
    const asked = this.#asked;
    return this.#waiters.wait(asked);
  }

  /** Tidemark itself moved a folder: what was to be looked at in it is there now. Call with the tree lock held. */
  moved(from: string, to: string): void {
    const now = (path: string): string | undefined =>
      path === from ? to : path.startsWith(`${from}/`) ? to + path.slice(from.length) : undefined;
    for (const path of [...this.#folders]) {
      const there = now(path);
      if (there !== undefined) this.#folders.add(there);
    }
    for (const path of [...this.#again.keys()]) {
      const there = now(path);
      if (there !== undefined) this.#lookAgain(there);
    }
    this.#unlisted = new Set([...this.#unlisted].map((path) => now(path) ?? path));
  }

  /** A folder is back in sight: what happened in it meanwhile, or just before, nobody was told of. Call with the tree lock held. */
  cameBack(folder: string): void {
    for (const path of this.#withFoldersIn(folder)) this.#add(path);
  }

  /** The folder and all that are known in it. */
  #withFoldersIn(folder: string): readonly string[] {
    const { local } = this.#ctx.store;
    const below = (path: string, id: NodeId): string[] => [
      path,
      ...[...local.children(id)].flatMap((child) => (child.kind === 'folder' ? below(joinPath(path, child.name), child.id) : [])),
    ];
    const id = findByPath(local, folder);
    return id === undefined ? [] : below(folder, id);
  }

  get pending(): boolean {
    return this.#served < this.#asked;
  }

  /** Files that are being written, until a look finds them quiet. */
  get watchingBusyFiles(): boolean {
    return this.#due.size > 0 || [...this.#again.values()].some(({ late }) => !late);
  }

  async run(): Promise<void> {
    const { environment, stopping } = this.#ctx;
    const { clock } = environment;
    stopping.addEventListener('abort', () => {
      this.#wake.ring();
    });
    const over = (): boolean => stopping.aborted;
    while (!over()) {
      if (!this.pending) await this.#wake.wait();
      if (over()) break;
      if (!this.pending) continue;
      try {
        await this.#quietMoment();
        if (await this.#once()) continue;
        await clock.sleep(MISSING_POLL_MS, stopping);
      } catch (error) {
        if (isAborted(error)) break;
        this.#ctx.doubt(error);
        environment.log.error('looking at the folder failed', { ...toErrorData(error) });
        this.#waiters.settle(this.#asked, error);
        await clock.sleep(MISSING_POLL_MS, stopping).catch(() => undefined);
      }
    }
    for (const { cancel } of this.#again.values()) cancel();
    this.#waiters.settle(Number.POSITIVE_INFINITY, new TidemarkError('aborted'));
  }

  #add(folder: string): void {
    this.#folders.add(folder);
    this.#asked += 1;
    this.#wake.ring();
  }

  #addAll(): void {
    this.#everything = true;
    this.#asked += 1;
    this.#wake.ring();
  }

  async #quietMoment(): Promise<void> {
    const { clock } = this.#ctx.environment;
    while (!this.#urgent && !this.#ctx.stopping.aborted) {
      const now = clock.monotonic();
      const restMs = Math.min(this.#lastHintMs + DEBOUNCE_MS, this.#firstHintMs + LONGEST_DEBOUNCE_MS) - now;
      if (restMs <= 0) return;
      await clock.sleep(restMs, this.#ctx.stopping);
    }
  }

  /** One look. False when the folder is not there or not ours: then nothing is concluded from what was seen. */
  async #once(): Promise<boolean> {
    const { environment, store, folder, treeLock, hooks, scopes } = this.#ctx;
    let asked = this.#asked;
    let what: readonly string[] | 'all' = [];
    let told: readonly string[] = [];
    hooks.onStatus({ type: 'scan_started' });
    try {
      const changed = await treeLock.run(async () => {
        // Taken only now: while others held the lock, more was asked for, or moved elsewhere.
        asked = this.#asked;
        told = [...this.#folders];
        what = this.#take();
        const due = [...this.#due];
        const before = await checkFolder(environment.disk, folder.path, folder.folderId);
        const trouble = before === 'ready' ? await this.#hooks.prepare() : null;
        if (trouble !== null) {
          this.#postpone(what, told);
          this.#hooks.onFolderState(trouble);
          return undefined;
        }
        const known = knownLocal(store);
        const listing = before === 'ready' ? await this.#look(what, told, known) : before;
        if (typeof listing === 'string') {
          this.#postpone(what, told);
          this.#hooks.onFolderState(folderError(listing, folder.path));
          return undefined;
        }
        this.#hooks.onFolderState(null);
        const followed = scopes.followLocalOnly(listing);
        if (followed !== undefined) hooks.onLists('folders');
        // What the cloud has at the place that such a folder left is wanted here now.
        for (const id of followed ?? []) this.#judgedAnew.add(id);
        await this.#copyMarks();
        // Hints that came meanwhile may be those of the new place of what is missed here.
        const outOfSight = await this.#outOfSight();
        const seen = { ...listing, restless: listing.restless || this.#asked > asked, outOfSight };
        const found = reconcile(seen, known, () => environment.random.id(), this.#openIssues(), this.#doubts);
        if (what !== 'all' && found.deleted.length > 0 && !this.#hooks.isWatched()) {
          // Nobody would tell of where it went.
          this.#addAll();
          return 'again';
        }
        const unsafe = await this.#hooks.makeDurable([...foldersOfYoungNames(store.local, found.put, this.#young.oldBefore())]);
        if (unsafe !== null) {
          this.#postpone(what, told);
          this.#hooks.onFolderState(unsafe);
          return undefined;
        }
        const proven = await this.#withProvenMoves(found);
        if (proven === undefined) {
          this.#postpone(what, told);
          return undefined;
        }
        this.#doubts = found.doubts;
        const unlisted = found.busy.flatMap((one) => (one.unlisted === true ? [one.path] : []));
        const inside = (what === 'all' ? told : what).filter((path) => unlisted.some((folder) => isInside(path, folder)));
        this.#unlisted = new Set([...unlisted, ...inside]);
        const isVolumeBack = found.cleared.some((path) => store.issue(PATH_KEY + path)?.reason.code === 'folder_missing');
        const ids = [...this.#apply(proven), ...this.#judgedAnew, ...freedPlaces(store, listing)];
        this.#judgedAnew.clear();
        for (const path of due) this.#due.delete(path);
        if (isVolumeBack) this.#hooks.onVolumeBack();
        return ids;
      });
      if (changed === undefined) return false;
      if (changed === 'again') return true;
      this.#served = asked;
      this.#hooks.onChanged(changed);
      this.#hooks.onScanned();
      this.#waiters.settle(asked);
      return true;
    } catch (error) {
      // What was to be looked at still is.
      this.#postpone(what, told);
      throw error;
    } finally {
      hooks.onStatus({ type: 'scan_ended' });
    }
  }

  /**
   * Looks at the folders. Rules that turn out to have changed are taken over first, and then everything is looked at with
   * them. Answers why the folder is not there, if so: looked at before and after, since a volume that went away in between
   * made the listing look empty, of rules too.
   */
  async #look(
    first: readonly string[] | 'all',
    told: readonly string[],
    known: KnownLocal,
  ): Promise<Listing | Exclude<FolderState, 'ready'>> {
    const { environment, folder, scopes, stopping } = this.#ctx;
    const { disk, clock } = environment;
    let what = first;
    for (let round = 1; ; round += 1) {
      const listing = await gather({ disk, clock, root: folder.path, rules: scopes.forScan() }, what, known, stopping, {
        told,
        whole: this.#unlisted,
      });
      const state = await checkFolder(disk, folder.path, folder.folderId);
      if (state !== 'ready') return state;
      // It may be entered and not listed: all that is in it is out of sight.
      const top = listing.folders.get('');
      if (top?.state === 'unreadable' && top.fault === 'denied') return 'unreadable';
      const ids = scopes.takeRules(rulesOfKnown(listing));
      for (const id of ids) this.#judgedAnew.add(id);
      if (ids.length === 0 || round === MOST_ROUNDS) return listing;
      what = 'all';
    }
  }

  /**
   * What to look at, at once forgotten. Folders with files that are being written are always part of it: such a file may
   * have come from a folder that is looked at, and would be taken for deleted there by who does not see it here.
   */
  #take(): readonly string[] | 'all' {
    const isAll = this.#everything || this.#unlisted.has('') || this.#judgedAnew.size > 0;
    const what = isAll ? ('all' as const) : [...new Set([...this.#folders, ...this.#again.keys(), ...this.#unlisted])];
    this.#everything = false;
    this.#folders = new Set();
    this.#urgent = false;
    return what;
  }

  /** What is in folders that wait out of sight, if there are any. */
  #outOfSight(): Promise<ReadonlySet<string> | 'unknown'> {
    const { store, environment, folder } = this.#ctx;
    if (!hasFolderOutOfSight(store.local)) return Promise.resolve(new Set());
    return inodesBelow(environment.disk, ownPaths(folder.path).parked);
  }

  async #copyMarks(): Promise<void> {
    const { store, environment, folder } = this.#ctx;
    const text = marksText(store);
    if (text === this.#copiedMarks) return;
    try {
      await copyMarks(environment.disk, folder.path, store);
      this.#copiedMarks = text;
    } catch (error) {
      if (!(error instanceof DiskFault)) throw error;
      environment.log.warn('the copy of the marks could not be written', { code: error.code });
    }
  }

  #postpone(what: readonly string[] | 'all', told: readonly string[]): void {
    if (what === 'all') this.#everything = true;
    for (const one of what === 'all' ? told : what) this.#folders.add(one);
  }

  /**
   * Moves that only equal content can prove are proved now, so that no bytes move for them, and what is known of the file goes
   * on. Undefined where one could not be read just now: that tells nothing, and to say so would delete it.
   */
  async #withProvenMoves(changes: LocalChanges): Promise<LocalChanges | undefined> {
    const { store, environment, folder } = this.#ctx;
    const put = new Map(changes.put.map((node) => [node.id, node]));
    const pathOf = (node: LocalNode): string | undefined => {
      if (node.parentId === ROOT_ID) return node.name;
      const parent = put.get(node.parentId) ?? store.local.get(node.parentId);
      const above = parent === undefined ? undefined : pathOf(parent);
      return above === undefined ? undefined : joinPath(above, node.name);
    };
    let proven = changes;
    for (const move of changes.maybeMoved) {
      const node = put.get(move.id);
      const from = store.local.get(move.from);
      const path = node === undefined ? undefined : pathOf(node);
      if (node?.kind !== 'file' || from?.kind !== 'file' || from.content === null || path === undefined) continue;
      try {
        const { content, stat } = await environment.disk.cut(`${folder.path}/${path}`, node.stat, this.#ctx.stopping);
        if (content.hash !== from.content.hash) continue;
        const accepted = acceptMove(proven, move);
        proven = {
          ...accepted,
          put: accepted.put.map((one) => (one.id === move.from && one.kind === 'file' ? { ...one, content, stat } : one)),
        };
      } catch (error) {
        if (!(error instanceof DiskFault)) throw error;
        if (this.#mayBeReadSoon()) return undefined;
      }
    }
    this.#unreadSinceMs = null;
    return proven;
  }

  #mayBeReadSoon(): boolean {
    const now = this.#ctx.environment.clock.monotonic();
    this.#unreadSinceMs ??= now;
    return now - this.#unreadSinceMs < LONGEST_UNREAD_MS;
  }

  #openIssues(): readonly string[] {
    const { store } = this.#ctx;
    if (store.issueCount() === 0) return [];
    return store.issues({ limit: MAX_ISSUES }).flatMap(({ key }) => (key.startsWith(PATH_KEY) ? [key.slice(PATH_KEY.length)] : []));
  }

  #apply(changes: LocalChanges): readonly NodeId[] {
    const { store, hooks, environment, scopes } = this.#ctx;
    const now = environment.clock.now();
    // What is merely being written is looked at again in a moment; only what stays open is worth a line in the list.
    const issues = [...changes.issues, ...changes.busy.filter(({ open }) => open)];
    let judged: readonly NodeId[] = [];
    const moved = changes.put.filter((node) => node.kind === 'folder' && isElsewhere(store, node));
    if (changes.put.length + changes.deleted.length + changes.rules.length + issues.length + changes.cleared.length > 0) {
      store.transaction((write) => {
        for (const node of changes.put) write.putLocal(node);
        for (const id of changes.deleted) write.deleteLocal(id);
        judged = scopes.takeRules(changes.rules);
        write.dropStrayRules();
        for (const path of changes.cleared) write.deleteIssue(PATH_KEY + path);
        for (const { path, kind, reason } of issues) {
          const key = PATH_KEY + path;
          const known = store.issue(key);
          const since = known?.reason.code === reason.code ? known.since : now;
          write.putIssue({ key, path, kind, reason, since, attempts: 0, nextTryAt: null });
        }
      });
      if (issues.length + changes.cleared.length > 0) hooks.onLists('issues');
      if (changes.put.length + changes.deleted.length > 0) hooks.onLists('files');
    }
    for (const [path, againMs] of looksAgain(changes.busy)) this.#lookAgain(path, againMs);
    // Not asked for by that: whatever asks for the next look.
    for (const { path, kind, againMs } of changes.busy) if (kind === 'folder' && againMs === null) this.#folders.add(path);
    const inMoved = moved.flatMap(({ id }) => judgedByPlace(store, id));
    return [...changes.put.map((node) => node.id), ...changes.deleted, ...judged, ...inMoved];
  }

  #lookAgain(path: string, afterMs = QUIET_MS): void {
    this.#again.get(path)?.cancel();
    const late = afterMs > SOON_MS;
    const cancel = this.#ctx.environment.clock.timer(afterMs + 20, () => {
      this.#again.delete(path);
      if (!late) this.#due.add(path);
      this.#add(path);
    });
    this.#again.set(path, { cancel, late });
  }
}

/** When to look at which folders again, in ms: as soon as the first of what is in one wants it. */
function looksAgain(busy: readonly BusyPath[]): ReadonlyMap<string, number> {
  const looks = new Map<string, number>();
  for (const { path, kind, againMs } of busy) {
    const folder = kind === 'folder' ? path : parentPath(path);
    if (againMs !== null) looks.set(folder, Math.min(againMs, looks.get(folder) ?? againMs));
  }
  return looks;
}

/** Known, and not where it was. */
function isElsewhere({ local }: Pick<Store, 'local'>, node: LocalNode): boolean {
  const known = local.get(node.id);
  return known !== undefined && !samePlace(known, node);
}

/** Rules of folders that were known before the look; those of new ones come with their rows. */
const rulesOfKnown = (listing: Listing): readonly Pick<RulesChange, 'folder' | 'look'>[] =>
  [...listing.folders.values()].flatMap((look) =>
    look.state === 'listed' && look.rules.look.state !== 'same' && look.rules.folder !== undefined
      ? [{ folder: look.rules.folder, look: look.rules.look }]
      : [],
  );

export function folderError(state: FolderState, path: string): ErrorData | null {
  switch (state) {
    case 'ready':
      return null;
    case 'missing':
      return { code: 'folder_missing', params: { path } };
    case 'unreadable':
      return { code: 'folder_unreadable', params: { path } };
    case 'replaced':
      return { code: 'folder_replaced', params: { path } };
    case 'not_writable':
      return { code: 'folder_not_writable', params: { path } };
  }
}
