import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { someBytes, until, worldOf, World } from './support/index.ts';

describe('Basics', () => {
  it('empty on both sides sends nothing', async () => {
    await using world = await World.open();
    const cost = await world.cost(async () => {
      await world.device('laptop');
      await world.device('desktop');
      await world.settle();
    });
    expect(cost).toMatchObject({ upBytes: 0, downBytes: 0, entries: [] });
    await world.expectSame({});
  });

  it('new local file up', async () => {
    await using opened = await worldOf('laptop');
    const [laptop] = opened.devices;
    await laptop.write('report.txt', 'hello');
    expect(await laptop.sync()).toEqual({ uploaded: 1, downloaded: 0, issues: 0, skipped: 0, questions: 0, conflicts: 0 });
    await opened.world.expectSame({ 'report.txt': 'hello' });
  });

  it('new remote file down', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const [laptop, desktop] = opened.devices;
    await laptop.write('Plans/summer.txt', 'to the sea');
    await laptop.sync();
    expect(await desktop.sync()).toMatchObject({ uploaded: 0, downloaded: 2, issues: 0 });
    await opened.world.expectSame({ 'Plans/': '', 'Plans/summer.txt': 'to the sea' });
  });

  it('the same content on both before the first sync: no transfer, no conflict', async () => {
    await using opened = await worldOf('laptop');
    const { world } = opened;
    const [laptop] = opened.devices;
    const large = someBytes(3_000_000);
    await laptop.write('Photos/large.bin', large);
    await laptop.write('notes.txt', 'same here');
    await laptop.write('empty.txt', '');
    await laptop.mkdir('Empty');
    await laptop.sync();

    const cost = await world.cost(async () => {
      const desktop = await world.device('desktop', {
        before: async (one) => {
          await one.write('Photos/large.bin', large);
          await one.write('notes.txt', 'same here');
          await one.write('empty.txt', '');
          await one.mkdir('Empty');
          // Time stamps decide nothing.
          await one.touch('notes.txt', new Date('2020-02-02'));
        },
      });
      expect(await desktop.conflicts()).toEqual([]);
    });
    expect(cost).toMatchObject({ upBytes: 0, downBytes: 0, entries: [] });
    await world.expectSame();
  });

  it('deep tree, empty folders, 0-byte files', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const [laptop] = opened.devices;
    const deep = Array.from({ length: 40 }, (_, level) => `level ${level}`).join('/');
    await laptop.write(`${deep}/at the bottom.txt`, 'deep');
    await laptop.mkdir('Empty/also empty/still empty');
    await laptop.write('nothing.txt', '');
    await laptop.write('Folder/nothing either.txt', '');
    await opened.world.settle();
    const tree = await opened.world.expectSame();
    expect(tree).toMatchObject({
      [`${deep}/at the bottom.txt`]: 'deep',
      'Empty/also empty/still empty/': '',
      'nothing.txt': '',
      'Folder/nothing either.txt': '',
    });
  });

  it('thousands in one cycle', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    const count = 2000;
    for (let folder = 0; folder < 20; folder += 1) await laptop.mkdir(`Folder ${folder}`);
    await Promise.all(
      Array.from({ length: count }, (_, index) => laptop.write(`Folder ${index % 20}/file ${index}.txt`, `content ${index}`)),
    );
    const up = await world.cost(async () => expect(await laptop.sync()).toMatchObject({ uploaded: count + 20, issues: 0 }));
    const down = await world.cost(async () => expect(await desktop.sync()).toMatchObject({ downloaded: count + 20, issues: 0 }));
    // In batches, not one request a file.
    expect((up.calls.store ?? 0) + (up.calls.missing ?? 0) + (up.calls.commit ?? 0)).toBeLessThan(count / 10);
    expect(down.calls.fetch).toBeLessThan(count / 10);
    expect(Object.keys(await world.expectSame())).toHaveLength(count + 20);
  });

  it('the union of distinct adds', async () => {
    await using opened = await worldOf('laptop', 'desktop', 'tablet');
    const [laptop, desktop, tablet] = opened.devices;
    await laptop.write('Shared/laptop.txt', 'l');
    await laptop.write('Shared/Deep/laptop.txt', 'l');
    await desktop.write('Shared/desktop.txt', 'd');
    await desktop.write('Shared/Deep/desktop.txt', 'd');
    await tablet.mkdir('Shared/Deep');
    await tablet.write('tablet.txt', 't');
    await opened.world.settle();
    await opened.world.expectSame({
      'Shared/': '',
      'Shared/Deep/': '',
      'Shared/Deep/desktop.txt': 'd',
      'Shared/Deep/laptop.txt': 'l',
      'Shared/desktop.txt': 'd',
      'Shared/laptop.txt': 'l',
      'tablet.txt': 't',
    });
  });

  it('modify up, modify down', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    await laptop.write('report.txt', 'one');
    await laptop.write('other.txt', 'stays');
    await world.settle();
    const before = await desktop.stat('other.txt');

    await laptop.write('report.txt', 'two, and longer');
    expect(await laptop.sync()).toMatchObject({ uploaded: 1 });
    expect(await desktop.sync()).toMatchObject({ downloaded: 1 });
    await world.expectSame({ 'other.txt': 'stays', 'report.txt': 'two, and longer' });

    await desktop.write('report.txt', '3');
    await world.settle();
    await world.expectSame({ 'other.txt': 'stays', 'report.txt': '3' });
    const after = await desktop.stat('other.txt');
    for (const field of ['ino', 'mode', 'mtimeNs', 'ctimeNs'] as const) expect(after[field], field).toBe(before[field]);
  });

  it('a small edit of a large file moves a part of it', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop] = opened.devices;
    const bytes = someBytes(12_000_000);
    await laptop.write('film.bin', bytes);
    await world.settle();
    bytes.write('an edit in the middle', 6_000_000);
    await laptop.write('film.bin', bytes);
    const cost = await world.cost(() => world.settle());
    expect(cost.upBytes).toBeGreaterThan(0);
    expect(cost.upBytes).toBeLessThan(bytes.length / 2);
    expect(cost.downBytes).toBeLessThan(bytes.length / 2);
    await world.expectSame();
  });

  it('a save by swapping files is one modification', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop] = opened.devices;
    await laptop.write('report.txt', 'one');
    await world.settle();
    const node = (await laptop.cloudNodes()).get('report.txt');
    await laptop.saveBySwap('report.txt', 'two');
    const cost = await world.cost(() => world.settle());
    expect(cost.entries).toMatchObject([{ op: 'put', id: node?.id, base: node?.revision }]);
    await world.expectSame({ 'report.txt': 'two' });
  });

  it('truncate to 0, grow from 0', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    await laptop.write('log.txt', 'full of words');
    await world.settle();
    await laptop.write('log.txt', '');
    await world.settle();
    await world.expectSame({ 'log.txt': '' });
    await desktop.append('log.txt', 'words again');
    await world.settle();
    await world.expectSame({ 'log.txt': 'words again' });
  });

  it('a touch without change uploads nothing', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop] = opened.devices;
    await laptop.write('report.txt', 'hello');
    await laptop.write('large.bin', someBytes(2_000_000));
    await world.settle();
    await laptop.touch('report.txt', new Date('2031-01-01'));
    await laptop.touch('large.bin');
    const rewritten = await laptop.read('report.txt');
    await laptop.write('report.txt', rewritten);
    const cost = await world.cost(() => world.settle());
    expect(cost).toMatchObject({ upBytes: 0, downBytes: 0, entries: [] });
    await world.expectSame();
  });

  it('a size change within the same second is seen', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop] = opened.devices;
    const second = new Date('2025-05-05T05:05:05Z');
    await laptop.write('report.txt', 'short');
    await laptop.touch('report.txt', second);
    await world.settle();
    await laptop.write('report.txt', 'not so short');
    await laptop.touch('report.txt', second);
    await world.settle();
    await world.expectSame({ 'report.txt': 'not so short' });
  });

  it('a change that keeps the size and the time stamp is seen', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop] = opened.devices;
    const second = new Date('2025-05-05T05:05:05Z');
    await laptop.write('report.txt', 'black');
    await laptop.touch('report.txt', second);
    await world.settle();
    await laptop.write('report.txt', 'white');
    await laptop.touch('report.txt', second);
    await world.settle();
    await world.expectSame({ 'report.txt': 'white' });
  });

  it('a backdated edit is uploaded', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop] = opened.devices;
    await laptop.write('report.txt', 'new');
    await world.settle();
    await laptop.write('report.txt', 'from the archive');
    await laptop.touch('report.txt', new Date('1999-12-31'));
    await world.settle();
    await world.expectSame({ 'report.txt': 'from the archive' });
  });

  it.each([
    ['future', new Date('2099-01-01')],
    ['epoch', new Date(0)],
    ['pre-epoch', new Date('1955-11-05')],
  ])('%s mtime does not loop', async (_, at) => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop] = opened.devices;
    await laptop.write('report.txt', 'hello');
    await laptop.touch('report.txt', at);
    await world.settle();
    await world.expectSame({ 'report.txt': 'hello' });
    await laptop.write('report.txt', 'hello again');
    await laptop.touch('report.txt', at);
    await world.settle();
    await world.expectSame({ 'report.txt': 'hello again' });
  });

  it('clocks that are years apart decide nothing', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    const year = 365 * 86_400_000;
    await laptop.write('report.txt', 'one');
    await world.settle();
    laptop.skewMs = -3 * year;
    desktop.skewMs = 2 * year;
    await desktop.write('report.txt', 'two');
    await world.settle();
    await laptop.write('report.txt', 'three');
    await world.settle();
    await world.expectSame({ 'report.txt': 'three' });
  });

  it("an upload leaves the local file's metadata alone", async () => {
    await using opened = await worldOf('laptop');
    const [laptop] = opened.devices;
    await laptop.write('report.txt', 'hello');
    await laptop.chmod('report.txt', 0o640);
    await laptop.touch('report.txt', new Date('2024-04-04'));
    const before = await laptop.stat('report.txt');
    await laptop.sync();
    const after = await laptop.stat('report.txt');
    for (const field of ['ino', 'mode', 'uid', 'gid', 'size', 'mtimeNs', 'ctimeNs', 'birthtimeNs', 'nlink'] as const) {
      expect(after[field], field).toBe(before[field]);
    }
  });

  it('a download carries the time stamp and the executable bit', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    await laptop.write('run.sh', '#!/bin/sh\n');
    await laptop.chmod('run.sh', 0o755);
    await laptop.write('plain.txt', 'plain');
    await laptop.touch('plain.txt', new Date('2024-04-04T04:04:04Z'));
    await world.settle();
    expect((await desktop.stat('run.sh')).mode & 0o100n).toBe(0o100n);
    expect((await desktop.stat('plain.txt')).mode & 0o111n).toBe(0n);
    expect((await desktop.stat('plain.txt')).mtimeMs).toBe(BigInt(Date.parse('2024-04-04T04:04:04Z')));
  });

  it('permissions survive an overwrite and reach the conflict version', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    await laptop.write('secret.txt', 'one');
    await world.settle();
    await desktop.chmod('secret.txt', 0o600);
    await laptop.write('secret.txt', 'two');
    await world.settle();
    expect(await desktop.read('secret.txt')).toBe('two');
    expect((await desktop.stat('secret.txt')).mode & 0o777n).toBe(0o600n);

    await laptop.write('secret.txt', "the laptop's");
    await desktop.write('secret.txt', "the desktop's");
    await laptop.sync();
    await world.settle();
    const [conflict] = await desktop.conflicts();
    expect(conflict).toMatchObject({ path: 'secret.txt', device: 'desktop' });
    expect(await desktop.read('secret.txt')).toBe("the laptop's");
    expect(await desktop.read(conflict?.copyPath ?? '')).toBe("the desktop's");
    expect((await desktop.stat('secret.txt')).mode & 0o777n).toBe(0o600n);
    expect((await desktop.stat(conflict?.copyPath ?? '')).mode & 0o777n).toBe(0o600n);
    await world.expectSame();
  });

  it('ten rapid edits end at the last', async () => {
    await using world = await World.open();
    const laptop = await world.device('laptop', { live: true });
    const desktop = await world.device('desktop', { live: true });
    for (let edit = 1; edit <= 10; edit += 1) {
      await laptop.write('report.txt', `edit ${edit} ${'and more '.repeat(edit)}`);
      // As fast as a person who saves again and again, sometimes in the middle of an upload.
      if (edit % 3 === 0) await laptop.sync();
    }
    await world.settle();
    const last = `edit 10 ${'and more '.repeat(10)}`;
    await world.expectSame({ 'report.txt': last });
    expect(await readFile(desktop.path('report.txt'), 'utf8')).toBe(last);
    expect(await desktop.conflicts()).toEqual([]);
  });

  it('an edit that reaches the cloud while another one is being sent is not overwritten', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    await laptop.write('report.txt', 'the first');
    await world.settle();
    await laptop.write('report.txt', "the laptop's");
    await desktop.write('report.txt', "the desktop's");
    // The laptop has read that the file changed in the cloud before it commits its own, but after it began to send it.
    laptop.traffic.before = async (call) => {
      if (call !== 'store') return;
      laptop.traffic.before = () => undefined;
      await desktop.sync();
      const reads = laptop.traffic.calls.get('delta') ?? 0;
      await laptop.call('sync.now', {});
      await until('the laptop reads the feed', () => (laptop.traffic.calls.get('delta') ?? 0) > reads);
      await until(
        'and has it',
        async () => (await laptop.call('files.explain', { path: 'report.txt' })).remote?.sizeBytes === "the desktop's".length,
      );
    };
    await world.settle();
    const tree = await world.expectSame();
    expect(tree['report.txt']).toBe("the desktop's");
    expect(Object.values(tree).sort()).toEqual(["the desktop's", "the laptop's"]);
    expect(await desktop.conflicts()).toMatchObject([{ path: 'report.txt', device: 'laptop' }]);
  });
});
