import { mkdir } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureBuilt } from '../tools/lib/ensure-built.ts';
import { formatBytes, textTable } from '../tools/lib/table.ts';
import { World, type Memory } from '../tools/world/index.ts';
import { measureEngine } from './engine.ts';
import { describeEngine } from './engine-report.ts';
import { measureLimits, type Limits } from './limits.ts';
import { idleMemory, restart, smallFiles, type Restart, type SmallFiles } from './measures.ts';
import { measurePlanner, PLANNER_ITEMS, plannerRows } from './planner.ts';
import { writeSmallTree, type TreeFacts } from './small-tree.ts';

const usage = 'npm run bench -- [small|restart|memory|planner|engine|all] [--files N] [--json] [--keep]';
const kinds = ['small', 'restart', 'memory', 'planner', 'engine', 'all'];
/** How many there are unless told otherwise; 10,000 for the rest. */
const usualFiles: Readonly<Record<string, number>> = { planner: PLANNER_ITEMS, engine: 100_000 };

interface Report {
  readonly machine: string;
  readonly tree: TreeFacts;
  readonly limits: Limits;
  readonly small: SmallFiles;
  readonly restart: Restart | null;
  readonly idle: { readonly settled: Memory; readonly restarted: Memory | null } | null;
}

/**
 * `npm run bench`: many small files from one device through the cloud to the other, the restart of a settled folder, and
 * the memory of the engine, beside the machine's own limits in the same run. Not a test: it fails only when the two
 * sides are not the same in the end. `engine` measures an engine with very many files instead (see engine.ts). The world is new each time, and nothing is deleted before the end.
 */
export async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      files: { type: 'string' },
      json: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
    },
  });
  const [kind = 'all'] = positionals;
  const files = Number(values.files ?? usualFiles[kind] ?? 10_000);
  if (!kinds.includes(kind) || positionals.length > 1 || !Number.isInteger(files) || files < 1) {
    console.error(usage);
    return 2;
  }
  if (kind === 'planner') {
    const measures = measurePlanner(files);
    console.log(values.json ? JSON.stringify(measures, null, 2) : textTable(['What', 'Measured', ''], plannerRows(measures), [1]));
    return 0;
  }
  await ensureBuilt();
  if (kind === 'engine') {
    const engine = await measureEngine(files, values.keep);
    console.log(values.json ? JSON.stringify(engine, null, 2) : describeEngine(engine));
    return 0;
  }
  const report = await measure(kind, files, values.keep);
  console.log(values.json ? JSON.stringify(report, null, 2) : describe(report));
  return 0;
}

async function measure(kind: string, files: number, keep: boolean): Promise<Report> {
  const world = await World.create();
  try {
    const tree = join(world.root, 'tree');
    const work = join(world.root, 'limits');
    await mkdir(work);
    const facts = await writeSmallTree(tree, files);
    const limits = await measureLimits(tree, work);
    await world.signIn();
    await world.addFolders();
    await world.startEngines();
    await world.settle();
    const small = await smallFiles(world, tree);
    const wants = (name: string): boolean => kind === name || kind === 'all';
    const settled = wants('memory') ? await idleMemory(world.a) : null;
    const again = wants('restart') ? await restart(world.a) : null;
    const restarted = settled !== null && again !== null ? await idleMemory(world.a) : null;
    const cpu = cpus();
    return {
      machine: `${cpu.length} x ${cpu[0]?.model ?? 'unknown'}, Node ${process.versions.node}`,
      tree: facts,
      limits,
      small,
      restart: again,
      idle: settled === null ? null : { settled, restarted },
    };
  } finally {
    await world.close({ keepFiles: keep });
  }
}

function describe(report: Report): string {
  const { limits, small, tree } = report;
  const copies = (seconds: number): string => `${(seconds / limits.copySeconds).toFixed(1)} x cp -r`;
  const walks = (seconds: number): string => `${(seconds / limits.walkSeconds).toFixed(1)} x walk`;
  const rate = `${formatBytes(tree.bytes / small.totalSeconds)}/s, ${Math.round(tree.files / small.totalSeconds)} files/s`;
  const rows: string[][] = [
    ['limit: cp -r of the tree', seconds(limits.copySeconds), ''],
    ['limit: readdir and lstat of the tree', seconds(limits.walkSeconds), ''],
    ['limit: SHA-256, one core', `${formatBytes(limits.sha256BytesPerSecond)}/s`, ''],
    ['limit: create 4 KiB, fsync, rename', `${Math.round(limits.durableCreatesPerSecond)}/s`, ''],
    ['limit: the same, eight at once', `${Math.round(limits.durableCreatesPerSecondEightAtOnce)}/s`, ''],
    ['everything in the cloud', seconds(small.upSeconds), copies(small.upSeconds)],
    ['everything on the other device', seconds(small.totalSeconds), `${copies(small.totalSeconds)}; ${rate}`],
    ['CPU: engine A, cloud, engine B', cpuText(small), ''],
    ['peak memory: engine A, cloud, engine B', peakText(small), ''],
  ];
  if (report.restart !== null) {
    const { settledSeconds, cpuSeconds } = report.restart;
    rows.push(['restart of the settled folder', seconds(settledSeconds), `${walks(settledSeconds)}; ${seconds(cpuSeconds)} of CPU`]);
  }
  if (report.idle !== null) {
    rows.push([
      'memory of the settled engine',
      formatBytes(report.idle.settled.nowBytes),
      `peak ${formatBytes(report.idle.settled.peakBytes)}`,
    ]);
    if (report.idle.restarted !== null) {
      const { nowBytes, peakBytes } = report.idle.restarted;
      rows.push(['memory after the restart', formatBytes(nowBytes), `peak ${formatBytes(peakBytes)}`]);
    }
  }
  return `${report.machine}; ${tree.files} files, ${formatBytes(tree.bytes)}\n\n${textTable(['What', 'Measured', ''], rows, [1])}\n\nBoth sides are the same in every byte.`;
}

const seconds = (value: number): string => `${value.toFixed(value < 1 ? 3 : 2)} s`;

const cpuText = ({ cpuSeconds: { a, cloud, b } }: SmallFiles): string => [a, cloud, b].map((value) => `${value.toFixed(1)} s`).join(', ');

const peakText = ({ peakBytes: { a, cloud, b } }: SmallFiles): string => [a, cloud, b].map(formatBytes).join(', ');
