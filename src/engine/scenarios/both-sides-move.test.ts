import { describe, expect, it } from 'vitest';
import { expectKept, expectMovesNoBytes, idsOf } from './support/identity.ts';
import { twoWith } from './support/in-step.ts';
import type { Device, Tree } from './support/index.ts';

type Hands = (device: Device) => Promise<void>;

interface Scenario {
  readonly what: string;
  readonly files: Tree;
  readonly here: Hands;
  readonly there: Hands;
  /** What both have in the end, when the one here was first in the cloud; and when the one there was, if that differs. */
  readonly tree: Tree;
  readonly treeThereFirst?: Tree;
  /** New path to old path of items that stay who they are without a byte moved, whoever was first. */
  readonly moved?: Readonly<Record<string, string>>;
  /** Contents that must still be somewhere. */
  readonly kept?: readonly string[];
}

const renamed =
  (from: string, to: string): Hands =>
  (device) =>
    device.rename(from, to);
const removed =
  (path: string): Hands =>
  (device) =>
    device.remove(path);

const scenarios: readonly Scenario[] = [
  {
    what: 'same target: file',
    files: { 'a.txt': 'a' },
    here: renamed('a.txt', 'deep/b.txt'),
    there: renamed('a.txt', 'deep/b.txt'),
    tree: { 'deep/': '', 'deep/b.txt': 'a' },
    moved: { 'deep/b.txt': 'a.txt' },
  },
  {
    what: 'same target: folder',
    files: { 'a/x.txt': 'x', 'a/sub/y.txt': 'y' },
    here: renamed('a', 'b'),
    there: renamed('a', 'b'),
    tree: { 'b/': '', 'b/sub/': '', 'b/sub/y.txt': 'y', 'b/x.txt': 'x' },
    moved: { 'b/': 'a/', 'b/x.txt': 'a/x.txt', 'b/sub/y.txt': 'a/sub/y.txt' },
  },
  {
    what: 'different targets: file, the place that reached the cloud first wins',
    files: { 'a.txt': 'a' },
    here: renamed('a.txt', 'here.txt'),
    there: renamed('a.txt', 'there.txt'),
    tree: { 'here.txt': 'a' },
    treeThereFirst: { 'there.txt': 'a' },
  },
  {
    what: 'different targets: folder, one into new folders',
    files: { 'a/x.txt': 'x' },
    here: renamed('a', 'here'),
    there: renamed('a', 'deep/er/there'),
    tree: { 'deep/': '', 'deep/er/': '', 'here/': '', 'here/x.txt': 'x' },
    treeThereFirst: { 'deep/': '', 'deep/er/': '', 'deep/er/there/': '', 'deep/er/there/x.txt': 'x' },
  },
  {
    what: 'folder renamed here, child edited there',
    files: { 'a/x.txt': 'x', 'a/z.txt': 'z' },
    here: renamed('a', 'b'),
    there: (device) => device.write('a/x.txt', 'edited x'),
    tree: { 'b/': '', 'b/x.txt': 'edited x', 'b/z.txt': 'z' },
    kept: ['x'],
  },
  {
    what: 'folder renamed here, child deleted there',
    files: { 'a/x.txt': 'x', 'a/z.txt': 'z' },
    here: renamed('a', 'b'),
    there: removed('a/x.txt'),
    tree: { 'b/': '', 'b/z.txt': 'z' },
    moved: { 'b/': 'a/', 'b/z.txt': 'a/z.txt' },
    kept: ['x'],
  },
  {
    what: 'folder renamed here, child added there',
    files: { 'a/x.txt': 'x' },
    here: renamed('a', 'b'),
    there: async (device) => {
      await device.write('a/added.txt', 'added');
      await device.write('a/sub/added.txt', 'added below');
    },
    tree: { 'b/': '', 'b/added.txt': 'added', 'b/sub/': '', 'b/sub/added.txt': 'added below', 'b/x.txt': 'x' },
  },
  {
    what: 'folder renamed here, child renamed there',
    files: { 'a/x.txt': 'x', 'a/sub/z.txt': 'z' },
    here: renamed('a', 'b'),
    there: async (device) => {
      await device.rename('a/x.txt', 'a/y.txt');
      await device.rename('a/sub', 'a/bus');
    },
    tree: { 'b/': '', 'b/bus/': '', 'b/bus/z.txt': 'z', 'b/y.txt': 'x' },
    moved: { 'b/': 'a/', 'b/y.txt': 'a/x.txt', 'b/bus/': 'a/sub/', 'b/bus/z.txt': 'a/sub/z.txt' },
  },
  {
    what: 'folder renamed here, child moved out there',
    files: { 'a/x.txt': 'x', 'a/z.txt': 'z' },
    here: renamed('a', 'b'),
    there: renamed('a/x.txt', 'x.txt'),
    tree: { 'b/': '', 'b/z.txt': 'z', 'x.txt': 'x' },
    moved: { 'b/': 'a/', 'b/z.txt': 'a/z.txt', 'x.txt': 'a/x.txt' },
  },
  {
    what: 'item moved into a folder that the other side renamed',
    files: { 'a/x.txt': 'x', 'item.txt': 'item', 'things/one.txt': 'one' },
    here: renamed('a', 'b'),
    there: async (device) => {
      await device.rename('item.txt', 'a/item.txt');
      await device.rename('things', 'a/things');
    },
    tree: { 'b/': '', 'b/item.txt': 'item', 'b/things/': '', 'b/things/one.txt': 'one', 'b/x.txt': 'x' },
    moved: { 'b/': 'a/', 'b/item.txt': 'item.txt', 'b/things/': 'things/', 'b/things/one.txt': 'things/one.txt' },
  },
  {
    what: 'folder deleted here, child renamed there',
    files: { 'a/x.txt': 'x', 'a/z.txt': 'z', 'other.txt': 'other' },
    here: removed('a'),
    there: renamed('a/x.txt', 'a/y.txt'),
    tree: { 'a/': '', 'a/y.txt': 'x', 'other.txt': 'other' },
    kept: ['z'],
  },
  {
    what: 'folder deleted here, child moved in there',
    files: { 'a/z.txt': 'z', 'item.txt': 'item', 'things/one.txt': 'one' },
    here: removed('a'),
    there: async (device) => {
      await device.rename('item.txt', 'a/item.txt');
      await device.rename('things', 'a/things');
    },
    tree: { 'a/': '', 'a/item.txt': 'item', 'a/things/': '', 'a/things/one.txt': 'one' },
    kept: ['z'],
  },
  {
    what: 'folder deleted here, child moved out there',
    files: { 'a/x.txt': 'x', 'a/sub/y.txt': 'y', 'a/z.txt': 'z', 'other.txt': 'other' },
    here: removed('a'),
    there: async (device) => {
      await device.rename('a/x.txt', 'x.txt');
      await device.rename('a/sub', 'sub');
    },
    tree: { 'other.txt': 'other', 'sub/': '', 'sub/y.txt': 'y', 'x.txt': 'x' },
    kept: ['z'],
  },
  {
    what: 'folder deleted here, itself renamed there: the move spares it and all that is in it',
    files: { 'a/x.txt': 'x', 'a/deep/y.txt': 'y', 'other.txt': 'other' },
    here: removed('a'),
    there: renamed('a', 'b'),
    tree: { 'b/': '', 'b/deep/': '', 'b/deep/y.txt': 'y', 'b/x.txt': 'x', 'other.txt': 'other' },
  },
  {
    what: 'A into B here, B into A there',
    files: { 'A/a.txt': 'a', 'B/b.txt': 'b' },
    here: renamed('A', 'B/A'),
    there: renamed('B', 'A/B'),
    tree: { 'B/': '', 'B/A/': '', 'B/A/a.txt': 'a', 'B/b.txt': 'b' },
    treeThereFirst: { 'A/': '', 'A/B/': '', 'A/B/b.txt': 'b', 'A/a.txt': 'a' },
  },
  {
    what: 'A into B/deep here, B into A there',
    files: { 'A/a.txt': 'a', 'B/deep/b.txt': 'b' },
    here: renamed('A', 'B/deep/A'),
    there: renamed('B', 'A/B'),
    tree: { 'B/': '', 'B/deep/': '', 'B/deep/A/': '', 'B/deep/A/a.txt': 'a', 'B/deep/b.txt': 'b' },
    treeThereFirst: { 'A/': '', 'A/B/': '', 'A/B/deep/': '', 'A/B/deep/b.txt': 'b', 'A/a.txt': 'a' },
  },
  {
    what: 'the same swap on both sides',
    files: { a: 'was a', b: 'was b' },
    here: (device) => device.swap('a', 'b'),
    there: (device) => device.swap('a', 'b'),
    tree: { a: 'was b', b: 'was a' },
    moved: { a: 'b', b: 'a' },
  },
  {
    what: 'swap here, one of the two edited there',
    files: { a: 'was a', b: 'was b' },
    here: (device) => device.swap('a', 'b'),
    there: (device) => device.write('a', 'edited a'),
    tree: { a: 'was b', b: 'edited a' },
    kept: ['was a'],
  },
];

describe.concurrent('Both sides move', () => {
  for (const first of ['here', 'there'] as const) {
    for (const scenario of scenarios) {
      it(`${scenario.what} (first in the cloud: the one ${first})`, async () => {
        const { files, here, there, tree, treeThereFirst = tree, moved = {}, kept = [] } = scenario;
        await using at = await twoWith(files);
        const { world, laptop, desktop } = at;
        const work = async (): Promise<void> => {
          await here(laptop);
          await there(desktop);
          await (first === 'here' ? world.settle(laptop, desktop) : world.settle(desktop, laptop));
        };
        if (scenario.moved === undefined) await work();
        else await expectMovesNoBytes(world, moved, work);
        await world.expectSame(first === 'here' ? tree : treeThereFirst);
        await expectKept(world, ...kept);
        expect(await laptop.conflicts()).toEqual([]);
        expect(await laptop.issues()).toEqual([]);
        expect(await desktop.issues()).toEqual([]);
      });
    }
  }

  it('different targets: both devices keep the one node, moved without a byte', async () => {
    await using at = await twoWith({ 'a.txt': 'a' });
    await expectMovesNoBytes(at.world, { 'here.txt': 'a.txt' }, async () => {
      await at.laptop.rename('a.txt', 'here.txt');
      await at.desktop.rename('a.txt', 'there.txt');
      await at.world.settle(at.laptop, at.desktop);
    });
    await at.world.expectSame({ 'here.txt': 'a' });
  });

  it('same target, two different files: the cloud’s keeps the name, the other is kept beside it', async () => {
    await using at = await twoWith({ 'a.txt': 'a', 'b.txt': 'b' });
    const ids = await idsOf(at.laptop);
    await at.laptop.rename('a.txt', 'x.txt');
    await at.desktop.rename('b.txt', 'x.txt');
    await at.world.settle(at.laptop, at.desktop);
    const tree = await at.world.expectSame();
    const [copy, ...more] = Object.keys(tree).filter((path) => path !== 'x.txt');
    expect(tree['x.txt']).toBe('a');
    expect(more).toEqual([]);
    expect(copy).toMatch(/^x \(conflict, desktop, \d{4}-\d{2}-\d{2}\)\.txt$/);
    expect(tree[copy ?? '']).toBe('b');
    const now = await idsOf(at.laptop);
    expect([now.get('x.txt'), now.get(copy ?? '')]).toEqual([ids.get('a.txt'), ids.get('b.txt')]);
  });

  it('same target, two different folders: one keeps the name, nothing of the other is lost', async () => {
    await using at = await twoWith({ 'a/one.txt': '1', 'b/two.txt': '2' });
    await at.laptop.rename('a', 'x');
    await at.desktop.rename('b', 'x');
    await at.world.settle(at.laptop, at.desktop);
    const tree = await at.world.expectSame();
    expect(tree['x/one.txt']).toBe('1');
    expect(
      Object.values(tree)
        .filter((content) => content !== '')
        .sort(),
    ).toEqual(['1', '2']);
  });

  it('three devices: each moves the file somewhere else, all end with one place', async () => {
    await using at = await twoWith({ 'a.txt': 'a', 'kept.txt': 'kept' });
    const phone = await at.world.device('phone');
    await at.laptop.rename('a.txt', 'laptop.txt');
    await at.desktop.rename('a.txt', 'desktop.txt');
    await phone.rename('a.txt', 'phone.txt');
    await at.world.settle(at.desktop, phone, at.laptop);
    await at.world.expectSame({ 'desktop.txt': 'a', 'kept.txt': 'kept' });
  });
});
