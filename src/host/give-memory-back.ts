import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Disposer } from '../base/index.ts';
import type { EngineApi } from '../contract/index.ts';

/** Long enough that a burst of work is over, in ms. */
const CALM_MS = 3000;

/**
 * V8 collects when it needs room, which an engine at rest never does: what the last burst of work left would stay with
 * the process for days. So it is collected once, a while after each burst. @param collect tests only
 */
export function giveMemoryBackWhenCalm(engine: Pick<EngineApi, 'on'>, collect: () => void = collector()): Disposer {
  let timer: NodeJS.Timeout | undefined;
  const later = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      collect();
    }, CALM_MS).unref();
    timer.refresh();
  };
  later();
  const forget = engine.on('status.patch', later);
  return () => {
    forget();
    clearTimeout(timer);
  };
}

type Collect = (options: { readonly type: 'major'; readonly flavor: 'last-resort'; readonly execution: 'sync' }) => void;

/** The collector that Node shows only when asked to, without showing it to everybody. */
function collector(): () => void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  setFlagsFromString('--no-expose-gc');
  // The last resort also gives back the pages that an ordinary collection keeps for the next burst.
  return isCollect(collect) ? () => collect({ type: 'major', flavor: 'last-resort', execution: 'sync' }) : () => undefined;
}

const isCollect = (value: unknown): value is Collect => typeof value === 'function';
