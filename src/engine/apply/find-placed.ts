import { baseName } from '../../base/index.ts';
import { type Disk, DiskFault } from '../environment.ts';
import { OWN_FOLDER } from '../ignore/index.ts';
import { inodeKey } from '../local/index.ts';
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
 * Files as they are now, by their nodes, that were put in their places before a crash: each may have been written to, have gone
 * out of sight or have moved on since, and a power cut may have taken the rows that said so. Without those that never got there,
 * or of which nothing proves that they did. Throws DiskFault.
 */
export async function findAllPlaced(parts: ApplyParts, all: readonly Placed[]): Promise<ReadonlyMap<NodeId, FileStat>> {
  const { root, environment } = parts;
  const { disk } = environment;
  const found = new Map<NodeId, FileStat>();
  const sought = new Map<string, Placed>();
  for (const placed of all) {
    const stat = await findWhereKnown(parts, placed);
    if (stat !== undefined) found.set(placed.node, stat);
    else if ((await disk.stat(placed.temp)) === undefined) sought.set(inodeKey(placed.stat), placed);
  }
  for (const top of [root, ownPaths(root).parked]) if (sought.size > 0) await findBelow(disk, top, sought, found);
  return found;
}

/** As `findAllPlaced`, of one. */
export const findPlaced = async (parts: ApplyParts, placed: Placed): Promise<FileStat | undefined> =>
  (await findAllPlaced(parts, [placed])).get(placed.node);

/** In its place, or out of sight. */
async function findWhereKnown(parts: ApplyParts, { node, target, stat }: Placed): Promise<FileStat | undefined> {
  const { root, environment } = parts;
  const there = await environment.disk.stat(target);
  if (isIt(there, stat) && (await isInFolder(parts, target))) return there;
  const parked = await environment.disk.stat(`${parkedFolder(root, node)}/${baseName(target)}`);
  return isIt(parked, stat) ? parked : undefined;
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

/** By their identity alone, which files without a time of creation do not have. What cannot be listed says nothing. */
async function findBelow(disk: Pick<Disk, 'list'>, top: string, sought: Map<string, Placed>, found: Map<NodeId, FileStat>): Promise<void> {
  const folders = [top];
  for (let at = folders.pop(); at !== undefined && sought.size > 0; at = folders.pop()) {
    for (const { name, stat } of await disk.list(at).catch(nothing)) {
      if (stat === null || name === null || name === OWN_FOLDER) continue;
      const placed = sought.get(inodeKey(stat));
      if (placed !== undefined && compareIdentity(stat, placed.stat) === 'same') {
        found.set(placed.node, stat);
        sought.delete(inodeKey(stat));
      }
      if (stat.kind === 'folder') folders.push(`${at}/${name}`);
    }
  }
}

function nothing(error: unknown): readonly never[] {
  if (!(error instanceof DiskFault)) throw error;
  return [];
}
