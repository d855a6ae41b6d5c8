import { chmod, mkdir, mkdtemp, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { chooseSocketPath, openProfile, profileDir, readEndpoint, writeEndpoint } from './profile.ts';
import { lockProfile, tryLockProfile } from './profile-lock.ts';

let folder: string;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'tm-profile-')));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

describe('profileDir', () => {
  const at = (platform: NodeJS.Platform, env: Record<string, string> = {}, given?: string): string =>
    profileDir({ given, env, platform, home: platform === 'win32' ? 'C:\\Users\\li' : '/home/li' });

  it('is what was asked for, before the variable, before the place of the platform', () => {
    expect(at('linux', { TIDEMARK_PROFILE: '/v' }, '/g')).toBe('/g');
    expect(at('linux', { TIDEMARK_PROFILE: '/v' })).toBe('/v');
    expect(at('linux')).toBe('/home/li/.local/share/tidemark');
    expect(at('linux', { XDG_DATA_HOME: '/data' })).toBe('/data/tidemark');
    expect(at('linux', { XDG_DATA_HOME: 'relative' })).toBe('/home/li/.local/share/tidemark');
    expect(at('darwin')).toBe('/home/li/Library/Application Support/Tidemark');
    expect(at('win32')).toBe('C:\\Users\\li\\AppData\\Roaming\\Tidemark');
  });
});

describe('openProfile', () => {
  it('makes a folder that nobody else may enter', async () => {
    const profile = await openProfile(join(folder, 'a', 'b'));
    expect((await stat(profile.dir)).mode & 0o777).toBe(0o700);
    expect((await stat(profile.logs)).mode & 0o777).toBe(0o700);
  });

  it('refuses a place that is a file', async () => {
    await writeFile(join(folder, 'file'), '');
    await expect(openProfile(join(folder, 'file'))).rejects.toMatchObject({
      code: 'profile_not_writable',
      params: { path: join(folder, 'file') },
    });
  });

  it('leaves the rights of a folder that was there', async () => {
    await mkdir(join(folder, 'mine'));
    await chmod(join(folder, 'mine'), 0o755);
    await openProfile(join(folder, 'mine'));
    expect((await stat(join(folder, 'mine'))).mode & 0o777).toBe(0o755);
  });
});

describe('chooseSocketPath', () => {
  it('stays in a private profile', async () => {
    const profile = await openProfile(join(folder, 'p'));
    expect(await chooseSocketPath(profile)).toBe(join(profile.dir, 'engine.sock'));
  });

  it('goes to the runtime directory when the profile is too deep or open to others', async () => {
    const runtime = join(folder, 'run');
    await mkdir(runtime, { mode: 0o700 });
    vi.stubEnv('XDG_RUNTIME_DIR', runtime);
    const deep = await openProfile(join(folder, 'd'.repeat(60), 'e'.repeat(60)));
    const path = await chooseSocketPath(deep);
    expect(path.startsWith(join(runtime, 'tidemark'))).toBe(true);
    expect(Buffer.byteLength(path)).toBeLessThan(104);
    expect((await stat(join(runtime, 'tidemark'))).mode & 0o777).toBe(0o700);
    await mkdir(join(folder, 'open'));
    await chmod(join(folder, 'open'), 0o755);
    const open = await openProfile(join(folder, 'open'));
    const other = await chooseSocketPath(open);
    expect(other.startsWith(join(runtime, 'tidemark'))).toBe(true);
    expect(other).not.toBe(path);
  });

  it('does not use a runtime directory that others can enter, or a link', async () => {
    vi.stubEnv('XDG_RUNTIME_DIR', folder);
    const deep = await openProfile(join(folder, 'd'.repeat(60), 'e'.repeat(60)));
    await mkdir(join(folder, 'tidemark'));
    await chmod(join(folder, 'tidemark'), 0o777);
    expect((await chooseSocketPath(deep)).startsWith(folder + '/tidemark')).toBe(false);
    await rm(join(folder, 'tidemark'), { recursive: true });
    await symlink(deep.dir, join(folder, 'tidemark'));
    expect((await chooseSocketPath(deep)).startsWith(folder + '/tidemark')).toBe(false);
  });
});

describe('the endpoint file', () => {
  it('is read back, owner-only; nonsense is nothing', async () => {
    const profile = await openProfile(join(folder, 'p'));
    expect(await readEndpoint(profile)).toBeUndefined();
    await writeEndpoint(profile, { path: '/x.sock', pid: 7 });
    expect(await readEndpoint(profile)).toEqual({ path: '/x.sock', pid: 7 });
    expect((await stat(join(profile.dir, 'endpoint.json'))).mode & 0o777).toBe(0o600);
    await writeFile(join(profile.dir, 'endpoint.json'), '{"path":');
    expect(await readEndpoint(profile)).toBeUndefined();
  });
});

describe('the lock', () => {
  it('is held by one, and free again after release', async () => {
    const profile = await openProfile(join(folder, 'p'));
    const first = await lockProfile(profile);
    expect(tryLockProfile(profile)).toBeUndefined();
    await expect(lockProfile(profile)).rejects.toMatchObject({ code: 'profile_in_use' });
    const waiting = lockProfile(profile, 10_000);
    first.release();
    (await waiting).release();
  });
});
