import { type NodeId, PARKED_ID } from '../model/index.ts';
import { forgetHere } from './local-changes.ts';
import { done, type Outcome, replan } from './outcome.ts';
import type { ApplyParts } from './parts.ts';
import { absolutePath, folderOf, pathOf, sameFile } from './paths.ts';

/**
 * What was left out by a rule, and no look went to, syncs again: once the disk shows what the row says, it is compared with
 * what was agreed on. Gone meanwhile, it is not a deletion; written to, a look tells first. Call with the tree lock held.
 */
export async function takeUp(parts: ApplyParts, id: NodeId): Promise<Outcome> {
  const { store, environment } = parts;
  const local = store.local.get(id);
  const synced = store.synced.get(id);
  if (local === undefined || synced === undefined) return replan([id]);
  // Out of sight it was put by Tidemark itself.
  if (local.parentId !== PARKED_ID) {
    const stat = await environment.disk.stat(await absolutePath(parts, local));
    if (stat === undefined) return forgetHere(parts, id);
    if (!sameFile(stat, local.stat)) return replan([id], { rescan: folderOf(pathOf(parts, id)) });
  }
  store.transaction((write) => write.putSynced({ ...synced, aside: false }));
  return done(id);
}
