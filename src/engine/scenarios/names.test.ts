import { chmod, mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { idsOf } from './support/identity.ts';
import { twoWith } from './support/in-step.ts';
import { type Device, showBytes, worldOf } from './support/index.ts';

const COMPOSED = '\u00e9t\u00e9.txt';
const DECOMPOSED = 'e\u0301te\u0301.txt';

/** A path in the folder that ends in bytes which are not UTF-8. */
const badPath = (device: Device, prefix: string): Buffer => Buffer.concat([Buffer.from(device.path(prefix)), Buffer.from([0xff, 0xfe])]);

describe.concurrent('Names', () => {
  for (const [first, second] of [
    [COMPOSED, DECOMPOSED],
    [DECOMPOSED, COMPOSED],
  ] as const) {
    const order = first === COMPOSED ? 'NFC first' : 'NFD first';

    it(`NFC and NFD of one name in both orders: the same content is one file (${order})`, async () => {
      await using at = await twoWith({ 'other.txt': 'other' });
      await at.laptop.write(first, 'the same');
      await at.desktop.write(second, 'the same');
      const cost = await at.world.cost(() => at.world.settle(at.laptop, at.desktop));
      expect(cost.entries).toHaveLength(1);
      // Each keeps its spelling: to both it is the same name.
      expect(await at.desktop.tree()).toEqual({ 'other.txt': 'other', [second]: 'the same' });
      expect((await idsOf(at.laptop)).size).toBe(2);
      await at.desktop.write(second, 'edited');
      await at.world.settle();
      expect(await at.laptop.read(first)).toBe('edited');
      expect((await at.world.cost(() => at.world.settle())).entries).toEqual([]);
    });

    it(`NFC and NFD of one name in both orders: different contents are both kept (${order})`, async () => {
      await using at = await twoWith({ 'other.txt': 'other' });
      await at.laptop.write(first, 'from the laptop');
      await at.desktop.write(second, 'from the desktop');
      await at.world.settle(at.laptop, at.desktop);
      for (const device of [at.laptop, at.desktop]) {
        const tree = await device.tree();
        expect(Object.values(tree).sort()).toEqual(['from the desktop', 'from the laptop', 'other']);
      }
      expect((await at.world.cost(() => at.world.settle())).entries).toEqual([]);
    });

    it(`NFC and NFD of one name in both orders: in one folder, one syncs and the other is listed (${order})`, async () => {
      await using at = await twoWith({ 'other.txt': 'other' });
      await at.laptop.write(first, 'first');
      await at.laptop.sync();
      await at.laptop.write(second, 'second');
      await at.laptop.write('sibling.txt', 'sibling');
      await at.world.settle();
      expect(await at.laptop.issues()).toMatchObject([{ path: second, reason: { code: 'name_clash' } }]);
      expect(await at.laptop.tree()).toMatchObject({ [first]: 'first', [second]: 'second' });
      expect(await at.desktop.tree()).toEqual({ 'other.txt': 'other', 'sibling.txt': 'sibling', [first]: 'first' });
      await at.laptop.rename(second, 'another name.txt');
      await at.world.settle();
      expect(await at.laptop.issues()).toEqual([]);
      await at.world.expectSame({ 'another name.txt': 'second', 'other.txt': 'other', 'sibling.txt': 'sibling', [first]: 'first' });
    });
  }

  it.each([
    [
      'emoji, RTL, CJK',
      ['👩‍👩‍👧 family.txt', '🇨🇭', 'مستند نهائي.docx', 'דו״ח.txt', '\u202erevo\u202c.txt', '文档.docx', '漢字/仮名/한글.txt', '𠮷野家.txt'],
    ],
    [
      '%, #, ?, quotes, newline',
      ['100%.txt', '%41%2f.txt', '#1 & #2.txt', 'why?.txt', `it's "quoted".txt`, 'new\nline.txt', 'back\\slash', '`a` $(b).sh'],
    ],
    ['control characters', ['bell\u0007.txt', 'tab\t.txt', 'escape\u001b[31m.txt', 'delete\u007f.txt', 'line\u2028.txt']],
    ['255 bytes against 255 units: 255 bytes are taken', ['b'.repeat(255), '文'.repeat(85), '🙂'.repeat(63)]],
  ])('%s', async (_, names) => {
    await using at = await twoWith({ 'other.txt': 'other' });
    for (const name of names) await at.laptop.write(name, name);
    await at.world.settle();
    for (const name of names) expect(await at.desktop.read(name), name).toBe(name);
    // Back the other way: edited, renamed and deleted under the same kind of name.
    const [first = '', second = '', ...rest] = names;
    await at.desktop.write(first, 'edited');
    await at.desktop.rename(second, `moved/${second}`);
    for (const name of rest) await at.desktop.remove(name);
    await at.world.settle();
    expect(await at.world.expectSame()).toMatchObject({ [first]: 'edited', [`moved/${second}`]: showBytes(Buffer.from(second)) });
    expect([...(await at.laptop.issues()), ...(await at.desktop.issues())]).toEqual([]);
  });

  it('255 bytes against 255 units: a name that only fits in one composition comes to the others', async () => {
    // One syllable has three bytes composed and nine decomposed; what the disk cannot hold at all takes no name.
    const longest = `${'\ud55c\uae00\uac01'.repeat(28)}.md`;
    await using at = await twoWith({ 'other.txt': 'other' });
    await at.laptop.write(longest, 'first');
    await at.world.settle();
    expect(await at.desktop.issues()).toEqual([]);
    expect(await at.desktop.read(longest)).toBe('first');
    await at.laptop.mkdir('folder');
    await at.laptop.rename(longest, `folder/${longest}`);
    await at.world.settle();
    await at.world.expectSame({ 'other.txt': 'other', 'folder/': '', [`folder/${longest}`]: 'first' });
  });

  it('255 bytes against 255 units: a conflict of the longest name still has a name', async () => {
    const longest = `${'文'.repeat(83)}.txt`;
    await using at = await twoWith({ [longest]: 'first' });
    await at.laptop.write(longest, 'from the laptop');
    await at.desktop.write(longest, 'from the desktop');
    await at.world.settle();
    expect(Object.values(await at.world.expectSame()).sort()).toEqual(['from the desktop', 'from the laptop']);
  });

  it('path limits: what lies deeper than the system can reach is listed, waits in the cloud, and the rest syncs', async () => {
    await using opened = await worldOf('laptop', 'a device with a longer name of its own, so that its paths are longer, too');
    const [laptop, desktop] = opened.devices;
    const { world } = opened;
    const folder = 'f'.repeat(200);
    const room = 4095 - Buffer.byteLength(laptop.folder) - 10;
    const deep = Array.from({ length: Math.floor(room / 201) }, () => folder).join('/');
    const name = 'n'.repeat(Math.min(255, room - deep.length));
    await laptop.write(`${deep}/${name}`, 'deep');
    await laptop.write('beside.txt', 'beside');
    await world.settle();
    expect(await laptop.issues()).toEqual([]);
    expect(await desktop.read('beside.txt')).toBe('beside');
    const [issue, ...more] = await desktop.issues();
    expect(issue?.reason.code).toBe('path_too_long');
    expect(more).toEqual([]);
    expect(await laptop.read(`${deep}/${name}`)).toBe('deep');
    // Where it is too deep nobody deleted it: the folder above may go, and it stays.
    await desktop.remove(folder);
    await world.settle();
    expect(await laptop.read(`${deep}/${name}`)).toBe('deep');
    await laptop.rename(deep, 'up');
    await world.settle();
    expect(await desktop.read(`up/${name}`)).toBe('deep');
    expect(await desktop.issues()).toEqual([]);
  });

  it('non-UTF-8: listed as its bytes, never decoded, and its siblings sync', async () => {
    await using at = await twoWith({ 'other.txt': 'other' });
    await writeFile(badPath(at.laptop, 'bad'), 'bad');
    await mkdir(badPath(at.laptop, 'bad folder'));
    await writeFile(Buffer.concat([badPath(at.laptop, 'bad folder'), Buffer.from('/inner.txt')]), 'inner');
    await at.laptop.write('bad\ufffd\ufffd', 'a name that the other would be decoded to');
    await at.laptop.write('sibling.txt', 'sibling');
    await at.world.settle();
    expect((await at.laptop.issues()).map(({ path, reason }) => `${reason.code} ${path}`).sort()).toEqual([
      'name_not_utf8 bad folder\\xff\\xfe',
      'name_not_utf8 bad\\xff\\xfe',
    ]);
    expect(await at.desktop.tree()).toEqual({
      'bad\ufffd\ufffd': 'a name that the other would be decoded to',
      'other.txt': 'other',
      'sibling.txt': 'sibling',
    });
    await rename(badPath(at.laptop, 'bad'), at.laptop.path('good'));
    await rename(badPath(at.laptop, 'bad folder'), at.laptop.path('good folder'));
    await at.world.settle();
    expect(await at.desktop.tree()).toMatchObject({ good: 'bad', 'good folder/inner.txt': 'inner' });
    expect(await at.laptop.issues()).toEqual([]);
    await at.world.expectSame();
  });

  it('non-UTF-8: a file or folder that gets such a name is not deleted elsewhere, and is itself again once renamed', async () => {
    await using at = await twoWith({ 'thesis.txt': 'years of work', 'work/a.txt': 'a', 'work/deep/b.txt': 'b', 'other.txt': 'other' });
    const ids = await idsOf(at.laptop);
    const before = await at.desktop.tree();
    await rename(at.laptop.path('thesis.txt'), badPath(at.laptop, 'thesis'));
    await rename(at.laptop.path('work'), badPath(at.laptop, 'work'));
    await at.world.settle();
    await at.laptop.restart();
    await at.world.settle();
    expect(await at.desktop.tree()).toEqual(before);
    expect(await at.laptop.issues()).toHaveLength(2);
    expect(await at.laptop.questions()).toEqual([]);
    // An edit of the other device has no place here for now; the rest goes on.
    await at.desktop.write('other.txt', 'edited');
    await at.world.settle();
    expect(await at.laptop.read('other.txt')).toBe('edited');
    await rename(badPath(at.laptop, 'thesis'), at.laptop.path('thesis, final.txt'));
    await rename(badPath(at.laptop, 'work'), at.laptop.path('works'));
    await at.world.settle();
    const after = await idsOf(at.laptop);
    expect([after.get('thesis, final.txt'), after.get('works/')]).toEqual([ids.get('thesis.txt'), ids.get('work/')]);
    await at.world.expectSame({
      'other.txt': 'edited',
      'thesis, final.txt': 'years of work',
      'works/': '',
      'works/a.txt': 'a',
      'works/deep/': '',
      'works/deep/b.txt': 'b',
    });
    expect(await at.laptop.issues()).toEqual([]);
  });

  it('non-UTF-8: a folder that is deleted elsewhere and holds such a name stays with it', async () => {
    await using at = await twoWith({ 'folder/a.txt': 'a', 'other.txt': 'other' });
    await writeFile(badPath(at.desktop, 'folder/bad'), 'only here');
    await at.desktop.sync();
    await at.laptop.remove('folder');
    await at.world.settle();
    // Nowhere else is there a copy of it, and the trash keeps things for a while only.
    expect(await readdir(at.desktop.path('folder'), { encoding: 'buffer' })).toHaveLength(1);
    expect(await at.desktop.exists('folder/a.txt')).toBe(false);
    await chmod(at.desktop.folder, 0o755);
  });
});
