import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { mutated } from './mutate.ts';
import { MUTANTS } from './mutants.ts';
import { runTasks, type TaskResult } from './tasks.ts';

describe('mutants', () => {
  it('are many, each with a name of its own', () => {
    expect(MUTANTS.length).toBeGreaterThanOrEqual(25);
    expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
  });

  it.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))('%s changes one place that is still there', (_, mutant) => {
    const source = readFileSync(new URL(`../${mutant.file}`, import.meta.url), 'utf8');
    expect(mutated(source, mutant)).not.toBe(source);
  });

  it('are refused when their place is not there, or is there twice', () => {
    const mutant = { name: 'm', file: 'f.ts', find: 'a', replace: 'b', why: '' };
    expect(() => mutated('xyz', mutant)).toThrow('0 times in f.ts');
    expect(() => mutated('aya', mutant)).toThrow('2 times in f.ts');
  });

  it('are in the engine when a history is lived through with one', async () => {
    const results: TaskResult[] = [];
    const tasks = [{ seed: 1, steps: 24, watch: false, lines: 0 }];
    await runTasks({ jobs: 1, mutant: 'blocks-never-sent', next: () => tasks.pop(), onResult: (result) => results.push(result) });
    expect(results[0]?.violations).not.toEqual([]);
  });
});
