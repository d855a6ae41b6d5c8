import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DiskFault } from '../environment.ts';
import { describeDisk } from '../fakes/disk/conformance.ts';
import { createNodeDisk, plainPath } from './index.ts';
import { moveWithPlaceholder } from './move-file.ts';

const disk = createNodeDisk();
afterAll(() => disk.close());

const newRoot = (): string => fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'tidemark-disk-')));
const asRoot = process.getuid?.() === 0;

describeDisk('real', async () => {
  const root = newRoot();
  const denied: string[] = [];
  return {
    disk,
    root,
    user: {
      writeFile: (path, content) => {
        fs.mkdirSync(dirname(path), { recursive: true });
        fs.writeFileSync(path, content);
      },
      readText: (path) => fs.readFileSync(path, 'utf8'),
      mkdir: (path) => void fs.mkdirSync(path, { recursive: true }),
      rename: (from, to) => fs.renameSync(from, to),
      remove: (path) => fs.rmSync(path, { recursive: true }),
      link: (from, to) => fs.linkSync(from, to),
      symlink: (target, path) => fs.symlinkSync(target, path),
      special: (path) => void execFileSync('mkfifo', [path]),
      writeInvalidName: (folder, prefix) => fs.writeFileSync(Buffer.concat([Buffer.from(`${folder}/${prefix}`), Buffer.from([0xff])]), ''),
    },
    deny: asRoot
      ? undefined
      : (path) => {
          denied.push(path);
          fs.chmodSync(path, 0);
        },
    close: async () => {
      for (const path of denied) fs.chmodSync(path, 0o700);
      fs.rmSync(root, { recursive: true });
    },
  };
});

describe('the real disk', () => {
  it('aborts a long cut in the middle and can cut again', async () => {
    const root = newRoot();
    try {
      const path = join(root, 'large');
      fs.writeFileSync(path, Buffer.alloc(96 * 1024 * 1024, 'tide'));
      const stat = await disk.stat(path);
      if (stat === undefined) throw new Error('not written');
      const controller = new AbortController();
      const cutting = disk.cut(path, stat, controller.signal);
      const second = disk.cut(path, stat);
      setTimeout(() => controller.abort(), 5);
      await expect(cutting).rejects.toMatchObject({ code: 'aborted' });
      expect((await second).content.size).toBe(96 * 1024 * 1024);
    } finally {
      fs.rmSync(root, { recursive: true });
    }
  });

  it('says that it is closed', async () => {
    const closed = createNodeDisk(1);
    await closed.close();
    await expect(closed.list('/')).rejects.toMatchObject({ code: 'failed' });
  });

  it('runs every job it was given at once', async () => {
    const root = newRoot();
    const own = createNodeDisk(2);
    try {
      const files = Array.from({ length: 500 }, (_, index) => ({
        path: join(root, `f${index}`),
        bytes: Buffer.from(`content ${index}`),
        mtimeMs: 1_700_000_000_000,
        mode: 0o644,
      }));
      const stats = await own.writeMany(files);
      const cuts = await Promise.all(
        stats.map((stat, index) => (stat instanceof DiskFault ? Promise.reject(stat) : own.cut(join(root, `f${index}`), stat))),
      );
      expect(cuts.every((cut, index) => cut.content.size === `content ${index}`.length)).toBe(true);
      expect(await own.list(root)).toHaveLength(500);
    } finally {
      await own.close();
      fs.rmSync(root, { recursive: true });
    }
  });

  it('ends threads that have nothing to do, and starts them again', async () => {
    const threads = (): number => fs.readdirSync('/proc/self/task').length;
    const root = newRoot();
    const own = createNodeDisk(2, 50);
    try {
      fs.writeFileSync(join(root, 'file'), '');
      const before = threads();
      expect(await own.list(root)).toHaveLength(1);
      expect(threads()).toBeGreaterThan(before);
      await expect.poll(threads, { timeout: 10_000 }).toBeLessThanOrEqual(before);
      expect(await own.list(root)).toHaveLength(1);
    } finally {
      await own.close();
      fs.rmSync(root, { recursive: true });
    }
  });

  it('without hard links moves over nothing either', () => {
    const root = newRoot();
    try {
      fs.writeFileSync(join(root, 'from'), 'mine');
      fs.writeFileSync(join(root, 'taken'), 'theirs');
      expect(() => moveWithPlaceholder(join(root, 'from'), join(root, 'taken'))).toThrow(/EEXIST/);
      moveWithPlaceholder(join(root, 'from'), join(root, 'to'));
      expect(fs.readdirSync(root).sort()).toEqual(['taken', 'to']);
      expect([fs.readFileSync(join(root, 'to'), 'utf8'), fs.readFileSync(join(root, 'taken'), 'utf8')]).toEqual(['mine', 'theirs']);
      expect(() => moveWithPlaceholder(join(root, 'missing'), join(root, 'new'))).toThrow(/ENOENT/);
      expect(fs.existsSync(join(root, 'new'))).toBe(false);
    } finally {
      fs.rmSync(root, { recursive: true });
    }
  });
});

describe('plainPath', () => {
  it('leads only through real folders below the root', async () => {
    const root = newRoot();
    try {
      fs.mkdirSync(join(root, 'real/deep'), { recursive: true });
      fs.symlinkSync('real', join(root, 'link'));
      fs.writeFileSync(join(root, 'file'), '');
      const fault = (path: string): Promise<unknown> => plainPath(disk, root, path).catch((error: unknown) => (error as DiskFault).code);
      expect(await fault('')).toBe(root);
      expect(await fault('real/deep/new')).toBe(`${root}/real/deep/new`);
      expect(await fault('link')).toBe(`${root}/link`);
      expect(await fault('link/deep')).toBe('loop');
      expect(await fault('file/x')).toBe('not_a_folder');
      expect(await fault('gone/x')).toBe('missing');
      for (const bad of ['../x', 'real/../x', '.', 'a//b', '/a', 'a\0b']) expect(await fault(bad)).toBe('loop');
    } finally {
      fs.rmSync(root, { recursive: true });
    }
  });
});
