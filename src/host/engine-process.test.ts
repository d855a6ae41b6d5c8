import { type ChildProcess, fork } from 'node:child_process';
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EngineConnection, type Port, connectEngine } from '../rpc/index.ts';
import { connectRunning } from './open-engine.ts';
import { type Profile, openProfile } from './profile.ts';

const entry = fileURLToPath(new URL('./engine-process.ts', import.meta.url));

let folder: string;
let profile: Profile;
const children: ChildProcess[] = [];
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'tm-process-')));
  profile = await openProfile(join(folder, 'profile'));
});
afterEach(async () => {
  for (const child of children.splice(0)) {
    child.kill('SIGKILL');
    await ended(child);
  }
  await rm(folder, { recursive: true, force: true });
});

interface Started {
  readonly child: ChildProcess;
  readonly engine: EngineConnection;
}

/** As the app does it: fork, and speak rpc at once. */
function begin(...args: readonly string[]): Started {
  const child = fork(entry, ['--profile', profile.dir, '--secret-store', 'file', ...args], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  children.push(child);
  const port: Port = {
    send(message) {
      if (child.connected) child.send(message);
    },
    onMessage(listener) {
      child.on('message', listener);
      return () => child.off('message', listener);
    },
    onClose(listener) {
      child.on('exit', listener);
      return () => child.off('exit', listener);
    },
    close: () => undefined,
  };
  return { child, engine: connectEngine(port) };
}

const ended = (child: ChildProcess): Promise<number | null> =>
  child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve(child.exitCode)
    : new Promise((resolve) => child.once('exit', resolve));

describe('the process of the engine', () => {
  it('serves the engine with a cloud beside it, to the app and to commands, up to a synced file', async () => {
    const { child, engine } = begin('--embedded-cloud');
    const { embeddedCloud } = await engine.call('host.info', {});
    if (embeddedCloud === null) throw new Error('there is no cloud');
    const account = { server: embeddedCloud.server, email: 'li@example.org', password: 'correct horse' };
    const guessed = engine.call('account.signUp', { ...account, bootstrapSecret: 'guess' });
    await expect(guessed).rejects.toMatchObject({ code: 'bootstrap_secret_required' });
    await engine.call('account.signUp', account);
    const files = join(folder, 'files');
    await mkdir(files);
    await writeFile(join(files, 'a.txt'), 'a');
    await engine.call('folder.add', { path: files });
    expect(await engine.call('sync.wait', { timeoutMs: 30_000 })).toMatchObject({ issues: 0 });

    const command = await connectRunning(profile);
    expect((await command?.call('files.list', {}))?.rows).toMatchObject([{ path: 'a.txt', state: 'synced' }]);
    expect((await command?.call('engine.info', {}))?.pid).toBe(child.pid);
    command?.close();
    await engine.call('engine.stop', {});
    expect(await ended(child)).toBe(0);
  }, 60_000);

  it('finds its account again after the cloud had to move', async () => {
    const first = begin('--embedded-cloud');
    const { embeddedCloud } = await first.engine.call('host.info', {});
    await first.engine.call('account.signUp', {
      server: embeddedCloud?.server ?? '',
      email: 'li@example.org',
      password: 'correct horse',
    });
    await first.engine.call('engine.stop', {});
    await ended(first.child);
    const memory = JSON.parse(await readFile(join(profile.dir, 'cloud.json'), 'utf8')) as { port: number; former: number[] };
    // The next start moves again, from a port that another program has.
    const other = createServer();
    const taken = await new Promise<number>((resolve) => {
      other.listen(0, '127.0.0.1', () => resolve((other.address() as AddressInfo).port));
    });
    await writeFile(join(profile.dir, 'cloud.json'), JSON.stringify({ port: taken, former: [memory.port] }));
    const second = begin();
    const moved = await second.engine.call('host.info', {});
    expect(moved.embeddedCloud?.server).not.toBe(embeddedCloud?.server);
    expect(await second.engine.call('account.show', {})).toMatchObject({ label: 'li@example.org' });
    await second.engine.call('engine.stop', {});
    await ended(second.child);
    other.close();
  }, 60_000);

  it('passes on to an engine that runs already, and quitting does not stop that one', async () => {
    const first = begin();
    const { pid } = await first.engine.call('engine.info', {});
    const second = begin();
    expect((await second.engine.call('engine.info', {})).pid).toBe(pid);
    await second.engine.call('engine.stop', {});
    expect(await ended(second.child)).toBe(0);
    expect((await first.engine.call('engine.info', {})).pid).toBe(pid);
  }, 60_000);

  it('tells the app why it cannot open the engine, and ends with its exit code', async () => {
    await writeFile(join(folder, 'file'), '');
    const { child, engine } = begin('--profile', join(folder, 'file'));
    await expect(engine.ready).rejects.toMatchObject({ code: 'profile_not_writable', params: { path: join(folder, 'file') } });
    expect(await ended(child)).toBe(2);
  }, 60_000);

  it('ends when the app goes away, and on SIGTERM', async () => {
    const orphan = begin();
    await orphan.engine.call('engine.info', {});
    orphan.child.disconnect();
    expect(await ended(orphan.child)).toBe(0);
    const told = begin();
    await told.engine.call('engine.info', {});
    told.child.kill('SIGTERM');
    expect(await ended(told.child)).toBe(0);
  }, 60_000);
});
