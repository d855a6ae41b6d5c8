import { inProject, projectRoot } from './lib/paths.ts';
import { run } from './lib/run.ts';

/**
 * `npm run simulate -- [--seeds 200] [--from 1] [--devices N] [--steps N]`: whole engines on fakes, with faults, crashes and
 * time skips, over more histories than `npm test` goes through. A failure prints the words that replay it.
 */
export async function main(args: readonly string[]): Promise<number> {
  const hunt = inProject('src', 'engine', 'simulation', 'hunt.ts');
  return (await run(process.execPath, [hunt, ...args], { cwd: projectRoot, show: true })).code;
}
