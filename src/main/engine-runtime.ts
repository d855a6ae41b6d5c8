import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Oldest Node that the engine runs on. */
const NEEDED = [22, 22] as const;

/** True when a version such as `22.22.1` is new enough for the engine. */
export function runsEngine(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1]);
}

export type EngineRuntime = { readonly kind: 'electron' } | { readonly kind: 'node'; readonly executable: string };

export interface RuntimePlace {
  readonly electronNode: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder of package.json. */
  readonly root: string;
  /** `process.resourcesPath`. */
  readonly resources: string;
  readonly platform: NodeJS.Platform;
  readonly exists?: (path: string) => boolean;
}

/**
 * Where the engine runs: inside Electron, whose Node is new enough in every version that is shipped; in an older one
 * (end-to-end tests) in the Node beside it. Undefined when there is none.
 */
export function chooseRuntime(place: RuntimePlace): EngineRuntime | undefined {
  if (runsEngine(place.electronNode)) return { kind: 'electron' };
  const exists = place.exists ?? existsSync;
  const name = place.platform === 'win32' ? 'node.exe' : 'node';
  const candidates = [place.env['TIDEMARK_NODE'] ?? '', join(place.root, 'node_modules', '.bin', name), join(place.resources, name)];
  const executable = candidates.find((path) => path !== '' && exists(path));
  return executable === undefined ? undefined : { kind: 'node', executable };
}
