import type { ErrorData } from '../../contract/index.ts';
import { type Disk, DiskFault } from '../environment.ts';
import { faultReason } from '../local/index.ts';
import type { FileStat } from '../model/index.ts';

/** What the disk shows at a path now. `hidden`: one of the folders above keeps it from being seen; nothing follows from that. */
export type Sight =
  | { readonly kind: 'seen'; readonly stat: FileStat }
  | { readonly kind: 'gone' }
  | { readonly kind: 'hidden'; readonly above: string; readonly reason: ErrorData };

/** Looks at an item, and at each folder above it, without following links. @param root absolute @param path relative to it */
export async function sightOf(disk: Pick<Disk, 'stat'>, root: string, path: string): Promise<Sight> {
  const names = path.split('/');
  for (let depth = 1; depth <= names.length; depth += 1) {
    const at = names.slice(0, depth).join('/');
    const stat = await statOf(disk, `${root}/${at}`);
    if (stat instanceof DiskFault) {
      // The system says no to looking up a name in a folder, not to the name.
      const above = names.slice(0, depth - 1).join('/');
      return { kind: 'hidden', above, reason: faultReason(stat.code, above === '' ? root : above) };
    }
    if (stat === undefined) return { kind: 'gone' };
    if (depth === names.length) return { kind: 'seen', stat };
    if (stat.kind === 'symlink') return { kind: 'hidden', above: at, reason: { code: 'path_not_plain', params: { path: at } } };
    if (stat.kind !== 'folder') return { kind: 'gone' };
  }
  return { kind: 'gone' };
}

async function statOf(disk: Pick<Disk, 'stat'>, path: string): Promise<FileStat | undefined | DiskFault> {
  try {
    return await disk.stat(path);
  } catch (error) {
    if (error instanceof DiskFault) return error;
    throw error;
  }
}
