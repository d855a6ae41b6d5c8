import type { Clock } from '../environment.ts';

/** Times of the cloud's answer as the clock of this machine will show them, which may be wrong by a day. */
export function timesHere(clock: Pick<Clock, 'now'>, issuedAt: number): (at: number) => number {
  const aheadMs = clock.now() - issuedAt;
  return (at) => at + aheadMs;
}
