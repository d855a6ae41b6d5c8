import { staleBuild } from '../../src/host/build-state.ts';
import { projectRoot } from './paths.ts';
import { must } from './run.ts';

/** Builds when something is not built yet or changed since. Throws with the compiler's words when that fails. */
export async function ensureBuilt(): Promise<void> {
  const stale = await staleBuild(projectRoot);
  if (stale === undefined) return;
  console.error(`Building Tidemark: ${stale}.`);
  await must('npm', ['run', '--silent', 'build'], { cwd: projectRoot });
}
