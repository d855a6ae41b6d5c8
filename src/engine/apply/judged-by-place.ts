import type { NodeId } from '../model/index.ts';
import { below } from '../plan/index.ts';
import type { Store } from '../store/index.ts';

/**
 * What the cloud has in a folder that moved, where rules or choices make it matter in which folder that is: what was left
 * out, or not kept here, may be wanted now, and nothing else would say so of what is in the cloud only.
 */
export function judgedByPlace(store: Store, folder: NodeId): readonly NodeId[] {
  const matters =
    store.excluded().length + store.rules().length + store.localOnlyFolders().length > 0 || store.setting('ignore.rules') !== '';
  return matters ? [...below(store.remote, folder)].map(({ id }) => id) : [];
}
