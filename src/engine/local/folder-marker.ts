import { type Disk, DiskFault, type DiskFaultCode } from '../environment.ts';
import { OWN_FOLDER } from '../ignore/index.ts';

/** `unreadable`: there, but the disk does not let us look; nothing may be concluded from that. `replaced`: not the folder that was added. */
export type FolderState = 'ready' | 'missing' | 'unreadable' | 'replaced' | 'not_writable';

/** The disk's answers that say that nothing is at the path. */
const NOT_THERE: ReadonlySet<DiskFaultCode> = new Set(['missing', 'not_a_folder', 'is_a_folder', 'loop']);

const MARKER = 'folder.json';

const own = (root: string): string => `${root}/${OWN_FOLDER}`;

/**
 * Looks whether the folder is there and is ours, by the marker in it: an unmounted volume leaves an empty folder, a
 * restored backup or a renamed folder another one. Cheap; to be asked before and after every scan. Never throws DiskFault.
 * @param root absolute @param folderId as stored with the folder (store: FolderRow)
 */
export async function checkFolder(
  disk: Pick<Disk, 'stat' | 'readText' | 'canWrite'>,
  root: string,
  folderId: string,
): Promise<FolderState> {
  const seen = await seeFolder(disk, root, folderId);
  if (seen !== 'ready') return seen;
  try {
    // Tried inside our own folder: in the root it would be a change that the watcher tells, and start the next scan.
    return (await disk.canWrite(own(root))) ? 'ready' : 'not_writable';
  } catch (error) {
    if (!(error instanceof DiskFault)) throw error;
    // No room, no handles: what is to be written will say so by itself.
    return 'ready';
  }
}

/** As `checkFolder`, by looking alone: whether it can be written in is not tried. */
export async function seeFolder(
  disk: Pick<Disk, 'stat' | 'readText'>,
  root: string,
  folderId: string,
): Promise<Exclude<FolderState, 'not_writable'>> {
  try {
    if ((await disk.stat(root)) === undefined) return 'missing';
    return (await readMarker(disk, root)) === folderId ? 'ready' : 'replaced';
  } catch (error) {
    if (!(error instanceof DiskFault)) throw error;
    return NOT_THERE.has(error.code) ? 'missing' : 'unreadable';
  }
}

/** Id in the folder's marker; undefined without one. Throws DiskFault when the folder cannot be read. */
export async function readMarker(disk: Pick<Disk, 'stat' | 'readText'>, root: string): Promise<string | undefined> {
  if ((await disk.stat(own(root)))?.kind !== 'folder') return undefined;
  const stat = await disk.stat(`${own(root)}/${MARKER}`);
  if (stat?.kind !== 'file') return undefined;
  const text = await disk.readText(`${own(root)}/${MARKER}`);
  return text === undefined ? undefined : parseMarker(text);
}

function parseMarker(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const id = typeof value === 'object' && value !== null && 'folderId' in value ? value.folderId : undefined;
    return typeof id === 'string' ? id : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Makes the folder ours: the marker of another id is replaced (the caller has asked). Throws DiskFault, `loop` when
 * `.tidemark` is a link or a file.
 */
export async function createMarker(disk: Disk, root: string, folderId: string): Promise<void> {
  await ensureFolder(disk, own(root));
  await disk.writeText(`${own(root)}/${MARKER}`, `${JSON.stringify({ folderId })}\n`);
  await disk.syncFolders([root]);
}

/**
 * At every start: what downloads of an earlier run left is removed; trash and what waits for its place stay.
 * Does nothing unless the folder is ready. Throws DiskFault when the disk fails in the middle.
 */
export async function prepareOwnFolder(disk: Disk, root: string, folderId: string): Promise<FolderState> {
  const state = await checkFolder(disk, root, folderId);
  if (state !== 'ready') return state;
  await disk.removeTree(`${own(root)}/tmp`);
  for (const name of ['tmp', 'trash', 'parked']) await ensureFolder(disk, `${own(root)}/${name}`);
  return 'ready';
}

async function ensureFolder(disk: Disk, path: string): Promise<void> {
  try {
    await disk.makeFolder(path);
  } catch (error) {
    if (!(error instanceof DiskFault && error.code === 'exists')) throw error;
    // A link here would lead our writes out of the root.
    if ((await disk.stat(path))?.kind !== 'folder') throw new DiskFault('loop', path, { cause: error });
  }
}
