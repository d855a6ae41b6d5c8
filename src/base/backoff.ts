/**
 * Exponential backoff with full jitter (Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
 * @param attempt number of failures so far, from 1
 * @param random uniform in [0, 1)
 * @returns the wait in milliseconds, at least `baseMs / 2` so that nothing spins
 */
export function backoffMs(attempt: number, random: number, baseMs = 1000, capMs = 300_000): number {
  const ceiling = Math.min(capMs, baseMs * 2 ** Math.min(attempt - 1, 30));
  return Math.round(Math.max(baseMs / 2, random * ceiling));
}
