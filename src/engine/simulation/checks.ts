import { isInside, nameKey } from '../../base/index.ts';
import { type CloudNode, ROOT_ID } from '../../contract/index.ts';
import type { FakeCloud } from '../fakes/cloud/fake-cloud.ts';
import type { Inode } from '../fakes/disk/volume.ts';
import { isBuiltInIgnored } from '../ignore/index.ts';
import { EMAIL, ROOT, type SimDevice } from './device.ts';
import type { Ledger } from './ledger.ts';
import { textOf } from './text-of.ts';

/** Path by content hash; folders end in `/` and hold ''. */
export type Listing = ReadonlyMap<string, string>;

export function cloudListing(cloud: FakeCloud): Listing {
  const children = new Map<string, CloudNode[]>();
  for (const node of cloud.nodes(EMAIL)) children.set(node.parentId, [...(children.get(node.parentId) ?? []), node]);
  const listing = new Map<string, string>();
  const walk = (parentId: string, prefix: string): void => {
    for (const node of children.get(parentId) ?? []) {
      if (node.kind === 'file') listing.set(prefix + node.name, node.hash);
      else {
        listing.set(`${prefix}${node.name}/`, '');
        walk(node.id, `${prefix}${node.name}/`);
      }
    }
  };
  walk(ROOT_ID, '');
  return listing;
}

export function diskListing(device: SimDevice, ledger: Ledger): Listing {
  const listing = new Map<string, string>();
  const walk = (inode: Inode, prefix: string): void => {
    for (const { printable, inode: found } of inode.entries.values()) {
      if (isBuiltInIgnored(printable)) continue;
      if (found.kind === 'file') listing.set(prefix + printable, ledger.hashOf(textOf(found)));
      else if (found.kind === 'folder') {
        listing.set(`${prefix}${printable}/`, '');
        walk(found, `${prefix}${printable}/`);
      }
    }
  };
  walk(device.disk.volume.need(ROOT), '');
  return listing;
}

export interface Difference {
  readonly path: string;
  readonly what: string;
}

/** Differences, without what lies at or below the excused paths. */
export function differences(a: Listing, b: Listing, excused: ReadonlySet<string>, names: readonly [string, string]): Difference[] {
  // Of names that are one to the cloud, either may be the one that is not here.
  const keys = [...excused].map(nameKey);
  const isExcused = (path: string): boolean => keys.some((key) => isInside(nameKey(path.replace(/\/$/, '')), key));
  return [...new Set([...a.keys(), ...b.keys()])].sort().flatMap((path) => {
    if (a.get(path) === b.get(path) || isExcused(path)) return [];
    const side = (listing: Listing): string => listing.get(path)?.slice(0, 8) ?? 'nothing';
    return [{ path, what: `${names[0]} ${side(a)}, ${names[1]} ${side(b)}` }];
  });
}

/** What is left in one of Tidemark's own folders; of parking places only those in which something is. */
export function leftovers(device: SimDevice, folder: 'tmp' | 'parked'): string[] {
  const entries = [...(device.disk.volume.find(`${ROOT}/.tidemark/${folder}`)?.entries.values() ?? [])];
  const left = folder === 'tmp' ? entries : entries.filter(({ inode }) => inode.entries.size > 0);
  return left.map(({ printable }) => `${device.name} has .tidemark/${folder}/${printable} left`);
}
