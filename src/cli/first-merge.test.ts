import { readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { devicesOfOneCloud } from './testing/devices.ts';

const device = devicesOfOneCloud('first');

describe('a folder that is not empty meets a cloud that is not', () => {
  it('without a running engine: asked with exit code 7, shown by a dry run, answered', async () => {
    const one = await device('one', 'sign-up');
    await writeFile(join(one.files, 'report.txt'), 'from one');
    await writeFile(join(one.files, 'only one.txt'), 'one');
    expect((await one.run('folder', 'add', one.files)).exit).toBe(0);
    expect((await one.run('sync', '--wait')).exit).toBe(0);

    const two = await device('two', 'sign-in');
    await writeFile(join(two.files, 'report.txt'), 'from two, later');
    await writeFile(join(two.files, 'only two.txt'), 'two');
    expect((await two.run('folder', 'add', two.files)).exit).toBe(0);
    const dry = await two.run('sync', '--dry-run');
    expect(dry.exit, dry.err).toBe(7);
    expect(dry.out).toMatch(/upload 2 files/);
    expect(dry.out).toMatch(/download 2 files/);
    expect(dry.out).toMatch(/report\.txt -> report \(conflict, .*\)\.txt/);
    const short = await two.run('sync', '--dry-run', '--limit', '1', '--json');
    expect(short.json()).toMatchObject({ operations: [{}], more: 4, counts: { upload: { files: 2 }, conflicts: 1 } });

    const asked = await two.run('sync', '--wait');
    expect([asked.exit, asked.out], asked.err).toEqual([7, expect.stringContaining('tidemark questions answer first-merge merge|cancel')]);
    expect((await readdir(two.files)).sort()).toEqual(['.tidemark', 'only two.txt', 'report.txt']);
    const listed = await two.run('questions', 'list');
    expect(listed.out).toContain('only here, to upload:     1 file (3 B)');
    expect(listed.out).toContain('different, both kept:     1 item, e.g. report.txt');
    const why = await two.run('explain', join(two.files, 'only two.txt'));
    expect(why.out).toMatch(/rule 14 .*\[first_merge\]/);
    const wrong = await two.run('questions', 'answer', 'first-merge', 'keep');
    expect([wrong.exit, wrong.err]).toEqual([2, expect.stringContaining('this question takes merge or cancel')]);

    expect((await two.run('questions', 'answer', 'first-merge', 'merge')).exit).toBe(0);
    const merged = await two.run('sync', '--wait');
    expect(merged.exit, merged.out + merged.err).toBe(0);
    expect(await readFile(join(two.files, 'report.txt'), 'utf8')).toBe('from one');
    expect((await readdir(two.files)).filter((name) => name.includes('conflict'))).toHaveLength(1);
    const shown = await two.run('conflicts', 'list', '--json');
    const id = String((shown.json()['rows'] as readonly { readonly id: string }[])[0]?.id);
    const conflict = await two.run('conflicts', 'show', id);
    expect(conflict.out).toMatch(/VERSION +DEVICE +WHEN +SIZE +PATH/);
    expect(conflict.out).toMatch(/current +\S.* 8 B +report\.txt/);
  }, 120_000);

  it('--merge answers beforehand; a link alone is no failure; status says that no engine runs', async () => {
    const three = await device('three', 'sign-up', 'three@example.org');
    await writeFile(join(three.files, 'only three.txt'), 'three');
    await symlink('/etc', join(three.files, 'link'));
    expect((await three.run('folder', 'add', three.files, '--merge')).exit).toBe(0);
    const synced = await three.run('sync', '--wait');
    expect([synced.exit, synced.out], synced.err).toEqual([0, expect.stringContaining('skipped: link')]);
    const issues = await three.run('issues');
    expect([issues.exit, issues.out]).toEqual([0, expect.stringContaining('skipped: ')]);
    const status = await three.run('status');
    expect(status.out).toContain('No engine is running');
    expect(status.out).toContain('1 item skipped');
    expect((await three.run('status', '--json')).json()).toMatchObject({ engineRunning: false, issues: 0, skipped: 1 });
    for (const [path, says] of [
      ['link', 'special'],
      ['link/hosts', 'below “link”'],
      ['nowhere.txt', 'Nothing of this name'],
      ['/etc/hosts', 'outside the folder'],
      ['.', 'The folder itself.'],
    ] as const) {
      const explained = await three.run('explain', path);
      expect([explained.exit, explained.out], explained.err).toEqual([0, expect.stringContaining(says)]);
    }
  }, 120_000);
});
