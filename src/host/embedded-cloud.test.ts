import { mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises';
import { type Server, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHttpCloud, openSecretStore } from '../engine/index.ts';
import { type EmbeddedCloud, startEmbeddedCloud } from './embedded-cloud.ts';
import { type Profile, openProfile } from './profile.ts';

let folder: string;
let profile: Profile;
const clouds: EmbeddedCloud[] = [];
const quiet = (): void => undefined;
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet, close: () => Promise.resolve() };
const device = { name: 'test', platform: 'linux', appVersion: '0' } as const;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tm-cloud-'));
  profile = await openProfile(join(folder, 'p'));
});
afterEach(async () => {
  for (const cloud of clouds.splice(0)) await cloud.close();
  await rm(folder, { recursive: true, force: true });
});

async function start(): Promise<EmbeddedCloud> {
  const cloud = await startEmbeddedCloud({ profile, secrets: await openSecretStore('file', profile.dir), log });
  clouds.push(cloud);
  return cloud;
}

async function occupy(port: number): Promise<Server> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return server;
}

describe('the embedded cloud', () => {
  it('lets in only who has the secret of the profile', async () => {
    const cloud = await start();
    expect(cloud.server).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const client = createHttpCloud({ server: cloud.server, appVersion: '0' });
    const request = { email: 'li@example.org', password: 'correct horse', device };
    await expect(client.signUp(request)).rejects.toMatchObject({ code: 'bootstrap_secret_required' });
    await expect(client.signUp({ ...request, bootstrapSecret: 'guess' })).rejects.toMatchObject({ code: 'bootstrap_secret_required' });
    expect(await client.signUp({ ...request, bootstrapSecret: cloud.bootstrapSecret })).toMatchObject({ label: 'li@example.org' });
    await client.close();
  });

  it('keeps its address, its secret and its accounts over a restart', async () => {
    const first = await start();
    const client = createHttpCloud({ server: first.server, appVersion: '0' });
    await client.signUp({ email: 'li@example.org', password: 'correct horse', device, bootstrapSecret: first.bootstrapSecret });
    await first.close();
    const second = await start();
    expect([second.server, second.bootstrapSecret, second.former]).toEqual([first.server, first.bootstrapSecret, []]);
    expect(await client.signIn({ method: 'password', email: 'li@example.org', password: 'correct horse', device })).toMatchObject({
      label: 'li@example.org',
    });
    await client.close();
  });

  it('moves when its port is taken, and remembers where it was', async () => {
    const first = await start();
    await first.close();
    const other = await occupy(Number(new URL(first.server).port));
    const second = await start();
    expect(second.server).not.toBe(first.server);
    expect(second.former).toEqual([first.server]);
    await second.close();
    other.close();
    const third = await start();
    expect([third.server, third.former]).toEqual([second.server, [first.server]]);
  });

  it('keeps its key away from its data, readable by the owner alone', async () => {
    await start();
    expect((await stat(profile.cloud)).mode & 0o077).toBe(0);
    for (const name of await readdir(profile.cloud, { recursive: true })) expect(name).not.toMatch(/key$|secret/);
    const loose = await Promise.all(
      (await readdir(profile.dir)).map(async (name) => [name, (await stat(join(profile.dir, name))).mode & 0o077] as const),
    );
    for (const [name, rights] of loose) if (/secret|cloud\.json/.test(name)) expect([name, rights]).toEqual([name, 0]);
  });

  it('does not start anew on data whose key is gone', async () => {
    const first = await start();
    await first.close();
    const secrets = await openSecretStore('file', profile.dir);
    await secrets.delete('cloud-server-key');
    await expect(start()).rejects.toMatchObject({ code: 'server_key_missing' });
    expect(await secrets.get('cloud-server-key')).toBeNull();
    expect(await readFile(join(profile.dir, 'cloud.json'), 'utf8')).toContain('port');
  });
});
