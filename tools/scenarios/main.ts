import { glob, readFile } from 'node:fs/promises';
import { createVitest, type TestCase } from 'vitest/node';
import { inProject, projectRoot } from '../lib/paths.ts';
import { filesNamedIn, phrasesIn } from './document.ts';
import { phraseFaults, type TitlePath, turnedOff } from './faults.ts';

/** Where the tests of the sync specification are, besides the files that the document names. */
const SUITES = ['src/engine/scenarios/', 'src/engine/simulation/'];

/** Checks that each line of docs/sync-scenarios.md is shown by a test, and that no scenario is turned off. */
export async function main(): Promise<number> {
  const document = await readFile(inProject('docs/sync-scenarios.md'), 'utf8');
  const tests = await collectTests([...SUITES, ...filesNamedIn(document)]);
  const faults = [...phraseFaults(phrasesIn(document), tests), ...(await turnedOffScenarios())];
  for (const fault of faults) console.error(fault);
  return faults.length === 0 ? 0 : 1;
}

/** Loads the test files without running them, so that names that are made in loops are known too. */
async function collectTests(files: readonly string[]): Promise<readonly TitlePath[]> {
  const vitest = await createVitest({ root: projectRoot, watch: false, reporters: [{}], isolate: false });
  try {
    const { testModules } = await vitest.collect([...files], { staticParse: false });
    const broken = testModules.filter((module) => module.errors().length > 0);
    if (broken.length > 0) throw new Error(`cannot be loaded: ${broken.map((module) => module.relativeModuleId).join(', ')}`);
    return testModules.flatMap((module) => [...module.children.allTests()].map(titlesOf));
  } finally {
    await vitest.close();
  }
}

function titlesOf(test: TestCase): TitlePath {
  const titles = [test.name];
  for (let { parent } = test; parent.type === 'suite'; parent = parent.parent) titles.unshift(parent.name);
  return titles;
}

async function turnedOffScenarios(): Promise<readonly string[]> {
  const faults: string[] = [];
  for await (const file of glob('src/engine/{scenarios,simulation}/**/*.test.ts', { cwd: projectRoot })) {
    for (const how of turnedOff(await readFile(inProject(file), 'utf8'))) faults.push(`${file}: ${how} turns a test off`);
  }
  return faults;
}
