import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type Disposer, MiB } from '../base/index.ts';
import type { EngineApi } from '../contract/index.ts';

/** After a burst of work, and once more when V8 sees that its code is not used any more either; in ms. */
const PAUSES_MS: readonly number[] = [3000, 20_000];
/** Growth since the last time that is worth a collection, which takes about 0.1 s. */
const WORTH_BYTES = 16 * MiB;

/** What is asked of the process; tests give another. */
export interface ProcessMemory {
  /** Resident, in bytes. */
  now(): number;
  collect(): void;
}

/**
 * V8 collects when it needs room, which an engine at rest never does: what the last burst of work left would stay with
 * the process for days. So it is collected a while after each burst that left much.
 */
export function giveMemoryBackWhenCalm(engine: Pick<EngineApi, 'on'>, memory: ProcessMemory = realMemory()): Disposer {
  let kept = 0;
  let timer: NodeJS.Timeout | undefined;
  const wait = (step: number): void => {
    clearTimeout(timer);
    const pauseMs = PAUSES_MS[step];
    timer = pauseMs === undefined ? undefined : setTimeout(() => collect(step), pauseMs).unref();
  };
  const collect = (step: number): void => {
    if (step === 0 && memory.now() < kept + WORTH_BYTES) return;
    memory.collect();
    kept = memory.now();
    wait(step + 1);
  };
  wait(0);
  const forget = engine.on('status.patch', () => wait(0));
  return () => {
    forget();
    clearTimeout(timer);
  };
}

type Collect = (options: { readonly type: 'major'; readonly flavor: 'last-resort'; readonly execution: 'sync' }) => void;

/** With the collector that Node shows only when asked to, without showing it to everybody. */
function realMemory(): ProcessMemory {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  setFlagsFromString('--no-expose-gc');
  return {
    now: () => process.memoryUsage.rss(),
    // The last resort also gives back the pages that an ordinary collection keeps for the next burst.
    collect: () => {
      if (isCollect(collect)) collect({ type: 'major', flavor: 'last-resort', execution: 'sync' });
    },
  };
}

const isCollect = (value: unknown): value is Collect => typeof value === 'function';
