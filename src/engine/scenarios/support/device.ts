import { randomBytes } from 'node:crypto';
import { appendFile, chmod, lstat, mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import type { BigIntStats } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  type EngineApi,
  type MethodName,
  ROOT_ID,
  type CloudNode,
  type ParamsIn,
  type ResultOf,
  TidemarkError,
} from '../../../contract/index.ts';
import {
  createEngine,
  createNodeDisk,
  type Engine,
  type Environment,
  type NodeDisk,
  openSecretStore,
  type SecretStore,
  type WatchFolder,
} from '../../index.ts';
import { DiskHooks } from './disk-hooks.ts';
import { realClock, realEnvironment, type Waits } from './environment.ts';
import { Traffic } from './traffic.ts';
import { ownFiles, readTree, type Tree } from './tree.ts';

export const EMAIL = 'ann@example.com';
export const PASSWORD = 'correct horse battery';

const PASSING: ReadonlySet<string> = new Set([
  'cloud_unreachable',
  'cloud_timeout',
  'cloud_unavailable',
  'cloud_failed',
  'folder_missing',
  'folder_unreadable',
  'folder_replaced',
  'folder_not_writable',
  'disk_full',
]);

export interface DeviceOptions {
  /** Watches its folder and the cloud by itself. Otherwise it looks only in `sync()`, so that a scenario decides who is first. */
  readonly live?: boolean;
  /** Where it reaches the cloud, when not directly. */
  readonly server?: string;
  /** How long it waits for a cloud that says nothing; the engine's own when not given. */
  readonly waits?: Waits;
  /** What is done with the device before its folder is added, such as putting files into it. */
  readonly before?: (device: Device) => Promise<void>;
  /** False: nobody has agreed to merge both sides, so it is asked. */
  readonly merge?: boolean;
}

export interface DevicePlace {
  readonly name: string;
  /** A folder of its own, for the profile and the synced folder. */
  readonly dir: string;
  readonly server: string;
}

let disk: NodeDisk | undefined;
/** It knows no folder, and its threads take longer to start than most scenarios. */
const sharedDisk = (): NodeDisk => (disk ??= createNodeDisk());

/** One computer of the account: a real engine on a real folder, and the hands of the person at it. */
export class Device implements EngineApi {
  readonly name: string;
  /** The synced folder, absolute. */
  readonly folder: string;
  readonly profile: string;
  readonly traffic: Traffic;
  readonly disk = new DiskHooks();
  /** Added to the device's wall clock, in ms. */
  skewMs = 0;
  live: boolean;
  /** Stands between the engine and the watcher of a live device. */
  watching: (real: WatchFolder) => WatchFolder = (real) => real;
  /** Timers of the engine end so many times sooner, where a scenario would have to wait half a minute. */
  pace = 1;
  /** As when the machine comes into another network. */
  networkChanged: () => void = () => undefined;
  readonly #server: string;
  readonly #waits: Waits | undefined;
  #engine: Engine | undefined;

  constructor({ name, dir, server }: DevicePlace, { live = false, waits, server: way }: DeviceOptions) {
    this.name = name;
    this.folder = join(dir, 'folder');
    this.profile = join(dir, 'profile');
    this.live = live;
    this.#server = way ?? server;
    this.#waits = waits;
    this.traffic = new Traffic(() => this.live);
  }

  // ---- the engine

  get engine(): Engine {
    if (this.#engine === undefined) throw new Error(`${this.name} is stopped`);
    return this.#engine;
  }

  get running(): boolean {
    return this.#engine !== undefined;
  }

  /** Opens the profile and begins to sync what it is set up for. */
  async start(): Promise<void> {
    if (this.#engine !== undefined) return;
    await mkdir(this.profile, { recursive: true });
    await mkdir(dirname(this.folder), { recursive: true });
    this.#engine = await this.open();
    await this.#engine.start();
  }

  /** The engine of this device, not yet started. */
  protected async open(): Promise<Engine> {
    return createEngine(this.#environment(await openSecretStore('file', this.profile)), { profile: this.profile });
  }

  /** The synced folder as the person's hands reach it. */
  get root(): string {
    return this.folder;
  }

  async stop(): Promise<void> {
    await this.#engine?.stop();
    this.#engine = undefined;
  }

  /** Calls to an engine that does not sync, as commands make them while none runs. The device must be stopped. */
  async withoutSync(work: () => Promise<unknown>): Promise<void> {
    this.#engine = await this.open();
    await work().finally(() => this.stop());
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  #environment(secrets: SecretStore): Environment {
    const real = realEnvironment(sharedDisk(), secrets, this.name, { skewMs: () => this.skewMs, waits: this.#waits });
    return {
      ...real,
      disk: this.disk.wrap(real.disk),
      clock: { ...real.clock, timer: (ms, callback) => real.clock.timer(ms / this.pace, callback) },
      onNetworkChange: (listener) => {
        this.networkChanged = listener;
        return () => (this.networkChanged = () => undefined);
      },
      connect: (server) => this.traffic.wrap(real.connect(server)),
      watch: (root, listener) =>
        this.live ? this.watching(real.watch)(root, listener) : Promise.resolve({ close: () => Promise.resolve() }),
    };
  }

  async signUp(email = EMAIL): Promise<void> {
    await this.call('account.signUp', { server: this.#server, email, password: PASSWORD, deviceName: this.name });
  }

  async signIn(email = EMAIL): Promise<void> {
    await this.call('account.signIn', { server: this.#server, email, password: PASSWORD, deviceName: this.name });
  }

  /** @param merge the person has agreed beforehand that both sides are merged */
  async addFolder({ merge = true }: { readonly merge?: boolean } = {}): Promise<void> {
    await mkdir(this.root, { recursive: true });
    await this.call('folder.add', { path: this.folder, merge });
  }

  call<M extends MethodName>(method: M, params: ParamsIn<M>): Promise<ResultOf<M>> {
    return this.engine.call(method, params);
  }

  on: EngineApi['on'] = (event, listener) => this.engine.on(event, listener);

  /** Looks at both sides and waits until all that can be done is done. Throws timed_out after half a minute. */
  sync(timeoutMs = 30_000): Promise<ResultOf<'sync.wait'>> {
    return this.call('sync.wait', { timeoutMs });
  }

  /** As `sync`, once what stands in the way (a cloud that is just coming back, a folder that was away) is gone by itself. */
  async syncOnceFree(timeoutMs = 30_000): Promise<ResultOf<'sync.wait'>> {
    const end = performance.now() + timeoutMs;
    for (;;) {
      try {
        return await this.sync();
      } catch (error) {
        const passing = error instanceof TidemarkError && PASSING.has(error.code);
        if (!passing || performance.now() > end) throw error;
        await realClock.sleep(50);
      }
    }
  }

  // ---- the person's hands; paths are relative to the folder, with `/`

  path(path: string): string {
    return join(this.root, path);
  }

  /** Writes the whole file in place, as most programs do; makes the folders above it. */
  async write(path: string, content: string | Uint8Array): Promise<void> {
    await mkdir(dirname(this.path(path)), { recursive: true });
    await writeFile(this.path(path), content);
  }

  async append(path: string, content: string | Uint8Array): Promise<void> {
    await appendFile(this.path(path), content);
  }

  /** As editors save that write a new file beside it and swap the two. */
  async saveBySwap(path: string, content: string | Uint8Array): Promise<void> {
    const next = `${dirname(this.path(path))}/.~save-${randomBytes(4).toString('hex')}.tmp`;
    await writeFile(next, content);
    await rename(next, this.path(path));
  }

  async mkdir(path: string): Promise<void> {
    await mkdir(this.path(path), { recursive: true });
  }

  /** A file, or a folder with all that is in it. It must be there. */
  async remove(path: string): Promise<void> {
    await rm(this.path(path), { recursive: true });
  }

  /** A file or a folder; makes the folders above the new place. */
  async rename(from: string, to: string): Promise<void> {
    await mkdir(dirname(this.path(to)), { recursive: true });
    await rename(this.path(from), this.path(to));
  }

  /** Two names change places, by way of a third. */
  async swap(a: string, b: string): Promise<void> {
    const aside = `${a}.swap-${randomBytes(4).toString('hex')}`;
    await this.rename(a, aside);
    await this.rename(b, a);
    await this.rename(aside, b);
  }

  /** Sets the time stamps; now when not given. */
  async touch(path: string, at = new Date()): Promise<void> {
    await utimes(this.path(path), at, at);
  }

  async chmod(path: string, mode: number): Promise<void> {
    await chmod(this.path(path), mode);
  }

  // ---- what is there

  read(path: string): Promise<string> {
    return readFile(this.path(path), 'utf8');
  }

  bytes(path: string): Promise<Buffer> {
    return readFile(this.path(path));
  }

  async exists(path: string): Promise<boolean> {
    return (await lstat(this.path(path)).catch(() => undefined)) !== undefined;
  }

  stat(path: string): Promise<BigIntStats> {
    return stat(this.path(path), { bigint: true });
  }

  tree(): Promise<Tree> {
    return readTree(this.root);
  }

  /** Names below one of Tidemark's own folders. */
  own(folder: 'tmp' | 'trash' | 'parked'): Promise<readonly string[]> {
    return ownFiles(this.root, folder);
  }

  async issues(): Promise<ResultOf<'issues.list'>['rows']> {
    return (await this.call('issues.list', { limit: 1000 })).rows;
  }

  async conflicts(): Promise<ResultOf<'conflicts.list'>['rows']> {
    return (await this.call('conflicts.list', { limit: 1000 })).rows;
  }

  async questions(): Promise<ResultOf<'questions.list'>['questions']> {
    return (await this.call('questions.list', {})).questions;
  }

  /** Newest first. */
  async activity(): Promise<ResultOf<'activity.list'>['rows']> {
    return (await this.call('activity.list', { limit: 1000 })).rows;
  }

  /** The drive as the cloud has it, by path; folders end in `/`. */
  async cloudNodes(): Promise<ReadonlyMap<string, CloudNode>> {
    const { drive } = this.traffic;
    if (drive === undefined) throw new Error(`${this.name} is not signed in`);
    const nodes = new Map<string, CloudNode>();
    for (let cursor: string | null = null; ;) {
      const page: Awaited<ReturnType<typeof drive.delta>> = await drive.delta(cursor);
      for (const entry of page.entries) {
        if (entry.kind === 'deleted') nodes.delete(entry.id);
        else nodes.set(entry.id, entry);
      }
      cursor = page.cursor;
      if (!page.hasMore) break;
    }
    const pathOf = (node: CloudNode): string => {
      if (node.parentId === ROOT_ID) return node.name;
      const parent = nodes.get(node.parentId);
      return `${parent === undefined ? '(nowhere)' : pathOf(parent)}/${node.name}`;
    };
    return new Map([...nodes.values()].map((node) => [pathOf(node) + (node.kind === 'folder' ? '/' : ''), node]));
  }
}
