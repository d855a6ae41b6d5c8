import { createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { TidemarkError } from '../../contract/index.ts';

const KEY_BYTES = 32;

/**
 * Reads the server's key, or makes one (owner-only) when there is neither a key nor data.
 * Throws `server_key_inside_data`, `server_key_missing`, `server_key_invalid`, or `folder_not_writable` where no key can be made.
 */
export function loadServerKey(keyFile: string, dataDir: string, hasData: boolean): Buffer {
  refuseInside(keyFile, dataDir);
  if (existsSync(keyFile)) return readKey(keyFile);
  if (hasData) throw new TidemarkError('server_key_missing', { path: keyFile });
  try {
    return makeKey(keyFile);
  } catch (cause) {
    throw new TidemarkError('folder_not_writable', { path: dirname(resolve(keyFile)) }, { cause });
  }
}

/** Throws `server_key_inside_data`. Neither has to exist. */
export function refuseInside(keyFile: string, dataDir: string): void {
  if (isWithin(realPath(keyFile), realPath(dataDir))) throw new TidemarkError('server_key_inside_data', { path: keyFile });
}

function readKey(path: string): Buffer {
  try {
    return parseKey(readFileSync(path, 'latin1'), path);
  } catch (cause) {
    throw cause instanceof TidemarkError ? cause : new TidemarkError('server_key_invalid', { path }, { cause });
  }
}

/** A key for one purpose, so that none is used for two. */
export function subkey(serverKey: Buffer, purpose: 'wrap' | 'names' | 'browser' | 'check' | 'codes'): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', serverKey, Buffer.alloc(0), `tidemark cloud ${purpose}`, KEY_BYTES)));
}

function parseKey(text: string, path: string): Buffer {
  if (!/^[0-9a-f]{64}\s*$/.test(text)) throw new TidemarkError('server_key_invalid', { path });
  return Buffer.from(text.trim(), 'hex');
}

function makeKey(path: string): Buffer {
  const key = randomBytes(KEY_BYTES);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  // Complete before it has its name: half a key would be taken for a wrong one at every later start.
  const temp = `${path}.${randomBytes(6).toString('hex')}.new`;
  const file = openSync(temp, 'wx', 0o600);
  try {
    writeSync(file, `${key.toString('hex')}\n`);
    // The umask can only have taken rights away from 0600, but a mount option may have added some.
    chmodSync(temp, 0o600);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temp, path);
  syncFolder(dirname(path));
  return key;
}

/** Without the key the data is lost, so its name has to outlive a loss of power as the data does. Windows needs no such call. */
function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** The real path of a file that may not exist yet. */
function realPath(path: string): string {
  const absolute = resolve(path);
  if (existsSync(absolute)) return realpathSync(absolute);
  const parent = dirname(absolute);
  return parent === absolute ? absolute : join(realPath(parent), basename(absolute));
}

function isWithin(path: string, directory: string): boolean {
  const way = relative(directory, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}
