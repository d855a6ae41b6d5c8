import { createHash, randomBytes } from 'node:crypto';
import { chmod, lstat, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { isAbsolute, join, posix, resolve, win32 } from 'node:path';
import { z } from 'zod';
import { TidemarkError } from '../contract/index.ts';

/** The folder that holds everything of one device: settings, state, socket, logs. */
export interface Profile {
  readonly dir: string;
  readonly logs: string;
  /** Data of the embedded cloud. */
  readonly cloud: string;
}

export interface ProfileSource {
  /** As given with `--profile`. */
  readonly given: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly home: string;
}

/** Where the profile is: given, `TIDEMARK_PROFILE`, or the platform's own place for data of programs. Absolute. */
export function profileDir(source: ProfileSource): string {
  const { env, home, platform } = source;
  const given = source.given ?? env['TIDEMARK_PROFILE'];
  if (given !== undefined && given !== '') return resolve(given);
  if (platform === 'win32') return win32.join(env['APPDATA'] ?? win32.join(home, 'AppData', 'Roaming'), 'Tidemark');
  if (platform === 'darwin') return posix.join(home, 'Library', 'Application Support', 'Tidemark');
  // The XDG specification has relative values ignored.
  const data = env['XDG_DATA_HOME'];
  return posix.join(data !== undefined && isAbsolute(data) ? data : posix.join(home, '.local', 'share'), 'tidemark');
}

/** Makes the profile's folder, owner-only. Throws profile_not_writable. */
export async function openProfile(given?: string): Promise<Profile> {
  const dir = profileDir({ given, env: process.env, platform: process.platform, home: homedir() });
  const profile: Profile = { dir, logs: join(dir, 'logs'), cloud: join(dir, 'cloud') };
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    await mkdir(profile.logs, { recursive: true, mode: 0o700 });
    const probe = join(dir, `.probe-${randomBytes(6).toString('hex')}`);
    await writeFile(probe, '', { flag: 'wx', mode: 0o600 });
    await rm(probe);
  } catch (cause) {
    throw new TidemarkError('profile_not_writable', { path: dir }, { cause });
  }
  return profile;
}

const endpoint = z.object({ path: z.string().min(1), pid: z.int() });
export type Endpoint = z.infer<typeof endpoint>;
const endpointFile = (profile: Profile): string => join(profile.dir, 'endpoint.json');

/** Where the profile's running engine listens, as it wrote it down; it may be gone since. */
export async function readEndpoint(profile: Profile): Promise<Endpoint | undefined> {
  try {
    return endpoint.parse(JSON.parse(await readFile(endpointFile(profile), 'utf8')));
  } catch {
    return undefined;
  }
}

export async function writeEndpoint(profile: Profile, value: Endpoint): Promise<void> {
  await writeOwnerFile(endpointFile(profile), JSON.stringify(value));
}

export async function removeEndpoint(profile: Profile): Promise<void> {
  await rm(endpointFile(profile), { force: true });
}

/** Replaces a small file that only its owner may read, atomically. */
export async function writeOwnerFile(path: string, text: string): Promise<void> {
  const next = `${path}.${randomBytes(6).toString('hex')}.new`;
  await writeFile(next, text, { flag: 'wx', mode: 0o600, flush: true });
  await rename(next, path);
}

// sun_path: 108 bytes on Linux, 104 elsewhere, with the closing NUL.
const longestSocketPath = process.platform === 'linux' ? 107 : 103;

/**
 * A path to listen on: in the profile when it is private and the name fits, else in the user's runtime directory.
 * On Windows a pipe with a name that cannot be guessed. Throws profile_not_writable.
 */
export async function chooseSocketPath(profile: Profile): Promise<string> {
  if (process.platform === 'win32') return `\\\\.\\pipe\\tidemark-${randomBytes(16).toString('hex')}`;
  const own = join(profile.dir, 'engine.sock');
  if (Buffer.byteLength(own) <= longestSocketPath && (await isPrivate(profile.dir))) return own;
  const name = `${createHash('sha256').update(profile.dir).digest('hex').slice(0, 16)}.sock`;
  for (const folder of runtimeFolders()) {
    const path = join(folder, name);
    if (Buffer.byteLength(path) > longestSocketPath) continue;
    try {
      await mkdir(folder, { mode: 0o700 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') continue;
    }
    // Others may have made the folder first, or a link to one of theirs: then it is not used.
    if (await isPrivate(folder)) return path;
  }
  throw new TidemarkError('profile_not_writable', { path: profile.dir });
}

function runtimeFolders(): readonly string[] {
  const runtime = process.env['XDG_RUNTIME_DIR'];
  const uid = process.getuid?.() ?? 0;
  const shared = join(tmpdir(), `tidemark-${uid}`);
  return runtime !== undefined && isAbsolute(runtime) ? [join(runtime, 'tidemark'), shared] : [shared];
}

/** A real folder of this user that nobody else may enter. */
async function isPrivate(folder: string): Promise<boolean> {
  const stat = await lstat(folder).catch(() => undefined);
  if (stat?.isDirectory() !== true) return false;
  return stat.uid === process.getuid?.() && (stat.mode & 0o077) === 0;
}

/** Owner-only rights for a socket; its folder keeps others out until then. */
export const restrictSocket = (path: string): Promise<void> => (process.platform === 'win32' ? Promise.resolve() : chmod(path, 0o600));
