import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { joinPath, parentPath } from '../../../base/index.ts';
import { FakeDisk, type FakeDiskOptions, fakeWatch, POSIX_NAMES } from '../../fakes/disk/index.ts';
import { parseRules } from '../../ignore/index.ts';
import { type Content, type LocalNode, MapTree, type NodeId, ROOT_ID } from '../../model/index.ts';
import { acceptMove, gather, knownFrom, type LocalChanges, NO_DOUBTS, reconcile } from './index.ts';

const ROOT = '/home/sync';
const CONTENT: Content = { size: 0, hash: '00', blocks: [] };

/** One device's disk and the local tree that scans make of it. Files are "read" at once unless the test says otherwise. */
class World {
  now = 1_750_000_000_000;
  readonly disk: FakeDisk;
  readonly tree = new MapTree<LocalNode>();
  readonly issues = new Set<string>();
  doubts: LocalChanges['doubts'] = NO_DOUBTS;
  nextId = 1;
  /** Of the settings. */
  rules = '';

  constructor(options: Partial<FakeDiskOptions> = {}) {
    this.disk = new FakeDisk({ now: () => this.now, ...options });
    this.disk.user.mkdir(ROOT);
  }

  at = (path: string): string => joinPath(ROOT, path);
  write = (path: string, content = path): void => this.disk.user.writeFile(this.at(path), content);
  move = (from: string, to: string): void => this.disk.user.rename(this.at(from), this.at(to));
  remove = (path: string): void => this.disk.user.remove(this.at(path));
  mkdir = (path: string): void => this.disk.user.mkdir(this.at(path));

  async look(folders: readonly string[] | 'all' = 'all'): Promise<LocalChanges> {
    const known = knownFrom(this.tree);
    const clock = { now: () => this.now };
    const rules = { settings: parseRules(this.rules), known: () => undefined, isLocalOnly: () => false };
    const listing = await gather({ disk: this.disk, clock, root: ROOT, rules }, folders, known);
    const changes = reconcile(listing, known, () => String(this.nextId++).padStart(32, '0'), this.issues, this.doubts);
    this.doubts = changes.doubts;
    return changes;
  }

  /** A look after everything became quiet, applied. */
  async scan(folders: readonly string[] | 'all' = 'all'): Promise<LocalChanges> {
    this.now += 1000;
    const changes = await this.look(folders);
    this.apply(changes);
    return changes;
  }

  apply(changes: LocalChanges): void {
    for (const id of changes.deleted) this.tree.delete(id);
    for (const node of changes.put) this.tree.set(node.kind === 'file' ? { ...node, content: node.content ?? CONTENT } : node);
    for (const path of changes.cleared) this.issues.delete(path);
    for (const issue of changes.issues) this.issues.add(issue.path);
  }

  paths(): Readonly<Record<string, NodeId>> {
    const result: [string, NodeId][] = [];
    const visit = (id: NodeId, above: string): void => {
      for (const node of this.tree.children(id)) {
        const path = joinPath(above, node.name);
        result.push([path, node.id]);
        visit(node.id, path);
      }
    };
    visit(ROOT_ID, '');
    return Object.fromEntries(result.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  id(path: string): NodeId {
    const id = this.paths()[path];
    if (id === undefined) throw new Error(`${path} is not in the local tree`);
    return id;
  }
}

const settled = { put: [], deleted: [], rules: [], maybeMoved: [], issues: [], cleared: [], busy: [], doubts: NO_DOUBTS };

describe('a scan', () => {
  let world: World;
  beforeEach(() => {
    world = new World();
  });
  const seed = async (...paths: string[]): Promise<void> => {
    for (const path of paths) {
      if (path.endsWith('/')) world.mkdir(path.slice(0, -1));
      else world.write(path);
    }
    await world.scan();
  };

  it('finds everything, parents first, and nothing the second time', async () => {
    world.write('a/b/c.txt');
    world.mkdir('empty');
    world.write('文.docx');
    const first = await world.scan();
    expect(first.put.map((node) => node.name)).toEqual(['a', 'empty', 'b', '文.docx', 'c.txt']);
    expect(first.put.every((node) => node.kind === 'folder' || node.content === null)).toBe(true);
    expect(await world.scan()).toEqual(settled);
    expect(await world.scan([''])).toEqual(settled);
  });

  it('an edit keeps the id and asks for the content to be read', async () => {
    await seed('a.txt');
    const id = world.id('a.txt');
    world.write('a.txt', 'other');
    const { put, deleted } = await world.scan(['']);
    expect(put).toEqual([expect.objectContaining({ id, content: null })]);
    expect(deleted).toEqual([]);
  });

  it('an edit of the same size in the same millisecond is seen', async () => {
    await seed('a.txt');
    world.write('a.txt', 'A.txt');
    world.disk.user.setMtime(world.at('a.txt'), 1);
    await world.scan();
    world.write('a.txt', 'B.txt');
    world.disk.user.setMtime(world.at('a.txt'), 1);
    expect((await world.scan()).put).toHaveLength(1);
  });

  describe('an editor in the middle of a save', () => {
    it('which put the old version aside and writes the new one: nothing is moved before it is done', async () => {
      await seed('notes.txt');
      const id = world.id('notes.txt');
      world.move('notes.txt', 'notes.txt~');
      world.now += 500;
      world.write('notes.txt', 'half of it');
      expect(await world.look()).toMatchObject({ put: [], deleted: [] });
      world.now += 500;
      world.remove('notes.txt~');
      const { put, deleted } = await world.scan();
      expect([put.map((node) => node.id), deleted]).toEqual([[id], []]);
    });

    it('between two renames: the file is not gone yet, longer where a lock says that it is open', async () => {
      await seed('plain.txt', 'report.docx');
      world.write('~$port.docx');
      world.now += 1000;
      world.remove('plain.txt');
      world.remove('report.docx');
      world.now += 50;
      expect((await world.look()).deleted).toEqual([]);
      world.now += 200;
      expect((await world.look()).deleted).toEqual([world.id('plain.txt')]);
      world.now += 2000;
      expect((await world.look()).deleted).toHaveLength(2);
    });
  });

  describe('a known item that gets a name which cannot sync', () => {
    const NAMES = { 'one that is not UTF-8': 'bad\\xff', 'one that the cloud has no room for': 'x'.repeat(256) };

    it.each(Object.entries(NAMES))('%s: its folder is known to hold it, so that nobody takes the folder away', async (_, name) => {
      world = new World({ names: { ...POSIX_NAMES, fault: () => undefined } });
      await seed('folder/a.txt');
      const holds = (): unknown => {
        const node = world.tree.get(world.id('folder'));
        return node?.kind === 'folder' && node.holdsIgnored === true;
      };
      expect(holds()).toBe(false);
      if (name.includes('\\')) world.disk.user.writeUnreadableName(world.at('folder'), name);
      else world.write(`folder/${name}`);
      await world.scan();
      expect(holds()).toBe(true);
    });

    it.each(Object.entries(NAMES))('%s: is listed, and what was known of it stays', async (_, name) => {
      world = new World({ names: { ...POSIX_NAMES, fault: () => undefined } });
      await seed('a.txt', 'folder/deep/b.txt', 'c.txt');
      const before = world.paths();
      const rename = (from: string, to: string): void => {
        if (to.includes('\\')) world.disk.user.renameUnreadable(world.at(from), to);
        else world.move(from, to);
      };
      rename('a.txt', name);
      rename('folder', `${name}2`);
      const { deleted, issues } = await world.scan();
      expect(deleted).toEqual([]);
      expect(issues).toHaveLength(2);
      expect(world.paths()).toEqual(before);
      expect((await world.scan()).deleted).toEqual([]);
      // Gone for good, it is gone.
      world.remove(name);
      expect((await world.scan()).deleted).toEqual([before['a.txt']]);
    });

    it('gives way to what takes its place, and nothing waits for ever', async () => {
      await seed('a.txt', 'b.txt');
      const id = world.id('a.txt');
      world.disk.user.renameUnreadable(world.at('a.txt'), 'bad\\xff');
      world.mkdir('a.txt');
      expect(await world.scan()).toMatchObject({ deleted: [id], busy: [] });
      expect(await world.scan()).toMatchObject({ put: [], deleted: [], busy: [] });
    });

    it('gives way also to what takes the place of the folder that it was in', async () => {
      await seed('p/a.txt', 'q/b.txt');
      const ids = world.paths();
      world.move('p/a.txt', 'q/a.txt');
      world.disk.user.renameUnreadable(world.at('q/a.txt'), 'bad\\xff');
      world.remove('p');
      world.write('p');
      expect(await world.scan()).toMatchObject({ deleted: [ids['p/a.txt'], ids['p']], busy: [] });
      expect(Object.keys(world.paths())).toEqual(['p', 'q', 'q/b.txt']);
    });
  });

  it('new and gone files change nothing about their folder', async () => {
    await seed('folder/a', 'folder/b');
    world.remove('folder/a');
    world.write('folder/c');
    const changes = await world.scan(['folder']);
    expect(changes.put.map((node) => node.name)).toEqual(['c']);
    expect(changes.deleted).toHaveLength(1);
  });

  it('a deleted folder goes with all that was in it, children first', async () => {
    await seed('folder/deep/file', 'other');
    const ids = world.paths();
    world.remove('folder');
    const { deleted, put } = await world.scan(['']);
    expect(deleted).toEqual([ids['folder/deep/file'], ids['folder/deep'], ids['folder']]);
    expect(put).toEqual([]);
  });

  it('deleted and made again with a look in between is another item', async () => {
    await seed('a.txt');
    const id = world.id('a.txt');
    world.remove('a.txt');
    await world.scan();
    world.write('a.txt');
    await world.scan();
    expect(world.id('a.txt')).not.toBe(id);
  });

  describe('moves', () => {
    const pairs: [string, (world: World) => void, Record<string, string>][] = [
      ['a file', (w) => w.move('a', 'z'), { a: 'z' }],
      ['a file into another folder', (w) => w.move('a', 'd/a'), { a: 'd/a' }],
      ['a file, edited in the same beat', (w) => (w.move('a', 'z'), w.write('z', 'new')), { a: 'z' }],
      ['a file into new nested folders', (w) => (w.mkdir('n/e/w'), w.move('a', 'n/e/w/a')), { a: 'n/e/w/a' }],
      ['a folder', (w) => w.move('d', 'z'), { d: 'z', 'd/x': 'z/x', 'd/s': 'z/s', 'd/s/y': 'z/s/y' }],
      ['a folder into another', (w) => w.move('d', 'e/d'), { d: 'e/d', 'd/s/y': 'e/d/s/y' }],
      ['a folder, and a child out of it', (w) => (w.move('d', 'z'), w.move('z/x', 'x')), { d: 'z', 'd/x': 'x' }],
      [
        'a chain at the top while a leaf is renamed',
        (w) => (w.move('d', 'z'), w.move('z/s/y', 'z/s/leaf')),
        { d: 'z', 'd/s/y': 'z/s/leaf' },
      ],
      ['the child out, its folder deleted', (w) => (w.move('d/s/y', 'y'), w.remove('d')), { 'd/s/y': 'y' }],
      ['two files for each other', (w) => (w.move('a', 't'), w.move('b', 'a'), w.move('t', 'b')), { a: 'b', b: 'a' }],
      [
        'two folders for each other',
        (w) => (w.move('d', 't'), w.move('e', 'd'), w.move('t', 'e')),
        { d: 'e', e: 'd', 'd/x': 'e/x', 'e/x': 'd/x' },
      ],
      [
        'a file and a folder for each other',
        (w) => (w.move('a', 't'), w.move('d', 'a'), w.move('t', 'd')),
        { a: 'd', d: 'a', 'd/x': 'a/x' },
      ],
      ['three around', (w) => (w.move('a', 't'), w.move('c', 'a'), w.move('b', 'c'), w.move('t', 'b')), { a: 'b', b: 'c', c: 'a' }],
      [
        'parent and child for each other',
        (w) => (w.move('d/s', 's'), w.move('d', 's/d'), w.move('s', 'd')),
        { d: 'd/d', 'd/s': 'd', 'd/s/y': 'd/y' },
      ],
      ['letter case', (w) => w.move('a', 'A'), { a: 'A' }],
      ['there and back', (w) => (w.move('a', 't'), w.move('t', 'a')), { a: 'a' }],
      ['onto another file', (w) => w.move('a', 'b'), { a: 'b' }],
    ];
    for (const how of ['all', 'hinted'] as const) {
      it.each(pairs)(`keep ids: %s (${how})`, async (_name, act, moved) => {
        await seed('a', 'b', 'c', 'd/x', 'd/s/y', 'e/x');
        const before = world.paths();
        const hints = new Set<string>();
        const watch = fakeWatch(world.disk);
        await watch.watch(ROOT, { dirty: (folder) => hints.add(folder), overflow: () => undefined, failed: () => undefined });
        act(world);
        await Promise.resolve();
        await world.scan(how === 'all' ? 'all' : [...hints]);
        const after = world.paths();
        for (const [from, to] of Object.entries(moved)) expect([to, after[to]]).toEqual([to, before[from]]);
        expect(Object.keys(after)).toEqual(Object.keys(world.disk.user.snapshot(ROOT)));
        expect(await world.scan()).toEqual(settled);
      });
    }

    it('are found when only the new place is hinted at', async () => {
      await seed('from/a', 'to/');
      const id = world.id('from/a');
      world.move('from/a', 'to/a');
      const changes = await world.scan(['to']);
      expect(changes.put).toEqual([expect.objectContaining({ id })]);
      expect(changes.deleted).toEqual([]);
    });

    it('a moved folder takes over what changed in it in the same beat', async () => {
      await seed('d/x', 'd/s/y');
      const ids = world.paths();
      world.move('d', 'z');
      world.write('z/s/new');
      world.remove('z/x');
      world.disk.user.swapFile(world.at('z/s/y'), 'swapped');
      const { put, deleted } = await world.scan(['']);
      expect(deleted).toEqual([ids['d/x']]);
      expect(new Map(put.map((node) => [node.name, node.id === ids['d'] || node.id === ids['d/s/y']]))).toEqual(
        new Map([
          ['z', true],
          ['new', false],
          ['y', true],
        ]),
      );
    });

    it('content stays known when a folder moves, and is read again when the file itself was renamed', async () => {
      await seed('d/x', 'a');
      world.move('d', 'z');
      world.move('a', 'b');
      const { put } = await world.scan();
      expect(put.map((node) => [node.name, node.kind === 'file' ? node.content : 'folder'])).toEqual([
        ['z', 'folder'],
        ['b', null],
      ]);
    });
  });

  describe('saving by swapping files', () => {
    it('is one modification', async () => {
      await seed('doc.odt');
      const id = world.id('doc.odt');
      world.disk.user.swapFile(world.at('doc.odt'), 'second');
      const changes = await world.scan(['']);
      expect(changes.put).toEqual([expect.objectContaining({ id, content: null })]);
      expect(changes.deleted).toEqual([]);
    });

    it('is one modification with a backup that is removed again, even when a look comes in between', async () => {
      await seed('doc.odt');
      const id = world.id('doc.odt');
      world.now += 1000;
      world.move('doc.odt', 'doc.odt~');
      world.write('doc.odt', 'second');
      world.now += 20;
      world.apply(await world.look());
      world.remove('doc.odt~');
      await world.scan();
      expect(world.paths()).toEqual({ 'doc.odt': id });
    });

    it('a file that became a folder is another item', async () => {
      await seed('thing');
      const id = world.id('thing');
      world.remove('thing');
      world.mkdir('thing');
      const changes = await world.scan();
      expect(changes.deleted).toEqual([id]);
      expect(changes.put.map((node) => [node.kind, node.id === id])).toEqual([['folder', false]]);
    });
  });

  describe('hard links', () => {
    it('are two files, and the one that was known stays', async () => {
      await seed('b');
      const id = world.id('b');
      world.disk.user.link(world.at('b'), world.at('a'));
      await world.scan();
      expect(world.id('b')).toBe(id);
      expect(world.id('a')).not.toBe(id);
      expect(await world.scan()).toEqual(settled);
    });

    it('keep one id when one of two is removed and the other renamed', async () => {
      await seed('a');
      world.disk.user.link(world.at('a'), world.at('b'));
      await world.scan();
      const ids = world.paths();
      world.remove('a');
      world.move('b', 'c');
      await world.scan();
      expect([ids['a'], ids['b']]).toContain(world.id('c'));
      expect(Object.keys(world.paths())).toEqual(['c']);
    });
  });

  describe('unknown is not deleted', () => {
    it('an unreadable folder keeps what was known in it, and says so until it can be read', async () => {
      await seed('closed/deep/file', 'open');
      const ids = world.paths();
      world.disk.deny(world.at('closed'));
      const changes = await world.scan();
      expect(changes).toMatchObject({
        put: [],
        deleted: [],
        issues: [{ path: 'closed', kind: 'folder', reason: { code: 'no_permission' } }],
      });
      expect(world.paths()).toEqual(ids);
      world.disk.deny(world.at('closed'), false);
      expect((await world.scan()).cleared).toEqual(['closed']);
    });

    it('an unreadable folder stays one when only the folder above it was looked at', async () => {
      await seed('closed/file', 'open');
      world.disk.deny(world.at('closed'));
      await world.scan();
      world.write('beside');
      expect((await world.scan([''])).cleared).toEqual([]);
      expect([...world.issues]).toEqual(['closed']);
      world.remove('closed');
      expect((await world.scan([''])).cleared).toEqual(['closed']);
    });

    it.each(['missing', 'denied', 'failed'] as const)('a root that answers %s changes nothing', async (code) => {
      await seed('a', 'b/c');
      world.disk.fault = (method) => (method === 'list' ? code : undefined);
      expect(await world.scan()).toMatchObject({ put: [], deleted: [] });
    });

    it('a listing that may not be read in the middle deletes only what was seen to be gone', async () => {
      await seed('a/x', 'b/x');
      world.remove('a/x');
      world.remove('b/x');
      const [a, b] = [world.id('a/x'), world.id('b/x')];
      world.disk.fault = (method, path) => (method === 'list' && path.endsWith('/b') ? 'denied' : undefined);
      // The one that is gone may have moved into the other: that is looked at again first, for some seconds.
      for (let second = 1; second <= 5; second += 1) {
        const { deleted, busy } = await world.scan();
        expect([deleted, busy.map(({ path }) => path)]).toEqual([[], ['a', 'b']]);
      }
      expect((await world.scan()).deleted).toEqual([a]);
      world.disk.fault = undefined;
      expect((await world.scan()).deleted).toEqual([b]);
    });

    it('nothing is gone while the disk fails to list a folder, which is looked at again and again, less and less often', async () => {
      await seed('a/x', 'b/x');
      world.move('a/x', 'b/y');
      world.disk.fault = (method, path) => (method === 'list' && path.endsWith('/b') ? 'failed' : undefined);
      const pauses: number[] = [];
      for (let second = 1; second <= 300; second += 1) {
        const { deleted, busy } = await world.scan();
        expect(deleted).toEqual([]);
        pauses.push(Math.min(...busy.map(({ againMs }) => againMs ?? 0)));
      }
      expect([pauses[0], pauses[9], pauses.at(-1)]).toEqual([100, 2250, 30_000]);
      world.disk.fault = undefined;
      const before = world.id('a/x');
      expect((await world.scan()).deleted).toEqual([]);
      expect(world.id('b/y')).toBe(before);
    });

    it('nor is what has its place now looked at again and again meanwhile', async () => {
      await seed('a/x', 'a/y', 'b/z');
      world.move('a/y', 'a/x');
      world.disk.fault = (method, path) => (method === 'list' && path.endsWith('/b') ? 'failed' : undefined);
      let busy: LocalChanges['busy'] = [];
      for (let second = 1; second <= 60; second += 1) busy = (await world.scan()).busy;
      expect(Math.min(...busy.map(({ againMs }) => againMs ?? 0))).toBeGreaterThan(10_000);
    });

    it('nothing is gone either while the disk does not let an entry be looked at: it may be what is missed, or hold it', async () => {
      await seed('a/x', 'a/y', 'b/in/c');
      const before = world.paths();
      world.move('a/x', 'b/x');
      world.move('a/y', 'b/in/y');
      world.disk.entryFault = (path) => (['x', 'in'].includes(path.slice(path.lastIndexOf('/') + 1)) ? 'failed' : undefined);
      const { deleted, busy } = await world.scan();
      expect([deleted, busy.map(({ path, unlisted = false }) => [path, unlisted])]).toEqual([
        [],
        [
          ['a', false],
          ['b/in', true],
          ['b', false],
        ],
      ]);
      for (let second = 1; second <= 60; second += 1) expect((await world.scan(['a', 'b', 'b/in'])).deleted).toEqual([]);
      world.disk.entryFault = undefined;
      expect((await world.scan(['a', 'b', 'b/in'])).deleted).toEqual([]);
      expect([world.id('b/x'), world.id('b/in/y')]).toEqual([before['a/x'], before['a/y']]);
      expect([...world.issues]).toEqual([]);
      expect((await world.scan()).busy).toEqual([]);
    });

    it('a name that came as something went, and may not be looked at, may be that; one that was there before keeps no deletion', async () => {
      await seed('a/x', 'a/y');
      const before = world.paths();
      const closed = new Set(['old', 'new']);
      world.disk.entryFault = (path) => (closed.has(path.slice(path.lastIndexOf('/') + 1)) ? 'denied' : undefined);
      world.write('a/old');
      for (let second = 1; second <= 10; second += 1) await world.scan();
      world.remove('a/y');
      for (let second = 1; second <= 5; second += 1) expect((await world.scan()).deleted).toEqual([]);
      expect((await world.scan()).deleted, 'the name that is closed was there before').toEqual([before['a/y']]);
      world.move('a/x', 'a/new');
      for (let second = 1; second <= 60; second += 1) expect((await world.scan(second % 7 === 0 ? 'all' : ['a'])).deleted).toEqual([]);
      closed.clear();
      expect((await world.scan(['a'])).deleted).toEqual([]);
      expect(world.id('a/new')).toBe(before['a/x']);
      expect((await world.scan()).busy).toEqual([]);
    });

    it('what was moved over a file that may no longer be looked at may be what has its name', async () => {
      await seed('a/x', 'a/y');
      const before = world.paths();
      world.move('a/x', 'a/y');
      world.disk.entryFault = (path) => (path.endsWith('/y') ? 'denied' : undefined);
      for (let second = 1; second <= 60; second += 1) expect((await world.scan(['a'])).deleted).toEqual([]);
      world.disk.entryFault = undefined;
      expect((await world.scan(['a'])).deleted).toEqual([before['a/y']]);
      expect(world.id('a/y')).toBe(before['a/x']);
    });

    it('a folder of which only the names can be told keeps no deletion from going on, as far as it has no new ones', async () => {
      await seed('a/x', 'a/y', 'gone', 'moved');
      const before = world.paths();
      world.disk.entryFault = (path) => (path.includes('/a/') ? 'denied' : undefined);
      world.remove('gone');
      for (let second = 1; second <= 5; second += 1) expect((await world.scan()).deleted).toEqual([]);
      expect((await world.scan()).deleted).toEqual([before['gone']]);
      world.move('moved', 'a/moved');
      for (let second = 1; second <= 60; second += 1) expect((await world.scan()).deleted).toEqual([]);
    });

    it('a name counts from when it could first not be looked at, whatever the disk said then', async () => {
      await seed('a/x');
      const before = world.id('a/x');
      world.move('a/x', 'a/new');
      for (const fault of ['busy', 'denied'] as const) {
        world.disk.entryFault = (path) => (path.endsWith('/new') ? fault : undefined);
        for (let second = 1; second <= 10; second += 1) expect((await world.scan(['a'])).deleted, fault).toEqual([]);
      }
      world.disk.entryFault = undefined;
      await world.scan(['a']);
      expect(world.id('a/new')).toBe(before);
    });

    it('a name that can be looked at again is forgotten, also by a look that finds nothing new, and so is one whose folder went', async () => {
      await seed('a/x', 'b/x');
      const closed = (): readonly string[] => [...world.doubts.strangers.keys()].sort();
      world.disk.entryFault = (path) => (path.endsWith('/x') ? 'denied' : undefined);
      await world.scan();
      expect(closed()).toEqual(['a/x', 'b/x']);
      world.move('b', 'c');
      await world.scan(['']);
      await world.scan(['']);
      expect(closed()).toEqual(['a/x', 'c/x']);
      world.disk.entryFault = undefined;
      await world.scan();
      expect(closed()).toEqual([]);
    });

    it('while the disk fails elsewhere, what is saved as a new file, or put in the place of a folder, waits for some seconds only', async () => {
      await seed('a', 'f/in', 'broken/x');
      const [a, f] = [world.id('a'), world.id('f')];
      world.disk.fault = (method, path) => (method === 'list' && path.endsWith('/broken') ? 'failed' : undefined);
      world.write('a~', 'edited');
      world.remove('a');
      world.move('a~', 'a');
      world.remove('f');
      world.write('f/new');
      for (let second = 1; second <= 5; second += 1) await world.scan();
      const { put } = await world.scan();
      expect(put).toMatchObject([{ id: f }, { id: a, content: null }, { name: 'new' }]);
    });

    it('an edit that could not be looked at is looked at again', async () => {
      await seed('a');
      world.write('a', 'edited');
      world.disk.entryFault = () => 'busy';
      expect(await world.scan(['a'])).toMatchObject({ put: [], busy: [{ path: '' }] });
      world.disk.entryFault = undefined;
      expect(await world.scan([''])).toMatchObject({ put: [{ name: 'a', content: null }], busy: [] });
    });

    it('what was told of in a folder is found there, also while the folder above does not let it be looked at by its name', async () => {
      await seed('a/x', 'b/in/c', 'b/in/d');
      const before = world.paths();
      world.move('a/x', 'b/in/c');
      world.write('b/in/d', 'edited');
      world.disk.entryFault = (path) => (path.endsWith('/b') ? 'denied' : undefined);
      const { put, busy } = await world.scan(['', 'a', 'b/in']);
      expect(put).toMatchObject([{ id: before['b/in/d'], content: null }]);
      expect(busy.map(({ path }) => path)).toEqual(['b/in', 'b']);
      world.disk.entryFault = undefined;
      await world.scan(busy.map(({ path }) => path));
      expect([world.id('b/in/c'), world.paths()['a/x']]).toEqual([before['a/x'], undefined]);
    });

    it('a folder that may not be looked at by its name, and that another one took the place of, is not taken for that', async () => {
      await seed('a/x');
      world.disk.user.writeFile('/home/other/y', 'of the other one');
      world.now += 1000;
      world.disk.entryFault = (path) => (path.endsWith('/a') ? 'failed' : undefined);
      let swapped = false;
      world.disk.fault = (method, path) => {
        if (method === 'list' && path.endsWith('/a') && !swapped) {
          swapped = true;
          world.disk.user.rename(world.at('a'), '/home/away');
          world.disk.user.rename('/home/other', world.at('a'));
        }
        return undefined;
      };
      const { put, deleted } = await world.scan(['a', '']);
      expect([swapped, put, deleted]).toEqual([true, [], []]);
    });

    it('a name that is left out keeps nothing waiting, whatever the disk says of it', async () => {
      await seed('a', 'b/');
      const id = world.id('a');
      world.rules = 'b/';
      world.disk.entryFault = (path) => (path.endsWith('/b') ? 'failed' : undefined);
      world.remove('a');
      expect(await world.scan()).toMatchObject({ deleted: [id], busy: [] });
    });

    it('nothing is gone either where the disk fails on the way to a folder of which something was told', async () => {
      await seed('a/x', 'b/in/c');
      const before = world.id('a/x');
      world.move('a/x', 'b/in/y');
      world.disk.fault = (method, path) => (method === 'stat' && path.endsWith('/b') ? 'busy' : undefined);
      const { deleted, busy } = await world.scan(['a', 'b/in']);
      expect([deleted, busy.map(({ path }) => path).sort()]).toEqual([[], ['a', 'b']]);
      world.disk.fault = undefined;
      // Again with all that is known in it.
      expect((await world.scan(['a', 'b', 'b/in'])).deleted).toEqual([]);
      expect(world.id('b/in/y')).toBe(before);
      expect([...world.issues]).toEqual([]);
    });

    it('a folder that vanishes while it is looked at is told by the next look, which looks into it if it is back', async () => {
      await seed('a/x', 'b');
      const ids = world.paths();
      world.disk.fault = (method, path) => (method === 'list' && path.endsWith('/a') ? 'missing' : undefined);
      const changes = await world.scan();
      const again = [
        { path: '', kind: 'folder' },
        { path: 'a', kind: 'folder', unlisted: true },
      ];
      expect(changes).toMatchObject({ put: [], deleted: [], busy: again });
      expect(world.paths()).toEqual(ids);
    });

    it('a folder replaced by a link keeps what was known, and the link is listed', async () => {
      await seed('folder/deep/file', 'elsewhere/other');
      const ids = world.paths();
      world.disk.user.mkdir('/home/outside');
      world.disk.user.rename(world.at('folder'), '/home/outside/folder');
      world.disk.user.symlink('/home/outside/folder', world.at('folder'));
      world.disk.user.writeFile('/home/outside/folder/deep/secret', 'not ours');
      for (const how of ['all', ['', 'folder', 'folder/deep']] as const) {
        const changes = await world.scan(how);
        expect(changes).toMatchObject({ put: [], deleted: [], issues: [{ path: 'folder', reason: { code: 'symlink_skipped' } }] });
      }
      expect(world.paths()).toEqual(ids);
    });

    it('a folder moved, with a link left at its old place, is a move', async () => {
      await seed('folder/file');
      const ids = world.paths();
      world.move('folder', 'moved');
      world.disk.user.symlink('moved', world.at('folder'));
      await world.scan();
      expect(world.paths()).toEqual({ moved: ids['folder'], 'moved/file': ids['folder/file'] });
    });

    it('a link replaced by a real file syncs, and its issue is gone', async () => {
      world.disk.user.symlink('nowhere', world.at('thing'));
      await world.scan();
      expect([...world.issues]).toEqual(['thing']);
      world.remove('thing');
      world.write('thing');
      const changes = await world.scan(['']);
      expect(changes).toMatchObject({ cleared: ['thing'], put: [{ name: 'thing' }] });
    });

    it('an issue in a folder that is gone is gone', async () => {
      world.mkdir('a/b');
      world.disk.user.special(world.at('a/b/pipe'));
      await world.scan();
      expect([...world.issues]).toEqual(['a/b/pipe']);
      world.remove('a');
      expect((await world.scan([''])).cleared).toEqual(['a/b/pipe']);
    });

    it('an ignored folder that was synced before is gone when a file that is not ignored has its name', async () => {
      await seed('f/inside', 'other');
      const [f, inside] = [world.id('f'), world.id('f/inside')];
      world.rules = 'f/';
      world.remove('f');
      expect((await world.scan()).deleted).toEqual([]);
      world.write('f');
      const { deleted, put } = await world.scan();
      expect([deleted, put.map(({ kind, name }) => [kind, name])]).toEqual([[inside, f], [['file', 'f']]]);
    });

    it.each([[['a/in']], ['all']] as const)(
      'a folder is known to hold what a rule leaves out as long as it does, looked at %j',
      async (folders) => {
        world.rules = 'mark';
        world.write('a/in/plain');
        await world.scan();
        const holds = (): boolean => [...world.tree.values()].some((node) => node.kind === 'folder' && node.holdsIgnored === true);
        expect(holds()).toBe(false);
        world.write('a/in/mark');
        await world.scan(folders);
        expect(holds()).toBe(true);
        world.remove('a/in/mark');
        await world.scan(folders);
        expect(holds()).toBe(false);
        expect(world.paths()).toHaveProperty('a/in/plain');
      },
    );

    it('an ignored item that was synced before stays, whether it is there or not', async () => {
      await seed('report.docx');
      const node = world.tree.get(world.id('report.docx'));
      if (node === undefined) throw new Error('not found');
      world.tree.set({ ...node, name: '~$report.docx' });
      world.move('report.docx', '~$report.docx');
      expect(await world.scan()).toEqual(settled);
      world.remove('~$report.docx');
      expect(await world.scan()).toEqual(settled);
    });

    it('what was mounted and is an empty folder now is out of reach, not deleted', async () => {
      await seed('mount/file', 'other');
      for (const path of ['mount', 'mount/file']) {
        const node = world.tree.get(world.id(path));
        if (node !== undefined) world.tree.set({ ...node, stat: { ...node.stat, dev: '77' } });
      }
      const ids = world.paths();
      world.remove('mount/file');
      for (let look = 0; look < 2; look += 1) {
        const changes = await world.scan();
        expect(changes).toMatchObject({ put: [], deleted: [], issues: [{ path: 'mount', reason: { code: 'folder_missing' } }] });
        // Nothing tells when it is there again, nor of what was told of in there meanwhile.
        expect(changes.busy).toMatchObject([{ path: 'mount', unlisted: true, againMs: 30_000 }]);
      }
      expect(world.paths()).toEqual(ids);
      world.remove('mount');
      expect((await world.scan()).deleted).toHaveLength(2);
    });
  });

  describe('a folder that was of another volume', () => {
    /** Known as of another volume, or as if the system numbered volumes otherwise then. */
    const known = (dev: string, ...paths: string[]): void => {
      for (const path of paths) {
        const node = world.tree.get(world.id(path));
        if (node !== undefined) world.tree.set({ ...node, stat: { ...node.stat, dev } });
      }
    };

    it('is out of reach also where all around it were such, or there is nothing else, or the system put something in its place', async () => {
      await seed('one/file', 'other/file');
      known('77', 'one', 'one/file');
      known('78', 'other', 'other/file');
      for (const path of ['one', 'other']) world.remove(`${path}/file`);
      world.write('one/.DS_Store');
      expect(await world.scan()).toMatchObject({ put: [], deleted: [], issues: [{ path: 'one' }, { path: 'other' }] });
    });

    it('is out of reach in a folder that is of the volume that is there now', async () => {
      await seed('deep/one/file');
      known('77', 'deep/one', 'deep/one/file');
      world.remove('deep/one/file');
      expect(await world.scan()).toMatchObject({ put: [], deleted: [], issues: [{ path: 'deep/one' }] });
    });

    it('is an empty folder where the volumes are only numbered otherwise', async () => {
      await seed('folder/file', 'other/file');
      const gone = world.id('folder/file');
      known('77', 'folder', 'folder/file', 'other', 'other/file');
      world.remove('folder/file');
      expect((await world.scan()).deleted).toEqual([gone]);
      await seed('deep/folder/file');
      const deep = world.id('deep/folder/file');
      known('77', 'deep', 'deep/folder', 'deep/folder/file');
      world.remove('deep/folder/file');
      expect((await world.scan()).deleted).toEqual([deep]);
    });
  });

  it('skips and lists what cannot sync, and the rest goes on', async () => {
    world.write('good');
    world.disk.user.symlink('good', world.at('link'));
    world.disk.user.special(world.at('pipe'));
    world.disk.user.writeUnreadableName(ROOT, 'bad\\xff');
    world.write('~$other');
    world.write('.tidemark/folder.json');
    const { put, issues } = await world.scan();
    expect(put.map((node) => node.name)).toEqual(['good']);
    expect(issues.map(({ path, kind, reason }) => [path, kind, reason.code])).toEqual([
      ['link', null, 'symlink_skipped'],
      ['pipe', null, 'special_skipped'],
      ['bad\\xff', 'file', 'name_not_utf8'],
    ]);
  });

  it('keeps two names that differ in case or form, and never merges them', async () => {
    await seed('Name', 'name', 'e\u0301', '\u00e9');
    expect(Object.keys(world.paths())).toHaveLength(4);
    expect(await world.scan()).toEqual(settled);
  });

  describe('files that are being written', () => {
    it('wait until they are quiet', async () => {
      await seed('old');
      world.write('old', 'half');
      world.write('new', 'half');
      world.now += 99;
      const early = await world.look();
      expect(early).toMatchObject({ put: [], deleted: [] });
      expect(early.busy.map(({ path, reason, open }) => [path, reason.code, open])).toEqual([
        ['old', 'file_busy', false],
        ['new', 'file_busy', false],
        ['', 'file_busy', false],
      ]);
      world.now += 1;
      expect((await world.look()).put.map((node) => node.name)).toEqual(['old', 'new']);
    });

    it('wait for longer while an office program has them open, and nobody looks again and again', async () => {
      await seed('document.docx', 'sheet.ods');
      world.write('document.docx', 'edited');
      world.write('~$cument.docx');
      world.write('sheet.ods', 'edited');
      world.write('.~lock.sheet.ods#');
      const changes = await world.scan();
      expect(changes.put).toEqual([]);
      expect(changes.busy.map((file) => [file.path, file.open, file.againMs])).toEqual([
        ['document.docx', true, 10_000],
        ['sheet.ods', true, 10_000],
        ['', false, 10_000],
      ]);
      world.remove('~$cument.docx');
      expect((await world.scan([''])).put.map((node) => node.name)).toEqual(['document.docx']);
      world.now += 7000;
      const still = await world.scan(['']);
      expect([still.put, still.busy.map(({ againMs }) => againMs)]).toEqual([[], [1000, 1000]]);
      world.write('sheet.ods', 'edited again');
      world.now += 8000;
      expect((await world.scan([''])).put, 'ten seconds since it was seen to change').toEqual([]);
      world.now += 9000;
      expect(
        (await world.scan([''])).put.map((node) => node.name),
        'open or not: it may be open until tomorrow',
      ).toEqual(['sheet.ods']);
      expect(await world.scan()).toEqual(settled);
    });

    it('wait for as long on a disk whose clock is another one', async () => {
      await seed('document.docx');
      world.write('~$cument.docx');
      for (const aheadMs of [-60_000, 60_000]) {
        world.write('document.docx', `edited ${aheadMs}`);
        world.disk.user.setMtime(world.at('document.docx'), world.now + aheadMs);
        expect((await world.scan()).put).toEqual([]);
        world.now += 9000;
        expect((await world.scan()).put.map((node) => node.name)).toEqual(['document.docx']);
      }
    });

    it('what Excel saves into beside an open document is never taken for a file of its own', async () => {
      await seed('book.xlsx');
      world.write('~$book.xlsx');
      world.write('A1B2C300', 'saved');
      world.now += 60_000;
      const [scratch] = (await world.scan()).busy;
      expect([scratch?.path, scratch?.open, scratch?.againMs]).toEqual(['A1B2C300', true, null]);
      const id = world.id('book.xlsx');
      world.remove('book.xlsx');
      world.move('A1B2C300', 'book.xlsx');
      world.remove('~$book.xlsx');
      world.now += 60_000;
      const swapped = await world.scan();
      expect(swapped.put.map((node) => [node.id, node.name])).toEqual([[id, 'book.xlsx']]);
      expect(swapped.deleted).toEqual([]);
    });

    it('a folder that is named as a lock file says nothing', async () => {
      await seed('document.docx');
      world.write('document.docx', 'edited');
      world.mkdir('~$cument.docx');
      expect((await world.scan()).put.map((node) => node.name)).toContain('document.docx');
    });

    it('a time in the future, or at the epoch, does not make them wait for ever', async () => {
      world.write('future');
      world.disk.user.setMtime(world.at('future'), world.now + 10 ** 9);
      world.write('epoch');
      world.disk.user.setMtime(world.at('epoch'), 0);
      expect((await world.scan()).busy).toEqual([]);
      expect(await world.scan()).toEqual(settled);
    });

    it('an unchanged file is never busy', async () => {
      world.write('a');
      world.now += 100;
      world.apply(await world.look());
      world.now -= 60;
      expect(await world.look()).toEqual(settled);
    });

    it('what waits stays at its place, and nothing takes it', async () => {
      await seed('a', 'b');
      const ids = world.paths();
      world.move('b', 'c');
      world.now += 1000;
      world.move('a', 'd');
      world.move('c', 'a');
      world.now += 50;
      const changes = await world.look();
      world.apply(changes);
      expect(world.paths()).toEqual(ids);
      await world.scan(changes.busy.map((file) => file.path));
      expect(world.paths()).toEqual({ a: ids['b'], d: ids['a'] });
    });

    it('a new folder whose place is not free yet waits with what is in it', async () => {
      await seed('a', 'f');
      const ids = world.paths();
      world.mkdir('n');
      world.move('f', 'n/f');
      world.now += 1000;
      world.move('a', 'z');
      world.move('n', 'a');
      const changes = await world.look();
      world.apply(changes);
      expect(world.paths()).toEqual(ids);
      await world.scan(changes.busy.map((busy) => busy.path));
      expect(world.paths()).toMatchObject({ 'a/f': ids['f'], z: ids['a'] });
    });

    it('a folder does not end up in itself when the one it went into has to wait', async () => {
      await seed('d/s/x', 'q');
      const ids = world.paths();
      world.move('d/s', 't');
      world.move('d', 't/d');
      world.now += 1000;
      world.move('q', 'r');
      world.move('t', 'q');
      const changes = await world.look();
      world.apply(changes);
      expect(world.paths()).toEqual(ids);
      await world.scan(changes.busy.map((busy) => busy.path));
      expect(world.paths()).toEqual({ q: ids['d/s'], 'q/d': ids['d'], 'q/x': ids['d/s/x'], r: ids['q'] });
    });

    it('a file moved out of a folder that is deleted keeps the folder until it is quiet', async () => {
      await seed('f/g/file');
      const ids = world.paths();
      world.now += 1000;
      world.move('f/g/file', 'file');
      world.remove('f');
      const changes = await world.look();
      world.apply(changes);
      expect(world.paths()).toEqual(ids);
      await world.scan(changes.busy.map((file) => file.path));
      expect(world.paths()).toEqual({ file: ids['f/g/file'] });
    });
  });

  describe('without birth times', () => {
    beforeEach(() => {
      world = new World({ birthTimes: false });
    });

    it('an edit in place keeps the id', async () => {
      await seed('a');
      const id = world.id('a');
      world.write('a', 'edited');
      expect((await world.scan()).put).toEqual([expect.objectContaining({ id, content: null })]);
    });

    it('a file that moved a moment ago is not gone before its content could be looked at', async () => {
      await seed('a', 'folder/');
      const id = world.id('a');
      world.now += 1000;
      world.move('a', 'folder/b');
      // Long enough for its folder to be read, not for a file that may still be written to.
      world.now += 50;
      const first = await world.look();
      expect(first).toMatchObject({ put: [], deleted: [], busy: [{ path: 'folder/b' }, { path: '' }, { path: 'folder' }] });
      world.now += 1000;
      const { maybeMoved, deleted } = await world.look(['folder', '']);
      expect([maybeMoved, deleted]).toMatchObject([[{ from: id }], [id]]);
    });

    it('a moved file is only maybe the same, until its content says so', async () => {
      await seed('a');
      const id = world.id('a');
      world.move('a', 'b');
      world.now += 1000;
      const changes = await world.look();
      expect(changes.deleted).toEqual([id]);
      expect(changes.maybeMoved).toEqual([{ id: changes.put[0]?.id, from: id }]);
      const [move] = changes.maybeMoved;
      if (move === undefined) throw new Error('no move');
      world.apply(acceptMove(changes, move));
      expect(world.paths()).toEqual({ b: id });
      expect(await world.scan()).toEqual(settled);
    });

    it('a file that moved a moment ago is not gone while it is not quiet yet', async () => {
      await seed('docs/a');
      const id = world.id('docs/a');
      world.now += 1000;
      world.move('docs/a', 'b');
      // As soon as a burst of hints is over: the folder is known to be without it, and the file itself still waits.
      world.now += 50;
      const first = await world.look();
      expect(first).toMatchObject({ put: [], deleted: [] });
      world.apply(first);
      world.now += 100;
      const changes = await world.look(first.busy.map((busy) => (busy.kind === 'folder' ? busy.path : '')));
      expect(changes.maybeMoved).toEqual([{ id: changes.put[0]?.id, from: id }]);
    });
  });

  it('what takes the name of a folder that went away just now waits with it: never two at one place', async () => {
    await seed('new/a', 'old/b', 'c', 'd');
    const before = world.paths();
    world.now += 1000;
    world.remove('old');
    world.move('new', 'old');
    world.remove('c');
    world.move('d', 'c');
    // No time passes before the look: what left the folder may have left it during the look, so nothing is deleted yet.
    world.apply(await world.look());
    const names = [...world.tree.children(ROOT_ID)].map((node) => node.name);
    expect([...new Set(names)].sort()).toEqual(names.sort());
    await world.scan();
    expect(world.paths()).toEqual({ c: before['d'], old: before['new'], 'old/a': before['new/a'] });
    expect(await world.scan()).toEqual(settled);
  });

  it('something that moves in the middle of a look is neither lost nor doubled', async () => {
    let trigger: (() => void) | undefined;
    world = new World({
      yieldPoint: () => {
        trigger?.();
        return Promise.resolve();
      },
    });
    await seed('a/file', 'b/', 'c/sub/deep');
    const ids = world.paths();
    for (let step = 1; step < 12; step += 1) {
      let count = 0;
      const [from, to] = step % 2 === 1 ? ['a/file', 'b/file'] : ['b/file', 'a/file'];
      const [folderFrom, folderTo] = step % 2 === 1 ? ['c/sub', 'b/sub'] : ['b/sub', 'c/sub'];
      trigger = () => {
        count += 1;
        if (count !== step) return;
        world.move(from, to);
        world.move(folderFrom, folderTo);
      };
      const changes = await world.scan();
      trigger = undefined;
      if (count < step) {
        world.move(from, to);
        world.move(folderFrom, folderTo);
      }
      expect(changes.deleted).toEqual([]);
      await world.scan();
      expect(new Set(Object.values(world.paths()))).toEqual(new Set(Object.values(ids)));
    }
  });

  it('a folder that another one takes the place of before it is listed is not emptied by that', async () => {
    await seed('a/x');
    const ids = world.paths();
    world.disk.user.mkdir('/home/other');
    let swapped = false;
    world.disk.fault = (method, path) => {
      if (method === 'list' && path.endsWith('/a') && !swapped) {
        swapped = true;
        world.move('a', 'aside');
        world.disk.user.rename('/home/other', world.at('a'));
      }
      return undefined;
    };
    const changes = await world.scan(['a']);
    expect([swapped, changes.deleted]).toEqual([true, []]);
    await world.scan();
    expect(world.paths()).toMatchObject({ aside: ids['a'], 'aside/x': ids['a/x'] });
  });

  it('a folder is not gone before the hint of its new place could come', async () => {
    await seed('f/x', 'g/');
    const ids = world.paths();
    world.now += 1000;
    world.move('f', 'g/f');
    world.now += 50;
    expect(await world.look([''])).toMatchObject({ put: [], deleted: [], busy: [{ path: '' }, { path: 'f', againMs: null }] });
    await world.scan(['', 'g']);
    expect(world.paths()).toEqual({ g: ids['g'], 'g/f': ids['f'], 'g/f/x': ids['f/x'] });
  });

  it('where the time of a folder is of another clock, only a second look tells what is gone', async () => {
    await seed('a/x');
    const id = world.id('a/x');
    world.remove('a/x');
    world.disk.user.setMtime(world.at('a'), world.now + 10 ** 7);
    expect(await world.scan(['a'])).toMatchObject({ deleted: [], busy: [{ path: 'a' }] });
    expect((await world.scan(['a'])).deleted).toEqual([id]);
  });

  it('what is at two places for good is two items after a while, and is not looked at without end', async () => {
    await seed('f/deep/x', 'g/');
    const { list, stat } = world.disk;
    const aliased = (path: string): string => path.replace(world.at('g'), world.at('f'));
    world.disk.stat = (path) => stat.call(world.disk, aliased(path));
    world.disk.list = async (path) => {
      const entries = await list.call(world.disk, aliased(path));
      const f = entries.find(({ name }) => name === 'f');
      return path === ROOT && f !== undefined
        ? entries.map((entry) => (entry.name === 'g' ? { ...f, name: 'g', printable: 'g' } : entry))
        : entries;
    };
    for (let seconds = 0; seconds < 30; seconds += 1) await world.scan();
    expect(Object.keys(world.paths())).toEqual(['f', 'f/deep', 'f/deep/x', 'g', 'g/deep', 'g/deep/x']);
    expect(await world.scan()).toEqual(settled);
  });

  it('stops when it is no longer wanted', async () => {
    await seed('a/b/c');
    const known = knownFrom(world.tree);
    const looking = gather({ disk: world.disk, clock: { now: () => world.now }, root: ROOT }, 'all', known, AbortSignal.abort());
    await expect(looking).rejects.toMatchObject({ code: 'aborted' });
  });
});

describe('random histories', () => {
  const names = ['a', 'b', 'c', 'd'];
  const path = fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
  const action = fc.oneof(
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('write' as const), path }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('move' as const), path, to: path }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove' as const), path }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('mkdir' as const), path }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('swap' as const), path }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('look' as const), waitMs: fc.constantFrom(0, 50, 200) }) },
  );

  /** What a person can do; what the file system refuses does not happen. */
  const act = (world: World, step: Exclude<typeof action extends fc.Arbitrary<infer T> ? T : never, { kind: 'look' }>): void => {
    try {
      if (step.kind === 'move') world.move(step.path, step.to);
      else if (step.kind === 'write') world.write(step.path, String(world.nextId++));
      else if (step.kind === 'swap') world.disk.user.swapFile(world.at(step.path), String(world.nextId++));
      else world[step.kind](step.path);
    } catch (error) {
      if (!(error instanceof Error && error.name === 'DiskFault')) throw error;
    }
  };

  it.each(['all', 'hinted'] as const)('end with the tree that is on the disk (%s)', async (how) => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 40 }), async (steps) => {
        const world = new World();
        const hints = new Set<string>(['']);
        const watch = fakeWatch(world.disk);
        await watch.watch(ROOT, { dirty: (folder) => hints.add(folder), overflow: () => undefined, failed: () => undefined });
        const look = async (): Promise<LocalChanges> => {
          await Promise.resolve();
          const folders = [...hints];
          hints.clear();
          const changes = await world.look(how === 'all' ? 'all' : folders);
          const live = new Set(Object.values(world.paths()));
          for (const id of changes.deleted) expect(live.has(id)).toBe(true);
          world.apply(changes);
          changes.busy.forEach((busy) => hints.add(busy.path));
          const places = Object.keys(world.paths());
          expect(new Set(places).size).toBe(places.length);
          expect(places.length).toBe(world.tree.size);
          return changes;
        };
        for (const step of steps) {
          if (step.kind === 'look') {
            world.now += step.waitMs;
            await look();
          } else act(world, step);
        }
        world.now += 1000;
        await look();
        world.now += 1000;
        await look();
        const onDisk = world.disk.user.snapshot(ROOT);
        expect(Object.keys(world.paths())).toEqual(Object.keys(onDisk));
        for (const [at, id] of Object.entries(world.paths())) {
          expect(world.tree.get(id)?.stat.ino).toBe(world.disk.user.stat(world.at(at)).ino);
        }
        expect(await world.look('all')).toEqual(settled);
      }),
      { numRuns: 400 },
    );
  });

  it('never take a move in the middle of a look for a delete', async () => {
    const move = fc.record({ path, to: path, atStep: fc.integer({ min: 0, max: 24 }) });
    // How long each step of the disk takes, so that folders are read in any order.
    const pauses = fc.array(fc.nat(12), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(move, { maxLength: 4 }), { minLength: 1, maxLength: 6 }), pauses, async (looks, turns) => {
        let step = 0;
        let during: typeof move extends fc.Arbitrary<infer T> ? readonly T[] : never = [];
        const world = new World({
          yieldPoint: async () => {
            step += 1;
            world.now += 1;
            for (const one of during)
              if (one.atStep === step && !world.disk.user.exists(world.at(one.to))) tryMove(world, one.path, one.to);
            for (let turn = turns[step % turns.length] ?? 0; turn > 0; turn -= 1) await Promise.resolve();
          },
        });
        for (const at of ['a/a', 'a/b/c', 'b/a', 'c', 'd/d']) world.write(at);
        await world.scan();
        const ids = new Map(Object.entries(world.paths()).map(([at, id]) => [world.disk.user.stat(world.at(at)).ino, id]));
        const hints = new Set<string>();
        const watch = fakeWatch(world.disk);
        await watch.watch(ROOT, { dirty: (folder) => hints.add(folder), overflow: () => undefined, failed: () => undefined });
        const everyFolder = (): readonly string[] => Object.keys(world.paths()).map((at) => parentPath(at));
        const look = async (): Promise<void> => {
          const folders = [...hints, ...everyFolder()];
          hints.clear();
          const changes = await world.look(folders);
          expect(changes.deleted).toEqual([]);
          world.apply(changes);
          expect(Object.keys(world.paths())).toHaveLength(world.tree.size);
          changes.busy.forEach((busy) => hints.add(busy.path));
        };
        for (const moves of looks) {
          world.now += 200;
          step = 0;
          during = moves;
          await look();
        }
        during = [];
        for (let settling = 0; settling < 3; settling += 1) {
          world.now += 1000;
          await look();
        }
        const found = Object.entries(world.paths());
        expect(found.map(([at]) => at)).toEqual(Object.keys(world.disk.user.snapshot(ROOT)));
        for (const [at, id] of found) expect([at, id]).toEqual([at, ids.get(world.disk.user.stat(world.at(at)).ino)]);
      }),
      { numRuns: 1000 },
    );
  });
});

function tryMove(world: World, from: string, to: string): void {
  try {
    world.move(from, to);
  } catch (error) {
    if (!(error instanceof Error && error.name === 'DiskFault')) throw error;
  }
}
