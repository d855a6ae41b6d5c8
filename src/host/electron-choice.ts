import { spawn } from 'node:child_process';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasDisplay } from './open-address.ts';

/** Long enough for a slow line; then the browser is the better answer. */
const DOWNLOAD_MS = 120_000;

export type ElectronChoice = { readonly executable: string } | { readonly why: string };

export interface ElectronPlace {
  /** The folder of package.json. */
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly uid: number | undefined;
  readonly downloadMs?: number;
}

/** The Electron that can show the window here, fetched on first use; else why there is none. */
export async function chooseElectron(place: ElectronPlace): Promise<ElectronChoice> {
  if (!hasDisplay(place.env, place.platform)) return { why: 'there is no display' };
  if (place.platform === 'linux' && place.uid === 0) return { why: 'Electron does not run as root' };
  const packageFolder = join(place.root, 'node_modules', 'electron');
  const present = await findElectron(packageFolder, place.env);
  if (present !== undefined) return { executable: present };
  if (!(await exists(join(packageFolder, 'install.js')))) return { why: 'Electron is not installed' };
  process.stderr.write('Fetching Electron, once.\n');
  const failed = await download(packageFolder, place.downloadMs ?? DOWNLOAD_MS);
  const fetched = await findElectron(packageFolder, place.env);
  return fetched === undefined ? { why: `Electron cannot be downloaded (${failed ?? 'no binary came'})` } : { executable: fetched };
}

async function findElectron(packageFolder: string, env: ElectronPlace['env']): Promise<string | undefined> {
  const name = await readFile(join(packageFolder, 'path.txt'), 'utf8').catch(() => undefined);
  // The variable of the electron package itself, for a binary that lies elsewhere.
  const override = env['ELECTRON_OVERRIDE_DIST_PATH'];
  if (override === undefined && name === undefined) return undefined;
  const path = override === undefined ? join(packageFolder, 'dist', name ?? '') : join(override, name ?? 'electron');
  return (await exists(path)) ? path : undefined;
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** Undefined when it went well, else the reason in a few words. */
function download(packageFolder: string, limitMs: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(packageFolder, 'install.js')], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (bytes: Buffer) => (said = (said + bytes.toString()).slice(0, 4000)));
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      resolve(`not within ${limitMs / 1000} s`);
    }, limitMs);
    const end = (reason: string | undefined): void => {
      clearTimeout(timer);
      resolve(reason);
    };
    child.on('error', (error) => end(error.message));
    child.on('close', (code) => end(code === 0 ? undefined : (/\b(E[A-Z_]{4,}|HTTP \d+)\b/.exec(said)?.[0] ?? 'it failed')));
  });
}
