import { describe, expect, it } from 'vitest';
import { TidemarkError } from '../../contract/index.ts';
import { expectKept, idsOf } from './support/identity.ts';
import { type Two, twoWith } from './support/in-step.ts';
import { type Device, type Tree, until, type World } from './support/index.ts';

const DAY = String.raw`\d{4}-\d{2}-\d{2}`;
const copiesIn = (tree: Tree): readonly string[] => Object.keys(tree).filter((path) => path.includes(' (conflict, '));

/** Both devices, in the order in which they reach the cloud. */
const ordered = ({ laptop, desktop }: Two, first: 'laptop' | 'desktop'): readonly [Device, Device] =>
  first === 'laptop' ? [laptop, desktop] : [desktop, laptop];

/** All agree, and beside `current` there is exactly one kept version of it, by `device`, listed everywhere. Answers its path. */
async function expectOneKept(world: World, expected: { path: string; current: string; kept: string; device: string }): Promise<string> {
  const { path, current, kept, device } = expected;
  const tree = await world.expectSame();
  const [copy = '', ...more] = copiesIn(tree);
  expect(more, 'no third').toEqual([]);
  const [stem = '', extension = ''] = path.split('.');
  expect(copy).toMatch(new RegExp(`^${stem} \\(conflict, ${device}, ${DAY}\\)\\.${extension}$`));
  expect(tree).toMatchObject({ [path]: current, [copy]: kept });
  for (const one of world.devices) {
    const sizes = { currentSizeBytes: Buffer.byteLength(current), copySizeBytes: Buffer.byteLength(kept) };
    expect(await one.conflicts(), `${one.name} lists it`).toMatchObject([{ path, copyPath: copy, device, ...sizes }]);
    expect(await one.issues()).toEqual([]);
  }
  return copy;
}

/** A conflict of `report.txt`: the laptop's version is current, the desktop's is kept. */
async function inConflict(): Promise<Two & { copy: string; copyId: string }> {
  const at = await twoWith({ 'report.txt': 'first words', 'other.txt': 'other' });
  await at.laptop.write('report.txt', 'laptop words');
  await at.desktop.write('report.txt', 'desktop words, longer');
  await at.world.settle(at.laptop, at.desktop);
  const expected = { path: 'report.txt', current: 'laptop words', kept: 'desktop words, longer', device: 'desktop' };
  const copy = await expectOneKept(at.world, expected);
  const [conflict] = await at.laptop.conflicts();
  return { ...at, copy, copyId: conflict?.id ?? '', [Symbol.asyncDispose]: () => at[Symbol.asyncDispose]() };
}

describe.concurrent('Conflicts', () => {
  for (const first of ['laptop', 'desktop'] as const) {
    it(`both edit: one current, one kept, no third (${first} first)`, async () => {
      await using at = await twoWith({ 'report.txt': 'first words', 'other.txt': 'other' });
      const [winner, loser] = ordered(at, first);
      const before = await idsOf(winner);
      await winner.write('report.txt', 'winning words');
      await loser.write('report.txt', 'losing words');
      await at.world.settle(winner, loser);
      const expected = { path: 'report.txt', current: 'winning words', kept: 'losing words', device: loser.name };
      const copy = await expectOneKept(at.world, expected);
      expect((await idsOf(winner)).get('report.txt')).toBe(before.get('report.txt'));
      expect((await loser.activity()).filter(({ kind }) => kind === 'conflict')).toMatchObject([{ path: 'report.txt', otherPath: copy }]);
      await expectKept(at.world, 'first words');
    });

    it(`new on both sides without a base: both are kept (${first} first)`, async () => {
      await using at = await twoWith({ 'other.txt': 'other' });
      const [winner, loser] = ordered(at, first);
      await winner.write('report.txt', 'winning words');
      await loser.write('report.txt', 'losing words');
      await at.world.settle(winner, loser);
      await expectOneKept(at.world, { path: 'report.txt', current: 'winning words', kept: 'losing words', device: loser.name });
    });

    it(`folder against file, both new (${first} has the file and is second)`, async () => {
      await using at = await twoWith({ 'other.txt': 'other' });
      const [withFile, withFolder] = ordered(at, first);
      await withFile.write('thing', 'a file');
      await withFolder.write('thing/inner.txt', 'in a folder');
      await at.world.settle(withFolder, withFile);
      const tree = await at.world.expectSame();
      const [copy = '', ...more] = copiesIn(tree);
      expect(more).toEqual([]);
      expect(tree).toMatchObject({ 'thing/': '', 'thing/inner.txt': 'in a folder', [copy]: 'a file' });
    });

    it(`file against folder, both new (${first} has the file and is first)`, async () => {
      await using at = await twoWith({ 'other.txt': 'other' });
      const [withFile, withFolder] = ordered(at, first);
      await withFile.write('thing', 'a file');
      await withFolder.write('thing/inner.txt', 'in a folder');
      await at.world.settle(withFile, withFolder);
      const tree = await at.world.expectSame();
      const [folder = ''] = copiesIn(tree);
      expect(folder).toMatch(new RegExp(`^thing \\(conflict, ${withFolder.name}, ${DAY}\\)/$`));
      expect(tree).toEqual({ 'other.txt': 'other', thing: 'a file', [folder]: '', [`${folder}inner.txt`]: 'in a folder' });
    });

    it(`${first === 'laptop' ? 'file against folder' : 'folder against file'}, with moves on both sides (${first} first)`, async () => {
      await using at = await twoWith({ 'file.txt': 'a file', 'folder/inner.txt': 'in a folder' });
      const [winner, loser] = ordered(at, first);
      const before = await idsOf(winner);
      await at.laptop.rename('file.txt', 'thing');
      await at.desktop.rename('folder', 'thing');
      const cost = await at.world.cost(() => at.world.settle(winner, loser));
      expect({ up: cost.upBytes, down: cost.downBytes }).toEqual({ up: 0, down: 0 });
      const tree = await at.world.expectSame();
      const now = await idsOf(winner);
      const [copy = ''] = copiesIn(tree);
      const [file, folder] = first === 'laptop' ? ['thing', copy] : [copy, 'thing/'];
      expect(tree).toEqual(Object.fromEntries([[file, 'a file'], [folder, ''], [`${folder}inner.txt`, 'in a folder']])); // prettier-ignore
      expect([now.get(file), now.get(folder)]).toEqual([before.get('file.txt'), before.get('folder/')]);
    });

    it(`folder against file, one new and one moved there (${first} first)`, async () => {
      await using at = await twoWith({ 'folder/inner.txt': 'in a folder' });
      const [winner, loser] = ordered(at, first);
      await at.laptop.write('thing', 'a file');
      await at.desktop.rename('folder', 'thing');
      await at.world.settle(winner, loser);
      const tree = await at.world.expectSame();
      expect(Object.values(tree).filter(Boolean).sort()).toEqual(['a file', 'in a folder']);
      expect(Object.keys(tree).some((path) => path.startsWith('thing'))).toBe(true);
      expect(copiesIn(tree).length).toBeGreaterThan(0);
    });

    it(`file became folder against edit (${first} first)`, async () => {
      await using at = await twoWith({ thing: 'first words', 'other.txt': 'other' });
      await at.laptop.remove('thing');
      await at.laptop.write('thing/inner.txt', 'in a folder');
      await at.desktop.write('thing', 'edited words');
      await at.world.settle(...ordered(at, first));
      const tree = await at.world.expectSame();
      expect(Object.values(tree).filter(Boolean).sort()).toEqual(['edited words', 'in a folder', 'other']);
      await expectKept(at.world, 'first words');
    });

    it(`file became folder against delete (${first} first)`, async () => {
      await using at = await twoWith({ thing: 'first words', 'other.txt': 'other' });
      await at.laptop.remove('thing');
      await at.laptop.write('thing/inner.txt', 'in a folder');
      await at.desktop.remove('thing');
      await at.world.settle(...ordered(at, first));
      await at.world.expectSame({ 'other.txt': 'other', 'thing/': '', 'thing/inner.txt': 'in a folder' });
      await expectKept(at.world, 'first words');
    });

    it(`file became folder against rename (${first} first)`, async () => {
      await using at = await twoWith({ thing: 'first words', 'other.txt': 'other' });
      await at.laptop.remove('thing');
      await at.laptop.write('thing/inner.txt', 'in a folder');
      await at.desktop.rename('thing', 'renamed');
      await at.world.settle(...ordered(at, first));
      await at.world.expectSame({ 'other.txt': 'other', renamed: 'first words', 'thing/': '', 'thing/inner.txt': 'in a folder' });
    });

    it(`folder became file against an edit in it (${first} first)`, async () => {
      await using at = await twoWith({ 'thing/inner.txt': 'first words', 'thing/more.txt': 'more', 'other.txt': 'other' });
      await at.laptop.remove('thing');
      await at.laptop.write('thing', 'a file');
      await at.desktop.write('thing/inner.txt', 'edited words');
      await at.world.settle(...ordered(at, first));
      const tree = await at.world.expectSame();
      expect(Object.values(tree).filter(Boolean).sort()).toEqual(['a file', 'edited words', 'other']);
      await expectKept(at.world, 'more');
    });

    it(`one renames and edits, the other edits: the new name has the cloud’s version, the other is kept (${first} first)`, async () => {
      await using at = await twoWith({ 'report.txt': 'first words' });
      const [winner, loser] = ordered(at, first);
      await at.laptop.rename('report.txt', 'final.txt');
      await at.laptop.write('final.txt', 'laptop words');
      await at.desktop.write('report.txt', 'desktop words');
      await at.world.settle(winner, loser);
      const tree = await at.world.expectSame();
      expect(Object.values(tree).sort()).toEqual(['desktop words', 'laptop words']);
      await expectKept(at.world, 'first words');
    });

    it(`the same edit on both sides, one of them deleted and made anew: no copy (${first} first)`, async () => {
      await using at = await twoWith({ 'report.txt': 'first words' });
      await at.laptop.write('report.txt', 'same words');
      await at.desktop.remove('report.txt');
      await at.desktop.write('report.txt', 'same words');
      await at.world.settle(...ordered(at, first));
      await at.world.expectSame({ 'report.txt': 'same words' });
      expect(await at.laptop.conflicts()).toEqual([]);
    });
  }

  it('equal content: no conflict, nothing sent twice', async () => {
    await using at = await twoWith({ 'report.txt': 'first words' });
    await at.laptop.write('report.txt', 'the same new words');
    await at.laptop.sync();
    await at.desktop.write('report.txt', 'the same new words');
    // The desktop sees its own edit first, and only then hears of the other.
    at.desktop.traffic.offline = true;
    await at.desktop.sync().catch(() => undefined);
    const local = async (): Promise<string | null | undefined> =>
      (await at.desktop.call('files.explain', { path: 'report.txt' })).local?.hash;
    await until('the edit is seen', async () => (await local()) === null);
    at.desktop.traffic.offline = false;
    const cost = await at.world.cost(async () => {
      await at.desktop.syncOnceFree();
      await at.world.settle(at.desktop, at.laptop);
    });
    expect(cost).toMatchObject({ upBytes: 0, downBytes: 0, entries: [] });
    await at.world.expectSame({ 'report.txt': 'the same new words' });
    expect(await at.desktop.conflicts()).toEqual([]);
    expect(await at.desktop.own('trash')).toEqual([]);
  });

  it('listed, and cleared when the person deletes it, on both devices', async () => {
    await using at = await inConflict();
    const rows = (await at.desktop.call('files.list', { path: '' })).rows.filter(({ state }) => state === 'conflict');
    expect(rows.map(({ path }) => path).sort()).toEqual([at.copy, 'report.txt'].sort());
    await at.laptop.remove(at.copy);
    await at.world.settle();
    await at.world.expectSame({ 'other.txt': 'other', 'report.txt': 'laptop words' });
    expect(await at.laptop.conflicts()).toEqual([]);
    expect(await at.desktop.conflicts()).toEqual([]);
    await expectKept(at.world, 'desktop words, longer');
  });

  for (const who of ['laptop', 'desktop'] as const) {
    it(`keep the copy, chosen on the ${who}: it becomes the current one`, async () => {
      await using at = await inConflict();
      const before = await idsOf(at.laptop);
      const cost = await at.world.cost(async () => {
        await at[who].call('conflicts.resolve', { id: at.copyId, keep: 'copy' });
        await at.world.settle();
      });
      await at.world.expectSame({ 'other.txt': 'other', 'report.txt': 'desktop words, longer' });
      expect((await idsOf(at.laptop)).get('report.txt')).toBe(before.get('report.txt'));
      expect(cost.upBytes).toBe(0);
      expect([...(await at.laptop.conflicts()), ...(await at.desktop.conflicts())]).toEqual([]);
      await expectKept(at.world, 'laptop words', 'first words');
    });

    it(`keep the current one, chosen on the ${who}: the copy goes to the trash`, async () => {
      await using at = await inConflict();
      await at[who].call('conflicts.resolve', { id: at.copyId, keep: 'current' });
      await at.world.settle();
      await at.world.expectSame({ 'other.txt': 'other', 'report.txt': 'laptop words' });
      expect([...(await at.laptop.conflicts()), ...(await at.desktop.conflicts())]).toEqual([]);
      await expectKept(at.world, 'desktop words, longer');
    });

    it(`keep mine or theirs, chosen on the ${who}: mine is what the ${who} wrote`, async () => {
      const wrote = { laptop: 'laptop words', desktop: 'desktop words, longer' };
      const other = who === 'laptop' ? 'desktop' : 'laptop';
      for (const [keep, expected] of [
        ['mine', wrote[who]],
        ['theirs', wrote[other]],
      ] as const) {
        await using at = await inConflict();
        await at[who].call('conflicts.resolve', { id: at.copyId, keep });
        await at.world.settle();
        await at.world.expectSame({ 'other.txt': 'other', 'report.txt': expected });
      }
    });

    it(`keep both, chosen on the ${who}: both stay and are listed no more`, async () => {
      await using at = await inConflict();
      await at[who].call('conflicts.resolve', { id: at.copyId, keep: 'both' });
      await at.world.settle();
      const tree = { 'other.txt': 'other', 'report.txt': 'laptop words', [at.copy]: 'desktop words, longer' };
      await at.world.expectSame(Object.fromEntries(Object.entries(tree).sort(([a], [b]) => (a < b ? -1 : 1))));
      expect([...(await at.laptop.conflicts()), ...(await at.desktop.conflicts())]).toEqual([]);
    });
  }

  it('a choice that meets a newer edit changes nothing and says so', async () => {
    await using at = await inConflict();
    await at.laptop.write('report.txt', 'newer words');
    await at.laptop.sync();
    await expect(at.desktop.call('conflicts.resolve', { id: at.copyId, keep: 'mine' })).rejects.toBeInstanceOf(TidemarkError);
    await at.world.settle();
    await expectOneKept(at.world, { path: 'report.txt', current: 'newer words', kept: 'desktop words, longer', device: 'desktop' });
  });

  it('never a conflict of a conflict', async () => {
    await using at = await inConflict();
    await at.laptop.write(at.copy, 'laptop on the copy');
    await at.desktop.write(at.copy, 'desktop on the copy');
    await at.world.settle(at.laptop, at.desktop);
    const tree = await at.world.expectSame();
    const copies = copiesIn(tree);
    expect(copies.length).toBe(2);
    for (const copy of copies) expect(copy.match(/conflict/gu)?.length, copy).toBe(1);
    expect(copies.map((copy) => tree[copy]).sort()).toEqual(['desktop on the copy', 'laptop on the copy']);
  });

  it('three devices edit: one current, two kept', async () => {
    await using at = await twoWith({ 'report.txt': 'first words' });
    const phone = await at.world.device('phone');
    for (const device of at.world.devices) await device.write('report.txt', `words of the ${device.name}`);
    await at.world.settle(at.desktop, phone, at.laptop);
    const tree = await at.world.expectSame();
    const copies = copiesIn(tree);
    expect(tree['report.txt']).toBe('words of the desktop');
    expect(copies.map((copy) => [copy.split(', ')[1], tree[copy]]).sort()).toEqual([
      ['laptop', 'words of the laptop'],
      ['phone', 'words of the phone'],
    ]);
    for (const device of at.world.devices) {
      expect((await device.conflicts()).map(({ path, copyPath }) => [path, copyPath]).sort()).toEqual(
        copies.map((copy) => ['report.txt', copy]).sort(),
      );
    }
    await expectKept(at.world, 'first words');
  });

  it('a second conflict of the same file on the same day is numbered', async () => {
    await using at = await inConflict();
    await at.laptop.write('report.txt', 'laptop again');
    await at.desktop.write('report.txt', 'desktop again');
    await at.world.settle(at.laptop, at.desktop);
    const tree = await at.world.expectSame();
    const numbered = copiesIn(tree).filter((path) => path !== at.copy);
    expect(numbered.length).toBe(1);
    expect(numbered[0]).toMatch(new RegExp(`^report \\(conflict, desktop, ${DAY} 2\\)\\.txt$`));
    expect(tree).toMatchObject({ 'report.txt': 'laptop again', [at.copy]: 'desktop words, longer', [numbered[0] ?? '']: 'desktop again' });
  });

  it('cap on copies: with a hundred kept the next is reported instead, and kept once there is room', async () => {
    await using at = await twoWith({ 'report.txt': 'first words' });
    await at.laptop.write('report.txt', 'laptop words');
    await at.desktop.write('report.txt', 'desktop words');
    await at.world.settle(at.laptop, at.desktop);
    const [first = ''] = copiesIn(await at.desktop.tree());
    for (let copy = 2; copy <= 100; copy += 1) await at.desktop.write(first.replace(').txt', ` ${copy}).txt`), `copy ${copy}`);
    await at.world.settle();
    await at.laptop.write('report.txt', 'laptop once more');
    await at.desktop.write('report.txt', 'desktop once more');
    await at.laptop.sync();
    await at.desktop.sync();
    expect(await at.desktop.issues()).toMatchObject([{ path: 'report.txt', reason: { code: 'conflict_limit' } }]);
    expect(await at.desktop.read('report.txt')).toBe('desktop once more');
    expect(await at.laptop.read('report.txt')).toBe('laptop once more');
    await at.desktop.remove(first.replace(').txt', ' 50).txt'));
    await at.world.settle();
    const tree = await at.world.expectSame();
    expect(tree).toMatchObject({ 'report.txt': 'laptop once more', [first.replace(').txt', ' 50).txt')]: 'desktop once more' });
    expect(await at.desktop.issues()).toEqual([]);
  });
});
