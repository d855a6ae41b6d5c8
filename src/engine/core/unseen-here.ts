import { isSkipped } from '../../contract/index.ts';
import { findByPath, ROOT_ID } from '../model/index.ts';
import type { Store } from '../store/index.ts';
import { isNodeKey, MAX_ISSUES } from './issue-keys.ts';

/**
 * Paths of what lies in the folder and is no item of the local tree yet: a document that an office program has open, a file
 * that could not be looked at, the folder itself (an empty path). What never syncs (links, names that are not possible) is
 * not among them.
 */
export const unseenHere = (store: Pick<Store, 'issues' | 'issueCount' | 'local'>): readonly string[] =>
  store.issueCount() === 0
    ? []
    : store.issues({ limit: MAX_ISSUES }).flatMap(({ key, path, reason }) => {
        const nameless = reason.code === 'name_not_utf8' || reason.code === 'name_invalid';
        if (isNodeKey(key) || nameless || isSkipped(reason)) return [];
        return [undefined, ROOT_ID].includes(findByPath(store.local, path)) ? [path] : [];
      });
