import { describe, expect, it } from 'vitest';
import { DiskFault } from '../../environment.ts';
import { describeDisk } from './conformance.ts';
import { windowsCanHold } from '../../../base/index.ts';
import { APFS_NAMES, FakeDisk, fakeWatch, HFS_PLUS_NAMES, type NameRules, POSIX_NAMES, WINDOWS_NAMES } from './index.ts';

const newDisk = (options: Partial<ConstructorParameters<typeof FakeDisk>[0]> = {}): FakeDisk => {
  const disk = new FakeDisk({ now: () => 1_750_000_000_000, ...options });
  disk.user.mkdir('/home/sync');
  return disk;
};

const fixture =
  (options: Partial<ConstructorParameters<typeof FakeDisk>[0]> = {}) =>
  async () => {
    const disk = newDisk(options);
    const { user } = disk;
    return {
      disk,
      root: '/home/sync',
      user: {
        writeFile: (path: string, content: string | Uint8Array) => user.writeFile(path, content),
        readText: (path: string) => user.readText(path),
        mkdir: (path: string) => user.mkdir(path),
        rename: (from: string, to: string) => user.rename(from, to),
        remove: (path: string) => user.remove(path),
        link: (from: string, to: string) => user.link(from, to),
        symlink: (target: string, path: string) => user.symlink(target, path),
        special: (path: string) => user.special(path),
        writeInvalidName: (folder: string, prefix: string) => user.writeUnreadableName(folder, `${prefix}\\xff`),
      },
      deny: (path: string) => disk.deny(path),
      modes: options.modes ?? true,
      canHold: (name: string) => options.names !== WINDOWS_NAMES || windowsCanHold(name),
      close: async () => undefined,
    };
  };

describeDisk('fake', fixture());
describeDisk('fake, as APFS', fixture({ names: APFS_NAMES }));
describeDisk('fake, as HFS+', fixture({ names: HFS_PLUS_NAMES }));
describeDisk('fake, as NTFS', fixture({ names: WINDOWS_NAMES, modes: false, firstInode: 2n ** 60n + 1n }));

describe('names on the fake disks', () => {
  const COMPOSED = '\u00e9';
  const DECOMPOSED = 'e\u0301';
  const listed = async (names: NameRules, ...written: readonly string[]): Promise<readonly string[]> => {
    const disk = newDisk({ names });
    for (const name of written) disk.user.writeFile(`/home/sync/${name}`, name);
    return (await disk.list('/home/sync')).map(({ name }) => name ?? '');
  };

  it('are one or two, kept or respelled, as the file system says', async () => {
    const written = ['a', 'A', COMPOSED, DECOMPOSED];
    expect(await listed(POSIX_NAMES, ...written)).toEqual(written);
    expect(await listed(APFS_NAMES, ...written)).toEqual(['a', COMPOSED]);
    expect(await listed(HFS_PLUS_NAMES, ...written)).toEqual(['a', DECOMPOSED]);
    expect(await listed(WINDOWS_NAMES, ...written)).toEqual(['a', COMPOSED, DECOMPOSED]);
    expect(await listed(WINDOWS_NAMES, 'stra\u00dfe', 'strasse')).toHaveLength(2);
  });

  it('lose a dot or a space at their end on Windows, and are then another file', async () => {
    expect(await listed(WINDOWS_NAMES, 'a', 'a.', 'a ', 'a. .')).toEqual(['a']);
    expect(await listed(POSIX_NAMES, 'a', 'a.', 'a ')).toHaveLength(3);
  });

  it.each(['a?b', 'a:b', 'a\\b', 'a|b', 'a\u0001b', '...', 'NUL', 'con.txt', 'aux .txt', 'Com1', 'lpt\u00b2.tar.gz'])(
    '%j is refused on Windows',
    (name) => {
      const { user } = newDisk({ names: WINDOWS_NAMES });
      expect(() => user.writeFile(`/home/sync/${name}`, '')).toThrow(DiskFault);
      expect(windowsCanHold(name)).toBe(false);
    },
  );

  it.each(['conx', 'nulx.txt', 'com10', 'auxiliary.doc', '.con'])('%j is an ordinary name on Windows', async (name) => {
    expect(windowsCanHold(name)).toBe(true);
    expect(await listed(WINDOWS_NAMES, name)).toEqual([name]);
  });

  it('are as long as 255 bytes or 255 units', async () => {
    const units = '\u6587'.repeat(255);
    const bytes = 'b'.repeat(255);
    expect(await listed(WINDOWS_NAMES, units)).toEqual([units]);
    expect(() => newDisk().user.writeFile(`/home/sync/${units}`, '')).toThrow('name_too_long');
    for (const names of [POSIX_NAMES, APFS_NAMES, HFS_PLUS_NAMES, WINDOWS_NAMES]) {
      expect(await listed(names, bytes)).toEqual([bytes]);
      expect(() => newDisk({ names }).user.writeFile(`/home/sync/${bytes}b`, '')).toThrow('name_too_long');
    }
  });

  it('end where the path becomes too long', () => {
    const { user } = newDisk({ maxPath: 30 });
    user.writeFile('/home/sync/12345678901234567', 'fits');
    expect(() => user.writeFile('/home/sync/12345678901234567890', '')).toThrow('name_too_long');
  });
});

describe('a file that another program has open without sharing it', () => {
  it('is read, moved and removed by nobody, nor does its folder move, until it is closed', async () => {
    const disk = newDisk();
    const [folder, path] = ['/home/sync/folder', '/home/sync/folder/open.docx'];
    disk.user.writeFile(path, 'x');
    const stat = disk.user.stat(path);
    disk.hold(path);
    await expect(disk.cut(path, stat)).rejects.toMatchObject({ code: 'busy' });
    await expect(disk.moveFile(path, `${path}.x`)).rejects.toMatchObject({ code: 'busy' });
    await expect(disk.removeFile(path)).rejects.toMatchObject({ code: 'busy' });
    await expect(disk.moveFolder(folder, `${folder}.x`)).rejects.toMatchObject({ code: 'denied' });
    expect(await disk.stat(path)).toEqual(stat);
    disk.hold(path, false);
    await disk.moveFolder(folder, `${folder}.x`);
    await disk.removeFile('/home/sync/folder.x/open.docx');
  });
});

describe('what only the fake disk can do', () => {
  const file = (path: string, text: string) => ({ path, bytes: new TextEncoder().encode(text), mtimeMs: 1, mode: 0o644 });

  it('finds a name under another spelling where the disk does', async () => {
    const disk = newDisk({ names: APFS_NAMES });
    disk.user.writeFile('/home/sync/Name', 'x');
    expect(await disk.stat('/home/sync/NAME')).toBeDefined();
    expect(await newDisk().stat('/home/sync/NAME')).toBeUndefined();
  });

  it('loses in a power cut what was not synced, in order', async () => {
    const disk = newDisk();
    disk.user.writeFile('/home/sync/old', 'old');
    await disk.writeMany([file('/home/sync/t1', 'one')]);
    await disk.moveFile('/home/sync/t1', '/home/sync/one');
    await disk.syncFolders(['/home/sync']);
    await disk.writeMany([file('/home/sync/t2', 'two')]);
    await disk.moveFile('/home/sync/t2', '/home/sync/two');
    disk.powerCut();
    expect(disk.user.snapshot('/home/sync')).toEqual({ old: 'old', one: 'one' });
  });

  it('keeps of the newest changes as many as the test says', async () => {
    const disk = newDisk();
    await disk.makeFolder('/home/sync/a');
    await disk.makeFolder('/home/sync/b');
    disk.powerCut(1);
    expect(disk.user.snapshot('/home/sync')).toEqual({ a: null });
  });

  it('has a file whose name is durable and whose bytes are not', async () => {
    const disk = newDisk();
    const writer = await disk.create('/home/sync/file');
    await writer.write(new Uint8Array(5));
    await disk.syncFolders(['/home/sync']);
    disk.powerCut();
    expect(disk.user.snapshot('/home/sync')).toEqual({ file: '' });
    await expect(writer.finish(1, 0o644)).rejects.toMatchObject({ code: 'failed' });
  });

  it('stops a call in the middle when the process dies', async () => {
    let reached = 0;
    let go: (() => void) | undefined;
    const disk = newDisk({ yieldPoint: () => (++reached === 2 ? new Promise<void>((resolve) => (go = resolve)) : Promise.resolve()) });
    disk.user.writeFile('/home/sync/from', 'x');
    const moved = disk.moveFile('/home/sync/from', '/home/sync/to').catch((error: unknown) => error);
    await expect.poll(() => go).toBeDefined();
    disk.crash();
    go?.();
    expect(await moved).toMatchObject({ code: 'failed' });
    expect(disk.user.snapshot('/home/sync')).toEqual({ from: 'x', to: 'x' });
  });

  it('fails where the test wants it to', async () => {
    const disk = newDisk();
    disk.fault = (method, path) => (method === 'list' && path === '/home/sync' ? 'failed' : undefined);
    await expect(disk.list('/home/sync')).rejects.toBeInstanceOf(DiskFault);
    disk.fault = undefined;
    expect(await disk.list('/home/sync')).toEqual([]);
  });

  it('is full when it is full, and leaves no half file', async () => {
    const disk = newDisk({ capacityBytes: 10 });
    const results = await disk.writeMany([file('/home/sync/a', '12345678'), file('/home/sync/b', '123'), file('/home/sync/c', '12')]);
    expect(results.map((result) => (result instanceof DiskFault ? result.code : 'written'))).toEqual(['written', 'full', 'written']);
    expect(Object.keys(disk.user.snapshot('/home/sync'))).toEqual(['a', 'c']);
    expect(await disk.freeBytes('/home/sync')).toBe(0);
  });

  it('hints at the folder of every change, and not into its own folder', async () => {
    const disk = newDisk();
    const hints: string[] = [];
    const watching = fakeWatch(disk);
    const watch = await watching.watch('/home/sync', {
      dirty: (folder) => hints.push(folder),
      overflow: () => hints.push('!'),
      failed: () => hints.push('x'),
    });
    disk.user.mkdir('/home/sync/a');
    disk.user.writeFile('/home/sync/a/file', '1');
    disk.user.mkdir('/home/sync/.tidemark');
    disk.user.writeFile('/home/sync/.tidemark/tmp', '1');
    disk.user.writeFile('/home/other', '1');
    await expect.poll(() => new Set(hints)).toEqual(new Set(['', 'a']));
    watching.overflow();
    await watch.close();
    disk.user.remove('/home/sync/a');
    await Promise.resolve();
    expect(hints.at(-1)).toBe('!');
    expect(watching.open).toBe(0);
  });
});
