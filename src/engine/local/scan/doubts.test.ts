import { describe, expect, it } from 'vitest';
import { DoubtKeeper, type Doubts, LONGEST_DOUBT_MS, LONGEST_HIDING_MS, NO_DOUBTS } from './doubts.ts';
import { QUIET_MS } from './quiet.ts';

const id = '1'.repeat(32);
const now = Date.UTC(2026, 2, 1);
const after = ({ kept }: DoubtKeeper, strangers: Doubts['strangers'] = new Map()): Pick<Doubts, 'missed' | 'strangers'> => ({
  missed: kept,
  strangers,
});

describe('an item that a disturbed look missed', () => {
  it('is in doubt for some seconds', () => {
    const first = new DoubtKeeper(NO_DOUBTS, true, false);
    expect(first.hasDoubt(id, now)).toBe(true);
    expect(new DoubtKeeper(after(first), true, false).hasDoubt(id, now + LONGEST_DOUBT_MS - 1)).toBe(true);
    expect(new DoubtKeeper(after(first), true, false).hasDoubt(id, now + LONGEST_DOUBT_MS)).toBe(false);
  });

  it('is in doubt no less where the clock is set back meanwhile, and no longer', () => {
    const first = new DoubtKeeper(NO_DOUBTS, true, false);
    first.hasDoubt(id, now);
    const second = new DoubtKeeper(after(first), true, false);
    expect(second.hasDoubt(id, now - 3_600_000)).toBe(true);
    expect(new DoubtKeeper(after(second), true, false).hasDoubt(id, now - 3_600_000 + LONGEST_DOUBT_MS)).toBe(false);
  });

  it('is in doubt for as long as a name that came with its going cannot be looked at, but not for ever', () => {
    const first = new DoubtKeeper(NO_DOUBTS, true, false);
    first.hasDoubt(id, now);
    const isInDoubt = (cameAt: number, at: number): boolean =>
      new DoubtKeeper(after(first, new Map([['d/e', cameAt]])), true, false).hasDoubt(id, at);
    expect(isInDoubt(now, now + LONGEST_HIDING_MS - 1)).toBe(true);
    expect(isInDoubt(now + 3000, now + LONGEST_HIDING_MS - 1), 'it was moved on').toBe(true);
    expect(isInDoubt(now, now + LONGEST_HIDING_MS)).toBe(false);
    expect(isInDoubt(now - LONGEST_DOUBT_MS - 1, now + LONGEST_DOUBT_MS), 'it was there before').toBe(false);
    expect(isInDoubt(Number.NEGATIVE_INFINITY, now + LONGEST_DOUBT_MS)).toBe(false);
  });

  it('without a time that tells is missed by one more look', () => {
    const first = new DoubtKeeper(NO_DOUBTS, false, false);
    expect(first.hasDoubt(id, now, true)).toBe(true);
    expect(new DoubtKeeper(after(first), false, false).hasDoubt(id, now - 1, true)).toBe(true);
    expect(new DoubtKeeper(after(first), false, false).hasDoubt(id, now + QUIET_MS, true)).toBe(false);
  });
});
