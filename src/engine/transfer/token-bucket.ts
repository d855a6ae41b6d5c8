import { secondMs } from '../../base/index.ts';

/**
 * A bandwidth limit. Whoever finds a token may go and pay later: the balance turns negative and others wait until it is
 * positive again, so a request larger than the bucket is slow, not stuck. A pure value.
 */
export interface TokenBucket {
  /** 0: no limit. */
  readonly bytesPerSecond: number;
  readonly balanceBytes: number;
  /** Monotonic milliseconds at which the balance was right. */
  readonly atMs: number;
}

export const openBucket = (bytesPerSecond: number, nowMs: number): TokenBucket => ({
  bytesPerSecond,
  balanceBytes: bytesPerSecond,
  atMs: nowMs,
});

/** Adds what has come in since; at most one second's worth is saved up. */
function filled(bucket: TokenBucket, nowMs: number): TokenBucket {
  const income = ((nowMs - bucket.atMs) * bucket.bytesPerSecond) / secondMs;
  return { ...bucket, balanceBytes: Math.min(bucket.bytesPerSecond, bucket.balanceBytes + income), atMs: nowMs };
}

/** Milliseconds until the next request may start; 0 is now. */
export function bucketWaitMs(bucket: TokenBucket, nowMs: number): number {
  if (bucket.bytesPerSecond === 0) return 0;
  const { balanceBytes } = filled(bucket, nowMs);
  return balanceBytes > 0 ? 0 : Math.ceil(((1 - balanceBytes) * secondMs) / bucket.bytesPerSecond);
}

export function pay(bucket: TokenBucket, bytes: number, nowMs: number): TokenBucket {
  if (bucket.bytesPerSecond === 0) return bucket;
  const now = filled(bucket, nowMs);
  return { ...now, balanceBytes: now.balanceBytes - bytes };
}

/** Another limit from now on. A debt stays, but not more than a second of the new rate. */
export function changeRate(bucket: TokenBucket, bytesPerSecond: number, nowMs: number): TokenBucket {
  if (bucket.bytesPerSecond === 0 || bytesPerSecond === 0) return openBucket(bytesPerSecond, nowMs);
  const now = filled(bucket, nowMs);
  return { bytesPerSecond, balanceBytes: Math.min(bytesPerSecond, Math.max(-bytesPerSecond, now.balanceBytes)), atMs: nowMs };
}
