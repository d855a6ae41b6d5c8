import { appendFile, copyFile, mkdir, rename, rm, truncate, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { twoWith } from './support/in-step.ts';
import { type Device, until, worldOf } from './support/index.ts';

/** How long a program takes between two steps, in ms: at once, as on a slow disk, and as a scanner of viruses makes it. */
const GAPS = [1, 60, 250];
/** Those that leave nothing of the file for a moment, and no lock, have to be quick about it; a busy machine adds to the time. */
const QUICK = ['Notepad/list.txt', 'Photoshop/picture.psd', 'TextEdit/story.txt'];
const gapsOf = (path: string): readonly number[] => (QUICK.includes(path) ? GAPS.slice(0, 1) : GAPS);

/** Between two pieces of one write: less than makes a file quiet. */
const PIECE_MS = 60;

/** In pieces, with time between them. */
async function writeSlowly(path: string, text: string, gapMs: number): Promise<void> {
  await writeFile(path, '');
  for (let at = 0; at < text.length; at += Math.ceil(text.length / 4)) {
    await appendFile(path, text.slice(at, at + Math.ceil(text.length / 4)));
    await pause(Math.min(gapMs, PIECE_MS));
  }
}

type Save = (path: string, text: string, gapMs: number) => Promise<void>;

/** The new version is written beside, the old one put away under a name, the new one put in its place, the old removed. */
const bySwap =
  (fresh: string, old: string): Save =>
  async (path, text, gapMs) => {
    const beside = (name: string): string => join(dirname(path), name);
    await writeSlowly(beside(fresh), text, gapMs);
    await rename(path, beside(old));
    await pause(gapMs);
    await rename(beside(fresh), path);
    await pause(gapMs);
    await unlink(beside(old));
  };

const byRename =
  (fresh: string): Save =>
  async (path, text, gapMs) => {
    const beside = join(dirname(path), fresh);
    await writeSlowly(beside, text, gapMs);
    await rename(beside, path);
  };

/** While the document is open its lock lies beside it; it is saved, and closed a little later. */
const withLock =
  (lock: string, save: Save): Save =>
  async (path, text, gapMs) => {
    const beside = join(dirname(path), lock);
    await writeFile(beside, 'Ann');
    await save(path, text, gapMs);
    await pause(2 * gapMs);
    await unlink(beside);
  };

/** What programs do when they save, as traced by those who had to find out. */
const EDITORS: Readonly<Record<string, Save>> = {
  'Word/report.docx': withLock('~$port.docx', bySwap('~WRD0000.tmp', '~WRL0001.tmp')),
  'Excel/book.xlsx': withLock('~$book.xlsx', bySwap('A1B2C300', 'D4E5F600.tmp')),
  'PowerPoint/slides.pptx': withLock('~$slides.pptx', bySwap('ppt12AB.tmp', 'ppt12AC.tmp')),
  'LibreOffice/letter.odt': withLock('.~lock.letter.odt#', byRename('lu1234abcd.tmp')),
  'gedit/text.txt': byRename('.goutputstream-ABC123'),
  'Photoshop/picture.psd': bySwap('psA1B2.tmp', 'psA1B3.tmp'),
  'vim/notes.txt': async (path, text, gapMs) => {
    await writeFile(join(dirname(path), '4913'), '');
    await unlink(join(dirname(path), '4913'));
    await rename(path, `${path}~`);
    await writeSlowly(path, text, gapMs);
    await unlink(`${path}~`);
  },
  'vim in place/notes.txt': async (path, text, gapMs) => {
    await copyFile(path, `${path}~`);
    await writeSlowly(path, text, gapMs);
    await unlink(`${path}~`);
  },
  'Notepad/list.txt': async (path, text, gapMs) => {
    await truncate(path, 0);
    await pause(gapMs);
    await writeFile(path, text);
  },
  'TextEdit/story.txt': async (path, text, gapMs) => {
    const safe = `${path}.sb-1a2b3c4d-AbCdEf`;
    await mkdir(safe);
    await writeSlowly(join(safe, 'story.txt'), text, gapMs);
    await rename(path, join(safe, 'old'));
    await rename(join(safe, 'story.txt'), path);
    await rm(safe, { recursive: true });
  },
};

/** One device that watches its folder, and the files of these editors, known on both sides. */
async function editing(paths: readonly string[]) {
  const opened = await worldOf('laptop');
  const [laptop] = opened.devices;
  for (const path of paths) await laptop.write(path, `${path}, first version`);
  await laptop.sync();
  laptop.live = true;
  await laptop.restart();
  await laptop.sync();
  return { world: opened.world, laptop, [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() };
}

const putsOf = (device: Device, id: string): number =>
  device.traffic.entries.filter((entry) => entry.op === 'put' && entry.id === id).length;

describe('Editors', () => {
  it("an editor's save is one modification: the same file, one more version, never in parts", async () => {
    const paths = Object.keys(EDITORS);
    await using at = await editing(paths);
    const { laptop } = at;
    const before = await laptop.cloudNodes();
    const first = laptop.traffic.entries.length;
    await Promise.all(
      Object.entries(EDITORS).map(async ([path, save]) => {
        for (const gapMs of gapsOf(path)) {
          const text = `${path}, saved with ${gapMs} ms, ${'and a long text '.repeat(20)}`;
          await save(laptop.path(path), text, gapMs);
          await until(
            `${path} (${gapMs} ms)`,
            async () => (await laptop.cloudNodes()).get(path)?.kind === 'file' && (await inCloud(laptop, path)) === text,
          );
        }
      }),
    );
    await laptop.sync();
    const after = await laptop.cloudNodes();
    for (const path of paths) {
      const id = after.get(path)?.id ?? '';
      expect(id, `${path} is the file it was`).toBe(before.get(path)?.id);
      expect((await laptop.traffic.drive?.versions(id))?.length, `versions of ${path}`).toBe(1 + gapsOf(path).length);
      expect(putsOf(laptop, id), `uploads of ${path}`).toBe(1 + gapsOf(path).length);
    }
    const known = new Set([...before.values()].map(({ id }) => id));
    const others = laptop.traffic.entries.slice(first).filter((entry) => known.has(entry.id) && entry.op !== 'put');
    expect(others, 'nothing but new versions').toEqual([]);
    expect([...after.keys()].sort()).toEqual([...before.keys()].sort());
    expect(await laptop.conflicts()).toEqual([]);
    expect(await laptop.issues()).toEqual([]);
    await at.world.expectSame();
  });

  it('a file that is written slowly waits until it is quiet', async () => {
    await using at = await editing(['film.bin']);
    const { laptop } = at;
    const before = laptop.traffic.entries.length;
    for (let piece = 0; piece < 20; piece += 1) {
      await laptop.append('film.bin', `piece ${piece} `);
      await laptop.append('new.bin', `piece ${piece} `);
      await pause(50);
    }
    expect(laptop.traffic.entries.slice(before)).toEqual([]);
    const texts = [await laptop.read('film.bin'), await laptop.read('new.bin')];
    await until('both', async () => (await inCloud(laptop, 'film.bin')) === texts[0] && (await inCloud(laptop, 'new.bin')) === texts[1]);
    expect(laptop.traffic.entries.slice(before).map(({ op }) => op)).toEqual(['put', 'put']);
  });

  it.each(['~$port.docx', '.~lock.report.docx#'])(
    'a file that an office program has open waits to be quiet for longer, or for its lock file to go: %s',
    async (lock) => {
      await using at = await editing(['report.docx', 'other.txt']);
      const { laptop } = at;
      await laptop.write(lock, 'Ann');
      await laptop.write('report.docx', 'saved, and still open');
      await laptop.write('other.txt', 'edited');
      await until('the other', async () => (await inCloud(laptop, 'other.txt')) === 'edited');
      await pause(300);
      expect(await inCloud(laptop, 'report.docx')).toBe('report.docx, first version');
      expect((await laptop.issues()).map(({ path, reason }) => `${reason.code} ${path}`)).toEqual(['file_busy report.docx']);
      expect(await laptop.call('files.explain', { path: 'report.docx' })).toMatchObject({ waiting: { kind: 'quiet' } });
      await laptop.remove(lock);
      await until('the report', async () => (await inCloud(laptop, 'report.docx')) === 'saved, and still open');
      expect(await laptop.issues()).toEqual([]);
    },
  );

  it('lock and temporary files never sync', async () => {
    await using at = await twoWith({ 'report.docx': 'report' });
    const never = [
      '~$port.docx',
      '~WRD0001.tmp',
      '~wrl0002.tmp',
      '.~lock.report.odt#',
      '.DS_Store',
      'Thumbs.db',
      'ppt12AB.tmp',
      'A1B2C3D4.tmp',
    ];
    for (const name of never) {
      await at.laptop.write(name, 'temporary');
      await at.laptop.write(`folder/${name}`, 'temporary');
    }
    await at.laptop.write('my own.tmp', 'mine');
    await at.world.settle();
    expect(await at.desktop.tree()).toEqual({ 'folder/': '', 'my own.tmp': 'mine', 'report.docx': 'report' });
    expect(await at.laptop.issues()).toEqual([]);
    // They are on both sides and nobody's business, also when their folder is deleted elsewhere.
    await at.desktop.write('folder/~$x.docx', 'of the desktop');
    await at.laptop.remove('folder/Thumbs.db');
    await at.world.settle();
    expect(await at.desktop.exists('folder/~$x.docx')).toBe(true);
  });
});

/** The text of a small file as the cloud has it. */
async function inCloud(device: Device, path: string): Promise<string | undefined> {
  const node = (await device.cloudNodes()).get(path);
  if (node?.kind !== 'file') return undefined;
  if (node.size === 0) return '';
  const blocks = (await device.traffic.drive?.fetch(node.blocks.map(({ hash }) => hash))) ?? [];
  return blocks.map(({ bytes }) => Buffer.from(bytes).toString()).join('');
}
