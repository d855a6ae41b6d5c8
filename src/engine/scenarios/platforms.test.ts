import { describe, expect, it } from 'vitest';
import { PlatformWorld } from './support/platform-world.ts';

const UNHOLDABLE = 'name_not_holdable';

/** A Linux device and one with Windows, in step, with a neighbour that must not suffer. */
async function linuxAndWindows() {
  const world = new PlatformWorld();
  const linux = await world.device('linux');
  const windows = await world.device('windows');
  linux.write('neighbour.txt');
  await world.settle();
  expect(windows.paths()).toEqual(['neighbour.txt']);
  return { world, linux, windows };
}

const KINDS: Readonly<Record<string, readonly string[]>> = {
  'illegal characters': ['a<b', 'a>b', 'a:b', 'a"b', 'a\\b', 'a|b', 'a?b', 'a*b'],
  'control characters': ['a\u0001b', 'a\tb', 'new\nline'],
  'reserved device names': ['CON', 'nul.txt', 'Aux.tar.gz', 'com1', 'LPT9.doc', 'com\u00b2', 'prn .txt'],
  'trailing dot or space': ['report.', 'report ', 'report. .', '...'],
};

describe('Names that only some platforms hold', () => {
  it.each(Object.entries(KINDS))('%s: each is listed on Windows and kept in the cloud, and its siblings sync', async (_, names) => {
    const { world, linux, windows } = await linuxAndWindows();
    for (const name of names) linux.write(name);
    linux.write('report', 'another file altogether');
    linux.write('sibling.txt');
    await world.settle();
    expect(windows.tree()).toEqual({ 'neighbour.txt': 'neighbour.txt', report: 'another file altogether', 'sibling.txt': 'sibling.txt' });
    expect(await windows.issues()).toEqual(names.map((name) => `${UNHOLDABLE} ${name}`).sort());
    expect(await linux.issues()).toEqual([]);
    expect(world.paths()).toEqual([...names, 'neighbour.txt', 'report', 'sibling.txt'].sort());
    await world.expectRest();
  });

  it('legal here, illegal there: a file that is renamed to such a name stays under its old one, and its edits still come', async () => {
    const { world, linux, windows } = await linuxAndWindows();
    linux.rename('neighbour.txt', 'what?.txt');
    await world.settle();
    expect(windows.tree()).toEqual({ 'neighbour.txt': 'neighbour.txt' });
    expect(await windows.issues()).toEqual([`${UNHOLDABLE} neighbour.txt`]);
    linux.write('what?.txt', 'edited on Linux');
    await world.settle();
    expect(windows.tree()).toEqual({ 'neighbour.txt': 'edited on Linux' });
    windows.write('neighbour.txt', 'edited on Windows');
    await world.settle();
    expect(linux.tree()).toEqual({ 'what?.txt': 'edited on Windows' });
    await world.expectRest();
  });

  it('legal here, illegal there: deleting it there, under its old name, spares what the cloud renamed', async () => {
    const { world, linux, windows } = await linuxAndWindows();
    linux.rename('neighbour.txt', 'what?.txt');
    await world.settle();
    windows.remove('neighbour.txt');
    await world.settle();
    expect(linux.tree()).toEqual({ 'what?.txt': 'neighbour.txt' });
    expect(await windows.issues()).toEqual([`${UNHOLDABLE} what?.txt`]);
    await world.expectRest();
  });

  it('legal here, illegal there: moved there before the name was known, it is one item and not two', async () => {
    const { world, linux, windows } = await linuxAndWindows();
    await windows.call('sync.pause', { until: null });
    linux.rename('neighbour.txt', 'aux');
    await world.settle();
    windows.rename('neighbour.txt', 'my own name.txt');
    await windows.call('sync.resume', {});
    await world.settle();
    // The place that reached the cloud first wins, and cannot be held.
    expect(world.paths()).toEqual(['aux']);
    expect(windows.tree()).toEqual({ 'my own name.txt': 'neighbour.txt' });
    linux.rename('aux', 'auxiliary');
    await world.settle();
    expect(windows.tree()).toEqual({ auxiliary: 'neighbour.txt' });
    expect(await windows.issues()).toEqual([]);
    await world.expectRest();
  });

  it('a name that cannot be held is solved by renaming it on another device', async () => {
    const { world, linux, windows } = await linuxAndWindows();
    linux.write('12:30.txt', 'lunch');
    linux.write('con/inner.txt', 'inner');
    await world.settle();
    const ids = [world.idOf('12:30.txt'), world.idOf('con')];
    linux.rename('12:30.txt', '12.30.txt');
    linux.rename('con', 'contra');
    await world.settle();
    expect([world.idOf('12.30.txt'), world.idOf('contra')]).toEqual(ids);
    expect(windows.tree()).toEqual({
      '12.30.txt': 'lunch',
      contra: null,
      'contra/inner.txt': 'inner',
      'neighbour.txt': 'neighbour.txt',
    });
    expect(await windows.issues()).toEqual([]);
    await world.expectRest();
  });

  it('a folder that cannot be held keeps its whole subtree in the cloud and is reported once', async () => {
    const { world, linux, windows } = await linuxAndWindows();
    for (let index = 0; index < 20; index += 1) linux.write(`what now?/deep/file ${index}.txt`);
    linux.write('what now?/also: this/x.txt');
    await world.settle();
    expect(windows.paths()).toEqual(['neighbour.txt']);
    expect(await windows.issues()).toEqual([`${UNHOLDABLE} what now?`]);
    linux.write('what now?/deep/file 3.txt', 'edited');
    linux.remove('what now?/deep/file 4.txt');
    await world.settle();
    expect(await windows.issues()).toEqual([`${UNHOLDABLE} what now?`]);
    expect(world.paths()).toContain('what now?/also: this/x.txt');
    expect(world.paths()).not.toContain('what now?/deep/file 4.txt');
    linux.rename('what now?', 'what now');
    await world.settle();
    expect(windows.paths()).toHaveLength(2 + 1 + 19);
    expect(await windows.issues()).toEqual([`${UNHOLDABLE} what now/also: this`]);
    await world.expectRest();
  });

  it('deleting the parent folder does not delete in the cloud what could not be held here', async () => {
    const { world, linux, windows } = await linuxAndWindows();
    linux.write('folder/plain.txt');
    linux.write('folder/a?.txt');
    linux.write('folder/nul/deep.txt');
    await world.settle();
    windows.remove('folder');
    await world.settle();
    expect(world.paths()).toEqual(['folder', 'folder/a?.txt', 'folder/nul', 'folder/nul/deep.txt', 'neighbour.txt']);
    expect(linux.tree()).toMatchObject({ 'folder/a?.txt': 'folder/a?.txt', 'folder/nul/deep.txt': 'folder/nul/deep.txt' });
    expect(windows.paths()).toEqual(['folder', 'neighbour.txt']);
    expect(await windows.issues()).toEqual([`${UNHOLDABLE} folder/a?.txt`, `${UNHOLDABLE} folder/nul`]);
    await world.expectRest();
  });

  it('renaming the parent folder takes along in the cloud what could not be held here', async () => {
    const { world, linux, windows } = await linuxAndWindows();
    linux.write('folder/plain.txt');
    linux.write('folder/a?.txt');
    await world.settle();
    windows.rename('folder', 'renamed');
    await world.settle();
    expect(world.paths()).toEqual(['neighbour.txt', 'renamed', 'renamed/a?.txt', 'renamed/plain.txt']);
    expect(linux.paths()).toEqual(world.paths());
    expect(await windows.issues()).toEqual([`${UNHOLDABLE} renamed/a?.txt`]);
    await world.expectRest();
  });

  it('deleted on the device that can hold it, it is listed no more', async () => {
    const { world, linux, windows } = await linuxAndWindows();
    linux.write('a?.txt');
    linux.write('con/deep.txt');
    await world.settle();
    linux.remove('a?.txt');
    linux.remove('con');
    await world.settle();
    expect(world.paths()).toEqual(['neighbour.txt']);
    expect(await windows.issues()).toEqual([]);
    await world.expectRest();
  });

  it('255 bytes against 255 units: what is too long for the cloud is listed where it is, and stays', async () => {
    const { world, linux, windows } = await linuxAndWindows();
    const units = '文'.repeat(200);
    const bytes = 'b'.repeat(255);
    const most = '文'.repeat(85);
    windows.write(units, 'two hundred characters');
    windows.write(`in/${units}/deep.txt`, 'deep');
    windows.write(most, 'eighty-five');
    linux.write(bytes, 'all ASCII');
    await world.settle();
    expect(linux.tree()).toEqual({ in: null, 'neighbour.txt': 'neighbour.txt', [bytes]: 'all ASCII', [most]: 'eighty-five' });
    expect(windows.tree()).toMatchObject({ [units]: 'two hundred characters', [`in/${units}/deep.txt`]: 'deep', [bytes]: 'all ASCII' });
    expect(await windows.issues()).toEqual([`name_invalid in/${units}`, `name_invalid ${units}`]);
    windows.rename(units, '文.txt');
    await world.settle();
    expect(linux.tree()).toMatchObject({ '文.txt': 'two hundred characters' });
    // A known file that gets such a name is not deleted for it.
    windows.rename('neighbour.txt', units);
    await world.settle();
    expect(Object.values(linux.tree())).toContain('neighbour.txt');
    await world.expectRest();
  });

  it('path limits: what would lie too deep waits in the cloud, and the rest syncs', async () => {
    const world = new PlatformWorld();
    const linux = await world.device('linux');
    const windows = await world.device('windows', { maxPath: 260 });
    const deep = Array.from({ length: 6 }, (_, level) => `${level} ${'x'.repeat(40)}`).join('/');
    linux.write(`${deep}/at the bottom.txt`, 'deep');
    linux.write('beside.txt');
    await world.settle();
    expect(windows.tree()).toMatchObject({ 'beside.txt': 'beside.txt' });
    expect(windows.paths().length).toBeGreaterThan(3);
    expect(windows.paths()).not.toContain(`${deep}/at the bottom.txt`);
    const [issue, ...more] = await windows.issues();
    expect(issue).toMatch(/^path_too_long 0 x+\/1 x+/);
    expect(more).toEqual([]);
    // What is not here was not deleted here.
    windows.remove(deep.split('/')[0] ?? '');
    await world.settle();
    expect(linux.tree()).toMatchObject({ [`${deep}/at the bottom.txt`]: 'deep' });
    linux.rename(deep, 'up');
    await world.settle();
    expect(windows.tree()).toMatchObject({ 'up/at the bottom.txt': 'deep' });
    expect(await windows.issues()).toEqual([]);
    await world.expectRest();
  });

  it('an edit on a computer without an executable bit leaves the one of the others alone', async () => {
    const { world, linux, windows } = await linuxAndWindows();
    linux.user.writeFile(linux.at('run.sh'), '#!/bin/sh', 0o755);
    await world.settle();
    expect(world.executable('run.sh')).toBe(true);
    windows.write('run.sh', '#!/bin/sh\necho from Windows');
    windows.write('new.sh', 'new');
    await world.settle();
    expect([world.executable('run.sh'), world.executable('new.sh')]).toEqual([true, false]);
    expect(linux.user.stat(linux.at('run.sh')).mode).toBe(0o755);
    await world.expectRest();
  });
});

const COMPOSED = '\u00e9t\u00e9.txt';
const DECOMPOSED = 'e\u0301te\u0301.txt';

describe('Names that platforms spell differently', () => {
  it.each(['macos', 'oldMac', 'windows'] as const)('NFC and NFD of one name in both orders: Linux and %s have one file', async (kind) => {
    for (const [here, there] of [
      [COMPOSED, DECOMPOSED],
      [DECOMPOSED, COMPOSED],
    ] as const) {
      const world = new PlatformWorld();
      const linux = await world.device('linux');
      const other = await world.device(kind);
      linux.write(here, 'first');
      await world.settle();
      const id = world.idOf(here);
      expect(other.paths().map((name) => name.normalize('NFC'))).toEqual([COMPOSED]);
      // Edited there under whatever spelling it has there, it is the same file, and its name is nobody's news.
      other.write(other.paths()[0] ?? there, 'edited there');
      await world.settle();
      expect(world.paths()).toEqual([here]);
      expect(world.idOf(here)).toBe(id);
      expect(linux.tree()).toEqual({ [here]: 'edited there' });
      await world.expectRest();
    }
  });

  it.each(['macos', 'oldMac', 'windows'] as const)('NFC and NFD of one name, new on Linux and on %s at once', async (kind) => {
    const world = new PlatformWorld();
    const linux = await world.device('linux');
    const other = await world.device(kind);
    linux.write(COMPOSED, 'the same');
    other.write(DECOMPOSED, 'the same');
    linux.write(`folder ${DECOMPOSED}/a.txt`, 'a');
    other.write(`folder ${COMPOSED}/b.txt`, 'b');
    await world.settle();
    expect(world.paths().map((path) => path.normalize('NFC'))).toEqual(
      [`folder ${COMPOSED}`, `folder ${COMPOSED}/a.txt`, `folder ${COMPOSED}/b.txt`, COMPOSED].sort(),
    );
    for (const device of world.devices) expect(device.paths()).toHaveLength(4);
    await world.expectRest();
  });

  it.each(['macos', 'oldMac', 'windows', 'stick'] as const)(
    'case-only rename of a file and a folder, both ways, Linux and %s',
    async (kind) => {
      const world = new PlatformWorld();
      const linux = await world.device('linux');
      const other = await world.device(kind);
      linux.write('readme.md', 'read');
      linux.write('photos/one.jpg', '1');
      await world.settle();
      const ids = [world.idOf('readme.md'), world.idOf('photos'), world.idOf('one.jpg')];
      linux.rename('readme.md', 'README.md');
      linux.rename('photos', 'Photos');
      await world.settle();
      expect(other.tree()).toEqual({ Photos: null, 'Photos/one.jpg': '1', 'README.md': 'read' });
      other.rename('README.md', 'ReadMe.md');
      other.rename('Photos', 'PHOTOS');
      other.rename('PHOTOS/one.jpg', 'PHOTOS/One.jpg');
      await world.settle();
      expect(linux.tree()).toEqual({ PHOTOS: null, 'PHOTOS/One.jpg': '1', 'ReadMe.md': 'read' });
      expect([world.idOf('ReadMe.md'), world.idOf('One.jpg')]).toEqual([ids[0], ids[2]]);
      // A folder without a birth time cannot prove who it is; what is in it can, by its content.
      if (kind !== 'stick') expect(world.idOf('PHOTOS')).toBe(ids[1]);
      await world.expectRest();
    },
  );

  it('names that only Linux tells apart: the first syncs, the other is listed there until it is renamed', async () => {
    const { world, linux, windows } = await linuxAndWindows();
    linux.write('Report.txt', 'upper');
    linux.write('report.txt', 'lower');
    linux.write('Folder/a.txt', 'a');
    linux.write('folder/b.txt', 'b');
    await world.settle();
    expect(await linux.issues()).toHaveLength(2);
    expect((await linux.issues()).every((issue) => issue.startsWith('name_clash'))).toBe(true);
    expect(linux.tree()).toMatchObject({ 'Report.txt': 'upper', 'report.txt': 'lower', 'Folder/a.txt': 'a', 'folder/b.txt': 'b' });
    expect(windows.paths()).toHaveLength(4);
    for (const issue of await linux.issues()) {
      const path = issue.slice('name_clash '.length);
      linux.rename(path, `renamed ${path}`);
    }
    await world.settle();
    expect(Object.values(windows.tree())).toEqual(expect.arrayContaining(['upper', 'lower', 'a', 'b']));
    expect(await linux.issues()).toEqual([]);
    await world.expectRest();
  });

  it.each(['windows', 'macos', 'oldMac', 'stick'] as const)(
    'three devices of different platforms in one history, the third with %s',
    async (kind) => {
      const world = new PlatformWorld();
      const linux = await world.device('linux');
      const mac = await world.device('macos');
      const third = await world.device(kind);
      linux.write('Plan.docx', 'plan');
      mac.write('Cafe\u0301/menu: lunch?.txt', 'menu');
      third.write('Budget/2026.xlsx', 'numbers');
      await world.settle();
      third.rename('Budget', 'BUDGET');
      mac.write('Plan.docx', 'plan, from the Mac');
      linux.rename('Caf\u00e9' in linux.tree() ? 'Caf\u00e9' : 'Cafe\u0301', 'Caf\u00e9 am Platz');
      await world.settle();
      linux.write('BUDGET/2026.xlsx', 'more numbers');
      third.rename('Plan.docx', 'PLAN.docx');
      mac.remove('BUDGET/2026.xlsx');
      await world.settle();
      const composed = (paths: readonly string[]): readonly string[] => paths.map((path) => path.normalize('NFC')).sort();
      const all = ['BUDGET', 'BUDGET/2026.xlsx', 'Caf\u00e9 am Platz', 'Caf\u00e9 am Platz/menu: lunch?.txt', 'PLAN.docx'];
      expect(composed(world.paths())).toEqual(all);
      expect(composed(linux.paths())).toEqual(all);
      expect(composed(mac.paths())).toEqual(all);
      const holds = kind === 'windows' || kind === 'stick' ? all.filter((path) => !path.includes('?')) : all;
      expect(composed(third.paths())).toEqual(holds);
      expect(linux.tree()).toMatchObject({ 'BUDGET/2026.xlsx': 'more numbers', 'PLAN.docx': 'plan, from the Mac' });
      expect(await third.issues()).toHaveLength(all.length - holds.length);
      await world.expectRest();
    },
  );
});

describe('Special files that not every person can make', () => {
  it('device file: listed, never read, and its siblings sync', async () => {
    const { world, linux, windows } = await linuxAndWindows();
    linux.user.special(linux.at('sda'));
    linux.write('sibling.txt');
    await world.settle();
    expect(windows.paths()).toEqual(['neighbour.txt', 'sibling.txt']);
    expect(await linux.issues()).toEqual(['special_skipped sda']);
    // A known file that becomes one is not deleted elsewhere.
    linux.remove('neighbour.txt');
    linux.user.special(linux.at('neighbour.txt'));
    await world.settle();
    expect(windows.paths()).toEqual(['neighbour.txt', 'sibling.txt']);
    expect(await linux.issues()).toEqual(['special_skipped neighbour.txt', 'special_skipped sda']);
  });
});

describe('Special files on Windows', () => {
  it('locked by another program: others proceed, this one follows', async () => {
    const { world, linux, windows } = await linuxAndWindows();
    windows.write('open.docx', 'first words');
    await world.settle();
    windows.disk.hold(windows.at('open.docx'));
    linux.write('open.docx', 'words from Linux');
    linux.write('neighbour.txt', 'edited meanwhile');
    windows.write('mine.txt', 'mine');
    await world.settle();
    expect(windows.tree()).toEqual({ 'mine.txt': 'mine', 'neighbour.txt': 'edited meanwhile', 'open.docx': 'first words' });
    expect(linux.tree()).toMatchObject({ 'mine.txt': 'mine' });
    expect(await windows.issues()).toEqual(['file_locked open.docx']);
    windows.disk.hold(windows.at('open.docx'), false);
    await world.settle();
    expect(windows.tree()).toMatchObject({ 'open.docx': 'words from Linux' });
    expect(await windows.issues()).toEqual([]);
    await world.expectRest();
  });

  it('locked by another program, new or edited there: it goes up once it is closed', async () => {
    const { world, linux, windows } = await linuxAndWindows();
    windows.write('new.docx', 'new');
    windows.disk.hold(windows.at('new.docx'));
    windows.write('neighbour.txt', 'saved, and still open');
    windows.disk.hold(windows.at('neighbour.txt'));
    windows.write('other.txt', 'other');
    await world.settle();
    expect(linux.tree()).toEqual({ 'neighbour.txt': 'neighbour.txt', 'other.txt': 'other' });
    for (const path of ['new.docx', 'neighbour.txt']) windows.disk.hold(windows.at(path), false);
    await world.settle();
    expect(linux.tree()).toEqual({ 'neighbour.txt': 'saved, and still open', 'new.docx': 'new', 'other.txt': 'other' });
    expect(await windows.issues()).toEqual([]);
    await world.expectRest();
  });

  it('locked by another program in a folder that was renamed or deleted elsewhere: it follows once it is closed', async () => {
    const { world, linux, windows } = await linuxAndWindows();
    linux.write('moves/open.docx', 'a');
    linux.write('goes/open too.docx', 'b');
    linux.write('goes/closed.txt', 'c');
    await world.settle();
    windows.disk.hold(windows.at('moves/open.docx'));
    windows.disk.hold(windows.at('goes/open too.docx'));
    linux.rename('moves', 'moved');
    linux.remove('goes');
    linux.write('sibling.txt');
    await world.settle();
    expect(windows.tree()).toMatchObject({ 'moves/open.docx': 'a', 'goes/open too.docx': 'b', 'sibling.txt': 'sibling.txt' });
    expect(world.paths()).toEqual(['moved', 'moved/open.docx', 'neighbour.txt', 'sibling.txt']);
    windows.disk.hold(windows.at('moves/open.docx'), false);
    windows.disk.hold(windows.at('goes/open too.docx'), false);
    await world.settle();
    await world.settle();
    expect(windows.paths()).toEqual(['moved', 'moved/open.docx', 'neighbour.txt', 'sibling.txt']);
    expect(await windows.issues()).toEqual([]);
    await world.expectRest();
  });
});
