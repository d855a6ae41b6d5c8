import {
  closeSync,
  constants,
  fstatSync,
  linkSync,
  lstatSync,
  openSync,
  readdirSync,
  renameSync,
  unlinkSync,
  type BigIntStats,
} from 'node:fs';
import { basename, dirname } from 'node:path';
import { nameKey } from '../../base/index.ts';
import { DiskFault } from '../environment.ts';
import { errnoOf } from './disk-fault.ts';

/** File systems without hard links (FAT, some network drives), and links that the system forbids. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EACCES']);

/**
 * Moves a file without ever replacing another: link, which fails when the name is taken, then unlink. A crash in between
 * leaves two names of one file, which the next start sees as such. Throws DiskFault.
 */
export function moveFileSync(from: string, to: string): void {
  const source = lstatSync(from, { bigint: true });
  if (source.isDirectory()) throw new DiskFault('is_a_folder', from);
  if (!source.isFile()) throw new DiskFault('loop', from);
  try {
    linkSync(from, to);
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'EEXIST' && isOtherSpelling(from, to, source)) return renameSync(from, to);
    if (!NO_LINKS.has(code)) throw error;
    return moveWithPlaceholder(from, to);
  }
  try {
    unlinkSync(from);
  } catch (error) {
    // Both names or only the old one: the caller was told that nothing moved. What was saved under the new name stays.
    const now = lstatSync(to, { bigint: true, throwIfNoEntry: false });
    if (now?.ino === source.ino && now.mtimeNs === source.mtimeNs && now.size === source.size) unlinkSync(to);
    throw error;
  }
}

/**
 * Without links: an empty file of our own takes the name exclusively, and rename replaces it. What remains is the moment
 * between looking at the placeholder and the rename, in which another program would have to write into a file that it
 * has never seen; and after a crash in that moment an empty file.
 */
export function moveWithPlaceholder(from: string, to: string): void {
  const descriptor = openSync(to, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o600);
  let ours: BigIntStats;
  try {
    ours = fstatSync(descriptor, { bigint: true });
  } finally {
    closeSync(descriptor);
  }
  const present = lstatSync(to, { bigint: true, throwIfNoEntry: false });
  const untouched = present !== undefined && present.ino === ours.ino && present.dev === ours.dev && present.size === 0n;
  if (!untouched || present.mtimeNs !== ours.mtimeNs) throw new DiskFault('exists', to);
  try {
    renameSync(from, to);
  } catch (error) {
    unlinkSync(to);
    throw error;
  }
}

/** True when both paths are one entry that the file system finds under either spelling: a rename of letter case or of NFC to NFD. */
export function isOtherSpelling(from: string, to: string, source: BigIntStats): boolean {
  if (from === to || dirname(from) !== dirname(to) || nameKey(basename(from)) !== nameKey(basename(to))) return false;
  const target = lstatSync(to, { bigint: true, throwIfNoEntry: false });
  if (target === undefined || target.ino !== source.ino || target.dev !== source.dev) return false;
  // Two hard links of one file are two entries: there, the folder really has both names.
  const names = new Set(readdirSync(dirname(from)));
  return !(names.has(basename(from)) && names.has(basename(to)));
}
