import { readFileSync } from 'node:fs';
import { seedOfLateNames } from './habits.ts';
import { Killers } from './killers.ts';
import { mutated } from './mutate.ts';
import { editsOf, mutantNamed, MUTANTS } from './mutants.ts';
import { type SceneName, seedOfScene } from './scenes/index.ts';
import { replayWords } from './shape.ts';
import { runTasks, type Task, type TaskResult } from './tasks.ts';

/** Within so many histories each mistake has to show. */
export const MOST_HISTORIES = 500;
/** How big the histories are that mutants live through. */
export const MUTANT_SHAPE = { steps: 60 };

export interface HuntOptions {
  readonly jobs: number;
  readonly most: number;
  readonly say: (line: string) => void;
}

/**
 * Lives through histories with a mistake in the engine, one mistake at a time, until one of them shows it. Answers the
 * number of those that none showed. @param names which; all when empty
 */
export async function huntMutants(names: readonly string[], { jobs, most, say }: HuntOptions): Promise<number> {
  let survived = 0;
  const mutants = names.length === 0 ? MUTANTS : names.map(mutantNamed);
  // Said at once, and not taken for a history that failed.
  for (const edit of mutants.flatMap(editsOf)) mutated(readFileSync(new URL(`../${edit.file}`, import.meta.url), 'utf8'), edit);
  const killers = new Killers();
  const sound = new Map<number, boolean>();
  for (const { name, why, scene, late } of mutants) {
    const startedMs = performance.now();
    const { killer, lived } = await findKiller(name, seedsFor(killers.of(name), scene, late === true, most), jobs, sound);
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
    if (killer === undefined) {
      survived += 1;
      say(`SURVIVED ${name} (${why}), ${lived} histories, ${seconds} s`);
    } else {
      killers.set(name, killer.seed);
      say(`killed ${name} by seed ${killer.seed}, ${lived} histories, ${seconds} s: ${firstLine(killer)}`);
    }
  }
  const unsound = [...sound].filter(([, isSound]) => !isSound).map(([seed]) => seed);
  if (unsound.length > 0) say(`not counted, since they fail without a mutant too: ${unsound.join(' ')}`);
  say(survived === 0 ? 'every mutant is killed' : `${survived} survived; histories as in: ${replayWords(1, MUTANT_SHAPE)}`);
  return survived;
}

/** The one that showed it last comes first, then those with the scene that it is of; of those half of all at most. */
function* seedsFor(known: number | undefined, scene: SceneName | undefined, late: boolean, most: number): Generator<number, undefined> {
  const scenes = scene === undefined ? [] : Array.from({ length: Math.floor(most / 2) }, (_, count) => seedOfScene(scene, count));
  const others = Array.from({ length: most - scenes.length }, (_, index) => (late ? seedOfLateNames(index) : index + 1));
  yield* new Set([...(known === undefined ? [] : [known]), ...scenes, ...others]);
  return undefined;
}

/** A history that fails without the mistake as well shows nothing. */
async function findKiller(
  mutant: string,
  seeds: Generator<number, undefined>,
  jobs: number,
  sound: Map<number, boolean>,
): Promise<{ readonly killer: TaskResult | undefined; readonly lived: number }> {
  let lived = 0;
  for (;;) {
    const failed: TaskResult[] = [];
    const seen = { end: false };
    await runTasks({
      jobs,
      mutant,
      next: () => {
        const seed = failed.length > 0 ? undefined : seeds.next().value;
        if (seed === undefined && failed.length === 0) seen.end = true;
        return seed === undefined ? undefined : taskOf(seed);
      },
      onResult: (result) => {
        lived += 1;
        if (result.violations.length > 0) failed.push(result);
      },
    });
    for (const result of failed.sort((a, b) => a.seed - b.seed)) {
      if (!sound.has(result.seed)) sound.set(result.seed, await isWell(result.seed));
      if (sound.get(result.seed) === true) return { killer: result, lived };
    }
    if (seen.end) return { killer: undefined, lived };
  }
}

async function isWell(seed: number): Promise<boolean> {
  const { violations } = await liveThrough(seed);
  return violations.length === 0;
}

/** One history in a process of its own, with the mistake in the engine or without. */
export async function liveThrough(seed: number, mutant?: string): Promise<TaskResult> {
  const tasks = [taskOf(seed)];
  const results: TaskResult[] = [];
  await runTasks({ jobs: 1, mutant, next: () => tasks.pop(), onResult: (result) => results.push(result) });
  const [result] = results;
  if (result === undefined) throw new Error('a history had no result');
  return result;
}

const taskOf = (seed: number): Task => ({ seed, ...MUTANT_SHAPE, watch: false, untilWrong: true, lines: 0 });

const firstLine = ({ violations }: TaskResult): string => (violations[0] ?? '').split('\n', 1)[0]?.slice(0, 160) ?? '';
