import { type NodeId, PARKED_ID } from '../model/index.ts';
import { done, type Outcome, replan } from './outcome.ts';
import type { ApplyParts } from './parts.ts';
import { absolutePath, folderOf, pathOf, sameFile } from './paths.ts';

/**
 * What was left out by a rule, and no look went to, syncs again: once the disk shows what the row says, it is compared with
 * what was agreed on. Written to or gone meanwhile, a look tells first; gone it is no deletion, since it is still set
 * aside. Call with the tree lock held.
 */
export async function takeUp(parts: ApplyParts, id: NodeId): Promise<Outcome> {
  const { store, environment } = parts;
  const local = store.local.get(id);
  if (local === undefined || store.synced.get(id) === undefined) return replan([id]);
  // Out of sight it was put by Tidemark itself.
  if (local.parentId !== PARKED_ID) {
    const stat = await environment.disk.stat(await absolutePath(parts, local));
    // Also where nothing is: a disk that was taken out just now looks the same, and only a look tells these apart.
    if (stat === undefined || !sameFile(stat, local.stat)) return replan([id], { rescan: folderOf(pathOf(parts, id)) });
  }
  const agreed = store.synced.get(id);
  if (agreed === undefined) return replan([id]);
  store.transaction((write) => write.putSynced({ ...agreed, aside: false }));
  return done(id);
}
