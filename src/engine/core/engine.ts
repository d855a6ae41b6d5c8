import { SignIns } from '../account/index.ts';
import { type AccountRow, type ActivityRow, type FolderRow, lockFolder, type Store } from '../store/index.ts';
import type { Disposer } from '../../base/index.ts';
import {
  type ActivityKind,
  type ErrorData,
  type EventBody,
  type EventName,
  type MethodName,
  methods,
  type Params,
  type ParamsIn,
  type ResultOf,
  type Terms,
  TidemarkError,
  toErrorData,
} from '../../contract/index.ts';
import type { Environment } from '../environment.ts';
import { Revocations } from '../account/index.ts';
import { type CloudApi, type DriveApi, REFRESH_TOKEN_SECRET, SessionKeeper } from '../remote/index.ts';
import type { StatusEvent } from '../status/index.ts';
import { Emitter } from './emitter.ts';
import { Explainer } from './explain.ts';
import { HeardTerms } from './heard-terms.ts';
import { ItemViews } from './item-views.ts';
import { LeftOutViews } from './left-out-views.ts';
import { accountMethods } from './methods/account.ts';
import { cloudMethods } from './methods/cloud.ts';
import { conflictMethods } from './methods/conflicts.ts';
import { folderMethods } from './methods/folders.ts';
import { listMethods } from './methods/lists.ts';
import { selectionMethods } from './methods/selection.ts';
import { settingMethods } from './methods/settings.ts';
import { syncMethods } from './methods/sync.ts';
import { undoMethods } from './methods/undo.ts';
import { Pause } from './pause.ts';
import { Publisher } from './publisher.ts';
import { reportOf } from './report.ts';
import { ScopeKeeper } from './scope-keeper.ts';
import { SettingsAlone } from './settings-alone.ts';
import { watchForSleep } from './sleep-watch.ts';
import { SyncRun } from './sync-run.ts';
import { shownActivity } from './undoing.ts';

export type Handlers<M extends MethodName = MethodName> = { readonly [K in M]: (params: Params<K>) => Promise<ResultOf<K>> };

export interface EngineParts {
  readonly environment: Environment;
  readonly store: Store;
  readonly profile: string;
  readonly lockFolder?: (path: string) => Disposer;
}

/** Account, folder, and the sync between them; what the window and the command talk to. */
export class TidemarkEngine {
  readonly environment: Environment;
  readonly store: Store;
  readonly profile: string;
  readonly scopes: ScopeKeeper;
  readonly views: ItemViews;
  readonly explainer: Explainer;
  readonly publisher: Publisher;
  readonly revocations: Revocations;
  readonly #emitter: Emitter;
  readonly #lockFolder: (path: string) => Disposer;
  readonly #handlers: Handlers;
  #cloud: { readonly api: CloudApi; readonly session: SessionKeeper; readonly drive: DriveApi } | null = null;
  #run: SyncRun | null = null;
  /** While there is no folder, and so no run. */
  #settings: SettingsAlone | null = null;
  readonly #terms: HeardTerms;
  readonly #pause: Pause;
  #folderLock: Disposer | undefined;
  readonly signIns: SignIns;
  #started = false;
  #stopped = false;
  readonly #watches: Disposer[] = [];
  /** Account, folder and run change one after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor({ environment, store, profile, lockFolder: lock }: EngineParts) {
    this.environment = environment;
    this.store = store;
    this.profile = profile;
    this.#lockFolder = lock ?? lockFolder;
    this.#emitter = new Emitter(environment.log);
    this.publisher = new Publisher(store, environment.clock, this.#emitter, () => this.#run?.statusChanged());
    const onStatus = (event: StatusEvent): void => {
      this.publisher.status(event);
    };
    this.#terms = new HeardTerms({ store, log: environment.log, onStatus });
    this.#pause = new Pause({
      store,
      clock: environment.clock,
      onStatus,
      onOver: () => {
        this.resume();
      },
    });
    this.signIns = new SignIns(environment);
    this.revocations = new Revocations(environment);
    this.scopes = new ScopeKeeper(store);
    const leftOut = new LeftOutViews(store, this.scopes, environment.disk);
    this.views = new ItemViews(
      store,
      leftOut,
      () => this.#run,
      () => this.held(),
    );
    this.explainer = new Explainer({
      environment,
      store,
      factsOf: (id, path) => this.views.factsOf(id, path),
      leftOutAt: (path, isFolder) => leftOut.atPath(leftOut.scope(), path, isFolder),
      scopes: this.scopes,
      held: () => this.held(),
    });
    this.#handlers = {
      ...accountMethods(this),
      ...folderMethods(this),
      ...syncMethods(this),
      ...listMethods(this),
      ...conflictMethods(this),
      ...cloudMethods(this),
      ...settingMethods(this),
      ...selectionMethods(this),
      ...undoMethods(this),
    };
    this.announce();
  }

  async call<M extends MethodName>(method: M, params: ParamsIn<M>): Promise<ResultOf<M>> {
    const definition = methods[method];
    const parsed = definition.params.safeParse(params);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      throw new TidemarkError('invalid_request', { field: issue?.path.join('.') ?? '', problem: issue?.message ?? '' });
    }
    if (this.#stopped && method !== 'engine.stop') throw new TidemarkError('engine_stopped');
    const handler = this.#handlers[method] as (params: unknown) => Promise<ResultOf<M>>;
    return handler(parsed.data);
  }

  on<E extends EventName>(event: E, listener: (body: EventBody<E>) => void): Disposer {
    return this.#emitter.on(event, listener);
  }

  emit<E extends EventName>(event: E, body: EventBody<E>): void {
    this.#emitter.emit(event, body);
  }

  /** Begins to watch and sync, when there is an account and a folder. */
  start(): Promise<void> {
    return this.exclusively(async () => {
      if (this.#started || this.#stopped) return;
      this.#started = true;
      this.#pause.restore();
      const { clock, onNetworkChange } = this.environment;
      this.#watches.push(
        watchForSleep(clock, () => this.resumed()),
        onNetworkChange(() => this.resumed()),
      );
      await this.putTokenAside();
      void this.revocations.tellAll();
      await this.startRun();
    });
  }

  stop(): Promise<void> {
    return this.exclusively(async () => {
      if (this.#stopped) return;
      this.#stopped = true;
      this.#pause.stop();
      this.revocations.stop();
      for (const end of this.#watches) end();
      this.signIns.close();
      await this.stopRun();
      this.publisher.stop();
      await this.#cloud?.api.close();
      this.#folderLock?.();
      this.store.close();
    });
  }

  /** One after the other, in order of asking. */
  exclusively<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#turn.then(work, work);
    this.#turn = next.catch(() => undefined);
    return next;
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  get run(): SyncRun | null {
    return this.#run;
  }

  /** The run, or why there is none. */
  requireRun(): SyncRun {
    if (this.#run !== null) return this.#run;
    const account = this.requireAccount();
    if (this.store.folder() === null) throw new TidemarkError('folder_none');
    throw account.signedOut === null ? new TidemarkError('engine_stopped') : asError(account.signedOut);
  }

  requireAccount(): AccountRow {
    const account = this.store.account();
    if (account === null) throw new TidemarkError('not_signed_in');
    return account;
  }

  /** The cloud in the name of the account. Throws when signed out. */
  requireDrive(): DriveApi {
    const account = this.requireAccount();
    if (account.signedOut !== null) throw asError(account.signedOut);
    return this.connection(account.server).drive;
  }

  /** Client and session for a server; the one in use when it is the same. */
  connection(server: string): { readonly api: CloudApi; readonly session: SessionKeeper; readonly drive: DriveApi } {
    if (this.#cloud?.api.server === server) return this.#cloud;
    void this.#cloud?.api.close();
    const api = this.environment.connect(server);
    const session = new SessionKeeper({
      cloud: api,
      environment: this.environment,
      onTerms: (terms) => {
        this.heardTerms(terms);
      },
      onEnded: (reason) => {
        this.signedOutFromAfar(reason).catch((error: unknown) => {
          this.environment.log.error('the end of the session could not be noted', { error: String(error) });
        });
      },
      onClock: (aheadMs) => {
        this.publisher.status({ type: 'clock', aheadMs });
      },
    });
    this.#cloud = { api, session, drive: api.authorized(session) };
    return this.#cloud;
  }

  /** What the plan allows, and until when the documents are kept. */
  heardTerms(terms: Terms): void {
    if (this.#stopped) return;
    this.#terms.heard(terms);
    this.#run?.setCaps(this.#terms.caps);
  }

  /** The cloud does not take this device any more: stop at once, keep every file, say why. */
  async signedOutFromAfar(reason: ErrorData): Promise<void> {
    const ended = this.#stopped ? null : this.store.account();
    await this.exclusively(async () => {
      if (this.#stopped) return;
      const account = this.store.account();
      // Whoever signed in meanwhile is not meant.
      if (account === null || account.signedOut !== null || account.deviceId !== ended?.deviceId) return;
      this.store.transaction((write) => {
        write.setAccount({ ...account, signedOut: reason });
      });
      this.publisher.status({ type: 'sign_in', error: reason });
      await this.stopRun();
    });
  }

  /** Within `exclusively`. The token of a sign-out that was cut off is for its own cloud, and for nobody who signs in after it. */
  async putTokenAside(): Promise<void> {
    const account = this.store.account();
    if (account === null || account.signedOut === null) return;
    const { secrets, log } = this.environment;
    try {
      const left = await secrets.get(REFRESH_TOKEN_SECRET);
      if (left === null) return;
      await this.revocations.add(account.server, left);
      await secrets.delete(REFRESH_TOKEN_SECRET);
    } catch (error) {
      log.warn('what a sign-out left could not be looked for', { ...toErrorData(error) });
    }
  }

  /** What keeps everything from syncing now. */
  held(): ErrorData | null {
    const account = this.store.account();
    if (account === null) return { code: 'not_signed_in', params: {} };
    return account.signedOut ?? this.#run?.held ?? null;
  }

  /** Both sides are looked at and nothing is changed on either. Starts no sync where none runs. */
  async lookOnly<T>(read: (run: SyncRun) => Promise<T>): Promise<T> {
    if (this.#run !== null) {
      await this.#run.looks.everywhere();
      return read(this.#run);
    }
    return this.exclusively(async () => {
      const account = this.requireAccount();
      const folder = this.store.folder();
      if (account.signedOut !== null) throw asError(account.signedOut);
      if (folder === null) throw new TidemarkError('folder_none');
      this.lockFolder(folder.path);
      const run = this.#makeRun(account, folder);
      try {
        await run.start(true);
        await run.looks.everywhere();
        return await read(run);
      } finally {
        await run.stop();
      }
    });
  }

  /** Within `exclusively`. Throws folder_in_use and what the folder says. */
  async startRun(): Promise<void> {
    if (!this.#started || this.#run !== null || this.#stopped) return;
    const account = this.store.account();
    const folder = this.store.folder();
    this.announce();
    if (account === null || account.signedOut !== null) return;
    if (folder === null) {
      this.#settings ??= this.#settingsAlone(account);
      return;
    }
    this.#settings?.stop();
    this.#settings = null;
    try {
      this.lockFolder(folder.path);
    } catch (error) {
      if (!(error instanceof TidemarkError) || error.code === 'folder_in_use') throw error;
      // Not there now (unmounted, no rights): the run says so and waits for it; nothing is made in its place.
      this.environment.log.warn('the folder cannot be locked', { code: error.code });
    }
    this.#run = this.#makeRun(account, folder);
    this.#run.setCaps(this.#terms.caps);
    await this.#run.start(this.store.pausedUntil() !== 'resumed');
  }

  /** Within `exclusively`. */
  async stopRun(): Promise<void> {
    this.#settings?.stop();
    this.#settings = null;
    const run = this.#run;
    this.#run = null;
    await run?.stop();
  }

  /** Within `exclusively`. Throws folder_in_use. */
  lockFolder(path: string): void {
    this.#folderLock ??= this.#lockFolder(path);
  }

  /** Within `exclusively`, after the run was stopped. */
  releaseFolder(): void {
    this.#folderLock?.();
    this.#folderLock = undefined;
  }

  /** A setting that follows the account was changed here. */
  accountSettingsChanged(): void {
    this.#run?.readSoon();
    this.#settings?.soon();
  }

  #settingsAlone(account: AccountRow): SettingsAlone {
    const { drive } = this.connection(account.server);
    const hooks = { onLists: () => this.publisher.lists('settings') };
    const { environment, store } = this;
    return new SettingsAlone({ environment, store, drive, account, hooks }, () => store.pausedUntil() === 'resumed');
  }

  #makeRun(account: AccountRow, folder: FolderRow): SyncRun {
    return new SyncRun({
      environment: this.environment,
      store: this.store,
      drive: this.connection(account.server).drive,
      account,
      folder,
      scopes: this.scopes,
      hooks: {
        onStatus: (event) => {
          this.publisher.status(event);
        },
        onLimits: (up, down) => {
          this.#terms.limited(up, down);
        },
        onActivity: this.onActivity,
        onLists: (...lists) => {
          this.publisher.lists(...lists);
        },
        report: () => reportOf(this.publisher.published),
      },
    });
  }

  /** Lines of the history written by this process, by kind. */
  readonly activityCounts = new Map<ActivityKind, number>();

  readonly onActivity = (entry: ActivityRow): void => {
    this.activityCounts.set(entry.kind, (this.activityCounts.get(entry.kind) ?? 0) + 1);
    this.emit('activity.added', shownActivity(entry, this.store, this.environment.clock.now()));
  };

  /** Tells the status who and what this device syncs. */
  announce(): void {
    const account = this.store.account();
    const folder = this.store.folder();
    const shown =
      account === null ? null : { label: account.label, region: account.region, deviceName: account.deviceName, server: account.server };
    this.publisher.status({ type: 'account', account: shown });
    this.publisher.status({ type: 'sign_in', error: account?.signedOut ?? null });
    this.publisher.status({ type: 'kept_until', at: account === null ? null : this.#terms.keptUntil });
    this.publisher.status({ type: 'folder', path: folder?.path ?? null });
    this.publisher.lists('folders');
  }

  /** @param until wall clock, in the future; null: until resumed */
  pause(until: number | null): void {
    this.#pause.begin(until);
    this.#run?.pause();
  }

  /** The machine woke up, or is in another network: ask and look anew, on new connections. */
  resumed(): void {
    if (this.#stopped) return;
    this.environment.log.info('woken up, or in another network');
    this.#cloud?.api.hangUp();
    void this.revocations.tellAll();
    this.#run?.resumed();
    this.#settings?.soon();
  }

  resume(): void {
    this.#pause.end();
    this.#run?.resume();
    this.#settings?.soon();
  }
}

const asError = ({ code, params }: ErrorData): TidemarkError => new TidemarkError(code, params);
