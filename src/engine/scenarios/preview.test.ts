import { describe, expect, it } from 'vitest';
import { twoWith } from './support/in-step.ts';
import { asRoot, type Device } from './support/index.ts';

const RULES = '.tidemarkignore';

const foreseen = async (device: Device): Promise<readonly string[]> => {
  const { operations } = await device.call('sync.preview', {});
  return operations.map(({ kind, path }) => `${kind} ${path}`).sort();
};

describe.concurrent('Preview', () => {
  it('shows what comes back when a rules file is deleted elsewhere, to both sides, and then it is so', async () => {
    await using at = await twoWith({ 'docs/a.log': 'a', 'docs/b.log': 'b', 'docs/c.txt': 'c' });
    await at.laptop.write(`docs/${RULES}`, '*.log\nprivate/\n');
    await at.world.settle();
    await at.laptop.remove('docs/a.log');
    await at.laptop.write('docs/same.log', 'the same on both');
    await at.desktop.write('docs/same.log', 'the same on both');
    await at.laptop.write('docs/private/diary.txt', 'mine');
    await at.world.settle();
    await at.laptop.call('sync.pause', { until: null });
    await at.desktop.remove(`docs/${RULES}`);
    await at.desktop.sync();
    const before = await at.laptop.tree();
    expect(await foreseen(at.laptop)).toEqual([
      `delete_local docs/${RULES}`,
      'download docs/a.log',
      'mkdir_remote docs/private',
      'upload docs/private/diary.txt',
    ]);
    expect(await at.laptop.tree(), 'looking changes nothing').toEqual(before);
    await at.laptop.call('sync.resume', {});
    await at.world.settle();
    await at.world.expectSame({
      'docs/': '',
      'docs/a.log': 'a',
      'docs/b.log': 'b',
      'docs/c.txt': 'c',
      'docs/same.log': 'the same on both',
      'docs/private/': '',
      'docs/private/diary.txt': 'mine',
    });
  });

  it('tells a file that was only touched from one that was edited, where it was deleted elsewhere', async () => {
    await using at = await twoWith({ 'touched.txt': 'a', 'edited.txt': 'b', 'stays.txt': 'c' });
    await at.laptop.call('sync.pause', { until: null });
    await at.desktop.remove('touched.txt');
    await at.desktop.remove('edited.txt');
    await at.desktop.sync();
    await at.laptop.write('touched.txt', 'a');
    await at.laptop.write('edited.txt', 'edited');
    expect(await foreseen(at.laptop)).toEqual(['delete_local touched.txt', 'upload edited.txt']);
    await at.laptop.call('sync.resume', {});
    await at.world.settle();
    await at.world.expectSame({ 'edited.txt': 'edited', 'stays.txt': 'c' });
  });

  it.skipIf(asRoot)('does not call a file an upload that cannot be read, and says why', async () => {
    await using at = await twoWith({ 'edited.txt': 'a' });
    await at.laptop.write('edited.txt', 'edited');
    for (const path of ['closed.txt', 'closed and empty.txt']) await at.laptop.write(path, path === 'closed.txt' ? 'closed' : '');
    await at.laptop.write('open.txt', 'open');
    for (const path of ['edited.txt', 'closed.txt', 'closed and empty.txt']) await at.laptop.chmod(path, 0o000);
    const { operations, blocked, counts } = await at.laptop.call('sync.preview', {});
    expect(operations.map(({ kind, path }) => `${kind} ${path}`)).toEqual(['upload open.txt']);
    expect(counts).toMatchObject({ upload: { files: 1, bytes: 4 }, blocked: 3 });
    expect(blocked.map(({ path, reason }) => `${reason.code} ${path}`).sort()).toEqual([
      'no_permission closed and empty.txt',
      'no_permission closed.txt',
      'no_permission edited.txt',
    ]);
    await at.laptop.sync();
    expect(await at.laptop.issues()).toHaveLength(3);
    expect(await foreseen(at.laptop)).toEqual([]);
  });
});
