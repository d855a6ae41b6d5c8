import { BlockList, isIPv4, isIPv6 } from 'node:net';
import { readFileSync } from 'node:fs';
import { Reader, type Response } from 'mmdb-lib';
import { type DevicePlace, TidemarkError } from '../../contract/index.ts';

/** What is kept of an address: nothing of it on this machine or in this network, else its network. */
export type CoarseAddress = string;

const HERE: CoarseAddress = 'this_machine';
const NEAR: CoarseAddress = 'local_network';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');
// Private, shared by a provider, and link-local ones (RFC 1918, 6598, 3927, 4193, 4291).
const near = new BlockList();
for (const [network, bits] of [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['169.254.0.0', 16],
] as const)
  near.addSubnet(network, bits, 'ipv4');
near.addSubnet('fc00::', 7, 'ipv6');
near.addSubnet('fe80::', 10, 'ipv6');

/** The only form in which an address is kept: 24 bits of IPv4, 48 of IPv6, which many people share. Null for what is no address. */
export function coarsened(address: string): CoarseAddress | null {
  const [bare = ''] = address.split('%', 1);
  const plain = plainOf(bare);
  const family = isIPv4(plain) ? 'ipv4' : isIPv6(plain) ? 'ipv6' : undefined;
  if (family === undefined) return null;
  if (loopback.check(plain, family)) return HERE;
  if (near.check(plain, family)) return NEAR;
  if (family === 'ipv4') return `${plain.split('.').slice(0, 3).join('.')}.0/24`;
  return `${groupsOf(plain).slice(0, 3).join(':')}::/48`;
}

/**
 * Whom a limit counts as one: an address of IPv4, however it is written, and of IPv6 what one line of a home gets (RFC 6177: 56
 * bits), each request of which may come from another of its addresses.
 */
export function subscriberOf(address: string): string {
  const [bare = ''] = address.split('%', 1);
  const plain = plainOf(bare);
  if (!isIPv6(plain)) return plain;
  const [first, second, third, fourth = '0'] = groupsOf(plain);
  return `${String(first)}:${String(second)}:${String(third)}:${(Number.parseInt(fourth, 16) & 0xff_00).toString(16)}::/56`;
}

/** An address of IPv4 as such, also where it came in one of IPv6. */
const plainOf = (bare: string): string => /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1] ?? bare;

/** The eight groups of an address of IPv6, without leading zeros. */
function groupsOf(address: string): readonly string[] {
  const [head = '', tail = ''] = address.split('::', 2);
  const split = (part: string): string[] =>
    part === '' ? [] : part.split(':').map((group) => group.replace(/^0+(?=.)/, '').toLowerCase());
  const [front, back] = [split(head), split(tail)];
  return [...front, ...Array<string>(Math.max(0, 8 - front.length - back.length)).fill('0'), ...back];
}

interface Named {
  readonly country: string | null;
  readonly city: string | null;
}
const NOWHERE: Named = { country: null, city: null };

/** Where networks are, by a database in the MaxMind format (GeoLite2, DB-IP, ip-location-db), or by none. */
export class Places {
  readonly #reader: Reader<Response> | undefined;

  /** Reads the whole file. Throws `usage` when it is none of these. */
  constructor(file?: string) {
    if (file === undefined) return;
    try {
      this.#reader = new Reader<Response>(readFileSync(file));
    } catch (cause) {
      throw new TidemarkError('usage', { detail: `${file} is no database of places (MMDB)` }, { cause });
    }
  }

  placeOf(coarse: CoarseAddress | null): DevicePlace | null {
    if (coarse === null) return null;
    if (coarse === HERE || coarse === NEAR) return { from: coarse as 'this_machine' | 'local_network', network: null, ...NOWHERE };
    return { from: 'internet', network: coarse, ...this.#named(coarse) };
  }

  #named(network: CoarseAddress): Named {
    try {
      return namesIn(this.#reader?.get(network.split('/', 1)[0] ?? ''));
    } catch {
      // A file that is damaged in one place, or of IPv4 only: a list of devices does without.
      return NOWHERE;
    }
  }
}

/** As MaxMind has it, or flat, as others do. */
function namesIn(found: unknown): Named {
  const country = textAt(found, 'country', 'iso_code') ?? textAt(found, 'country_code') ?? textAt(found, 'registered_country', 'iso_code');
  const city = textAt(found, 'city', 'names', 'en') ?? textAt(found, 'city');
  return { country: country !== null && /^[A-Z]{2}$/.test(country) ? country : null, city: city?.slice(0, 200) ?? null };
}

function textAt(from: unknown, ...path: readonly string[]): string | null {
  let at = from;
  for (const key of path) at = typeof at === 'object' && at !== null ? (at as Readonly<Record<string, unknown>>)[key] : undefined;
  return typeof at === 'string' && at !== '' ? at : null;
}
