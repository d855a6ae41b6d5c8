import { KiB, backoffMs, minuteMs, secondMs } from '../../base/index.ts';
import { TidemarkError } from '../../contract/index.ts';
import type { Clock, Random } from '../environment.ts';
import { throwIfAborted } from './abort.ts';
import { type AdaptiveLimit, type LimitBounds, afterAnswer, afterOverload, initialLimit, packBytes } from './adaptive-limit.ts';
import { askedWaitMs, classifyFault } from './retry-rules.ts';
import { SlotQueue } from './slot-queue.ts';
import { type TokenBucket, bucketWaitMs, changeRate, openBucket, pay } from './token-bucket.ts';

/** Requests that compete with each other: bytes up, bytes down, and short questions and commits. */
export type Lane = 'up' | 'down' | 'control';

/** Sends one request of about `bytes` payload, again after faults that pass, and gives its answer. */
export type Send = <T>(bytes: number, request: () => Promise<T>) => Promise<T>;

/** Bandwidth in KiB a second; 0 is no limit. */
export interface BandwidthLimits {
  readonly uploadKiBps: number;
  readonly downloadKiBps: number;
}

/**
 * The only place that limits and repeats requests: how many at once, how many bytes a second, when again after a fault.
 */
export interface Throttle {
  /** Waits for a place in the lane, then does `work`, which sends through `send`. Failures are the last fault's error. */
  run<T>(lane: Lane, work: (send: Send) => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** `run` for a single request. */
  request<T>(lane: Lane, bytes: number, request: () => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** Good payload of one request in the lane, in bytes, from what the line gave so far and its limit. */
  packBytes(lane: Lane): number;
  /** Takes effect at once, also for requests that wait. */
  setLimits(limits: BandwidthLimits): void;
  /** Milliseconds for which the cloud asked us to stay away, and why; null when it did not. */
  pause(): { readonly remainingMs: number; readonly error: TidemarkError } | null;
  /** Requests that may be in flight in the lane right now. */
  concurrency(lane: Lane): number;
}

/** Tries of one request, the first included. */
const ATTEMPTS = 5;
const BACKOFF_BASE_MS = 500;
const BACKOFF_CAP_MS = 30 * secondMs;
/** A longer pause is not sat out here: callers hear of it and the engine plans for later. */
const LONGEST_PAUSE_MS = 2 * minuteMs;

const BOUNDS: Readonly<Record<Lane, LimitBounds>> = {
  up: { min: 1, max: 4, start: 2 },
  down: { min: 1, max: 6, start: 3 },
  control: { min: 1, max: 6, start: 4 },
};

class LaneState {
  readonly bounds: LimitBounds;
  readonly slots = new SlotQueue();
  limit: AdaptiveLimit;
  bucket: TokenBucket;

  constructor(bounds: LimitBounds, nowMs: number) {
    this.bounds = bounds;
    this.limit = initialLimit(bounds);
    this.bucket = openBucket(0, nowMs);
    this.slots.open(this.limit.limit);
  }

  learn(limit: AdaptiveLimit): void {
    this.limit = limit;
    this.slots.open(limit.limit);
  }
}

export function createThrottle(environment: { readonly clock: Clock; readonly random: Random }): Throttle {
  return new AdaptiveThrottle(environment.clock, environment.random);
}

class AdaptiveThrottle implements Throttle {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #lanes: Readonly<Record<Lane, LaneState>>;
  #pausedUntilMs = 0;
  #pauseError: TidemarkError | undefined;
  #pausesInARow = 0;
  /** Wakes requests that wait for bandwidth when the limit changes. */
  #limitsChanged = new AbortController();

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
    const now = clock.monotonic();
    this.#lanes = { up: new LaneState(BOUNDS.up, now), down: new LaneState(BOUNDS.down, now), control: new LaneState(BOUNDS.control, now) };
  }

  async run<T>(lane: Lane, work: (send: Send) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const state = this.#lanes[lane];
    const release = await state.slots.take(signal);
    try {
      return await work((bytes, request) => this.#send(state, bytes, request, signal));
    } finally {
      release();
    }
  }

  request<T>(lane: Lane, bytes: number, request: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.run(lane, (send) => send(bytes, request), signal);
  }

  packBytes(lane: Lane): number {
    const { limit, bucket } = this.#lanes[lane];
    const measured = limit.rate;
    if (bucket.bytesPerSecond === 0) return packBytes(measured);
    const allowed = bucket.bytesPerSecond / secondMs;
    return packBytes(measured === null ? allowed : Math.min(measured, allowed));
  }

  setLimits(limits: BandwidthLimits): void {
    const now = this.#clock.monotonic();
    const { up, down } = this.#lanes;
    up.bucket = changeRate(up.bucket, limits.uploadKiBps * KiB, now);
    down.bucket = changeRate(down.bucket, limits.downloadKiBps * KiB, now);
    const changed = this.#limitsChanged;
    this.#limitsChanged = new AbortController();
    changed.abort();
  }

  pause(): { readonly remainingMs: number; readonly error: TidemarkError } | null {
    const remainingMs = this.#pausedUntilMs - this.#clock.monotonic();
    return remainingMs > 0 && this.#pauseError !== undefined ? { remainingMs, error: this.#pauseError } : null;
  }

  concurrency(lane: Lane): number {
    return Math.floor(this.#lanes[lane].limit.limit);
  }

  async #send<T>(lane: LaneState, bytes: number, request: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      await this.#bandwidth(lane, bytes, signal);
      await this.#pauseOver(signal);
      const startedMs = this.#clock.monotonic();
      try {
        const answer = await request();
        lane.learn(afterAnswer(lane.limit, this.#clock.monotonic() - startedMs, bytes, lane.bounds));
        this.#pausesInARow = 0;
        return answer;
      } catch (error) {
        throwIfAborted(signal);
        const kind = classifyFault(error);
        if (kind === 'pause') this.#pauseAll(error as TidemarkError);
        if (kind === 'pause' || kind === 'overload') lane.learn(afterOverload(lane.limit, lane.bounds));
        if (kind === 'final' || attempt >= ATTEMPTS) throw error;
        if (kind !== 'pause') await this.#clock.sleep(backoffMs(attempt, this.#random.next(), BACKOFF_BASE_MS, BACKOFF_CAP_MS), signal);
      }
    }
  }

  /** Both 429 (this account) and 503 (the cloud) stop every lane: one engine has one account at one cloud. */
  #pauseAll(error: TidemarkError): void {
    const running = this.pause() !== null;
    if (!running) this.#pausesInARow += 1;
    const asked = askedWaitMs(error) ?? backoffMs(this.#pausesInARow, this.#random.next(), secondMs, minuteMs);
    const until = this.#clock.monotonic() + asked;
    if (until <= this.#pausedUntilMs) return;
    this.#pausedUntilMs = until;
    this.#pauseError = error;
  }

  async #pauseOver(signal: AbortSignal | undefined): Promise<void> {
    for (let pause = this.pause(); pause !== null; pause = this.pause()) {
      if (pause.remainingMs > LONGEST_PAUSE_MS) {
        throw new TidemarkError(
          pause.error.code,
          { ...pause.error.params, retryAfterMs: Math.ceil(pause.remainingMs) },
          { cause: pause.error },
        );
      }
      await this.#clock.sleep(pause.remainingMs, signal);
    }
    throwIfAborted(signal);
  }

  async #bandwidth(lane: LaneState, bytes: number, signal: AbortSignal | undefined): Promise<void> {
    for (;;) {
      const waitMs = bucketWaitMs(lane.bucket, this.#clock.monotonic());
      if (waitMs === 0) break;
      const changed = this.#limitsChanged.signal;
      await this.#clock.sleep(waitMs, signal === undefined ? changed : AbortSignal.any([signal, changed])).catch((error: unknown) => {
        throwIfAborted(signal);
        if (!changed.aborted) throw error;
      });
    }
    lane.bucket = pay(lane.bucket, bytes, this.#clock.monotonic());
  }
}
