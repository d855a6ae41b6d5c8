import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds package.json: two above this file, both as source and as built. */
export const packageRoot = (): string => join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** The built window. */
export const rendererFolder = (): string => join(packageRoot(), 'out', 'renderer');

/** Version of Tidemark, from package.json. */
export function appVersion(): string {
  const parsed = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8')) as { readonly version: string };
  return parsed.version;
}
