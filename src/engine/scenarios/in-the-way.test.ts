import { execFileSync } from 'node:child_process';
import { readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { twoWith } from './support/in-step.ts';
import { type Device, until, World } from './support/index.ts';

const RULES = '.tidemarkignore';
const LARGE = 2 * 1024 * 1024;

/** What is listed of items, with whether a next try is known; without what is only listed for information. */
const listed = async (device: Device): Promise<readonly string[]> =>
  (await device.issues())
    .filter(({ reason }) => !['symlink_skipped', 'special_skipped'].includes(reason.code))
    .map(({ path, reason, nextTryAt }) => `${reason.code} ${path}${nextTryAt === null ? '' : ', tried again'}`)
    .sort();

const explain = (device: Device, path: string) => device.call('files.explain', { path });

describe.concurrent('In the way', () => {
  it('a link in the place of a synced file is named, whatever the cloud does with the file, and it is not followed', async () => {
    await using at = await twoWith({ 'edited.txt': 'a', 'deleted.txt': 'a', 'moved.txt': 'a', 'other.txt': 'other' });
    const beyond = join(at.world.dir, 'private.txt');
    await writeFile(beyond, 'private');
    for (const path of ['edited.txt', 'deleted.txt', 'moved.txt']) {
      await rm(at.laptop.path(path));
      await symlink(beyond, at.laptop.path(path));
    }
    await at.laptop.sync();
    expect(await listed(at.laptop), 'nothing is left to do yet').toEqual([]);
    await at.desktop.write('edited.txt', 'edited');
    await at.desktop.remove('deleted.txt');
    await at.desktop.rename('moved.txt', 'moved elsewhere.txt');
    await at.desktop.sync();
    await at.laptop.sync();
    expect(await listed(at.laptop)).toEqual([
      'link_in_the_way deleted.txt, tried again',
      'link_in_the_way edited.txt, tried again',
      'link_in_the_way moved.txt, tried again',
    ]);
    expect(await explain(at.laptop, 'edited.txt')).toMatchObject({
      state: 'error',
      rule: 'special',
      reason: { code: 'link_in_the_way', params: { path: 'edited.txt' } },
      waiting: { kind: 'at' },
    });
    expect(await readFile(beyond, 'utf8')).toBe('private');
    // Gone, and all goes on at the next look, without a wait.
    for (const path of ['edited.txt', 'deleted.txt', 'moved.txt']) await rm(at.laptop.path(path));
    await at.world.settle();
    await at.world.expectSame({ 'edited.txt': 'edited', 'moved elsewhere.txt': 'a', 'other.txt': 'other' });
    expect(await listed(at.laptop)).toEqual([]);
  });

  it('a link that has the name of something new in the cloud is named, and the new one comes when it is gone', async () => {
    await using at = await twoWith({ 'other.txt': 'other' });
    for (const path of ['small.txt', 'large.bin', 'folder']) await symlink('nowhere', at.laptop.path(path));
    execFileSync('mkfifo', [at.laptop.path('pipe.txt')]);
    await at.laptop.sync();
    await at.desktop.write('small.txt', 'small');
    await at.desktop.write('pipe.txt', 'no pipe');
    await at.desktop.write('large.bin', new Uint8Array(LARGE));
    await at.desktop.write('folder/in it.txt', 'in it');
    await at.desktop.sync();
    await at.laptop.sync();
    expect(await listed(at.laptop)).toEqual([
      'link_in_the_way folder, tried again',
      'link_in_the_way large.bin, tried again',
      'link_in_the_way small.txt, tried again',
      'special_in_the_way pipe.txt, tried again',
    ]);
    expect(await explain(at.laptop, 'folder/in it.txt')).toMatchObject({
      state: 'waiting',
      rule: 'waits_for_other',
      reason: { code: 'link_in_the_way', params: { path: 'folder' } },
      waiting: { kind: 'other', items: ['folder'] },
    });
    for (const path of ['small.txt', 'large.bin', 'folder', 'pipe.txt']) await rm(at.laptop.path(path));
    await at.laptop.sync();
    await at.world.expectSame();
    expect(await listed(at.laptop)).toEqual([]);
  });

  it('what waits for a place comes at once when the place is free, without being asked', async () => {
    await using world = await World.open();
    const laptop = await world.device('laptop', { live: true });
    const desktop = await world.device('desktop');
    await symlink('nowhere', laptop.path('late.txt'));
    await until('the link is known', async () => (await laptop.issues()).length === 1);
    await desktop.write('late.txt', 'late');
    await desktop.sync();
    const codes = async (): Promise<readonly string[]> => listed(laptop);
    await until('it is in the way', async () => (await codes()).includes('link_in_the_way late.txt, tried again'));
    await rm(laptop.path('late.txt'));
    await until('it came', () => laptop.exists('late.txt'));
    await until('nothing is wrong any more', async () => (await codes()).length === 0);
  });

  it('large files are not fetched for a place that is not free', async () => {
    await using at = await twoWith({ 'other.txt': 'other' });
    await symlink('nowhere', at.laptop.path('large.bin'));
    await at.laptop.sync();
    const content = Uint8Array.from({ length: LARGE }, (_, index) => (index * 2_654_435_761) >>> 13);
    await at.desktop.write('large.bin', content);
    await at.desktop.sync();
    const { downBytes } = await at.laptop.traffic.cost(() => at.laptop.sync());
    expect(await listed(at.laptop)).toEqual(['link_in_the_way large.bin, tried again']);
    expect(downBytes).toBeLessThan(LARGE / 2);
  });

  it('a file of the cloud whose name a folder that is left out has here', async () => {
    await using at = await twoWith({ [RULES]: 'build/\n', 'other.txt': 'other' });
    await at.laptop.write('build/output.o', 'mine');
    await at.laptop.sync();
    await at.desktop.write('build', 'a file, so no rule leaves it out');
    await at.desktop.sync();
    await at.laptop.sync();
    expect(await listed(at.laptop)).toEqual(['name_left_out build, tried again']);
    expect(await at.laptop.read('build/output.o')).toBe('mine');
    await at.laptop.rename('build', 'out');
    await at.world.settle();
    expect(await at.laptop.read('build')).toBe('a file, so no rule leaves it out');
    expect(await listed(at.laptop)).toEqual([]);
  });

  it('a rules file that is a link here: what is new below it waits, and each of it says why', async () => {
    await using at = await twoWith({ 'docs/a.txt': 'a', 'other.txt': 'other' });
    await symlink('/dev/null', at.laptop.path(`docs/${RULES}`));
    await at.laptop.sync();
    await at.desktop.write(`docs/${RULES}`, '*.tmp\n');
    await at.desktop.write('docs/new there.txt', 'new');
    await at.desktop.write('docs/a.txt', 'edited');
    await at.desktop.sync();
    await at.laptop.write('docs/new here.txt', 'new');
    await at.laptop.write('elsewhere.txt', 'not below it');
    await at.laptop.sync();
    expect(await listed(at.laptop)).toEqual([`rules_in_the_way docs/${RULES}, tried again`]);
    expect(await at.laptop.read('docs/a.txt'), 'what was agreed on before goes on').toBe('edited');
    const reason = { code: 'rules_in_the_way', params: { path: `docs/${RULES}` } };
    for (const path of ['docs/new here.txt', 'docs/new there.txt']) {
      expect(await explain(at.laptop, path)).toMatchObject({
        state: 'waiting',
        rule: 'waits_for_other',
        reason,
        waiting: { kind: 'other', items: [`docs/${RULES}`] },
      });
    }
    const { rows } = await at.laptop.call('files.list', { path: 'docs' });
    expect(rows.flatMap((row) => (row.reason === null ? [] : [[row.name, row.state, row.reason.code]]))).toEqual([
      [RULES, 'error', 'rules_in_the_way'],
      ['new here.txt', 'waiting', 'rules_in_the_way'],
      ['new there.txt', 'waiting', 'rules_in_the_way'],
    ]);
    await rm(at.laptop.path(`docs/${RULES}`));
    await at.world.settle();
    await at.world.expectSame();
    expect(await listed(at.laptop)).toEqual([]);
  });

  it('a rules file that becomes a link: the last known rules hold, and nothing that they leave out is sent', async () => {
    await using at = await twoWith({ [RULES]: 'private/\n', 'other.txt': 'other' });
    await at.laptop.write('private/diary.txt', 'mine');
    await at.laptop.sync();
    const before = await at.desktop.tree();
    await rm(at.laptop.path(RULES));
    await symlink('/dev/null', at.laptop.path(RULES));
    await at.laptop.write('new.txt', 'new');
    await at.world.settle();
    await at.laptop.restart();
    await at.world.settle();
    expect(await at.desktop.tree()).toEqual({ ...before, 'new.txt': 'new' });
    expect(await at.laptop.read('private/diary.txt')).toBe('mine');
  });
});
