import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { oneCloud } from './testing/devices.ts';
import { tidemark } from './testing/tidemark.ts';

const cloud = oneCloud('password', () => []);
const entry = fileURLToPath(new URL('tidemark.ts', import.meta.url));
const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

interface Shown {
  readonly exit: number | null;
  /** Everything that the terminal showed. */
  readonly screen: string;
}

/** Runs the command on a terminal of its own (script(1)) and types an answer each time that `question` comes. */
function onTerminal(
  args: readonly string[],
  profile: string,
  answers: readonly (readonly [question: string, typed: string])[],
): Promise<Shown> {
  const command = [process.execPath, entry, ...args].map(quoted).join(' ');
  const env = { ...process.env, TIDEMARK_SECRET_STORE: 'file', TIDEMARK_PROFILE: profile, TERM: 'xterm' };
  const child = spawn('script', ['-qec', command, '/dev/null'], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  let screen = '';
  let from = 0;
  const left = [...answers];
  child.stdout.on('data', (bytes: Buffer) => {
    screen += bytes.toString();
    const [next] = left;
    const at = next === undefined ? -1 : screen.indexOf(next[0], from);
    if (next === undefined || at < 0) return;
    from = at + next[0].length;
    left.shift();
    child.stdin.write(next[1]);
  });
  return new Promise((resolve) => {
    child.on('close', (exit) => {
      resolve({ exit, screen });
    });
  });
}

// The options of script(1) are those of Linux.
describe.runIf(process.platform === 'linux')('a password on a terminal', () => {
  it('is asked for, not shown, and a new one twice', async () => {
    const profile = join(cloud.folder, 'laptop');
    const where = ['--server', cloud.server, '--email', 'ann@example.com'];
    const up = await onTerminal(['sign-up', ...where], profile, [
      ['New password: ', 'correct horse battery\r'],
      ['The same once more: ', 'correct horse buttery\r'],
      ['New password: ', 'correct horze\u007f\u007fse battery\r'],
      ['The same once more: ', 'correct horse battery\r'],
    ]);
    expect(up.screen).toContain('The two are not the same.');
    expect([up.exit, up.screen]).toEqual([0, expect.stringContaining('Signed up and signed in as ann@example.com')]);
    expect((await tidemark(['sign-out', '--yes'], { profile })).exit).toBe(0);
    const again = await onTerminal(['sign-in', ...where], profile, [['Password: ', 'correct horse battery\r']]);
    expect([again.exit, again.screen]).toEqual([0, expect.stringContaining('Signed in as ann@example.com')]);
    for (const { screen } of [up, again]) expect(screen).not.toMatch(/horse|battery|horze/);
  }, 120_000);

  it('is given up with Ctrl-C, and not asked for where nobody can be', async () => {
    const profile = join(cloud.folder, 'desktop');
    const where = ['--server', cloud.server, '--email', 'ann@example.com'];
    const left = await onTerminal(['sign-in', ...where], profile, [['Password: ', 'correct\u0003']]);
    expect(left.exit).toBe(1);
    expect(left.screen).not.toContain('correct');
    const script = await tidemark(['sign-in', ...where, '--json'], { profile });
    expect([script.exit, script.json()['error']]).toEqual([2, expect.objectContaining({ code: 'usage' })]);
  }, 120_000);
});
