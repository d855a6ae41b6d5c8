import type { RelativePath } from '../../../base/index.ts';
import type { LocalNode, NodeId } from '../../model/index.ts';
import { isScanned } from './gather.ts';
import type { KnownPlaces } from './known.ts';
import type { Listing } from './listing.ts';
import type { Resolved } from './resolve.ts';

/**
 * Folders on which another volume was mounted, and is no longer: there is an empty folder of the volume around it now.
 * What was in it is out of reach, not deleted (SYNC-SPEC 8). The way out: mount it again, or remove the empty folder.
 */
export function unmountedFolders(listing: Listing, resolved: readonly Resolved[], places: KnownPlaces): ReadonlySet<RelativePath> {
  const found = new Set<RelativePath>();
  for (const { seen, node, parentId, replaced } of resolved) {
    if (!replaced || node?.kind !== 'folder' || node.stat.dev === seen.stat.dev) continue;
    const look = listing.folders.get(seen.path);
    const empty = look?.state === 'listed' && !look.entries.some((entry) => isScanned(entry, look));
    if (empty && wasVolume(node, parentId, seen.stat.dev, places)) found.add(seen.path);
  }
  return found;
}

/**
 * That it is of another volume now can also mean that the system numbers the volumes anew, as after a restart: then what is
 * around it was known under its old number. Where nothing around it is known, it is out of reach.
 */
function wasVolume(node: LocalNode, parentId: NodeId, around: string, places: KnownPlaces): boolean {
  const others = [places.nodeOf(parentId), ...places.childrenOf(parentId).values()].flatMap((other) =>
    other === undefined || other === node ? [] : [other.stat.dev],
  );
  return others.includes(around) || !others.includes(node.stat.dev);
}
