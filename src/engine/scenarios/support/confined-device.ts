import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type MethodName, type ParamsIn, type ResultOf, TidemarkError } from '../../../contract/index.ts';
import type { Engine } from '../../index.ts';
import { Device, type DevicePlace } from './device.ts';
import type { Ask, Told } from './engine-calls.ts';

const run = promisify(execFile);
const SCRIPT = fileURLToPath(new URL('./asked-engine.ts', import.meta.url));

/** Why a device cannot have a disk of its own here, or null. Some kernels and containers forbid it to ordinary users. */
export const noOwnDisk: string | null = (() => {
  const tried = spawnSync('unshare', [
    '-Urm',
    'sh',
    '-c',
    'mount -t tmpfs -o size=1m tidemark-test /tmp && setpriv --bounding-set=-all true',
  ]);
  if (tried.status === 0) return null;
  return (tried.error?.message ?? tried.stderr.toString().trim()) || `unshare ended with ${String(tried.status)}`;
})();

/**
 * A device in a process of its own with a disk of its own: a small tmpfs that only it sees, in a user and mount namespace.
 * It has no special rights there, also when the tests run as root.
 */
export class ConfinedDevice extends Device {
  readonly #small: 'folder' | 'profile and folder';
  readonly #dir: string;
  readonly #sizeMb: number;
  #child: ChildProcess | undefined;

  /** @param small what lies on the small disk */
  constructor(place: DevicePlace, small: 'folder' | 'profile and folder', sizeMb: number) {
    super(place, { live: true });
    this.#small = small;
    this.#dir = place.dir;
    this.#sizeMb = sizeMb;
  }

  override get root(): string {
    return `/proc/${this.pid}/root${this.folder}`;
  }

  get pid(): number {
    if (this.#child?.pid === undefined) throw new Error(`${this.name} has no process`);
    return this.#child.pid;
  }

  get #disk(): string {
    return this.#small === 'folder' ? this.folder : this.#dir;
  }

  /** Another size, in MB. */
  resize(sizeMb: number): Promise<void> {
    return this.#remount(`size=${sizeMb}m`);
  }

  /** By a mount over the folder: one that has files open for writing cannot be made read-only itself. */
  async readOnly(on: boolean): Promise<void> {
    if (!on) return this.#inside('umount', '--lazy', this.folder);
    await this.#inside('mount', '--bind', this.folder, this.folder);
    await this.#inside('mount', '-o', 'remount,bind,ro', this.folder);
  }

  /** Takes the disk of the folder out, in the middle of everything; what it held is put aside. */
  async takeOut(): Promise<void> {
    await this.#inside('mkdir', this.#aside);
    await this.#inside('cp', '-a', `${this.folder}/.`, this.#aside);
    await this.#inside('umount', '--lazy', this.folder);
  }

  /** Puts a disk in that holds the same, as another one or the same does: the system knows it by nothing but where it is. */
  async putIn(): Promise<void> {
    await this.#inside('mount', '-t', 'tmpfs', '-o', `size=${this.#sizeMb}m,mode=755`, 'tidemark-test', this.folder);
    await this.#inside('cp', '-a', `${this.#aside}/.`, this.folder);
  }

  get #aside(): string {
    return `${this.#dir}/aside`;
  }

  #remount(options: string): Promise<void> {
    // What is named is all that changes: the options it has name an owner, whom only the user itself may name, not its namespace.
    return this.#inside('mount', '-o', `remount,${options}`, 'tidemark-test', this.#disk);
  }

  async #inside(...command: readonly string[]): Promise<void> {
    await run('nsenter', ['-t', String(this.pid), '-U', '-m', '--preserve-credentials', ...command]);
  }

  /** Lets it open that many files more than it has; undefined: as many as it likes. */
  async spareFiles(more: number | undefined): Promise<void> {
    const open = (await readdir(`/proc/${this.pid}/fd`)).length;
    await this.#limit('nofile', more === undefined ? 1024 : open + more);
  }

  /** No file of it may be longer; undefined: as long as it likes. */
  largestFile(bytes: number | undefined): Promise<void> {
    return this.#limit('fsize', bytes ?? 'unlimited');
  }

  async #limit(what: string, soft: number | string): Promise<void> {
    await run('prlimit', ['--pid', String(this.pid), `--${what}=${soft}:`]);
  }

  /** Milliseconds of processor time that it took so far. */
  async cpuMs(): Promise<number> {
    const { stdout } = await run('ps', ['-o', 'cputimes=', '-p', String(this.pid)]);
    return Number(stdout) * 1000;
  }

  protected override async open(): Promise<Engine> {
    await mkdir(this.folder, { recursive: true });
    const inside = `mount -t tmpfs -o size=${this.#sizeMb}m,mode=755 tidemark-test "$1" && mkdir -p "$2" "$3" && shift 3 && exec "$@"`;
    const program = [
      'setpriv',
      '--bounding-set=-all',
      '--inh-caps=-all',
      process.execPath,
      '--no-warnings',
      SCRIPT,
      this.profile,
      this.name,
    ];
    const words = ['-Urm', 'sh', '-c', inside, 'confined', this.#disk, this.profile, this.folder, ...program];
    const child = spawn('unshare', words, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    this.#child = child;
    return openAsked(child);
  }
}

/** The engine in the process. Throws what it could not be opened for. */
async function openAsked(child: ChildProcess): Promise<Engine> {
  const waiting = new Map<number, (told: Told) => void>();
  let last = 0;
  let complaint = '';
  child.stderr?.on('data', (piece: Buffer) => (complaint += piece.toString()));
  child.on('message', (told: Told) => {
    waiting.get(told.id)?.(told);
    waiting.delete(told.id);
  });
  const ended = once(child, 'exit').then(() => {
    throw new Error(`the engine's process ended: ${complaint}`);
  });
  ended.catch(() => undefined);
  const told = async (id: number): Promise<unknown> => {
    const heard = new Promise<Told>((resolve) => waiting.set(id, resolve));
    const { result, error } = await Promise.race([heard, ended]);
    if (error !== undefined) throw new TidemarkError(error.code, error.params);
    return result;
  };
  await told(0);
  const ask = (method: Ask['method'], params: object): Promise<unknown> => {
    last += 1;
    const answer = told(last);
    child.send({ id: last, method, params } satisfies Ask);
    return answer;
  };
  return {
    start: async () => {
      await ask('start', {});
    },
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      await ask('engine.stop', {});
      child.disconnect();
      await ended.catch(() => undefined);
    },
    call: <M extends MethodName>(method: M, params: ParamsIn<M>) => ask(method, params) as Promise<ResultOf<M>>,
    on: () => () => undefined,
  };
}
