import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { Counts } from './reports.ts';
import type { Suite } from './suites.ts';
import type { Tester } from './tester.ts';

export interface SuiteResult {
  readonly name: string;
  readonly counts: Counts;
  /** The runner's own last lines. */
  readonly closing: string;
}

const closingLines = 8;

/** Runs one suite as the tester. A runner that fails without a failed test, or ran none, counts as one failure. */
export async function runSuite(suite: Suite, tester: Tester, env: NodeJS.ProcessEnv): Promise<SuiteResult> {
  console.log(`\n=== ${suite.name} ===`);
  const report = join(tester.output, `${suite.name}.json`);
  const node = [process.execPath, ...suite.command(report, tester.output)].map((word) => tester.seen(word));
  const screen = suite.needsScreen ? ['xvfb-run', '-a', '-s', '-screen 0 1440x900x24 -nolisten tcp'] : [];
  const { code, text } = await follow(tester.wrap([...screen, ...node]), {
    cwd: tester.checkout,
    env: { ...tester.env, ...env, ...suite.env, PLAYWRIGHT_JSON_OUTPUT_FILE: report },
    timeoutMs: suite.timeoutMs,
  });
  const counts = await readFile(report, 'utf8').then(suite.count, () => ({ passed: 0, failed: 0, skipped: 0 }));
  const silentFailure = counts.failed === 0 && (code !== 0 || counts.passed === 0);
  return {
    name: suite.name,
    counts: silentFailure ? { ...counts, failed: 1 } : counts,
    closing: `${lastLines(text)}${silentFailure ? `\n(ended with ${code}, ${counts.passed} passed: counted as one failure)` : ''}`,
  };
}

interface FollowOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly timeoutMs: number;
}

/** Runs a command in a process group of its own, shows and keeps what it says, and ends the whole group in the end. */
function follow(command: readonly string[], options: FollowOptions): Promise<{ readonly code: number; readonly text: string }> {
  return new Promise((resolve) => {
    const [program = '', ...args] = command;
    const child = spawn(program, args, { cwd: options.cwd, env: options.env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    let text = '';
    const take = (chunk: string): void => {
      text += chunk;
      process.stdout.write(chunk);
    };
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', take);
    const endGroup = (): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // Everything of the group has ended already.
      }
    };
    const timer = setTimeout(() => {
      take(`\nNot done after ${options.timeoutMs / 60_000} minutes; ended.\n`);
      endGroup();
    }, options.timeoutMs);
    child.on('error', (error) => take(`${program}: ${error.message}\n`));
    child.on('exit', endGroup);
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve({ code: code ?? 128, text });
    });
  });
}

function lastLines(text: string): string {
  return stripVTControlCharacters(text)
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .slice(-closingLines)
    .join('\n');
}
