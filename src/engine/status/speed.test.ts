import { describe, expect, it } from 'vitest';
import { Speed } from './speed.ts';

/** `bytes` every 100 ms, from `from` up to `to`. */
function steady(speed: Speed, from: number, to: number, bytes: number): void {
  for (let at = from; at <= to; at += 100) speed.add(bytes, at);
}

describe('speed', () => {
  it('of a steady stream is that of the stream', () => {
    const speed = new Speed();
    steady(speed, 1000, 11_000, 1000);
    expect(speed.bytesPerSecond(11_000) / 10_000).toBeCloseTo(1, 1);
  });

  it('follows a change within five seconds', () => {
    const speed = new Speed();
    steady(speed, 0, 10_000, 1000);
    steady(speed, 10_100, 15_100, 100);
    expect(speed.bytesPerSecond(15_100) / 1000).toBeCloseTo(1, 0);
  });

  it('falls to nothing when nothing moves, and does not average a new start with the rest before', () => {
    const speed = new Speed();
    steady(speed, 0, 1000, 1000);
    expect(speed.bytesPerSecond(3000)).toBeLessThan(6000);
    expect(speed.bytesPerSecond(7000)).toBe(0);
    steady(speed, 60_000, 61_000, 1000);
    expect(speed.bytesPerSecond(61_000)).toBeGreaterThan(9000);
  });

  it('does not shout about the first block', () => {
    const speed = new Speed();
    speed.add(1_000_000, 50);
    expect(speed.bytesPerSecond(51)).toBeLessThanOrEqual(2_000_000);
    expect(speed.bytesPerSecond(50)).toBeGreaterThan(0);
  });

  it('is finite and not negative with a clock that steps back', () => {
    const speed = new Speed();
    speed.add(1000, 5000);
    speed.add(1000, 2000);
    expect(speed.bytesPerSecond(2000)).toBe(4000);
  });
});
