import { dayMs, hourMs, minuteMs } from '../../base/index.ts';

/** Replaced contents and deleted nodes stay at least this long, also when the account is full. */
export const HISTORY_MS = 30 * dayMs;
/** After this a client that was away has to read a snapshot. */
export const TOMBSTONE_MS = 90 * dayMs;
export const IDEMPOTENCY_MS = 30 * dayMs;
/** A block that was sent, or answered as present, waits this long for its commit. */
export const LEASE_MS = 24 * hourMs;
/** Leases are written anew only when this much of one is gone, so that asking again costs no write. */
export const LEASE_RENEW_MS = 1 * hourMs;
/** Between marking an unused block and removing it: readers that located it before have long ended. */
export const CONDEMNED_MS = 1 * hourMs;
/** An account without sign-in or sync. */
export const INACTIVE_MS = 180 * dayMs;
/** How exact `lastSeenAt` is. */
export const SEEN_MS = 5 * minuteMs;
