import { beforeEach, describe, expect, it } from 'vitest';
import { FakeDisk } from '../fakes/disk/index.ts';
import { checkFolder, createMarker, isExpired, prepareOwnFolder, purgeTrash, readMarker, trashPath } from './index.ts';

const ROOT = '/home/sync';
const ID = 'f'.repeat(32);

describe('the marker of a folder', () => {
  let disk: FakeDisk;
  beforeEach(() => {
    disk = new FakeDisk({ now: () => 1_750_000_000_000 });
    disk.user.mkdir(ROOT);
  });

  it('makes a folder ours, durably', async () => {
    expect(await checkFolder(disk, ROOT, ID)).toBe('replaced');
    await createMarker(disk, ROOT, ID);
    disk.powerCut();
    expect(await checkFolder(disk, ROOT, ID)).toBe('ready');
    expect(await readMarker(disk, ROOT)).toBe(ID);
    await createMarker(disk, ROOT, 'e'.repeat(32));
    expect(await checkFolder(disk, ROOT, ID)).toBe('replaced');
  });

  it('is missed when the volume is not mounted, and when the folder is gone', async () => {
    await createMarker(disk, ROOT, ID);
    disk.user.rename(ROOT, '/elsewhere');
    expect(await checkFolder(disk, ROOT, ID)).toBe('missing');
    disk.user.mkdir(ROOT);
    expect(await checkFolder(disk, ROOT, ID)).toBe('replaced');
  });

  it.each([
    ['missing', 'missing'],
    ['loop', 'missing'],
    ['denied', 'unreadable'],
    ['failed', 'unreadable'],
    ['too_many_files', 'unreadable'],
  ] as const)('concludes nothing from a disk that answers %s', async (code, state) => {
    await createMarker(disk, ROOT, ID);
    disk.fault = () => code;
    expect(await checkFolder(disk, ROOT, ID)).toBe(state);
  });

  it('knows a folder that cannot be written, and that a full disk is no such', async () => {
    await createMarker(disk, ROOT, ID);
    disk.fault = (method) => (method === 'canWrite' ? 'full' : undefined);
    expect(await checkFolder(disk, ROOT, ID)).toBe('ready');
    disk.fault = undefined;
    disk.canWrite = async () => false;
    expect(await checkFolder(disk, ROOT, ID)).toBe('not_writable');
  });

  it.each(['', 'x', '{}', '[]', 'null', '{"folderId": 7}'])('does not trust a marker that says %j', async (text) => {
    disk.user.writeFile(`${ROOT}/.tidemark/folder.json`, text);
    expect(await checkFolder(disk, ROOT, ID)).toBe('replaced');
  });

  it('is not read, and nothing is made, through a link', async () => {
    await createMarker(disk, ROOT, ID);
    disk.user.rename(`${ROOT}/.tidemark`, '/outside');
    disk.user.symlink('/outside', `${ROOT}/.tidemark`);
    expect(await checkFolder(disk, ROOT, ID)).toBe('replaced');
    await expect(createMarker(disk, ROOT, ID)).rejects.toMatchObject({ code: 'loop' });
  });

  it('does not prepare a folder that is not ours', async () => {
    disk.user.writeFile(`${ROOT}/.tidemark/tmp/x`, 'x');
    expect(await prepareOwnFolder(disk, ROOT, ID)).toBe('replaced');
    expect(disk.user.exists(`${ROOT}/.tidemark/tmp/x`)).toBe(true);
  });

  it('empties what downloads left, and keeps the trash and what is parked', async () => {
    await createMarker(disk, ROOT, ID);
    for (const path of ['tmp/a/b', 'trash/2025-01-01/1/x', 'parked/2/y']) disk.user.writeFile(`${ROOT}/.tidemark/${path}`, path);
    expect(await prepareOwnFolder(disk, ROOT, ID)).toBe('ready');
    expect(await prepareOwnFolder(disk, ROOT, ID)).toBe('ready');
    expect(Object.keys(disk.user.snapshot(`${ROOT}/.tidemark`)).filter((path) => !path.startsWith('trash/2025'))).toEqual([
      'folder.json',
      'parked',
      'parked/2',
      'parked/2/y',
      'tmp',
      'trash',
    ]);
    expect(disk.user.readText(`${ROOT}/.tidemark/trash/2025-01-01/1/x`)).toBe('trash/2025-01-01/1/x');
  });
});

describe('the trash', () => {
  const now = Date.UTC(2026, 5, 15, 12);

  it('has a place of its own for every item', () => {
    expect(trashPath('2026-06-15', 'a1', 'x.txt')).toBe('.tidemark/trash/2026-06-15/a1/x.txt');
  });

  it('keeps everything for 30 days in every time zone, and what is not a day for ever', () => {
    expect(['2026-06-15', '2026-05-16', '2026-05-15', 'notes', '2026-99-99'].map((day) => isExpired(day, now, 30))).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
    expect(isExpired('2026-05-13', now, 30)).toBe(true);
    // The last moment of the 13th, at the western end of the world, is noon of the 14th in UTC.
    expect(isExpired('2026-05-13', Date.UTC(2026, 4, 14, 12) + 30 * 86_400_000 - 1, 30)).toBe(false);
  });

  it('is purged of expired days with all that is in them', async () => {
    const disk = new FakeDisk({ now: () => now });
    expect(await purgeTrash(disk, ROOT, (day) => isExpired(day, now, 30))).toEqual([]);
    for (const day of ['2026-01-01', '2026-02-01', '2026-06-01', 'mine']) {
      disk.user.writeFile(`${ROOT}/.tidemark/trash/${day}/1/folder/file`, day);
    }
    disk.fault = (method, path) => (method === 'removeTree' && path.includes('2026-02-01') ? 'busy' : undefined);
    expect(await purgeTrash(disk, ROOT, (day) => isExpired(day, now, 30))).toEqual(['.tidemark/trash/2026-01-01']);
    disk.fault = undefined;
    expect(await purgeTrash(disk, ROOT, (day) => isExpired(day, now, 30))).toEqual(['.tidemark/trash/2026-02-01']);
    expect((await disk.list(`${ROOT}/.tidemark/trash`)).map((entry) => entry.name).sort()).toEqual(['2026-06-01', 'mine']);
  });
});
