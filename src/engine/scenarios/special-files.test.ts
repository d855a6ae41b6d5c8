import { execFileSync } from 'node:child_process';
import { link, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DiskFault } from '../index.ts';
import { idsOf } from './support/identity.ts';
import { type Two, twoWith } from './support/in-step.ts';
import type { Device } from './support/index.ts';

const reasons = async (device: Device): Promise<readonly string[]> =>
  (await device.issues()).map(({ path, reason }) => `${reason.code} ${path}`).sort();

/** A folder beside the synced one, with something in it that must never be touched. */
async function outside(at: Two, device: Device): Promise<string> {
  const path = join(at.world.dir, `outside of ${device.name}`);
  await mkdir(path);
  await writeFile(join(path, 'private.txt'), 'private');
  return path;
}

const expectUntouched = async (path: string): Promise<void> => {
  expect(await readdir(path)).toEqual(['private.txt']);
  expect(await readFile(join(path, 'private.txt'), 'utf8')).toBe('private');
};

describe.concurrent('Special files', () => {
  it('symlink skipped: listed, never sent or followed, and its siblings sync', async () => {
    await using at = await twoWith({ 'real.txt': 'real' });
    const beyond = await outside(at, at.laptop);
    await symlink('real.txt', at.laptop.path('to a file'));
    await symlink(beyond, at.laptop.path('to a folder outside'));
    await symlink('nowhere', at.laptop.path('broken'));
    await at.laptop.write('folder/sibling.txt', 'sibling');
    await at.world.settle();
    expect(await at.desktop.tree()).toEqual({ 'folder/': '', 'folder/sibling.txt': 'sibling', 'real.txt': 'real' });
    expect(await reasons(at.laptop)).toEqual([
      'symlink_skipped broken',
      'symlink_skipped to a file',
      'symlink_skipped to a folder outside',
    ]);
    await at.laptop.remove('broken');
    await at.laptop.sync();
    expect(await reasons(at.laptop)).toHaveLength(2);
    await expectUntouched(beyond);
  });

  it('symlink loops are safe', async () => {
    await using at = await twoWith({ 'folder/a.txt': 'a' });
    await symlink('.', at.laptop.path('folder/here'));
    await symlink('../..', at.laptop.path('folder/up'));
    await symlink('loop', at.laptop.path('loop'));
    await symlink(at.laptop.folder, at.laptop.path('folder/root'));
    await at.laptop.write('folder/b.txt', 'b');
    await at.world.settle();
    expect(await at.desktop.tree()).toEqual({ 'folder/': '', 'folder/a.txt': 'a', 'folder/b.txt': 'b' });
    expect(await reasons(at.laptop)).toHaveLength(4);
  });

  it('folder replaced by a symlink deletes nothing', async () => {
    await using at = await twoWith({ 'folder/a.txt': 'a', 'folder/deep/b.txt': 'b', 'other.txt': 'other' });
    const before = await at.desktop.tree();
    const moved = join(at.world.dir, 'moved away');
    await rename(at.laptop.path('folder'), moved);
    await symlink(moved, at.laptop.path('folder'));
    await at.world.settle();
    await at.laptop.restart();
    await at.world.settle();
    expect(await at.desktop.tree()).toEqual(before);
    expect(await at.laptop.questions()).toEqual([]);
    expect(await reasons(at.laptop)).toEqual(['symlink_skipped folder']);
    // What the other device does in the folder meanwhile is not written through the link.
    await at.desktop.write('folder/a.txt', 'edited');
    await at.desktop.write('folder/new.txt', 'new');
    await at.desktop.remove('folder/deep');
    await at.desktop.sync();
    await at.laptop.sync(2500).catch(() => undefined);
    expect((await readdir(moved)).sort()).toEqual(['a.txt', 'deep']);
    expect(await readFile(join(moved, 'a.txt'), 'utf8')).toBe('a');
    // The real folder comes back, and all goes on.
    await rm(at.laptop.path('folder'));
    await rename(moved, at.laptop.path('folder'));
    await at.laptop.sync();
    await at.world.settle();
    await at.world.expectSame({ 'folder/': '', 'folder/a.txt': 'edited', 'folder/new.txt': 'new', 'other.txt': 'other' });
    expect(await reasons(at.laptop)).toEqual([]);
  });

  it('file replaced by a symlink deletes nothing, and an edit of the other device is not written through it', async () => {
    await using at = await twoWith({ 'a.txt': 'a', 'other.txt': 'other' });
    const beyond = await outside(at, at.laptop);
    await rm(at.laptop.path('a.txt'));
    await symlink(join(beyond, 'private.txt'), at.laptop.path('a.txt'));
    await at.world.settle();
    expect(await at.desktop.read('a.txt')).toBe('a');
    await at.desktop.write('a.txt', 'edited');
    await at.desktop.sync();
    await at.laptop.sync(2500).catch(() => undefined);
    await expectUntouched(beyond);
    expect(await at.desktop.read('a.txt')).toBe('edited');
    await rm(at.laptop.path('a.txt'));
    await at.laptop.write('a.txt', 'written where the link was');
    await at.laptop.sync();
    await at.world.settle();
    const tree = await at.world.expectSame();
    expect(Object.values(tree)).toEqual(expect.arrayContaining(['edited', 'written where the link was']));
  });

  it('link replaced by a real file syncs', async () => {
    await using at = await twoWith({ 'other.txt': 'other' });
    await symlink('other.txt', at.laptop.path('a.txt'));
    await symlink('nowhere', at.laptop.path('folder'));
    await at.laptop.sync();
    expect(await reasons(at.laptop)).toHaveLength(2);
    await rm(at.laptop.path('a.txt'));
    await at.laptop.write('a.txt', 'real by now');
    await rm(at.laptop.path('folder'));
    await at.laptop.write('folder/b.txt', 'b');
    await at.world.settle();
    await at.world.expectSame({ 'a.txt': 'real by now', 'folder/': '', 'folder/b.txt': 'b', 'other.txt': 'other' });
    expect(await reasons(at.laptop)).toEqual([]);
  });

  it('hard links are two files', async () => {
    await using at = await twoWith({ 'a.txt': 'shared' });
    const id = (await idsOf(at.laptop)).get('a.txt');
    await mkdir(at.laptop.path('folder'));
    await link(at.laptop.path('a.txt'), at.laptop.path('folder/b.txt'));
    await at.world.settle();
    await at.world.expectSame({ 'a.txt': 'shared', 'folder/': '', 'folder/b.txt': 'shared' });
    const ids = await idsOf(at.laptop);
    expect(ids.get('a.txt')).toBe(id);
    expect(ids.get('folder/b.txt')).not.toBe(id);
    expect((await at.desktop.stat('a.txt')).ino).not.toBe((await at.desktop.stat('folder/b.txt')).ino);
    // Written here, both change; written there, only the one.
    await at.laptop.write('a.txt', 'shared, edited');
    await at.world.settle();
    await at.world.expectSame({ 'a.txt': 'shared, edited', 'folder/': '', 'folder/b.txt': 'shared, edited' });
    await at.desktop.write('a.txt', 'only this one');
    await at.world.settle();
    await at.world.expectSame({ 'a.txt': 'only this one', 'folder/': '', 'folder/b.txt': 'shared, edited' });
    // One of two names is deleted or renamed: the other stays what it was.
    await link(at.laptop.path('a.txt'), at.laptop.path('c.txt'));
    await at.world.settle();
    await at.laptop.remove('a.txt');
    await at.world.settle();
    await at.world.expectSame({ 'c.txt': 'only this one', 'folder/': '', 'folder/b.txt': 'shared, edited' });
  });

  it('FIFO: listed and never waited for, also one that takes the place of a file', async () => {
    await using at = await twoWith({ 'a.txt': 'a', 'other.txt': 'other' });
    execFileSync('mkfifo', [at.laptop.path('pipe')]);
    await at.laptop.write('sibling.txt', 'sibling');
    await at.world.settle();
    expect(await reasons(at.laptop)).toEqual(['special_skipped pipe']);
    // A known file turns into one: it is not deleted elsewhere, and the other's edit does not go into the pipe.
    await rm(at.laptop.path('a.txt'));
    execFileSync('mkfifo', [at.laptop.path('a.txt')]);
    await at.world.settle();
    await at.desktop.write('a.txt', 'edited');
    await at.desktop.sync();
    await at.laptop.sync(2500).catch(() => undefined);
    expect(await at.desktop.tree()).toEqual({ 'a.txt': 'edited', 'other.txt': 'other', 'sibling.txt': 'sibling' });
    expect(await reasons(at.laptop)).toContain('special_skipped a.txt');
  });

  it('FIFO: one that takes the place of a file between the look and the read does not block it', async () => {
    await using at = await twoWith({ 'other.txt': 'other' });
    let swapped = false;
    at.laptop.disk.before = async (call) => {
      if (swapped || !['cut', 'cutMany', 'read', 'readMany'].includes(call)) return;
      swapped = true;
      await rm(at.laptop.path('new.txt'));
      execFileSync('mkfifo', [at.laptop.path('new.txt')]);
    };
    await at.laptop.write('new.txt', 'new');
    await at.laptop.write('sibling.txt', 'sibling');
    // What is in the file's place is looked at again and again, with pauses; nobody waits for it.
    await at.laptop.sync(3000).catch(() => undefined);
    expect(swapped).toBe(true);
    await at.desktop.sync();
    expect(await at.desktop.tree()).toEqual({ 'other.txt': 'other', 'sibling.txt': 'sibling' });
    expect(await reasons(at.laptop)).toContain('special_skipped new.txt');
  });

  it('socket: listed, and its siblings sync', async () => {
    await using at = await twoWith({ 'other.txt': 'other' });
    // A path of a socket has at most 107 bytes.
    const short = join('/tmp', `tm-${process.pid}.sock`);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(short, resolve));
    try {
      await rename(short, at.laptop.path('agent.sock'));
      await at.laptop.write('sibling.txt', 'sibling');
      await at.world.settle();
      expect(await at.desktop.tree()).toEqual({ 'other.txt': 'other', 'sibling.txt': 'sibling' });
      expect(await reasons(at.laptop)).toEqual(['special_skipped agent.sock']);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('traversal through symlinks refused: nothing is written where a folder became a link after the look', async () => {
    await using at = await twoWith({ 'folder/a.txt': 'a', 'folder/b.txt': 'b', 'folder/sub/c.txt': 'c', 'other.txt': 'other' });
    const beyond = await outside(at, at.laptop);
    await at.desktop.write('folder/a.txt', 'edited');
    await at.desktop.write('folder/new.txt', 'new');
    await at.desktop.mkdir('folder/new folder');
    await at.desktop.remove('folder/b.txt');
    await at.desktop.rename('other.txt', 'folder/other.txt');
    await at.desktop.sync();
    // The folder is exchanged when the engine has looked at everything and is about to change the disk.
    const aside = at.laptop.path('folder, aside');
    at.laptop.disk.once(
      (call) => ['writeMany', 'create', 'moveFile', 'moveFiles', 'makeFolder'].includes(call),
      async () => {
        await rename(at.laptop.path('folder'), aside);
        await symlink(beyond, at.laptop.path('folder'));
      },
    );
    await at.laptop.sync(2500).catch(() => undefined);
    await expectUntouched(beyond);
    expect(await reasons(at.laptop)).toContain('symlink_skipped folder');
    await rm(at.laptop.path('folder'));
    await rename(aside, at.laptop.path('folder'));
    await at.laptop.sync();
    await at.world.settle();
    expect(await at.world.expectSame()).toMatchObject({ 'folder/a.txt': 'edited', 'folder/new.txt': 'new', 'folder/other.txt': 'other' });
    await expectUntouched(beyond);
  });

  it.each(['moveFile', 'moveFiles', 'makeFolder', 'moveFolder'] as const)(
    'traversal through symlinks refused: exchanged in the last moment, before %s, what was checked is what is changed or nothing is',
    async (method) => {
      await using at = await twoWith({ 'folder/a.txt': 'a', 'folder/b.txt': 'b', 'folder/sub/c.txt': 'c', 'other.txt': 'other' });
      const beyond = await outside(at, at.laptop);
      await at.desktop.write('folder/a.txt', 'edited');
      await at.desktop.write('folder/new.txt', 'new');
      await at.desktop.mkdir('folder/new folder');
      await at.desktop.rename('folder/sub', 'folder/sub 2');
      await at.desktop.sync();
      const aside = at.laptop.path('folder, aside');
      let swapped = false;
      const inFolder = (args: readonly unknown[]): boolean => JSON.stringify(args).includes(`${at.laptop.path('folder')}/`);
      at.laptop.disk.before = async (call, args) => {
        if (swapped || call !== method || !inFolder(args)) return;
        swapped = true;
        await rename(at.laptop.path('folder'), aside);
        await symlink(beyond, at.laptop.path('folder'));
      };
      await at.laptop.sync(2500).catch(() => undefined);
      expect(swapped).toBe(true);
      await expectUntouched(beyond);
    },
  );

  it.each(['in use', 'refused'] as const)('locked by another program: others proceed, this one follows (%s)', async (how) => {
    await using at = await twoWith({ 'open.docx': 'first', 'other.txt': 'other' });
    let locked = true;
    at.laptop.disk.before = (call, args) => {
      if (!locked || !['moveFile', 'moveFiles', 'cut', 'cutMany', 'read', 'readMany'].includes(call)) return;
      const path = at.laptop.path('open.docx');
      if (JSON.stringify(args).includes(JSON.stringify(path))) throw new DiskFault(how === 'in use' ? 'busy' : 'denied', path);
    };
    await at.desktop.write('open.docx', 'edited on the desktop');
    await at.desktop.write('other.txt', 'edited');
    await at.desktop.write('new.txt', 'new');
    await at.desktop.sync();
    await at.laptop.sync();
    expect(await at.laptop.tree()).toEqual({ 'new.txt': 'new', 'open.docx': 'first', 'other.txt': 'edited' });
    expect((await at.laptop.issues()).map(({ path }) => path)).toEqual(['open.docx']);
    locked = false;
    await at.laptop.sync();
    await at.world.settle();
    expect(await at.laptop.issues()).toEqual([]);
    await at.world.expectSame({ 'new.txt': 'new', 'open.docx': 'edited on the desktop', 'other.txt': 'edited' });
  });
});
