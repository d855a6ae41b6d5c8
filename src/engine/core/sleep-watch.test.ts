import { describe, expect, it } from 'vitest';
import { dayMs, hourMs, secondMs } from '../../base/index.ts';
import type { Clock } from '../environment.ts';
import { FakeClock } from '../fakes/index.ts';
import { watchForSleep } from './sleep-watch.ts';

/** A clock whose timers come when the test says so, however late. */
class LateClock implements Clock {
  wall = 1000;
  passed = 0;
  waiting: (() => void) | undefined;
  now = (): number => this.wall;
  monotonic = (): number => this.passed;
  sleep = (): Promise<void> => Promise.reject(new Error('nobody sleeps here'));
  timer = (_ms: number, callback: () => void): (() => void) => {
    this.waiting = callback;
    return () => (this.waiting = undefined);
  };
  fire(passedMs: number, wallMs: number): void {
    this.passed += passedMs;
    this.wall += wallMs;
    this.waiting?.();
  }
}

describe('a process that stood still', () => {
  it('is noticed by a timer that comes much too late, and by a wall clock that ran ahead', () => {
    const clock = new LateClock();
    let wakes = 0;
    const stop = watchForSleep(clock, () => (wakes += 1));
    clock.fire(30 * secondMs, 30 * secondMs);
    clock.fire(45 * secondMs, 45 * secondMs);
    expect(wakes, 'a busy machine').toBe(0);
    clock.fire(8 * hourMs, 8 * hourMs);
    expect(wakes, 'a clock that goes on in sleep').toBe(1);
    clock.fire(30 * secondMs, 8 * hourMs);
    expect(wakes, 'a clock that stands still in sleep').toBe(2);
    clock.fire(30 * secondMs, -dayMs);
    clock.fire(30 * secondMs, 31 * secondMs);
    expect(wakes, 'a wall clock that was set back').toBe(2);
    stop();
    expect(clock.waiting).toBeUndefined();
  });

  it('is not seen where all goes its way, and leaves one timer only', async () => {
    const clock = new FakeClock();
    let wakes = 0;
    const stop = watchForSleep(clock, () => (wakes += 1));
    await clock.advance(hourMs);
    expect(wakes).toBe(0);
    expect(clock.pending).toHaveLength(1);
    stop();
    expect(clock.pending).toHaveLength(0);
  });
});
