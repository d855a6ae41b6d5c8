import { secondMs } from '../../base/index.ts';
import { type ErrorData, errorKind, toErrorData } from '../../contract/index.ts';
import { type Executor, isAborted, type Outcome } from '../apply/index.ts';
import { RULES_FILE } from '../ignore/index.ts';
import { type NodeId, ROOT_ID } from '../model/index.ts';
import { deletedBy, type Operation, plan, type Plan, type Policy } from '../plan/index.ts';
import type { Amount } from '../status/index.ts';
import { IssueBook } from './issue-book.ts';
import { hasRealIssue } from './issue-counts.ts';
import { LateDeletions } from './late-deletions.ts';
import { MergeGate } from './merge-gate.ts';
import { OutOfSight } from './out-of-sight.ts';
import { policyFor } from './policy.ts';
import { Questions } from './questions.ts';
import { Retries } from './retries.ts';
import { isAboutConnection, type SyncContext } from './sync-context.ts';
import { Wake } from './wake.ts';
import { WorkLanes } from './work-lanes.ts';
import { FOLDERS_FIRST_MS, type RankedOperation, WorkOrder } from './work-order.ts';

export interface PlanLoopParts {
  readonly executor: Executor;
  /** Look again at these folders; `done` when that was done. */
  readonly rescan: (folders: readonly string[]) => Promise<void>;
  readonly pull: () => Promise<void>;
  /** Both sides were looked at, the cloud answers, nothing is paused. */
  readonly mayRun: () => boolean;
  readonly onConnectionLost: (error: ErrorData) => void;
  /** The cloud gave or took what an operation was about. */
  readonly onCloudChanged: () => void;
  /** Something did not fit into the cloud. */
  readonly onNoRoom: () => void;
  /** Files that are being written are not in the tree yet. */
  readonly looking: () => boolean;
}

/** A plan costs what changed; plans in a row leave this much time, times the cost of the last, to the work itself. */
const BREATH = 3;
const LEAST_PAUSE_MS = 10;
/** After a plan that could not be made (the database had no room), the next one waits this long. */
const BROKEN_PAUSE_MS = 3 * secondMs;

/** Plans what is dirty, runs the operations, and plans again what they touched, until nothing is left to do. */
export class PlanLoop {
  readonly #ctx: SyncContext;
  readonly #parts: PlanLoopParts;
  readonly #retries: Retries;
  readonly #issues: IssueBook;
  readonly #questions: Questions;
  readonly #gate: MergeGate;
  readonly #deletions: LateDeletions;
  readonly #wake = new Wake();
  #dirty = new Set<NodeId>();
  /** Planned, but only possible after something else. */
  #waiting = new Set<NodeId>();
  /** What became of these could not be written down. */
  readonly #unnoted = new Set<NodeId>();
  readonly #inFlight = new Map<NodeId, Operation>();
  readonly #lanes = new WorkLanes();
  #held = 0;
  /** Planned again only after a look. */
  readonly #lookedAt = new Set<readonly NodeId[]>();
  #planning = false;
  /** Of the last plan, without what it waited for. */
  #costMs = 0;
  #settledAnnounced = false;
  readonly #order: WorkOrder;
  readonly #outOfSight: OutOfSight;

  constructor(ctx: SyncContext, parts: PlanLoopParts) {
    this.#ctx = ctx;
    this.#parts = parts;
    this.#retries = new Retries(ctx.environment.clock, ctx.environment.random, (ids) => this.add(ids));
    this.#issues = new IssueBook(ctx);
    this.#questions = new Questions(ctx.store, ctx.environment.clock);
    this.#gate = new MergeGate(ctx, {
      isInFlight: (id) => this.isInFlight(id),
      isResting: (id) => this.#retries.isWaiting(id),
      read: (ids) => {
        this.#begin(this.#order.ranked(ids.map((id) => ({ op: 'hash', id }))));
      },
      looking: parts.looking,
    });
    this.#deletions = new LateDeletions(ctx.store, ctx.environment.clock, (id) => this.#inFlight.has(id));
    this.#order = new WorkOrder(ctx.store, ctx.environment.clock);
    this.#outOfSight = new OutOfSight(ctx, {
      show: (id) => parts.executor.show(id),
      onShown: (id, outcome) => {
        this.#finish({ op: 'park_local', id }, { kind: 'failed', error: notSettling(this.#pathOf(id)) });
        if (outcome.kind === 'replan') void this.#lookAgain([], outcome.rescan, false);
      },
    });
  }

  add(ids: Iterable<NodeId>): void {
    for (const id of ids) this.#dirty.add(id);
    this.#settledAnnounced = false;
    this.#gate.changed();
    this.#wake.ring();
  }

  /** The item is not what it was when it last failed. */
  changed(ids: Iterable<NodeId>): void {
    for (const id of ids) {
      this.#retries.clear(id);
      this.#dirty.add(id);
    }
    this.#settledAnnounced = false;
    this.#gate.changed();
    this.#wake.ring();
  }

  /** Everything that waits for its next try is tried now. */
  retryAll(): void {
    this.#retries.clearAll();
    this.#wake.ring();
  }

  ring(): void {
    this.#wake.ring();
  }

  /** Rows may say something else now, also of what is out of sight. */
  mended(): void {
    this.#outOfSight.hideAll();
    this.add(this.#ctx.store.divergentIds());
  }

  /** A question was answered: plan everything that waited for it. */
  answered(): void {
    this.#questions.refresh();
    this.add(this.#waiting);
  }

  /** The person chose that this very item is deleted; no question about many counts it. */
  chosenToDelete(id: NodeId): void {
    this.#questions.choose(id);
  }

  /** It was not deleted after all: the next deletion of it is one like any other. */
  notDeleted(id: NodeId): void {
    this.#questions.unchoose(id);
  }

  /** The database did not take what became of something: the list of troubles does not say it, so the state has to. */
  get hasUnnoted(): boolean {
    return this.#unnoted.size > 0;
  }

  /** Nothing under way and nothing left that could be done now. */
  get idle(): boolean {
    const planned = this.#dirty.size === 0 || this.#gate.waitsForAnswer;
    const working = this.#inFlight.size > 0 || !this.#lanes.idle || this.#planning;
    return planned && !working && this.#held === 0 && this.#outOfSight.idle;
  }

  /** Something that failed is tried again so soon that it is worth waiting for. */
  get retriesSoon(): boolean {
    return this.#retries.soon(10 * secondMs);
  }

  /** Under way, or waiting for its turn. */
  isInFlight(id: NodeId): boolean {
    return this.#inFlight.has(id) || this.#lanes.isWaiting(id);
  }

  async run(): Promise<void> {
    const { environment, stopping } = this.#ctx;
    const { clock } = environment;
    stopping.addEventListener('abort', () => {
      this.#wake.ring();
    });
    this.#outOfSight.hideAll();
    const over = (): boolean => stopping.aborted;
    while (!over()) {
      await this.#wake.wait();
      if (over()) break;
      const mayRun = this.#parts.mayRun();
      // Until it is settled whether both sides may be merged, all that is done is reading; what is dirty stays so.
      const heldMs = mayRun ? this.#heldByGate() : null;
      if (heldMs !== null) {
        this.#announce();
        await clock.sleep(heldMs, stopping).catch(() => undefined);
        continue;
      }
      if (!mayRun || this.#dirty.size === 0) {
        this.#announce();
        continue;
      }
      this.#planning = true;
      const made = await this.#planOnce();
      this.#planning = false;
      this.#goOn();
      this.#announce();
      const pauseMs = made ? Math.max(LEAST_PAUSE_MS, this.#costMs * BREATH) : BROKEN_PAUSE_MS;
      await clock.sleep(pauseMs, stopping).catch(() => undefined);
    }
    this.#retries.stop();
    this.#outOfSight.stop();
  }

  /** How long to wait before the next look at whether both sides may be merged; null when they may. */
  #heldByGate(): number | null {
    try {
      const costMs = this.#gate.look();
      return costMs === null ? null : Math.max(LEAST_PAUSE_MS, costMs * BREATH);
    } catch (error) {
      // A database that fails for a moment must not end the loop.
      this.#ctx.doubt(error);
      this.#ctx.environment.log.error('whether both sides may be merged could not be told', { ...toErrorData(error) });
      this.#wake.ring();
      return BROKEN_PAUSE_MS;
    }
  }

  /** Waits until what was under way at stop has ended. */
  async drained(): Promise<void> {
    while (this.#inFlight.size > 0) await this.#ctx.environment.clock.sleep(5);
  }

  policy(): Policy {
    const { environment, account } = this.#ctx;
    return policyFor(environment, account.deviceName, this.#questions, this.#deletions, this.#ctx.scopes, {
      busy: (id) => this.#inFlight.has(id) || this.#retries.isWaiting(id),
      underWay: () => this.#underWay(),
      resting: (id) => !this.#inFlight.has(id) && this.#retries.isWaiting(id),
    });
  }

  /** What no plan is made for now. What is being deleted is counted already. */
  #underWay(): readonly NodeId[] {
    const working = [...this.#inFlight].flatMap(([id, operation]) => (deletedBy(operation).includes(id) ? [] : [id]));
    return [...working, ...this.#lanes.waiting(), ...[...this.#lookedAt].flat(), ...this.#retries.waiting()];
  }

  /**
   * False when the database failed in the middle: then all of it is planned again. Where items are to go on under other
   * ids, that waits for the tree lock: who holds it goes by the ids that were.
   */
  async #planOnce(): Promise<boolean> {
    const { treeLock } = this.#ctx;
    const made = this.#planDirty(!treeLock.taken);
    if (made !== 'locked') return made;
    return treeLock.run(() => Promise.resolve(this.#parts.mayRun() ? this.#planDirty(true) !== false : true));
  }

  #planDirty(mayRebind: boolean): boolean | 'locked' {
    const { clock } = this.#ctx.environment;
    const startedMs = clock.monotonic();
    try {
      return this.#tryPlan(mayRebind);
    } finally {
      this.#costMs = clock.monotonic() - startedMs;
    }
  }

  #tryPlan(mayRebind: boolean): boolean | 'locked' {
    const ids = new Set([...this.#dirty, ...this.#waiting]);
    this.#dirty = new Set();
    this.#waiting = new Set();
    for (const id of ids) this.#lanes.forget(id);
    this.#lanes.planned();
    try {
      const next = plan(this.#ctx.store, ids, this.policy());
      if (mayRebind || !next.operations.some(rebinds)) {
        this.#follow(next, ids);
        return true;
      }
      this.add(ids);
      return 'locked';
    } catch (error) {
      this.#ctx.environment.log.error('planning failed', { ...toErrorData(error) });
      this.add(ids);
      return false;
    }
  }

  #follow(next: Plan, ids: ReadonlySet<NodeId>): void {
    const { hooks } = this.#ctx;
    for (const id of next.waiting) if (!this.#inFlight.has(id)) this.#waiting.add(id);
    for (const { id } of next.blocked) this.#waiting.add(id);
    this.#issues.blocked(next.blocked, ids);
    this.#forgetTroubles(ids, next);
    if (this.#questions.update(next.massDeletions)) hooks.onLists('questions');
    this.#start(next);
  }

  /** What was planned and needs nothing more has no trouble any more, however that came about. */
  #forgetTroubles(ids: Iterable<NodeId>, { operations, waiting }: Plan): void {
    if (this.#retries.size + this.#unnoted.size === 0 && this.#ctx.store.issueCount() === 0) return;
    const open = new Set<NodeId>([...waiting, ...this.#waiting]);
    for (const operation of operations) {
      for (const one of idsOf(operation)) open.add(one);
    }
    const held = new Set(waiting);
    for (const id of ids) {
      if (this.#inFlight.has(id) || this.#retries.isWaiting(id)) continue;
      // Its next try has come, and something else has to come first now.
      if (held.has(id)) this.#issues.heldBack(id);
      if (open.has(id)) continue;
      this.#noted(id);
      this.#retries.clear(id);
      this.#issues.clear(id);
    }
  }

  #start({ operations }: Plan): void {
    const { executor } = this.#parts;
    const book = operations.filter((operation) => executor.isBookkeeping(operation));
    const work = operations.filter((operation) => !executor.isBookkeeping(operation));
    if (book.length > 0) {
      const outcomes = executor.book(book);
      outcomes.forEach((outcome, index) => {
        const operation = book[index];
        if (operation !== undefined) this.#finish(operation, outcome);
      });
    }
    this.#deletions.note(work, (id) => this.#questions.deleteApproved(id));
    const afterFolders = this.#order.afterFolders(work);
    const later = this.#order.ranked([...afterFolders]);
    const admitted = this.#lanes.admit(this.#order.ranked(work.filter((operation) => !afterFolders.has(operation))));
    if (work.some(({ op }) => op === 'upload' || op === 'download')) this.#announcePlanned(later);
    const begun = admitted.map((operation) => this.#perform(operation));
    if (later.length > 0)
      void this.#planAgain(
        later.map(({ operation }) => operation.id),
        begun,
      );
  }

  async #planAgain(ids: readonly NodeId[], begun: readonly Promise<void>[]): Promise<void> {
    const { environment, stopping } = this.#ctx;
    this.#held += 1;
    try {
      await Promise.race([Promise.all(begun), environment.clock.sleep(FOLDERS_FIRST_MS, stopping)]);
    } catch {
      // Everything ends.
    } finally {
      this.#held -= 1;
    }
    this.add(ids);
  }

  /** @param later not given to the lanes yet */
  #announcePlanned(later: readonly RankedOperation[]): void {
    const amount = (op: 'upload' | 'download'): Amount => {
      let { files, bytes } = this.#lanes.amount(op);
      for (const one of later) {
        if (one.operation.op !== op) continue;
        files += 1;
        bytes += one.bytes;
      }
      return { files, bytes };
    };
    this.#ctx.hooks.onStatus({ type: 'planned', upload: amount('upload'), download: amount('download') });
  }

  #begin(work: readonly RankedOperation[]): void {
    for (const operation of this.#lanes.admit(work)) void this.#perform(operation);
  }

  /** Those that waited for others to be over have their turn. */
  #goOn(): void {
    if (this.#ctx.stopping.aborted) return;
    const mayRead = (id: NodeId): boolean => !this.#inFlight.has(id) && this.#parts.mayRun();
    const { begin, plan: again } = this.#lanes.next(mayRead);
    for (const operation of begin) void this.#perform(operation);
    if (again.length > 0) this.add(again);
  }

  async #perform(operation: Operation): Promise<void> {
    try {
      await this.#performOne(operation);
      this.#noted(operation.id);
    } catch (error) {
      // Done or not, what became of it could not be written down: the trees tell, in a while.
      const { id } = operation;
      this.#ctx.doubt(error);
      this.#ctx.environment.log.error('the end of an operation could not be noted', { op: operation.op, ...toErrorData(error) });
      this.#retries.failed(id, toErrorData(error));
      this.#unnoted.add(id);
      for (const one of idsOf(operation)) this.#waiting.add(one);
      this.#wake.ring();
    } finally {
      this.#goOn();
    }
  }

  /** What became of it is written down, or it has come to nothing: the next look tells that the database is well. */
  #noted(id: NodeId): void {
    if (this.#unnoted.delete(id) && this.#unnoted.size === 0) void this.#lookAgain([], [''], false);
  }

  async #performOne(operation: Operation): Promise<void> {
    const { hooks, environment, store } = this.#ctx;
    const { id, op } = operation;
    const ids = idsOf(operation);
    for (const one of ids) this.#inFlight.set(one, operation);
    const visible = op !== 'hash' && op !== 'take_up';
    let outcome: Outcome | undefined;
    try {
      if (visible) {
        const path = store.localPath(id) ?? store.remotePath(id) ?? '';
        const direction = op === 'upload' ? 'up' : op === 'download' ? 'down' : null;
        hooks.onStatus({ type: 'op_started', id, path, direction, totalBytes: this.#lanes.bytesOf(operation) });
      }
      outcome = await this.#orInTheWay(operation, await this.#parts.executor.run(operation));
    } catch (error) {
      if (!isAborted(error)) {
        this.#ctx.doubt(error);
        environment.log.error('an operation failed unexpectedly', { op, error: String(error) });
      }
    } finally {
      for (const one of ids) this.#inFlight.delete(one);
      this.#lanes.ended(operation);
      if (visible) hooks.onStatus({ type: 'op_finished', id, succeeded: outcome?.kind === 'done', at: environment.clock.monotonic() });
    }
    if (outcome === undefined) this.add(ids);
    else this.#finish(operation, outcome);
  }

  /** The folder was looked at again and nothing came of it: then what is in the way is none that a look tells the planner of. */
  async #orInTheWay(operation: Operation, outcome: Outcome): Promise<Outcome> {
    if (outcome.kind !== 'replan' || !this.#retries.isChurning(operation.id)) return outcome;
    const { executor } = this.#parts;
    const error = await executor.inTheWay(operation);
    return error === undefined ? ((await executor.uncover(operation)) ?? outcome) : { kind: 'failed', error };
  }

  #finish(operation: Operation, outcome: Outcome): void {
    const { id } = operation;
    switch (outcome.kind) {
      case 'done':
        if (operation.op !== 'settle' && operation.op !== 'hash' && operation.op !== 'take_up') this.#ctx.hooks.onLists('files');
        // Bookkeeping that leaves nothing to plan is the end of an item's way.
        if (operation.op !== 'settle' && operation.op !== 'forget') this.#dirty.add(id);
        for (const one of outcome.touched) this.#dirty.add(one);
        this.#readRules(operation);
        if (operation.op === 'park_local') this.#outOfSight.hide(id);
        if (THERE.has(operation.op)) this.#parts.onCloudChanged();
        this.#wake.ring();
        this.#retries.clear(id);
        this.#issues.clear(id);
        return;
      case 'replan':
        this.#ctx.environment.log.debug('planned anew', { op: operation.op, id, rescan: outcome.rescan.join(', '), pull: outcome.pull });
        if (this.#retries.churned(id)) return this.#failed(operation, notSettling(this.#pathOf(id)));
        void this.#lookAgain([...idsOf(operation), ...outcome.touched], outcome.rescan, outcome.pull, this.#retries.churnPauseMs(id));
        return;
      case 'failed':
        this.#failed(operation, outcome.error);
    }
  }

  /** Rules that came from the cloud hold once they were read. */
  #readRules({ op, id }: Operation): void {
    const { store } = this.#ctx;
    const node = op === 'download' ? store.local.get(id) : undefined;
    if (node?.name !== RULES_FILE) return;
    void this.#lookAgain([id], [node.parentId === ROOT_ID ? '' : (store.localPath(node.parentId) ?? '')], false);
  }

  /** The items are planned again only when the look that was asked for is over. */
  async #lookAgain(ids: readonly NodeId[], folders: readonly string[], pull: boolean, afterMs = 0): Promise<void> {
    const { environment, stopping } = this.#ctx;
    this.#held += 1;
    this.#lookedAt.add(ids);
    try {
      if (afterMs > 0) await environment.clock.sleep(afterMs, stopping);
      await Promise.all([folders.length > 0 ? this.#parts.rescan(folders) : undefined, pull ? this.#parts.pull() : undefined]);
    } catch (error) {
      if (!isAborted(error)) environment.log.debug('looking again failed', { error: String(error) });
    } finally {
      this.#held -= 1;
      this.#lookedAt.delete(ids);
    }
    this.add(ids);
  }

  #failed(operation: Operation, error: ErrorData): void {
    const { environment } = this.#ctx;
    const { id } = operation;
    environment.log.debug('operation failed', { op: operation.op, id, code: error.code });
    if (isAboutConnection(error)) {
      for (const one of idsOf(operation)) this.#dirty.add(one);
      this.#parts.onConnectionLost(error);
      return;
    }
    if (error.code === 'quota_exceeded' || error.code === 'uncommitted_limit') this.#parts.onNoRoom();
    if (HERE.has(operation.op)) this.#outOfSight.showAll();
    const { attempts, waitMs } = this.#retries.failed(id, error);
    // A first fault that passes by itself is nobody's business.
    if (attempts > 1 || errorKind(error.code).reaction !== 'retry') this.#issues.failed(id, error, attempts, waitMs);
    for (const one of idsOf(operation)) this.#waiting.add(one);
    // It rests; what waited for it may not have to any more.
    this.#dirty.add(id);
    this.#wake.ring();
  }

  #announce(): void {
    if (this.#settledAnnounced || !this.idle || !this.#parts.mayRun()) return;
    const { store, hooks, environment } = this.#ctx;
    try {
      const complete = this.#waiting.size === 0 && !this.#gate.undecided && !hasRealIssue(store);
      this.#settledAnnounced = true;
      hooks.onStatus({ type: 'settled', at: environment.clock.now(), complete });
    } catch (error) {
      // A database that fails for a moment must not end the loop.
      environment.log.error('whether all is settled could not be told', { ...toErrorData(error) });
      environment.clock.timer(BROKEN_PAUSE_MS, () => {
        this.#wake.ring();
      });
    }
  }

  #pathOf(id: NodeId): string {
    const { store } = this.#ctx;
    return store.localPath(id) ?? store.remotePath(id) ?? '';
  }
}

/** What they do can be what another item waits for out of sight. */
const HERE: ReadonlySet<Operation['op']> = new Set(['move_local', 'mkdir_local', 'delete_local', 'drop_copy', 'download']);

/** They cannot be done without the cloud. */
const THERE: ReadonlySet<Operation['op']> = new Set([
  'upload',
  'mkdir_remote',
  'move_remote',
  'rearrange_remote',
  'delete_remote',
  'download',
]);

const notSettling = (path: string): ErrorData => ({ code: 'not_settling', params: { path } });
/** All that the operation is about. Plans pass over them while it is under way, so each is planned again when it is over. */
const idsOf = (operation: Operation): readonly NodeId[] =>
  operation.op === 'rearrange_remote' ? [operation.id, ...operation.steps.map((step) => step.id)] : [operation.id];

const rebinds = ({ op }: Operation): boolean => op === 'adopt' || op === 'revive_local';
