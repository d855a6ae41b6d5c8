import { beforeEach, describe, expect, it } from 'vitest';
import { syncFolders, syncFoldersAgain } from './sync-folders.ts';
import { TestApply } from './testing/test-apply.ts';

describe('folders whose names have to be durable', () => {
  let here: TestApply;
  beforeEach(async () => {
    here = await TestApply.make();
    here.person.mkdir(here.at('a'));
    here.person.mkdir(here.at('b'));
  });
  const paths = (): readonly string[] => [...here.parts.unsyncedFolders].sort();

  it('are remembered when the disk fails, and made durable before the next look', async () => {
    here.when('syncFolders', '/b', () => 'failed');
    await expect(syncFolders(here.parts, [here.at('a'), here.at('b')])).rejects.toMatchObject({ code: 'failed' });
    expect([paths(), here.unmended]).toEqual([[here.at('a'), here.at('b')], 1]);

    here.when('syncFolders', '/b', () => 'failed');
    await expect(syncFoldersAgain(here.parts)).rejects.toMatchObject({ code: 'failed' });
    expect(paths()).toEqual([here.at('b')]);

    await syncFoldersAgain(here.parts);
    expect(paths()).toEqual([]);
  });

  it('are forgotten when they are gone', async () => {
    here.when('syncFolders', '/a', () => 'failed');
    await expect(syncFolders(here.parts, [here.at('a')])).rejects.toThrow();
    here.person.remove(here.at('a'));
    await syncFoldersAgain(here.parts);
    expect(paths()).toEqual([]);
  });

  it('are not remembered when all went well', async () => {
    await syncFolders(here.parts, [here.at('a')]);
    expect([paths(), here.unmended]).toEqual([[], 0]);
  });
});
