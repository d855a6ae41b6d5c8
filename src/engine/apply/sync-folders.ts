import { DiskFault } from '../environment.ts';
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

/** What could not be made durable when it was to be. Throws DiskFault as long as it cannot. */
export async function syncFoldersAgain({ environment, unsyncedFolders }: SyncParts): Promise<void> {
  for (const path of unsyncedFolders) {
    await environment.disk.syncFolders([path]).catch((error: unknown) => {
      if (!(error instanceof DiskFault && GONE.has(error.code))) throw error;
    });
    unsyncedFolders.delete(path);
  }
}
