import { KiB, minuteMs, secondMs } from '../../base/index.ts';
import { type ErrorData, TidemarkError, toErrorData } from '../../contract/index.ts';
import {
  StoredCommits,
  Executor,
  Mutex,
  type ApplyParts,
  bringAllToSight,
  bringBack,
  checkUndoHere,
  contentNow,
  errorDataFor,
  placeMatters,
  type Undone,
  undoHere,
  undoTogether,
} from '../apply/index.ts';
import type { Environment } from '../environment.ts';
import { isPathBuiltInIgnored } from '../ignore/index.ts';
import { checkFolder } from '../local/index.ts';
import { type LocalFile, type NodeId, PARKED_ID, ROOT_ID } from '../model/index.ts';
import { Nap } from '../nap.ts';
import { compareSides } from '../plan/index.ts';
import { type DriveApi, watchChanges } from '../remote/index.ts';
import { type AccountRow, type ActivityRow, type FolderRow, isDatabaseFault, type Store, type TrashRow } from '../store/index.ts';
import { createCommitter, createDownloader, createThrottle, createUploader } from '../transfer/index.ts';
import { agreedWith } from './account-settings.ts';
import { FolderWatch } from './folder-watch.ts';
import { Room } from './room.ts';
import { recallNewerMarks } from './marks-copy.ts';
import { Mending } from './mending.ts';
import { PlanLoop } from './plan-loop.ts';
import { PullLoop } from './pull-loop.ts';
import { foreseeAll, type Foreseen } from './foreseeing.ts';
import { isNodeKey, MAX_ISSUES } from './issue-keys.ts';
import { folderError, ScanLoop } from './scan-loop.ts';
import { itemsToTakeAway, type ScopeKeeper } from './scope-keeper.ts';
import { isAboutConnection, isAboutDatabase, type SyncContext, type SyncHooks } from './sync-context.ts';
import { type SpeedCaps, speedLimits } from './speed-limits.ts';
import { Telling } from './telling.ts';
import { Timers } from './timers.ts';
import { purgeOldTrash } from './trash-purge.ts';
import { roomSeekers } from './waiting-for-room.ts';

export interface SyncParts {
  readonly environment: Environment;
  readonly store: Store;
  readonly drive: DriveApi;
  readonly account: AccountRow;
  readonly folder: FolderRow;
  readonly scopes: ScopeKeeper;
  readonly hooks: SyncHooks;
}

/** Files that are on both sides, or were, and were written to since they were read. */
function touched(store: Store): readonly NodeId[] {
  return store.divergentIds().filter((id) => {
    const local = store.local.get(id);
    const wasThere = store.remote.get(id)?.kind === 'file' || store.synced.get(id)?.kind === 'file';
    return local?.kind === 'file' && local.content === null && wasThere;
  });
}

/** How long a look waits for files that are being written. */
const LONGEST_QUIET_MS = 2 * secondMs;

/** How long the first look waits for the watch to begin. */
const WATCH_PATIENCE_MS = 2000;

/** One account and one folder kept in step, from `start` to `stop`. */
export class SyncRun {
  readonly #parts: SyncParts;
  readonly #ctx: SyncContext;
  readonly #stop = new AbortController();
  readonly #scan: ScanLoop;
  readonly #pull: PullLoop;
  readonly #plan: PlanLoop;
  readonly #loops: Promise<void>[] = [];
  readonly #throttle;
  readonly #room: Room;
  #caps: SpeedCaps = { uploadBytesPerSecond: null, downloadBytesPerSecond: null };
  readonly #apply: ApplyParts;
  readonly #progress = new Map<NodeId, number>();
  #transfers = new AbortController();
  readonly #timers: Timers;
  readonly #watch: FolderWatch;
  readonly #mending: Mending;
  #scanned = false;
  #pulled = false;
  #offline: ErrorData | null = null;
  /** How often something was found out about the cloud and the folder. */
  readonly #news = { connection: 0, folder: 0 };
  #folderError: ErrorData | null = null;
  #paused = false;
  /** The cloud asked us to stay away for a while, and is asked again when that is over. */
  #awaitingPause = false;
  #doubtful = false;
  readonly #telling: Telling;
  /** Between two tries to hear of changes from the cloud. */
  readonly #watchNap = new Nap();

  constructor(parts: SyncParts) {
    this.#parts = parts;
    const { environment, store, drive, account, folder, scopes } = parts;
    const hooks: SyncHooks = {
      ...parts.hooks,
      onStatus: (event) => {
        if (event.type === 'op_started') this.#progress.delete(event.id);
        parts.hooks.onStatus(event);
      },
    };
    const treeLock = new Mutex();
    this.#timers = new Timers(environment.clock);
    this.#telling = new Telling(parts.hooks.report, this.#timers);
    this.#ctx = {
      environment,
      store,
      drive,
      account,
      folder,
      scopes,
      treeLock,
      hooks,
      stopping: this.#stop.signal,
      dirty: (ids) => {
        this.#plan.changed(ids);
      },
      doubt: (error) => {
        if (isDatabaseFault(error)) hooks.onStatus({ type: 'engine_error', error: toErrorData(error) });
        // Also when there is doubt already: that was mended, this is not.
        this.#mending.need();
        if (this.#doubtful) return;
        this.#doubtful = true;
        this.#scan.hintAll();
      },
    };
    this.#throttle = createThrottle(environment);
    const { disk } = environment;
    const commits = new StoredCommits({ store, environment, onActivity: hooks.onActivity }, () => {
      this.#pull.request();
    });
    this.#room = new Room({
      clock: environment.clock,
      quota: () => drive.quota(),
      onRoom: (freeBytes) => {
        this.#takeRoom(freeBytes);
      },
    });
    const uploader = createUploader({ drive, disk, throttle: this.#throttle });
    const committer = createCommitter({ drive, throttle: this.#throttle, journal: commits, random: environment.random });
    const currentSignal = (): AbortSignal => this.#transfers.signal;
    this.#apply = {
      environment,
      store,
      root: folder.path,
      uploader: {
        send: (file, onBytes, signal) => {
          const admitted = this.#room.admit(file.content.size);
          return admitted === undefined ? uploader.send(file, onBytes, signal) : admitted.then(() => uploader.send(file, onBytes, signal));
        },
      },
      downloader: createDownloader({ drive, disk, throttle: this.#throttle }),
      committer,
      treeLock,
      scope: () => scopes.scope(),
      deviceName: account.deviceName,
      // Of an engine that ended in the middle nobody knows.
      unsyncedFolders: new Set([folder.path]),
      onActivity: hooks.onActivity,
      onFolderMoved: (from, to) => {
        scopes.moved(from, to);
        // To where things wait out of sight no look goes.
        if (isPathBuiltInIgnored(to)) return;
        if (isPathBuiltInIgnored(from)) this.#scan.cameBack(to);
        else this.#scan.moved(from, to);
        // What a rule has left out of it may be wanted there, and is in no row.
        if (placeMatters(store)) this.#scan.cameBack(to);
      },
      onUnmended: () => {
        this.#mending.need();
      },
      mend: async () => {
        const trouble = await this.#mending.mend();
        if (trouble !== null) throw new TidemarkError(trouble.code, trouble.params);
      },
      onDatabaseFault: (error) => {
        this.#ctx.doubt(error);
      },
      onProgress: (id, bytes) => {
        this.#progressed(id, bytes);
      },
      get signal() {
        return currentSignal();
      },
    };
    const recall = async (): Promise<void> => {
      if (await recallNewerMarks(disk, folder.path, store)) scopes.review([ROOT_ID]);
    };
    this.#mending = new Mending(this.#apply, folder, recall, () => {
      this.#plan.add(store.divergentIds());
    });
    this.#watch = new FolderWatch({
      environment,
      path: folder.path,
      timers: this.#timers,
      stopping: this.#stop.signal,
      onHint: (path) => {
        this.#scan.hint(path);
      },
      onLost: () => {
        this.#scan.hintAll();
      },
    });
    this.#pull = new PullLoop(
      this.#ctx,
      commits,
      committer,
      (offline) => {
        this.#connection(offline);
      },
      () => !this.#paused,
    );
    this.#scan = new ScanLoop(this.#ctx, {
      onChanged: (ids) => {
        this.#plan.changed(ids);
      },
      onFolderState: (error) => {
        this.#news.folder += 1;
        if (error?.code === this.#folderError?.code) return;
        this.#folderError = error;
        hooks.onStatus({ type: 'folder_state', error });
        hooks.onLists('folders');
        this.#plan.ring();
      },
      onScanned: () => {
        this.#scanned = true;
        this.#resolveDoubt();
        this.#ready();
      },
      prepare: () => this.#mending.mend(),
      makeDurable: (folders) => this.#mending.syncFolders(folders),
      isWatched: () => this.#watch.works,
    });
    this.#plan = new PlanLoop(this.#ctx, {
      executor: new Executor(this.#apply),
      rescan: (folders) => this.#scan.scan(folders),
      pull: () => this.#pull.pull(),
      mayRun: () =>
        this.#scanned && this.#pulled && this.#offline === null && this.#folderError === null && !this.#paused && !this.#pull.reading,
      looking: () => this.#scan.watchingBusyFiles,
      onConnectionLost: (error) => {
        this.#connection(error);
        this.#askAgain();
      },
      onNoRoom: () => {
        this.#room.refused();
      },
    });
    this.applySettings();
  }

  /** Begins to look at both sides; what a crash left is mended before the first look at the folder. */
  async start(paused: boolean): Promise<void> {
    const { environment, folder, store } = this.#parts;
    this.#paused = paused;
    this.#plan.add(store.divergentIds());
    this.#plan.add(itemsToTakeAway(store));
    // Also what an earlier run had trouble with: it may be over by now, and the list has to say so.
    this.#plan.add(store.issues({ limit: MAX_ISSUES }).flatMap(({ key }) => (isNodeKey(key) ? [key] : [])));
    this.#loops.push(this.#plan.run(), this.#scan.run(), this.#pull.run(), this.#watchCloud());
    this.#pull.request();
    // One look suffices when it begins after the watch does; but a slow watch must not keep everything waiting.
    const waitedEnough = environment.clock.timer(WATCH_PATIENCE_MS, () => {
      this.#scan.hintAll();
    });
    await this.#watch.begin().finally(waitedEnough);
    void this.#purgeTrash();
    this.#scanRegularly();
    environment.log.info('sync started', { folder: folder.path });
  }

  /** Takes back on this disk what the line tells of. Throws TidemarkError undo_*, what the folder says, DiskFault's reasons. */
  undoHere(row: ActivityRow, reversal: Parameters<typeof undoHere>[2]): Promise<Undone> {
    return this.#byHand(row.path, () => undoHere(this.#apply, row, reversal));
  }

  /** Throws what `undoHere` would, as far as that shows before. */
  checkUndoHere(row: ActivityRow, reversal: Parameters<typeof undoHere>[2]): Promise<void> {
    return this.#withTree(row.path, () => checkUndoHere(this.#apply, row, reversal));
  }

  /** As `undoHere`, of moves that stand in each other's way. */
  undoTogether(rows: Parameters<typeof undoTogether>[1]): Promise<readonly Undone[]> {
    return this.#byHand(rows[0]?.row.path ?? '', () => undoTogether(this.#apply, rows));
  }

  /** Brings an item of this device's trash back to where it was. Throws as `undoHere` does. */
  restoreHere(row: TrashRow): Promise<Undone> {
    return this.#byHand(row.originalPath, () => bringBack(this.#apply, row, { undoes: null, hash: null }));
  }

  /** A change of the folder that a person asked Tidemark for. */
  async #byHand<T extends Undone | readonly Undone[]>(path: string, work: () => Promise<T>): Promise<T> {
    const { hooks } = this.#parts;
    const undone = await this.#withTree(path, work);
    const all: readonly Undone[] = [undone].flat();
    this.#plan.changed(all.flatMap(({ touched }) => touched));
    hooks.onLists('files');
    const rescan = all.flatMap((one) => one.rescan);
    if (rescan.length > 0) await this.#scan.scan(rescan);
    return undone;
  }

  /** While nothing else touches the folder. Throws what the folder says, and DiskFault's reasons. */
  #withTree<T>(path: string, work: () => Promise<T>): Promise<T> {
    const { environment, folder } = this.#parts;
    return this.#ctx.treeLock.run(async () => {
      if (this.#isStopping()) throw new TidemarkError('engine_stopped');
      const state =
        folderError(await checkFolder(environment.disk, folder.path, folder.folderId), folder.path) ?? (await this.#mending.mend());
      if (state !== null) throw new TidemarkError(state.code, state.params);
      try {
        return await work();
      } catch (error) {
        if (isDatabaseFault(error)) this.#ctx.doubt(error);
        const { code, params } = errorDataFor(error, path);
        throw new TidemarkError(code, params, { cause: error });
      }
    });
  }

  #watchCloud(): Promise<void> {
    const { environment, drive, store } = this.#parts;
    const options = {
      clock: environment.clock,
      random: environment.random,
      nap: this.#watchNap,
      report: () => this.#telling.now(),
      onWait: (cut: () => void) => {
        this.#telling.waits(cut);
      },
      onHint: () => this.#pull.pull(),
      onConnection: (offline: ErrorData | null) => {
        // Only a read of the feed says that all is well; this says when it is worth one.
        if (offline === null) this.#pull.request();
        else if (isAboutConnection(offline)) this.#connection(offline);
        else environment.log.warn('waiting for changes failed', { ...offline });
      },
    };
    const knowing: Pick<DriveApi, 'wait'> = {
      wait: (cursor, timeoutMs, signal, report) => drive.wait(cursor, timeoutMs, signal, report, agreedWith(this.#parts)?.version ?? null),
    };
    return watchChanges(knowing, () => store.cursor()?.cursor ?? null, options, this.#stop.signal);
  }

  statusChanged(): void {
    if (!this.#isStopping()) this.#telling.changed();
  }

  /** Tells the other devices now how far this one is, for an engine that ends before its next wait. Throws what the cloud says. */
  async tellNow(): Promise<void> {
    const { drive, store } = this.#parts;
    const cursor = store.cursor()?.cursor;
    if (cursor !== undefined) await drive.wait(cursor, 0, this.#stop.signal, this.#telling.now());
  }

  #isStopping(): boolean {
    return this.#stop.signal.aborted;
  }

  #scanRegularly(): void {
    this.#timers.after(this.#parts.store.setting('scan.intervalMinutes') * minuteMs, () => {
      this.#scan.hintAll();
      void this.#purgeTrash();
      this.#scanRegularly();
    });
  }

  #purgeTrash(): Promise<void> {
    const { environment, folder, store } = this.#parts;
    return purgeOldTrash(environment, store, folder.path, this.#stop.signal);
  }

  async stop(): Promise<void> {
    if (this.#stop.signal.aborted) return;
    this.#stop.abort();
    this.#transfers.abort();
    this.#timers.cancelAll();
    await this.#watch.close();
    await this.#plan.drained();
    // Also what a person asked for by hand is at its end.
    await this.#ctx.treeLock.run(() => this.#showAll());
    await Promise.all(this.#loops);
  }

  /** Until the next start, if there is one, nothing would come back from where the person does not look. */
  async #showAll(): Promise<void> {
    const { environment, folder, store } = this.#parts;
    try {
      if (!this.#mending.needed && [...store.local.children(PARKED_ID)].length === 0) return;
      const state = await checkFolder(environment.disk, folder.path, folder.folderId);
      if (state === 'ready' && (await this.#mending.mend()) === null) await bringAllToSight(this.#apply);
    } catch (error) {
      environment.log.warn('what is out of sight could not be brought back', { ...toErrorData(error) });
    }
  }

  pause(): void {
    this.#paused = true;
    // Stops what is under way; blocks that arrived stay, so it goes on from there.
    this.#transfers.abort();
  }

  resume(): void {
    this.#paused = false;
    this.#transfers = new AbortController();
    // What the pause cut off in the middle is asked for again.
    this.#pull.request();
    this.#plan.ring();
  }

  /** Looks at both sides now and tries again what failed. */
  syncNow(): void {
    this.#room.forget();
    this.#plan.retryAll();
    this.#pull.request();
    this.#scan.hintAll();
  }

  /** The machine slept, or is in another network: what is known may be old, and nothing has to wait any longer. */
  resumed(): void {
    this.#room.forget();
    this.#plan.retryAll();
    this.#pull.requestNow();
    this.#watchNap.wake();
    this.#scan.hintAll();
  }

  /** Something is to be told to the cloud beside what is in the folder. */
  readSoon(): void {
    this.#pull.request();
  }

  applySettings(): void {
    const { up, down } = speedLimits(this.#parts.store, this.#caps);
    this.#throttle.setLimits({ uploadKiBps: (up?.bytesPerSecond ?? 0) / KiB, downloadKiBps: (down?.bytesPerSecond ?? 0) / KiB });
    this.#parts.hooks.onLimits(up, down);
  }

  /** The caps of the plan: kept to here already, so that requests are no larger than what the cloud takes in a moment. */
  setCaps(caps: SpeedCaps): void {
    const { uploadBytesPerSecond: up, downloadBytesPerSecond: down } = caps;
    if (up === this.#caps.uploadBytesPerSecond && down === this.#caps.downloadBytesPerSecond) return;
    this.#caps = { uploadBytesPerSecond: up, downloadBytesPerSecond: down };
    this.applySettings();
  }

  /** There is room: those that wait for some and fit are tried now. */
  #takeRoom(freeBytes: number): void {
    const seekers = roomSeekers(this.#parts.store);
    if (seekers.length === 0) return this.#room.enough();
    this.#plan.changed(seekers.filter(({ sizeBytes }) => sizeBytes <= freeBytes).map(({ id }) => id));
  }

  /** Items are judged otherwise now: rules in the settings, a folder that is local only, one that is not kept here. */
  judgedAnew(ids: readonly NodeId[]): void {
    // What is being sent may be what is to stay here from now on: it stops, and what may still go goes on from there.
    if (!this.#paused) {
      this.#transfers.abort();
      this.resume();
    }
    this.#plan.changed(ids);
    this.#scan.hintAll();
  }

  /** A question was answered. */
  answered(): void {
    this.#plan.answered();
  }

  isInFlight(id: NodeId): boolean {
    return this.#plan.isInFlight(id);
  }

  /** What keeps everything from syncing now. */
  get held(): ErrorData | null {
    if (this.#folderError !== null) return this.#folderError;
    if (this.#paused) return { code: 'paused', params: {} };
    return this.#offline;
  }

  /** Looks at both sides, also while paused. Throws what stands in the way. */
  async look(): Promise<void> {
    const { signal } = new AbortController();
    const fresh = this.#freshlyHeld();
    await this.#orBlocked(() => Promise.all([this.#pull.pullNow(), this.#scan.scan('all')]), signal, fresh);
    await this.#quiet(signal, fresh);
  }

  /** What was written a moment ago is looked at again as soon as it is quiet; what never is, is not waited for. */
  async #quiet(signal: AbortSignal, held: () => ErrorData | null): Promise<void> {
    const { clock } = this.#parts.environment;
    const end = clock.monotonic() + LONGEST_QUIET_MS;
    const seen = (): boolean => (!this.#scan.watchingBusyFiles && !this.#scan.pending) || clock.monotonic() > end;
    await this.#orBlocked((over) => this.#until(seen, over), signal, held);
  }

  /** Looks at this folder (relative), also while paused and without the cloud. Throws what the synced folder says. */
  async lookAt(folder: string): Promise<void> {
    const before = this.#news.folder;
    const { signal } = new AbortController();
    const held = (): ErrorData | null => (this.#news.folder > before ? this.#folderError : null);
    await this.#orBlocked(() => this.#scan.scan([folder]), signal, held);
    await this.#quiet(signal, held);
  }

  /** Hash of a file as it is on the disk at this moment; undefined when it is not the one that the last look saw. */
  contentNow(file: LocalFile): Promise<string | undefined> {
    return contentNow(this.#apply, file);
  }

  /** Files that are being written are not in the tree yet. */
  get watchingBusyFiles(): boolean {
    return this.#scan.watchingBusyFiles;
  }

  /** What stands in the way as of now: what was found out earlier may be over, and is looked into first. */
  #freshlyHeld(): () => ErrorData | null {
    const { folder, connection } = this.#news;
    return () => {
      if (this.#folderError !== null && this.#news.folder > folder) return this.#folderError;
      return this.#news.connection > connection ? this.#offline : null;
    };
  }

  /** Everything that would be done until nothing is left, from the trees as they are. */
  foresee(): Promise<Foreseen> {
    const { store, environment, folder, scopes } = this.#parts;
    const parts = { environment, store, root: folder.path, scopes, policy: this.#plan.policy(), signal: this.#stop.signal };
    return foreseeAll(parts, [...store.divergentIds(), ...itemsToTakeAway(store)]);
  }

  /** Reads files whose content has to be known before it can be said what would be done; those that cannot be read stay as they are. */
  async readUnknown(): Promise<void> {
    const { store } = this.#parts;
    const executor = new Executor(this.#apply);
    const ids = new Set([...compareSides(store).unread, ...touched(store)]);
    await Promise.all(
      [...ids].filter((id) => !this.#plan.isInFlight(id)).map((id) => executor.run({ op: 'hash', id }).catch(() => undefined)),
    );
  }

  /** A person chose that this item is deleted: no question about many deletions counts it. */
  chosenToDelete(id: NodeId): void {
    this.#plan.chosenToDelete(id);
  }

  /** Looks at both sides, then resolves once nothing is left that could be done. Throws what stands in the way. */
  async settled(signal: AbortSignal): Promise<void> {
    this.#room.forget();
    this.#plan.retryAll();
    const fresh = this.#freshlyHeld();
    const held = (): ErrorData | null => (this.#paused ? this.held : fresh());
    await this.#orBlocked(() => Promise.all([this.#pull.pullNow(), this.#scan.scan('all')]), signal, held);
    await this.#orBlocked((over) => this.#until(() => this.#isSettled(), over), signal);
  }

  #isSettled(): boolean {
    return this.#plan.idle && !this.#pull.pending && !this.#scan.pending && !this.#scan.watchingBusyFiles && !this.#plan.retriesSoon;
  }

  /** @param begin its signal fires when nobody waits any more: nothing may go on looking then */
  async #orBlocked(
    begin: (over: AbortSignal) => Promise<unknown>,
    signal: AbortSignal,
    held: () => ErrorData | null = () => this.held,
  ): Promise<void> {
    const done = new AbortController();
    const work = begin(done.signal);
    const blocked = this.#until(() => held() !== null || this.#stop.signal.aborted, done.signal).then(() => {
      const reason = held() ?? { code: 'aborted' as const, params: {} };
      throw new TidemarkError(reason.code, reason.params);
    });
    const aborted = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => {
        reject(new TidemarkError('aborted'));
      });
    });
    try {
      await Promise.race([work, blocked, aborted]);
    } finally {
      done.abort();
      blocked.catch(() => undefined);
      work.catch(() => undefined);
    }
  }

  async #until(condition: () => boolean, signal: AbortSignal): Promise<void> {
    while (!condition()) await this.#parts.environment.clock.sleep(10, signal);
  }

  #ready(): void {
    if (this.#scanned && this.#pulled) this.#parts.hooks.onStatus({ type: 'ready' });
    this.#plan.ring();
  }

  /** Throws what the database says; then there is still doubt. */
  #resolveDoubt(): void {
    // A look that could be written down does not end what keeps the feed from being read.
    if (!this.#doubtful || (this.#offline !== null && isAboutDatabase(this.#offline))) return;
    this.#plan.add(this.#parts.store.divergentIds());
    this.#doubtful = false;
    this.#parts.hooks.onStatus({ type: 'engine_error', error: null });
  }

  /** Whether the cloud can be reached; once it has let us wait as long as it wanted. */
  #askAgain(): void {
    const pause = this.#throttle.pause();
    if (pause === null) return this.#pull.request();
    if (this.#awaitingPause) return;
    this.#awaitingPause = true;
    this.#timers.after(pause.remainingMs, () => {
      this.#awaitingPause = false;
      this.#askAgain();
    });
  }

  #connection(offline: ErrorData | null): void {
    this.#news.connection += 1;
    if (offline === null) {
      this.#pulled = true;
      void this.#room.changed();
      if (this.#offline !== null && isAboutDatabase(this.#offline)) {
        this.#offline = null;
        // Before it there may have been trouble of the line, which was told of.
        this.#parts.hooks.onStatus({ type: 'online' });
      }
      this.#resolveDoubt();
      // The change feed may answer while transfers are to stay away: then there is nothing that could be done.
      if (this.#offline !== null && this.#throttle.pause() === null) {
        this.#offline = null;
        this.#parts.hooks.onStatus({ type: 'online' });
        // It listens again at once: what comes next must not wait for its next try.
        this.#watchNap.wake();
      } else if (this.#offline !== null) this.#askAgain();
      this.#ready();
      return;
    }
    // The database of this device is no trouble of the line, and is told of as what it is.
    const told = isAboutDatabase(offline) || this.#offline?.code === offline.code;
    if (!told) this.#parts.hooks.onStatus({ type: 'offline', reason: offline });
    this.#offline = offline;
  }

  #progressed(id: NodeId, bytes: number): void {
    const done = (this.#progress.get(id) ?? 0) + bytes;
    this.#progress.set(id, done);
    this.#parts.hooks.onStatus({ type: 'op_progress', id, doneBytes: done, at: this.#parts.environment.clock.monotonic() });
  }
}
