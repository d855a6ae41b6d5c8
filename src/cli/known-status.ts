import type { Status } from '../contract/index.ts';
import type { OpenedEngine } from '../host/index.ts';
import { followStatus } from '../rpc/index.ts';

/** How long an engine that has just been started is given to know where it stands, in ms. */
const SETTLE_MS = 10_000;

/** The status as soon as it says something: a fresh engine first has to look at the folder and ask the cloud. */
export function knownStatus(engine: OpenedEngine): Promise<Status> {
  return new Promise<Status>((resolve, reject) => {
    let last: Status | undefined;
    const timer = setTimeout(() => {
      if (last !== undefined) done(last);
    }, SETTLE_MS);
    const done = (settled: Status): void => {
      clearTimeout(timer);
      // Disposing inside the first call would come before there is a disposer.
      queueMicrotask(() => dispose());
      resolve(settled);
    };
    const dispose = followStatus(
      engine,
      (next) => {
        last = next;
        if (!engine.own || (next.state !== 'starting' && !next.scanning)) done(next);
      },
      { onError: reject },
    );
  });
}
