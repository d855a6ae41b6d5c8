import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FolderWatcher } from './folder-watcher.ts';

describe('the watcher of folders', () => {
  let root: string;
  beforeEach(() => {
    root = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'tidemark-folders-')));
    for (const folder of ['a/b/c', 'd']) fs.mkdirSync(join(root, folder), { recursive: true });
    for (const file of ['1', 'a/2', 'a/b/3']) fs.writeFileSync(join(root, file), '');
    fs.symlinkSync('a', join(root, 'link'));
  });
  afterEach(() => {
    fs.rmSync(root, { recursive: true, force: true });
  });

  const read = async (folder: string, options?: Parameters<FolderWatcher['createScanStream']>[1]): Promise<string[]> => {
    const watcher = new FolderWatcher();
    const found: string[] = [];
    for await (const entry of watcher.createScanStream(folder, options) ?? []) found.push((entry as { path: string }).path);
    await watcher.close();
    return found.sort();
  };

  it('reads folders only, and no deeper than it was asked to', async () => {
    expect(await read(root)).toEqual(['a', 'd']);
    expect(await read(root, { depth: 1 })).toEqual(['a', 'a/b', 'd']);
    expect(await read(root, { depth: undefined })).toEqual(['a', 'a/b', 'a/b/c', 'd']);
  });

  it('passes over what is filtered, with everything in it, and a folder that is gone', async () => {
    const directoryFilter = (entry: { readonly basename: string }): boolean => entry.basename !== 'b';
    expect(await read(root, { depth: undefined, directoryFilter })).toEqual(['a', 'd']);
    expect(await read(join(root, 'gone'))).toEqual([]);
  });

  it('is what chokidar finds the folders by', async () => {
    const asked: string[] = [];
    class Told extends FolderWatcher {
      override createScanStream(...args: Parameters<FolderWatcher['createScanStream']>): ReturnType<FolderWatcher['createScanStream']> {
        asked.push(args[0]);
        return super.createScanStream(...args);
      }
    }
    const watcher = new Told({ ignoreInitial: true, followSymlinks: false });
    watcher.add(root);
    await new Promise<void>((resolve) => watcher.once('ready', resolve));
    await watcher.close();
    expect(new Set(asked.map((path) => join(path, '.')))).toEqual(
      new Set(['', 'a', 'a/b', 'a/b/c', 'd'].map((path) => join(root, path, '.'))),
    );
  });
});
