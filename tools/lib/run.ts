import { spawn, type StdioOptions } from 'node:child_process';

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** What the command reads on standard input; nothing when left out. */
  readonly input?: string;
  /** Passes output on to the terminal while it is collected. */
  readonly show?: boolean;
  /** Ends the command after this long; the outcome then says `timedOut`. */
  readonly timeoutMs?: number;
}

export interface Outcome {
  /** The exit code; 128 + signal number's stand-in (128) when a signal ended it, 127 when it could not be started. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
}

/** Runs a command to its end. A command that fails or is missing is an outcome, never a throw. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    const stdio: StdioOptions = ['pipe', 'pipe', 'pipe'];
    const child = spawn(command, args, { cwd: options.cwd, env: options.env, stdio });
    let stdout = '';
    let stderr = '';
    let timedOut = false;
    const timer =
      options.timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true;
            child.kill('SIGKILL');
          }, options.timeoutMs);
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (options.show === true) process.stdout.write(text);
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      if (options.show === true) process.stderr.write(text);
    });
    const done = (code: number): void => {
      clearTimeout(timer);
      resolve({ code, stdout, stderr, timedOut });
    };
    child.on('error', (error) => {
      stderr += error.message;
      done(127);
    });
    child.on('close', (code) => done(code ?? 128));
    child.stdin?.on('error', () => undefined); // a command that does not read its input may have closed it
    child.stdin?.end(options.input ?? '');
  });
}

/** Like `run`, for a command that must work. Throws with its last lines when it fails. */
export async function must(command: string, args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const outcome = await run(command, args, options);
  if (outcome.code !== 0) {
    const said = `${outcome.stdout}\n${outcome.stderr}`.trim().split('\n').slice(-20).join('\n');
    throw new Error(`${command} ${args.join(' ')} ended with ${outcome.code}${outcome.timedOut ? ' (too slow)' : ''}:\n${said}`);
  }
  return outcome;
}
