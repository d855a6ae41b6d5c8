import type { FileStat } from '../../model/index.ts';

/** A file younger than this, in ms, may still be in the middle of being written (SYNC-SPEC 10). */
export const QUIET_MS = 100;

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
