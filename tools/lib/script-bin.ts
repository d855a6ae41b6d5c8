import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inProject } from './paths.ts';

/**
 * The JavaScript file behind a command of an installed package, to be run with `process.execPath`: so it runs on the
 * same Node as the caller, on every platform, without a shell.
 */
export function scriptOf(packageName: string, command = packageName): string {
  const manifestPath = inProject('node_modules', packageName, 'package.json');
  const manifest = JSON.parse(readFileSync(manifestPath, 'utf8')) as { readonly bin: string | Readonly<Record<string, string>> };
  const script = typeof manifest.bin === 'string' ? manifest.bin : manifest.bin[command];
  if (script === undefined) throw new Error(`${packageName} brings no command "${command}"`);
  return join(dirname(manifestPath), script);
}
