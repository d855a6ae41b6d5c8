import { createHash } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export const OWN_FOLDER = '.tidemark';

/** Path to content; folders end in `/` and have none. Long or binary contents show as their size and hash. */
export type Tree = Readonly<Record<string, string>>;

/** What a person sees in the folder: everything but Tidemark's own. */
export async function readTree(root: string): Promise<Tree> {
  const found: [string, string][] = [];
  const walk = async (folder: string): Promise<void> => {
    for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (path === OWN_FOLDER) continue;
      if (entry.isDirectory()) {
        found.push([`${path}/`, '']);
        await walk(path);
      } else found.push([path, await show(join(root, path), entry)]);
    }
  };
  await walk('');
  return sorted(found);
}

const sorted = (pairs: readonly (readonly [string, string])[]): Tree =>
  Object.fromEntries([...pairs].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));

async function show(path: string, entry: Dirent): Promise<string> {
  if (!entry.isFile()) return entry.isSymbolicLink() ? '(link)' : '(special)';
  return showBytes(await readFile(path));
}

const SHORT = 200;

export function showBytes(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString();
  if (bytes.length <= SHORT && Buffer.from(text).equals(bytes)) return text;
  return `(${bytes.length} bytes, ${createHash('sha256').update(bytes).digest('hex').slice(0, 16)})`;
}

/** Everything below one of Tidemark's own folders, relative to it. Empty when there is none. */
export async function ownFiles(root: string, folder: 'tmp' | 'trash' | 'parked'): Promise<readonly string[]> {
  const at = join(root, OWN_FOLDER, folder);
  if ((await lstat(at).catch(() => undefined)) === undefined) return [];
  return (await readdir(at, { recursive: true })).sort();
}
