import { parseArgs } from 'node:util';
import { type HistoryResult, runHistory } from './history.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '200' },
    from: { type: 'string', default: '1' },
    devices: { type: 'string' },
    steps: { type: 'string' },
    watch: { type: 'boolean', default: false },
    lines: { type: 'string', default: '40' },
  },
});

const number = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text));
const first = Number(values.from);
const count = Number(values.seeds);
const shape = { devices: number(values.devices), steps: number(values.steps), watch: values.watch };
let unhandled: string[] = [];
process.on('unhandledRejection', (error) => {
  unhandled.push(`unhandled rejection: ${error instanceof Error ? (error.stack ?? '') : String(error)}`);
});

function show({ seed, violations, trace }: HistoryResult): void {
  const flags = Object.entries(shape).flatMap(([name, value]) => (value === undefined || name === 'watch' ? [] : [` --${name} ${value}`]));
  const lines = Number(values.lines);
  if (lines > 0) process.stdout.write(`${trace.slice(-lines).join('\n')}\n`);
  process.stdout.write(
    `seed ${seed} failed:\n${violations
      .slice(0, 20)
      .map((one) => `  ${one}\n`)
      .join('')}`,
  );
  process.stdout.write(`replay: npm run simulate -- --from ${seed} --seeds 1${flags.join('')} --lines 1000000\n`);
}

const failed: number[] = [];
const startedMs = performance.now();
let turns = 0;
for (let seed = first; seed < first + count; seed += 1) {
  unhandled = [];
  const result = await runHistory({ seed, ...shape });
  turns += result.turns;
  const violations = [...result.violations, ...unhandled];
  if (violations.length === 0) continue;
  failed.push(seed);
  show({ ...result, violations });
}
const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
process.stdout.write(
  `${count} histories, ${turns} turns, ${seconds} s; ${failed.length === 0 ? 'all well' : `failed: ${failed.join(' ')}`}\n`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
