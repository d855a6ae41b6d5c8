import { SMALL_FILE_BYTES } from '../environment.ts';
import { sameFingerprint, type NodeId } from '../model/index.ts';
import type { HashBatcher } from './hash-batcher.ts';
import { done, type Outcome, replan } from './outcome.ts';
import type { ApplyParts } from './parts.ts';
import { readPath } from './paths.ts';

/** Reads a file that is new or changed and notes what it holds. Throws DiskFault `changed` when it was written meanwhile. */
export async function hashFile(parts: ApplyParts, batcher: HashBatcher, id: NodeId): Promise<Outcome> {
  const { store, environment, signal } = parts;
  const local = store.local.get(id);
  if (local?.kind !== 'file') return replan([id]);
  const { stat } = local;
  const path = readPath(parts, local);
  const content = stat.size <= SMALL_FILE_BYTES ? await batcher.cut(path, stat) : (await environment.disk.cut(path, stat, signal)).content;
  return store.transaction((write) => {
    const now = store.local.get(id);
    if (now?.kind !== 'file' || !sameFingerprint(now.stat, stat)) return replan([id]);
    write.putLocal({ ...now, content });
    return done(id);
  });
}
