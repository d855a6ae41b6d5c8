import { type Disk, DiskFault } from '../environment.ts';
import type { ApplyParts } from './parts.ts';

/** There is nothing to make durable any more. */
const GONE: ReadonlySet<string> = new Set(['missing', 'not_a_folder', 'loop']);

export type SyncParts = Pick<ApplyParts, 'environment' | 'unsyncedFolders' | 'onUnmended'>;

/**
 * Makes durable which names are in the folders (absolute paths). Where the disk fails, they are remembered, and no look
 * is taken before that is made up for: a look writes down what it finds, and a power cut that then took the name would
 * leave a row without a file, which is what a deletion looks like. Throws DiskFault.
 */
export async function syncFolders({ environment, unsyncedFolders, onUnmended }: SyncParts, paths: readonly string[]): Promise<void> {
  try {
    await environment.disk.syncFolders(paths);
  } catch (error) {
    for (const path of paths) unsyncedFolders.add(path);
    onUnmended();
    throw error;
  }
}

/**
 * What could not be made durable when it was to be. Answers folders that cannot be now since nobody may list them: nothing
 * is concluded of what is in those, so they keep nothing else waiting, and are remembered. Throws DiskFault as long as
 * another one cannot.
 */
export async function syncFoldersAgain({ environment, unsyncedFolders }: SyncParts): Promise<readonly string[]> {
  const { disk } = environment;
  const closed: string[] = [];
  for (const path of unsyncedFolders) {
    try {
      await disk.syncFolders([path]);
    } catch (error) {
      if (!(error instanceof DiskFault)) throw error;
      if (await isClosed(disk, path)) {
        closed.push(path);
        continue;
      }
      if (!GONE.has(error.code)) throw error;
    }
    unsyncedFolders.delete(path);
  }
  return closed;
}

/**
 * As `syncFolders`, of folders that may be gone by now, where there is nothing to do, or that nobody may list: no look sees
 * what is in those before they were synced. False when one of them is such a folder. Throws DiskFault.
 */
export async function syncWhatIsThere(parts: SyncParts, paths: readonly string[]): Promise<boolean> {
  for (const path of paths) parts.unsyncedFolders.add(path);
  const closed = await syncFoldersAgain(parts);
  if (closed.length > 0) parts.onUnmended();
  return !paths.some((path) => closed.includes(path));
}

/** The folder may not be listed. */
export const isClosed = (disk: Pick<Disk, 'list'>, path: string): Promise<boolean> =>
  disk.list(path).then(
    () => false,
    (error: unknown) => error instanceof DiskFault && error.code === 'denied',
  );
