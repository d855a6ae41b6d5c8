import { describe, expect, it } from 'vitest';
import { DoubtKeeper, LONGEST_DOUBT_MS } from './doubts.ts';
import { QUIET_MS } from './quiet.ts';

const id = '1'.repeat(32);
const now = Date.UTC(2026, 2, 1);

describe('an item that a disturbed look missed', () => {
  it('is in doubt for some seconds', () => {
    const first = new DoubtKeeper(new Map(), true, false);
    expect(first.hasDoubt(id, now)).toBe(true);
    expect(new DoubtKeeper(first.kept, true, false).hasDoubt(id, now + LONGEST_DOUBT_MS - 1)).toBe(true);
    expect(new DoubtKeeper(first.kept, true, false).hasDoubt(id, now + LONGEST_DOUBT_MS)).toBe(false);
  });

  it('is in doubt no less where the clock is set back meanwhile, and no longer', () => {
    const first = new DoubtKeeper(new Map(), true, false);
    first.hasDoubt(id, now);
    const second = new DoubtKeeper(first.kept, true, false);
    expect(second.hasDoubt(id, now - 3_600_000)).toBe(true);
    expect(new DoubtKeeper(second.kept, true, false).hasDoubt(id, now - 3_600_000 + LONGEST_DOUBT_MS)).toBe(false);
  });

  it('without a time that tells is missed by one more look', () => {
    const first = new DoubtKeeper(new Map(), false, false);
    expect(first.hasDoubt(id, now, true)).toBe(true);
    expect(new DoubtKeeper(first.kept, false, false).hasDoubt(id, now - 1, true)).toBe(true);
    expect(new DoubtKeeper(first.kept, false, false).hasDoubt(id, now + QUIET_MS, true)).toBe(false);
  });
});
