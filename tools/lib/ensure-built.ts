import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { inProject, projectRoot } from './paths.ts';
import { must } from './run.ts';

/** What the build reads; a change in any of it makes what was built stale. */
const sources = ['src', 'renderer', 'resources', 'package.json', 'tsconfig.json', 'tools/app-build.mjs'] as const;

/** Written last by a build, so it says when everything else was there. */
const stamp = inProject('out', '.built');

/** Builds when nothing was built yet or something changed since. Throws with the compiler's words when it fails. */
export async function ensureBuilt(): Promise<void> {
  const builtAt = await stat(stamp).then(
    (facts) => facts.mtimeMs,
    () => 0,
  );
  if (builtAt > 0 && (await newestOf(sources)) <= builtAt) return;
  console.log(builtAt === 0 ? 'Building, for the first time: half a minute.' : 'Building what changed.');
  await must('npm', ['run', '--silent', 'build'], { cwd: projectRoot });
}

async function newestOf(paths: readonly string[]): Promise<number> {
  let newest = 0;
  for (const path of paths) {
    const top = inProject(path);
    const facts = await stat(top).catch(() => undefined);
    if (facts === undefined) continue;
    newest = Math.max(newest, facts.mtimeMs);
    if (!facts.isDirectory()) continue;
    for (const entry of await readdir(top, { recursive: true, withFileTypes: true })) {
      newest = Math.max(newest, (await stat(join(entry.parentPath, entry.name))).mtimeMs);
    }
  }
  return newest;
}
