import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

export interface TreeDigest {
  /** Relative path -> SHA-256 of the content; folders end in `/` and have an empty one. */
  readonly entries: ReadonlyMap<string, string>;
  readonly files: number;
  readonly bytes: number;
}

const own = '.tidemark';

/** Reads every byte of a folder, Tidemark's own folder aside. */
export async function digestTree(root: string): Promise<TreeDigest> {
  const entries = new Map<string, string>();
  let files = 0;
  let bytes = 0;
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const relative = path.slice(root.length + 1);
    if (relative === own || relative.startsWith(`${own}/`)) continue;
    if (entry.isDirectory()) {
      entries.set(`${relative}/`, '');
    } else {
      const hash = createHash('sha256');
      await pipeline(createReadStream(path), hash);
      entries.set(relative, hash.digest('hex'));
      files += 1;
      bytes += (await lstat(path)).size;
    }
  }
  return { entries, files, bytes };
}

/** Where two trees differ, in words; empty when they are the same in every name and byte. */
export function differences(left: TreeDigest, right: TreeDigest): readonly string[] {
  const paths = new Set([...left.entries.keys(), ...right.entries.keys()]);
  return [...paths].sort().flatMap((path) => {
    const [here, there] = [left.entries.get(path), right.entries.get(path)];
    if (here === there) return [];
    if (here === undefined) return [`only on the second: ${path}`];
    if (there === undefined) return [`only on the first: ${path}`];
    return [`different bytes: ${path}`];
  });
}
