import { parseArgs } from 'node:util';
import { huntMutants, MOST_HISTORIES } from './hunt-mutants.ts';
import { Progress } from './progress.ts';
import { replayWords } from './shape.ts';
import { runTasks, type TaskResult } from './tasks.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: 'string' },
    from: { type: 'string', default: '1' },
    devices: { type: 'string' },
    steps: { type: 'string' },
    jobs: { type: 'string', default: '1' },
    /** Where the run writes down how far it is; given again, it goes on from there. */
    resume: { type: 'string' },
    watch: { type: 'boolean', default: false },
    lines: { type: 'string', default: '40' },
    digest: { type: 'boolean', default: false },
    mutants: { type: 'boolean', default: false },
  },
});

const number = (text: string | undefined): number | undefined => (text === undefined ? undefined : Number(text));
const shape = { devices: number(values.devices), steps: number(values.steps) };
const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

function show({ seed, violations, trace }: TaskResult): void {
  if (trace.length > 0) say(trace.join('\n'));
  say([`seed ${seed} failed:`, ...violations.map((one) => `  ${one}`)].join('\n'));
  say(`replay: ${replayWords(seed, shape, ['--lines 1000000'])}`);
}

async function hunt(): Promise<number> {
  const progress = new Progress({ from: Number(values.from), count: number(values.seeds) ?? 200, shape, file: values.resume });
  if (progress.done > 0) say(`goes on after ${progress.done} histories`);
  await runTasks({
    jobs: Number(values.jobs),
    next: () => {
      const seed = progress.next();
      return seed === undefined ? undefined : { seed, ...shape, watch: values.watch, untilWrong: false, lines: Number(values.lines) };
    },
    onResult: (result) => {
      if (values.digest) say(`${result.seed} ${result.digest}`);
      if (result.violations.length > 0) show(result);
      const line = progress.finished(result);
      if (line !== undefined) say(line);
    },
  });
  say(progress.summary());
  return progress.failed.length === 0 ? 0 : 1;
}

process.exitCode = values.mutants
  ? await huntMutants(positionals, { jobs: Number(values.jobs), most: number(values.seeds) ?? MOST_HISTORIES, say })
  : await hunt();
