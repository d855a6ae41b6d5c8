import { beforeEach, expect, it } from 'vitest';
import type { ResultOf } from '../../contract/index.ts';
import { engineWithFolder, stopEngine } from '../testing/engine-with-folder.ts';
import { ROOT, TestSync } from '../testing/test-sync.ts';
import type { TidemarkEngine } from './engine.ts';

let sync: TestSync;
let engine: TidemarkEngine;
beforeEach(async () => {
  sync = new TestSync();
  await sync.connect('Laptop');
  engine = await engineWithFolder(sync);
});
const copy = (to: string, localOnly = false): Promise<ResultOf<'account.copyUnsent'>> =>
  engine.call('account.copyUnsent', { to, localOnly });
const below = (path: string): readonly string[] => Object.keys(sync.disk.user.snapshot(path)).filter((one) => !one.startsWith('.tidemark'));

it('nothing is copied into the synced folder, whatever its folders are called', async () => {
  const { user } = sync.disk;
  user.writeFile(`${ROOT}/sync/plan.txt`, 'plan');
  user.writeFile(`${ROOT}/other.txt`, 'other');
  expect(await copy('/home')).toMatchObject({ files: 1, failed: [{ path: 'sync/plan.txt', error: { code: 'folder_nested' } }] });
  expect(below(ROOT)).toEqual(['other.txt', 'sync', 'sync/plan.txt']);
  expect(user.snapshot('/home')).toMatchObject({ 'other.txt': 'other' });
});

it('nor by a link that lies in the folder of the copies', async () => {
  const { user } = sync.disk;
  user.writeFile(`${ROOT}/deep/plan.txt`, 'plan');
  user.mkdir('/stick');
  user.symlink(ROOT, '/stick/deep');
  expect(await copy('/stick')).toMatchObject({ files: 0, failed: [{ path: 'deep/plan.txt', error: { code: 'folder_nested' } }] });
  expect(below(ROOT)).toEqual(['deep', 'deep/plan.txt']);
});

it('a link in the way is named, and nothing is written through it', async () => {
  const { user } = sync.disk;
  user.writeFile(`${ROOT}/deep/plan.txt`, 'plan');
  user.mkdir('/stick');
  user.mkdir('/elsewhere');
  user.symlink('/elsewhere', '/stick/deep');
  expect(await copy('/stick')).toMatchObject({ files: 0, failed: [{ path: 'deep/plan.txt', error: { code: 'path_not_plain' } }] });
  expect(below('/elsewhere')).toEqual([]);
});

it('a folder for the copies that is said by a link is where it leads', async () => {
  const { user } = sync.disk;
  user.writeFile(`${ROOT}/deep/plan.txt`, 'plan');
  user.mkdir('/stick');
  user.symlink('/stick', '/home/mine');
  expect(await copy('/home/mine/copies')).toMatchObject({ files: 1, failed: [] });
  expect(user.snapshot('/stick')).toMatchObject({ 'copies/deep/plan.txt': 'plan' });
});

it('a folder for the copies that is refused is not made either', async () => {
  await expect(copy(`${ROOT}/copies/of/mine`)).rejects.toMatchObject({ code: 'folder_nested' });
  expect(below(ROOT)).toEqual([]);
});

it('a folder for the copies that cannot be made is named', async () => {
  sync.disk.user.writeFile('/stick', 'a file');
  await expect(copy('/stick/copies')).rejects.toMatchObject({ code: 'path_not_plain', params: { path: '/stick/copies' } });
  sync.disk.user.mkdir('/locked');
  sync.disk.deny('/locked');
  await expect(copy('/locked/copies')).rejects.toMatchObject({ code: 'no_permission', params: { path: '/locked/copies' } });
});

it.each(['write', 'finish'] as const)(
  'a disk that is full at the %s leaves no part of a copy, and each that did not fit is told',
  async (at) => {
    const { user } = sync.disk;
    user.writeFile(`${ROOT}/a.txt`, 'a');
    user.writeFile(`${ROOT}/b.txt`, 'b');
    user.mkdir('/stick');
    sync.disk.fault = (method, path) => (method === at && path.startsWith('/stick') ? 'full' : undefined);
    const { files, failed } = await copy('/stick');
    expect({ files, failed: failed.map(({ path, error }) => `${path} ${error.code}`).sort() }).toEqual({
      files: 0,
      failed: ['a.txt disk_full', 'b.txt disk_full'],
    });
    sync.disk.fault = undefined;
    expect(below('/stick')).toEqual([]);
  },
);

it('what lies in a folder with a name that never syncs is listed as left out', async () => {
  const { user } = sync.disk;
  user.writeFile(`${ROOT}/~written/plan.docx`, 'plan');
  user.writeFile(`${ROOT}/~$lock.docx`, 'junk');
  user.writeFile(`${ROOT}/deep/.tidemark/trash/x`, 'of another one');
  const { items } = await engine.call('account.unsent', {});
  expect(items.map(({ path, why }) => `${why} ${path}`)).toEqual(['ignored ~written/plan.docx']);
});

it.each(['documents that were not kept any longer', 'an account that is gone'])('%s: nothing counts as sent', async (what) => {
  sync.disk.user.writeFile(`${ROOT}/plan.txt`, 'plan');
  await engine.start();
  await sync.clock.advance(60_000);
  expect(await engine.call('account.unsent', {})).toMatchObject({ items: [] });
  const account = engine.requireAccount();
  sync.store.transaction((write) => {
    if (what.startsWith('documents')) write.setKeptUntil(sync.clock.now() + 1000);
    else write.setAccount({ ...account, signedOut: { code: 'no_such_account', params: {} } });
  });
  await sync.clock.advance(2000);
  const { items } = await engine.call('account.unsent', {});
  expect(items.map(({ path, why }) => `${why} ${path}`)).toEqual(['upload plan.txt']);
  await stopEngine(sync, engine);
});
