import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The top folder of the checkout, absolute. */
export const projectRoot = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Throw-away files that may be kept between runs and that `npm ci` clears. */
export const cacheFolder = join(projectRoot, 'node_modules', '.cache', 'tidemark');

/** A path inside the checkout, absolute. */
export function inProject(...parts: readonly string[]): string {
  return join(projectRoot, ...parts);
}
