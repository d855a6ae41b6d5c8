import { formatBytes, textTable } from '../lib/table.ts';
import { ensureBuilt } from '../lib/ensure-built.ts';
import { World } from '../world/index.ts';
import { demoSteps } from './steps.ts';

/**
 * `npm run demo`: a cloud and two devices on this machine, doing what people do. Prints what happened as a table; 0 only
 * when both folders came out the same and the conflict kept both versions. `--keep` leaves the files for a look.
 */
export async function main(args: readonly string[]): Promise<number> {
  await ensureBuilt();
  const began = performance.now();
  const rows: string[][] = [];
  const world = await World.create();
  console.log(`Cloud at ${world.server}, files in ${world.root}`);
  let failure: Error | undefined;
  for (const step of demoSteps) {
    const from = performance.now();
    try {
      const { what, bytes } = await step.run(world);
      rows.push(['ok', step.name, what, seconds(from), bytes === 0 ? '' : formatBytes(bytes)]);
      console.log(`  ${step.name}: ${what}`);
    } catch (error) {
      failure = error instanceof Error ? error : new Error('something else than an error was thrown', { cause: error });
      rows.push(['FAILED', step.name, 'see below', seconds(from), '']);
      break;
    }
  }
  await world.close({ keepFiles: args.includes('--keep') });

  console.log(`\n${textTable(['', 'Step', 'What happened', 'Time', 'Data'], rows, [3, 4])}`);
  if (failure !== undefined) {
    console.error(`\n${failure.message}`);
    return 1;
  }
  console.log(`\nBoth folders are the same in every name and byte; the conflict kept both versions. ${seconds(began)} in all.`);
  return 0;
}

function seconds(from: number): string {
  return `${((performance.now() - from) / 1000).toFixed(1)} s`;
}
