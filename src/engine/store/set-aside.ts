import { existsSync, renameSync } from 'node:fs';

/**
 * Renames a broken database and its side files, never deletes them. The log goes first: a log beside a fresh database
 * of the same name would be taken for its own. Answers the new path of the database.
 */
export function setAside(path: string, now: number): string {
  const stamp = new Date(now).toISOString().replace(/[-:]/g, '').replace(/\.\d+/, '');
  let target = `${path}.broken-${stamp}`;
  for (let number = 2; ['', '-wal', '-shm'].some((suffix) => existsSync(target + suffix)); number += 1) {
    target = `${path}.broken-${stamp}-${String(number)}`;
  }
  for (const suffix of ['-wal', '-shm', '-journal', '']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, target + suffix);
  }
  return target;
}
