import { InvalidArgumentError } from 'commander';
import { TidemarkError } from '../contract/index.ts';
import { hourMs, minuteMs } from '../base/index.ts';

/** `tomorrow` begins when people do, not at midnight. */
const MORNING_HOUR = 8;

/** When a pause of `30m`, `8h` or `tomorrow` ends, in ms since 1970. Throws usage. */
export function pauseUntil(text: string, now: Date): number {
  if (text === 'tomorrow') return new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1, MORNING_HOUR).getTime();
  const match = /^(\d{1,4})(m|h)$/.exec(text);
  const amount = Number(match?.[1]);
  if (match === null || amount === 0) throw new TidemarkError('usage', { detail: '--for is a time like 30m, 1h, 8h, or tomorrow' });
  return now.getTime() + amount * (match[2] === 'h' ? hourMs : minuteMs);
}

/** A number of seconds from an argument. */
export function seconds(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0 || value > 1e6 || text.trim() === '')
    throw new InvalidArgumentError('It is a number of seconds.');
  return value;
}

/** A TCP port from an argument; 0 takes a free one. */
export function portNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535 || text.trim() === '')
    throw new InvalidArgumentError('It is a port, 0 to 65535.');
  return value;
}
