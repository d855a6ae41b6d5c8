import { electronForTests } from '../electron-runtime/index.ts';
import { runSteps } from '../check/run-steps.ts';
import { staticSteps } from '../check/steps.ts';
import { projectRoot } from '../lib/paths.ts';
import { run } from '../lib/run.ts';
import { add, closingLine, type Counts } from './reports.ts';
import { runSuite, type SuiteResult } from './run-suite.ts';
import { suites, type Suite } from './suites.ts';
import { ensureSystemPackages } from './system-packages.ts';
import { createTester } from './tester.ts';

/**
 * `npm test`: what a contributor and CI run. Installs system packages where it may, builds, checks the code, then runs
 * every suite as an unprivileged user. `--only unit,chromium` runs just those, without the checks.
 */
export async function main(args: readonly string[]): Promise<number> {
  const chosen = chooseSuites(args);
  if (typeof chosen === 'string') return refuse(chosen);
  const lacking = await ensureSystemPackages();
  if (lacking !== null) return refuse(lacking);

  console.log('\n=== build ===');
  const build = await run('npm', ['run', '--silent', 'build'], { cwd: projectRoot, show: true });
  if (build.code !== 0) return refuse('The build failed; nothing was tested.\n0 passed, 1 failed');

  const gates = args.includes('--only') ? [] : await checkCode();
  const results = await runSuites(chosen);
  return summarize(gates, results);
}

function chooseSuites(args: readonly string[]): readonly Suite[] | string {
  const at = args.indexOf('--only');
  if (at === -1) return suites;
  const names = (args[at + 1] ?? '').split(',');
  const unknown = names.filter((name) => !suites.some((suite) => suite.name === name));
  if (unknown.length > 0) return `No such suite: ${unknown.join(', ')}. There are: ${suites.map((suite) => suite.name).join(', ')}.`;
  return suites.filter((suite) => names.includes(suite.name));
}

function refuse(why: string): number {
  console.error(why);
  return 1;
}

async function checkCode(): Promise<Awaited<ReturnType<typeof runSteps>>> {
  console.log('\n=== checks ===');
  return runSteps(staticSteps);
}

async function runSuites(chosen: readonly Suite[]): Promise<readonly SuiteResult[]> {
  // Before the tester is made: where the checkout is copied for it, the copy is to hold the runtime too.
  const electron = chosen.some((suite) => suite.needsElectron) ? await electronForTests() : null;
  if (electron !== null && electron.why !== null)
    console.log(`The official Electron cannot be had (${electron.why}); using the test runtime.`);
  const tester = await createTester();
  try {
    const env = {
      TIDEMARK_CHROMIUM: process.env['TIDEMARK_CHROMIUM'] ?? '/usr/bin/chromium',
      ...(electron === null ? {} : { TIDEMARK_ELECTRON: tester.seen(electron.executable), TIDEMARK_ELECTRON_KIND: electron.kind }),
    };
    const results: SuiteResult[] = [];
    for (const suite of chosen) results.push(await runSuite(suite, tester, env));
    return results;
  } finally {
    await tester.remove();
  }
}

function summarize(gates: Awaited<ReturnType<typeof runSteps>>, results: readonly SuiteResult[]): number {
  console.log('\n=== what the runners said last ===');
  for (const result of results) console.log(`\n--- ${result.name}\n${result.closing}`);
  const failedGates = gates.filter((gate) => !gate.passed).map((gate) => gate.name);
  if (gates.length > 0) console.log(`\nChecks: ${failedGates.length === 0 ? 'all passed' : `failed: ${failedGates.join(', ')}`}`);

  // A check is no test and is not counted when it passes; a failed one must not hide behind "0 failed".
  const nothing: Counts = { passed: 0, failed: failedGates.length, skipped: 0 };
  const counts = results.map((result) => result.counts).reduce(add, nothing);
  console.log(`\n${closingLine(counts)}`);
  return counts.failed === 0 && counts.passed > 0 ? 0 : 1;
}
