import { chmod, mkdir, rename, rmdir, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { asRoot, type Device, until, worldOf } from './support/index.ts';

const RULES = '.tidemarkignore';

const texts = async (device: Device, paths: readonly string[]): Promise<void> => {
  for (const path of paths) await device.write(path, `text of ${path}`);
};

/** Files that the cloud has, without the rules themselves. */
const inCloud = async (device: Device): Promise<readonly string[]> =>
  [...(await device.cloudNodes()).keys()].filter((path) => !path.endsWith('/') && !path.endsWith(RULES)).sort();

/** What of these files syncs under the rules; all of them stay where they are. */
async function synced(rules: string, paths: readonly string[]): Promise<readonly string[]> {
  await using opened = await worldOf('laptop', 'desktop');
  const { world } = opened;
  const [laptop, desktop] = opened.devices;
  await laptop.write(RULES, rules);
  await texts(laptop, paths);
  await world.settle();
  for (const path of paths) expect(await laptop.exists(path), path).toBe(true);
  const sent = await inCloud(laptop);
  for (const path of paths) expect(await desktop.exists(path), path).toBe(sent.includes(path));
  return sent;
}

describe('Ignore', () => {
  it('negation', async () => {
    const paths = ['a.log', 'keep.log', 'logs/b.log', 'logs/keep.log', 'closed/keep.log'];
    expect(await synced('*.log\n!keep.log\nclosed/\n!closed/keep.log\n', paths)).toEqual(['keep.log', 'logs/keep.log']);
  });

  it('anchors', async () => {
    const paths = ['top.txt', 'in/top.txt', 'docs/draft/a', 'in/docs/draft/a', 'in/deep/x.bak', 'deep/x.bak'];
    expect(await synced('/top.txt\ndocs/draft\n/in/**/*.bak\n', paths)).toEqual(['deep/x.bak', 'in/docs/draft/a', 'in/top.txt']);
  });

  it('nesting', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop] = opened.devices;
    await laptop.write(RULES, '*.tmp2\nclosed/\n');
    await laptop.write(`work/${RULES}`, '!wanted.tmp2\n/here.txt\n');
    await laptop.write(`closed/${RULES}`, '!*\n');
    await texts(laptop, ['a.tmp2', 'work/wanted.tmp2', 'work/other.tmp2', 'work/here.txt', 'work/in/here.txt', 'closed/a.txt']);
    await world.settle();
    // A deeper file counts before one further up, and nothing brings back what is in a folder that is left out.
    expect(await inCloud(laptop)).toEqual(['work/in/here.txt', 'work/wanted.tmp2']);
  });

  it('prefix siblings', async () => {
    const paths = ['foo', 'foobar', 'dir/foo/x', 'dir/foobar/x', 'build2/x', 'build/x'];
    expect(await synced('foo\nbuild/\n', paths)).toEqual(['build2/x', 'dir/foobar/x', 'foobar']);
  });

  it('comments', async () => {
    expect(await synced('# *.txt\n\n   \n#b.md\n*.md # not a comment\n', ['a.txt', 'b.md', '#b.md'])).toEqual(['#b.md', 'a.txt', 'b.md']);
  });

  it('escapes', async () => {
    const paths = ['#notes', '!important', 'a*', 'ab', 'end ', 'end', '[x]'];
    expect(await synced('\\#notes\n\\!important\na\\*\nend\\ \n\\[x]\n', paths)).toEqual(['ab', 'end']);
  });

  it('CRLF', async () => {
    expect(await synced('*.log\r\n/build/\r\n', ['a.log', 'build/x', 'a.txt'])).toEqual(['a.txt']);
  });

  it('BOM', async () => {
    expect(await synced('\uFEFF*.log\n', ['a.log', 'a.txt'])).toEqual(['a.txt']);
  });

  it('bad pattern', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop] = opened.devices;
    await laptop.write(`docs/${RULES}`, '*.log\nbroken[\n*.bak\n');
    await texts(laptop, ['docs/a.log', 'docs/a.bak', 'docs/a.txt']);
    await world.settle();
    expect(await inCloud(laptop)).toEqual(['docs/a.txt']);
    const issues = await laptop.issues();
    expect(issues).toMatchObject([
      { path: `docs/${RULES}`, reason: { code: 'ignore_pattern_bad', params: { path: `docs/${RULES}`, line: 2, pattern: 'broken[' } } },
    ]);
    await laptop.write(`docs/${RULES}`, '*.log\n*.bak\n');
    await world.settle();
    expect(await laptop.issues()).toEqual([]);
  });

  it('ignored after sync', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    await texts(laptop, ['build/a.txt', 'build/b.txt', 'src/a.txt']);
    await world.settle();
    await laptop.write(RULES, 'build/\n');
    await world.settle();
    // What is there stays, on every side; what is done to it from now on is nobody's business.
    await laptop.remove('build/a.txt');
    await laptop.write('build/new.txt', 'new');
    await desktop.write('build/b.txt', 'edited there');
    await world.settle();
    expect(await inCloud(laptop)).toEqual(['build/a.txt', 'build/b.txt', 'src/a.txt']);
    expect(await desktop.exists('build/a.txt')).toBe(true);
    expect(await laptop.read('build/b.txt')).toBe('text of build/b.txt');
    expect([...(await laptop.own('trash')), ...(await desktop.own('trash'))].filter((path) => path.endsWith('.txt'))).toEqual([]);
    const { rows } = await laptop.call('files.list', { path: 'build' });
    const state = (name: string): unknown => rows.find((row) => row.name === name);
    const rule = { state: 'ignored', reason: { code: 'ignored_by_rule', params: { rule: `${RULES}:1 build/` } } };
    expect(state('b.txt')).toMatchObject(rule);
    expect(state('new.txt')).toMatchObject(rule);
    expect(await laptop.call('files.explain', { path: 'build/new.txt' })).toMatchObject(rule);
  });

  it('edited while ignored, then un-ignored', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    await texts(laptop, ['notes/a.txt', 'notes/b.txt', 'notes/c.txt', 'notes/d.txt']);
    await world.settle();
    await laptop.write(RULES, 'notes/\n');
    await world.settle();
    await laptop.write('notes/a.txt', 'edited');
    await laptop.remove('notes/b.txt');
    await laptop.write('notes/new.txt', 'new');
    await desktop.remove('notes/c.txt');
    await world.settle();
    await laptop.remove(RULES);
    await world.settle();
    // An edit is an edit; what one side lost while nobody looked comes back to it.
    await world.expectSame({
      'notes/': '',
      'notes/a.txt': 'edited',
      'notes/b.txt': 'text of notes/b.txt',
      'notes/c.txt': 'text of notes/c.txt',
      'notes/d.txt': 'text of notes/d.txt',
      'notes/new.txt': 'new',
    });
    expect(await laptop.conflicts()).toEqual([]);
    expect(await laptop.questions()).toEqual([]);
  });

  it('rules edited on another device apply next cycle without deletes', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    await texts(laptop, ['build/a.txt', 'b.log']);
    await laptop.write(RULES, '*.log\n');
    await world.settle();
    await desktop.write(RULES, 'build/\n');
    await desktop.sync();
    // In the same cycle in which the rules come, what they leave out is not sent any more.
    await laptop.write('build/secret.txt', 'secret');
    await laptop.sync();
    expect(await inCloud(laptop)).toEqual(['b.log', 'build/a.txt']);
    await world.settle();
    expect(await laptop.exists('build/a.txt')).toBe(true);
    expect(await desktop.exists('build/a.txt')).toBe(true);
    expect(await desktop.read('b.log')).toBe('text of b.log');
    expect((await laptop.activity()).filter(({ kind }) => kind.startsWith('deleted'))).toEqual([]);
  });

  it('rules that are in the cloud already hold before anything of a new device is sent', async () => {
    await using opened = await worldOf('laptop');
    const { world } = opened;
    const [laptop] = opened.devices;
    await texts(laptop, ['secret/old.txt', 'plain.txt']);
    await laptop.sync();
    await laptop.write(RULES, 'secret/\n');
    await laptop.sync();
    const desktop = await world.device('desktop', {
      before: async (device) => {
        await mkdir(device.folder, { recursive: true });
        await texts(device, ['secret/mine.txt', 'other.txt']);
      },
    });
    await world.settle();
    expect(await inCloud(laptop)).toEqual(['other.txt', 'plain.txt', 'secret/old.txt']);
    expect(await desktop.read('secret/mine.txt')).toBe('text of secret/mine.txt');
    expect(await desktop.exists('secret/old.txt')).toBe(false);
  });

  it('hidden files', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    await texts(laptop, ['.hidden', '.config/a', 'plain']);
    await world.settle();
    expect(await inCloud(laptop)).toEqual(['.config/a', '.hidden', 'plain']);
    await laptop.write(RULES, '.*\n!.tidemarkignore\n');
    await texts(laptop, ['.new', 'docs/.new', 'docs/plain']);
    await world.settle();
    expect(await inCloud(laptop)).toEqual(['.config/a', '.hidden', 'docs/plain', 'plain']);
    expect(await desktop.exists('.hidden')).toBe(true);
  });

  it('ignoring a subtree never asks', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    await texts(
      laptop,
      Array.from({ length: 120 }, (_, index) => `many/${index}.txt`),
    );
    await world.settle();
    await laptop.write(RULES, 'many/\n');
    await world.settle();
    await laptop.remove('many');
    await world.settle();
    await laptop.restart();
    await world.settle();
    for (const device of [laptop, desktop]) expect(await device.questions()).toEqual([]);
    expect(await inCloud(laptop)).toHaveLength(120);
    await desktop.remove(RULES);
    await world.settle();
    for (const device of [laptop, desktop]) expect(await device.questions()).toEqual([]);
    expect(Object.keys(await world.expectSame())).toHaveLength(121);
  });

  it('a rule in the settings counts below the files, and holds after a restart', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop] = opened.devices;
    await laptop.call('settings.set', { key: 'ignore.rules', value: '*.log\n/cache/' });
    await laptop.write(RULES, '!wanted.log\n');
    await texts(laptop, ['a.log', 'wanted.log', 'cache/a', 'in/cache/a']);
    await world.settle();
    await laptop.restart();
    await world.settle();
    expect(await inCloud(laptop)).toEqual(['in/cache/a', 'wanted.log']);
    await expect(laptop.call('settings.set', { key: 'ignore.rules', value: 'ok\nbad[' })).rejects.toMatchObject({
      code: 'invalid_request',
      params: { problem: expect.stringContaining('line 2') as string },
    });
    await laptop.call('settings.set', { key: 'ignore.rules', value: '' });
    await world.settle();
    expect(await inCloud(laptop)).toEqual(['a.log', 'cache/a', 'in/cache/a', 'wanted.log']);
  });

  it('names are compared without case and composition, as everywhere', async () => {
    const paths = ['BUILD/x', 'Cafe\u0301.txt', 'plain.txt'];
    expect(await synced('build/\ncaf\u00e9.TXT\n', paths)).toEqual(['plain.txt']);
  });

  it.skipIf(asRoot)('rules that cannot be read are those that were known', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop] = opened.devices;
    await laptop.write(RULES, 'secret/\n');
    await texts(laptop, ['secret/a.txt', 'plain.txt']);
    await world.settle();
    await chmod(laptop.path(RULES), 0);
    await laptop.restart();
    await laptop.write('secret/b.txt', 'b');
    await laptop.sync();
    expect(await inCloud(laptop)).toEqual(['plain.txt']);
    expect(await laptop.issues()).toContainEqual(expect.objectContaining({ path: RULES }));
    await chmod(laptop.path(RULES), 0o644);
    await world.settle();
    expect(await inCloud(laptop)).toEqual(['plain.txt']);
    expect(await laptop.issues()).toEqual([]);
  });

  it('rules of more than 1 MiB are refused, and nothing of their folder is guessed at', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop] = opened.devices;
    await mkdir(laptop.path('docs'));
    await writeFile(laptop.path(`docs/${RULES}`), '# long\n'.repeat(200_000));
    await texts(laptop, ['docs/a.txt', 'b.txt']);
    await world.settle();
    expect(await inCloud(laptop)).toEqual(['b.txt']);
    expect(await laptop.issues()).toContainEqual(
      expect.objectContaining({ reason: expect.objectContaining({ code: 'rules_too_large' }) as object }),
    );
    await laptop.write(`docs/${RULES}`, '# short\n');
    await world.settle();
    expect(await inCloud(laptop)).toEqual(['b.txt', 'docs/a.txt']);
  });

  it('too many rules: nothing of their folder is sent or deleted by guess, each item says why, and fewer of them hold again', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    await laptop.write(`docs/${RULES}`, '*.log\n');
    await texts(laptop, ['docs/a.txt', 'docs/b.txt', 'docs/private/diary.txt', 'c.txt']);
    await world.settle();
    const many = Array.from({ length: 3000 }, (_, index) => `*.x${index}`).join('\n');
    await laptop.write(`docs/${RULES}`, `${many}\nprivate/\nsecret.txt\n`);
    await laptop.remove('docs/private/diary.txt');
    await texts(laptop, ['docs/secret.txt', 'd.txt']);
    await world.settle();
    expect(await inCloud(laptop)).toEqual(['c.txt', 'd.txt', 'docs/a.txt', 'docs/b.txt', 'docs/private/diary.txt']);
    for (const device of [laptop, desktop]) {
      const reason = { code: 'rules_too_many', params: { path: `docs/${RULES}` } };
      expect(await device.issues()).toMatchObject([{ path: `docs/${RULES}`, reason }]);
      expect(await device.call('files.explain', { path: 'docs/a.txt' })).toMatchObject({ state: 'error', reason });
    }
    await laptop.write(`docs/${RULES}`, 'private/\nsecret.txt\n');
    await world.settle();
    expect(await inCloud(laptop)).toEqual(['c.txt', 'd.txt', 'docs/a.txt', 'docs/b.txt', 'docs/private/diary.txt']);
    expect(await laptop.exists('docs/secret.txt')).toBe(true);
    expect(await desktop.exists('docs/private/diary.txt'), 'what was left out when it went is not deleted elsewhere').toBe(true);
    expect([await laptop.issues(), await desktop.issues()]).toEqual([[], []]);
  });

  it('too many rules are refused in the settings', async () => {
    await using opened = await worldOf('laptop');
    const [laptop] = opened.devices;
    const value = Array.from({ length: 3000 }, (_, index) => `*.x${index}`).join('\n');
    await expect(laptop.call('settings.set', { key: 'ignore.rules', value })).rejects.toMatchObject({
      code: 'invalid_request',
      params: { field: 'ignore.rules', problem: '20000 patterns, 2000 of them with wildcards, are the most' },
    });
  });

  it('a move into a place that is left out is a deletion for the others, the reverse a new item', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    await laptop.write(RULES, 'private/\n');
    await texts(laptop, ['a.txt', 'stays.txt', 'private/b.txt']);
    await world.settle();
    await laptop.rename('a.txt', 'private/a.txt');
    await laptop.rename('private/b.txt', 'b.txt');
    await world.settle();
    expect(await inCloud(laptop)).toEqual(['b.txt', 'stays.txt']);
    expect(await laptop.read('private/a.txt')).toBe('text of a.txt');
    expect(await desktop.exists('a.txt')).toBe(false);
    expect((await desktop.own('trash')).some((path) => path.endsWith('/a.txt'))).toBe(true);
    expect(await desktop.read('b.txt')).toBe('text of private/b.txt');
  });

  it('a folder that is deleted elsewhere stays with what is left out in it, and does not come and go', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    await laptop.write(RULES, 'build/\n');
    await texts(laptop, ['project/a.txt', 'project/build/out.o', 'stays.txt']);
    await world.settle();
    await texts(desktop, ['project/build/mine.o']);
    await desktop.sync();
    await laptop.remove('project');
    await world.settle();
    expect(await desktop.read('project/build/mine.o')).toBe('text of project/build/mine.o');
    expect(await desktop.exists('project/a.txt')).toBe(false);
    expect((await desktop.own('trash')).some((path) => path.endsWith('a.txt'))).toBe(true);
    const cost = await world.cost(() => world.settle());
    expect(cost.entries).toEqual([]);
    expect(await inCloud(laptop)).toEqual(['stays.txt']);
  });

  it('a folder that is moved elsewhere takes what is left out in it along', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    await laptop.write(RULES, 'build/\n');
    await texts(laptop, ['project/a.txt']);
    await world.settle();
    await texts(desktop, ['project/build/mine.o']);
    await desktop.sync();
    await laptop.rename('project', 'old/thing');
    await world.settle();
    expect(await desktop.read('old/thing/build/mine.o')).toBe('text of project/build/mine.o');
    expect(await desktop.exists('project')).toBe(false);
    expect(await inCloud(laptop)).toEqual(['old/thing/a.txt']);
  });

  it('a disk that is taken out while a rule goes deletes nothing', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop] = opened.devices;
    const paths = ['build/a.txt', 'build/b.txt', 'build/c.txt'];
    await texts(laptop, [...paths, ...Array.from({ length: 20 }, (_, index) => `${index}.txt`)]);
    // Newer than their folder: what is newer is taken up first.
    for (const path of paths) await laptop.touch(path, new Date(Date.now() + 60_000));
    await world.settle();
    await laptop.write(RULES, 'build\n');
    await world.settle();
    await laptop.write(RULES, '');
    const away = `${laptop.folder}-away`;
    const takenUp = new Set<unknown>();
    let out = false;
    laptop.disk.before = async (call, [path]) => {
      if (out || call !== 'stat') return;
      if (String(path).startsWith(laptop.path('build/'))) takenUp.add(path);
      if (path !== laptop.path('build') || takenUp.size < paths.length) return;
      out = true;
      await rename(laptop.folder, away);
      await mkdir(laptop.folder);
    };
    await expect(laptop.sync()).rejects.toMatchObject({ code: 'folder_replaced' });
    expect(out).toBe(true);
    await rmdir(laptop.folder);
    await rename(away, laptop.folder);
    await laptop.syncOnceFree();
    await world.settle();
    expect(laptop.traffic.entries.filter(({ op }) => op === 'delete')).toEqual([]);
    expect(await inCloud(laptop)).toHaveLength(23);
  });

  it('what is being sent when the rule comes does not arrive', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop] = opened.devices;
    await texts(laptop, ['private/diary.txt']);
    let written = false;
    laptop.traffic.before = async (call) => {
      if (call !== 'store' || written) return;
      written = true;
      await laptop.write(RULES, 'private\n');
      await laptop.call('sync.now', {});
      await until('the rule holds', async () => (await laptop.call('files.explain', { path: 'private/diary.txt' })).state === 'ignored');
    };
    await laptop.sync();
    expect(written).toBe(true);
    await world.settle();
    expect(await inCloud(laptop)).toEqual([]);
  });
});
