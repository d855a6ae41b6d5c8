import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot, testEnv } from './shells.ts';

/** Runs the `tidemark` command on a profile, gives its JSON answer, and throws what it said when it failed. */
export function tidemark(profile: string, args: readonly string[], input = ''): Promise<unknown> {
  const command = [join(projectRoot, 'out', 'cli', 'tidemark.js'), ...args, '--profile', profile, '--json'];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, command, { env: testEnv, stdio: ['pipe', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    child.stdout.on('data', (bytes: Buffer) => (out += bytes.toString()));
    child.stderr.on('data', (bytes: Buffer) => (err += bytes.toString()));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(JSON.parse(out));
      else reject(new Error(`tidemark ${args.join(' ')} ended with ${String(code)}: ${err}${out}`));
    });
    child.stdin.end(input);
  });
}
