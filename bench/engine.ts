import { cp, mkdir } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Device, type Memory, World } from '../tools/world/index.ts';
import { startCountingProxy } from './counting-proxy.ts';
import {
  atRest,
  changeLatency,
  isTransfer,
  type Latency,
  type Rest,
  settledRestart,
  type SettledRestart,
  untilStatus,
} from './engine-measures.ts';
import { type Limits, measureLimits, timed } from './limits.ts';
import { measurePlanner, PLANNER_ITEMS, type PlannerMeasures } from './planner.ts';
import type { TreeFacts } from './small-tree.ts';
import { writeTinyTree } from './tiny-tree.ts';

const waitSeconds = 900;
const restSeconds = 35;
/** The engine gives back what a burst took within this time after it. */
const calmSeconds = 25;

export interface EngineReport {
  readonly machine: string;
  /** Load of the machine before anything began, one minute's average: above 0.5 the figures are not to be compared. */
  readonly loadBefore: number;
  readonly planner: PlannerMeasures;
  readonly tree: TreeFacts;
  readonly limits: Limits;
  readonly firstSync: {
    readonly scanSeconds: number;
    readonly upSeconds: number;
    readonly downSeconds: number;
    readonly memory: { readonly a: Memory; readonly b: Memory };
  };
  readonly restart: SettledRestart;
  readonly rest: Rest;
  readonly latency: Latency;
}

/** What the engine costs and how fast it is with very many files: `npm run bench -- engine`. */
export async function measureEngine(files: number, keep: boolean): Promise<EngineReport> {
  const loadBefore = loadavg()[0] ?? 0;
  // In proportion, so that a trial run is short.
  const planner = measurePlanner(Math.min(PLANNER_ITEMS, 10 * files));
  const world = await World.create();
  const proxy = await startCountingProxy(world.server, isTransfer);
  try {
    const tree = join(world.root, 'tree');
    const work = join(world.root, 'limits');
    await mkdir(work);
    const facts = await writeTinyTree(tree, files);
    const limits = await measureLimits(tree, work);
    await world.a.enter('sign-up', proxy.url);
    await world.b.enter('sign-in', world.server);
    await world.addFolders();
    const firstSync = await measureFirstSync(world, tree, files);
    const restart = await settledRestart(world.a, proxy);
    await sleep(calmSeconds * 1000);
    const rest = await atRest(world.a, restSeconds);
    const latency = await changeLatency(world, proxy, files);
    const cpu = cpus();
    return {
      machine: `${cpu.length} x ${cpu[0]?.model ?? 'unknown'}, Node ${process.versions.node}`,
      loadBefore,
      planner,
      tree: facts,
      limits,
      firstSync,
      restart,
      rest,
      latency,
    };
  } finally {
    proxy.close();
    await world.close({ keepFiles: keep });
  }
}

/** The files are there before the engine is: what it takes to find them, to send them, and to have them on the other side. */
async function measureFirstSync(world: World, tree: string, files: number): Promise<EngineReport['firstSync']> {
  const { a, b } = world;
  await a.command(['pause']);
  await cp(tree, a.folder, { recursive: true });
  const scanSeconds = await timed(async () => {
    await a.startEngine();
    await untilStatus(a, (status) => Number(status['items']) >= files);
  });
  const upSeconds = await timed(async () => {
    await a.command(['resume']);
    await settleOnceFree(a);
  });
  const downSeconds = await timed(async () => {
    await b.startEngine();
    await settleOnceFree(b);
    await untilStatus(b, (status) => Number(status['items']) >= files);
  });
  await sleep(calmSeconds * 1000);
  return { scanSeconds, upSeconds, downSeconds, memory: { a: await a.engine.memory(), b: await b.engine.memory() } };
}

/** As `settle`; a connection that broke is made again by the engine, which on a busy machine happens. */
async function settleOnceFree(device: Device): Promise<void> {
  const deadline = performance.now() + waitSeconds * 1000;
  for (;;) {
    try {
      return await device.settle(waitSeconds);
    } catch (error) {
      const passing = error instanceof Error && /\[cloud_(unreachable|timeout|unavailable)\]/.test(error.message);
      if (!passing || performance.now() > deadline) throw error;
      await sleep(1000);
    }
  }
}
