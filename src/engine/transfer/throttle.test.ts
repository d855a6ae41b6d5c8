import { describe, expect, it } from 'vitest';
import { KiB, MiB } from '../../base/index.ts';
import { TidemarkError } from '../../contract/index.ts';
import { FakeClock } from '../fakes/clock.ts';
import { SeededRandom } from '../fakes/random.ts';
import { type AdaptiveLimit, afterAnswer, afterOverload, initialLimit } from './adaptive-limit.ts';
import { createThrottle } from './throttle.ts';
import { bucketWaitMs, changeRate, openBucket, pay } from './token-bucket.ts';

const bounds = { min: 1, max: 8, start: 4 };
const times = (state: AdaptiveLimit, count: number, step: (state: AdaptiveLimit) => AdaptiveLimit): AdaptiveLimit => {
  for (let n = 0; n < count; n += 1) state = step(state);
  return state;
};

describe('how many at once', () => {
  it('rises by about one for each round of answers, up to the most', () => {
    const start = initialLimit(bounds);
    const round = times(start, 4, (state) => afterAnswer(state, 10, 0, bounds));
    expect(round.limit).toBeGreaterThan(4.8);
    expect(round.limit).toBeLessThanOrEqual(5);
    expect(times(round, 500, (state) => afterAnswer(state, 10, 0, bounds)).limit).toBe(8);
  });

  it('halves once for a burst of refusals, not once each, and never below one', () => {
    const start = initialLimit(bounds);
    expect(times(start, 4, (state) => afterOverload(state, bounds)).limit).toBe(2);
    expect(times(start, 100, (state) => afterOverload(state, bounds)).limit).toBe(1);
  });

  it('falls when requests begin to wait for each other, whatever their size', () => {
    const calm = times(initialLimit(bounds), 50, (state) => afterAnswer(state, 100, MiB, bounds));
    expect(times(calm, 30, (state) => afterAnswer(state, 200, 2 * MiB, bounds)).limit).toBe(8);
    expect(times(calm, 12, (state) => afterAnswer(state, 900, MiB, bounds)).limit).toBeLessThan(7);
  });
});

describe('bandwidth', () => {
  it('lets a large request go and makes the next one wait for it', () => {
    let bucket = openBucket(100 * KiB, 0);
    expect(bucketWaitMs(bucket, 0)).toBe(0);
    bucket = pay(bucket, 1100 * KiB, 0);
    expect(bucketWaitMs(bucket, 0)).toBeGreaterThanOrEqual(10_000);
    expect(bucketWaitMs(bucket, 0)).toBeLessThan(10_010);
    expect(bucketWaitMs(bucket, 10_001)).toBe(0);
    expect(bucketWaitMs(changeRate(bucket, 0, 0), 0)).toBe(0);
  });

  it('saves up no more than a second', () => {
    const bucket = pay(openBucket(100, 0), 150, 60_000);
    expect(bucketWaitMs(bucket, 60_000)).toBeGreaterThan(400);
  });

  it('keeps to the limit over time, and a change counts at once for those who wait', async () => {
    const clock = new FakeClock();
    const throttle = createThrottle({ clock, random: new SeededRandom(1) });
    throttle.setLimits({ uploadKiBps: 100, downloadKiBps: 0 });
    let sent = 0;
    const all = Promise.all(Array.from({ length: 30 }, () => throttle.request('up', 100 * KiB, () => Promise.resolve(void (sent += 1)))));
    await clock.advance(10_000);
    expect(sent).toBeGreaterThanOrEqual(9);
    expect(sent).toBeLessThanOrEqual(13);
    await throttle.request('down', 100 * MiB, () => Promise.resolve());
    throttle.setLimits({ uploadKiBps: 0, downloadKiBps: 0 });
    await clock.advance(0);
    await all;
    expect(sent).toBe(30);
    expect(clock.pending).toEqual([]);
  });

  it('makes requests as small as a slow line wants them', () => {
    const throttle = createThrottle({ clock: new FakeClock(), random: new SeededRandom(1) });
    const free = throttle.packBytes('up');
    throttle.setLimits({ uploadKiBps: 100, downloadKiBps: 0 });
    expect(throttle.packBytes('up')).toBeLessThan(free);
  });
});

describe('faults', () => {
  const world = () => {
    const clock = new FakeClock();
    return { clock, throttle: createThrottle({ clock, random: new SeededRandom(1) }) };
  };

  it('does as the cloud says: nobody sends before Retry-After is over', async () => {
    const { clock, throttle } = world();
    const startedAt: number[] = [];
    const request = () => {
      startedAt.push(clock.monotonic());
      return startedAt.length === 1 ? Promise.reject(new TidemarkError('rate_limited', { retryAfterMs: 30_000 })) : Promise.resolve('done');
    };
    const first = throttle.request('up', 0, request);
    await clock.advance(1);
    expect(throttle.pause()).toMatchObject({ remainingMs: 29_999 });
    const others = [throttle.request('down', 0, request), throttle.request('control', 0, request)];
    await clock.advance(29_998);
    expect(startedAt).toEqual([0]);
    await clock.advance(1);
    expect(await Promise.all([first, ...others])).toEqual(['done', 'done', 'done']);
    expect(startedAt).toEqual([0, 30_000, 30_000, 30_000]);
    expect(throttle.pause()).toBeNull();
  });

  it('tells its callers of a pause that is too long to sit out', async () => {
    const { clock, throttle } = world();
    const refused = throttle.request('up', 0, () => Promise.reject(new TidemarkError('cloud_unavailable', { retryAfterMs: 3_600_000 })));
    await expect(refused).rejects.toMatchObject({ code: 'cloud_unavailable' });
    let asked = false;
    const next = throttle.request('down', 0, () => Promise.resolve((asked = true)));
    await expect(next).rejects.toMatchObject({ code: 'cloud_unavailable', params: { retryAfterMs: 3_600_000 } });
    expect(asked).toBe(false);
    expect(clock.pending).toEqual([]);
  });

  it('tries five times with growing waits, and never for what trying cannot mend', async () => {
    const { clock, throttle } = world();
    const tries: number[] = [];
    const failing = (error: Error) =>
      throttle.request('up', 0, () => {
        tries.push(clock.monotonic());
        return Promise.reject(error);
      });
    const lost = failing(new TidemarkError('cloud_unreachable'));
    lost.catch(() => undefined);
    await clock.advance(120_000);
    await expect(lost).rejects.toMatchObject({ code: 'cloud_unreachable' });
    expect(tries).toHaveLength(5);
    expect(throttle.concurrency('up')).toBe(1);
    for (const error of [new TidemarkError('session_expired'), new TidemarkError('quota_exceeded'), new TypeError('a bug')]) {
      tries.length = 0;
      await expect(failing(error)).rejects.toBe(error);
      expect(tries).toHaveLength(1);
    }
  });

  it('gives back the place of whoever is aborted, waiting or asleep', async () => {
    const { clock, throttle } = world();
    const controller = new AbortController();
    const stuck = Array.from({ length: 20 }, () =>
      throttle.request('up', 0, () => Promise.reject(new TidemarkError('cloud_unreachable')), controller.signal),
    );
    for (const promise of stuck) promise.catch(() => undefined);
    await clock.advance(1);
    controller.abort();
    for (const promise of stuck) await expect(promise).rejects.toMatchObject({ code: 'aborted' });
    expect(clock.pending).toEqual([]);
    expect(await throttle.request('up', 0, () => Promise.resolve('free'))).toBe('free');
  });
});
