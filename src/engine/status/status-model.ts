import { assertNever, minuteMs } from '../../base/index.ts';
import type { ErrorData, SpeedLimit, Status } from '../../contract/index.ts';
import { stateOf } from './engine-state.ts';
import { etaMs, Lane } from './lane.ts';
import type { StatusEvent } from './status-event.ts';
import { Transfers } from './transfers.ts';

/** Nobody is bothered with less: nothing that Tidemark does depends on it. */
const CLOCK_TOLERANCE_MS = 5 * minuteMs;
/** Each answer of the cloud is on its way for another while. */
const wholeMinutes = (ms: number): number => Math.round(ms / minuteMs) * minuteMs;

type Counts = Omit<Extract<StatusEvent, { type: 'counts' }>, 'type'>;

/** Before anything was counted. */
export const NO_COUNTS: Counts = {
  issues: 0,
  skipped: 0,
  attention: 0,
  room: null,
  waitingForRoom: null,
  conflicts: 0,
  questions: 0,
  firstMerge: false,
  items: 0,
};

/**
 * Folds events into the status. The same events give the same status: it reads no clock and has no effects. It is a fold
 * with a memory rather than a function over immutable values, since thousands of operations report many times a second.
 */
export class StatusModel {
  readonly #upload = new Lane();
  readonly #download = new Lane();
  readonly #transfers = new Transfers();
  #account: Status['account'] = null;
  #folder: Status['folder'] = null;
  #signInError: ErrorData | null = null;
  #folderError: ErrorData | null = null;
  #engineError: ErrorData | null = null;
  #offline: ErrorData | null = null;
  #clockAheadMs = 0;
  #pause: { readonly until: number | null } | null = null;
  #limits: { readonly up: SpeedLimit | null; readonly down: SpeedLimit | null } = { up: null, down: null };
  #keptUntil: number | null = null;
  #scanning = false;
  #ready = false;
  /** From the first operation until everything has settled: no flicker between two rounds of planning. */
  #working = false;
  #lastSyncedAt: number | null;
  #counts: Counts = NO_COUNTS;

  /** @param lastSyncedAt from an earlier run, wall clock. */
  constructor(lastSyncedAt: number | null = null) {
    this.#lastSyncedAt = lastSyncedAt;
  }

  apply(event: StatusEvent): void {
    switch (event.type) {
      case 'account':
        this.#account = event.account;
        this.#signInError = null;
        return;
      case 'sign_in':
        this.#signInError = event.error;
        return;
      case 'folder':
        this.#folder = event.path === null ? null : { path: event.path };
        this.#folderError = null;
        return;
      case 'folder_state':
        this.#folderError = event.error;
        return;
      case 'engine_error':
        this.#engineError = event.error;
        return;
      case 'online':
        this.#offline = null;
        return;
      case 'clock':
        this.#clockAheadMs = event.aheadMs;
        return;
      case 'offline':
        this.#offline = event.reason;
        return;
      case 'paused':
        this.#pause = { until: event.until };
        return;
      case 'resumed':
        this.#pause = null;
        return;
      case 'limits':
        this.#limits = event;
        return;
      case 'kept_until':
        this.#keptUntil = event.at;
        return;
      case 'scan_started':
        this.#scanning = true;
        return;
      case 'scan_ended':
        this.#scanning = false;
        return;
      case 'ready':
        this.#ready = true;
        return;
      case 'counts':
        this.#counts = event;
        return;
      case 'planned':
      case 'op_started':
      case 'op_progress':
      case 'op_finished':
      case 'settled':
        return this.#work(event);
      default:
        return assertNever(event);
    }
  }

  #work(event: Extract<StatusEvent, { type: 'planned' | 'op_started' | 'op_progress' | 'op_finished' | 'settled' }>): void {
    switch (event.type) {
      case 'planned':
        this.#upload.plan(event.upload);
        this.#download.plan(event.download);
        this.#working ||= this.#upload.waiting || this.#download.waiting;
        return;
      case 'op_started':
        this.#working = true;
        if (event.direction === null || !this.#transfers.start(event.id, event.path, event.direction, event.totalBytes)) return;
        this.#lane(event.direction).start(event.totalBytes);
        return;
      case 'op_progress': {
        const moved = this.#transfers.move(event.id, event.doneBytes);
        if (moved !== undefined) this.#lane(moved.direction).move(moved.bytes, event.at);
        return;
      }
      case 'op_finished': {
        const ended = this.#transfers.end(event.id);
        if (ended === undefined) return;
        const lane = this.#lane(ended.direction);
        lane.finish(ended.totalBytes, ended.doneBytes, event.succeeded);
        return;
      }
      case 'settled':
        // What is still under way will settle later.
        if (this.#transfers.size > 0) return;
        this.#working = false;
        this.#upload.reset();
        this.#download.reset();
        if (event.complete) this.#lastSyncedAt = event.at;
        return;
      default:
        return assertNever(event);
    }
  }

  #lane(direction: 'up' | 'down'): Lane {
    return direction === 'up' ? this.#upload : this.#download;
  }

  /** The status as of `at` (monotonic ms). `revision` is the caller's: see `diffStatus`. */
  status(at: number, revision = 0): Status {
    const upload = this.#upload.progress(at);
    const download = this.#download.progress(at);
    const { issues, skipped, conflicts, questions, firstMerge, items, attention, room, waitingForRoom } = this.#counts;
    const facts = {
      engineError: this.#engineError,
      hasAccount: this.#account !== null,
      signInError: this.#signInError,
      hasFolder: this.#folder !== null,
      folderError: this.#folderError,
      roomError: room,
      questions,
      firstMerge,
      conflicts,
      attention,
      offline: this.#offline,
      paused: this.#pause !== null,
      working: this.#working,
      ready: this.#ready,
    };
    return {
      revision,
      ...stateOf(facts),
      account: this.#account,
      folder: this.#folder,
      upload,
      download,
      uploadLimit: this.#limits.up,
      downloadLimit: this.#limits.down,
      etaMs: etaMs(upload, download),
      scanning: this.#scanning,
      issues,
      skipped,
      waitingForRoom,
      conflicts,
      questions,
      items,
      paused: this.#pause !== null,
      offline: this.#offline,
      pausedUntil: this.#pause?.until ?? null,
      lastSyncedAt: this.#lastSyncedAt,
      keptUntil: this.#keptUntil,
      clockAheadMs: Math.abs(this.#clockAheadMs) < CLOCK_TOLERANCE_MS ? null : wholeMinutes(this.#clockAheadMs),
      transfers: this.#transfers.largest(),
    };
  }
}
