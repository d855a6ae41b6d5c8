import { nameKey, parentPath } from '../../base/index.ts';
import { DiskFault } from '../environment.ts';
import { type FileStat, type LocalFile, PARKED_ID, type RemoteFile } from '../model/index.ts';
import { samePlace } from '../plan/index.ts';
import type { ApplyParts } from './parts.ts';
import { absolutePath, contentAfter, newPath } from './paths.ts';
import { syncFolders } from './sync-folders.ts';

/**
 * A file moves by a second name and the end of the first. Where a crash fell in between it has both, the one that its row
 * knows and the one that the cloud has for it: the move comes to its end before a look takes the second for a new file.
 * Throws DiskFault.
 */
export async function recoverBrokenMoves(parts: ApplyParts): Promise<void> {
  const { store } = parts;
  for (const id of store.divergentIds()) {
    const [local, remote] = [store.local.get(id), store.remote.get(id)];
    if (local?.kind !== 'file' || remote?.kind !== 'file' || local.parentId === PARKED_ID || samePlace(local, remote)) continue;
    await endMove(parts, local, remote);
  }
}

async function endMove(parts: ApplyParts, local: LocalFile, remote: RemoteFile): Promise<void> {
  const { store, environment } = parts;
  const { id, parentId, name } = remote;
  const paths = await thereOnly(async () => [await absolutePath(parts, local), await newPath(parts, parentId, name)] as const);
  // Where case does not count, both may be the one name that it has.
  if (paths === undefined || nameKey(paths[0]) === nameKey(paths[1])) return;
  const [from, to] = paths;
  const [before, after] = [await environment.disk.stat(from), await environment.disk.stat(to)];
  if (before === undefined || after === undefined || !isOneFile(before, after)) return;
  if ([...store.local.named(parentId, nameKey(name))].some((other) => other.id !== id)) return;
  await syncFolders(parts, [parentPath(to)]);
  await environment.disk.removeFile(from);
  await syncFolders(parts, [parentPath(from)]);
  const stat = (await environment.disk.stat(to)) ?? after;
  store.transaction((write) => {
    write.putLocal({ ...local, parentId, name, stat, content: contentAfter(local.content, local.stat, stat) });
    const agreed = store.synced.get(id);
    if (agreed !== undefined) write.putSynced({ ...agreed, parentId, name });
  });
}

const isOneFile = (a: FileStat, b: FileStat): boolean =>
  a.kind === 'file' && b.kind === 'file' && a.dev === b.dev && a.ino === b.ino && a.links > 1;

/** Undefined when a folder on the way is not there. */
async function thereOnly<T>(find: () => Promise<T>): Promise<T | undefined> {
  try {
    return await find();
  } catch (error) {
    if (error instanceof DiskFault && ['missing', 'not_a_folder', 'loop'].includes(error.code)) return undefined;
    throw error;
  }
}
