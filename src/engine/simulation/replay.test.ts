import { describe, expect, it } from 'vitest';
import { runHistory } from './history.ts';
import { runTasks, type TaskResult } from './tasks.ts';

describe('a seed', () => {
  it('gives the same history again', async () => {
    for (const seed of [7, 21]) {
      const once = await runHistory({ seed });
      const again = await runHistory({ seed });
      expect(again.trace).toEqual(once.trace);
      expect(again.digest).toBe(once.digest);
      expect(once.trace.length).toBeGreaterThan(500);
    }
  });

  it('gives the same history in another process', async () => {
    const here = await runHistory({ seed: 7, steps: 24 });
    const there: TaskResult[] = [];
    const tasks = [{ seed: 7, steps: 24, watch: false, untilWrong: false, lines: 0 }];
    await runTasks({ jobs: 1, next: () => tasks.pop(), onResult: (result) => there.push(result) });
    expect(there.map(({ seed, digest, turns }) => ({ seed, digest, turns }))).toEqual([
      { seed: 7, digest: here.digest, turns: here.turns },
    ]);
  });
});
