import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { liveThrough } from './hunt-mutants.ts';
import { Killers } from './killers.ts';
import { mutated } from './mutate.ts';
import { editsOf, MUTANTS } from './mutants.ts';

/** A few, of different parts, that small histories show. */
const QUICKEST = [
  'blocks-never-sent',
  'edit-in-place-unseen',
  'edit-loses-to-delete-there',
  'both-edited-takes-theirs',
  'downloaded-without-sync',
];

describe('mutants', () => {
  it('are many, each with a name of its own', () => {
    expect(MUTANTS.length).toBeGreaterThanOrEqual(25);
    expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
  });

  it.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))('%s changes places that are still there', (_, mutant) => {
    for (const edit of editsOf(mutant)) {
      const source = readFileSync(new URL(`../${edit.file}`, import.meta.url), 'utf8');
      expect(mutated(source, edit)).not.toBe(source);
    }
  });

  it('are refused when their place is not there, or is there twice', () => {
    const edit = { file: 'f.ts', find: 'a', replace: 'b' };
    expect(() => mutated('xyz', edit)).toThrow('0 times in f.ts');
    expect(() => mutated('aya', edit)).toThrow('2 times in f.ts');
  });

  it('were shown by histories that are tried first', () => {
    const { names } = new Killers();
    expect(names.length).toBeGreaterThanOrEqual(20);
    for (const name of names) expect(MUTANTS.map((mutant) => mutant.name)).toContain(name);
  });

  it.each(QUICKEST)('%s shows in the history that is known to show it, which is well without it', async (name) => {
    const seed = new Killers().of(name) ?? 0;
    const shown = await liveThrough(seed, name);
    expect(shown.violations).not.toEqual([]);
    const { violations } = await liveThrough(seed);
    expect(violations).toEqual([]);
  });
});
