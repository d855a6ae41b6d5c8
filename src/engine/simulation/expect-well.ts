import { expect } from 'vitest';
import { type HistoryOptions, runHistory } from './history.ts';
import { replayWords } from './shape.ts';

/** Lives through a history; a failure shows what happened last, and the words that replay it. */
export async function expectWell(options: HistoryOptions): Promise<void> {
  const { violations, trace } = await runHistory(options);
  const end = trace.filter((line) => !/ > (wait|delta)$/.test(line)).slice(-30);
  expect(violations, `${replayWords(options.seed, options)}\n${end.join('\n')}`).toEqual([]);
}

/** Histories of every run, in two files so that two workers share them: half of the seeds each, small ones and a few long ones. */
export function seedsOf(half: 0 | 1): readonly HistoryOptions[] {
  const take = (from: number, count: number, shape: Omit<HistoryOptions, 'seed'>): HistoryOptions[] =>
    Array.from({ length: count }, (_, index) => ({ seed: from + index * 2 + half, ...shape }));
  return [...take(1, 120, { steps: 24 }), ...take(1001, 25, { steps: 64 }), ...take(2001, 8, { devices: 3, steps: 200 })];
}
