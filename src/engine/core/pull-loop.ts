import { backoffMs, minuteMs, secondMs } from '../../base/index.ts';
import { type ErrorData, TidemarkError, toErrorData } from '../../contract/index.ts';
import { isAborted, judgedByPlace, type StoredCommits } from '../apply/index.ts';
import type { NodeId } from '../model/index.ts';
import { Nap } from '../nap.ts';
import { samePlace } from '../plan/index.ts';
import { type FeedEvent, NO_EPOCH, readChanges } from '../remote/index.ts';
import type { CursorRow, StoreWrites } from '../store/index.ts';
import type { Committer } from '../transfer/index.ts';
import { AccountSettingsSync } from './account-settings.ts';
import { isAboutConnection, type SyncContext } from './sync-context.ts';
import { Waiters } from './waiters.ts';
import { Wake } from './wake.ts';

/** Keeps the remote tree as the cloud has it: reads the change feed whenever there is a hint. */
export class PullLoop {
  readonly #ctx: SyncContext;
  readonly #commits: StoredCommits;
  readonly #committer: Committer;
  readonly #onConnection: (offline: ErrorData | null) => void;
  readonly #wake = new Wake();
  readonly #nap = new Nap();
  #asked = 0;
  #served = 0;
  #reading = false;
  /** A read that is under way may fail for what is over by now: then it is tried again at once. */
  #hurry = false;
  /** Why nothing is read any more. */
  #ended: TidemarkError | undefined;
  readonly #waiters = new Waiters();
  readonly #settings: AccountSettingsSync;

  readonly #maySend: () => boolean;

  /** @param maySend false while paused: then nothing of this device's is sent */
  constructor(
    ctx: SyncContext,
    commits: StoredCommits,
    committer: Committer,
    onConnection: (offline: ErrorData | null) => void,
    maySend: () => boolean,
  ) {
    this.#ctx = ctx;
    this.#maySend = maySend;
    this.#commits = commits;
    this.#committer = committer;
    this.#onConnection = onConnection;
    this.#settings = new AccountSettingsSync(ctx);
  }

  /** Reads again soon; resolves when a read that began after this call came to its end. Rejects when one fails. */
  pull(): Promise<void> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    this.#asked += 1;
    const asked = this.#asked;
    this.#wake.ring();
    return this.#waiters.wait(asked);
  }

  /** As `pull`, for a person: does not sit out the pause after a failure, unless the cloud asked for it. */
  pullNow(): Promise<void> {
    const read = this.pull();
    this.#nap.wake();
    return read;
  }

  /** As `pull`, for those who do not wait. */
  request(): void {
    this.#asked += 1;
    this.#wake.ring();
  }

  /** As `request`, and the pause after a failed read is over now; not one that the cloud asked for. */
  requestNow(): void {
    this.request();
    this.#hurry = true;
    this.#nap.wake();
  }

  get pending(): boolean {
    return this.#served < this.#asked;
  }

  /** In the middle of a read, or of finding out what became of a request: the remote tree is not one that ever was. */
  get reading(): boolean {
    return this.#reading || this.#commits.unclear;
  }

  async run(): Promise<void> {
    const { environment, stopping } = this.#ctx;
    stopping.addEventListener('abort', () => {
      this.#wake.ring();
    });
    let failures = 0;
    const over = (): boolean => stopping.aborted;
    while (!over()) {
      if (!this.pending) await this.#wake.wait();
      if (over()) break;
      if (!this.pending) continue;
      const asked = this.#asked;
      try {
        this.#reading = true;
        const settings = await this.#replay()
          .then(() => this.#readToEnd())
          .finally(() => {
            this.#reading = false;
          });
        failures = 0;
        this.#hurry = false;
        this.#served = asked;
        this.#onConnection(null);
        this.#waiters.settle(asked);
        await this.#settings.sync(settings, this.#maySend());
      } catch (error) {
        if (isAborted(error)) break;
        const data = toErrorData(error);
        if (!isAboutConnection(data)) this.#ctx.doubt(error);
        this.#onConnection(data);
        this.#waiters.settle(asked, error);
        failures += 1;
        // Over for this session; whoever signs in again starts a new one.
        if (error instanceof TidemarkError && error.kind.reaction === 'sign_in') {
          this.#ended = error;
          break;
        }
        if (data.code === 'internal') environment.log.error('reading the change feed failed', { ...data });
        const asks = data.params['retryAfterMs'];
        const pauseMs = backoffMs(failures, environment.random.next(), secondMs, minuteMs);
        if (typeof asks === 'number' && asks > 0) await environment.clock.sleep(Math.max(asks, pauseMs), stopping).catch(() => undefined);
        else if (this.#hurry) this.#hurry = false;
        else await this.#nap.sleep(environment.clock, pauseMs, stopping);
      }
    }
    this.#ended ??= new TidemarkError('aborted');
    this.#waiters.settle(Number.POSITIVE_INFINITY, this.#ended);
  }

  /** Requests that were never answered come first: they may have gone through. */
  async #replay(): Promise<void> {
    if (!this.#maySend()) return;
    for (const pending of this.#commits.pending()) {
      const { id, request } = pending;
      try {
        this.#commits.replayed(pending, await this.#committer.replay(request, this.#ctx.stopping));
        const { store } = this.#ctx;
        this.#ctx.dirty(request.entries.flatMap(({ op, id: one }) => [one, ...(op === 'move' ? judgedByPlace(store, one) : [])]));
      } catch (error) {
        if (!isRefusal(error)) throw error;
        // The cloud will never take it; what it was about is planned anew.
        this.#ctx.environment.log.warn('a request without an answer was refused', { code: error.code });
        this.#commits.drop(id);
      }
    }
    this.#commits.allReplayed();
  }

  /** Answers the version of the settings of the account. */
  async #readToEnd(): Promise<string | null> {
    const { store, drive, stopping } = this.#ctx;
    const before = store.cursor();
    let from = before;
    let undone = false;
    for (let restarts = 0; restarts < 3;) {
      const listed: Listed = new Map();
      let over = true;
      let settings: string | null = null;
      let askedAt = from;
      const pages = readChanges(drive, from, stopping, (ask) => {
        this.#commits.forgetAnswered();
        return ask();
      });
      for await (const event of pages) {
        if (event.kind === 'page') settings = event.settings;
        if (event.kind === 'restart') {
          undone ||= event.reason === 'epoch_changed';
          restarts += 1;
          from = null;
          over = false;
          continue;
        }
        const otherEpoch = undone || (before !== null && before.epoch !== event.position.epoch);
        const taken = await this.#takeOver(event, askedAt, listed, otherEpoch);
        if (taken === 'taken') {
          askedAt = event.position;
          continue;
        }
        undone ||= taken === 'undone';
        if (taken === 'undone') restarts += 1;
        from = event.snapshot || taken === 'undone' ? null : store.cursor();
        over = false;
        break;
      }
      if (over) return settings;
    }
    throw new TidemarkError('cloud_answer_invalid', { field: 'cursor' });
  }

  /**
   * As `#take`. That another cloud is agreed on nothing is written down while nobody is in the middle of changing the disk:
   * what was read there before would be written after it, and agreed on again it would look deleted in the cloud.
   */
  async #takeOver(
    page: Extract<FeedEvent, { kind: 'page' }>,
    askedAt: CursorRow | null,
    listed: Listed,
    otherEpoch: boolean,
  ): Promise<Taken> {
    const take = (): Taken => this.#take(page, askedAt, listed, otherEpoch);
    const doubts = otherEpoch || this.#ctx.store.unheard().length > 0;
    return doubts && page.snapshot && page.last ? this.#ctx.treeLock.run(() => Promise.resolve(take())) : take();
  }

  /**
   * Takes over a page, unless it has to be asked for `again`. While it was on its way, a commit may have been answered:
   * then neither the page nor the answer is sure to be the later word on that node. A listing is begun anew: what it lacks
   * may be what the commit made, or the commit may have been in what the cloud was before it was put back to a backup.
   * And where the answer put the cursor back, a page of behind that stretch would end it unread.
   * `undone`: the feed has come to its end without a word of what the cloud had said yes to before it was asked. A backup
   * of before that was put back, and only the feed of after it would have shown a cursor that is not of its history.
   */
  #take(page: Extract<FeedEvent, { kind: 'page' }>, askedAt: CursorRow | null, listed: Listed, undone: boolean): Taken {
    const { store, dirty, hooks } = this.#ctx;
    const { answered } = this.#commits;
    if (page.snapshot ? answered.size > 0 : store.cursor()?.cursor !== askedAt?.cursor) return 'again';
    const told = new Set(page.changes.map((change) => (change.kind === 'put' ? change.node.id : change.id)));
    if (!page.snapshot && page.last && store.unheard().some((id) => !told.has(id) && !answered.has(id))) {
      this.#ctx.environment.log.warn('the cloud has lost what it had said yes to: a backup was put back');
      this.#rememberUndone();
      return 'undone';
    }
    const unheard = store.unheard();
    const changed: NodeId[] = [];
    const moved: NodeId[] = [];
    const clear = store.transaction((write) => {
      let isClear = true;
      for (const change of page.changes) {
        const id = change.kind === 'put' ? change.node.id : change.id;
        if (!listed.has(id)) listed.set(id, change.kind === 'put' ? change.node.revision : null);
        const known = store.remote.get(id);
        if (change.kind === 'put' ? known?.revision === change.node.revision : known === undefined) continue;
        if (answered.has(id)) {
          isClear = false;
          continue;
        }
        if (change.kind === 'put') write.putRemote(change.node);
        else write.deleteRemote(id);
        changed.push(id);
        if (change.kind === 'put' && known?.kind === 'folder' && !samePlace(known, change.node)) moved.push(id);
      }
      if (!isClear) return false;
      // A listing counts only as a whole: after a crash in its middle it is read again from its beginning.
      if (!page.snapshot) {
        for (const id of told) write.deleteUnheard(id);
        write.setCursor(page.position);
      } else if (page.last) {
        write.clearUnheard();
        for (const id of this.#dropUnlisted(write, listed, undone ? 'all' : unheard)) changed.push(id);
        write.setCursor(page.position);
      }
      return true;
    });
    for (const id of moved) for (const inside of judgedByPlace(store, id)) changed.push(inside);
    if (changed.length > 0) {
      dirty(changed);
      hooks.onLists('files', 'conflicts');
    }
    return clear ? 'taken' : 'again';
  }

  /** Until all is listed, and also after a power cut: by then others may have made all of it anew, and nothing would show it. */
  #rememberUndone(): void {
    const { store } = this.#ctx;
    const cursor = store.cursor();
    if (cursor === null) return;
    store.transaction((write) => {
      write.setCursor({ ...cursor, epoch: NO_EPOCH });
    });
    store.sync();
  }

  /**
   * What a full listing does not have does not exist in the cloud. Within one epoch somebody deleted it; after a reset or
   * a restore nobody did, so it is forgotten as agreed too and goes up again as something new.
   * @param doubted of which the cloud may have lost what was agreed on: all, or what it has said yes to and was never told of since
   */
  #dropUnlisted(write: StoreWrites, listed: Listed, doubted: 'all' | readonly NodeId[]): NodeId[] {
    const { store } = this.#ctx;
    const otherEpoch = doubted === 'all';
    // Of each row and not down the tree: a page may have taken a folder away, and not told of what had gone from it before.
    const gone = store.remoteIds().filter((id) => !listed.has(id));
    for (const id of gone) {
      write.deleteRemote(id);
      if (otherEpoch) write.deleteSynced(id);
    }
    // What is listed in another state than agreed on was put there by the reset or restore: nobody edited it, so it
    // must not replace what is here. Without an agreement both versions are kept.
    const restored = [...(otherEpoch ? listed.keys() : doubted)].filter((id) => store.synced.get(id)?.revision !== listed.get(id));
    for (const id of restored) write.deleteSynced(id);
    return [...gone, ...restored];
  }
}

/**
 * Revisions as a listing first told of them: what it tells later of the same item was done while it was read. Null: it was deleted
 * before the listing came to it, and in which state it was is not known.
 */
type Listed = Map<NodeId, string | null>;

/** What became of a page of the feed. */
type Taken = 'taken' | 'again' | 'undone';

/** The cloud will never take this request as it is, however often it is sent. */
const isRefusal = (error: unknown): error is TidemarkError =>
  error instanceof TidemarkError && (error.kind.reaction === 'stop' || error.code === 'body_too_large') && !isAborted(error);
