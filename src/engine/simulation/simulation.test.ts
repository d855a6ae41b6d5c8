import { describe, expect, it } from 'vitest';
import { type HistoryOptions, runHistory } from './history.ts';
import { KEPT } from './seeds.ts';

/** Histories of every run, from seed 1 on. */
const FIXED = 60;
const STEPS = 24;

const named = ({ seed, devices, steps }: HistoryOptions): string =>
  [`--from ${seed} --seeds 1`, devices === undefined ? [] : `--devices ${devices}`, steps === undefined ? [] : `--steps ${steps}`]
    .flat()
    .join(' ');

async function expectWell(options: HistoryOptions): Promise<void> {
  const { violations, trace } = await runHistory(options);
  const end = trace.filter((line) => !/ > (wait|delta)$/.test(line)).slice(-30);
  expect(violations, `npm run simulate -- ${named(options)}\n${end.join('\n')}`).toEqual([]);
}

describe('whole engines on fakes', () => {
  it('live through the same history again with the same seed', async () => {
    for (const seed of [7, 21]) {
      const once = await runHistory({ seed });
      const again = await runHistory({ seed });
      expect(again.trace).toEqual(once.trace);
      expect(again.digest).toBe(once.digest);
      expect(once.trace.length).toBeGreaterThan(500);
    }
  });

  it.each(KEPT.map((options) => [named(options), options] as const))('%s', async (_, options) => {
    await expectWell(options);
  });

  it.each(Array.from({ length: FIXED }, (_, index) => index + 1))('come to rest, agree and lose nothing: seed %i', async (seed) => {
    await expectWell({ seed, steps: STEPS });
  });
});
