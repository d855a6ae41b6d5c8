import { below, compareIdentity, type LocalNode } from '../../model/index.ts';
import type { KnownLocal } from './listing.ts';
import type { Resolver } from './resolve.ts';
import type { SeenEntries } from './seen.ts';
import { placeKey } from './withhold.ts';

/**
 * Known items that are still there, under a name that no sync can carry (not UTF-8, or too long for the cloud). They are
 * listed for their name; what was known of them stays, since nobody deleted them (SYNC-SPEC 8, 14). Not those whose place, or
 * that of a folder above, something else has taken: one of the two has to go from the tree.
 */
export function unnameable(entries: SeenEntries, known: KnownLocal, { claimed, resolved }: Resolver): readonly LocalNode[] {
  if (entries.nameless.length === 0) return [];
  const taken = new Set(resolved.map(({ parentId, seen }) => placeKey({ parentId, name: seen.name })));
  const isTaken = (node: LocalNode): boolean => {
    const above = claimed.has(node.parentId) ? undefined : known.tree.get(node.parentId);
    return taken.has(placeKey(node)) || (above !== undefined && isTaken(above));
  };
  return entries.nameless.flatMap((stat) =>
    [...known.withInode(stat.dev, stat.ino)]
      .filter((node) => node.kind === stat.kind && compareIdentity(node.stat, stat) !== 'different')
      .filter((node) => !claimed.has(node.id) && !isTaken(node))
      .flatMap((node) => [node, ...[...below<LocalNode>(known.tree, node.id)].filter(({ id }) => !claimed.has(id))]),
  );
}
