import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Disk, DiskFault, type DiskFaultCode } from '../../environment.ts';
import { compareIdentity, type FileStat, sameFingerprint } from '../../model/index.ts';

/** One disk with an empty folder on it, and the hands of a person to prepare what the disk shall find there. */
export interface DiskFixture {
  readonly disk: Disk;
  /** Absolute. */
  readonly root: string;
  readonly user: {
    writeFile(path: string, content: string | Uint8Array): void;
    readText(path: string): string;
    mkdir(path: string): void;
    rename(from: string, to: string): void;
    remove(path: string): void;
    link(from: string, to: string): void;
    symlink(target: string, path: string): void;
    /** A FIFO. */
    special(path: string): void;
    /** A file whose name, after `prefix`, is the byte 0xff. */
    writeInvalidName(folder: string, prefix: string): void;
  };
  /** Takes away the right to list, read and change; undefined where the tests run as root. */
  readonly deny: ((path: string) => void) | undefined;
  /** False where there are no permissions to set and everything shows the same ones. True when not given. */
  readonly modes?: boolean;
  /** Names that it cannot hold need not be listed. All when not given. */
  readonly canHold?: (name: string) => boolean;
  close(): Promise<void>;
}

const MTIME = 1_700_000_000_123;

/** What every Disk does. Runs over the real one and over the fake, so that the fake cannot lie. */
export function describeDisk(name: string, make: () => Promise<DiskFixture>): void {
  describe(`a disk (${name})`, () => {
    let fixture: DiskFixture;
    let disk: Disk;
    const at = (path: string): string => `${fixture.root}/${path}`;
    const code = async (work: Promise<unknown>): Promise<DiskFaultCode | 'no fault'> => {
      try {
        await work;
        return 'no fault';
      } catch (error) {
        if (error instanceof DiskFault) return error.code;
        throw error;
      }
    };
    const statOf = async (path: string): Promise<FileStat> => {
      const stat = await disk.stat(at(path));
      if (stat === undefined) throw new Error(`nothing at ${path}`);
      return stat;
    };
    const put = (path: string, content: string | Uint8Array = path): void => fixture.user.writeFile(at(path), content);
    /** What a mode that was set shows as. */
    const shown = (mode: number): number => ((fixture.modes ?? true) ? mode : 0o666);
    const text = (path: string): string => fixture.user.readText(at(path));

    beforeEach(async () => {
      fixture = await make();
      disk = fixture.disk;
    });
    afterEach(() => fixture.close());

    describe('looking', () => {
      it('lists everything in a folder with the stats that stat gives', async () => {
        put('a.txt', 'hello');
        fixture.user.mkdir(at('folder'));
        fixture.user.symlink('a.txt', at('link'));
        fixture.user.special(at('pipe'));
        const entries = new Map((await disk.list(fixture.root)).map((entry) => [entry.name, entry]));
        expect([...entries.keys()].sort()).toEqual(['a.txt', 'folder', 'link', 'pipe']);
        for (const path of ['a.txt', 'folder', 'link', 'pipe']) expect(entries.get(path)?.stat).toEqual(await statOf(path));
        expect([...entries.values()].map((entry) => entry.stat?.kind).sort()).toEqual(['file', 'folder', 'special', 'symlink']);
        expect(entries.get('a.txt')?.stat?.size).toBe(5);
      });

      it('lists an empty folder', async () => {
        expect(await disk.list(fixture.root)).toEqual([]);
      });

      it('gives names as they are: other scripts, spaces, percent, quotes, newlines', async () => {
        const names = ['文档.docx', 'e\u0301te\u0301', ' lead', 'trail ', '100%.txt', `"q'`, 'new\nline', '🙂', '-dash', '#hash'].filter(
          fixture.canHold ?? (() => true),
        );
        names.forEach((each) => put(each));
        const listed = (await disk.list(fixture.root)).map((entry) => entry.name?.normalize('NFC'));
        expect(listed.sort()).toEqual(names.map((each) => each.normalize('NFC')).sort());
      });

      it('reports a name that is not UTF-8 beside its siblings', async () => {
        put('good.txt');
        fixture.user.writeInvalidName(fixture.root, 'bad');
        const entries = await disk.list(fixture.root);
        expect(entries).toHaveLength(2);
        const bad = entries.find((entry) => entry.name === null);
        expect(bad?.printable).toBe('bad\\xff');
        expect(bad?.stat?.kind).toBe('file');
      });

      it.each<[string, DiskFaultCode]>([
        ['missing', 'missing'],
        ['file', 'not_a_folder'],
        ['link', 'loop'],
      ])('does not list %s', async (path, expected) => {
        put('file');
        fixture.user.mkdir(at('real'));
        fixture.user.symlink('real', at('link'));
        expect(await code(disk.list(at(path)))).toBe(expected);
      });

      it('says that it may not list, and lists the siblings', async (context) => {
        if (fixture.deny === undefined) return context.skip('root may read everything');
        fixture.user.mkdir(at('closed'));
        put('closed/inside');
        fixture.deny(at('closed'));
        expect(await code(disk.list(at('closed')))).toBe('denied');
        expect((await disk.list(fixture.root)).map((entry) => entry.name)).toEqual(['closed']);
        expect(await disk.canWrite(at('closed'))).toBe(false);
      });

      it('stats nothing as undefined, also below a file', async () => {
        put('file');
        expect(await disk.stat(at('nothing'))).toBeUndefined();
        expect(await disk.stat(at('file/below'))).toBeUndefined();
      });

      it('does not follow a link when it stats', async () => {
        put('file', 'twelve bytes');
        fixture.user.symlink('file', at('link'));
        expect((await statOf('link')).kind).toBe('symlink');
      });

      it('finds the real path behind links, and nothing behind a broken one', async () => {
        fixture.user.mkdir(at('real/deep'));
        fixture.user.symlink('real', at('link'));
        fixture.user.symlink('nowhere', at('broken'));
        expect(await disk.realPath(at('link/deep'))).toBe(await disk.realPath(at('real/deep')));
        expect(await disk.realPath(at('broken'))).toBeUndefined();
      });

      it('knows the room that is left', async () => {
        expect(await disk.freeBytes(fixture.root)).toBeGreaterThan(0);
      });

      it('tries whether it may write, and leaves nothing behind', async () => {
        expect(await disk.canWrite(fixture.root)).toBe(true);
        expect(await disk.list(fixture.root)).toEqual([]);
        expect(await disk.canWrite(at('missing'))).toBe(false);
      });
    });

    describe('identity', () => {
      it('survives a rename and an edit in place', async () => {
        put('a', 'one');
        const before = await statOf('a');
        fixture.user.rename(at('a'), at('b'));
        put('b', 'two, longer');
        const after = await statOf('b');
        expect(compareIdentity(before, after)).not.toBe('different');
        expect(sameFingerprint(before, after)).toBe(false);
      });

      it('is another for another file under the same name', async () => {
        put('a', 'one');
        put('b', 'two');
        const before = await statOf('a');
        fixture.user.rename(at('b'), at('a'));
        expect(compareIdentity(before, await statOf('a'))).toBe('different');
      });

      it('is one for two hard links, which count each other', async () => {
        put('a', 'one');
        fixture.user.link(at('a'), at('b'));
        const [a, b] = [await statOf('a'), await statOf('b')];
        expect([a.ino, a.links]).toEqual([b.ino, 2]);
      });

      it('of a folder does not change when something in it does', async () => {
        fixture.user.mkdir(at('folder'));
        const before = await statOf('folder');
        put('folder/new');
        expect(compareIdentity(before, await statOf('folder'))).not.toBe('different');
      });
    });

    describe('reading', () => {
      it('cuts a file into its content and says what it read', async () => {
        put('file', 'some text');
        const stat = await statOf('file');
        const result = await disk.cut(at('file'), stat);
        const hash = createHash('sha256').update('some text').digest('hex');
        expect(result).toEqual({ content: { size: 9, hash, blocks: [{ hash, size: 9 }] }, stat });
      });

      it('cuts an empty file', async () => {
        put('empty', '');
        expect((await disk.cut(at('empty'), await statOf('empty'))).content).toMatchObject({ size: 0, blocks: [] });
      });

      it('cuts a large file into blocks that join to it', async () => {
        const bytes = new Uint8Array(9 * 1024 * 1024);
        for (let index = 0; index < bytes.length; index += 1) bytes[index] = (index * 2_654_435_761) >>> 24;
        put('large', bytes);
        const stat = await statOf('large');
        const { content } = await disk.cut(at('large'), stat);
        expect(content.blocks.length).toBeGreaterThan(1);
        let offset = 0;
        for (const block of content.blocks) {
          const part = await disk.read(at('large'), offset, block.size, stat);
          expect(createHash('sha256').update(part).digest('hex')).toBe(block.hash);
          offset += block.size;
        }
        expect(offset).toBe(bytes.length);
      });

      it('refuses a file that is no longer what was expected', async () => {
        put('file', 'before');
        const stat = await statOf('file');
        put('file', 'after!');
        expect(await code(disk.cut(at('file'), stat))).toBe('changed');
        expect(await code(disk.read(at('file'), 0, 3, stat))).toBe('changed');
        expect(await disk.readMany([{ path: at('file'), expected: stat }])).toEqual([expect.any(DiskFault)]);
        expect(await disk.cutMany([{ path: at('file'), expected: stat }])).toEqual([expect.objectContaining({ code: 'changed' })]);
      });

      it('refuses another file under the same name, even of the same size', async () => {
        put('file', 'before');
        const stat = await statOf('file');
        put('other', 'after!');
        fixture.user.rename(at('other'), at('file'));
        expect(await code(disk.cut(at('file'), stat))).toBe('changed');
      });

      it.each<[string, DiskFaultCode]>([
        ['missing', 'missing'],
        ['link', 'loop'],
        ['folder', 'changed'],
        ['pipe', 'changed'],
      ])('does not read %s for the file that was expected', async (path, expected) => {
        put('file', 'x');
        const stat = await statOf('file');
        fixture.user.mkdir(at('folder'));
        fixture.user.symlink('file', at('link'));
        fixture.user.special(at('pipe'));
        expect(await code(disk.cut(at(path), stat))).toBe(expected);
        expect(await code(disk.read(at(path), 0, 1, stat))).toBe(expected);
      });

      it('refuses to read beyond the end', async () => {
        put('file', 'abc');
        expect(await code(disk.read(at('file'), 2, 2, await statOf('file')))).toBe('changed');
      });

      it('stops cutting when it is no longer wanted', async () => {
        put('file', 'abc');
        const stat = await statOf('file');
        await expect(disk.cut(at('file'), stat, AbortSignal.abort())).rejects.toMatchObject({ code: 'aborted' });
      });

      it('reads many, and a failed one fails alone', async () => {
        put('a', 'first');
        put('b', '');
        put('c', 'third');
        const gone = await statOf('a');
        const files = [];
        for (const path of ['a', 'b', 'c']) files.push({ path: at(path), expected: await statOf(path) });
        const results = await disk.readMany([...files.slice(0, 2), { path: at('gone'), expected: gone }, ...files.slice(2)]);
        expect(results.map((result) => (result instanceof DiskFault ? result.code : new TextDecoder().decode(result)))).toEqual([
          'first',
          '',
          'missing',
          'third',
        ]);
      });

      it('cuts many as it cuts one, and a missing one is a fault in its place', async () => {
        put('a', 'first');
        put('b', '');
        put('gone', 'x');
        const gone = await statOf('gone');
        fixture.user.remove(at('gone'));
        const [a, b] = [await statOf('a'), await statOf('b')];
        const results = await disk.cutMany([
          { path: at('a'), expected: a },
          { path: at('gone'), expected: gone },
          { path: at('b'), expected: b },
        ]);
        expect(results).toEqual([
          (await disk.cut(at('a'), a)).content,
          expect.objectContaining({ code: 'missing' }),
          (await disk.cut(at('b'), b)).content,
        ]);
      });

      it('reads many of none', async () => {
        expect(await disk.readMany([])).toEqual([]);
      });
    });

    describe('writing', () => {
      it('writes many with time and mode, and answers the stats they now have', async () => {
        const bytes = new TextEncoder().encode('window onto a larger buffer');
        const results = await disk.writeMany([
          { path: at('a'), bytes: bytes.subarray(0, 6), mtimeMs: MTIME, mode: 0o640 },
          { path: at('b'), bytes: new Uint8Array(), mtimeMs: MTIME + 1, mode: 0o755 },
        ]);
        expect(results).toEqual([await statOf('a'), await statOf('b')]);
        expect([text('a'), text('b')]).toEqual(['window', '']);
        const [a, b] = [await statOf('a'), await statOf('b')];
        expect([a.mode, b.mode]).toEqual([0o640, 0o755].map(shown));
        expect([BigInt(a.mtimeNs) / 1_000_000n, BigInt(b.mtimeNs) / 1_000_000n]).toEqual([BigInt(MTIME), BigInt(MTIME + 1)]);
        expect(new TextDecoder().decode(bytes)).toBe('window onto a larger buffer');
      });

      it('keeps every millisecond of a time', async () => {
        const files = Array.from({ length: 40 }, (_, index) => ({
          path: at(`t${index}`),
          bytes: new Uint8Array(),
          mtimeMs: MTIME + index * 37,
          mode: 0o644,
        }));
        const stats = await disk.writeMany(files);
        expect(stats.map((stat) => (stat instanceof DiskFault ? stat.code : Number(BigInt(stat.mtimeNs) / 1_000_000n)))).toEqual(
          files.map((file) => file.mtimeMs),
        );
      });

      it('never writes over anything, nor through a link; the others of the batch are written', async () => {
        put('taken', 'mine');
        fixture.user.symlink('victim', at('link'));
        const file = (path: string) => ({ path: at(path), bytes: new Uint8Array([65]), mtimeMs: MTIME, mode: 0o644 });
        const results = await disk.writeMany([file('taken'), file('link'), file('missing/x'), file('fine')]);
        expect(results.map((result) => (result instanceof DiskFault ? result.code : 'written'))).toEqual([
          'exists',
          'exists',
          'missing',
          'written',
        ]);
        expect(text('taken')).toBe('mine');
        expect(await disk.stat(at('victim'))).toBeUndefined();
      });

      it('writes a large file piece by piece', async () => {
        const writer = await disk.create(at('file'));
        await writer.write(new TextEncoder().encode('one, '));
        await writer.write(new TextEncoder().encode('two'));
        expect(await writer.finish(MTIME, 0o600)).toEqual(await statOf('file'));
        expect(text('file')).toBe('one, two');
        expect((await statOf('file')).mode).toBe(shown(0o600));
      });

      it('creates a file for itself only where there is none', async () => {
        put('taken', 'mine');
        expect(await code(disk.create(at('taken')))).toBe('exists');
        expect(text('taken')).toBe('mine');
      });

      it('leaves nothing of an abandoned file', async () => {
        const writer = await disk.create(at('file'));
        await writer.write(new Uint8Array(10));
        await writer.abandon();
        expect(await disk.stat(at('file'))).toBeUndefined();
        expect(await code(writer.write(new Uint8Array(1)))).toBe('failed');
      });

      it('replaces a small text of its own', async () => {
        expect(await disk.readText(at('note'))).toBeUndefined();
        await disk.writeText(at('note'), 'one');
        await disk.writeText(at('note'), 'två');
        expect(await disk.readText(at('note'))).toBe('två');
        expect((await disk.list(fixture.root)).map((entry) => entry.name)).toEqual(['note']);
      });

      it('changes permissions, and not through a link', async () => {
        put('file');
        fixture.user.symlink('file', at('link'));
        await disk.setMode(at('file'), 0o600);
        expect((await statOf('file')).mode).toBe(shown(0o600));
        expect(await code(disk.setMode(at('link'), 0o644))).toBe('loop');
        expect(await code(disk.setMode(at('missing'), 0o644))).toBe('missing');
      });

      it('makes a folder once', async () => {
        await disk.makeFolder(at('folder'));
        expect((await statOf('folder')).kind).toBe('folder');
        expect(await code(disk.makeFolder(at('folder')))).toBe('exists');
        expect(await code(disk.makeFolder(at('missing/folder')))).toBe('missing');
      });

      it('makes folders durable, the same one named twice', async () => {
        await disk.makeFolder(at('folder'));
        await disk.syncFolders([fixture.root, at('folder'), fixture.root]);
        await disk.syncFolders([]);
        expect(await code(disk.syncFolders([at('missing')]))).toBe('missing');
      });
    });

    describe('moving', () => {
      it('moves a file with its identity', async () => {
        put('from', 'content');
        const before = await statOf('from');
        await disk.moveFile(at('from'), at('to'));
        expect(await disk.stat(at('from'))).toBeUndefined();
        const after = await statOf('to');
        expect(text('to')).toBe('content');
        expect([after.ino, after.birthtimeNs, after.mtimeNs, after.links]).toEqual([before.ino, before.birthtimeNs, before.mtimeNs, 1]);
      });

      it.each(['file', 'folder', 'link', 'broken'])('never moves a file over a %s', async (target) => {
        put('from', 'mine');
        put('file', 'theirs');
        fixture.user.mkdir(at('folder'));
        fixture.user.symlink('file', at('link'));
        fixture.user.symlink('nowhere', at('broken'));
        expect(await code(disk.moveFile(at('from'), at(target)))).toBe('exists');
        expect([text('from'), text('file')]).toEqual(['mine', 'theirs']);
      });

      it('does not take a hard link for another spelling of the name', async () => {
        put('name', 'one');
        fixture.user.link(at('name'), at('NAME.x'));
        expect(await code(disk.moveFile(at('name'), at('NAME.x')))).toBe('exists');
        expect([text('name'), text('NAME.x')]).toEqual(['one', 'one']);
      });

      it('renames letter case', async () => {
        put('name.txt', 'one');
        fixture.user.mkdir(at('folder'));
        await disk.moveFile(at('name.txt'), at('Name.txt'));
        await disk.moveFolder(at('folder'), at('FOLDER'));
        expect((await disk.list(fixture.root)).map((entry) => entry.name).sort()).toEqual(['FOLDER', 'Name.txt']);
      });

      it.each<[string, string, DiskFaultCode]>([
        ['missing', 'to', 'missing'],
        ['from', 'missing/to', 'missing'],
        ['folder', 'to', 'is_a_folder'],
        ['link', 'to', 'loop'],
      ])('does not move %s to %s', async (from, to, expected) => {
        put('from');
        fixture.user.mkdir(at('folder'));
        fixture.user.symlink('from', at('link'));
        expect(await code(disk.moveFile(at(from), at(to)))).toBe(expected);
        expect(await disk.stat(at('to'))).toBeUndefined();
      });

      it('moves many, and a failed one fails alone', async () => {
        ['a', 'b', 'c', 'taken'].forEach((path) => put(path));
        const moves = [
          { from: at('a'), to: at('A1') },
          { from: at('b'), to: at('taken') },
          { from: at('c'), to: at('C1') },
        ];
        expect((await disk.moveFiles(moves)).map((result) => result?.code ?? null)).toEqual([null, 'exists', null]);
        expect((await disk.list(fixture.root)).map((entry) => entry.name).sort()).toEqual(['A1', 'C1', 'b', 'taken']);
      });

      it('moves a folder with all that is in it', async () => {
        fixture.user.mkdir(at('from/deep'));
        put('from/deep/file', 'content');
        const before = await statOf('from');
        await disk.moveFolder(at('from'), at('to'));
        expect(text('to/deep/file')).toBe('content');
        expect((await statOf('to')).ino).toBe(before.ino);
        expect(await disk.stat(at('from'))).toBeUndefined();
      });

      it.each(['file', 'empty', 'full', 'link'])('never moves a folder onto: %s', async (target) => {
        fixture.user.mkdir(at('from'));
        put('file');
        fixture.user.mkdir(at('empty'));
        fixture.user.mkdir(at('full'));
        put('full/inside');
        fixture.user.symlink('nowhere', at('link'));
        expect(await code(disk.moveFolder(at('from'), at(target)))).toBe('exists');
        expect((await disk.list(fixture.root)).map((entry) => entry.name).sort()).toEqual(['empty', 'file', 'from', 'full', 'link']);
      });

      it('does not move a folder into itself, nor a file as a folder', async () => {
        fixture.user.mkdir(at('folder'));
        put('file');
        expect(await code(disk.moveFolder(at('folder'), at('folder/inside')))).toBe('failed');
        expect(await code(disk.moveFolder(at('file'), at('to')))).toBe('not_a_folder');
      });
    });

    describe('removing', () => {
      it('removes an empty folder only', async () => {
        fixture.user.mkdir(at('folder'));
        put('folder/file');
        put('plain');
        expect(await code(disk.removeFolder(at('folder')))).toBe('exists');
        fixture.user.remove(at('folder/file'));
        await disk.removeFolder(at('folder'));
        expect(await disk.stat(at('folder'))).toBeUndefined();
        expect(await code(disk.removeFolder(at('folder')))).toBe('missing');
        expect(await code(disk.removeFolder(at('plain')))).toBe('not_a_folder');
      });

      it('removes a file, and does not mind when it is gone', async () => {
        put('file');
        fixture.user.mkdir(at('folder'));
        await disk.removeFile(at('file'));
        await disk.removeFile(at('file'));
        expect(await code(disk.removeFile(at('folder')))).toBe('is_a_folder');
      });

      it('removes a link, not what it leads to', async () => {
        put('file', 'kept');
        fixture.user.symlink('file', at('link'));
        await disk.removeFile(at('link'));
        expect(text('file')).toBe('kept');
      });

      it('removes a tree without following its links', async () => {
        fixture.user.mkdir(at('kept'));
        put('kept/file', 'kept');
        fixture.user.mkdir(at('tree/deep'));
        put('tree/deep/file');
        fixture.user.writeInvalidName(at('tree'), 'bad');
        fixture.user.symlink(at('kept'), at('tree/link'));
        await disk.removeTree(at('tree'));
        await disk.removeTree(at('tree'));
        expect(await disk.stat(at('tree'))).toBeUndefined();
        expect(text('kept/file')).toBe('kept');
      });
    });
  });
}
