import type { Io } from './io.ts';
import { run } from './run.ts';

/** 128 + SIGINT. */
const FORCED = 130;

/** Runs the command line of this process, and ends it. The second interrupt does not wait for anything. */
export async function main(): Promise<void> {
  const interrupt = new AbortController();
  const onSignal = (): void => {
    if (interrupt.signal.aborted) process.exit(FORCED);
    interrupt.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  process.on('SIGHUP', onSignal);
  // A reader that has seen enough (`| head`) is no failure.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(0);
    });
  }
  const io: Io = { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr, env: process.env, signal: interrupt.signal };
  process.exitCode = await run(process.argv.slice(2), io);
  // Output goes out first; then nothing that was left open keeps the process.
  process.stdout.write('', () => process.stderr.write('', () => process.exit()));
}
