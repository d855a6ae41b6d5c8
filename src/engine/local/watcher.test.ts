import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CALM_MS, HintCounter, OVERFLOW_HINTS, WINDOW_MS } from './hint-counter.ts';
import { watchFolder } from './index.ts';

const WAIT = { timeout: 10_000, interval: 10 };

describe('watching a folder with the real watcher', () => {
  let root: string;
  let dirty: string[];
  let overflows: number;
  let failures: unknown[];
  let watch: { close(): Promise<void> };
  const at = (path: string): string => join(root, path);

  beforeEach(async () => {
    root = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'tidemark-watch-')));
    fs.mkdirSync(at('docs/deep'), { recursive: true });
    fs.mkdirSync(at('other'));
    fs.mkdirSync(at('.tidemark/tmp'), { recursive: true });
    fs.writeFileSync(at('docs/a.txt'), 'a');
    fs.writeFileSync(at('top.txt'), 'top');
    dirty = [];
    overflows = 0;
    failures = [];
    watch = await watchFolder(root, {
      dirty: (folder) => dirty.push(folder),
      overflow: (over) => (overflows += over ? 1 : 0),
      failed: (cause) => failures.push(cause),
    });
  });
  afterEach(async () => {
    await watch.close();
    fs.rmSync(root, { recursive: true, force: true });
  });

  const actions: [string, () => void, string[]][] = [
    ['a new file', () => fs.writeFileSync(at('docs/new'), ''), ['docs']],
    ['a new file at the top', () => fs.writeFileSync(at('new'), ''), ['']],
    ['a change', () => fs.appendFileSync(at('docs/a.txt'), 'more'), ['docs']],
    ['a touch', () => fs.utimesSync(at('docs/a.txt'), 1, 1), ['docs']],
    ['a rename', () => fs.renameSync(at('docs/a.txt'), at('docs/b.txt')), ['docs']],
    ['a move', () => fs.renameSync(at('docs/a.txt'), at('other/a.txt')), ['docs', 'other']],
    ['a removal', () => fs.rmSync(at('docs/a.txt')), ['docs']],
    ['a new folder', () => fs.mkdirSync(at('docs/folder')), ['docs', 'docs/folder']],
    ['a renamed folder', () => fs.renameSync(at('docs'), at('papers')), ['', 'papers', 'papers/deep']],
    ['a removed folder', () => fs.rmSync(at('docs'), { recursive: true }), ['']],
    ['a folder whose name looks temporary', () => fs.mkdirSync(at('draft~')), ['', 'draft~']],
    ['a link', () => fs.symlinkSync('docs', at('link')), ['']],
  ];
  it.each(actions)('%s marks its folder', async (_name, act, expected) => {
    act();
    await vi.waitFor(() => expect(dirty).toEqual(expect.arrayContaining(expected)), WAIT);
    expect([overflows, failures]).toEqual([0, []]);
  });

  it('misses nothing in folders that are made and filled at once', async () => {
    const expected: string[] = [];
    for (let index = 0; index < 40; index += 1) {
      const folder = `new${index}/one/two/three`;
      fs.mkdirSync(at(folder), { recursive: true });
      fs.writeFileSync(at(`${folder}/file`), '');
      expected.push(folder, `new${index}/one`, `new${index}`, '');
    }
    await vi.waitFor(() => expect(dirty).toEqual(expect.arrayContaining(expected)), WAIT);
  });

  it('goes on in a folder that was moved or is new', async () => {
    fs.renameSync(at('docs'), at('papers'));
    fs.mkdirSync(at('fresh/inner'), { recursive: true });
    await vi.waitFor(() => expect(dirty).toEqual(expect.arrayContaining(['papers/deep', 'fresh/inner'])), WAIT);
    dirty.length = 0;
    fs.writeFileSync(at('papers/deep/file'), '');
    fs.writeFileSync(at('fresh/inner/file'), '');
    await vi.waitFor(() => expect(dirty).toEqual(expect.arrayContaining(['papers/deep', 'fresh/inner'])), WAIT);
  });

  it('says nothing about its own folder, nor about what is behind a link', async () => {
    const outside = fs.mkdtempSync(join(tmpdir(), 'tidemark-outside-'));
    try {
      fs.symlinkSync(outside, at('other/link'));
      await vi.waitFor(() => expect(dirty).toContain('other'), WAIT);
      fs.writeFileSync(at('.tidemark/tmp/download'), '');
      fs.writeFileSync(join(outside, 'file'), '');
      fs.writeFileSync(at('docs/deep/last'), '');
      await vi.waitFor(() => expect(dirty).toContain('docs/deep'), WAIT);
      expect(dirty.filter((folder) => folder.startsWith('.tidemark') || folder.startsWith('other/'))).toEqual([]);
    } finally {
      fs.rmSync(outside, { recursive: true });
    }
  });

  it('calls a burst an overflow, and goes on afterwards', async () => {
    for (let index = 0; index < OVERFLOW_HINTS; index += 1) fs.writeFileSync(at(`docs/f${index}`), 'x');
    await vi.waitFor(() => expect(overflows).toBeGreaterThan(0), WAIT);
    expect(dirty.length).toBeLessThanOrEqual(OVERFLOW_HINTS);
    dirty.length = 0;
    await vi.waitFor(() => {
      fs.writeFileSync(at(`other/late`), '');
      expect(dirty).toContain('other');
    }, WAIT);
  });

  it('says that it failed when the folder goes away', async () => {
    fs.renameSync(root, `${root}-gone`);
    try {
      await vi.waitFor(() => expect(failures).toHaveLength(1), WAIT);
    } finally {
      fs.renameSync(`${root}-gone`, root);
    }
  });

  it('says nothing after it was closed, and leaves nothing open', async () => {
    const watches = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'FSEventWrap').length;
    expect(watches()).toBeGreaterThan(0);
    await watch.close();
    await vi.waitFor(() => expect(watches()).toBe(0), WAIT);
    dirty.length = 0;
    fs.writeFileSync(at('docs/late'), '');
    await new Promise((resolve) => setTimeout(resolve, 2 * CALM_MS));
    expect(dirty).toEqual([]);
    await watch.close();
  });
});

// Who may do anything may also read it.
describe.skipIf(process.getuid?.() === 0 || process.platform !== 'linux')('a folder that may not be read', () => {
  it.each(['', 'closed', 'closed/deep'])('is watched as soon as it may: %s', async (closed) => {
    const root = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'tidemark-closed-')));
    fs.mkdirSync(join(root, 'closed/deep/in'), { recursive: true });
    fs.chmodSync(join(root, closed), 0o300);
    const dirty: string[] = [];
    const failures: unknown[] = [];
    const listener = {
      dirty: (folder: string) => dirty.push(folder),
      overflow: () => undefined,
      failed: (cause: unknown) => failures.push(cause),
    };
    let watch = await watchFolder(root, listener);
    fs.writeFileSync(join(root, closed, 'meanwhile'), '');
    fs.chmodSync(join(root, closed), 0o700);
    if (closed === '') {
      // Nothing else tells that the whole folder may be read.
      expect(failures).toHaveLength(1);
      await watch.close();
      watch = await watchFolder(root, listener);
    } else {
      const below = ['closed', 'closed/deep', 'closed/deep/in'].filter((folder) => folder.startsWith(closed));
      await vi.waitFor(() => expect(dirty).toEqual(expect.arrayContaining(below)), WAIT);
      expect(failures).toEqual([]);
    }
    for (const folder of [closed, 'closed', 'closed/deep', 'closed/deep/in']) {
      await new Promise((resolve) => setTimeout(resolve, CALM_MS));
      dirty.length = 0;
      fs.writeFileSync(join(root, folder, 'later'), folder);
      await vi.waitFor(() => expect(dirty).toContain(folder), WAIT);
    }
    await watch.close();
    fs.rmSync(root, { recursive: true });
  });
});

describe('a folder that is not there', () => {
  it('is a failure, not a wait', async () => {
    const failures: unknown[] = [];
    const none = (): void => undefined;
    const watch = await watchFolder(join(tmpdir(), 'tidemark-not-there'), {
      dirty: none,
      overflow: none,
      failed: (cause) => failures.push(cause),
    });
    await watch.close();
    expect(failures).toHaveLength(1);
  });
});

describe('counting hints', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('lets single hints through, and tells of a burst once, when it is over', () => {
    let overflows = 0;
    const told: boolean[] = [];
    const counter = new HintCounter((over) => {
      told.push(over);
      if (over) overflows += 1;
    });
    for (let index = 0; index < OVERFLOW_HINTS; index += 1) expect(counter.isOverflowing()).toBe(false);
    expect(told).toEqual([]);
    expect(counter.isOverflowing()).toBe(true);
    expect(told, 'from here on hints are lost').toEqual([false]);
    for (let index = 0; index <= OVERFLOW_HINTS; index += 1) counter.isOverflowing();
    vi.advanceTimersByTime(CALM_MS);
    expect(overflows).toBe(0);
    expect(counter.isOverflowing()).toBe(true);
    vi.advanceTimersByTime(CALM_MS);
    expect(overflows).toBe(1);
    expect(counter.isOverflowing()).toBe(false);
    vi.advanceTimersByTime(10 * WINDOW_MS);
    expect(overflows).toBe(1);
  });

  it('does not call it a burst when many come over a long time', () => {
    const counter = new HintCounter(() => expect.unreachable());
    for (let round = 0; round < 10; round += 1) {
      for (let index = 0; index < OVERFLOW_HINTS / 2; index += 1) expect(counter.isOverflowing()).toBe(false);
      vi.advanceTimersByTime(WINDOW_MS);
    }
  });
});
