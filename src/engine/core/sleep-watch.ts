import { type Disposer, secondMs } from '../../base/index.ts';
import type { Clock } from '../environment.ts';

const TICK_MS = 30 * secondMs;
/** Later than any busy machine lets a timer be. */
const LATE_MS = 30 * secondMs;

/**
 * Calls back when this process stood still for a while: the machine slept, or the process was stopped. Where the monotonic
 * clock goes on in sleep, a timer comes much too late; where it stands still, the wall clock runs ahead of it. A wall
 * clock that somebody set forward looks the same, and costs one look too many.
 */
export function watchForSleep(clock: Clock, onWake: () => void): Disposer {
  let cancel: Disposer = () => undefined;
  const arm = (): void => {
    const began = { monotonic: clock.monotonic(), wall: clock.now() };
    cancel = clock.timer(TICK_MS, () => {
      const passedMs = clock.monotonic() - began.monotonic;
      const wallMs = clock.now() - began.wall;
      const stood = passedMs > TICK_MS + LATE_MS || wallMs > passedMs + LATE_MS;
      arm();
      if (stood) onWake();
    });
  };
  arm();
  return () => {
    cancel();
  };
}
