import { baseName, parentPath } from '../../base/index.ts';
import type { ErrorCode } from '../../contract/index.ts';
import type { Listing } from '../local/index.ts';
import type { NodeId } from '../model/index.ts';
import type { Store } from '../store/index.ts';
import { isNodeKey, MAX_ISSUES } from './issue-keys.ts';

const IN_THE_WAY: ReadonlySet<ErrorCode> = new Set(['link_in_the_way', 'special_in_the_way', 'rules_in_the_way', 'name_left_out']);

/** Something that never syncs is where the item belongs. */
export const isInTheWay = (code: ErrorCode): boolean => IN_THE_WAY.has(code);

/** Items that were kept from their place by something that never syncs, where a look does not find that any more. */
export function freedPlaces(store: Pick<Store, 'issueCount' | 'issues'>, listing: Listing): readonly NodeId[] {
  if (store.issueCount() === 0) return [];
  return store.issues({ limit: MAX_ISSUES }).flatMap(({ key, attempts, reason: { code, params } }) => {
    const path = params['path'];
    const isKept = isNodeKey(key) && attempts > 0 && IN_THE_WAY.has(code) && typeof path === 'string';
    return isKept && isFree(listing, path) ? [key] : [];
  });
}

function isFree({ folders, same }: Listing, path: string): boolean {
  const parent = parentPath(path);
  const name = baseName(path);
  if (same.has(parent)) return true;
  const look = folders.get(parent);
  if (look?.state !== 'listed') return false;
  const kind = look.entries.find((entry) => entry.name === name)?.stat?.kind;
  if (kind !== 'file' && kind !== 'folder') return kind === undefined;
  return !look.leftOut(name, kind === 'folder') && !look.localOnly.has(name);
}
