import { describe, expect, it } from 'vitest';
import { TidemarkError } from '../../contract/index.ts';
import { expectKept, expectMovesNoBytes, idsOf } from './support/identity.ts';
import { twoWith } from './support/in-step.ts';
import { someBytes, type Tree, worldOf } from './support/index.ts';

interface Swap {
  readonly what: string;
  readonly files: Tree;
  /** New path to old path. */
  readonly moved: Readonly<Record<string, string>>;
  readonly tree: Tree;
}

const swaps: readonly Swap[] = [
  { what: 'two files', files: { a: 'was a', b: 'was b' }, moved: { a: 'b', b: 'a' }, tree: { a: 'was b', b: 'was a' } },
  {
    what: 'two folders',
    files: { 'a/one': '1', 'b/two': '2' },
    moved: { 'a/': 'b/', 'b/': 'a/', 'a/two': 'b/two', 'b/one': 'a/one' },
    tree: { 'a/': '', 'a/two': '2', 'b/': '', 'b/one': '1' },
  },
  {
    what: 'a file and a folder',
    files: { a: 'file', 'b/two': '2' },
    moved: { 'a/': 'b/', b: 'a', 'a/two': 'b/two' },
    tree: { 'a/': '', 'a/two': '2', b: 'file' },
  },
  {
    what: 'a folder and its own child',
    files: { 'a/b/leaf': 'leaf', 'a/in-a': 'in a' },
    moved: { 'b/': 'a/b/', 'b/a/': 'a/', 'b/leaf': 'a/b/leaf', 'b/a/in-a': 'a/in-a' },
    tree: { 'b/': '', 'b/a/': '', 'b/a/in-a': 'in a', 'b/leaf': 'leaf' },
  },
];

describe.concurrent('Move', () => {
  it('file: no bytes', async () => {
    await using at = await twoWith({ 'draft.txt': 'words', 'other.txt': 'other' });
    const cost = await expectMovesNoBytes(at.world, { 'final.txt': 'draft.txt' }, async () => {
      await at.laptop.rename('draft.txt', 'final.txt');
      await at.world.settle();
    });
    expect(cost.entries.map(({ op }) => op)).toEqual(['move']);
    await at.world.expectSame({ 'final.txt': 'words', 'other.txt': 'other' });
    expect((await at.desktop.activity())[0]).toMatchObject({ kind: 'moved_here', path: 'final.txt', otherPath: 'draft.txt' });
  });

  it('folder: no bytes, one request for all that is in it', async () => {
    await using at = await twoWith({ 'work/a.txt': 'a', 'work/deep/b.txt': 'b', 'work/deep/er/c.txt': 'c' });
    const moved = { 'play/': 'work/', 'play/a.txt': 'work/a.txt', 'play/deep/': 'work/deep/', 'play/deep/er/c.txt': 'work/deep/er/c.txt' };
    const cost = await expectMovesNoBytes(at.world, moved, async () => {
      await at.laptop.rename('work', 'play');
      await at.world.settle();
    });
    expect(cost.entries).toMatchObject([{ op: 'move', name: 'play' }]);
    await at.world.expectSame({
      'play/': '',
      'play/a.txt': 'a',
      'play/deep/': '',
      'play/deep/b.txt': 'b',
      'play/deep/er/': '',
      'play/deep/er/c.txt': 'c',
    });
  });

  it('a large file of many blocks: no bytes', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const {
      world,
      devices: [laptop],
    } = opened;
    await laptop.write('film.bin', someBytes(9 * 1024 * 1024));
    await world.settle();
    await expectMovesNoBytes(world, { 'films/film.bin': 'film.bin' }, async () => {
      await laptop.rename('film.bin', 'films/film.bin');
      await world.settle();
    });
    await world.expectSame();
  });

  it('into new nested folders', async () => {
    await using at = await twoWith({ 'a.txt': 'a', 'kept/b.txt': 'b' });
    const moved = { 'x/y/z/a.txt': 'a.txt', 'x/y/kept/': 'kept/', 'x/y/kept/b.txt': 'kept/b.txt' };
    await expectMovesNoBytes(at.world, moved, async () => {
      await at.laptop.rename('a.txt', 'x/y/z/a.txt');
      await at.laptop.rename('kept', 'x/y/kept');
      await at.world.settle();
    });
    await at.world.expectSame({ 'x/': '', 'x/y/': '', 'x/y/kept/': '', 'x/y/kept/b.txt': 'b', 'x/y/z/': '', 'x/y/z/a.txt': 'a' });
  });

  it('rename and edit in one beat', async () => {
    await using at = await twoWith({ 'draft.txt': 'first words', 'folder/x.txt': 'x' });
    const before = await idsOf(at.laptop);
    await at.laptop.rename('draft.txt', 'folder/final.txt');
    await at.laptop.write('folder/final.txt', 'better words');
    await at.world.settle();
    await at.world.expectSame({ 'folder/': '', 'folder/final.txt': 'better words', 'folder/x.txt': 'x' });
    const id = (await idsOf(at.laptop)).get('folder/final.txt');
    expect(id).toBe(before.get('draft.txt'));
    expect((await at.laptop.traffic.drive?.versions(id ?? ''))?.length).toBe(2);
    await expectKept(at.world, 'first words');
  });

  it.each(swaps)('swap: $what', async ({ what, files, moved, tree }) => {
    await using at = await twoWith(files);
    await expectMovesNoBytes(at.world, moved, async () => {
      if (what === 'a folder and its own child') {
        await at.laptop.rename('a/b', 'b');
        await at.laptop.rename('a', 'b/a');
      } else await at.laptop.swap('a', 'b');
      await at.world.settle();
    });
    await at.world.expectSame(tree);
  });

  it.each([3, 4])('rotate %i', async (count) => {
    const names = Array.from({ length: count }, (_, index) => `file-${index}`);
    const next = (index: number): string => names[(index + 1) % count] ?? '';
    await using at = await twoWith(Object.fromEntries(names.map((name) => [name, `was ${name}`])));
    await expectMovesNoBytes(at.world, Object.fromEntries(names.map((name, index) => [next(index), name])), async () => {
      for (const name of names) await at.laptop.rename(name, `${name}-aside`);
      for (const [index, name] of names.entries()) await at.laptop.rename(`${name}-aside`, next(index));
      await at.world.settle();
    });
    await at.world.expectSame(Object.fromEntries(names.map((name, index): [string, string] => [next(index), `was ${name}`])));
  });

  it('deep chain renamed at the top while a leaf is renamed', async () => {
    await using at = await twoWith({ 'a/b/c/d/leaf.txt': 'leaf', 'a/b/side.txt': 'side' });
    const moved = { 'top/': 'a/', 'top/b/c/d/': 'a/b/c/d/', 'top/b/c/d/blade.txt': 'a/b/c/d/leaf.txt', 'top/b/side.txt': 'a/b/side.txt' };
    const cost = await expectMovesNoBytes(at.world, moved, async () => {
      await at.laptop.rename('a/b/c/d/leaf.txt', 'a/b/c/d/blade.txt');
      await at.laptop.rename('a', 'top');
      await at.world.settle();
    });
    expect(cost.entries.map(({ op }) => op)).toEqual(['move', 'move']);
    await at.world.expectSame({
      'top/': '',
      'top/b/': '',
      'top/b/c/': '',
      'top/b/c/d/': '',
      'top/b/c/d/blade.txt': 'leaf',
      'top/b/side.txt': 'side',
    });
  });

  it('rename a folder and move a child out', async () => {
    await using at = await twoWith({ 'old/stays.txt': 'stays', 'old/leaves.txt': 'leaves' });
    const moved = { 'new/': 'old/', 'new/stays.txt': 'old/stays.txt', 'leaves.txt': 'old/leaves.txt' };
    await expectMovesNoBytes(at.world, moved, async () => {
      await at.laptop.rename('old', 'new');
      await at.laptop.rename('new/leaves.txt', 'leaves.txt');
      await at.world.settle();
    });
    await at.world.expectSame({ 'leaves.txt': 'leaves', 'new/': '', 'new/stays.txt': 'stays' });
  });

  it('a→b→a is nothing', async () => {
    await using at = await twoWith({ 'a.txt': 'a', 'folder/x.txt': 'x' });
    const history = (await at.laptop.activity()).length;
    const cost = await expectMovesNoBytes(at.world, { 'a.txt': 'a.txt', 'folder/x.txt': 'folder/x.txt' }, async () => {
      await at.laptop.rename('a.txt', 'b.txt');
      await at.laptop.rename('b.txt', 'a.txt');
      await at.laptop.rename('folder', 'elsewhere');
      await at.laptop.rename('elsewhere', 'folder');
      await at.world.settle();
    });
    expect(cost.entries).toEqual([]);
    expect((await at.laptop.activity()).length).toBe(history);
    await at.world.expectSame({ 'a.txt': 'a', 'folder/': '', 'folder/x.txt': 'x' });
  });

  it('case-only rename, file and folder, both ways', async () => {
    await using at = await twoWith({ 'readme.md': 'read', 'photos/one.jpg': '1' });
    await expectMovesNoBytes(at.world, { 'README.md': 'readme.md', 'Photos/': 'photos/', 'Photos/one.jpg': 'photos/one.jpg' }, async () => {
      await at.laptop.rename('readme.md', 'README.md');
      await at.laptop.rename('photos', 'Photos');
      await at.world.settle();
    });
    await at.world.expectSame({ 'Photos/': '', 'Photos/one.jpg': '1', 'README.md': 'read' });
    await expectMovesNoBytes(at.world, { 'readme.md': 'README.md', 'photos/': 'Photos/' }, async () => {
      await at.desktop.rename('README.md', 'readme.md');
      await at.desktop.rename('Photos', 'photos');
      await at.world.settle();
    });
    await at.world.expectSame({ 'photos/': '', 'photos/one.jpg': '1', 'readme.md': 'read' });
  });

  it('rename onto an existing name: the moved one keeps who it is, the other is in the trash', async () => {
    await using at = await twoWith({ 'new.txt': 'new words', 'old.txt': 'old words' });
    const cost = await expectMovesNoBytes(at.world, { 'old.txt': 'new.txt' }, async () => {
      await at.laptop.rename('new.txt', 'old.txt');
      await at.world.settle();
    });
    expect(cost.entries.map(({ op }) => op).sort()).toEqual(['delete', 'move']);
    await at.world.expectSame({ 'old.txt': 'new words' });
    await expectKept(at.world, 'old words');
    expect(await at.laptop.conflicts()).toEqual([]);
  });

  it('rename onto an existing name, of a folder that then is replaced', async () => {
    await using at = await twoWith({ 'new/a.txt': 'a', 'old/b.txt': 'b' });
    await expectMovesNoBytes(at.world, { 'old/': 'new/', 'old/a.txt': 'new/a.txt' }, async () => {
      await at.laptop.remove('old');
      await at.laptop.rename('new', 'old');
      await at.world.settle();
    });
    await at.world.expectSame({ 'old/': '', 'old/a.txt': 'a' });
    await expectKept(at.world, 'b');
  });

  it.each(['before it was done', 'after it was done'] as const)('server error in the middle retries cleanly: %s', async (when) => {
    await using at = await twoWith({ 'a/one.txt': '1', 'b.txt': 'b' });
    let failures = 0;
    const failOnce = (call: string): void => {
      if (call !== 'commit' || failures > 0) return;
      failures += 1;
      throw new TidemarkError('cloud_failed');
    };
    at.laptop.traffic[when === 'before it was done' ? 'before' : 'after'] = failOnce;
    await expectMovesNoBytes(at.world, { 'c/': 'a/', 'c/one.txt': 'a/one.txt', 'c/b.txt': 'b.txt' }, async () => {
      await at.laptop.rename('a', 'c');
      await at.laptop.rename('b.txt', 'c/b.txt');
      await at.world.settle();
    });
    expect(failures).toBe(1);
    await at.world.expectSame({ 'c/': '', 'c/b.txt': 'b', 'c/one.txt': '1' });
  });

  it('many at once', async () => {
    const names = Array.from({ length: 150 }, (_, index) => `file-${index}.txt`);
    await using at = await twoWith(Object.fromEntries(names.map((name) => [`in/${name}`, name])));
    const moved = Object.fromEntries(names.map((name) => [`out/renamed-${name}`, `in/${name}`]));
    const cost = await expectMovesNoBytes(at.world, moved, async () => {
      for (const name of names) await at.laptop.rename(`in/${name}`, `out/renamed-${name}`);
      await at.world.settle();
    });
    expect(cost.entries.length).toBe(names.length + 1);
    expect(cost.calls.commit).toBeLessThan(10);
    await at.world.expectSame();
    expect(await at.desktop.exists('in')).toBe(true);
  });

  it('half-done on the server rolls back', async () => {
    await using at = await twoWith({ a: 'was a', b: 'was b', c: 'was c' });
    const ids = await idsOf(at.laptop);
    // While the laptop's rotation is on its way, the desktop changes one of the three: the rotation fails as a whole.
    let meddled = false;
    let seen: readonly string[] = [];
    at.laptop.traffic.before = async (call) => {
      if (call !== 'commit' || meddled) return;
      meddled = true;
      await at.desktop.write('c', 'edited c');
      await at.desktop.sync();
    };
    at.laptop.traffic.after = async (call) => {
      if (call === 'commit' && seen.length === 0) seen = [...(await idsOf(at.desktop))].map(([path, id]) => `${path} ${id}`).sort();
    };
    await at.laptop.rename('a', 'aside');
    await at.laptop.rename('c', 'a');
    await at.laptop.rename('b', 'c');
    await at.laptop.rename('aside', 'b');
    await at.world.settle();
    expect(seen).toEqual([...ids].map(([path, id]) => `${path} ${id}`).sort());
    await at.world.expectSame({ a: 'edited c', b: 'was a', c: 'was b' });
    const now = await idsOf(at.laptop);
    expect([now.get('a'), now.get('b'), now.get('c')]).toEqual([ids.get('c'), ids.get('a'), ids.get('b')]);
  });
});
