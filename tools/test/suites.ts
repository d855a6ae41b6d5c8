import { join } from 'node:path';
import { scriptOf } from '../lib/script-bin.ts';
import { countPlaywright, countVitest, type Counts } from './reports.ts';

/** One runner started once. */
export interface Suite {
  readonly name: string;
  /** Arguments of Node; `report` is where the JSON report goes, `output` a folder for the rest. */
  command(report: string, output: string): readonly string[];
  /** How this runner is told to leave colours away. */
  readonly env: Readonly<Record<string, string>>;
  readonly count: (json: string) => Counts;
  readonly needsScreen: boolean;
  readonly needsElectron: boolean;
  readonly timeoutMs: number;
}

const minute = 60_000;

function vitest(name: string, timeoutMs: number): Suite {
  return {
    name,
    command: (report) => [
      scriptOf('vitest'),
      'run',
      '--project',
      name,
      // Loaded as it is: a bundled copy would be written into node_modules, which the user of the tests may not.
      '--configLoader=runner',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
    ],
    env: { NO_COLOR: '1' },
    count: countVitest,
    needsScreen: false,
    needsElectron: false,
    timeoutMs,
  };
}

function playwright(name: string, needsScreen: boolean): Suite {
  return {
    name,
    command: (_report, output) => [
      scriptOf('@playwright/test', 'playwright'),
      'test',
      '--config=e2e/playwright.config.ts',
      `--project=${name}`,
      '--reporter=list,json',
      '--retries=0',
      `--output=${join(output, `${name}-artifacts`)}`,
    ],
    env: { FORCE_COLOR: '0' },
    count: countPlaywright,
    needsScreen,
    needsElectron: name === 'electron',
    timeoutMs: 10 * minute,
  };
}

/** In the order in which they run: the quick and telling ones first. */
export const suites: readonly Suite[] = [
  vitest('unit', 20 * minute),
  vitest('scenarios', 20 * minute),
  vitest('simulation', 15 * minute),
  playwright('electron', true),
  playwright('chromium', false),
];
