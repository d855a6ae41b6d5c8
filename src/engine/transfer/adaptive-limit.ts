import { KiB, MiB, secondMs } from '../../base/index.ts';

/**
 * How many requests may be in flight: additive increase, multiplicative decrease, as TCP does it (Chiu and Jain,
 * "Analysis of the Increase and Decrease Algorithms", 1989). A pure value; every function gives a new one.
 */
export interface AdaptiveLimit {
  /** Fractional; its whole part counts. */
  readonly limit: number;
  /** Lowest recent cost of a request: milliseconds per unit of work. Rises slowly, so that a changed line is learnt anew. */
  readonly bestCost: number | null;
  /** Smoothed cost of the last requests. */
  readonly cost: number | null;
  /** Answers still to come from before the last decrease; they must not decrease again. */
  readonly stale: number;
  /** Smoothed bytes per millisecond of one request; null before the first large one. */
  readonly rate: number | null;
}

export interface LimitBounds {
  readonly min: number;
  readonly max: number;
  readonly start: number;
}

/** Bytes that cost about as much as a request without any. */
const WORK_UNIT_BYTES = 64 * KiB;
const SMOOTHING = 0.2;
/** Requests that take this many times the best ones wait for each other. */
const CROWDED = 4;
/** Latency below this is never crowding: it is the machine's own noise. */
const NOISE_MS = 50;
const BEST_RISE = 1.02;
const SLOWED = 0.85;
const HALVED = 0.5;

export const initialLimit = (bounds: LimitBounds): AdaptiveLimit => ({
  limit: bounds.start,
  bestCost: null,
  cost: null,
  stale: 0,
  rate: null,
});

/** One request was answered. `latencyMs` from its first byte to its last. */
export function afterAnswer(state: AdaptiveLimit, latencyMs: number, bytes: number, bounds: LimitBounds): AdaptiveLimit {
  const sample = latencyMs / (1 + bytes / WORK_UNIT_BYTES);
  const cost = state.cost === null ? sample : state.cost + SMOOTHING * (sample - state.cost);
  const bestCost = state.bestCost === null ? sample : Math.min(sample, state.bestCost * BEST_RISE);
  const rate = bytes < WORK_UNIT_BYTES ? state.rate : smoothRate(state.rate, bytes / Math.max(1, latencyMs));
  if (state.stale > 0) return { ...state, cost, bestCost, rate, stale: state.stale - 1 };
  const crowded = latencyMs > NOISE_MS && cost > CROWDED * bestCost;
  if (crowded) return { ...decrease(state, SLOWED, bounds), cost: null, bestCost, rate };
  return { limit: Math.min(bounds.max, state.limit + 1 / state.limit), bestCost, cost, stale: 0, rate };
}

/** The cloud said 429 or 503, or the line broke or went silent. */
export const afterOverload = (state: AdaptiveLimit, bounds: LimitBounds): AdaptiveLimit =>
  state.stale > 0 ? { ...state, stale: state.stale - 1 } : decrease(state, HALVED, bounds);

function decrease(state: AdaptiveLimit, factor: number, bounds: LimitBounds): AdaptiveLimit {
  const limit = Math.max(bounds.min, state.limit * factor);
  return { ...state, limit, stale: Math.max(0, Math.floor(state.limit) - 1) };
}

const smoothRate = (rate: number | null, sample: number): number => (rate === null ? sample : rate + SMOOTHING * (sample - rate));

/** A request should take about this long, so that a dropped connection costs little. */
const REQUEST_TARGET_MS = 4 * secondMs;
export const MIN_PACK_BYTES = 256 * KiB;
export const MAX_PACK_BYTES = 2 * MiB;

/** Good size of one request on this line. */
export const packBytes = (rate: number | null): number =>
  rate === null ? MAX_PACK_BYTES / 2 : Math.round(Math.min(MAX_PACK_BYTES, Math.max(MIN_PACK_BYTES, rate * REQUEST_TARGET_MS)));
