import type {
  Activity,
  Conflict,
  EngineApi,
  EventBody,
  EventName,
  FileItem,
  Issue,
  MethodName,
  ParamsIn,
  Question,
  ResultOf,
  Status,
  StatusPatch,
} from '../../src/contract/index.ts';
import { TidemarkError, methods, settings } from '../../src/contract/index.ts';
import { parentPath } from '../../src/base/index.ts';

type Handlers = { [M in MethodName]?: (params: ParamsIn<M>) => ResultOf<M> | Promise<ResultOf<M>> };

const idle = { files: 0, totalFiles: 0, bytes: 0, totalBytes: 0, bytesPerSecond: 0 };

export const emptyStatus: Status = {
  revision: 0,
  state: 'not_set_up',
  reason: null,
  account: null,
  folder: null,
  upload: idle,
  download: idle,
  uploadLimit: null,
  downloadLimit: null,
  etaMs: null,
  scanning: false,
  issues: 0,
  skipped: 0,
  waitingForRoom: null,
  conflicts: 0,
  questions: 0,
  items: 0,
  paused: false,
  offline: null,
  pausedUntil: null,
  lastSyncedAt: null,
  keptUntil: null,
  clockAheadMs: null,
  transfers: [],
};

/** An engine made of lists, for tests and for looking at the window. Results are checked against the contract, as a port would. */
export class FakeEngine implements EngineApi {
  status: Status;
  items: readonly FileItem[] = [];
  activity: readonly Activity[] = [];
  issues: readonly Issue[] = [];
  conflicts: readonly Conflict[] = [];
  questions: readonly Question[] = [];
  readonly calls: { readonly method: MethodName; readonly params: unknown }[] = [];
  readonly handlers: Handlers;
  readonly #listeners = new Map<EventName, Set<(body: never) => void>>();
  readonly #settings = new Map<string, string | number | boolean>();

  constructor(status: Partial<Status> = {}, handlers: Handlers = {}) {
    this.status = { ...emptyStatus, ...status };
    this.handlers = handlers;
  }

  async call<M extends MethodName>(method: M, params: ParamsIn<M>): Promise<ResultOf<M>> {
    await Promise.resolve();
    const checked = methods[method].params.parse(params) as ParamsIn<M>;
    this.calls.push({ method, params: checked });
    const own = this.handlers[method];
    const result: unknown = own === undefined ? this.#answer(method, checked) : await own(checked);
    return methods[method].result.parse(result) as ResultOf<M>;
  }

  on<E extends EventName>(event: E, listener: (body: EventBody<E>) => void): () => void {
    const own = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, own);
    own.add(listener);
    return () => own.delete(listener);
  }

  emit<E extends EventName>(event: E, body: EventBody<E>): void {
    for (const listener of [...(this.#listeners.get(event) ?? [])]) listener(body as never);
  }

  listeners(event: EventName): number {
    return this.#listeners.get(event)?.size ?? 0;
  }

  /** Changes the status and tells it, as the engine does. */
  patch(change: Omit<StatusPatch, 'revision'>): void {
    const patch: StatusPatch = { ...change, revision: this.status.revision + 1 };
    this.status = { ...this.status, ...patch };
    this.emit('status.patch', patch);
  }

  #answer(method: MethodName, params: Record<string, unknown>): unknown {
    switch (method) {
      case 'host.info':
        return { embeddedCloud: { server: 'http://127.0.0.1:8080' } };
      case 'status.snapshot':
        return this.status;
      case 'account.signUp':
      case 'account.signIn':
        this.patch({
          account: { label: String(params['email']), region: 'international', deviceName: 'Laptop', server: String(params['server']) },
        });
        return {
          id: 'a'.repeat(32),
          label: params['email'],
          identities: [],
          hasPassword: true,
          region: 'international',
          plan: 'free',
          createdAt: 0,
          uploadBytesPerSecond: null,
          downloadBytesPerSecond: null,
          purgeAfter: null,
        };
      case 'account.signOut':
        this.patch({ account: null, state: 'not_set_up' });
        return { told: true, deviceId: 'd'.repeat(32) };
      case 'folder.add':
        this.patch({ folder: { path: String(params['path']) }, state: 'up_to_date' });
        return { path: params['path'], localOnly: false, state: 'ready' };
      case 'folder.list':
        return { folders: this.status.folder === null ? [] : [{ path: this.status.folder.path, localOnly: false, state: 'ready' }] };
      case 'files.list':
        return page(
          this.items.filter((item) => parentPath(item.path) === params['path'] && item.path !== ''),
          params,
        );
      case 'files.explain': {
        const item = this.items.find(({ path }) => path === params['path']);
        const view =
          item === undefined
            ? null
            : { path: item.path, kind: item.kind, sizeBytes: item.sizeBytes, hash: null, revision: null, modifiedMs: null };
        return {
          path: params['path'],
          state: item?.state ?? 'error',
          local: view,
          remote: item?.state === 'synced' ? view : null,
          synced: item?.state === 'synced' ? view : null,
          reason: item?.reason ?? null,
          nextTryAt: item?.nextTryAt ?? null,
          next: [],
          subject: item === undefined ? 'nowhere' : 'item',
          about: { above: null, at: null },
          rule: null,
          waiting: { kind: 'nothing', at: null, items: [], question: null },
        };
      }
      case 'activity.list': {
        const kinds = params['kinds'] as readonly string[] | undefined;
        const search = typeof params['search'] === 'string' ? params['search'].toLowerCase() : '';
        return page(
          this.activity.filter((row) => (kinds === undefined || kinds.includes(row.kind)) && row.path.toLowerCase().includes(search)),
          params,
        );
      }
      case 'issues.list':
        return page(this.issues, params);
      case 'conflicts.list':
        return page(this.conflicts, params);
      case 'conflicts.resolve':
        this.conflicts = this.conflicts.filter(({ id }) => id !== params['id']);
        this.patch({ conflicts: this.conflicts.length });
        return {};
      case 'questions.list':
        return { questions: this.questions };
      case 'questions.answer':
        this.questions = this.questions.filter(({ id }) => id !== params['id']);
        this.patch({ questions: this.questions.length });
        return {};
      case 'settings.list':
        return {
          settings: Object.entries(settings).map(([key, { initial, about, scope }]) => ({
            key,
            value: this.#settings.get(key) ?? initial,
            initial,
            about,
            scope,
          })),
        };
      case 'settings.set':
        this.#settings.set(String(params['key']), params['value'] as string);
        return { key: params['key'], value: params['value'], initial: '', about: '', scope: 'account' };
      case 'sync.pause':
        this.patch({ state: 'paused', paused: true, pausedUntil: params['until'] as number | null });
        return {};
      case 'sync.resume':
        this.patch({ state: 'up_to_date', paused: false, pausedUntil: null });
        return {};
      case 'sync.now':
        return {};
      default:
        throw new TidemarkError('not_available_yet', { command: method });
    }
  }
}

function page<T>(rows: readonly T[], params: Record<string, unknown>): { readonly rows: readonly T[]; readonly next: string | null } {
  const from = Number(params['cursor'] ?? 0);
  const limit = Number(params['limit']);
  return { rows: rows.slice(from, from + limit), next: from + limit < rows.length ? String(from + limit) : null };
}
