import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { en } from '../../renderer/i18n/messages.en.ts';
import { zhHans } from '../../renderer/i18n/messages.zh-hans.ts';
import { zhHant } from '../../renderer/i18n/messages.zh-hant.ts';
import { inProject } from '../lib/paths.ts';
import { languageFaults, unusedKeys } from './faults.ts';

/** Checks the texts of the window: the same keys and arguments in every language, and none that nothing shows. */
export async function main(): Promise<number> {
  const faults = [
    ...languageFaults('zh-Hans', en, zhHans),
    ...languageFaults('zh-Hant', en, zhHant),
    ...unusedKeys(en, await rendererSources()).map((key) => `${key} is shown nowhere`),
  ];
  for (const fault of faults) console.error(fault);
  return faults.length === 0 ? 0 : 1;
}

async function rendererSources(): Promise<readonly string[]> {
  const entries = await readdir(inProject('renderer'), { recursive: true });
  const code = entries.filter((path) => /\.tsx?$/.test(path) && !/\.test\.tsx?$|messages\./.test(path));
  return Promise.all(code.map((path) => readFile(join(inProject('renderer'), path), 'utf8')));
}
