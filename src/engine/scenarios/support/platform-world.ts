import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { minuteMs, secondMs } from '../../../base/index.ts';
import { ROOT_ID } from '../../../contract/index.ts';
import { createEngine, type Engine } from '../../create-engine.ts';
import { FakeDisk, fakeWatch, type UserHands, type VolumeOptions } from '../../fakes/disk/index.ts';
import { FakeClock, FakeCloud, FakeLog, FakeSecrets, noLoopback, SeededRandom } from '../../fakes/index.ts';
import { type PlatformName, PLATFORMS } from './platforms.ts';

const ROOT = '/home/ann/sync';
const EMAIL = 'ann@example.com';
const PASSWORD = 'correct horse battery';

/** Whole engines on disks with the rules of other platforms, and one cloud; the clock moves only when told. */
export class PlatformWorld {
  /** A real folder for the databases. */
  readonly dir = mkdtempSync(join(tmpdir(), 'tidemark-platforms-'));
  readonly clock = new FakeClock(Date.UTC(2026, 2, 1, 12));
  readonly #random = new SeededRandom(11);
  readonly cloud = new FakeCloud({ clock: this.clock, random: this.#random.fork() });
  readonly devices: PlatformDevice[] = [];

  constructor() {
    onTestFinished(async () => {
      for (const device of this.devices) await device.stop();
      rmSync(this.dir, { recursive: true });
    });
  }

  /** A computer of this kind, signed in and with its folder added; named after its kind. */
  async device(kind: PlatformName, volume: Partial<VolumeOptions> = {}): Promise<PlatformDevice> {
    const device = new PlatformDevice(this, kind, this.#random.fork(), volume);
    this.devices.push(device);
    await device.start();
    await device.join(this.devices.length === 1);
    await this.settle();
    return device;
  }

  /** Long enough for everything that can be done. */
  async settle(): Promise<void> {
    await this.clock.advance(5 * minuteMs);
  }

  /** Path to hash as the cloud has it, folders with null. */
  hashes(): Readonly<Record<string, string | null>> {
    const nodes = new Map(this.cloud.nodes(EMAIL).map((node) => [node.id, node]));
    const pathOf = (id: string): string => {
      const node = nodes.get(id);
      if (node === undefined) throw new Error(`${id} is nowhere`);
      return node.parentId === ROOT_ID ? node.name : `${pathOf(node.parentId)}/${node.name}`;
    };
    const pairs = [...nodes.values()].map((node): [string, string | null] => [pathOf(node.id), node.kind === 'file' ? node.hash : null]);
    return Object.fromEntries(pairs.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** Paths in the cloud, sorted. */
  paths(): readonly string[] {
    return Object.keys(this.hashes());
  }

  idOf(path: string): string {
    const name = path.slice(path.lastIndexOf('/') + 1);
    const found = this.cloud.nodes(EMAIL).filter((node) => node.name === name);
    if (found.length !== 1 || found[0] === undefined) throw new Error(`${found.length} items are called ${path}`);
    return found[0].id;
  }

  executable(name: string): boolean {
    return this.cloud.nodes(EMAIL).some((node) => node.kind === 'file' && node.name === name && node.executable);
  }

  /** Nothing more happens, also after every engine began anew. */
  async expectRest(): Promise<void> {
    const before = JSON.stringify(this.cloud.nodes(EMAIL));
    const disks = this.devices.map((device) => device.tree());
    for (const device of this.devices) {
      await device.stop();
      await device.start();
    }
    await this.settle();
    expect(JSON.stringify(this.cloud.nodes(EMAIL)), 'nothing is sent again').toBe(before);
    expect(this.devices.map((device) => device.tree())).toEqual(disks);
  }
}

/** One computer of a kind, and the person at it. Paths are relative to the folder. */
export class PlatformDevice {
  readonly name: string;
  readonly disk: FakeDisk;
  readonly #world: PlatformWorld;
  readonly #kind: PlatformName;
  readonly #random: SeededRandom;
  readonly #secrets = new FakeSecrets();
  readonly log = new FakeLog();
  readonly #database: string;
  #engine: Engine | undefined;

  constructor(world: PlatformWorld, kind: PlatformName, random: SeededRandom, volume: Partial<VolumeOptions>) {
    this.#world = world;
    this.#kind = kind;
    this.name = kind;
    this.#random = random;
    this.disk = new FakeDisk({ ...PLATFORMS[kind].volume, ...volume, now: () => world.clock.now() });
    this.#database = join(world.dir, `${world.devices.length}.db`);
    this.user.mkdir(ROOT);
  }

  get user(): UserHands {
    return this.disk.user;
  }

  get #running(): Engine {
    if (this.#engine === undefined) throw new Error(`${this.name} is stopped`);
    return this.#engine;
  }

  async start(): Promise<void> {
    const { clock, cloud } = this.#world;
    this.#engine = await createEngine(
      {
        clock,
        random: this.#random,
        disk: this.disk,
        watch: fakeWatch(this.disk).watch,
        secrets: this.#secrets,
        log: this.log,
        connect: () => cloud.api(),
        onNetworkChange: () => () => undefined,
        loopback: noLoopback,
        platform: { ...PLATFORMS[this.#kind].facts, hostName: this.name, appVersion: '0.0.0-test' },
      },
      { profile: '/profile', database: this.#database, lockFolder: () => () => undefined },
    );
    await this.#engine.start();
  }

  async stop(): Promise<void> {
    const stopping = this.#engine?.stop();
    this.#engine = undefined;
    await this.#world.clock.advance(secondMs);
    await stopping;
  }

  async join(first: boolean): Promise<void> {
    const { server } = this.#world.cloud;
    await this.#running.call(first ? 'account.signUp' : 'account.signIn', {
      server,
      email: EMAIL,
      password: PASSWORD,
      deviceName: this.name,
    });
    await this.#running.call('folder.add', { path: ROOT });
  }

  at(path: string): string {
    return `${ROOT}/${path}`;
  }

  write(path: string, content: string = path): void {
    this.user.writeFile(this.at(path), content);
  }

  rename(from: string, to: string): void {
    this.user.rename(this.at(from), this.at(to));
  }

  remove(path: string): void {
    this.user.remove(this.at(path));
  }

  /** Path to content, folders with null, without what is Tidemark's own. */
  tree(): Readonly<Record<string, string | null>> {
    return Object.fromEntries(Object.entries(this.user.snapshot(ROOT)).filter(([path]) => !/^\.tidemark(?:\/|$)/u.test(path)));
  }

  paths(): readonly string[] {
    return Object.keys(this.tree());
  }

  /** `code path` of everything that is listed, sorted. */
  async issues(): Promise<readonly string[]> {
    const { rows } = await this.#running.call('issues.list', { limit: 1000 });
    return rows.map(({ path, reason }) => `${reason.code} ${path}`).sort();
  }

  call: Engine['call'] = (method, params) => this.#running.call(method, params);
}
