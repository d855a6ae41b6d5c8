import { conflictName } from '../conflict/index.ts';
import { DiskFault } from '../environment.ts';
import { baseName, nameKey, parentPath } from '../../base/index.ts';
import type { FileStat } from '../model/index.ts';
import { ownPaths } from './own-folder.ts';
import type { ApplyParts } from './parts.ts';
import { sameFile } from './paths.ts';
import { syncFolders, type SyncParts } from './sync-folders.ts';

type Parts = Pick<ApplyParts, 'environment' | 'root' | 'deviceName'>;

/** The person's day, `YYYY-MM-DD`, as names of conflict versions and trash folders show it. */
export function localDay(nowMs: number): string {
  const date = new Date(nowMs);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${String(date.getFullYear())}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** A fresh, empty place in the trash for an item of this name: absolute path, its folder made. */
export async function trashSlot(parts: Parts, name: string): Promise<string> {
  const { clock, random } = parts.environment;
  const day = `${ownPaths(parts.root).trash}/${localDay(clock.now())}`;
  // The person may have tidied it away while we run.
  await ensureFolder(parts, ownPaths(parts.root).trash);
  await ensureFolder(parts, day);
  const slot = `${day}/${random.id()}`;
  await ensureFolder(parts, slot);
  return `${slot}/${name}`;
}

export async function ensureFolder({ environment }: Pick<Parts, 'environment'>, path: string): Promise<void> {
  try {
    await environment.disk.makeFolder(path);
  } catch (error) {
    if (!(error instanceof DiskFault && error.code === 'exists')) throw error;
    const stat = await environment.disk.stat(path);
    if (stat?.kind !== 'folder') throw error;
  }
}

/**
 * Gives an item that must not be lost a name of its own in `folder` (absolute): its own name if free, else a conflict
 * name. Never replaces anything. Durable when it returns, so that a journal of where it was may be forgotten. Returns the
 * path. Throws DiskFault, also when the item has its new place and only that is not durable.
 */
export async function rescue(
  parts: Parts & SyncParts,
  from: string,
  folder: string,
  name: string,
  kind: 'file' | 'folder' = 'file',
): Promise<string> {
  const { disk, clock } = parts.environment;
  const tried = new Set<string>();
  for (let candidate: string | undefined = name; candidate !== undefined;) {
    try {
      const to = `${folder}/${candidate}`;
      await (kind === 'folder' ? disk.moveFolder(from, to) : disk.moveFile(from, to));
      await syncFolders(parts, [folder, parentPath(from)]);
      return to;
    } catch (error) {
      if (!(error instanceof DiskFault && error.code === 'exists')) throw error;
      tried.add(nameKey(candidate));
      candidate = conflictName(name, parts.deviceName, localDay(clock.now()), (key) => tried.has(key));
    }
  }
  throw new DiskFault('exists', `${folder}/${name}`);
}

/**
 * Takes a download out of a place that was not its own after all: since a link is on the way to it, or nothing tells that
 * none is. By way of the trash, for what somebody wrote into it there is nobody else's copy, and `tmp` is swept. Throws
 * DiskFault.
 */
export async function takeBack(parts: Parts & SyncParts, target: string, fetched: FileStat): Promise<void> {
  const { disk, log } = parts.environment;
  const name = baseName(target);
  const slot = await trashSlot(parts, name);
  await disk.moveFile(target, slot);
  const now = await disk.stat(slot);
  if (now !== undefined && sameFile(now, fetched)) {
    await disk.removeFile(slot);
    await disk.removeFolder(parentPath(slot));
  } else if (now !== undefined) {
    const kept = await rescue(parts, slot, parts.root, name);
    log.warn('what was written to while it was put in its place is kept', { path: kept });
  }
}
