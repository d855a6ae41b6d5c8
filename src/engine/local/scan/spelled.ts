import { baseName, parentPath, type RelativePath } from '../../../base/index.ts';
import type { FolderLook, Listing } from './listing.ts';

/**
 * The looks at folders that have the name they were asked for. On a disk that takes `B` for `b`, a hint of before a rename
 * leads into the folder by its old name too: what is in it would be seen at two places.
 */
export function spelledAsListed(listing: Listing): Listing {
  const names = new Map<RelativePath, ReadonlySet<string | null>>();
  const other = new Set<RelativePath>();
  const foldersIn = (path: RelativePath, look: FolderLook): ReadonlySet<string | null> => {
    let found = names.get(path);
    if (found === undefined) {
      const entries = look.state === 'listed' ? look.entries : [];
      found = new Set(entries.flatMap((entry) => (entry.stat?.kind === 'folder' ? [entry.name] : [])));
      names.set(path, found);
    }
    return found;
  };
  // Parents before children, so that what is below goes along.
  for (const path of [...listing.folders.keys()].sort((a, b) => a.length - b.length)) {
    if (path === '') continue;
    const parent = parentPath(path);
    const above = listing.folders.get(parent);
    if (other.has(parent) || (above?.state === 'listed' && !foldersIn(parent, above).has(baseName(path)))) other.add(path);
  }
  if (other.size === 0) return listing;
  return { ...listing, folders: new Map([...listing.folders].filter(([path]) => !other.has(path))) };
}
