import { sameFingerprint, type NodeId } from '../model/index.ts';
import { done, type Outcome, replan } from './outcome.ts';
import type { ApplyParts } from './parts.ts';
import { readPath } from './paths.ts';

/** Reads a file that is new or changed and notes what it holds. Throws DiskFault `changed` when it was written meanwhile. */
export async function hashFile(parts: ApplyParts, id: NodeId): Promise<Outcome> {
  const { store, environment, signal } = parts;
  const local = store.local.get(id);
  if (local?.kind !== 'file') return replan([id]);
  const { content, stat } = await environment.disk.cut(readPath(parts, local), local.stat, signal);
  return store.transaction((write) => {
    const now = store.local.get(id);
    if (now?.kind !== 'file' || !sameFingerprint(now.stat, local.stat)) return replan([id]);
    write.putLocal({ ...now, content, stat });
    return done(id);
  });
}
