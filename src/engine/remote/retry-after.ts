import { dayMs, secondMs } from '../../base/index.ts';

/**
 * `Retry-After` (RFC 9110, 10.2.3): seconds or an HTTP date.
 * @returns milliseconds from `nowMs`, at most a day (a cloud must not be able to stop us for ever); undefined when absent or unreadable
 */
export function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  const wait = /^\d+$/.test(text) ? Number(text) * secondMs : Date.parse(text) - nowMs;
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(wait, 0), dayMs);
}
