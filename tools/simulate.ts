import { parseArgs } from 'node:util';
import { projectRoot } from './lib/paths.ts';
import { run } from './lib/run.ts';
import { scriptOf } from './lib/script-bin.ts';

/**
 * `npm run simulate -- [--seed N] [--runs N]`: whole engines against fakes, with faults, crashes and time skips. Without a
 * seed, more histories than `npm test` runs; with the seed that a failure printed, that one history again.
 */
export async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { seed: { type: 'string' }, runs: { type: 'string', default: '200' } } });
  const env = {
    ...process.env,
    TIDEMARK_SIMULATION_RUNS: values.seed === undefined ? values.runs : '1',
    ...(values.seed === undefined ? {} : { TIDEMARK_SIMULATION_SEED: values.seed }),
  };
  const command = [scriptOf('vitest'), 'run', '--project', 'simulation', '--testTimeout', '3600000'];
  return (await run(process.execPath, command, { cwd: projectRoot, env, show: true })).code;
}
