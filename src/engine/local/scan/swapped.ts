import { baseName, parentPath, type RelativePath } from '../../../base/index.ts';
import { compareIdentity, type FileStat } from '../../model/index.ts';
import type { KnownPlaces } from './known.ts';
import type { FolderLook, Listing } from './listing.ts';

/**
 * A folder that another one took the place of between the look at the folder above it and its own: what was listed is in
 * the other one, and would be taken for what became of it. Such a look counts as one at a folder that was gone.
 */
export function withoutSwapped(listing: Listing, places: KnownPlaces): Listing {
  const seen = new Map<RelativePath, ReadonlyMap<string | null, FileStat | null>>();
  const expected = (path: RelativePath): FileStat | undefined => {
    const parent = parentPath(path);
    const above = listing.folders.get(parent);
    if (above?.state === 'listed') {
      let entries = seen.get(parent);
      if (entries === undefined) {
        entries = new Map(above.entries.map(({ name, stat }) => [name, stat]));
        seen.set(parent, entries);
      }
      const stat = entries.get(baseName(path));
      if (stat !== null) return stat;
    }
    // The folder above was not looked at, or the disk does not say there what it is.
    const known = places.folderAt(path);
    return known === undefined ? undefined : places.nodeOf(known)?.stat;
  };
  const isSwapped = (path: RelativePath, look: FolderLook): boolean => {
    if (path === '' || look.state !== 'listed') return false;
    if (look.self === undefined) return true;
    const stat = expected(path);
    return stat !== undefined && compareIdentity(stat, look.self) === 'different';
  };
  const swapped = [...listing.folders].filter(([path, look]) => isSwapped(path, look)).map(([path]) => path);
  if (swapped.length === 0) return listing;
  const folders = new Map(listing.folders);
  for (const path of swapped) folders.set(path, { state: 'gone' });
  return { ...listing, folders };
}
