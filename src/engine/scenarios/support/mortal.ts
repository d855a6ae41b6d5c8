import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { TestCloud } from './cloud.ts';
import type { Device } from './device.ts';

/** A process of ours that is killed as by `kill -9`, and started again. */
export class Mortal implements AsyncDisposable {
  readonly #script: string;
  readonly #args: readonly string[];
  #child: ChildProcess | undefined;

  constructor(script: string, ...args: readonly string[]) {
    this.#script = fileURLToPath(new URL(script, import.meta.url));
    this.#args = args;
  }

  /** Resolves once it says that it works. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, ['--no-warnings', this.#script, ...this.#args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let complaint = '';
    child.stderr.on('data', (piece: Buffer) => (complaint += piece.toString()));
    this.#child = child;
    const ended = once(child, 'exit').then(() => {
      throw new Error(`${this.#script} ended before it worked: ${complaint}`);
    });
    await Promise.race([once(child.stdout, 'data'), ended]);
    ended.catch(() => undefined);
  }

  /** Resolves once it ended by itself, which must be soon. */
  async death(timeoutMs = 30_000): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const [code, signal] = (await once(child, 'exit', { signal: AbortSignal.timeout(timeoutMs) })) as [number | null, string | null];
    if (signal !== 'SIGKILL') throw new Error(`${this.#script} ended with ${String(code)} instead of being killed`);
  }

  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}

/**
 * The device's engine, live, in another process. The device itself must be stopped, and can be started again after the end.
 * @param point where it kills itself, see engine-child.ts
 */
export const engineProcess = (device: Device, point = ''): Mortal => new Mortal('./engine-child.ts', device.profile, device.name, point);

/** The cloud in another process, at the same address and on the same data. It must be stopped here meanwhile. */
export const cloudProcess = (cloud: TestCloud): Mortal => new Mortal('./cloud-child.ts', cloud.dir, new URL(cloud.url).port);
