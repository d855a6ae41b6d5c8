import { joinPath, parentPath, type RelativePath } from '../../../base/index.ts';
import type { Doubts } from './doubts.ts';
import type { KnownPlaces } from './known.ts';
import type { Listing } from './listing.ts';
import { isLeftOut } from './gather.ts';

/**
 * Names that are listed and known of nobody, and of which the disk denies to say what they are: one that came just when something
 * else went may be that. Since when each is there; those that had an issue before anybody counted have always been.
 * @param before those of the look before
 */
export function strangersIn(
  { folders }: Listing,
  places: KnownPlaces,
  before: Doubts['strangers'],
  openIssues: ReadonlySet<RelativePath>,
): Doubts['strangers'] {
  const found = new Map([...before].filter(([path]) => isStillUnseen(folders, path)));
  for (const [path, look] of folders) {
    if (look.state !== 'listed') continue;
    for (const { name, stat, fault } of look.entries) {
      if (stat !== null || fault !== 'denied' || name === null || isLeftOut(look, name, true)) continue;
      const folder = places.folderAt(path);
      if (folder !== undefined && places.childrenOf(folder).has(name)) continue;
      const at = joinPath(path, name);
      found.set(at, before.get(at) ?? (openIssues.has(at) ? Number.NEGATIVE_INFINITY : look.lookedAt));
    }
  }
  return found;
}

/** Nobody has looked into its folder. */
function isStillUnseen(folders: Listing['folders'], path: RelativePath): boolean {
  const look = folders.get(parentPath(path));
  return look === undefined || look.state === 'unreadable';
}
