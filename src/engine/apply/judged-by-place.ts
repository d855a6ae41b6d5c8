import { below, type LocalNode, type NodeId, type RemoteNode } from '../model/index.ts';
import type { Store } from '../store/index.ts';

/** Rules or choices make it matter in which folder something is, and what that is called. */
export const placeMatters = (store: Store): boolean =>
  store.excluded().length + store.rules().length + store.localOnlyFolders().length > 0 || store.setting('ignore.rules') !== '';

/** All that either side has in the folder, however deep. */
export function itemsBelow({ local, remote }: Pick<Store, 'local' | 'remote'>, folder: NodeId): ReadonlySet<NodeId> {
  const ids = new Set<NodeId>();
  for (const tree of [local, remote]) for (const { id } of below<LocalNode | RemoteNode>(tree, folder)) ids.add(id);
  return ids;
}

/**
 * What is in a folder that moved or was renamed, on either side, where that matters: what was left out, or not kept here, may
 * be wanted now, and nothing else would say so of what one side alone has.
 */
export const judgedByPlace = (store: Store, folder: NodeId): readonly NodeId[] =>
  placeMatters(store) ? [...itemsBelow(store, folder)] : [];
