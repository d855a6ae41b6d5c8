import { secondMs } from '../../../base/index.ts';
import type { FileStat } from '../../model/index.ts';

/** A file younger than this, in ms, may still be in the middle of being written (SYNC-SPEC 10). */
export const QUIET_MS = 100;
/**
 * The same while an office program has it open, in ms: saving a large document over the network pauses for seconds. What was
 * saved must not wait until the program is closed, though: that may be tomorrow, or after the computer is gone.
 */
export const OPEN_QUIET_MS = 10 * secondMs;

/**
 * For how long, in ms, the file may still be in the middle of being written, as seen at `now` (wall clock, ms); 0 when it is
 * quiet. A time in the future says nothing: such a file would otherwise wait until then, or for ever.
 */
export function unquietMs(stat: Pick<FileStat, 'mtimeNs' | 'ctimeNs'>, now: number, quietMs = QUIET_MS): number {
  const waits = [stat.mtimeNs, stat.ctimeNs].map((ns) => {
    const ageMs = now - Number(BigInt(ns) / 1_000_000n);
    return ageMs < 0 ? 0 : Math.max(0, quietMs - ageMs);
  });
  return Math.max(...waits);
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
