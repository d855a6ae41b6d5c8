import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { inProject } from '../lib/paths.ts';
import { commandReference } from './command-reference.ts';
import { errorReference } from './error-reference.ts';
import { openApiDocument } from '../../src/cloud/index.ts';
import { settingReference } from './setting-reference.ts';
import packageJson from '../../package.json' with { type: 'json' };

/** The documents that are made from the code: what they say is what it does. */
const documents: Readonly<Record<string, () => string>> = {
  'docs/reference/command.md': commandReference,
  'docs/reference/errors.md': errorReference,
  'docs/reference/settings.md': settingReference,
  'docs/reference/cloud-api.openapi.json': () => `${JSON.stringify(openApiDocument(packageJson.version), null, 2)}\n`,
};

/** Writes the reference; with `--check` it only says what is out of date, and fails. */
export async function main(args: readonly string[]): Promise<number> {
  let stale = 0;
  for (const [path, make] of Object.entries(documents)) {
    const file = inProject(path);
    const wanted = make();
    const found = await readFile(file, 'utf8').catch(() => undefined);
    if (found === wanted) continue;
    stale += 1;
    if (args.includes('--check')) console.error(`${path} is out of date: run "npm run docs"`);
    else {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, wanted);
      console.log(`wrote ${path}`);
    }
  }
  return args.includes('--check') && stale > 0 ? 1 : 0;
}
