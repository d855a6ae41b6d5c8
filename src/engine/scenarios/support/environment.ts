import { randomBytes, randomInt } from 'node:crypto';
import { TidemarkError } from '../../../contract/index.ts';
import {
  type Clock,
  createHttpCloud,
  listenOnLoopback,
  type Environment,
  type Log,
  type NodeDisk,
  type Random,
  type SecretStore,
  watchFolder,
} from '../../index.ts';
import { silentLog } from '../../fakes/index.ts';

export type Waits = NonNullable<Parameters<typeof createHttpCloud>[0]['waits']>;

export const realClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      const stop = (): void => {
        clearTimeout(timer);
        reject(new TidemarkError('aborted'));
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', stop);
        resolve();
      }, ms);
      if (signal?.aborted === true) stop();
      else signal?.addEventListener('abort', stop, { once: true });
    }),
  timer: (ms, callback) => {
    const timer = setTimeout(callback, ms);
    return () => {
      clearTimeout(timer);
    };
  },
};

const realRandom: Random = {
  next: () => randomInt(2 ** 47) / 2 ** 47,
  id: () => randomBytes(16).toString('hex'),
};

const toStderr = (level: string) => (message: string, fields?: Readonly<Record<string, unknown>>) => {
  process.stderr.write(`${level} ${message} ${JSON.stringify(fields ?? {})}\n`);
};

/** TIDEMARK_SCENARIO_LOG=1 shows what the engines say. */
const log: Log =
  process.env['TIDEMARK_SCENARIO_LOG'] === undefined
    ? silentLog
    : { debug: toStderr('debug'), info: toStderr('info'), warn: toStderr('warn'), error: toStderr('error') };

/** This machine's disk, clock and network. The clock's wall time may be shifted by `skewMs`. */
export function realEnvironment(
  disk: NodeDisk,
  secrets: SecretStore,
  name: string,
  { skewMs = () => 0, waits }: { readonly skewMs?: () => number; readonly waits?: Waits | undefined } = {},
): Environment {
  return {
    clock: { ...realClock, now: () => Date.now() + skewMs() },
    random: realRandom,
    disk,
    watch: watchFolder,
    secrets,
    log,
    connect: (server) => createHttpCloud({ server, appVersion: '0.0.0-test', ...(waits === undefined ? {} : { waits }) }),
    onNetworkChange: () => () => undefined,
    loopback: listenOnLoopback,
    platform: { platform: 'linux', hostName: name, appVersion: '0.0.0-test', caseSensitive: true },
  };
}
