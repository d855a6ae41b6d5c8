import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { type Outcome, type Running, start, tidemark } from './tidemark.ts';

/** Signed in, with an empty folder that does not sync yet. */
export interface Device {
  readonly files: string;
  readonly profile: string;
  /** A command of this device. */
  readonly run: (...args: readonly string[]) => Promise<Outcome>;
}

/** A real cloud for the tests of a file, and a folder for all that belongs to them. Both are there once a test runs. */
export function oneCloud(
  name: string,
  flags: (folder: string) => readonly string[] | Promise<readonly string[]> = () => [],
  prepare: (folder: string) => Promise<void> = () => Promise.resolve(),
): { readonly folder: string; readonly server: string } {
  const made = { folder: '', server: '' };
  let cloud: Running;
  beforeAll(async () => {
    made.folder = await realpath(await mkdtemp(join(tmpdir(), `tm-${name}-`)));
    await prepare(made.folder);
    cloud = start(['cloud', 'serve', '--data', join(made.folder, 'cloud'), ...(await flags(made.folder)), '--json']);
    made.server = String((await cloud.next())['url']);
  }, 60_000);
  afterAll(async () => {
    cloud.child.kill('SIGTERM');
    await cloud.ended;
    await rm(made.folder, { recursive: true, force: true });
  }, 60_000);
  return made;
}

/** A real cloud for the tests of a file; answers how a device of it is made. */
export function devicesOfOneCloud(name: string): (device: string, how: 'sign-up' | 'sign-in', email?: string) => Promise<Device> {
  const cloud = oneCloud(name);

  return async (device, how, email = 'li@example.org') => {
    const [files, profile] = [join(cloud.folder, device, 'files'), join(cloud.folder, device, 'profile')];
    await mkdir(files, { recursive: true });
    const sign = [how, '--server', cloud.server, '--email', email, '--password-stdin'];
    const signed = await tidemark(sign, { profile, stdin: 'correct horse battery\n' });
    expect(signed.exit, signed.err).toBe(0);
    return { files, profile, run: (...args) => tidemark(args, { profile }) };
  };
}
