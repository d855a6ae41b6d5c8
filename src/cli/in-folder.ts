import { realpath } from 'node:fs/promises';
import type { EngineApi } from '../contract/index.ts';
import { syncedPath } from './synced-path.ts';

/** The path that a person gave, as the engine counts it. */
export async function inFolder(engine: EngineApi, given: string): Promise<string> {
  const { folders } = await engine.call('folder.list', {});
  // A folder may be reached through a link; the engine knows it by its real name.
  const cwd = await realpath(process.cwd());
  return syncedPath(given, folders.find(({ localOnly }) => !localOnly)?.path, cwd);
}
