import type { ErrorData } from '../../contract/index.ts';
import type { NodeId } from '../model/index.ts';
import type { Blocked } from '../plan/index.ts';
import { isInTheWay } from './freed-places.ts';
import type { SyncContext } from './sync-context.ts';

/** Keeps the list of what is not synced and why. Keys are node ids, or `path:…` for what has none. */
export class IssueBook {
  readonly #ctx: Pick<SyncContext, 'store' | 'environment' | 'hooks'>;

  constructor(ctx: Pick<SyncContext, 'store' | 'environment' | 'hooks'>) {
    this.#ctx = ctx;
  }

  failed(id: NodeId, reason: ErrorData, attempts: number, waitMs: number | null): void {
    this.#put(id, reason, attempts, waitMs);
  }

  /** What the planner reported of `planned` items; those that it did not report are not blocked any more. */
  blocked(blocked: readonly Blocked[], planned: Iterable<NodeId>): void {
    const { store } = this.#ctx;
    const now = new Map(blocked.map((one) => [one.id, one.reason]));
    if (store.issueCount() > 0) {
      for (const id of planned) {
        const known = now.has(id) ? undefined : store.issue(id);
        if (known !== undefined && known.attempts === 0) this.clear(id);
      }
    }
    for (const [id, reason] of now) this.#put(id, reason, 0, null);
  }

  /** Something else has to come first: what went wrong the last time keeps it no more, but for what is still in its way. */
  heldBack(id: NodeId): void {
    const { store } = this.#ctx;
    const known = store.issueCount() === 0 ? undefined : store.issue(id);
    if (known !== undefined && !isInTheWay(known.reason.code)) this.clear(id);
  }

  clear(key: string): void {
    const { store, hooks } = this.#ctx;
    if (store.issueCount() === 0 || store.issue(key) === undefined) return;
    store.transaction((write) => {
      write.deleteIssue(key);
    });
    hooks.onLists('issues', 'files');
  }

  #put(id: NodeId, reason: ErrorData, attempts: number, waitMs: number | null): void {
    const { store, environment, hooks } = this.#ctx;
    const known = store.issue(id);
    const path = store.localPath(id) ?? store.remotePath(id) ?? store.syncedPath(id) ?? known?.path ?? '';
    const node = store.local.get(id) ?? store.remote.get(id) ?? store.synced.get(id);
    const now = environment.clock.now();
    const since = known?.reason.code === reason.code ? known.since : now;
    const nextTryAt = waitMs === null ? null : now + waitMs;
    const shown = withPath(reason, path);
    const same = JSON.stringify(known?.reason) === JSON.stringify(shown) && known?.path === path;
    if (same && known.attempts === attempts && known.nextTryAt === nextTryAt) return;
    store.transaction((write) => {
      write.putIssue({ key: id, path, kind: node?.kind ?? null, reason: shown, since, attempts, nextTryAt });
    });
    hooks.onLists('issues', 'files');
  }
}

const withPath = (reason: ErrorData, path: string): ErrorData => ({ code: reason.code, params: { path, ...reason.params } });
