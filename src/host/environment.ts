import { randomBytes, randomInt } from 'node:crypto';
import { hostname } from 'node:os';
import { TidemarkError } from '../contract/index.ts';
import {
  type Clock,
  type CloudApi,
  type Environment,
  type Disk,
  type Random,
  type SecretStore,
  createHttpCloud,
  listenOnLoopback,
  watchFolder,
} from '../engine/index.ts';
import type { HostLog } from './log.ts';
import { onNetworkChange } from './network-change.ts';

/** Wall clock and timers of this machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep(ms, signal) {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(new TidemarkError('aborted'));
      const stop = (): void => {
        clearTimeout(timer);
        reject(new TidemarkError('aborted'));
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', stop);
        resolve();
      }, ms);
      signal?.addEventListener('abort', stop, { once: true });
    });
  },
  timer(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

/** Ids that cannot be guessed and do not repeat. */
export const systemRandom: Random = {
  next: () => randomInt(2 ** 47) / 2 ** 47,
  id: () => randomBytes(16).toString('hex'),
};

export interface EnvironmentParts {
  readonly disk: Disk;
  readonly log: HostLog;
  readonly secrets: SecretStore;
  readonly version: string;
  /** Where a server is reached now; the embedded cloud may have had to move to another port. */
  readonly addressOf: (server: string) => string;
}

/** The effects of this machine: its disk, its clock, its network. */
export function systemEnvironment(parts: EnvironmentParts): Environment {
  return {
    clock: systemClock,
    random: systemRandom,
    disk: parts.disk,
    watch: watchFolder,
    secrets: parts.secrets,
    log: parts.log,
    connect: (server) => connect(server, parts),
    onNetworkChange,
    loopback: listenOnLoopback,
    platform: {
      platform: process.platform === 'win32' ? 'windows' : process.platform === 'darwin' ? 'macos' : 'linux',
      hostName: hostname(),
      appVersion: parts.version,
      caseSensitive: process.platform !== 'win32' && process.platform !== 'darwin',
    },
  };
}

/** The engine knows a cloud by the address that it was given, wherever that is now. */
function connect(server: string, { addressOf, version }: EnvironmentParts): CloudApi {
  const address = addressOf(server);
  const cloud = createHttpCloud({ server: address, appVersion: version });
  return address === server ? cloud : { ...cloud, server };
}
