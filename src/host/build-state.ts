import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** What a start needs; the last things that a build writes. */
const built = ['out/cli/tidemark.js', 'out/host/app.js', 'out/host/engine-process.js', 'out/main/index.cjs', 'out/renderer/index.html'];
const sources = ['src', 'renderer', 'package.json', 'tsconfig.json'];

/** Why the build in `out/` cannot be used as it is, or undefined when it can. */
export async function staleBuild(root: string): Promise<string | undefined> {
  let oldest = Number.POSITIVE_INFINITY;
  for (const path of built) {
    const found = await stat(join(root, path)).catch(() => undefined);
    if (found === undefined) return `${path} is not built`;
    oldest = Math.min(oldest, found.mtimeMs);
  }
  // A compiler does not write again what stays the same, so the mark of the last whole build counts where there is one.
  const mark = await stat(join(root, buildMark)).catch(() => undefined);
  const since = mark?.mtimeMs ?? oldest;
  for (const path of sources) {
    const newer = await newerThan(join(root, path), since);
    if (newer !== undefined) return `${newer.slice(root.length + 1)} is newer than the build`;
  }
  return undefined;
}

/** Touched by every whole build. */
export const buildMark = 'out/.built';

async function newerThan(path: string, sinceMs: number): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return undefined;
  if (!found.isDirectory()) return found.mtimeMs > sinceMs ? path : undefined;
  for (const entry of await readdir(path, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || /\.test\.tsx?$/.test(entry.name)) continue;
    const file = join(entry.parentPath, entry.name);
    const { mtimeMs } = await stat(file);
    if (mtimeMs > sinceMs) return file;
  }
  return undefined;
}
