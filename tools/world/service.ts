import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { inProject } from '../lib/paths.ts';

/** The built command. */
export const tidemarkScript = inProject('out', 'cli', 'tidemark.js');

const readyTimeoutMs = 30_000;
const stopTimeoutMs = 15_000;

export interface Memory {
  readonly nowBytes: number;
  /** The most that it ever had. */
  readonly peakBytes: number;
}

/** A `tidemark` command that goes on (`start`, `cloud serve`), as a process of its own. */
export class Service {
  /** The first line it printed: it is usable now. */
  readonly ready: Readonly<Record<string, unknown>>;
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  readonly #noise: () => string;

  private constructor(child: ChildProcess, ended: Promise<void>, ready: Readonly<Record<string, unknown>>, noise: () => string) {
    this.#child = child;
    this.#ended = ended;
    this.ready = ready;
    this.#noise = noise;
  }

  /** Starts it and waits for its first line. Throws with what it said when it ends, or is silent for 30 s. */
  static async start(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Service> {
    const child = spawn(process.execPath, [tidemarkScript, ...args, '--json'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let noise = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (noise = (noise + text).slice(-4000)));
    const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
    const lines = createInterface({ input: child.stdout });
    const first = new Promise<string>((resolve, reject) => {
      lines.once('line', resolve);
      child.once('error', reject);
      child.once('close', (code) => reject(new Error(`tidemark ${args.join(' ')} ended with ${String(code)}: ${noise}`)));
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), readyTimeoutMs);
    try {
      return new Service(child, ended, JSON.parse(await first) as Record<string, unknown>, () => noise);
    } finally {
      clearTimeout(timer);
    }
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('the process was never started');
    return this.#child.pid;
  }

  /** What it said on standard error, the last 4,000 characters. */
  get noise(): string {
    return this.#noise();
  }

  /** Resident memory, from the kernel; Linux only. */
  async memory(): Promise<Memory> {
    const status = await readFile(`/proc/${this.pid}/status`, 'utf8');
    const bytes = (name: string): number => 1024 * Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]);
    return { nowBytes: bytes('VmRSS'), peakBytes: bytes('VmHWM') };
  }

  /** Seconds of processor time, user and system together; Linux only. */
  async cpuSeconds(): Promise<number> {
    const stat = await readFile(`/proc/${this.pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / 100;
  }

  /** Asks it to stop, and ends it when it does not within 15 s. Safe to call twice. */
  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), stopTimeoutMs);
    await this.#ended;
    clearTimeout(timer);
  }
}
