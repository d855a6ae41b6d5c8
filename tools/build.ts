import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { buildMark } from '../src/host/build-state.ts';
import { inProject, projectRoot } from './lib/paths.ts';
import { run } from './lib/run.ts';
import { scriptOf } from './lib/script-bin.ts';

/** `npm run build`: the TypeScript of every process into out/, then the bundles of window, main and preload. */
export async function main(): Promise<number> {
  const began = new Date();
  for (const step of [[scriptOf('typescript', 'tsc'), '-b'], [inProject('tools', 'app-build.mjs')]]) {
    const outcome = await run(process.execPath, step, { cwd: projectRoot, show: true });
    if (outcome.code !== 0) return outcome.code;
  }
  await mkdir(inProject('out'), { recursive: true });
  // Dated from the beginning: what was saved while it built is newer than what was built.
  await writeFile(inProject(buildMark), '');
  await utimes(inProject(buildMark), began, began);
  return 0;
}
