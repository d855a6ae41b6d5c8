import { secondMs } from '../../base/index.ts';
import { type ErrorData, TidemarkError } from '../../contract/index.ts';
import { onAbort } from '../abort.ts';
import type { Clock } from '../environment.ts';
import type { Connection } from './connection.ts';
import type { FolderHealth } from './folder-health.ts';
import type { PlanLoop } from './plan-loop.ts';
import type { PullLoop } from './pull-loop.ts';
import type { ScanLoop } from './scan-loop.ts';

export interface LooksParts {
  readonly clock: Clock;
  readonly plan: Pick<PlanLoop, 'idle' | 'retriesSoon'>;
  readonly pull: Pick<PullLoop, 'pullNow' | 'pending'>;
  readonly scan: Pick<ScanLoop, 'scan' | 'pending' | 'watchingBusyFiles'>;
  readonly folder: FolderHealth;
  readonly connection: Connection;
  readonly isPaused: () => boolean;
  /** What keeps everything from syncing now. */
  readonly held: () => ErrorData | null;
  readonly stopping: AbortSignal;
}

/** How long a look waits for files that are being written. */
const LONGEST_QUIET_MS = 2 * secondMs;
const NEVER = new AbortController().signal;

/** Looks at both sides that somebody waits for the end of. All of them throw what stands in the way. */
export class Looks {
  readonly #parts: LooksParts;

  constructor(parts: LooksParts) {
    this.#parts = parts;
  }

  /** At both sides, also while paused. */
  async everywhere(): Promise<void> {
    const fresh = this.#freshlyHeld();
    await this.#orBlocked(() => this.#bothSides(), NEVER, fresh);
    await this.#quiet(fresh);
  }

  /** At this folder (relative), also while paused and without the cloud. */
  async at(path: string): Promise<void> {
    const { folder, scan } = this.#parts;
    const before = folder.news;
    const held = (): ErrorData | null => (folder.news > before ? folder.error : null);
    await this.#orBlocked(() => scan.scan([path]), NEVER, held);
    await this.#quiet(held);
  }

  /** At both sides, then resolves once nothing is left that could be done. */
  async untilSettled(signal: AbortSignal): Promise<void> {
    const { held, isPaused } = this.#parts;
    const fresh = this.#freshlyHeld();
    await this.#orBlocked(
      () => this.#bothSides(),
      signal,
      () => (isPaused() ? held() : fresh()),
    );
    await this.#orBlocked((over) => this.#until(() => this.#isSettled(), over), signal, held);
  }

  #bothSides(): Promise<unknown> {
    return Promise.all([this.#parts.pull.pullNow(), this.#parts.scan.scan('all')]);
  }

  /** What was written a moment ago is looked at again as soon as it is quiet; what never is, is not waited for. */
  async #quiet(held: () => ErrorData | null): Promise<void> {
    const { clock, scan } = this.#parts;
    const end = clock.monotonic() + LONGEST_QUIET_MS;
    const seen = (): boolean => (!scan.watchingBusyFiles && !scan.pending) || clock.monotonic() > end;
    await this.#orBlocked((over) => this.#until(seen, over), NEVER, held);
  }

  #isSettled(): boolean {
    const { plan, pull, scan } = this.#parts;
    return plan.idle && !pull.pending && !scan.pending && !scan.watchingBusyFiles && !plan.retriesSoon;
  }

  /** What stands in the way as of now: what was found out earlier may be over, and is looked into first. */
  #freshlyHeld(): () => ErrorData | null {
    const { folder, connection } = this.#parts;
    const before = { folder: folder.news, connection: connection.news };
    return () => {
      if (folder.error !== null && folder.news > before.folder) return folder.error;
      return connection.news > before.connection ? connection.offline : null;
    };
  }

  /** @param begin its signal fires when nobody waits any more: nothing may go on looking then */
  async #orBlocked(begin: (over: AbortSignal) => Promise<unknown>, signal: AbortSignal, held: () => ErrorData | null): Promise<void> {
    const { stopping } = this.#parts;
    const done = new AbortController();
    const work = begin(done.signal);
    const blocked = this.#until(() => held() !== null || stopping.aborted, done.signal).then(() => {
      const reason = held() ?? { code: 'aborted' as const, params: {} };
      throw new TidemarkError(reason.code, reason.params);
    });
    let forget = (): void => undefined;
    const aborted = new Promise<never>((_, reject) => {
      forget = onAbort(signal, () => {
        reject(new TidemarkError('aborted'));
      });
    });
    try {
      await Promise.race([work, blocked, aborted]);
    } finally {
      forget();
      done.abort();
      blocked.catch(() => undefined);
      work.catch(() => undefined);
    }
  }

  async #until(condition: () => boolean, signal: AbortSignal): Promise<void> {
    while (!condition()) await this.#parts.clock.sleep(10, signal);
  }
}
