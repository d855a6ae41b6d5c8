import { copyFile, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { inProject } from '../lib/paths.ts';

/** The house without its furniture: every folder of src with its real tsconfig.json and an empty index.ts. */
export interface Skeleton {
  readonly root: string;
  /** Writes a file; `path` is relative to the root. */
  plant(path: string, text: string): Promise<void>;
  remove(): Promise<void>;
}

/** Makes a skeleton in a temporary folder, with the real rules and the real node_modules. */
export async function makeSkeleton(): Promise<Skeleton> {
  const root = await mkdtemp(join(tmpdir(), 'tidemark-layers-'));
  const plant = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  };
  for (const name of ['.dependency-cruiser.cjs', 'tsconfig.json', 'tsconfig.lint.json', 'package.json', 'src/tsconfig.base.json']) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await copyFile(inProject(name), join(root, name));
  }
  for (const folder of await foldersWithSettings()) {
    await plant(`${folder}/index.ts`, 'export const here = true;\n');
    await copyFile(inProject(folder, 'tsconfig.json'), join(root, folder, 'tsconfig.json'));
  }
  await plant('renderer/index.ts', 'export const here = true;\n');
  await symlink(inProject('node_modules'), join(root, 'node_modules'));
  return { root, plant, remove: () => rm(root, { recursive: true, force: true }) };
}

async function foldersWithSettings(): Promise<readonly string[]> {
  const entries = await readdir(inProject('src'), { recursive: true });
  return entries.filter((entry) => /(^|\/)tsconfig\.json$/.test(entry)).map((entry) => `src/${dirname(entry)}`);
}
