import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { buildMark, staleBuild } from './build-state.ts';

let root: string;
const built = ['out/cli/tidemark.js', 'out/host/app.js', 'out/host/engine-process.js', 'out/main/index.cjs', 'out/renderer/index.html'];

async function write(path: string, atSecond: number): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), '');
  await utimes(join(root, path), atSecond, atSecond);
}

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tm-build-'));
  await write('src/base/units.ts', 100);
  await write('renderer/main.tsx', 100);
  await write('package.json', 100);
});
afterEach(() => rm(root, { recursive: true, force: true }));

it('a fresh clone has to be built, and so has one of which a part is missing', async () => {
  expect(await staleBuild(root)).toBe('out/cli/tidemark.js is not built');
  for (const path of built) await write(path, 200);
  expect(await staleBuild(root)).toBeUndefined();
  await rm(join(root, 'out/renderer'), { recursive: true });
  expect(await staleBuild(root)).toBe('out/renderer/index.html is not built');
});

it('a changed source has to be built; a changed test has not', async () => {
  for (const path of built) await write(path, 200);
  await write('src/base/units.test.ts', 300);
  expect(await staleBuild(root)).toBeUndefined();
  await write('renderer/screens/overview.tsx', 300);
  expect(await staleBuild(root)).toBe('renderer/screens/overview.tsx is newer than the build');
});

it('what a build did not have to write again counts as built by it', async () => {
  for (const path of built) await write(path, 200);
  await write('src/base/units.ts', 300);
  await write(buildMark, 400);
  expect(await staleBuild(root)).toBeUndefined();
});
