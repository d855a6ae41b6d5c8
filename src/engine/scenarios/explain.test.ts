import { execFileSync } from 'node:child_process';
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { hourMs } from '../../base/index.ts';
import type { Explanation } from '../../contract/index.ts';
import { asRoot, type Device, until, worldOf } from './support/index.ts';

const explain = (device: Device, path: string): Promise<Explanation> => device.call('files.explain', { path });

describe('Explain', () => {
  it('shows nothing on this device of what is left out and is gone from the disk', async () => {
    await using opened = await worldOf('laptop');
    const [laptop] = opened.devices;
    await laptop.write('logs/a.log', 'abc');
    await laptop.sync();
    await laptop.write('.tidemarkignore', 'logs/\n');
    await laptop.sync();
    expect(await explain(laptop, 'logs')).toMatchObject({ state: 'ignored', local: { kind: 'folder' } });
    await rm(laptop.path('logs'), { recursive: true });
    expect(await explain(laptop, 'logs')).toMatchObject({ state: 'ignored', local: null, remote: { kind: 'folder' } });
  });

  it('says of an item in step what all three trees hold', async () => {
    await using opened = await worldOf('laptop');
    const [laptop] = opened.devices;
    await laptop.write('Folder/a.txt', 'abc');
    await laptop.sync();
    const explained = await explain(laptop, 'Folder/a.txt');
    expect(explained).toMatchObject({
      path: 'Folder/a.txt',
      subject: 'item',
      state: 'synced',
      rule: 'agreed',
      reason: null,
      next: [],
      waiting: { kind: 'nothing' },
      local: { path: 'Folder/a.txt', sizeBytes: 3 },
      remote: { path: 'Folder/a.txt', sizeBytes: 3 },
      synced: { path: 'Folder/a.txt' },
    });
    expect(explained.local?.hash).toBe(explained.remote?.hash);
    expect(explained.synced?.revision).toBe(explained.remote?.revision);
    expect(explained.local?.modifiedMs).toBe(explained.remote?.modifiedMs);
  });

  it('takes a path in any of its forms, and knows what is not in the folder', async () => {
    await using opened = await worldOf('laptop');
    const [laptop] = opened.devices;
    await laptop.write('a.txt', 'abc');
    await laptop.sync();
    for (const path of [laptop.path('a.txt'), './a.txt', 'a.txt/'])
      expect(await explain(laptop, path)).toMatchObject({ path: 'a.txt', subject: 'item' });
    for (const path of ['', '.', laptop.folder]) expect(await explain(laptop, path)).toMatchObject({ subject: 'root', state: null });
    for (const path of ['/etc/hosts', '../a.txt', `${laptop.folder}x`]) {
      expect(await explain(laptop, path)).toMatchObject({ subject: 'outside', state: null, waiting: { kind: 'nothing' } });
    }
    expect(await explain(laptop, 'never.txt')).toMatchObject({ subject: 'nowhere', state: null, local: null });
    expect(await explain(laptop, '.tidemark/folder.json')).toMatchObject({ subject: 'own', rule: 'own_folder' });
    await laptop.call('folder.remove', { path: laptop.folder });
    expect(await explain(laptop, 'a.txt')).toMatchObject({
      subject: 'no_folder',
      reason: { code: 'folder_none' },
      waiting: { kind: 'setup' },
    });
  });

  it('names the rule and the next step of what is not in step yet', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    for (const name of ['edited here', 'edited there', 'both', 'moved', 'gone', 'gone but edited']) await laptop.write(name, name);
    await world.settle();
    await desktop.write('edited there', 'more of it');
    await desktop.write('both', 'the desktop was here');
    await desktop.rename('moved', 'Sub/moved there');
    await desktop.remove('gone');
    await desktop.remove('gone but edited');
    await desktop.write('new there', 'new');
    await desktop.sync();
    await laptop.call('sync.pause', { until: null });
    await laptop.write('edited here', 'more');
    await laptop.write('both', 'and the laptop');
    await laptop.write('gone but edited', 'still wanted');
    await laptop.write('new here', 'new');
    await laptop.call('sync.preview', {});
    const of = async (path: string) => {
      const { rule, next, waiting, subject } = await explain(laptop, path);
      return [subject, rule, ...next.map(({ step }) => step), waiting.kind];
    };
    expect(await of('edited there')).toEqual(['item', 'edited_there', 'download', 'paused']);
    expect(await of('edited here')).toEqual(['item', 'edited_here', 'upload', 'paused']);
    expect(await of('both')).toEqual(['item', 'both_edited', 'revive_local', 'paused']);
    expect(await of('moved')).toEqual(['item', 'waits_for_other', 'paused']);
    expect(await of('gone')).toEqual(['only_here', 'deleted_there', 'delete_local', 'paused']);
    expect(await of('gone but edited')).toEqual(['only_here', 'edit_beats_delete', 'revive_local', 'paused']);
    expect(await of('new there')).toEqual(['only_cloud', 'new_there', 'download', 'paused']);
    expect(await of('new here')).toEqual(['only_here', 'read_first', 'hash', 'paused']);
    expect((await explain(laptop, 'new here')).waiting.at).toBeNull();
    const until = Date.now() + hourMs;
    await laptop.call('sync.pause', { until });
    expect((await explain(laptop, 'new here')).waiting, 'a pause that ends by itself').toMatchObject({ kind: 'paused', at: until });
    await laptop.call('sync.resume', {});
    await world.settle();
    await world.expectSame();
    expect(await explain(laptop, 'gone')).toMatchObject({ subject: 'in_trash', state: null });
    expect((await explain(desktop, 'gone')).subject).toBe('deleted');
    for (const device of [laptop, desktop])
      expect(await explain(device, 'moved')).toMatchObject({ subject: 'moved', about: { above: 'Sub/moved there' }, state: null });
  });

  it('of what has another path now: it was moved, or a folder above it, or both; not of what is gone since', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    await laptop.write('Docs/2026/letter.txt', 'text');
    await laptop.write('Docs/2026/bill.txt', 'more text');
    await world.settle();
    await laptop.rename('Docs', 'Papers');
    await world.settle();
    await laptop.rename('Papers/2026/letter.txt', 'Papers/2026/a letter.txt');
    await laptop.remove('Papers/2026/bill.txt');
    await world.settle();
    for (const device of [laptop, desktop]) {
      const now = async (path: string) => {
        const { subject, about } = await explain(device, path);
        return [subject, about.above];
      };
      expect(await now('Docs')).toEqual(['moved', 'Papers']);
      expect(await now('Docs/2026')).toEqual(['moved', 'Papers/2026']);
      expect(await now('Papers/2026/letter.txt')).toEqual(['moved', 'Papers/2026/a letter.txt']);
      expect(await now('Docs/2026/letter.txt'), 'in two steps').toEqual(['moved', 'Papers/2026/a letter.txt']);
      expect((await now('Docs/2026/bill.txt'))[0]).not.toBe('moved');
    }
  });

  it('does not say of an undo of one’s own that another device deleted', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    await desktop.write('came.txt', 'text');
    await world.settle();
    const { rows } = await laptop.call('activity.list', { limit: 10 });
    const row = rows.find(({ path }) => path === 'came.txt');
    await laptop.call('activity.undo', { ids: [row?.id ?? 0] });
    await world.settle();
    expect(await explain(laptop, 'came.txt')).toMatchObject({ subject: 'in_trash', rule: null });
  });

  it('names the item that another one waits for', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    await world.settle();
    await desktop.write('Deep/er/file.txt', 'text');
    await desktop.sync();
    await laptop.call('sync.pause', { until: null });
    await laptop.call('sync.preview', {});
    // Nothing is under way while paused; what it would wait for without the pause is what the planner says.
    expect(await explain(laptop, 'Deep/er/file.txt')).toMatchObject({
      rule: 'waits_for_other',
      state: 'waiting',
      reason: { code: 'paused' },
    });
  });

  it('of links, of names that are no text, and of what lies below a link', async () => {
    await using opened = await worldOf('laptop');
    const [laptop] = opened.devices;
    await mkdir(`${laptop.folder}-elsewhere`);
    await writeFile(`${laptop.folder}-elsewhere/x.txt`, 'x');
    await symlink(`${laptop.folder}-elsewhere`, laptop.path('link'));
    await writeFile(Buffer.concat([Buffer.from(`${laptop.folder}/bad`), Buffer.from([0xff])]), 'x');
    execFileSync('mkfifo', [laptop.path('pipe')]);
    const result = await laptop.sync();
    expect(await explain(laptop, 'link')).toMatchObject({
      subject: 'skipped',
      rule: 'special',
      reason: { code: 'symlink_skipped' },
      waiting: { kind: 'nothing' },
    });
    expect(await explain(laptop, 'pipe')).toMatchObject({ subject: 'skipped', rule: 'special', reason: { code: 'special_skipped' } });
    expect(await explain(laptop, 'link/x.txt')).toMatchObject({
      subject: 'below',
      about: { above: 'link' },
      reason: { code: 'symlink_skipped' },
    });
    for (const shown of ['bad\\xff', 'bad\ufffd']) {
      expect(await explain(laptop, shown)).toMatchObject({
        path: 'bad\\xff',
        subject: 'skipped',
        reason: { code: 'name_not_utf8' },
        waiting: { kind: 'change' },
      });
    }
    // Links are listed for information; a name that is no text is something to repair.
    expect(result).toMatchObject({ issues: 1 });
    expect(await laptop.call('status.snapshot', {})).toMatchObject({ issues: 1, skipped: 2, state: 'attention' });
  });

  it('a link alone needs nobody', async () => {
    await using opened = await worldOf('laptop');
    const [laptop] = opened.devices;
    await symlink('/etc', laptop.path('link'));
    expect(await laptop.sync()).toMatchObject({ issues: 0 });
    expect(await laptop.issues()).toMatchObject([{ path: 'link', reason: { code: 'symlink_skipped' } }]);
    expect(await laptop.call('status.snapshot', {})).toMatchObject({ issues: 0, skipped: 1, state: 'up_to_date' });
  });

  it('of what is left out, and of what was not looked at yet', async () => {
    await using opened = await worldOf('laptop');
    const [laptop] = opened.devices;
    await laptop.write('~$report.docx', 'lock');
    await laptop.sync();
    expect(await explain(laptop, '~$report.docx')).toMatchObject({
      subject: 'ignored',
      state: 'ignored',
      rule: 'ignored',
      waiting: { kind: 'nothing' },
    });
    await laptop.write('unseen.txt', 'x');
    expect(await explain(laptop, 'unseen.txt')).toMatchObject({ subject: 'not_looked_at', state: 'waiting', waiting: { kind: 'quiet' } });
    await laptop.touch('unseen.txt', new Date(2020, 1, 1));
    expect(await explain(laptop, 'unseen.txt')).toMatchObject({ subject: 'not_looked_at', waiting: { kind: 'look' } });
    await laptop.sync();
    await laptop.write('unseen.txt', 'written to this very moment');
    expect(await explain(laptop, 'unseen.txt')).toMatchObject({ subject: 'item', rule: 'in_use', waiting: { kind: 'quiet' } });
  });

  it('of the two versions of a conflict', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    await laptop.write('a.txt', 'a');
    await world.settle();
    await laptop.write('a.txt', 'the laptop');
    await desktop.write('a.txt', 'the desktop');
    await laptop.sync();
    await desktop.sync();
    await world.settle();
    const [conflict] = await desktop.conflicts();
    for (const path of ['a.txt', conflict?.copyPath ?? '']) {
      expect(await explain(desktop, path)).toMatchObject({
        state: 'conflict',
        reason: { code: 'conflict_kept' },
        rule: 'agreed',
        waiting: { kind: 'choice' },
      });
    }
    expect(conflict?.currentDevice).toMatch(/^[0-9a-f]{32}$/);
    expect(conflict?.currentSizeBytes).toBe('the laptop'.length);
    expect(conflict?.copySizeBytes).toBe('the desktop'.length);
    expect(conflict?.currentAt).toBeGreaterThan(0);
  });

  it('of a deletion that waits for an answer, also of what lies in it', async () => {
    await using opened = await worldOf('laptop');
    const [laptop] = opened.devices;
    for (let index = 0; index < 12; index += 1) await laptop.write(`Folder/${index}.txt`, 'x');
    await laptop.sync();
    await laptop.remove('Folder');
    await laptop.sync();
    const [question] = await laptop.questions();
    for (const path of ['Folder', 'Folder/3.txt']) {
      expect(await explain(laptop, path)).toMatchObject({
        subject: 'only_cloud',
        state: 'waiting',
        rule: 'mass_deletion',
        reason: { code: 'mass_delete' },
        waiting: { kind: 'question', question: question?.id },
      });
    }
  });

  it('while the first merge is asked', async () => {
    await using opened = await worldOf('laptop');
    const { world } = opened;
    const [laptop] = opened.devices;
    await laptop.write('there.txt', 'there');
    await laptop.write('both.txt', 'from the laptop');
    await laptop.sync();
    const before = async (device: Device): Promise<void> => {
      await device.write('here.txt', 'here');
      await device.write('both.txt', 'the desktop');
    };
    const desktop = await world.device('desktop', { merge: false, before });
    expect(await explain(desktop, 'both.txt'), 'what the cloud has there is not hidden').toMatchObject({
      subject: 'namesakes',
      local: { sizeBytes: 11 },
      remote: { path: 'both.txt', sizeBytes: 15 },
    });
    for (const path of ['here.txt', 'there.txt']) {
      expect(await explain(desktop, path)).toMatchObject({
        state: 'waiting',
        rule: 'first_merge',
        reason: { code: 'first_merge' },
        waiting: { kind: 'question', question: 'first-merge' },
      });
    }
  });

  it('while the cloud cannot be reached, the folder is away, and signed out', async () => {
    await using opened = await worldOf('laptop');
    const { world } = opened;
    const [laptop] = opened.devices;
    await laptop.write('a.txt', 'a');
    await laptop.sync();
    await world.cloud.stop();
    await laptop.write('b.txt', 'b');
    await laptop.sync().catch(() => undefined);
    await until('b.txt was looked at', async () => (await explain(laptop, 'b.txt')).subject === 'only_here');
    expect(await explain(laptop, 'b.txt')).toMatchObject({ state: 'waiting', waiting: { kind: 'network' }, rule: 'read_first' });
    await world.cloud.start();
    // The answer is that of now, not the one of a moment ago.
    expect(await laptop.sync()).toMatchObject({ uploaded: 1 });

    await rename(laptop.folder, `${laptop.folder}-away`);
    await laptop.sync().catch(() => undefined);
    expect(await explain(laptop, '')).toMatchObject({ subject: 'root', reason: { code: 'folder_missing' }, waiting: { kind: 'folder' } });
    await rename(`${laptop.folder}-away`, laptop.folder);
    await laptop.sync();
    expect(await explain(laptop, '')).toMatchObject({ subject: 'root', reason: null });

    await laptop.call('account.signOut', {});
    await laptop.write('c.txt', 'c');
    expect(await explain(laptop, 'c.txt')).toMatchObject({ subject: 'not_looked_at', waiting: { kind: 'sign_in' } });
    expect(await explain(laptop, 'a.txt')).toMatchObject({ state: 'synced', rule: 'agreed' });
  });

  it('never says synced of what cannot be seen: the folder is away, or one above is a link', async () => {
    await using opened = await worldOf('laptop');
    const [laptop] = opened.devices;
    await laptop.write('Folder/a.txt', 'a');
    await laptop.write('b.txt', 'b');
    await laptop.sync();
    const aside = `${laptop.folder}-away`;
    await rename(laptop.folder, aside);
    // Before any look, after one, and while nothing syncs.
    const expectAway = async (code: string): Promise<void> => {
      for (const path of ['b.txt', 'Folder', 'Folder/a.txt']) {
        expect(await explain(laptop, path)).toMatchObject({
          subject: 'item',
          state: 'waiting',
          rule: 'unknown_not_deleted',
          reason: { code, params: { path: laptop.folder } },
          next: [],
        });
      }
      expect(await explain(laptop, 'never seen.txt')).toMatchObject({
        subject: 'below',
        about: { above: laptop.folder },
        reason: { code },
        waiting: { kind: 'folder' },
      });
      expect(await explain(laptop, '')).toMatchObject({ subject: 'root', reason: { code }, waiting: { kind: 'folder' } });
    };
    await expectAway('folder_missing');
    expect(await explain(laptop, 'b.txt')).toMatchObject({ waiting: { kind: 'folder' } });
    await laptop.sync().catch(() => undefined);
    await expectAway('folder_missing');
    await mkdir(laptop.folder);
    await expectAway('folder_replaced');
    await rm(laptop.folder, { recursive: true });
    await rename(aside, laptop.folder);
    await laptop.syncOnceFree();
    expect(await explain(laptop, 'b.txt')).toMatchObject({ state: 'synced', rule: 'agreed' });

    await rename(laptop.path('Folder'), aside);
    await symlink(aside, laptop.path('Folder'));
    const expectLinked = async (): Promise<void> => {
      expect(await explain(laptop, 'Folder/a.txt')).toMatchObject({
        state: 'waiting',
        rule: 'unknown_not_deleted',
        reason: { code: 'path_not_plain', params: { path: 'Folder' } },
        waiting: { kind: 'change' },
      });
    };
    await expectLinked();
    expect(await explain(laptop, 'Folder')).toMatchObject({ state: 'waiting', rule: 'special', waiting: { kind: 'look' } });
    await laptop.sync();
    await expectLinked();
    expect(await explain(laptop, 'Folder')).toMatchObject({ state: 'error', rule: 'special', reason: { code: 'symlink_skipped' } });
    await rm(laptop.path('Folder'));
    await rename(aside, laptop.path('Folder'));

    await rm(laptop.path('b.txt'));
    expect(await explain(laptop, 'b.txt')).toMatchObject({ subject: 'item', state: 'waiting', waiting: { kind: 'look' } });
  });

  it.skipIf(asRoot)('of what lies below a folder that was closed since the last look', async () => {
    await using opened = await worldOf('laptop');
    const [laptop] = opened.devices;
    await laptop.write('Closed/in/a.txt', 'a');
    await laptop.sync();
    await laptop.chmod('Closed', 0o000);
    try {
      for (const path of ['Closed/in/a.txt', 'Closed/in']) {
        expect(await explain(laptop, path)).toMatchObject({
          subject: 'item',
          state: 'waiting',
          rule: 'unknown_not_deleted',
          reason: { code: 'no_permission', params: { path: 'Closed' } },
        });
      }
      expect(await explain(laptop, 'Closed/new.txt')).toMatchObject({ subject: 'below', about: { above: 'Closed' } });
    } finally {
      await laptop.chmod('Closed', 0o755);
    }
    expect(await explain(laptop, 'Closed/in/a.txt')).toMatchObject({ state: 'synced' });
  });

  it.skipIf(asRoot)('below a folder that cannot be read', async () => {
    await using opened = await worldOf('laptop');
    const [laptop] = opened.devices;
    await laptop.write('Closed/a.txt', 'a');
    await laptop.sync();
    await laptop.chmod('Closed', 0o000);
    try {
      await laptop.sync();
      expect(await explain(laptop, 'Closed/a.txt')).toMatchObject({
        rule: 'unknown_not_deleted',
        reason: { code: 'no_permission' },
        subject: 'item',
      });
      expect(await explain(laptop, 'Closed/new.txt')).toMatchObject({
        subject: 'below',
        about: { above: 'Closed' },
        rule: 'unknown_not_deleted',
      });
    } finally {
      await laptop.chmod('Closed', 0o755);
    }
  });

  it('asks about one item only, however much is left to do', async () => {
    await using opened = await worldOf('laptop');
    const [laptop] = opened.devices;
    await laptop.call('sync.pause', { until: null });
    for (let index = 0; index < 2000; index += 1) await laptop.write(`Many/${index % 20}/${index}.txt`, 'x');
    await laptop.call('sync.preview', { limit: 0 });
    const begun = performance.now();
    for (let index = 0; index < 200; index += 1) await explain(laptop, `Many/${index % 20}/${index}.txt`);
    expect((performance.now() - begun) / 200).toBeLessThan(20);
  });
});
