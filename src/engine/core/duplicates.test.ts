import { afterEach, beforeEach, expect, it } from 'vitest';
import { minuteMs } from '../../base/index.ts';
import { TidemarkError } from '../../contract/index.ts';
import type { DriveApi } from '../remote/index.ts';
import { engineWithFolder, stopEngine } from '../testing/engine-with-folder.ts';
import { EMAIL, ROOT, TestSync } from '../testing/test-sync.ts';
import type { TidemarkEngine } from './engine.ts';

let sync: TestSync;
let other: DriveApi;
let engine: TidemarkEngine;
beforeEach(async () => {
  sync = new TestSync();
  other = await sync.connect('Laptop');
  for (const name of ['one', 'two', 'three', 'alone']) sync.disk.user.writeFile(`${ROOT}/${name}`, name === 'alone' ? 'alone' : 'equal');
  engine = await engineWithFolder(sync);
  await engine.start();
  await sync.clock.advance(minuteMs);
  expect(inCloud()).toEqual(['alone', 'one', 'three', 'two']);
});
afterEach(() => stopEngine(sync, engine));

const nodes = () => sync.cloud.nodes(EMAIL);
const inCloud = (): readonly string[] =>
  nodes()
    .map(({ name }) => name)
    .sort();
const remove = async (...paths: string[]) => {
  const { deleted, kept } = await engine.call('duplicates.delete', { paths });
  return { deleted: deleted.map(({ path }) => path), kept: kept.map(({ path, reason }) => `${path} ${reason.code}`) };
};
const deleteElsewhere = async (name: string): Promise<void> => {
  const node = nodes().find((one) => one.name === name);
  await other.commit([{ op: 'delete', id: node?.id ?? '', base: node?.revision ?? '' }], sync.random.id());
};

it('of equal files one stays, also of several contents at once', async () => {
  sync.disk.user.writeFile(`${ROOT}/also alone`, 'alone');
  await engine.call('sync.now', {});
  await sync.clock.advance(minuteMs);
  expect(await remove('one', 'two', 'alone')).toEqual({ deleted: ['one', 'two', 'alone'], kept: [] });
  await sync.clock.advance(minuteMs);
  expect(inCloud()).toEqual(['also alone', 'three']);
});

it('a file that was changed, or deleted, on this device and not sent yet is not what the others are equal to', async () => {
  await engine.call('sync.pause', { until: null });
  sync.disk.user.writeFile(`${ROOT}/two`, 'no more');
  sync.disk.user.remove(`${ROOT}/three`);
  expect(await remove('one')).toEqual({ deleted: [], kept: ['one last_copy'] });
  await sync.clock.advance(minuteMs);
  expect(await remove('one'), 'seen by now').toEqual({ deleted: [], kept: ['one last_copy'] });
  await engine.call('sync.resume', {});
  await engine.call('sync.now', {});
  await sync.clock.advance(minuteMs);
  expect(inCloud()).toEqual(['alone', 'one', 'two']);
});

it('what another device did to the ones that stay a moment ago counts', async () => {
  const { drive } = engine.connection(sync.cloud.server);
  const commit = drive.commit.bind(drive);
  drive.commit = async (...args) => {
    drive.commit = commit;
    await deleteElsewhere('two');
    await deleteElsewhere('three');
    return commit(...args);
  };
  expect(await remove('one')).toEqual({ deleted: [], kept: ['one last_copy'] });
  await sync.clock.advance(minuteMs);
  expect(inCloud()).toEqual(['alone', 'one']);
});

it('of the versions of a file only those go that were named, and what was still the present content then is none of them', async () => {
  const write = async (content: string): Promise<void> => {
    sync.disk.user.writeFile(`${ROOT}/alone`, content);
    await engine.call('sync.now', {});
    await sync.clock.advance(minuteMs);
  };
  await write('second');
  await write('third');
  const { versions } = await engine.call('versions.list', { path: 'alone' });
  const seen = versions.filter(({ current }) => !current).map(({ versionId }) => versionId);
  expect(seen).toHaveLength(2);
  await write('fourth');
  expect(await engine.call('versions.delete', { path: 'alone', versionIds: [...seen, 'e'.repeat(32)] })).toEqual({
    items: 2,
    freedBytes: 'alone'.length + 'second'.length,
  });
  const left = (await engine.call('versions.list', { path: 'alone' })).versions;
  expect(left.map(({ size, current }) => [size, current])).toEqual([
    ['fourth'.length, true],
    ['third'.length, false],
  ]);
  expect(await engine.call('versions.delete', { path: 'alone' })).toMatchObject({ items: 1 });
});

it.each(['cannot be reached', 'refuses it'])(
  'what was to go and did not, as the cloud %s, is asked about when another device deletes it',
  async (why) => {
    const many = Array.from({ length: 12 }, (_, n) => `equal ${n + 10}`);
    for (const name of many) sync.disk.user.writeFile(`${ROOT}/${name}`, 'equal');
    await engine.call('sync.now', {});
    await sync.clock.advance(minuteMs);
    const { drive } = engine.connection(sync.cloud.server);
    const commit = drive.commit.bind(drive);
    drive.commit = (entries) => {
      drive.commit = commit;
      if (why === 'cannot be reached') return Promise.reject(new TidemarkError('cloud_unreachable'));
      return Promise.resolve(entries.map(() => ({ status: 'error', code: 'group_failed' }) as const));
    };
    if (why === 'refuses it') expect((await remove(...many)).kept).toHaveLength(12);
    else await expect(remove(...many)).rejects.toMatchObject({ code: 'cloud_unreachable' });
    const gone = nodes().filter(({ name }) => many.includes(name));
    await other.commit(
      gone.map(({ id, revision: base }) => ({ op: 'delete' as const, id, base })),
      sync.random.id(),
    );
    await sync.clock.advance(minuteMs);
    expect(sync.store.questions()).toMatchObject([{ side: 'cloud', items: 12 }]);
    expect(sync.disk.user.exists(`${ROOT}/equal 10`)).toBe(true);
  },
);
