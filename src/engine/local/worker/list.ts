import { isUtf8 } from 'node:buffer';
import { type BigIntStats, lstatSync, readdirSync } from 'node:fs';
import { DiskFault, type DiskFaultCode } from '../../environment.ts';
import { errnoOf, faultCode } from '../disk-fault.ts';
import { StatColumns } from '../file-stat.ts';
import type { ListAnswer } from './protocol.ts';

const REPLACEMENT = '\ufffd';

/**
 * All entries of a folder. Synchronous calls in a thread of our own: five times as fast as the asynchronous ones.
 * An entry that vanishes between the two calls was not there; every other failure to look is told.
 */
export function list(folder: string): ListAnswer {
  const before = folderIdentity(folder);
  const names: string[] = [];
  const stats: BigIntStats[] = [];
  const odd: { index: number; printable: string | null; fault: DiskFaultCode | null }[] = [];
  for (const name of readNames(folder)) {
    const plain = typeof name === 'string';
    const found = look(plain ? `${folder}/${name}` : Buffer.concat([Buffer.from(`${folder}/`), name]));
    if (found === undefined) continue;
    const fault = typeof found === 'string' ? found : null;
    const printable = plain ? null : escapeBytes(name);
    if (fault !== null || printable !== null) odd.push({ index: names.length, printable, fault });
    names.push(plain ? name : '');
    stats.push(typeof found === 'string' ? NOTHING : found);
  }
  if (folderIdentity(folder) !== before) throw new DiskFault('changed', folder);
  const columns = new StatColumns(names.length);
  stats.forEach((stat, index) => columns.set(index, stat));
  return { names: names.join('/'), count: names.length, stats: columns.buffer, odd };
}

/** readdir follows a link in the last segment, so what is listed must be a folder before and the same one after. */
function folderIdentity(folder: string): string {
  const stat = lstatSync(folder, { bigint: true });
  if (stat.isSymbolicLink()) throw new DiskFault('loop', folder);
  if (!stat.isDirectory()) throw new DiskFault('not_a_folder', folder);
  return `${stat.dev}:${stat.ino}`;
}

/** Decoded names; a folder with a doubtful one is read again as bytes, where invalid UTF-8 stays bytes. */
function readNames(folder: string): readonly (string | Buffer)[] {
  const names = readdirSync(folder);
  if (!names.some((name) => name.includes(REPLACEMENT))) return names;
  return readdirSync(folder, { encoding: 'buffer' }).map((bytes) => (isUtf8(bytes) ? bytes.toString('utf8') : bytes));
}

function look(path: string | Buffer): BigIntStats | DiskFaultCode | undefined {
  try {
    return lstatSync(path, { bigint: true, throwIfNoEntry: false });
  } catch (error) {
    return errnoOf(error) === 'ENOENT' ? undefined : faultCode(error);
  }
}

/** Printable ASCII as it is, every other byte as `\xNN`. */
const escapeBytes = (bytes: Buffer): string =>
  [...bytes].map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`)).join('');

const NOTHING = {
  dev: 0n,
  ino: 0n,
  size: 0n,
  birthtimeNs: 0n,
  mtimeNs: 0n,
  ctimeNs: 0n,
  nlink: 0n,
  mode: 0n,
} as BigIntStats;
