import { inProject } from './lib/paths.ts';
import { run } from './lib/run.ts';

/**
 * `npm run simulate -- [--seeds N] [--from S] [--devices D] [--steps K] [--lines L]`: whole engines against fakes, with
 * faults, crashes and time skips. As many histories as are asked for, from seed S on; a failure prints the command that
 * lives through that history again.
 */
export async function main(args: readonly string[]): Promise<number> {
  const hunt = inProject('src', 'engine', 'simulation', 'hunt.ts');
  return (await run(process.execPath, [hunt, ...args], { show: true })).code;
}
