import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { seededBytes } from '../tools/world/index.ts';
import type { TreeFacts } from './small-tree.ts';

const filesInFolder = 100;
const foldersInFolder = 100;
const shortest = 16;
const longest = 512;

const digits = (value: number, width: number): string => String(value).padStart(width, '0');

/** The path of the n-th file of a tiny tree. */
export const tinyPath = (index: number): string => {
  const folder = Math.floor(index / filesInFolder);
  return join(`t${digits(Math.floor(folder / foldersInFolder), 2)}`, `d${digits(folder, 4)}`, `f${digits(index % filesInFolder, 3)}.txt`);
};

/** Very many files of 16 to 512 bytes, a hundred to a folder. The same for the same seed on every machine. */
export async function writeTinyTree(root: string, files: number, seed = '20240607'): Promise<TreeFacts> {
  let bytes = 0;
  for (let first = 0; first < files; first += filesInFolder) {
    const content = seededBytes(`${seed}/${first}`, filesInFolder * (longest + 2));
    await mkdir(join(root, tinyPath(first), '..'), { recursive: true });
    let at = 0;
    for (let index = first; index < Math.min(files, first + filesInFolder); index += 1) {
      const size = shortest + (content.readUInt16LE(at) % (longest - shortest + 1));
      await writeFile(join(root, tinyPath(index)), content.subarray(at + 2, at + 2 + size));
      at += 2 + size;
      bytes += size;
    }
  }
  return { files, bytes };
}
