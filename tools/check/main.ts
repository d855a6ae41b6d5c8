import { runSteps } from './run-steps.ts';
import { staticSteps, unitTests } from './steps.ts';

/** `npm run check`: types, lint, layers, unused code, formatting and unit tests. With --static, without the tests. */
export async function main(args: readonly string[]): Promise<number> {
  const results = [...(await runSteps(staticSteps))];
  if (!args.includes('--static')) results.push(...(await runSteps([unitTests])));
  const failed = results.filter((result) => !result.passed);
  console.log(failed.length === 0 ? 'All checks passed.' : `Failed: ${failed.map((result) => result.name).join(', ')}.`);
  return failed.length === 0 ? 0 : 1;
}
