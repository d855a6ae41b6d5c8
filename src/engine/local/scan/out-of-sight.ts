import { type Disk, DiskFault } from '../../environment.ts';
import { type FileStat, type LocalTree, PARKED_ID } from '../../model/index.ts';

/** Who an entry is, as far as its inode tells. */
export const inodeKey = ({ dev, ino }: Pick<FileStat, 'dev' | 'ino'>): string => `${dev}:${ino}`;

/** Into a folder that waits out of sight something may have moved just before, and no look goes there. */
export const hasFolderOutOfSight = (tree: LocalTree): boolean => [...tree.children(PARKED_ID)].some(({ kind }) => kind === 'folder');

/**
 * Who is in a folder that no look goes to: what was moved into it just before it was put there is missed elsewhere and is
 * not gone. `unknown` where the disk does not tell.
 */
export async function inodesBelow(disk: Pick<Disk, 'list'>, path: string): Promise<ReadonlySet<string> | 'unknown'> {
  const found = new Set<string>();
  const folders = [path];
  try {
    for (let at = folders.pop(); at !== undefined; at = folders.pop()) {
      for (const { name, stat } of await disk.list(at)) {
        if (stat === null) return 'unknown';
        found.add(inodeKey(stat));
        if (stat.kind === 'folder' && name !== null) folders.push(`${at}/${name}`);
      }
    }
  } catch (error) {
    if (!(error instanceof DiskFault)) throw error;
    return error.code === 'missing' ? found : 'unknown';
  }
  return found;
}
