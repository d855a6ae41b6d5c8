import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const entry = fileURLToPath(new URL('../tidemark.ts', import.meta.url));

export interface Outcome {
  readonly exit: number | null;
  readonly out: string;
  readonly err: string;
  /** The document of `--json`. */
  readonly json: () => Record<string, unknown>;
}

export interface Running {
  readonly child: ChildProcess;
  /** The next line of standard output, parsed. Rejects when there is none any more. */
  next(): Promise<Record<string, unknown>>;
  /** What stands on standard error until now. */
  readonly errors: () => string;
  readonly ended: Promise<Outcome>;
}

/** Everything that any command of this test file printed, for looking for secrets. */
export const transcript: string[] = [];

export interface CommandOptions {
  readonly profile?: string;
  readonly stdin?: string;
  /** Beside that of the test. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts the real command in a process of its own. */
export function start(args: readonly string[], options: CommandOptions = {}): Running {
  const child = spawn(process.execPath, [entry, ...args], {
    env: {
      ...process.env,
      ...options.env,
      TIDEMARK_SECRET_STORE: 'file',
      ...(options.profile === undefined ? {} : { TIDEMARK_PROFILE: options.profile }),
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.stdin ?? '');
  let out = '';
  let err = '';
  child.stdout.on('data', (bytes: Buffer) => (out += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (err += bytes.toString()));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ended = new Promise<Outcome>((resolve) => {
    child.on('close', (exit) => {
      transcript.push(out, err);
      resolve({ exit, out, err, json: () => JSON.parse(out) as Record<string, unknown> });
    });
  });
  return {
    child,
    errors: () => err,
    ended,
    async next() {
      const line = await lines.next();
      if (line.done === true) throw new Error(`there is no further line; standard error: ${err}`);
      return JSON.parse(line.value) as Record<string, unknown>;
    },
  };
}

/** Runs the real command to its end. */
export const tidemark = (args: readonly string[], options: CommandOptions = {}): Promise<Outcome> => start(args, options).ended;
