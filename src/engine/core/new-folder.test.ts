import { beforeEach, describe, expect, it } from 'vitest';
import { ROOT, TestSync } from '../testing/test-sync.ts';
import { TidemarkEngine } from './engine.ts';
import { checkNewFolder, isWithin } from './new-folder.ts';

const PROFILE = '/home/.config/tidemark';
let sync: TestSync;
let engine: TidemarkEngine;

beforeEach(() => {
  sync = new TestSync();
  sync.disk.user.mkdir(PROFILE);
  sync.disk.user.mkdir('/home/photos');
  engine = new TidemarkEngine({ environment: sync.environment, store: sync.store, profile: PROFILE, lockFolder: () => () => undefined });
});

const check = (path: string, localOnly = false): Promise<string> => checkNewFolder(engine, path, localOnly);
const refusal = (path: string, localOnly = false): Promise<{ code: string; params: unknown }> =>
  check(path, localOnly).then(
    (real) => {
      throw new Error(`${real} may be added`);
    },
    (error: unknown) => error as { code: string; params: unknown },
  );
const syncs = (path: string): void => sync.store.transaction((write) => write.setFolder({ path, folderId: 'f'.repeat(32) }));
/** Another profile syncs it. */
const marked = (path: string): void => sync.disk.user.writeFile(`${path}/.tidemark/folder.json`, '{"folderId":"x"}');

describe('a folder may be added', () => {
  it('and is named without links', async () => {
    sync.disk.user.symlink(ROOT, '/home/link');
    expect(await check(ROOT)).toBe(ROOT);
    expect(await check('/home/link')).toBe(ROOT);
  });

  it('to be kept on this device alone, beside the synced one', async () => {
    syncs(ROOT);
    expect(await check('/home/photos', true)).toBe('/home/photos');
  });

  it('that was synced by another profile before: its marker is in it, not above it', async () => {
    marked(ROOT);
    expect(await check(ROOT)).toBe(ROOT);
  });

  it('when its name only begins like that of a synced one', async () => {
    syncs(ROOT);
    sync.disk.user.mkdir(`${ROOT}-2`);
    expect(await check(`${ROOT}-2`, true)).toBe(`${ROOT}-2`);
  });
});

describe('a folder is refused, with nothing changed', () => {
  it('that is not there', async () => {
    expect(await refusal('/home/none')).toMatchObject({ code: 'folder_missing', params: { path: '/home/none' } });
    sync.disk.user.symlink('/nowhere', '/home/broken');
    expect(await refusal('/home/broken')).toMatchObject({ code: 'folder_missing' });
  });

  it('that is a file', async () => {
    sync.disk.user.writeFile('/home/file.txt', 'x');
    expect(await refusal('/home/file.txt')).toMatchObject({ code: 'folder_not_a_folder' });
  });

  it('that cannot be written', async () => {
    sync.disk.deny(ROOT);
    expect(await refusal(ROOT)).toMatchObject({ code: 'folder_not_writable', params: { path: ROOT } });
  });

  it.each([
    ['is the profile', PROFILE],
    ['holds the profile', '/home'],
    ['holds it further up', '/home/.config'],
    ['is inside the profile', `${PROFILE}/inside`],
  ])('that %s', async (_, path) => {
    sync.disk.user.mkdir(`${PROFILE}/inside`);
    expect(await refusal(path)).toMatchObject({ code: 'folder_is_profile' });
    expect(await refusal(path, true)).toMatchObject({ code: 'folder_is_profile' });
  });

  it('that holds the profile by way of a link', async () => {
    sync.disk.user.mkdir(`${ROOT}/state`);
    sync.disk.user.symlink(`${ROOT}/state`, '/home/profile');
    engine = new TidemarkEngine({
      environment: sync.environment,
      store: sync.store,
      profile: '/home/profile',
      lockFolder: () => () => undefined,
    });
    expect(await refusal(ROOT)).toMatchObject({ code: 'folder_is_profile' });
  });

  it.each([
    ['the synced one', ROOT],
    ['inside the synced one', `${ROOT}/docs`],
    ['around the synced one', '/home/outer'],
    ['around it, by way of a link', '/home/link'],
  ])('that is %s', async (_, path) => {
    sync.disk.user.mkdir(`${ROOT}/docs`);
    sync.disk.user.mkdir('/home/outer/inner');
    sync.disk.user.symlink('/home/outer', '/home/link');
    const other = path === ROOT || path.startsWith(`${ROOT}/`) ? ROOT : '/home/outer/inner';
    syncs(other);
    // Inside, it is what a local-only folder is for.
    for (const localOnly of path === `${ROOT}/docs` ? [false] : [false, true])
      expect(await refusal(path, localOnly)).toMatchObject({ code: 'folder_nested', params: { path, other } });
  });

  it('that is inside one that is kept on this device alone', async () => {
    sync.store.transaction((write) => write.setLocalOnlyFolders([{ path: '/home/photos', identity: null }]));
    sync.disk.user.mkdir('/home/photos/2026');
    expect(await refusal('/home/photos/2026')).toMatchObject({ code: 'folder_nested', params: { other: '/home/photos' } });
    expect(await refusal('/home/photos', true)).toMatchObject({ code: 'folder_nested' });
  });

  it('that is inside one that another profile syncs, at any depth', async () => {
    marked('/home/photos');
    sync.disk.user.mkdir('/home/photos/2026/may');
    expect(await refusal('/home/photos/2026/may')).toMatchObject({ code: 'folder_nested', params: { other: '/home/photos' } });
  });

  it('that is inside one that another person syncs, whose marker may not be read', async () => {
    marked('/home/photos');
    sync.disk.user.mkdir('/home/photos/2026');
    sync.disk.deny('/home/photos/.tidemark');
    expect(await refusal('/home/photos/2026')).toMatchObject({ code: 'folder_nested', params: { other: '/home/photos' } });
  });

  it('that would be the second', async () => {
    syncs(ROOT);
    expect(await refusal('/home/photos')).toMatchObject({ code: 'folder_limit', params: { path: ROOT } });
  });

  it('and no trace of the check is left', async () => {
    const before = sync.disk.user.snapshot('/');
    sync.disk.deny('/home/photos');
    for (const path of [ROOT, '/home', '/home/photos', '/home/none']) await check(path).catch(() => undefined);
    expect(sync.disk.user.snapshot('/')).toEqual(before);
    expect(sync.store.folder()).toBeNull();
  });
});

it.each([
  ['/a/b', '/a', true],
  ['/a', '/a', true],
  ['/ab', '/a', false],
  ['/a', '/a/b', false],
  ['/a', '/', true],
  ['C:\\Users\\Maya', 'C:\\Users', true],
  ['C:\\UsersMaya', 'C:\\Users', false],
  ['C:\\Users', 'C:\\', true],
])('%s is within %s: %s', (path, folder, within) => {
  expect(isWithin(path, folder)).toBe(within);
});
