import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FakeClock, FakeCloud, SeededRandom } from '../fakes/index.ts';
import { type NodeDisk, createNodeDisk } from '../local/index.ts';
import type { DriveApi } from '../remote/index.ts';
import type { UploadFile } from './api.ts';
import { createDownloader } from './downloader.ts';
import { createThrottle } from './throttle.ts';
import { createUploader } from './uploader.ts';

let folder: string;
let disk: NodeDisk;
let drive: DriveApi;
const clock = new FakeClock();
const random = new SeededRandom(4);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidemark-transfer-'));
  await mkdir(join(folder, 'to'));
  disk = createNodeDisk();
  const cloud = new FakeCloud({ clock, random });
  const device = { name: 'laptop', platform: 'linux', appVersion: '1' } as const;
  const { accessToken } = await cloud.api().signUp({ email: 'a@example.org', password: 'correct horse', device });
  drive = cloud.api().authorized({ accessToken: () => Promise.resolve(accessToken), refused: () => undefined });
});
afterEach(async () => {
  await disk.close();
  await rm(folder, { recursive: true, force: true });
});

async function cut(name: string, bytes: Uint8Array): Promise<UploadFile> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  const before = await disk.stat(path);
  if (before === undefined) throw new Error('the file is gone');
  return { path, ...(await disk.cut(path, before)) };
}

it('moves real files to the cloud and back, byte for byte, with their time and mode', async () => {
  const contents = [...Array.from({ length: 300 }, (_, n) => randomBytes(n * 37)), randomBytes(7 * 1024 * 1024)];
  const throttle = createThrottle({ clock, random });
  const uploader = createUploader({ drive, disk, throttle });
  const files = await Promise.all(contents.map((bytes, n) => cut(`from ${n}`, bytes)));
  await Promise.all(files.map((file) => uploader.send(file)));
  const downloader = createDownloader({ drive, disk, throttle });
  const fetched = await Promise.all(
    files.map((file, n) =>
      downloader.fetch({
        temp: join(folder, 'to', String(n)),
        content: file.content,
        mtimeMs: 1_600_000_000_000 + n,
        mode: 0o600,
        reuse: null,
      }),
    ),
  );
  for (const [n, bytes] of contents.entries()) {
    const path = join(folder, 'to', String(n));
    expect((await readFile(path)).equals(bytes)).toBe(true);
    expect(fetched[n]).toEqual(await disk.stat(path));
    const now = await stat(path);
    expect(Math.floor(now.mtimeMs)).toBe(1_600_000_000_000 + n);
    if (process.platform !== 'win32') expect(now.mode & 0o777).toBe(0o600);
  }
});

it('does not send a file that was edited after it was cut', async () => {
  const uploader = createUploader({ drive, disk, throttle: createThrottle({ clock, random }) });
  const [small, large] = [await cut('small', Buffer.from('before')), await cut('large', randomBytes(6 * 1024 * 1024))];
  await writeFile(small.path, 'after!');
  await writeFile(large.path, 'shorter');
  await expect(uploader.send(small)).rejects.toMatchObject({ code: 'changed', path: small.path });
  await expect(uploader.send(large)).rejects.toMatchObject({ code: 'changed', path: large.path });
  const hashes = [...small.content.blocks, ...large.content.blocks].map((block) => block.hash);
  expect((await drive.missing(hashes)).size).toBe(hashes.length);
});

it('takes back a download that was cancelled and never writes over a file', async () => {
  const throttle = createThrottle({ clock, random });
  const uploader = createUploader({ drive, disk, throttle });
  const downloader = createDownloader({ drive, disk, throttle });
  const large = await cut('large', randomBytes(6 * 1024 * 1024));
  const small = await cut('small', Buffer.from('small'));
  await Promise.all([uploader.send(large), uploader.send(small)]);
  const controller = new AbortController();
  const options = { mtimeMs: 1, mode: 0o600, reuse: null };
  const cancelled = downloader.fetch(
    { temp: join(folder, 'to', 'large'), content: large.content, ...options },
    () => controller.abort(),
    controller.signal,
  );
  await expect(cancelled).rejects.toMatchObject({ code: 'aborted' });
  expect(await readdir(join(folder, 'to'))).toEqual([]);
  const mine = join(folder, 'to', 'mine');
  await writeFile(mine, 'mine');
  await expect(downloader.fetch({ temp: mine, content: small.content, ...options })).rejects.toMatchObject({ code: 'exists' });
  await expect(downloader.fetch({ temp: mine, content: large.content, ...options })).rejects.toMatchObject({ code: 'exists' });
  expect(await readFile(mine, 'utf8')).toBe('mine');
});
