import { dayMs, isInside } from '../../base/index.ts';
import type { Environment } from '../environment.ts';
import { isExpired, purgeTrash } from '../local/index.ts';
import type { Store } from '../store/index.ts';

/** A clock that is wrong by years is set right within the day; a trash that went for it would not come back. */
const SURE_MS = dayMs;

/**
 * What was deleted or replaced long enough ago leaves the local trash for good: once it was found to be due, and is so
 * still a day later. Never throws: what does not go now goes the next time.
 */
export async function purgeOldTrash(
  { disk, clock, log }: Pick<Environment, 'disk' | 'clock' | 'log'>,
  store: Store,
  root: string,
  stopping: AbortSignal,
): Promise<void> {
  try {
    const now = clock.now();
    const keepDays = store.setting('trash.keepDays');
    const before = store.trashDue();
    const due: Record<string, number> = {};
    const purged = await purgeTrash(disk, root, (day) => {
      if (!isExpired(day, now, keepDays)) return false;
      const found = before[day];
      const since = found === undefined || found > now ? now : found;
      due[day] = since;
      return now - since >= SURE_MS;
    });
    if (stopping.aborted || (purged.length === 0 && sameDays(before, due))) return;
    store.transaction((write) => {
      write.setTrashDue(due);
      for (const row of store.trash()) if (purged.some((day) => isInside(row.trashPath, day))) write.deleteTrash(row.id);
    });
  } catch (error) {
    log.warn('purging the trash failed', { error: String(error) });
  }
}

const sameDays = (a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): boolean =>
  Object.keys(a).length === Object.keys(b).length && Object.entries(a).every(([day, since]) => b[day] === since);
