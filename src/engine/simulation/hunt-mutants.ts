import { readFileSync } from 'node:fs';
import { mutated } from './mutate.ts';
import { mutantNamed, MUTANTS } from './mutants.ts';
import { replayWords } from './shape.ts';
import { runTasks, type TaskResult } from './tasks.ts';

/** Within so many histories each mistake has to show. */
export const MOST_HISTORIES = 500;
const SHAPE = { steps: 60 };

/**
 * Lives through histories with a mistake in the engine, one mistake at a time, until one of them shows it. Answers the
 * number of those that none showed. @param names which; all when empty
 */
export async function huntMutants(
  names: readonly string[],
  { jobs, most, say }: { readonly jobs: number; readonly most: number; readonly say: (line: string) => void },
): Promise<number> {
  let survived = 0;
  const mutants = names.length === 0 ? MUTANTS : names.map(mutantNamed);
  // Said at once, and not taken for a history that failed.
  for (const mutant of mutants) mutated(readFileSync(new URL(`../${mutant.file}`, import.meta.url), 'utf8'), mutant);
  for (const { name, why } of mutants) {
    const startedMs = performance.now();
    const killer = await findKiller(name, jobs, most);
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
    if (killer === undefined) {
      survived += 1;
      say(`SURVIVED ${name} (${why}), ${most} histories, ${seconds} s`);
    } else {
      say(`killed ${name} by seed ${killer.seed}, ${seconds} s: ${(killer.violations[0] ?? '').split('\n', 1)[0]?.slice(0, 160)}`);
    }
  }
  say(survived === 0 ? 'every mutant is killed' : `${survived} survived; histories as in: ${replayWords(1, SHAPE)}`);
  return survived;
}

async function findKiller(mutant: string, jobs: number, most: number): Promise<TaskResult | undefined> {
  let seed = 0;
  let killer: TaskResult | undefined;
  await runTasks({
    jobs,
    mutant,
    next: () => {
      if (killer !== undefined || seed >= most) return undefined;
      seed += 1;
      return { seed, ...SHAPE, watch: false, lines: 0 };
    },
    onResult: (result) => {
      if (result.violations.length > 0 && (killer === undefined || result.seed < killer.seed)) killer = result;
    },
  });
  return killer;
}
