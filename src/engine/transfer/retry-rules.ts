import { type ErrorCode, TidemarkError } from '../../contract/index.ts';

/** What the throttle does about a failed request. */
export type FaultClass =
  | 'pause' // everybody waits until the cloud says so
  | 'overload' // fewer at once, and again
  | 'again' // again, but the line is not to blame
  | 'final'; // the caller decides

const AGAIN: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'access_expired',
  'cloud_answer_invalid',
  'content_corrupt',
  'hash_mismatch',
  'uncommitted_limit',
]);
const OVERLOAD: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['cloud_failed', 'cloud_timeout', 'cloud_unreachable', 'internal']);

export function classifyFault(error: unknown): FaultClass {
  if (!(error instanceof TidemarkError)) return 'final';
  if (error.code === 'rate_limited' || error.code === 'cloud_unavailable') return 'pause';
  if (OVERLOAD.has(error.code)) return 'overload';
  return AGAIN.has(error.code) ? 'again' : 'final';
}

/** The wait that the cloud asked for, in milliseconds. */
export function askedWaitMs(error: unknown): number | undefined {
  const wait = error instanceof TidemarkError ? error.params['retryAfterMs'] : undefined;
  return typeof wait === 'number' && Number.isFinite(wait) ? wait : undefined;
}
