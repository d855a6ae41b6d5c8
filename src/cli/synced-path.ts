import { isAbsolute, relative, resolve, sep } from 'node:path';

/**
 * What a person means by a path: one in the synced folder, seen from where they are, when that lies inside the folder;
 * else one counted from the folder itself. Answers a relative path with `/`.
 */
export function syncedPath(given: string, folder: string | undefined, cwd: string): string {
  const absolute = resolve(cwd, given);
  if (folder !== undefined) {
    const inside = relative(folder, absolute);
    if (inside !== '..' && !inside.startsWith(`..${sep}`) && !isAbsolute(inside)) return inside.split(sep).join('/');
  }
  return given
    .split(sep)
    .join('/')
    .replace(/^(\.\/)+/, '')
    .replace(/\/+$/, '');
}
