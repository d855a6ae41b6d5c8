import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { seededBytes } from '../tools/world/index.ts';

const KiB = 1024;
const folders = 200;

export interface TreeFacts {
  readonly files: number;
  readonly bytes: number;
}

/**
 * Many small files: 1 to 64 KiB, log-uniform, incompressible, in 200 folders of two halves. The same for the same seed on
 * every machine; no two files are alike, so nothing is won by sending equal blocks once.
 */
export async function writeSmallTree(root: string, files: number, seed = '20240607'): Promise<TreeFacts> {
  const random = uniform(seed);
  let bytes = 0;
  let written = 0;
  for (let folder = 0; folder < folders; folder += 1) {
    const path = join(root, `half${Math.floor(folder / 100)}`, `d${String(folder % 100).padStart(3, '0')}`);
    await mkdir(path, { recursive: true });
    const until = Math.round(((folder + 1) * files) / folders);
    for (let file = 0; written < until; file += 1, written += 1) {
      const size = Math.floor(Math.exp(Math.log(KiB) + random() * Math.log(64)));
      await writeFile(join(path, `f${String(file).padStart(4, '0')}.dat`), seededBytes(`${seed}/${written}`, size));
      bytes += size;
    }
  }
  return { files, bytes };
}

/** Uniform numbers in [0, 1) from a seed. */
function uniform(seed: string): () => number {
  const bytes = seededBytes(`sizes ${seed}`, 1 << 20);
  let at = 0;
  return () => {
    const value = bytes.readUInt32LE(at) / 2 ** 32;
    at = (at + 4) % bytes.length;
    return value;
  };
}
