import { describe, expect, it } from 'vitest';
import { DiskFault } from '../../environment.ts';
import { describeDisk } from './conformance.ts';
import { FakeDisk, fakeWatch } from './index.ts';

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
      close: async () => undefined,
    };
  };

describeDisk('fake', fixture());
describeDisk('fake, letter case does not count', fixture({ caseInsensitive: true }));
describeDisk('fake, names decomposed', fixture({ decomposes: true }));

describe('what only the fake disk can do', () => {
  const file = (path: string, text: string) => ({ path, bytes: new TextEncoder().encode(text), mtimeMs: 1, mode: 0o644 });

  it('finds a name under another spelling where the disk does', async () => {
    const disk = newDisk({ caseInsensitive: true });
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
