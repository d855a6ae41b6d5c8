import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, stat, writeFile, chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dayMs, hourMs } from '../../base/index.ts';
import { TidemarkError } from '../../contract/index.ts';
import { FakeClock, FakeCloud, FakeSecrets, SeededRandom, silentLog } from '../fakes/index.ts';
import { REFRESH_TOKEN_SECRET, SessionKeeper } from '../remote/index.ts';
import { openFileSecretStore } from './secret-store-file.ts';
import { type OpenEntry, openKeyringSecretStore } from './secret-store-keyring.ts';
import { Revocations, REVOCATIONS_SECRET } from './revocations.ts';
import { type AccountParts, deviceInfo, signIn, signOut, signUp } from './sign-in.ts';

const run = promisify(execFile);
const platform = { platform: 'linux', hostName: 'laptop', appVersion: '1.2.3', caseSensitive: true } as const;
const request = { email: 'a@example.org', password: 'correct horse' };

describe('signing in and out', () => {
  let clock: FakeClock;
  let cloud: FakeCloud;
  let secrets: FakeSecrets;
  let parts: AccountParts;

  const device = (heldAccountId: string | null = null): AccountParts => {
    const api = cloud.api();
    const session = new SessionKeeper({
      cloud: api,
      environment: { secrets, clock: cloud.clock, log: silentLog },
      onEnded: () => undefined,
    });
    const claim = () => () => undefined;
    return { cloud: api, session, platform, heldAccountId, heldDeviceId: null, revocations: revocations(), claim };
  };
  beforeEach(() => {
    clock = new FakeClock();
    cloud = new FakeCloud({ clock, random: new SeededRandom(2) });
    secrets = new FakeSecrets();
    parts = device();
  });

  it('answers what the profile keeps, and keeps the token in the secret store', async () => {
    const row = await signUp(parts, { ...request, deviceName: ' my laptop ' });
    expect(row).toMatchObject({
      server: cloud.server,
      label: request.email,
      region: 'international',
      deviceName: 'my laptop',
      signedOut: null,
    });
    expect(JSON.stringify(row)).not.toContain(secrets.values.get(REFRESH_TOKEN_SECRET));
    const again = await signIn(device(row.accountId), request);
    expect(again).toMatchObject({ accountId: row.accountId, deviceName: 'laptop' });
    expect(again.deviceId).not.toBe(row.deviceId);
    await expect(signIn(parts, { ...request, password: 'wrong' })).rejects.toMatchObject({ code: 'invalid_credentials' });
  });

  it('refuses another account than the one whose files are here, and leaves nothing signed in', async () => {
    const mine = await signUp(parts, request);
    await signUp(device(), { ...request, email: 'b@example.org' });
    secrets.values.set(REFRESH_TOKEN_SECRET, 'untouched');
    await expect(signIn(device(mine.accountId), { ...request, email: 'b@example.org' })).rejects.toMatchObject({
      code: 'wrong_account',
      params: { email: 'b@example.org' },
    });
    await expect(signUp(device(mine.accountId), { ...request, email: 'c@example.org' })).rejects.toMatchObject({ code: 'wrong_account' });
    await expect(signIn(device(), { ...request, email: 'c@example.org' })).rejects.toMatchObject({ code: 'invalid_credentials' });
    expect(secrets.values.get(REFRESH_TOKEN_SECRET)).toBe('untouched');
    const other = device();
    await signIn(other, { ...request, email: 'b@example.org' });
    expect(await other.cloud.authorized(other.session).devices()).toHaveLength(2);
  });

  it('signs nobody in whose token cannot be kept', async () => {
    await signUp(parts, request);
    const locked = device();
    secrets.locked = true;
    await expect(signIn(locked, request)).rejects.toMatchObject({ code: 'key_ring_unavailable' });
    secrets.locked = false;
    expect(await parts.cloud.authorized(parts.session).devices()).toHaveLength(1);
  });

  const revocations = (): Revocations =>
    new Revocations({ secrets, clock: cloud.clock, log: silentLog, random: new SeededRandom(1), connect: () => cloud.api() });
  const leave = (who: AccountParts, by = revocations()): Promise<{ told: boolean }> =>
    signOut({ ...who, revocations: by, clock: cloud.clock });
  const cutOff = (): void => {
    cloud.fault = () => {
      throw new TidemarkError('cloud_unreachable');
    };
  };

  it('forgets the token at once, and keeps in the secret store what tells the cloud until it has heard of it', async () => {
    await signUp(parts, request);
    expect(await leave(parts)).toEqual({ told: true });
    expect(secrets.values.size).toBe(0);
    await expect(parts.session.accessToken()).rejects.toMatchObject({ code: 'not_signed_in' });
    const second = device();
    const third = device();
    await signIn(third, request);
    const watching = third.cloud.authorized(third.session);
    secrets.values.delete(REFRESH_TOKEN_SECRET);
    await signIn(second, request);
    const token = secrets.values.get(REFRESH_TOKEN_SECRET) ?? '';
    cutOff();
    expect(await leave(second)).toEqual({ told: false });
    expect([...secrets.values.keys()]).toEqual([REVOCATIONS_SECRET]);
    expect(secrets.values.get(REVOCATIONS_SECRET)).toContain(token);
    cloud.fault = () => undefined;
    expect(await watching.devices()).toHaveLength(2);
    await revocations().tellAll();
    expect(secrets.values.size).toBe(0);
    expect(await watching.devices()).toHaveLength(1);
  });

  it('the cloud is told again and again while the engine runs, and not for longer than the token can live', async () => {
    await signUp(parts, request);
    cutOff();
    const again = revocations();
    await leave(parts, again);
    await clock.advance(dayMs);
    expect([...secrets.values.keys()]).toEqual([REVOCATIONS_SECRET]);
    cloud.fault = () => undefined;
    await clock.advance(2 * hourMs);
    expect(secrets.values.size).toBe(0);
    await signIn(parts, request);
    cutOff();
    await leave(parts);
    await clock.advance(181 * dayMs);
    await revocations().tellAll();
    expect(secrets.values.size).toBe(0);
  });

  it('something in between that answers for the cloud has not told it', async () => {
    await signUp(parts, request);
    cloud.fault = () => {
      throw new TidemarkError('invalid_request', { server: cloud.server, status: 403 });
    };
    expect(await leave(parts)).toEqual({ told: false });
    expect([...secrets.values.keys()]).toEqual([REVOCATIONS_SECRET]);
  });

  it('is signed out also with a key ring that is locked, and with a cloud that says nothing', async () => {
    await signUp(parts, request);
    secrets.locked = true;
    expect(await leave(parts)).toEqual({ told: true });
    await expect(parts.session.accessToken()).rejects.toMatchObject({ code: 'not_signed_in' });
    secrets.locked = false;
    const silent = device();
    await signIn(silent, request);
    const by = revocations();
    const never = Promise.withResolvers<void>();
    const mute = { ...silent, cloud: { ...silent.cloud, revoke: () => never.promise } };
    const left = signOut({
      ...mute,
      revocations: new Revocations({
        ...{ secrets, clock: cloud.clock, log: silentLog },
        random: new SeededRandom(1),
        connect: () => mute.cloud,
      }),
      clock: cloud.clock,
    });
    await clock.advance(5000);
    expect(await left).toEqual({ told: false });
    expect(await by.owes('another')).toBe(false);
    expect([...secrets.values.keys()]).toEqual([REVOCATIONS_SECRET]);
  });

  it('a device that signs in again on its profile takes the place of what it was', async () => {
    const first = await signUp(parts, request);
    cutOff();
    await leave(parts);
    cloud.fault = () => undefined;
    const again = { ...device(first.accountId), heldDeviceId: first.deviceId };
    const row = await signIn(again, request);
    expect((await again.cloud.authorized(again.session).devices()).map(({ id }) => id)).toEqual([row.deviceId]);
  });

  it('gives every device a name', () => {
    expect(deviceInfo({ ...platform, hostName: '  ' }).name).toBe('Tidemark');
    expect(deviceInfo(platform, 'x'.repeat(300)).name).toHaveLength(100);
    expect(deviceInfo({ ...platform, hostName: 'a\u202eb\u0007\nc' }).name).toBe('abc');
  });
});

describe('secrets in a file', () => {
  let profile: string;
  beforeEach(async () => {
    profile = await mkdtemp(join(tmpdir(), 'tidemark-secrets-'));
  });
  afterEach(() => rm(profile, { recursive: true, force: true }));

  it('keeps them for the owner only, through many changes at once', async () => {
    const store = await openFileSecretStore(profile);
    await Promise.all(Array.from({ length: 20 }, (_, n) => store.set(`name ${n}`, `value ${n}`)));
    await Promise.all([store.delete('name 3'), store.delete('never there')]);
    const again = await openFileSecretStore(profile);
    expect(await again.get('name 3')).toBeNull();
    expect(await again.get('name 19')).toBe('value 19');
    const { mode } = await stat(join(profile, 'secrets.json'));
    if (process.platform !== 'win32') expect(mode & 0o777).toBe(0o600);
    expect(await readdir(profile)).toEqual(['secrets.json']);
  });

  it('removes what interrupted writes left when it is opened, and nothing else', async () => {
    const store = await openFileSecretStore(profile);
    await store.set('a', 'b');
    const others = ['secrets.json.bak', 'secrets.json.mine.tmp', 'state.db', 'x-secrets.json.0123456789ab.tmp'];
    for (const name of ['secrets.json.0123456789ab.tmp', 'secrets.json.ffffffffffff.tmp', ...others])
      await writeFile(join(profile, name), '{');
    expect(await (await openFileSecretStore(profile)).get('a')).toBe('b');
    expect((await readdir(profile)).sort()).toEqual(['secrets.json', ...others].sort());
  });

  it('refuses a broken file and leaves it as it is', async () => {
    const path = join(profile, 'secrets.json');
    await writeFile(path, '{"a": 1', { mode: 0o600 });
    await expect(openFileSecretStore(profile)).rejects.toMatchObject({ code: 'key_ring_unavailable' });
    expect(await readFile(path, 'utf8')).toBe('{"a": 1');
  });

  it.skipIf(process.platform === 'win32')('refuses a file that others can read', async () => {
    const store = await openFileSecretStore(profile);
    await store.set('a', 'b');
    await chmod(join(profile, 'secrets.json'), 0o644);
    await expect(openFileSecretStore(profile)).rejects.toMatchObject({
      code: 'key_ring_unavailable',
      params: { detail: expect.stringContaining('readable by others') as string },
    });
  });
});

describe('secrets in the key ring', () => {
  const ring =
    (entries: Map<string, string>): OpenEntry =>
    (service, account) => {
      const key = `${service}/${account}`;
      return {
        getPassword: () => Promise.resolve(entries.get(key) ?? null),
        setPassword: (password) => Promise.resolve(void entries.set(key, password)),
        deletePassword: () => Promise.resolve(entries.delete(key)),
      };
    };

  it('keeps those of two profiles apart and leaves no trace of the trial', async () => {
    const entries = new Map<string, string>();
    const one = await openKeyringSecretStore('/profiles/one', () => Promise.resolve(ring(entries)));
    const two = await openKeyringSecretStore('/profiles/two', () => Promise.resolve(ring(entries)));
    expect(entries.size).toBe(0);
    await one.set('token', '1');
    await two.set('token', '2');
    await two.delete('token');
    expect([await one.get('token'), await two.get('token')]).toEqual(['1', null]);
  });

  it('key ring missing, locked, denied: says what the system said, also of one that forgets', async () => {
    const none = openKeyringSecretStore('/p', () => Promise.reject(new Error('no such file: libsecret')));
    await expect(none).rejects.toMatchObject({ code: 'key_ring_unavailable', params: { detail: 'no such file: libsecret' } });
    const locked = { ...ring(new Map())('', ''), setPassword: () => Promise.reject(new Error('collection is locked')) };
    await expect(openKeyringSecretStore('/p', () => Promise.resolve(() => locked))).rejects.toMatchObject({
      params: { detail: 'collection is locked' },
    });
    const denied = { ...ring(new Map())('', ''), setPassword: () => Promise.reject(new Error('access was denied')) };
    await expect(openKeyringSecretStore('/p', () => Promise.resolve(() => denied))).rejects.toMatchObject({
      params: { detail: 'access was denied' },
    });
    const forgetful = { ...ring(new Map())('', ''), getPassword: () => Promise.resolve(null) };
    await expect(openKeyringSecretStore('/p', () => Promise.resolve(() => forgetful))).rejects.toMatchObject({
      code: 'key_ring_unavailable',
    });
  });

  const script = `
    import { openSecretStore } from ${JSON.stringify(new URL('index.ts', import.meta.url).href)};
    try {
      const store = await openSecretStore('auto', '/profile of a test');
      await store.set('token', 'kept');
      console.log(await store.get('token'));
      await store.delete('token');
      console.log(await store.get('token'));
    } catch (error) {
      console.log(error.code);
    }`;
  const onLinux = process.platform === 'linux';
  const has = (tool: string): boolean => spawnSync('which', [tool]).status === 0;

  it.runIf(onLinux)('does not take keys that a restart forgets for a key ring', async () => {
    const env: NodeJS.ProcessEnv = { ...process.env, XDG_RUNTIME_DIR: '/nonexistent' };
    delete env['DBUS_SESSION_BUS_ADDRESS'];
    delete env['DISPLAY'];
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], { env });
    expect(stdout.trim()).toBe('key_ring_unavailable');
  });

  it.runIf(onLinux && has('dbus-run-session') && has('gnome-keyring-daemon'))(
    'says of a real one that is locked that it is locked',
    async () => {
      const home = await mkdtemp(join(tmpdir(), 'tidemark-ring-'));
      const env = { ...process.env, HOME: home, XDG_RUNTIME_DIR: home };
      delete (env as NodeJS.ProcessEnv)['DISPLAY'];
      const inSession = (begin: string): ReturnType<typeof run> =>
        run('dbus-run-session', ['--', 'bash', '-c', `${begin}; exec "$@"`, '_', process.execPath, '--input-type=module', '-e', script], {
          env,
        });
      try {
        await inSession(`printf 'a password\\n' | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1`);
        const { stdout } = await inSession('gnome-keyring-daemon --start --components=secrets >/dev/null 2>&1');
        expect(String(stdout).trim()).toBe('key_ring_locked');
      } finally {
        await rm(home, { recursive: true, force: true, maxRetries: 5 });
      }
    },
  );

  it.runIf(onLinux && has('dbus-run-session') && has('gnome-keyring-daemon'))('works with a real one', async () => {
    const home = await mkdtemp(join(tmpdir(), 'tidemark-ring-'));
    try {
      const unlock = `printf '\\n' | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; exec "$@"`;
      const { stdout } = await run(
        'dbus-run-session',
        ['--', 'bash', '-c', unlock, '_', process.execPath, '--input-type=module', '-e', script],
        {
          env: { ...process.env, HOME: home, XDG_RUNTIME_DIR: home },
        },
      );
      expect(stdout.trim().split('\n')).toEqual(['kept', 'null']);
    } finally {
      await rm(home, { recursive: true, force: true, maxRetries: 5 });
    }
  });
});
