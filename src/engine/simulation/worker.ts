import { applyMutant } from './mutate.ts';
import { mutantNamed } from './mutants.ts';
import type { Task, TaskResult } from './tasks.ts';

/**
 * One process of a long run: lives through the histories that it is given, one after the other. What is thrown where nobody
 * listens counts as a failure of the history under way.
 */
const mutant = process.argv[2];
if (mutant !== undefined) applyMutant(mutantNamed(mutant));
// Only now: a mutant has to be there before the engine is loaded.
const { runHistory } = await import('./history.ts');

let unhandled: string[] = [];
process.on('unhandledRejection', (error) => {
  unhandled.push(`unhandled rejection: ${error instanceof Error ? (error.stack ?? '') : String(error)}`);
});

process.on('message', (task: Task) => {
  void live(task);
});

async function live({ seed, devices, steps, watch, lines, untilWrong }: Task): Promise<void> {
  unhandled = [];
  const { violations, digest, trace, turns } = await runHistory({ seed, devices, steps, watch, untilWrong });
  const all = [...violations, ...unhandled].slice(0, 20);
  const result: TaskResult = {
    seed,
    violations: all,
    digest,
    turns,
    trace: all.length === 0 ? [] : trace.slice(Math.max(0, trace.length - lines)),
  };
  process.send?.(result);
}

// Whoever gave the histories is gone.
process.on('disconnect', () => {
  process.exit();
});
