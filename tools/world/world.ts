import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../lib/run.ts';
import { Service, tidemarkScript } from './service.ts';

const email = 'someone@example.org';
const password = 'correct horse battery staple';

export interface DevicePlaces {
  readonly name: string;
  readonly profile: string;
  readonly folder: string;
}

/** One device of the account: a profile, a folder, and an engine that may run. */
export class Device {
  readonly places: DevicePlaces;
  readonly #env: NodeJS.ProcessEnv;
  #engine: Service | undefined;

  constructor(places: DevicePlaces, env: NodeJS.ProcessEnv) {
    this.places = places;
    this.#env = { ...env, TIDEMARK_PROFILE: places.profile };
  }

  get folder(): string {
    return this.places.folder;
  }

  get engine(): Service {
    if (this.#engine === undefined) throw new Error(`the engine of ${this.places.name} does not run`);
    return this.#engine;
  }

  /** Runs one command of this device and answers its JSON document. Throws with its own words when it fails. */
  async command(args: readonly string[], input?: string): Promise<unknown> {
    const outcome = await run(process.execPath, [tidemarkScript, ...args, '--json'], {
      env: this.#env,
      ...(input === undefined ? {} : { input }),
    });
    if (outcome.code !== 0) {
      const said = `${outcome.stdout}${outcome.stderr}`.trim();
      throw new Error(`tidemark ${args.join(' ')} on ${this.places.name} ended with ${outcome.code}: ${said}`);
    }
    return JSON.parse(outcome.stdout) as unknown;
  }

  async enter(verb: 'sign-up' | 'sign-in', server: string): Promise<void> {
    const args = [verb, '--server', server, '--email', email, '--password-stdin', '--device-name', this.places.name];
    await this.command(args, `${password}\n`);
  }

  async startEngine(): Promise<void> {
    this.#engine = await Service.start(['start'], this.#env);
  }

  async stopEngine(): Promise<void> {
    await this.#engine?.stop();
    this.#engine = undefined;
  }

  /** Returns when everything of this device is in the cloud and everything of the cloud is here. */
  async settle(timeoutSeconds = 120): Promise<void> {
    await this.command(['sync', '--wait', '--timeout', String(timeoutSeconds)]);
  }
}

/** A cloud and two devices of one account, all in one temporary folder, each a process as a person would have it. */
export class World {
  readonly root: string;
  readonly cloud: Service;
  readonly a: Device;
  readonly b: Device;
  readonly #interrupted = (): void => {
    void this.close().then(() => process.exit(130));
  };

  private constructor(root: string, cloud: Service, a: Device, b: Device) {
    this.root = root;
    this.cloud = cloud;
    this.a = a;
    this.b = b;
    // Ctrl-C leaves neither processes nor a temporary folder of a gigabyte behind.
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, this.#interrupted);
  }

  /** Starts the cloud on loopback and lays out two devices that nobody has signed in yet. */
  static async create(parent = tmpdir()): Promise<World> {
    const root = await mkdtemp(join(parent, 'tidemark-world-'));
    const env = { ...process.env, TIDEMARK_SECRET_STORE: 'file' };
    try {
      const cloud = await Service.start(['cloud', 'serve', '--data', join(root, 'cloud'), '--plan', 'pro'], env);
      const device = async (name: string): Promise<Device> => {
        const places = { name, profile: join(root, `${name}-profile`), folder: join(root, name) };
        await mkdir(places.folder);
        return new Device(places, env);
      };
      return new World(root, cloud, await device('laptop'), await device('desktop'));
    } catch (error) {
      await rm(root, { recursive: true, force: true });
      throw error;
    }
  }

  /** Address of the cloud. */
  get server(): string {
    const { url } = this.cloud.ready;
    if (typeof url !== 'string') throw new Error(`the cloud did not say where it listens: ${JSON.stringify(this.cloud.ready)}`);
    return url;
  }

  /** Makes the account on A and signs B in to it. */
  async signIn(): Promise<void> {
    await this.a.enter('sign-up', this.server);
    await this.b.enter('sign-in', this.server);
  }

  async addFolders(): Promise<void> {
    for (const device of [this.a, this.b]) await device.command(['folder', 'add', device.folder, '--merge']);
  }

  async startEngines(): Promise<void> {
    await Promise.all([this.a.startEngine(), this.b.startEngine()]);
  }

  /** Settles both ways: what A has, then what B has, then what came of B's for A. */
  async settle(timeoutSeconds = 120): Promise<void> {
    for (const device of [this.a, this.b, this.a, this.b]) await device.settle(timeoutSeconds);
  }

  /** Stops what it started and removes the folder. */
  async close(options: { readonly keepFiles?: boolean } = {}): Promise<void> {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, this.#interrupted);
    await Promise.all([this.a.stopEngine(), this.b.stopEngine()]);
    await this.cloud.stop();
    if (options.keepFiles !== true) await rm(this.root, { recursive: true, force: true });
  }
}
