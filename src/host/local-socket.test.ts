import { mkdtemp, realpath, rm, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TidemarkError } from '../contract/index.ts';
import { MAX_MESSAGE_CHARS } from '../rpc/index.ts';
import { EngineHost } from './engine-host.ts';
import { connectRunning, openEngine } from './open-engine.ts';
import { type Profile, openProfile, writeEndpoint } from './profile.ts';
import { SmallEngine } from './testing/small-engine.ts';

let folder: string;
let profile: Profile;
const hosts: EngineHost[] = [];
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'tm-socket-')));
  profile = await openProfile(join(folder, 'p'));
});
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.stop()));
  await rm(folder, { recursive: true, force: true });
});

async function open(engine = new SmallEngine()): Promise<EngineHost> {
  const host = await EngineHost.open({ profile, build: () => Promise.resolve(engine.built()) });
  hosts.push(host);
  return host;
}
const code = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'resolved',
    (error: unknown) => (error instanceof TidemarkError ? error.code : error),
  );

/** An engine without a cloud, in the place of one that has ended. */
async function openedAfter(host: EngineHost): Promise<EngineHost['api']> {
  await host.stop();
  return (await open()).api;
}

/** Writes bytes to the socket and waits until the host hangs up. */
function hangsUp(path: string, chunks: readonly (string | Buffer)[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    let got = '';
    socket.on('data', (bytes: Buffer) => (got += bytes.toString()));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(got));
    socket.setTimeout(10_000, () => reject(new Error('still connected')));
    for (const chunk of chunks) socket.write(chunk);
  });
}

describe('the local socket', () => {
  it('carries calls and is for its owner alone', async () => {
    await open(new SmallEngine({ 'sync.resume': () => Promise.resolve({}) }));
    expect((await stat(join(profile.dir, 'engine.sock'))).mode & 0o777).toBe(0o600);
    const connection = await connectRunning(profile);
    expect(await connection?.call('sync.resume', {})).toEqual({});
    connection?.close();
  });

  it('carries answers of several megabytes and of Chinese names in small pieces', async () => {
    const name = '季度报告'.repeat(2000);
    const rows = Array.from({ length: 200 }, (_, index) => ({
      path: `${name}${index}`,
      name: 'x',
      kind: 'file',
      sizeBytes: 1,
      modifiedMs: 0,
      state: 'synced',
      reason: null,
      nextTryAt: null,
    }));
    await open(new SmallEngine({ 'files.list': () => Promise.resolve({ rows, next: null }) }));
    const connection = await connectRunning(profile);
    expect((await connection?.call('files.list', {}))?.rows).toEqual(rows);
    connection?.close();
  });

  it.each([
    ['is not JSON', ['hello\n']],
    ['is a number', ['42\n']],
    ['does not begin with hello', ['{"t":"call","id":1,"method":"engine.stop","params":{}}\n']],
    ['is bytes', [Buffer.from([0xff, 0xfe, 0x0a])]],
  ])('hangs up on what %s', async (_, chunks) => {
    const engine = new SmallEngine();
    await open(engine);
    await hangsUp(join(profile.dir, 'engine.sock'), chunks);
    expect(engine.stops).toBe(0);
  });

  it('hangs up on a line without end instead of keeping it', async () => {
    await open();
    const half = Buffer.alloc(MAX_MESSAGE_CHARS / 2 + 10, 0x61);
    expect(await hangsUp(join(profile.dir, 'engine.sock'), [half, half])).toBe('');
  });

  it('that nobody listens on any more counts as none', async () => {
    await writeEndpoint(profile, { path: join(profile.dir, 'engine.sock'), pid: 1 });
    expect(await connectRunning(profile)).toBeUndefined();
    const host = await open();
    await host.stop();
    expect(await connectRunning(profile)).toBeUndefined();
    await open();
    const connection = await connectRunning(profile);
    expect(connection).toBeDefined();
    connection?.close();
  });
});

describe('a host', () => {
  it('has the profile to itself', async () => {
    await open();
    expect(await code(open())).toBe('profile_in_use');
  });

  it('gives the profile back when its engine cannot be built', async () => {
    const broken = EngineHost.open({ profile, build: () => Promise.reject(new TidemarkError('database_newer')) });
    expect(await code(broken)).toBe('database_newer');
    await open();
  });

  it('stops for engine.stop, after the answer', async () => {
    const engine = new SmallEngine();
    const host = await open(engine);
    const connection = await connectRunning(profile);
    expect(await connection?.call('engine.stop', {})).toEqual({});
    await host.stopped;
    expect(engine.stops).toBe(1);
    expect(await connectRunning(profile)).toBeUndefined();
  });

  it('tells about its cloud, not its secret, and signs up there with it', async () => {
    const known = {
      id: '0'.repeat(32),
      label: 'li@example.org',
      identities: [],
      hasPassword: true,
      region: 'international',
      plan: 'free',
      createdAt: 0,
      uploadBytesPerSecond: null,
      downloadBytesPerSecond: null,
      purgeAfter: null,
    };
    const cloud = { server: 'http://127.0.0.1:1', bootstrapSecret: 's' };
    const signUps: { readonly bootstrapSecret?: string }[] = [];
    const engine = new SmallEngine({
      'account.signUp': (params) => {
        signUps.push(params);
        return Promise.resolve(known);
      },
    });
    const host = await EngineHost.open({ profile, build: () => Promise.resolve(engine.built(cloud)) });
    hosts.push(host);
    const connection = await connectRunning(profile);
    expect(await connection?.call('host.info', {})).toEqual({ embeddedCloud: { server: cloud.server } });
    const account = { email: 'li@example.org', password: 'correct horse' };
    await connection?.call('account.signUp', { server: `${cloud.server}/`, ...account });
    await connection?.call('account.signUp', { server: 'http://127.0.0.1:2', ...account });
    expect(signUps.map(({ bootstrapSecret }) => bootstrapSecret)).toEqual(['s', undefined]);
    connection?.close();
    expect(await (await openedAfter(host)).call('host.info', {})).toEqual({ embeddedCloud: null });
  });
});

describe('openEngine', () => {
  it('runs the engine itself when none runs, and ends it', async () => {
    const engine = new SmallEngine({ 'sync.resume': () => Promise.resolve({}) });
    const opened = await openEngine({ profile, build: () => Promise.resolve(engine.built()) });
    expect(opened.own).toBe(true);
    await opened.begin();
    await opened.begin();
    expect(await opened.call('sync.resume', {})).toEqual({});
    await opened.close();
    expect([engine.starts, engine.stops]).toEqual([1, 1]);
  });

  it('uses the one that runs, and leaves it running', async () => {
    const engine = new SmallEngine({ 'sync.resume': () => Promise.resolve({}) });
    await open(engine);
    const opened = await openEngine({ profile, build: () => Promise.reject(new Error('must not be built')) });
    expect(opened.own).toBe(false);
    await opened.begin();
    expect(await opened.call('sync.resume', {})).toEqual({});
    await opened.close();
    expect([engine.starts, engine.stops]).toEqual([1, 0]);
  });

  it('moves on to an own engine when the running one is ending; what was begun there is finished there', async () => {
    const slow = Promise.withResolvers<object>();
    const arrived = Promise.withResolvers<void>();
    const syncNow = (): Promise<object> => {
      arrived.resolve();
      return slow.promise;
    };
    const first = new SmallEngine({ 'sync.now': syncNow, 'sync.resume': () => Promise.reject(new Error('ending')) });
    const second = new SmallEngine({ 'sync.resume': () => Promise.resolve({}) });
    const host = await open(first);
    const opened = await openEngine({ profile, build: () => Promise.resolve(second.built()) });
    await opened.begin();
    const begun = opened.call('sync.now', {});
    await arrived.promise;
    expect(first.starts).toBe(1);
    const released = host.release();
    const moved = opened.call('sync.resume', {});
    slow.resolve({});
    expect(await begun).toEqual({});
    expect(await moved).toEqual({});
    await released;
    expect([second.starts, opened.own]).toEqual([1, true]);
    await opened.close();
    expect(second.stops).toBe(1);
  });

  it('gives every one of many commands at a time its answer, exactly once', async () => {
    let answers = 0;
    const command = async (turn: number): Promise<unknown> => {
      await new Promise((resolve) => setTimeout(resolve, turn % 7));
      const engine = new SmallEngine({
        'sync.now': async () => {
          answers += 1;
          await new Promise((resolve) => setTimeout(resolve, turn % 5));
          return {};
        },
      });
      const opened = await openEngine({ profile, build: () => Promise.resolve(engine.built()) });
      try {
        return await opened.call('sync.now', {});
      } finally {
        await opened.close();
      }
    };
    const results = await Promise.all(Array.from({ length: 60 }, (_, turn) => command(turn)));
    expect(results).toEqual(results.map(() => ({})));
    expect(answers).toBe(60);
  });
});
