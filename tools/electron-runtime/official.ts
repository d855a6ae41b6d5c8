import { access, readFile } from 'node:fs/promises';
import { inProject } from '../lib/paths.ts';
import { run } from '../lib/run.ts';

/** Long enough for a quick line, short enough not to hold up a test run where the download cannot work. */
const downloadTimeoutMs = 60_000;

export type Official = { readonly found: true; readonly executable: string } | { readonly found: false; readonly why: string };

/** The official Electron of package.json, downloaded on first use; where that cannot be, why. */
export async function officialElectron(timeoutMs = downloadTimeoutMs): Promise<Official> {
  const present = await installed();
  if (present !== undefined) return { found: true, executable: present };
  const outcome = await run(process.execPath, [inProject('node_modules', 'electron', 'install.js')], { timeoutMs });
  const fetched = await installed();
  if (fetched !== undefined) return { found: true, executable: fetched };
  return { found: false, why: outcome.timedOut ? `no answer within ${timeoutMs / 1000} s` : reason(outcome.stderr) };
}

async function installed(): Promise<string | undefined> {
  try {
    const name = await readFile(inProject('node_modules', 'electron', 'path.txt'), 'utf8');
    const executable = inProject('node_modules', 'electron', 'dist', name);
    await access(executable);
    return executable;
  } catch {
    return undefined;
  }
}

/** The one line of a stack trace that says what happened. */
function reason(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.trim());
  return lines.find((line) => /error|E[A-Z]{4,}|code/i.test(line)) ?? lines.find((line) => line !== '') ?? 'no reason given';
}
