import { networkInterfaces, type NetworkInterfaceInfo } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import type { Disposer } from '../base/index.ts';

const LOOK_MS = 3000;

/** Calls back when this machine has other addresses than before, some at least: no network is nothing to connect by. */
export function onNetworkChange(listener: () => void, addresses: () => readonly string[] = ownAddresses): Disposer {
  let known = addresses();
  const timer = setInterval(() => {
    const now = addresses();
    if (isDeepStrictEqual(now, known)) return;
    known = now;
    if (now.length > 0) listener();
  }, LOOK_MS);
  timer.unref();
  return () => clearInterval(timer);
}

const ownAddresses = (): readonly string[] =>
  Object.entries(networkInterfaces())
    .flatMap(([name, infos = []]) => infos.filter(({ internal }) => !internal).map((info) => `${name} ${placeOf(info)}`))
    .filter((one, index, all) => all.indexOf(one) === index)
    .sort();

/** Of IPv6 only the network: the rest changes by itself, for privacy. */
function placeOf({ family, address }: NetworkInterfaceInfo): string {
  return family === 'IPv4' ? address : address.split(':').slice(0, 4).join(':');
}
