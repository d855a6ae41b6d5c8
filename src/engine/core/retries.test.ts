import { beforeEach, describe, expect, it } from 'vitest';
import { minuteMs, secondMs } from '../../base/index.ts';
import type { ErrorCode, ErrorData } from '../../contract/index.ts';
import { FakeClock } from '../fakes/index.ts';
import { Retries } from './retries.ts';

const error = (code: ErrorCode): ErrorData => ({ code, params: {} });
const RETRY = error('disk_failed');

let clock: FakeClock;
let due: string[][];
let retries: Retries;

beforeEach(() => {
  clock = new FakeClock();
  due = [];
  // The upper end of the jitter, so that waits are the ceiling of each attempt.
  const random = { next: () => 1 - 2 ** -32, id: () => '' };
  retries = new Retries(clock, random, (ids) => due.push([...ids]));
});

describe('a failed item', () => {
  it('waits longer with every attempt, up to five minutes', () => {
    const waits = Array.from({ length: 12 }, () => retries.failed('a', RETRY));
    expect(waits.map(({ attempts }) => attempts)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(waits.map(({ waitMs }) => (waitMs ?? 0) / secondMs)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]);
  });

  it.each([
    ['disk_failed', secondMs],
    ['revision_mismatch', secondMs],
    ['disk_full', minuteMs],
    ['no_permission', 10 * minuteMs],
    ['name_invalid', null],
    ['invalid_request', null],
  ] as const)('%s is tried again after %s ms', (code, waitMs) => {
    expect(retries.failed('a', error(code))).toEqual({ attempts: 1, waitMs });
    expect(retries.isWaiting('a')).toBe(true);
    expect(clock.pending).toEqual(waitMs === null ? [] : [waitMs]);
  });

  it('is due when its time has come, not before', async () => {
    retries.failed('a', RETRY);
    await clock.advance(secondMs - 1);
    expect([due, retries.isWaiting('a')]).toEqual([[], true]);
    await clock.advance(1);
    expect([due, retries.isWaiting('a')]).toEqual([[['a']], false]);
  });

  it('keeps count until it changes or succeeds', async () => {
    retries.failed('a', RETRY);
    await clock.advance(secondMs);
    expect(retries.failed('a', RETRY)).toEqual({ attempts: 2, waitMs: 2 * secondMs });
    retries.clear('a');
    expect(retries.isWaiting('a')).toBe(false);
    expect(retries.failed('a', RETRY)).toEqual({ attempts: 1, waitMs: secondMs });
  });

  it('that only a person can help is tried again when asked', () => {
    retries.failed('a', error('name_invalid'));
    retries.failed('b', RETRY);
    retries.clearAll();
    expect(due).toEqual([['a', 'b']]);
    expect([retries.isWaiting('a'), retries.isWaiting('b'), retries.size]).toEqual([false, false, 0]);
  });

  it('is not held back by a wall clock that jumps', async () => {
    retries.failed('a', RETRY);
    clock.setWallClock(0);
    await clock.advance(secondMs);
    expect(due).toEqual([['a']]);
  });
});

describe('many', () => {
  it('are not forgotten when another one fails while their timer is late', async () => {
    retries.failed('late', RETRY);
    clock.lag(secondMs + 1);
    expect(retries.soon(10 * secondMs), 'it is still to be told of').toBe(true);
    retries.failed('other', RETRY);
    await clock.advance(1);
    expect(due).toEqual([['late']]);
    expect(retries.soon(secondMs - 2), 'it is being tried').toBe(false);
  });

  it('share one timer, that of the soonest', async () => {
    retries.failed('late', error('no_permission'));
    retries.failed('never', error('name_invalid'));
    retries.failed('soon', RETRY);
    expect(clock.pending).toEqual([secondMs]);
    await clock.advance(secondMs);
    expect(due).toEqual([['soon']]);
    expect(clock.pending).toEqual([10 * minuteMs - secondMs]);
  });

  it('leave no timer when stopped', () => {
    retries.failed('a', RETRY);
    retries.stop();
    expect(clock.pending).toEqual([]);
  });
});

describe('worth waiting for', () => {
  it('is what is tried again soon and has not failed often', async () => {
    expect(retries.soon(10 * secondMs)).toBe(false);
    retries.failed('a', RETRY);
    expect([retries.soon(secondMs), retries.soon(secondMs - 1)]).toEqual([true, false]);
    await clock.advance(secondMs);
    expect(retries.soon(10 * secondMs), 'it is being tried').toBe(false);
    for (let more = 2; more <= 4; more += 1) retries.failed('a', RETRY);
    expect(retries.soon(minuteMs), 'it failed four times').toBe(false);
  });

  it('is not what waits for something else, or for nothing', () => {
    retries.failed('a', error('disk_full'));
    retries.failed('b', error('name_invalid'));
    expect(retries.soon(10 * secondMs)).toBe(false);
  });
});

describe('an item that is planned again and again', () => {
  it('rests after fifty plans that came to nothing', () => {
    const told = Array.from({ length: 100 }, () => retries.churned('a'));
    expect(told.flatMap((rest, index) => (rest ? [index + 1] : []))).toEqual([50, 100]);
  });

  it('is left alone for longer and longer before, for more than an open document is waited for in all', () => {
    const pauses = Array.from({ length: 49 }, () => {
      retries.churned('a');
      return retries.churnPauseMs('a');
    });
    expect(pauses.slice(0, 5)).toEqual([0, 0, 0, 40, 50]);
    expect(pauses.reduce((sum, pauseMs) => sum + pauseMs, 0)).toBeGreaterThan(10 * secondMs);
    retries.clear('a');
    expect(retries.churnPauseMs('a')).toBe(0);
  });

  it('begins anew when it changes or succeeds', () => {
    for (let plans = 0; plans < 49; plans += 1) retries.churned('a');
    retries.clear('a');
    expect(retries.churned('a')).toBe(false);
    expect(retries.churned('b')).toBe(false);
  });
});
