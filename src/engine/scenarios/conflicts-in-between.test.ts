import { open, rename, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { TidemarkError } from '../../contract/index.ts';
import { expectKept, idsOf } from './support/identity.ts';
import { type Two, twoWith } from './support/in-step.ts';
import { type Tree, until } from './support/index.ts';

const copiesIn = (tree: Tree): readonly string[] => Object.keys(tree).filter((path) => path.includes(' (conflict, '));
const contentsOf = (tree: Tree): readonly string[] => Object.values(tree).filter(Boolean).sort();

/** The desktop is about to put the laptop's new words over its own; `at.desktop` has not looked yet. */
async function aboutToReplace(): Promise<Two> {
  const at = await twoWith({ 'report.txt': 'first words', 'other.txt': 'other' });
  await at.laptop.write('report.txt', 'laptop words');
  await at.laptop.sync();
  return at;
}

const movesToTrash = (name: string) => (call: string, args: readonly unknown[]) =>
  (call === 'moveFile' || call === 'moveFolder') &&
  String(args[0]).endsWith(`/folder/${name}`) &&
  String(args[1]).includes('/.tidemark/trash/');

describe.concurrent('Conflicts: remote change during discovery never overwrites', () => {
  it('edited after the change was seen, before its content has arrived', async () => {
    await using at = await aboutToReplace();
    let edited = false;
    at.desktop.traffic.before = async (call) => {
      if (call !== 'fetch' || edited) return;
      edited = true;
      await at.desktop.write('report.txt', 'desktop words');
    };
    await at.world.settle(at.desktop, at.laptop);
    expect(edited).toBe(true);
    const tree = await at.world.expectSame();
    expect(tree['report.txt']).toBe('laptop words');
    expect(copiesIn(tree).map((copy) => tree[copy])).toEqual(['desktop words']);
    expect(await at.laptop.conflicts()).toMatchObject([{ path: 'report.txt', device: 'desktop' }]);
    await expectKept(at.world, 'first words');
  });

  it('renamed after the change was seen: the new content goes where the file is now', async () => {
    await using at = await aboutToReplace();
    const before = await idsOf(at.laptop);
    let renamed = false;
    at.desktop.traffic.before = async (call) => {
      if (call !== 'fetch' || renamed) return;
      renamed = true;
      await at.desktop.rename('report.txt', 'final.txt');
    };
    await at.world.settle(at.desktop, at.laptop);
    await at.world.expectSame({ 'final.txt': 'laptop words', 'other.txt': 'other' });
    expect((await idsOf(at.laptop)).get('final.txt')).toBe(before.get('report.txt'));
  });

  it('deleted after the change was seen: an edit beats a delete', async () => {
    await using at = await aboutToReplace();
    let removed = false;
    at.desktop.traffic.before = async (call) => {
      if (call !== 'fetch' || removed) return;
      removed = true;
      await at.desktop.remove('report.txt');
    };
    await at.world.settle(at.desktop, at.laptop);
    await at.world.expectSame({ 'other.txt': 'other', 'report.txt': 'laptop words' });
  });

  it('a new file here takes the name of a new one there while that is fetched', async () => {
    await using at = await twoWith({ 'other.txt': 'other' });
    await at.laptop.write('new.txt', 'laptop words');
    await at.laptop.sync();
    let written = false;
    at.desktop.traffic.before = async (call) => {
      if (call !== 'fetch' || written) return;
      written = true;
      await at.desktop.write('new.txt', 'desktop words');
    };
    await at.world.settle(at.desktop, at.laptop);
    const tree = await at.world.expectSame();
    expect(tree['new.txt']).toBe('laptop words');
    expect(copiesIn(tree).map((copy) => tree[copy])).toEqual(['desktop words']);
  });

  it('a new folder here takes the name of a new file there while that is fetched', async () => {
    await using at = await twoWith({ 'other.txt': 'other' });
    await at.laptop.write('new', 'laptop words');
    await at.laptop.sync();
    let written = false;
    at.desktop.traffic.before = async (call) => {
      if (call !== 'fetch' || written) return;
      written = true;
      await at.desktop.write('new/inner.txt', 'desktop words');
    };
    await at.world.settle(at.desktop, at.laptop);
    const tree = await at.world.expectSame();
    expect(tree['new']).toBe('laptop words');
    expect(contentsOf(tree)).toEqual(['desktop words', 'laptop words', 'other']);
  });

  it('the cloud’s version changes once more while the one before is fetched', async () => {
    await using at = await aboutToReplace();
    let again = false;
    at.desktop.traffic.before = async (call) => {
      if (call !== 'fetch' || again) return;
      again = true;
      await at.laptop.write('report.txt', 'laptop words once more');
      await at.laptop.sync();
    };
    await at.world.settle(at.desktop, at.laptop);
    await at.world.expectSame({ 'other.txt': 'other', 'report.txt': 'laptop words once more' });
    expect(await at.desktop.conflicts()).toEqual([]);
    await expectKept(at.world, 'laptop words');
  });
});

describe.concurrent('Conflicts: a save between the check and the move of a replaced file', () => {
  it('written in place', async () => {
    await using at = await aboutToReplace();
    at.desktop.disk.once(movesToTrash('report.txt'), () => at.desktop.write('report.txt', 'saved at the last moment'));
    await at.world.settle(at.desktop, at.laptop);
    const tree = await at.world.expectSame();
    expect(contentsOf(tree)).toEqual(['laptop words', 'other', 'saved at the last moment']);
    expect(tree['report.txt']).toBe('laptop words');
    await expectKept(at.world, 'first words');
  });

  it('saved by swapping', async () => {
    await using at = await aboutToReplace();
    at.desktop.disk.once(movesToTrash('report.txt'), () => at.desktop.saveBySwap('report.txt', 'swapped at the last moment'));
    await at.world.settle(at.desktop, at.laptop);
    const tree = await at.world.expectSame();
    expect(contentsOf(tree)).toEqual(['laptop words', 'other', 'swapped at the last moment']);
    expect(tree['report.txt']).toBe('laptop words');
  });

  it('somebody puts a file at the name while it is free', async () => {
    await using at = await aboutToReplace();
    const placesNew = (call: string, args: readonly unknown[]): boolean =>
      call === 'moveFile' && String(args[1]).endsWith('/folder/report.txt');
    at.desktop.disk.once(placesNew, () => writeFile(at.desktop.path('report.txt'), 'put in between', { flag: 'wx' }));
    await at.world.settle(at.desktop, at.laptop);
    const tree = await at.world.expectSame();
    expect(tree['report.txt']).toBe('laptop words');
    expect(contentsOf(tree), 'no third').toEqual(['laptop words', 'other', 'put in between']);
    await expectKept(at.world, 'first words');
  });

  it('a program that still has the old file open writes into it after the move', async () => {
    await using at = await aboutToReplace();
    const handle = await open(at.desktop.path('report.txt'), 'r+');
    const placesNew = (call: string, args: readonly unknown[]): boolean =>
      call === 'moveFile' && String(args[1]).endsWith('/folder/report.txt');
    at.desktop.disk.once(placesNew, async () => {
      await handle.write('LATE', 0);
    });
    await at.world.settle(at.desktop, at.laptop);
    await handle.close();
    const tree = await at.world.expectSame();
    expect(tree['report.txt']).toBe('laptop words');
    expect(contentsOf(tree)).toEqual(['LATEt words', 'laptop words', 'other']);
    expect(await at.desktop.conflicts(), 'both are listed until one is chosen').toMatchObject([{ path: 'report.txt', device: 'desktop' }]);
  });

  it('saved between the check and the move of a file that was deleted there: the edit wins', async () => {
    await using at = await twoWith({ 'report.txt': 'first words', 'other.txt': 'other' });
    await at.laptop.remove('report.txt');
    await at.laptop.sync();
    at.desktop.disk.once(movesToTrash('report.txt'), () => at.desktop.write('report.txt', 'saved at the last moment'));
    await at.world.settle(at.desktop, at.laptop);
    await at.world.expectSame({ 'other.txt': 'other', 'report.txt': 'saved at the last moment' });
  });

  it('a file put into a folder between the check and the move of its deletion stays, in its folder', async () => {
    await using at = await twoWith({ 'folder/a.txt': 'a', 'folder/sub/b.txt': 'b', 'other.txt': 'other' });
    await at.laptop.remove('folder');
    await at.laptop.sync();
    at.desktop.disk.once(movesToTrash('folder'), () => at.desktop.write('folder/sub/new.txt', 'put in between'));
    await at.world.settle(at.desktop, at.laptop);
    await at.world.expectSame({ 'folder/': '', 'folder/sub/': '', 'folder/sub/new.txt': 'put in between', 'other.txt': 'other' });
    await expectKept(at.world, 'a', 'b');
  });

  it('a file in a folder is saved between the check and the move of its deletion', async () => {
    await using at = await twoWith({ 'folder/a.txt': 'a', 'folder/b.txt': 'b', 'other.txt': 'other' });
    await at.laptop.remove('folder');
    await at.laptop.sync();
    at.desktop.disk.once(movesToTrash('folder'), async () => {
      await writeFile(`${at.desktop.path('folder')}/b.new`, 'saved at the last moment');
      await rename(`${at.desktop.path('folder')}/b.new`, at.desktop.path('folder/b.txt'));
    });
    await at.world.settle(at.desktop, at.laptop);
    await at.world.expectSame({ 'folder/': '', 'folder/b.txt': 'saved at the last moment', 'other.txt': 'other' });
    await expectKept(at.world, 'a');
  });
});

describe.concurrent('Conflicts: restart in the middle', () => {
  const stops = {
    'before anything was moved': {
      side: 'disk',
      when: (call: string, args: readonly unknown[]) => call === 'moveFile' && String(args[1]).includes('(conflict'),
    },
    'after the kept version was renamed, before it was sent': { side: 'cloud', when: (call: string) => call === 'store' },
    'after it was sent, before it was committed': { side: 'cloud', when: (call: string) => call === 'commit' },
    'before the current version was fetched': { side: 'cloud', when: (call: string) => call === 'fetch' },
  } as const;

  it.each(Object.keys(stops) as (keyof typeof stops)[])('%s', async (point) => {
    await using at = await aboutToReplace();
    await at.desktop.write('report.txt', 'desktop words');
    const { side, when } = stops[point];
    const reached = Promise.withResolvers<void>();
    // From that moment on nothing gets through, as in a process that is about to be killed.
    const stop = (call: string, args: readonly unknown[] = []): void => {
      if (!when(call, args)) return;
      reached.resolve();
      throw new TidemarkError('cloud_unreachable');
    };
    if (side === 'disk') at.desktop.disk.before = stop;
    else at.desktop.traffic.before = stop;
    const syncing = at.desktop.sync().catch(() => undefined);
    await reached.promise;
    await at.desktop.stop();
    await syncing;
    at.desktop.disk.before = () => undefined;
    at.desktop.traffic.before = () => undefined;
    await at.desktop.start();
    await at.world.settle(at.desktop, at.laptop);
    const tree = await at.world.expectSame();
    expect(tree['report.txt']).toBe('laptop words');
    expect(copiesIn(tree).map((copy) => tree[copy])).toEqual(['desktop words']);
    for (const device of at.world.devices) expect(await device.conflicts()).toMatchObject([{ path: 'report.txt', device: 'desktop' }]);
  });

  it('the answer to the commit of the kept version got lost: it is not sent a second time', async () => {
    await using at = await aboutToReplace();
    await at.desktop.write('report.txt', 'desktop words');
    const committed = Promise.withResolvers<void>();
    at.desktop.traffic.after = async (call) => {
      if (call !== 'commit') return;
      committed.resolve();
      throw new TidemarkError('cloud_unreachable');
    };
    const syncing = at.desktop.sync().catch(() => undefined);
    await committed.promise;
    await at.desktop.stop();
    await syncing;
    at.desktop.traffic.after = () => undefined;
    await at.desktop.start();
    await at.world.settle(at.desktop, at.laptop);
    const tree = await at.world.expectSame();
    expect(copiesIn(tree).map((copy) => tree[copy])).toEqual(['desktop words']);
    await until('both list it', async () => (await at.laptop.conflicts()).length === 1 && (await at.desktop.conflicts()).length === 1);
  });
});
