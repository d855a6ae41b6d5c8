import { minuteMs } from '../../base/index.ts';

/** Two windows of one client may refresh at the same moment. */
export const REFRESH_GRACE_MS = minuteMs;

/** Times of a refresh token and of the one it was given for. null: not yet. */
export interface RefreshHistory {
  readonly usedAt: number | null;
  /** When the first token given for this one was used. */
  readonly spentAt: number | null;
  readonly parentSpentAt: number | null;
}

/**
 * Whether a refresh token may be used (RFC 9700, 4.14.2: rotation detects theft). The answer to a refresh can get lost, so
 * a token may be used again until one of its successors was; from then on using it, or a successor that was passed
 * over, means that two parties hold the family.
 */
export function mayRefresh(history: RefreshHistory, now: number): boolean {
  const settledAt = history.usedAt === null ? history.parentSpentAt : history.spentAt;
  return settledAt === null || now - settledAt <= REFRESH_GRACE_MS;
}
