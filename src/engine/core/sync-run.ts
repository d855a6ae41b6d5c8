import { minuteMs } from '../../base/index.ts';
import { type ErrorData, TidemarkError, toErrorData } from '../../contract/index.ts';
import { StoredCommits, Executor, Mutex, type ApplyParts, contentNow, judgedByPlace, placeMatters } from '../apply/index.ts';
import type { Environment } from '../environment.ts';
import { isPathBuiltInIgnored } from '../ignore/index.ts';
import { type LocalFile, type NodeId, ROOT_ID } from '../model/index.ts';
import type { DriveApi } from '../remote/index.ts';
import { type AccountRow, type FolderRow, isDatabaseFault, type Store } from '../store/index.ts';
import { createCommitter, createDownloader, createThrottle, createUploader } from '../transfer/index.ts';
import { ByHand } from './by-hand.ts';
import { Connection } from './connection.ts';
import { FolderHealth } from './folder-health.ts';
import { FolderWatch } from './folder-watch.ts';
import { foreseeAll, type Foreseen, readUnknown } from './foreseeing.ts';
import { isNodeKey, MAX_ISSUES } from './issue-keys.ts';
import { Listening } from './listening.ts';
import { Looks } from './looks.ts';
import { recallNewerMarks } from './marks-copy.ts';
import { Mending } from './mending.ts';
import { PlanLoop } from './plan-loop.ts';
import { PullLoop } from './pull-loop.ts';
import { Room } from './room.ts';
import { ScanLoop } from './scan-loop.ts';
import { itemsToTakeAway, type ScopeKeeper } from './scope-keeper.ts';
import { Speed, type SpeedCaps } from './speed-limits.ts';
import type { SyncContext, SyncHooks } from './sync-context.ts';
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
  readonly #speed: Speed;
  readonly #room: Room;
  readonly #connection: Connection;
  readonly #folder: FolderHealth;
  /** Changes of the folder that a person asks for. */
  readonly byHand: ByHand;
  /** What somebody waits for. */
  readonly looks: Looks;
  readonly #apply: ApplyParts;
  readonly #progress = new Map<NodeId, number>();
  #transfers = new AbortController();
  readonly #timers: Timers;
  readonly #watch: FolderWatch;
  readonly #mending: Mending;
  #scanned = false;
  #paused = false;
  #doubtful = false;
  readonly #telling: Telling;
  readonly #listening: Listening;

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
    const throttle = createThrottle(environment);
    this.#speed = new Speed(store, throttle, hooks.onLimits);
    this.#connection = new Connection({
      throttle,
      timers: this.#timers,
      random: environment.random,
      onStatus: hooks.onStatus,
      ask: () => {
        this.#pull.request();
      },
      onHeard: () => {
        void this.#room.changed();
        this.#resolveDoubt();
      },
      onOnline: () => {
        // It listens again at once: what comes next must not wait for its next try.
        this.#listening.wake();
      },
    });
    this.#folder = new FolderHealth((error) => {
      hooks.onStatus({ type: 'folder_state', error });
      hooks.onLists('folders');
      this.#plan.ring();
      if (error === null) void this.#watch.begin();
    });
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
    const uploader = createUploader({ drive, disk, throttle });
    const committer = createCommitter({ drive, throttle, journal: commits, random: environment.random });
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
      downloader: createDownloader({ drive, disk, throttle }),
      committer,
      treeLock,
      scope: () => scopes.scope(),
      deviceName: account.deviceName,
      // Of an engine that ended in the middle nobody knows.
      unsyncedFolders: new Set([folder.path]),
      onActivity: hooks.onActivity,
      onFolderMoved: (id, from, to) => {
        scopes.moved(from, to);
        // To where things wait out of sight no look goes.
        if (isPathBuiltInIgnored(to)) return;
        if (isPathBuiltInIgnored(from)) this.#scan.cameBack(to);
        else this.#scan.moved(from, to);
        // What a rule has left out of it may be wanted there: a look finds what is in no row, and of rows it says nothing.
        if (placeMatters(store)) this.#scan.cameBack(to);
        this.#plan.add(judgedByPlace(store, id));
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
      this.#plan.mended();
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
        if (offline !== null) return this.#connection.lost(offline);
        this.#connection.heard();
        this.#ready();
      },
      () => !this.#paused,
    );
    this.#listening = new Listening(this.#ctx, {
      telling: this.#telling,
      onHint: () => this.#pull.pull(),
      onAnswer: () => {
        this.#pull.request();
      },
      onLost: (reason) => {
        this.#connection.lost(reason);
      },
    });
    this.#scan = new ScanLoop(this.#ctx, {
      onChanged: (ids) => {
        this.#plan.changed(ids);
      },
      onFolderState: (error) => {
        this.#folder.found(error);
      },
      onScanned: () => {
        this.#scanned = true;
        this.#resolveDoubt();
        this.#ready();
      },
      prepare: () => this.#mending.mend(),
      makeDurable: (folders) => this.#mending.syncFolders(folders),
      isWatched: () => this.#watch.works,
      onVolumeBack: () => void this.#watch.begin(),
    });
    this.#plan = new PlanLoop(this.#ctx, {
      executor: new Executor(this.#apply),
      rescan: (folders) => this.#scan.scan(folders),
      pull: () => this.#pull.pull(),
      mayRun: () => this.#scanned && this.#connection.reached && this.held === null && !this.#pull.reading,
      looking: () => this.#scan.watchingBusyFiles,
      onConnectionLost: (error) => {
        this.#connection.refused(error);
      },
      onCloudChanged: () => {
        this.#connection.worked();
      },
      onNoRoom: () => {
        this.#room.refused();
      },
    });
    const loops = { plan: this.#plan, pull: this.#pull, scan: this.#scan };
    this.byHand = new ByHand(this.#ctx, this.#apply, this.#mending, loops);
    this.looks = new Looks({
      ...loops,
      clock: environment.clock,
      folder: this.#folder,
      connection: this.#connection,
      isPaused: () => this.#paused,
      held: () => this.held,
      stopping: this.#stop.signal,
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
    this.#loops.push(this.#plan.run(), this.#scan.run(), this.#pull.run(), this.#listening.run());
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

  statusChanged(): void {
    if (!this.#stop.signal.aborted) this.#telling.changed();
  }

  /** Tells the other devices now how far this one is, for an engine that ends before its next wait. Throws what the cloud says. */
  tellNow(): Promise<void> {
    return this.#listening.tellNow();
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
    await this.#ctx.treeLock.run(() => this.#mending.bringAllToSight());
    await Promise.all(this.#loops);
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
    this.#connection.worked();
    this.#room.forget();
    this.#plan.retryAll();
    this.#pull.request();
    this.#scan.hintAll();
  }

  /** The machine slept, or is in another network: what is known may be old, and nothing has to wait any longer. */
  resumed(): void {
    this.#connection.worked();
    this.#room.forget();
    this.#plan.retryAll();
    this.#pull.requestNow();
    this.#listening.wake();
    this.#scan.hintAll();
  }

  /** Something is to be told to the cloud beside what is in the folder. */
  readSoon(): void {
    this.#pull.request();
  }

  applySettings(): void {
    this.#speed.apply();
  }

  /** The caps of the plan. */
  setCaps(caps: SpeedCaps): void {
    this.#speed.setCaps(caps);
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

  /** What is set aside counts as agreed on again where the disk shows it as it is known; the rest is for the next look. */
  async takeUp(ids: readonly NodeId[]): Promise<void> {
    const executor = new Executor(this.#apply);
    for (const id of ids) await executor.run({ op: 'take_up', id }).catch(() => undefined);
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
    if (this.#folder.error !== null) return this.#folder.error;
    return this.#paused ? { code: 'paused', params: {} } : this.#connection.offline;
  }

  /** Hash of a file as it is on the disk at this moment; undefined when it is not the one that the last look saw. */
  contentNow(file: LocalFile): Promise<string | undefined> {
    return contentNow(this.#apply, file);
  }

  /** Files that are being written are not in the tree yet. */
  get watchingBusyFiles(): boolean {
    return this.#scan.watchingBusyFiles;
  }

  /** Everything that would be done until nothing is left, from the trees as they are. */
  foresee(): Promise<Foreseen> {
    const { store, environment, folder, scopes } = this.#parts;
    const parts = { environment, store, root: folder.path, scopes, policy: this.#plan.policy(), signal: this.#stop.signal };
    return foreseeAll(parts, [...store.divergentIds(), ...itemsToTakeAway(store)]);
  }

  /** Reads files whose content has to be known before it can be said what would be done; those that cannot be read stay as they are. */
  readUnknown(): Promise<void> {
    return readUnknown(this.#parts.store, new Executor(this.#apply), (id) => this.#plan.isInFlight(id));
  }

  /** A person chose that this item is deleted: no question about many deletions counts it. */
  chosenToDelete(id: NodeId): void {
    this.#plan.chosenToDelete(id);
  }

  /** The cloud did not, or has not said so. */
  notDeleted(id: NodeId): void {
    this.#plan.notDeleted(id);
  }

  /** Looks at both sides, then resolves once nothing is left that could be done. Throws what stands in the way. */
  settled(signal: AbortSignal): Promise<void> {
    this.#connection.worked();
    this.#room.forget();
    this.#plan.retryAll();
    return this.looks.untilSettled(signal);
  }

  #ready(): void {
    if (this.#scanned && this.#connection.reached) this.#parts.hooks.onStatus({ type: 'ready' });
    this.#plan.ring();
  }

  /** Throws what the database says; then there is still doubt. */
  #resolveDoubt(): void {
    // A look that could be written down does not end what keeps the feed from being read, or an end from being noted.
    if (!this.#doubtful || this.#connection.stoppedByDatabase || this.#plan.hasUnnoted) return;
    this.#plan.add(this.#parts.store.divergentIds());
    this.#doubtful = false;
    this.#parts.hooks.onStatus({ type: 'engine_error', error: null });
  }

  #progressed(id: NodeId, bytes: number): void {
    const done = (this.#progress.get(id) ?? 0) + bytes;
    this.#progress.set(id, done);
    this.#parts.hooks.onStatus({ type: 'op_progress', id, doneBytes: done, at: this.#parts.environment.clock.monotonic() });
  }
}
