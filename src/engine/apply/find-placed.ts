import { baseName } from '../../base/index.ts';
import { type Disk, DiskFault } from '../environment.ts';
import { OWN_FOLDER } from '../ignore/index.ts';
import { compareIdentity, type FileStat, type NodeId } from '../model/index.ts';
import { ownPaths, parkedFolder } from './own-folder.ts';
import type { ApplyParts } from './parts.ts';
import { requireNoLink, sameFile } from './paths.ts';

interface Placed {
  readonly node: NodeId;
  /** Absolute: where it was put, or was to be. */
  readonly target: string;
  /** Absolute: where it was before. */
  readonly temp: string;
  readonly stat: FileStat;
}

/**
 * A file as it is now that was put in its place before a crash: it may have been written to, have gone out of sight or have
 * moved on since, and a power cut may have taken the rows that said so. Undefined where it never got there, or nothing
 * proves that it did. Throws DiskFault.
 */
export async function findPlaced(parts: ApplyParts, { node, target, temp, stat }: Placed): Promise<FileStat | undefined> {
  const { root, environment } = parts;
  const { disk } = environment;
  const there = await disk.stat(target);
  if (isIt(there, stat) && (await isInFolder(parts, target))) return there;
  const parked = await disk.stat(`${parkedFolder(root, node)}/${baseName(target)}`);
  if (isIt(parked, stat)) return parked;
  if ((await disk.stat(temp)) !== undefined) return undefined;
  return (await findBelow(disk, root, stat)) ?? (await findBelow(disk, ownPaths(root).parked, stat));
}

const isIt = (found: FileStat | undefined, placed: FileStat): boolean =>
  found !== undefined && (sameFile(found, placed) || compareIdentity(found, placed) === 'same');

/** No folder on the way is a link, or gone by now. */
async function isInFolder(parts: ApplyParts, path: string): Promise<boolean> {
  try {
    await requireNoLink(parts, path);
    return true;
  } catch (error) {
    if (error instanceof DiskFault && ['loop', 'missing', 'not_a_folder'].includes(error.code)) return false;
    throw error;
  }
}

/** By its identity alone, which a file without a time of creation does not have. What cannot be listed says nothing. */
async function findBelow(disk: Pick<Disk, 'list'>, top: string, placed: FileStat): Promise<FileStat | undefined> {
  const folders = [top];
  for (let at = folders.pop(); at !== undefined; at = folders.pop()) {
    for (const { name, stat } of await disk.list(at).catch(nothing)) {
      if (stat === null || name === null || name === OWN_FOLDER) continue;
      if (compareIdentity(stat, placed) === 'same') return stat;
      if (stat.kind === 'folder') folders.push(`${at}/${name}`);
    }
  }
  return undefined;
}

function nothing(error: unknown): readonly never[] {
  if (!(error instanceof DiskFault)) throw error;
  return [];
}
