import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Cloud, type CloudOptions, createCloud } from '../../../cloud/index.ts';

const dataOf = (dir: string): string => join(dir, 'data');

export const cloudOptions = (dir: string): CloudOptions => ({
  dataDir: dataOf(dir),
  keyFile: join(dir, 'server.key'),
  region: 'international',
  signUp: 'open',
  version: '0.0.0-test',
  rateLimits: { signIn: 100_000, token: 100_000, request: 1_000_000 },
  drainMs: 100,
});

/** The real cloud on loopback. It can stop, start again at the same address, and be put back to an earlier day. */
export class TestCloud {
  readonly dir: string;
  #options: Partial<CloudOptions>;
  #cloud: Cloud | undefined;
  #url: URL | undefined;
  /** Added to the cloud's clock, in ms. */
  skewMs = 0;

  private constructor(dir: string, options: Partial<CloudOptions>) {
    this.dir = dir;
    this.#options = options;
  }

  /** @param dir an empty folder for its data and key */
  static async start(dir: string, options: Partial<CloudOptions> = {}): Promise<TestCloud> {
    const cloud = new TestCloud(dir, options);
    await cloud.start();
    return cloud;
  }

  get url(): string {
    if (this.#url === undefined) throw new Error('the cloud was never started');
    return this.#url.origin;
  }

  async start(): Promise<void> {
    if (this.#cloud !== undefined) return;
    const cloud = await createCloud({
      ...cloudOptions(this.dir),
      now: () => Date.now() + this.skewMs,
      ...this.#options,
    });
    this.#url = new URL((await cloud.listen({ host: '127.0.0.1', port: Number(this.#url?.port ?? 0) })).url);
    this.#cloud = cloud;
  }

  async stop(): Promise<void> {
    await this.#cloud?.close();
    this.#cloud = undefined;
  }

  /** @param more options that hold from now on */
  async restart(more: Partial<CloudOptions> = {}): Promise<void> {
    await this.stop();
    this.#options = { ...this.#options, ...more };
    await this.start();
  }

  /** What it does by itself every few hours. */
  async maintain(): Promise<void> {
    await this.#cloud?.maintain();
  }

  /** Copies its data as it is now; `restore` puts that back. The cloud is down for a moment. */
  async backup(name = 'backup'): Promise<void> {
    await this.stop();
    cpSync(this.#data, join(this.dir, name), { recursive: true });
    await this.start();
  }

  async restore(name = 'backup'): Promise<void> {
    await this.stop();
    rmSync(this.#data, { recursive: true });
    cpSync(join(this.dir, name), this.#data, { recursive: true });
    await this.start();
  }

  /** All its data is gone, accounts too. */
  async reset(): Promise<void> {
    await this.stop();
    rmSync(this.#data, { recursive: true });
    await this.start();
  }

  get #data(): string {
    return dataOf(this.dir);
  }
}
