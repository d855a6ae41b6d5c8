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

/** A real cloud for the tests of a file; answers how a device of it is made. */
export function devicesOfOneCloud(name: string): (device: string, how: 'sign-up' | 'sign-in', email?: string) => Promise<Device> {
  let folder: string;
  let cloud: Running;
  let server: string;
  beforeAll(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), `tm-${name}-`)));
    cloud = start(['cloud', 'serve', '--data', join(folder, 'cloud'), '--json']);
    server = String((await cloud.next())['url']);
  }, 60_000);
  afterAll(async () => {
    cloud.child.kill('SIGTERM');
    await cloud.ended;
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  return async (device, how, email = 'li@example.org') => {
    const [files, profile] = [join(folder, device, 'files'), join(folder, device, 'profile')];
    await mkdir(files, { recursive: true });
    const sign = [how, '--server', server, '--email', email, '--password-stdin'];
    const signed = await tidemark(sign, { profile, stdin: 'correct horse battery\n' });
    expect(signed.exit, signed.err).toBe(0);
    return { files, profile, run: (...args) => tidemark(args, { profile }) };
  };
}
