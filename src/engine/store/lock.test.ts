import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { lockFolder, lockProfile } from './lock.ts';
import { tempFolder } from './testing/store.ts';

const thrown = (code: string, path: string): unknown => expect.objectContaining({ code, params: { path } });

describe('lockProfile', () => {
  it('is held once, and free again after it was given back', () => {
    const profile = tempFolder();
    const release = lockProfile(profile);
    expect(() => lockProfile(profile)).toThrow(thrown('profile_in_use', profile));
    expect(() => lockProfile(profile)).toThrow(thrown('profile_in_use', profile));
    release();
    release();
    onTestFinished(lockProfile(profile));
  });

  it('of two profiles are two locks', () => {
    onTestFinished(lockProfile(tempFolder()));
    onTestFinished(lockProfile(tempFolder()));
  });

  it('of a profile that is not there says that it cannot be written', () => {
    const profile = join(tempFolder(), 'nowhere');
    expect(() => lockProfile(profile)).toThrow(thrown('profile_not_writable', profile));
    expect(existsSync(profile)).toBe(false);
  });
});

describe('lockFolder', () => {
  it('is held once, also by way of another spelling of the path, and leaves only its own folder behind', () => {
    const folder = tempFolder();
    const release = lockFolder(folder);
    expect(() => lockFolder(join(folder, '.'))).toThrow(expect.objectContaining({ code: 'folder_in_use' }) as Error);
    release();
    expect(readdirSync(folder)).toEqual(['.tidemark']);
    onTestFinished(lockFolder(folder));
  });

  it('of a folder inside is another lock', () => {
    const folder = tempFolder();
    mkdirSync(join(folder, 'inside'));
    onTestFinished(lockFolder(folder));
    onTestFinished(lockFolder(join(folder, 'inside')));
  });

  it('says what is wrong with a path that is no folder', () => {
    const folder = tempFolder();
    const file = join(folder, 'file');
    writeFileSync(file, '');
    expect(() => lockFolder(join(folder, 'missing'))).toThrow(thrown('folder_missing', join(folder, 'missing')));
    expect(() => lockFolder(file)).toThrow(thrown('folder_not_a_folder', file));
    expect(() => lockFolder(join(file, 'below'))).toThrow(thrown('folder_missing', join(file, 'below')));
  });

  // Root may write everywhere; the tests of the project run under an unprivileged user.
  it.skipIf(process.getuid?.() === 0)('of a folder that cannot be written says so', () => {
    const folder = tempFolder();
    chmodSync(folder, 0o500);
    onTestFinished(() => chmodSync(folder, 0o700));
    expect(() => lockFolder(folder)).toThrow(thrown('folder_not_writable', folder));
  });
});
