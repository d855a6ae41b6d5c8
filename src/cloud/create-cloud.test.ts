import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Session, TidemarkError } from '../contract/index.ts';
import { MiB } from '../base/index.ts';
import { call, contentOf, device, optionsFor, PASSWORD, put, startCloud, TestDevice } from './testing/harness.ts';
import { type Cloud, type CloudOptions, createCloud } from './index.ts';

let dir: string;
const open: Cloud[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'tidemark-cloud-'));
});
afterEach(async () => {
  for (const cloud of open.splice(0)) await cloud.close();
  rmSync(dir, { recursive: true, force: true });
});

async function create(overrides: Partial<CloudOptions> = {}): Promise<Cloud> {
  const cloud = await createCloud(optionsFor(dir, overrides));
  open.push(cloud);
  return cloud;
}

/** The error that `attempt` ends with. */
async function refusal(attempt: Promise<unknown>): Promise<TidemarkError> {
  const error: unknown = await attempt.then(
    () => new Error('it worked'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof TidemarkError)) throw error;
  return error;
}

const database = (): string => join(dir, 'data', 'catalogue.db');

describe('the data directory', () => {
  it('is for one process at a time, and free again after the end', async () => {
    const first = await create();
    expect(await refusal(create())).toMatchObject({ code: 'data_in_use', params: { path: join(dir, 'data') } });
    await first.close();
    await create();
  });

  it.each([
    ['overwritten', () => writeFileSync(database(), randomBytes(20_000))],
    ['cut short', () => truncateSync(database(), Math.floor(statSync(database()).size / 2))],
    [
      'damaged in the middle',
      () => {
        const file = openSync(database(), 'r+');
        for (let page = 5; page < 30; page += 1) writeSync(file, randomBytes(4096), 0, 4096, page * 4096);
        closeSync(file);
      },
    ],
    ['of another program', () => (rmSync(database()), new Database(database()).exec('CREATE TABLE notes (text)').close())],
  ])('with a database that was %s is refused; a copy is kept, the original left', async (_, damage) => {
    await (await create()).close();
    damage();
    const before = readFileSync(database());
    const error = await refusal(create());
    expect(error.code).toBe('database_broken');
    expect(readFileSync(String(error.params['path'])).equals(before)).toBe(true);
    expect(existsSync(database())).toBe(true);
    expect((await refusal(create())).params).toEqual(error.params);
    expect(readdirSync(join(dir, 'data')).filter((name) => name.includes('.broken-') && !name.endsWith('-wal'))).toHaveLength(1);
  });

  it('of a newer version is refused and left alone', async () => {
    await (await create()).close();
    const db = new Database(database());
    db.pragma('user_version = 99');
    db.close();
    const before = readFileSync(database());
    expect((await refusal(create())).code).toBe('database_newer');
    expect(readFileSync(database()).equals(before)).toBe(true);
  });

  it.skipIf(process.platform === 'win32')('shows nobody else its databases, also in a folder that others can enter', async () => {
    const data = join(dir, 'data');
    mkdirSync(data);
    chmodSync(data, 0o755);
    await create();
    const files = ['catalogue.db', 'catalogue.db-wal', 'blocks.db', 'blocks.db-wal'];
    expect(files.filter((name) => (statSync(join(data, name)).mode & 0o077) !== 0)).toEqual([]);
  });

  it('that cannot be written is refused', async () => {
    writeFileSync(join(dir, 'data'), 'a file where the folder should be');
    expect(await refusal(create())).toMatchObject({ code: 'folder_not_writable', params: { path: join(dir, 'data') } });
  });

  it('with a broken database of blocks is refused too', async () => {
    await (await create()).close();
    writeFileSync(join(dir, 'data', 'blocks.db'), 'this is no database, whatever its name says');
    expect((await refusal(create())).code).toBe('database_broken');
  });
});

describe('the server key', () => {
  it('is made once, for its owner only', async () => {
    await (await create()).close();
    const key = join(dir, 'server.key');
    const first = readFileSync(key, 'utf8');
    if (process.platform !== 'win32') expect(statSync(key).mode & 0o777).toBe(0o600);
    await (await create()).close();
    expect(readFileSync(key, 'utf8')).toBe(first);
  });

  it('is needed once there is data', async () => {
    await (await create()).close();
    renameSync(join(dir, 'server.key'), join(dir, 'elsewhere'));
    expect(await refusal(create())).toMatchObject({ code: 'server_key_missing' });
    expect(existsSync(join(dir, 'server.key'))).toBe(false);
  });

  it('must be the one the data was made with', async () => {
    await (await create()).close();
    writeFileSync(join(dir, 'server.key'), randomBytes(32).toString('hex'));
    expect((await refusal(create())).code).toBe('server_key_invalid');
    writeFileSync(join(dir, 'server.key'), 'no key');
    expect((await refusal(create())).code).toBe('server_key_invalid');
    expect((await refusal(create({ serverKey: randomBytes(32) }))).code).toBe('server_key_invalid');
  });

  it('that can be neither read nor made is refused in words', async () => {
    mkdirSync(join(dir, 'server.key'));
    expect(await refusal(create())).toMatchObject({ code: 'server_key_invalid' });
    writeFileSync(join(dir, 'file'), '');
    expect(await refusal(create({ keyFile: join(dir, 'file', 'server.key') }))).toMatchObject({
      code: 'folder_not_writable',
      params: { path: join(dir, 'file') },
    });
  });

  it('never lies inside the data', async () => {
    expect((await refusal(create({ keyFile: join(dir, 'data', 'keys', 'server.key') }))).code).toBe('server_key_inside_data');
    mkdirSync(join(dir, 'real'));
    expect((await refusal(create({ keyFile: join(dir, 'other', '..', 'data', 'server.key') }))).code).toBe('server_key_inside_data');
  });

  it('may come from a key ring', async () => {
    const serverKey = randomBytes(32);
    const options = optionsFor(dir);
    for (let round = 0; round < 2; round += 1) {
      const cloud = await createCloud({ ...options, keyFile: join(dir, 'server.key'), serverKey });
      await cloud.close();
    }
    expect(existsSync(join(dir, 'server.key'))).toBe(false);
  });
});

describe('listening', () => {
  it('says when the port is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const cloud = await create();
    expect(await refusal(cloud.listen({ host: '127.0.0.1', port }))).toMatchObject({ code: 'port_in_use', params: { port } });
    other.close();
    expect((await cloud.listen({ host: '127.0.0.1', port: 0 })).url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });

  it.each(['0.0.0.0', '::', '192.168.1.2', 'example.com'])('on %s is refused without TLS', async (host) => {
    const cloud = await create();
    expect(await refusal(cloud.listen({ host, port: 0 }))).toMatchObject({ code: 'host_not_loopback', params: { host } });
  });

  it('everywhere is for those behind a proxy, whatever name it passes on', async () => {
    const cloud = await create({ behindProxy: true });
    const { url } = await cloud.listen({ host: '0.0.0.0', port: 0 });
    expect((await call(url.replace('0.0.0.0', '127.0.0.1'), 'GET', '/.well-known/tidemark')).status).toBe(200);
  });
});

describe('the end', () => {
  it('waits for requests under way, then takes no more', async () => {
    await using cloud = await startCloud();
    const ann = await cloud.signUp();
    const content = contentOf(randomBytes(4 * MiB));
    const storing = ann.store(content);
    const closing = cloud.cloud.close();
    const answer = await storing.catch((error: unknown) => error as Error);
    await closing;
    if (!(answer instanceof Error)) expect([200, 503]).toContain(answer.status);
    await expect(ann.call('GET', '/v1/me')).rejects.toThrow();
  });

  it('cuts off who never finishes', async () => {
    await using cloud = await startCloud({ drainMs: 50 });
    const ann = await cloud.signUp();
    const endless = new ReadableStream({ pull: () => new Promise(() => undefined) });
    const hanging = fetch(`${cloud.url}/v1/blocks`, {
      method: 'POST',
      body: endless,
      duplex: 'half',
      headers: { authorization: `Bearer ${ann.session.accessToken}`, 'content-type': 'application/vnd.tidemark.blocks' },
    } as RequestInit).catch(() => 'cut');
    await ann.call('GET', '/v1/me');
    await cloud.cloud.close();
    expect(await hanging).toBe('cut');
  });
});

describe('kill -9', () => {
  let child: ChildProcess | undefined;
  afterEach(async () => {
    if (child?.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });

  async function spawnCloud(): Promise<string> {
    child = spawn(process.execPath, [fileURLToPath(new URL('testing/serve.ts', import.meta.url)), dir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(child.stdout ?? child, 'data')) as [Buffer];
    return line.toString().trim();
  }

  it('during commits loses nothing that was acknowledged, and leaves no temporary files', async () => {
    let session: Session | undefined;
    const acknowledged = new Map<string, Buffer>();
    for (let round = 0; round < 3; round += 1) {
      const url = await spawnCloud();
      session ??= (await call(url, 'POST', '/v1/auth/accounts', { json: { email: 'ann@example.com', password: PASSWORD, device } }))
        .body as Session;
      const ann = new TestDevice(url, session);
      let down = false;
      const write = async (lane: number): Promise<void> => {
        for (let number = 0; !down; number += 1) {
          const bytes = randomBytes(number % 3 === 0 ? 100_000 : 2000);
          const name = `${round} ${lane} ${number}`;
          await ann.store(contentOf(bytes));
          const [result] = await ann.commit(put(name, contentOf(bytes)));
          if (result?.status === 'ok') acknowledged.set(name, bytes);
        }
      };
      const before = acknowledged.size;
      const lanes = [0, 1, 2].map((lane) => write(lane).catch(() => undefined));
      const deadline = Date.now() + 15_000;
      while (acknowledged.size < before + 30 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 5));
      child?.kill('SIGKILL');
      await Promise.all(lanes);
      down = true;
    }
    // What a write that was cut off leaves behind.
    writeFileSync(join(dir, 'data', 'tmp', 'half-written'), 'x');
    const url = await spawnCloud();
    if (session === undefined) throw new Error('never signed up');
    const ann = new TestDevice(url, session);
    const files = new Map((await ann.changes()).entries.flatMap((entry) => (entry.kind === 'file' ? [[entry.name, entry] as const] : [])));
    expect(acknowledged.size).toBeGreaterThanOrEqual(90);
    for (const [name, bytes] of acknowledged) {
      const content = await ann.call('GET', `/v1/drive/files/${files.get(name)?.id}/content`);
      expect(content.bytes.equals(bytes), name).toBe(true);
    }
    expect(readdirSync(join(dir, 'data', 'tmp'))).toEqual([]);
    const objects = readdirSync(join(dir, 'data', 'blocks'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const db = new Database(database(), { readonly: true });
    const known = new Set(db.prepare('SELECT object FROM blocks').pluck().all());
    db.close();
    expect(objects.filter((object) => !known.has(object.name))).toEqual([]);
  }, 60_000);
});
