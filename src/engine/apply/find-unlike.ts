import { parentPath } from '../../base/index.ts';
import { isBuiltInIgnored } from '../ignore/index.ts';
import type { LocalNode } from '../model/index.ts';
import type { ApplyParts } from './parts.ts';
import { sameFile } from './paths.ts';

/**
 * Looks whether everything at `at` (absolute) is what the rows say, and nothing is there that a scan would have found
 * since. Answers the folder, relative to the synced one, where it is not so: only a look at that one can tell more.
 * @param path where the item is, or was before it was moved to `at`
 */
export async function findUnlike(parts: ApplyParts, local: LocalNode, at: string, path: string): Promise<string | undefined> {
  if (local.kind === 'file') {
    const stat = await parts.environment.disk.stat(at);
    return stat !== undefined && sameFile(stat, local.stat) ? undefined : parentPath(path);
  }
  const known = new Map([...parts.store.local.children(local.id)].map((child) => [child.name, child]));
  for (const entry of await parts.environment.disk.list(at)) {
    const child = entry.name === null ? undefined : known.get(entry.name);
    if (child === undefined) {
      // What never syncs goes along with its folder; anything else is news.
      if (entry.name !== null && isBuiltInIgnored(entry.name)) continue;
      if (entry.stat !== null && entry.stat.kind !== 'file' && entry.stat.kind !== 'folder') continue;
      // A look writes down that a folder holds names that cannot sync, and then it stays.
      if (entry.name === null && entry.stat !== null && local.holdsIgnored === true) continue;
      return path;
    }
    known.delete(child.name);
    const unlike = await findUnlike(parts, child, `${at}/${child.name}`, `${path}/${child.name}`);
    if (unlike !== undefined) return unlike;
  }
  // Missing ones were deleted or moved here meanwhile; the scan has to say which.
  return known.size === 0 ? undefined : path;
}
