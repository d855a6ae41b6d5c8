import { joinPath, parentPath, type RelativePath } from '../../../base/index.ts';
import type { Doubts } from './doubts.ts';
import type { KnownPlaces } from './known.ts';
import type { Listing } from './listing.ts';
import { isLeftOut } from './gather.ts';

/**
 * Names that are listed, and of which the disk does not say what they are: one that came, or was closed, just when something else
 * went may be that, also where it is a known name, since a file may be moved over another. Where nothing at all in a folder can be
 * told, that says something of the folder and not of the names that are known in it. Since when each is so, whatever the disk said
 * of it at first; those that had an issue before anybody counted have always been.
 * @param before those of the look before
 */
export function strangersIn(
  listing: Listing,
  places: KnownPlaces,
  before: Doubts['strangers'],
  openIssues: ReadonlySet<RelativePath>,
): Doubts['strangers'] {
  const found = new Map([...before].filter(([path]) => isStillUnseen(listing, places, parentPath(path))));
  for (const [path, look] of listing.folders) {
    if (look.state !== 'listed') continue;
    const isClosed = look.entries.length > 1 && look.entries.every(({ stat }) => stat === null);
    const known = isClosed ? namesIn(places, path) : NOTHING;
    for (const { name, stat } of look.entries) {
      if (stat !== null || name === null || known.has(name) || isLeftOut(look, name, true)) continue;
      const at = joinPath(path, name);
      found.set(at, before.get(at) ?? (openIssues.has(at) ? Number.NEGATIVE_INFINITY : look.lookedAt));
    }
  }
  return found;
}

const NOTHING: ReadonlyMap<string, unknown> = new Map();

function namesIn(places: KnownPlaces, path: RelativePath): ReadonlyMap<string, unknown> {
  const folder = places.folderAt(path);
  return folder === undefined ? NOTHING : places.childrenOf(folder);
}

/** The folder is there as far as we know, and nobody has looked into it. One that moved has other names in it now. */
function isStillUnseen({ folders, same }: Listing, places: KnownPlaces, folder: RelativePath): boolean {
  const look = folders.get(folder);
  return look === undefined ? !same.has(folder) && places.folderAt(folder) !== undefined : look.state === 'unreadable';
}
