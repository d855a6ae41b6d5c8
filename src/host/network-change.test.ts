import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { onNetworkChange } from './network-change.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it('tells of another network, and of one after none; not of a network that went', () => {
  let addresses: readonly string[] = ['wlan0 192.168.1.7'];
  let changes = 0;
  const stop = onNetworkChange(
    () => (changes += 1),
    () => addresses,
  );
  const then = (...now: readonly string[]): number => {
    addresses = now;
    vi.advanceTimersByTime(10_000);
    return changes;
  };
  expect(then('wlan0 192.168.1.7')).toBe(0);
  expect(then()).toBe(0);
  expect(then('wlan0 192.168.1.7')).toBe(1);
  expect(then('wlan0 10.0.0.3')).toBe(2);
  stop();
  expect(then('eth0 10.0.0.4')).toBe(2);
});

it('reads the addresses of this machine', () => {
  const stop = onNetworkChange(() => expect.unreachable());
  vi.advanceTimersByTime(10_000);
  stop();
});
