import { projectRoot } from '../lib/paths.ts';
import { run } from '../lib/run.ts';
import type { Step } from './steps.ts';

export interface StepResult {
  readonly name: string;
  readonly passed: boolean;
  readonly seconds: number;
}

/** Runs the steps, two at a time (the smallest machine has two cores), and prints what each failed one said. */
export async function runSteps(steps: readonly Step[]): Promise<readonly StepResult[]> {
  const results: StepResult[] = [];
  const queue = steps.values();
  const work = async (): Promise<void> => {
    for (const step of queue) {
      const began = performance.now();
      const outcome = await run(process.execPath, step.command, { cwd: projectRoot, env: { ...process.env, FORCE_COLOR: '0' } });
      const result = { name: step.name, passed: outcome.code === 0, seconds: (performance.now() - began) / 1000 };
      results.push(result);
      console.log(`${result.passed ? 'ok    ' : 'FAILED'} ${step.name} (${result.seconds.toFixed(1)} s)`);
      if (!result.passed) console.log(`${outcome.stdout}${outcome.stderr}`);
    }
  };
  await Promise.all([work(), work()]);
  return results;
}
