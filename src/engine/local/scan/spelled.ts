import { baseName, parentPath, type RelativePath } from '../../../base/index.ts';
import type { Listing } from './listing.ts';

/**
 * The looks at folders that have the name they were asked for. On a disk that takes `B` for `b`, a hint of before a rename
 * leads into the folder, and into those below it, by its old name too: what is in it would be seen at two places. A name of
 * which the disk does not say what it is may be that folder: nobody tells again of what was told of in there.
 */
export function spelledAsListed(listing: Listing): Listing {
  const names = new Map<RelativePath, ReadonlySet<string | null>>();
  const foldersIn = (path: RelativePath): ReadonlySet<string | null> | undefined => {
    const look = listing.folders.get(path);
    if (look?.state !== 'listed') return undefined;
    let found = names.get(path);
    if (found === undefined) {
      found = new Set(look.entries.flatMap(({ name, stat }) => (stat === null || stat.kind === 'folder' ? [name] : [])));
      names.set(path, found);
    }
    return found;
  };
  const known = new Map<RelativePath, boolean>([['', false]]);
  const isOther = (path: RelativePath): boolean => {
    let other = known.get(path);
    if (other === undefined) {
      const parent = parentPath(path);
      other = isOther(parent) || foldersIn(parent)?.has(baseName(path)) === false;
      known.set(path, other);
    }
    return other;
  };
  const folders = [...listing.folders].filter(([path]) => !isOther(path));
  return folders.length === listing.folders.size ? listing : { ...listing, folders: new Map(folders) };
}
