import { DiskFault } from '../environment.ts';
import { type FileStat, type LocalFile, type NodeId, PARKED_ID, type RemoteFile } from '../model/index.ts';
import { changeTree } from './change-tree.ts';
import { isStale, type Outcome, replan } from './outcome.ts';
import { ownPaths } from './own-folder.ts';
import type { ApplyParts } from './parts.ts';
import { newPath, readPath, requireSame } from './paths.ts';
import type { Placer } from './placer.ts';
import { replaceFile } from './replace.ts';
import { ensureFolder } from './trash-can.ts';

const FILE_MODE = 0o644;
const EXECUTABLE_MODE = 0o755;

/** Fetches a file's content next to its place, then puts it there. */
export async function download(parts: ApplyParts, placer: Placer, id: NodeId): Promise<Outcome> {
  const { store, environment, downloader, onProgress, signal, root } = parts;
  const remote = store.remote.get(id);
  const local = store.local.get(id);
  if (remote?.kind !== 'file' || local?.kind === 'folder' || local?.parentId === PARKED_ID) return replan([id]);
  await requireRoom(parts, remote);
  await requirePlace(parts, remote, local);
  const temp = `${ownPaths(root).tmp}/${environment.random.id()}`;
  const reuse =
    local?.content === undefined || local.content === null
      ? null
      : { path: readPath(parts, local), stat: local.stat, content: local.content };
  const mode = local?.stat.mode ?? modeAside(parts, remote) ?? (remote.executable ? EXECUTABLE_MODE : FILE_MODE);
  const fetch = (): Promise<FileStat> =>
    downloader.fetch({ temp, content: remote.content, mtimeMs: remote.mtimeMs, mode, reuse }, (bytes) => onProgress(id, bytes), signal);
  const stat = await fetch().catch(async (error: unknown) => {
    if (!(error instanceof DiskFault && error.code === 'missing')) throw error;
    // The person may have tidied the folder for temporary files away while we run.
    await ensureFolder(parts, ownPaths(root).tmp);
    return fetch();
  });
  try {
    const fetched = { temp, stat };
    return local === undefined
      ? await placer.place(remote, fetched)
      : await changeTree(parts, () => replaceFile(parts, local, remote, fetched));
  } catch (error) {
    if (isStale(error)) return replan([id], { rescan: rescanOf(parts, remote) });
    throw error;
  } finally {
    await discard(parts, temp);
  }
}

/** Placed files are gone from `tmp` by name; this is for those that were not, or that a broken move left a second name of. */
async function discard({ environment }: ApplyParts, temp: string): Promise<void> {
  try {
    await environment.disk.removeFile(temp);
  } catch (error) {
    if (!(error instanceof DiskFault)) throw error;
    environment.log.warn('a temporary file could not be cleared away', { code: error.code });
  }
}

/** A file that takes the place of one that stepped aside for it is as private as that one was. */
function modeAside({ store }: ApplyParts, { id, parentId }: RemoteFile): number | undefined {
  return store.localAside(id).find((one) => one.kind === 'file' && one.parentId === parentId)?.stat.mode;
}

/** Stop before writing rather than in the middle of it. */
const RESERVE_BYTES = 16 * 1024 * 1024;
const SMALL_BYTES = 1024 * 1024;

async function requireRoom(parts: ApplyParts, remote: RemoteFile): Promise<void> {
  // Small files are not worth a question each; the write itself tells.
  if (remote.content.size < SMALL_BYTES) return;
  const free = await parts.environment.disk.freeBytes(parts.root);
  if (free < remote.content.size + RESERVE_BYTES) throw new DiskFault('full', parts.root);
}

/** Where many bytes would be fetched, it is looked first whether there is a place for them. Throws `exists`, `changed` or `missing`. */
async function requirePlace(parts: ApplyParts, { parentId, name, content }: RemoteFile, local: LocalFile | undefined): Promise<void> {
  if (content.size < SMALL_BYTES) return;
  if (local !== undefined) {
    await requireSame(parts, readPath(parts, local), local.stat);
    return;
  }
  const path = await newPath(parts, parentId, name);
  if ((await parts.environment.disk.stat(path)) !== undefined) throw new DiskFault('exists', path);
}

function rescanOf({ store }: ApplyParts, remote: RemoteFile): readonly string[] {
  const path = remote.parentId === '' ? undefined : store.localPath(remote.parentId);
  return [path ?? ''];
}
