import { closeSync, constants, fstatSync, lstatSync, openSync } from 'node:fs';
import { DiskFault } from '../../environment.ts';
import { type FileStat, sameFingerprint } from '../../model/index.ts';
import { toFileStat } from '../file-stat.ts';

// Windows has neither: there, links are found by lstat, and opening a device does not wait.
const flag = (name: 'O_NOFOLLOW' | 'O_NONBLOCK'): number => (constants as Partial<Record<string, number>>)[name] ?? 0;

export const NO_FOLLOW = flag('O_NOFOLLOW');
/** Without O_NONBLOCK, opening a FIFO that took the file's place would hang the thread. */
const READ_FLAGS = constants.O_RDONLY | NO_FOLLOW | flag('O_NONBLOCK');

/** Opens a file that must still be what `expected` says. Throws DiskFault `changed` when it is not. */
export function openExpected(path: string, expected: FileStat): number {
  const descriptor = openSync(path, READ_FLAGS);
  try {
    checkOpen(descriptor, path, expected);
    return descriptor;
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

function checkOpen(descriptor: number, path: string, expected: FileStat): FileStat {
  const stat = toFileStat(fstatSync(descriptor, { bigint: true }));
  if (stat.kind !== expected.kind || !sameFingerprint(stat, expected)) throw new DiskFault('changed', path);
  return stat;
}

/**
 * After the last byte: the open file is as it was, and the path still leads to it (a swap-saving editor leaves the old
 * file open and whole, but it is no longer what the person sees).
 */
export function checkAfterReading(descriptor: number, path: string, expected: FileStat): FileStat {
  const stat = checkOpen(descriptor, path, expected);
  const present = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  if (present === undefined || String(present.ino) !== stat.ino || String(present.dev) !== stat.dev) throw new DiskFault('changed', path);
  return stat;
}
