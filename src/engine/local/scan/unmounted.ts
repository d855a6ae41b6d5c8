import type { RelativePath } from '../../../base/index.ts';
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
    const empty = look?.state === 'listed' && look.entries.length === 0;
    const siblings = [...places.childrenOf(parentId).values()];
    if (empty && siblings.some((sibling) => sibling !== node && sibling.stat.dev === seen.stat.dev)) found.add(seen.path);
  }
  return found;
}
