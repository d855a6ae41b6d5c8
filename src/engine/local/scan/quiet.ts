import { secondMs } from '../../../base/index.ts';
import type { FileStat } from '../../model/index.ts';

/** A file younger than this, in ms, may still be in the middle of being written (SYNC-SPEC 10). */
export const QUIET_MS = 100;
/**
 * So long, in ms, a document that an office program has open has to stay as it is: saving a large one over the network pauses
 * for seconds. What was saved must not wait until it is closed, though: that may be tomorrow, or after the computer is gone.
 */
export const OPEN_QUIET_MS = 10 * secondMs;

/**
 * True when the file has not changed for QUIET_MS before `now` (wall clock, ms). A time in the future says nothing: such
 * a file would otherwise wait until then, or for ever.
 */
export function isQuiet(stat: Pick<FileStat, 'mtimeNs' | 'ctimeNs'>, now: number): boolean {
  return [stat.mtimeNs, stat.ctimeNs].every((ns) => {
    const ageMs = now - Number(BigInt(ns) / 1_000_000n);
    return ageMs < 0 || ageMs >= QUIET_MS;
  });
}

/** Clocks of file systems go by the tick of the kernel, up to 10 ms behind. */
const CLOCK_TICK_MS = 20;
/** A folder time further ahead than this is of another clock and says nothing. */
const OTHER_CLOCK_MS = 1000;

interface FolderTimes {
  readonly changedMs: number | null;
  readonly lookedAt: number;
}

/** The clock was set back, or is that of a server. */
export const isOfOtherClock = ({ changedMs, lookedAt }: FolderTimes): boolean =>
  changedMs !== null && changedMs > lookedAt + OTHER_CLOCK_MS;

/**
 * What left a folder during the look may have gone to one that had been read by then, and be in neither. What left
 * before the look began is seen wherever it went, unless it goes on from there.
 */
export function changedDuring(times: FolderTimes, startedAt: number): boolean {
  if (times.changedMs === null) return true;
  return times.changedMs >= startedAt - CLOCK_TICK_MS && !isOfOtherClock(times);
}
