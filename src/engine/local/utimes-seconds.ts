/**
 * Milliseconds as the seconds that utimes takes. A double cannot hold most milliseconds of today exactly and libuv cuts
 * off, so that 123 ms would come back as 122; one microsecond more keeps the millisecond.
 */
export const utimesSeconds = (ms: number): number => (ms + 0.001) / 1000;
