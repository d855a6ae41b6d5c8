import { backoffMs, minuteMs, secondMs } from '../../base/index.ts';
import type { ErrorData } from '../../contract/index.ts';
import type { Random } from '../environment.ts';
import type { StatusEvent } from '../status/index.ts';
import type { Throttle } from '../transfer/index.ts';
import { isAboutDatabase } from './sync-context.ts';
import type { Timers } from './timers.ts';

export interface ConnectionParts {
  readonly throttle: Pick<Throttle, 'pause'>;
  readonly timers: Timers;
  readonly random: Random;
  readonly onStatus: (event: StatusEvent) => void;
  /** Is to end in `heard` or `lost`. */
  readonly ask: () => void;
  /** The feed was read to its end. Throws what the database says. */
  readonly onHeard: () => void;
  /** What the cloud asked us to wait for is over: whatever waits for the line need not wait any longer. */
  readonly onOnline: () => void;
}

/** Whether the cloud can be reached, as far as is known. */
export class Connection {
  readonly #parts: ConnectionParts;
  #offline: ErrorData | null = null;
  #reached = false;
  #news = 0;
  /** The cloud asked us to stay away for a while, and is asked again when that is over. */
  #awaitingPause = false;
  /** How often in a row the cloud could be read, and what was to be done then failed for the line. */
  #refusals = 0;
  /** That is left alone for a while. */
  #rest: object | null = null;

  constructor(parts: ConnectionParts) {
    this.#parts = parts;
  }

  /** Why nothing is heard of the cloud; null when it is, or was never asked. */
  get offline(): ErrorData | null {
    return this.#offline;
  }

  /** The feed was read to its end once at least. */
  get reached(): boolean {
    return this.#reached;
  }

  /** How often something was found out. */
  get news(): number {
    return this.#news;
  }

  /** It is this device's database that keeps the feed from being read. */
  get stoppedByDatabase(): boolean {
    return this.#offline !== null && isAboutDatabase(this.#offline);
  }

  heard(): void {
    this.#news += 1;
    this.#reached = true;
    // Before the database there may have been trouble of the line, which was told of.
    if (this.stoppedByDatabase) this.#over();
    this.#parts.onHeard();
    if (this.#offline === null || this.#rest !== null) return;
    // The change feed may answer while transfers are to stay away: then there is nothing that could be done.
    if (this.#parts.throttle.pause() !== null) return this.askAgain();
    this.#over();
    this.#parts.onOnline();
  }

  lost(reason: ErrorData): void {
    this.#news += 1;
    // The database of this device is no trouble of the line, and is told of as what it is.
    const told = isAboutDatabase(reason) || this.#offline?.code === reason.code;
    if (!told) this.#parts.onStatus({ type: 'offline', reason });
    this.#offline = reason;
  }

  /**
   * What was to be done failed for the line. That the feed can be read says nothing of it: something in between may let pass
   * the one and not the other, so that it is tried less and less often.
   */
  refused(reason: ErrorData): void {
    if (this.#offline === null) this.#refusals += 1;
    this.lost(reason);
    if (this.#rest !== null) return;
    if (this.#refusals < 2) return this.askAgain();
    const rest = (this.#rest = {});
    this.#parts.timers.after(backoffMs(this.#refusals - 1, this.#parts.random.next(), secondMs, minuteMs), () => {
      if (this.#rest !== rest) return;
      this.#rest = null;
      this.askAgain();
    });
  }

  /** Something was done in the cloud, or is to be tried at once. */
  worked(): void {
    this.#refusals = 0;
    this.#rest = null;
  }

  /** Whether the cloud can be reached; once it has let us wait as long as it wanted. */
  askAgain(): void {
    const pause = this.#parts.throttle.pause();
    if (pause === null) return this.#parts.ask();
    if (this.#awaitingPause) return;
    this.#awaitingPause = true;
    this.#parts.timers.after(pause.remainingMs, () => {
      this.#awaitingPause = false;
      this.askAgain();
    });
  }

  #over(): void {
    this.#offline = null;
    this.#parts.onStatus({ type: 'online' });
  }
}
