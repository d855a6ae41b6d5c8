import type { NodeId } from '../model/index.ts';
import { below } from '../plan/index.ts';
import type { Store } from '../store/index.ts';

/** Rules or choices make it matter in which folder something is, and what that is called. */
export const placeMatters = (store: Store): boolean =>
  store.excluded().length + store.rules().length + store.localOnlyFolders().length > 0 || store.setting('ignore.rules') !== '';

/**
 * What the cloud has in a folder that moved or was renamed, where that matters: what was left out, or not kept here, may be
 * wanted now, and nothing else would say so of what is in the cloud only.
 */
export const judgedByPlace = (store: Store, folder: NodeId): readonly NodeId[] =>
  placeMatters(store) ? [...below(store.remote, folder)].map(({ id }) => id) : [];
