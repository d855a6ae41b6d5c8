import { expect, it } from 'vitest';
import { dayMs, secondMs } from '../../base/index.ts';
import { ROOT_ID } from '../../contract/index.ts';
import { engineWithFolder, stopEngine } from '../testing/engine-with-folder.ts';
import { EMAIL, ROOT, TestSync } from '../testing/test-sync.ts';
import type { TidemarkEngine } from './engine.ts';

async function syncing(sync: TestSync): Promise<TidemarkEngine> {
  await sync.connect('Laptop');
  const engine = await engineWithFolder(sync);
  await engine.start();
  await sync.clock.advance(10 * secondMs);
  return engine;
}

/** Looks at the folder, and carries out what it sees. */
async function look({ clock }: TestSync, engine: TidemarkEngine): Promise<void> {
  void engine.call('sync.now', {});
  await clock.advance(20 * secondMs);
}

const visible = ({ disk }: TestSync): readonly string[] =>
  Object.keys(disk.user.snapshot(ROOT)).filter((path) => !path.startsWith('.tidemark'));

it('what a person saved a moment ago is on the disk for good before the cloud is told: a power cut does not take it back', async () => {
  const sync = new TestSync();
  const engine = await syncing(sync);
  sync.disk.user.durableNames = false;
  sync.disk.user.writeFile(`${ROOT}/docs/deep/thesis.docx`, 'chapter one');
  sync.disk.user.writeFile(`${ROOT}/notes.txt`, 'notes');
  await look(sync, engine);
  expect(sync.cloud.nodes(EMAIL).map(({ name }) => name)).toEqual(expect.arrayContaining(['thesis.docx', 'notes.txt']));
  sync.disk.powerCut();
  expect(visible(sync)).toEqual(['docs', 'docs/deep', 'docs/deep/thesis.docx', 'notes.txt']);
  await stopEngine(sync, engine);
});

it('so too where the clock was set forward just after it was saved', async () => {
  const sync = new TestSync();
  const engine = await syncing(sync);
  sync.disk.user.durableNames = false;
  sync.disk.user.writeFile(`${ROOT}/docs/thesis.docx`, 'chapter one');
  sync.clock.setWallClock(sync.clock.now() + dayMs);
  await look(sync, engine);
  expect(sync.cloud.nodes(EMAIL).map(({ name }) => name)).toContain('thesis.docx');
  sync.disk.powerCut();
  expect(visible(sync)).toEqual(['docs', 'docs/thesis.docx']);
  await stopEngine(sync, engine);
});

it('so too what was saved as a new file over the one before: that one does not come back', async () => {
  const sync = new TestSync();
  sync.disk.user.writeFile(`${ROOT}/thesis.docx`, 'chapter one');
  const engine = await syncing(sync);
  sync.disk.user.durableNames = false;
  sync.disk.user.swapFile(`${ROOT}/thesis.docx`, 'chapter two');
  await look(sync, engine);
  sync.disk.powerCut();
  expect(sync.disk.user.readText(`${ROOT}/thesis.docx`)).toBe('chapter two');
  await stopEngine(sync, engine);
});

it('what has been there for long, and what is only written to, costs no sync of a folder', async () => {
  const sync = new TestSync();
  for (const name of ['a', 'b', 'c']) sync.disk.user.writeFile(`${ROOT}/${name}/file`, name);
  await sync.clock.advance(dayMs);
  const synced: string[] = [];
  sync.disk.fault = (method, path) => {
    if (method === 'syncFolders') synced.push(path);
    return undefined;
  };
  const engine = await syncing(sync);
  sync.disk.user.writeFile(`${ROOT}/a/file`, 'edited');
  await look(sync, engine);
  expect(synced.filter((path) => /\/[abc]$/u.test(path))).toEqual([]);
  sync.disk.user.writeFile(`${ROOT}/b/new`, 'new');
  await look(sync, engine);
  expect(synced.filter((path) => /\/[abc]$/u.test(path))).toEqual([`${ROOT}/b`]);
  await stopEngine(sync, engine);
});

it('a disk that cannot make names durable is looked at again later, and nothing of them is sent until then', async () => {
  const sync = new TestSync();
  const engine = await syncing(sync);
  let failing = true;
  sync.disk.fault = (method, path) => (failing && method === 'syncFolders' && path === `${ROOT}/docs` ? 'failed' : undefined);
  sync.disk.user.writeFile(`${ROOT}/docs/a`, 'a');
  await look(sync, engine);
  // The name of the folder is that of another one, which could.
  expect(sync.cloud.nodes(EMAIL).map(({ name }) => name)).toEqual(['docs']);
  expect(await engine.call('status.snapshot', {})).toMatchObject({ reason: { code: 'folder_not_writable' } });
  failing = false;
  await look(sync, engine);
  expect(sync.cloud.nodes(EMAIL).map(({ name }) => name)).toEqual(['docs', 'a']);
  await stopEngine(sync, engine);
});

it('and the rules that it has read by then hold for all they are about, also for what is in the cloud only', async () => {
  const sync = new TestSync();
  const other = await sync.connect('Laptop');
  sync.disk.user.writeFile(`${ROOT}/.tidemarkignore`, 'plans');
  const engine = await engineWithFolder(sync);
  await engine.start();
  await sync.clock.advance(10 * secondMs);
  await other.commit([{ op: 'mkdir', id: 'a'.repeat(32), parentId: ROOT_ID, name: 'plans' }], sync.random.id());
  await look(sync, engine);
  expect(visible(sync), 'left out').toEqual([]);
  let failing = true;
  sync.disk.fault = (method, path) => (failing && method === 'syncFolders' && path === ROOT ? 'failed' : undefined);
  sync.disk.user.swapFile(`${ROOT}/.tidemarkignore`, 'other');
  await look(sync, engine);
  failing = false;
  await look(sync, engine);
  expect(visible(sync)).toEqual(['plans']);
  await stopEngine(sync, engine);
});
