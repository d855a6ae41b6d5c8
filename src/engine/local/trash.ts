import { dayMs } from '../../base/index.ts';
import { type Disk, DiskFault } from '../environment.ts';
import { OWN_FOLDER } from '../ignore/index.ts';

const TRASH = `${OWN_FOLDER}/trash`;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Where an item goes, relative to the synced folder: one folder a day, in it one an item, so that no names meet. */
export const trashPath = (day: string, id: string, name: string): string => `${TRASH}/${day}/${id}/${name}`;

/** True when everything put there on that day has been kept for `keepDays`, in whatever time zone the day was written. */
export function isExpired(day: string, nowMs: number, keepDays: number): boolean {
  const start = DAY.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  // The day itself, and up to a day more for the zone. What is not a day never expires.
  return nowMs - start > (keepDays + 2) * dayMs;
}

/**
 * Removes the days that are due. Answers their paths, relative to the synced folder. A day that cannot be removed is left
 * for the next time. @param root absolute @param isDue asked once of each name in the trash that a folder has
 */
export async function purgeTrash(
  disk: Pick<Disk, 'list' | 'removeTree'>,
  root: string,
  isDue: (day: string) => boolean,
): Promise<readonly string[]> {
  const purged: string[] = [];
  for (const { name, stat } of await listOrNothing(disk, `${root}/${TRASH}`)) {
    if (name === null || stat?.kind !== 'folder' || !isDue(name)) continue;
    try {
      await disk.removeTree(`${root}/${TRASH}/${name}`);
      purged.push(`${TRASH}/${name}`);
    } catch (error) {
      if (!(error instanceof DiskFault)) throw error;
    }
  }
  return purged;
}

async function listOrNothing(disk: Pick<Disk, 'list'>, folder: string): ReturnType<Disk['list']> {
  try {
    return await disk.list(folder);
  } catch (error) {
    if (error instanceof DiskFault) return [];
    throw error;
  }
}
