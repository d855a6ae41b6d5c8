import { backoffMs, minuteMs, secondMs } from '../../base/index.ts';
import { type ErrorData, type SyncReport, TidemarkError, toErrorData } from '../../contract/index.ts';
import { onAbort } from '../abort.ts';
import type { Clock, Random } from '../environment.ts';
import { Nap } from '../nap.ts';
import type { DriveApi } from './api.ts';

export interface WatchOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** The cloud may have changed. The loop goes on when the promise settles; what it throws is the engine's own affair. */
  readonly onHint: () => void | Promise<void>;
  /** Null: the cloud answers (again). Called on each change, first with the outcome of the first call. */
  readonly onConnection?: (offline: ErrorData | null) => void;
  /** Longest time without a hint, in ms: the cloud's answers are hints, and hints may be lost. */
  readonly pollMs?: number;
  /** Sleeps between two tries; waking it asks at once. */
  readonly nap?: Nap;
  /** What is told with each wait. */
  readonly report?: () => SyncReport | undefined;
  /** Gives, with each wait, what ends it early: the next one tells what is so by then. */
  readonly onWait?: (cut: () => void) => void;
}

/** What one wait of the cloud's may take; proxies cut longer ones. */
const WAIT_MS = 30 * secondMs;
/** An answer that came sooner than this without news is not a wait. */
const QUICK_MS = secondMs;
const CAP_MS = minuteMs;

/**
 * Waits for changes by long poll until the signal fires or the session ends; never throws. `cursor` is read anew before
 * each wait; while it is null, or stays where it was after a hint, the loop slows down instead of spinning.
 */
export async function watchChanges(
  drive: Pick<DriveApi, 'wait'>,
  cursor: () => string | null,
  options: WatchOptions,
  signal: AbortSignal,
): Promise<void> {
  await new Watch(drive, cursor, options, signal).run();
}

class Watch {
  readonly #drive: Pick<DriveApi, 'wait'>;
  readonly #cursor: () => string | null;
  readonly #options: WatchOptions;
  readonly #signal: AbortSignal;
  readonly #pollMs: number;
  readonly #nap: Nap;
  #connection: 'unknown' | 'online' | 'offline' = 'unknown';
  /** Rounds in a row that led nowhere: faults, empty quick answers, hints that moved nothing. */
  #fruitless = 0;
  #lastHintMs: number;

  constructor(drive: Pick<DriveApi, 'wait'>, cursor: () => string | null, options: WatchOptions, signal: AbortSignal) {
    this.#drive = drive;
    this.#cursor = cursor;
    this.#options = options;
    this.#signal = signal;
    this.#pollMs = options.pollMs ?? minuteMs;
    this.#nap = options.nap ?? new Nap();
    this.#lastHintMs = options.clock.monotonic();
  }

  async run(): Promise<void> {
    while (!this.#signal.aborted) {
      const pauseMs = await this.#round();
      if (pauseMs === 'over') return;
      if (pauseMs > 0) await this.#nap.sleep(this.#options.clock, pauseMs, this.#signal);
    }
  }

  /** One wait; answers how long to stay quiet afterwards. */
  async #round(): Promise<number | 'over'> {
    const { clock } = this.#options;
    let cursor: string | null = null;
    const startedMs = clock.monotonic();
    try {
      cursor = this.#cursor();
      if (cursor === null) return secondMs; // the first listing is still being read
      const untilPoll = this.#lastHintMs + this.#pollMs - startedMs;
      const changed = await this.#wait(cursor, Math.max(0, Math.floor(Math.min(WAIT_MS, untilPoll))));
      if (changed === 'cut') return 0;
      if (this.#signal.aborted) return 'over';
      this.#connected(null);
      const due = clock.monotonic() - this.#lastHintMs >= this.#pollMs;
      if (changed || due) return await this.#hint(cursor, changed);
      return clock.monotonic() - startedMs < QUICK_MS ? this.#slower() : this.#fast();
    } catch (error) {
      if (this.#signal.aborted) return 'over';
      return this.#fault(error, cursor);
    }
  }

  async #wait(cursor: string, ms: number): Promise<boolean | 'cut'> {
    const { report, onWait } = this.#options;
    if (onWait === undefined) return this.#drive.wait(cursor, ms, this.#signal, report?.());
    const cut = new AbortController();
    const end = (): void => {
      cut.abort();
    };
    const told = report?.();
    onWait(end);
    const forget = onAbort(this.#signal, end);
    try {
      return await this.#drive.wait(cursor, ms, cut.signal, told);
    } catch (error) {
      if (cut.signal.aborted && !this.#signal.aborted) return 'cut';
      throw error;
    } finally {
      forget();
    }
  }

  async #hint(cursor: string | null, changed: boolean): Promise<number> {
    this.#lastHintMs = this.#options.clock.monotonic();
    try {
      await this.#options.onHint();
    } catch {
      return this.#slower();
    }
    return changed && this.#cursor() === cursor ? this.#slower() : this.#fast();
  }

  async #fault(error: unknown, cursor: string | null): Promise<number | 'over'> {
    const data = toErrorData(error);
    // The reader of the feed finds out what a lost cursor means.
    if (data.code === 'cursor_gone') return this.#hint(cursor, true);
    this.#connected(data);
    // The session keeper has told the engine; there is nothing to wait for.
    if (error instanceof TidemarkError && error.kind.reaction === 'sign_in') return 'over';
    const asked = data.params['retryAfterMs'];
    return Math.max(this.#slower(), typeof asked === 'number' ? asked : 0);
  }

  #connected(offline: ErrorData | null): void {
    const now = offline === null ? 'online' : 'offline';
    if (now === this.#connection) return;
    this.#connection = now;
    this.#options.onConnection?.(offline);
  }

  #slower(): number {
    this.#fruitless += 1;
    return backoffMs(this.#fruitless, this.#options.random.next(), secondMs, CAP_MS);
  }

  #fast(): number {
    this.#fruitless = 0;
    return 0;
  }
}
