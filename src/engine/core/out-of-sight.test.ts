import { beforeEach, describe, expect, it } from 'vitest';
import { secondMs } from '../../base/index.ts';
import { ROOT_ID } from '../../contract/index.ts';
import { engineWithFolder, stopEngine } from '../testing/engine-with-folder.ts';
import { DEVICE, EMAIL, ROOT, TestSync } from '../testing/test-sync.ts';
import { DiskFault, type DiskFaultCode } from '../environment.ts';
import { openStore } from '../store/index.ts';
import { FaultyDatabase } from '../store/testing/faulty-database.ts';
import { TidemarkEngine } from './engine.ts';

it.each([
  ['a moment', 1, false],
  ['a minute', 60, false],
  ['a minute, in which the disk does not let it be looked at,', 60, true],
])(
  'what was moved into a folder just before that was put out of sight for %s is not deleted, and is found when it is back',
  async (_, seconds, outOfReach) => {
    const sync = new TestSync();
    const other = await sync.connect('Laptop');
    const { store, disk } = sync;
    const engine = await engineWithFolder(sync);
    for (const path of ['x/sub/1', 'y/2', 'moved/3']) disk.user.writeFile(`${ROOT}/${path}`, path);
    await engine.start();
    await sync.clock.advance(10 * secondMs);
    const [x, y] = ['x', 'y'].map((name) => sync.cloud.nodes(EMAIL).find((node) => node.name === name));
    if (x === undefined || y === undefined) throw new Error('not in the cloud');

    // They change places, so one of them has to give way; at that moment the person moves a folder into it. The other one
    // cannot be moved at once, and meanwhile the folder is looked at.
    let moves = 0;
    const until = sync.clock.monotonic() + seconds * secondMs;
    disk.entryFault = (path) => (outOfReach && path.includes('/parked/') && path.endsWith('/moved') ? 'busy' : undefined);
    disk.fault = (method, path) => {
      if (method !== 'moveFolder') return undefined;
      moves += 1;
      if (moves === 1) {
        const parking = path.slice(ROOT.length + 1);
        disk.user.rename(`${ROOT}/moved`, `${ROOT}/${parking === 'x' ? 'x/sub' : parking}/moved`);
      }
      if (moves === 1 || sync.clock.monotonic() > until) return undefined;
      void engine.call('sync.now', {});
      return 'failed';
    };
    await other.commit(
      [
        { op: 'move', id: x.id, base: x.revision, parentId: x.parentId, name: 'y', group: 0 },
        { op: 'move', id: y.id, base: y.revision, parentId: y.parentId, name: 'x', group: 0 },
      ],
      sync.random.id(),
    );
    await sync.clock.advance((seconds + 120) * secondMs);

    const there = sync.cloud.nodes(EMAIL).map(({ id, name }) => [id, name] as const);
    expect(there.map(([, name]) => name).sort()).toEqual(['1', '2', '3', 'moved', 'sub', 'x', 'y']);
    expect([...sync.cloud.accounts.account(EMAIL).drive.buriedNodes()].map(({ name }) => name)).toEqual([]);
    expect(moves).toBeGreaterThan(2);
    expect([store.divergentIds(), store.issueCount()]).toEqual([[], 0]);
    await stopEngine(sync, engine);
  },
);

/** The folder with the lower id is the one that gives way. */
const [GIVES_WAY, OTHER] = ['1'.repeat(32), '2'.repeat(32)] as const;

it('what was moved out of a folder just before that was put out of sight is the same item, also where it was moved elsewhere too', async () => {
  const sync = new TestSync();
  const other = await sync.connect('Laptop');
  const { store, disk } = sync;
  const INSIDE = '3'.repeat(32);
  for (const [id, parentId, name] of [
    [OTHER, ROOT_ID, 'y'],
    [GIVES_WAY, ROOT_ID, 'x'],
    [INSIDE, GIVES_WAY, 'inside'],
  ] as const)
    await other.commit([{ op: 'mkdir', id, parentId, name }], sync.random.id());
  const engine = await engineWithFolder(sync);
  await engine.start();
  await sync.clock.advance(10 * secondMs);
  const until = sync.clock.monotonic() + 20 * secondMs;
  disk.fault = (method, path) => {
    if (method !== 'moveFolder' || sync.clock.monotonic() > until) return undefined;
    // It is moved only when its folder is away, and that is so for a while.
    if (path === `${ROOT}/x/inside` || path.endsWith(`/parked/${GIVES_WAY}/x`)) return 'busy';
    if (path === `${ROOT}/x`) disk.user.rename(`${ROOT}/x/inside`, `${ROOT}/away`);
    return undefined;
  };
  const baseOf = (id: string): string => sync.cloud.nodes(EMAIL).find((node) => node.id === id)?.revision ?? '';
  const move = (id: string, name: string) => ({ op: 'move' as const, id, base: baseOf(id), parentId: ROOT_ID, name, group: 0 });
  await other.commit([move(GIVES_WAY, 'y'), move(OTHER, 'x'), move(INSIDE, 'one')], sync.random.id());
  await sync.clock.advance(180 * secondMs);
  expect(
    sync.cloud
      .nodes(EMAIL)
      .map(({ id, name }) => [id, name])
      .sort(),
  ).toEqual([
    [GIVES_WAY, 'y'],
    [OTHER, 'x'],
    [INSIDE, 'one'],
  ]);
  expect([store.divergentIds(), store.issueCount()]).toEqual([[], 0]);
  expect([disk.user.exists(`${ROOT}/one`), disk.user.exists(`${ROOT}/away`)]).toEqual([true, false]);
  await stopEngine(sync, engine);
});

it.each([
  {
    what: 'the person moves into it what has to leave its place',
    from: { parentId: ROOT_ID, name: 'x' },
    to: { parentId: ROOT_ID, name: 'x' },
    meanwhile: (disk: TestSync['disk']) => {
      disk.user.rename(`${ROOT}/y`, `${ROOT}/x/y`);
    },
    ends: ['x', 'x/2', 'y', 'y/1'],
  },
  {
    what: 'something new in it has the name that another item is to get there',
    from: { parentId: OTHER, name: 'x' },
    to: { parentId: GIVES_WAY, name: 'z' },
    meanwhile: (disk: TestSync['disk']) => {
      disk.user.mkdir(`${ROOT}/y/x/z`);
    },
    ends: ['y', 'y/1', 'y/z', 'y/z (conflict, Desk, 2026-03-01)', 'y/z/2'],
  },
])('a folder is put out of sight, and the moment before $what: it does not wait for ever', async ({ from, to, meanwhile, ends }) => {
  const sync = new TestSync();
  const other = await sync.connect('Laptop');
  const { store, disk } = sync;
  const commit = (entries: Parameters<typeof other.commit>[0]) => other.commit(entries, sync.random.id());
  await commit([{ op: 'mkdir', id: OTHER, parentId: ROOT_ID, name: 'y' }]);
  await commit([{ op: 'mkdir', id: GIVES_WAY, ...from }]);
  const engine = await engineWithFolder(sync);
  await engine.start();
  await sync.clock.advance(10 * secondMs);
  for (const [id, name] of [
    [GIVES_WAY, '1'],
    [OTHER, '2'],
  ] as const)
    disk.user.writeFile(`${ROOT}/${store.localPath(id) ?? ''}/${name}`, name);
  await sync.clock.advance(10 * secondMs);

  let moves = 0;
  disk.fault = (method, path) => {
    if (method !== 'moveFolder') return undefined;
    moves += 1;
    if (moves !== 1) return undefined;
    expect(path).toBe(`${ROOT}/${store.localPath(GIVES_WAY) ?? ''}`);
    meanwhile(disk);
    return undefined;
  };
  const base = (id: string): string => sync.cloud.nodes(EMAIL).find((node) => node.id === id)?.revision ?? '';
  await commit([
    { op: 'move', id: GIVES_WAY, base: base(GIVES_WAY), parentId: ROOT_ID, name: 'y', group: 0 },
    { op: 'move', id: OTHER, base: base(OTHER), ...to, group: 0 },
  ]);
  await sync.clock.advance(60 * secondMs);

  expect([store.divergentIds(), store.issueCount()]).toEqual([[], 0]);
  const there = Object.keys(disk.user.snapshot(ROOT)).filter((path) => !path.startsWith('.tidemark'));
  expect(there.sort()).toEqual(ends);
  expect([GIVES_WAY, OTHER].map((id) => store.localPath(id))).toEqual(['y', ends.includes('x') ? 'x' : 'y/z']);
  expect([...sync.cloud.accounts.account(EMAIL).drive.buriedNodes()]).toEqual([]);
  await stopEngine(sync, engine);
});

it('what was deleted from a folder just before that was put out of sight does not keep it there', async () => {
  const sync = new TestSync();
  const other = await sync.connect('Laptop');
  const { store, disk } = sync;
  const engine = await engineWithFolder(sync);
  for (const path of ['x/sub/1', 'y/sub/2']) disk.user.writeFile(`${ROOT}/${path}`, path);
  await engine.start();
  await sync.clock.advance(10 * secondMs);
  const inCloud = (name: string, parentId?: string) => {
    const found = sync.cloud.nodes(EMAIL).find((node) => node.name === name && (parentId === undefined || node.parentId === parentId));
    if (found === undefined) throw new Error(`no ${name} in the cloud`);
    return found;
  };
  const [x, y] = [inCloud('x'), inCloud('y')];

  // They change places, and from the one that gives way the person deletes a folder at that moment.
  let parked = '';
  let works = false;
  disk.fault = (method, path) => {
    if (method !== 'moveFolder' || works) return undefined;
    if (parked !== '') return 'failed';
    parked = path.slice(ROOT.length + 1);
    disk.user.remove(`${ROOT}/${parked}/sub`);
    return undefined;
  };
  await other.commit(
    [
      { op: 'move', id: x.id, base: x.revision, parentId: x.parentId, name: 'y', group: 0 },
      { op: 'move', id: y.id, base: y.revision, parentId: y.parentId, name: 'x', group: 0 },
    ],
    sync.random.id(),
  );
  await sync.clock.advance(secondMs);
  // Before the other one can take the place, it goes into the very folder that is not there.
  const [gone, moved] = parked === 'x' ? [x, y] : [y, x];
  const sub = inCloud('sub', gone.id);
  await other.commit(
    [{ op: 'move', id: moved.id, base: inCloud(parked, moved.parentId).revision, parentId: sub.id, name: 'in' }],
    sync.random.id(),
  );
  works = true;
  await sync.clock.advance(180 * secondMs);

  expect([store.divergentIds(), store.issueCount()]).toEqual([[], 0]);
  const there = Object.keys(disk.user.snapshot(ROOT)).filter((path) => !path.startsWith('.tidemark'));
  const top = moved.name;
  expect(there.sort()).toEqual([top, `${top}/sub`, `${top}/sub/in`, `${top}/sub/in/sub`, `${top}/sub/in/sub/${top === 'x' ? 1 : 2}`]);
  await stopEngine(sync, engine);
});

describe('while a folder is out of sight and the other one does not take its place', () => {
  const visible = ({ disk }: TestSync): readonly string[] =>
    Object.keys(disk.user.snapshot(ROOT)).filter((path) => !path.startsWith('.tidemark'));

  /** x and y change places in the cloud, and x is put out of sight. `then` is called at each move of a folder, with its place. */
  const swapped = async (then: (move: number, engine: TidemarkEngine) => DiskFaultCode | undefined) => {
    const sync = new TestSync();
    const other = await sync.connect('Laptop');
    const engine = await engineWithFolder(sync);
    for (const path of ['x/1', 'y/2']) sync.disk.user.writeFile(`${ROOT}/${path}`, path);
    await engine.start();
    await sync.clock.advance(10 * secondMs);
    const [x, y] = ['x', 'y'].map((name) => sync.cloud.nodes(EMAIL).find((node) => node.name === name));
    if (x === undefined || y === undefined) throw new Error('not in the cloud');
    let parked = '';
    let moves = 0;
    sync.disk.fault = (method, path) => {
      if (method !== 'moveFolder' || path.includes('.tidemark')) return undefined;
      if (parked === '') parked = path;
      moves += 1;
      return then(path === parked ? 1 : moves, engine);
    };
    await other.commit(
      [
        { op: 'move', id: x.id, base: x.revision, parentId: x.parentId, name: 'y', group: 0 },
        { op: 'move', id: y.id, base: y.revision, parentId: y.parentId, name: 'x', group: 0 },
      ],
      sync.random.id(),
    );
    await sync.clock.advance(3 * secondMs);
    return { sync, engine };
  };
  let isPaused = false;
  beforeEach(() => {
    isPaused = false;
  });
  const paused = () =>
    swapped((_, engine) => {
      if (!isPaused) void engine.call('sync.pause', { until: null });
      isPaused = true;
      return undefined;
    });

  it('the engine ends: nothing of the person stays out of sight', async () => {
    const { sync, engine } = await paused();
    expect(visible(sync)).toHaveLength(2);
    await stopEngine(sync, engine);
    expect(visible(sync)).toEqual(['x', 'x/1', 'y', 'y/2']);
  });

  it('the folder is not to sync any more: so too', async () => {
    const { sync, engine } = await paused();
    const removing = engine.call('folder.remove', { path: ROOT });
    await sync.clock.advance(10 * secondMs);
    await removing;
    expect(visible(sync)).toEqual(['x', 'x/1', 'y', 'y/2']);
    await stopEngine(sync, engine);
  });

  it('since sync is paused: it comes back to sight after a while', async () => {
    const { sync, engine } = await paused();
    await sync.clock.advance(20 * secondMs);
    expect(visible(sync)).toEqual(['x', 'x/1', 'y', 'y/2']);
    await engine.call('sync.resume', {});
    await sync.clock.advance(60 * secondMs);
    expect(visible(sync)).toEqual(['x', 'x/2', 'y', 'y/1']);
    expect([sync.store.divergentIds(), sync.store.issueCount()]).toEqual([[], 0]);
    await stopEngine(sync, engine);
  });

  it('since a program holds that one: it is in sight for as long as that lasts, and both are listed', async () => {
    let isHeld = true;
    const { sync, engine } = await swapped((move) => (isHeld && move > 1 ? 'busy' : undefined));
    for (let time = 0; time < 20; time += 1) {
      await sync.clock.advance(7 * secondMs);
      expect(visible(sync), `after ${time * 7} s`).toEqual(['x', 'x/1', 'y', 'y/2']);
    }
    expect(sync.store.issueCount()).toBeGreaterThan(0);
    isHeld = false;
    await sync.clock.advance(600 * secondMs);
    expect(visible(sync)).toEqual(['x', 'x/2', 'y', 'y/1']);
    expect([sync.store.divergentIds(), sync.store.issueCount()]).toEqual([[], 0]);
    await stopEngine(sync, engine);
  });
});

/** A device that is signed in and has its folder, on a database that can be told to fail; and another one. */
async function overFaultyDatabase() {
  const sync = new TestSync();
  const { clock, disk, environment } = sync;
  const other = await sync.connect('Laptop');
  const database = new FaultyDatabase();
  const store = openStore(':memory:', { now: () => clock.now(), wrap: database.wrap });
  const engine = new TidemarkEngine({ environment, store, profile: '/profile', lockFolder: () => () => undefined });
  await engine.call('account.signIn', { server: sync.cloud.server, email: EMAIL, password: 'correct horse', deviceName: DEVICE });
  await engine.call('folder.add', { path: ROOT });
  return { sync, clock, disk, other, database, store, engine };
}

it('a folder that came back to sight, and got another name before its row said so, is still that folder', async () => {
  const { sync, clock, disk, other, database, store, engine } = await overFaultyDatabase();
  for (const path of ['x/1', 'y/2']) disk.user.writeFile(`${ROOT}/${path}`, path);
  await engine.start();
  await clock.advance(10 * secondMs);
  const before = sync.cloud.nodes(EMAIL);
  const [x, y] = ['x', 'y'].map((name) => before.find((node) => node.name === name));
  if (x === undefined || y === undefined) throw new Error('not in the cloud');

  const moveFolder = disk.moveFolder.bind(disk);
  let renamed = '';
  disk.moveFolder = async (from, to) => {
    await moveFolder(from, to);
    if (renamed !== '' || !from.includes('/parked/')) return;
    renamed = to;
    disk.user.rename(to, `${ROOT}/renamed`);
    let failures = 0;
    database.fault = () => ((failures += 1) === 1 ? { code: 'SQLITE_FULL', what: 'rolled_back' } : undefined);
  };
  await other.commit(
    [
      { op: 'move', id: x.id, base: x.revision, parentId: x.parentId, name: 'y', group: 0 },
      { op: 'move', id: y.id, base: y.revision, parentId: y.parentId, name: 'x', group: 0 },
    ],
    sync.random.id(),
  );
  await clock.advance(120 * secondMs);

  expect(renamed).not.toBe('');
  const ids = (nodes: typeof before): readonly string[] => nodes.map(({ id }) => id).sort();
  expect(ids(sync.cloud.nodes(EMAIL)), 'nothing is there twice').toEqual(ids(before));
  const there = Object.keys(disk.user.snapshot(ROOT)).filter((path) => !path.startsWith('.tidemark'));
  expect(there).toEqual(['x', 'x/2', 'y', 'y/1']);
  expect([store.divergentIds(), store.issueCount()]).toEqual([[], 0]);
  await stopEngine(sync, engine);
});

it('a folder that went out of sight before its row said so is in sight again after a while, as any other', async () => {
  const { sync, clock, disk, other, database, engine } = await overFaultyDatabase();
  await other.commit([{ op: 'mkdir', id: OTHER, parentId: ROOT_ID, name: 'y' }], sync.random.id());
  await other.commit([{ op: 'mkdir', id: GIVES_WAY, parentId: ROOT_ID, name: 'x' }], sync.random.id());
  await engine.start();
  await clock.advance(10 * secondMs);

  const moveFolder = disk.moveFolder.bind(disk);
  let isHidden = false;
  disk.moveFolder = async (from, to) => {
    if (isHidden && from === `${ROOT}/y`) throw new DiskFault('busy', from);
    await moveFolder(from, to);
    if (isHidden || !to.includes('/parked/')) return;
    isHidden = true;
    let failures = 0;
    database.fault = () => ((failures += 1) === 1 ? { code: 'SQLITE_FULL', what: 'rolled_back' } : undefined);
  };
  const baseOf = (id: string): string => sync.cloud.nodes(EMAIL).find((node) => node.id === id)?.revision ?? '';
  const move = (id: string, name: string) => ({ op: 'move' as const, id, base: baseOf(id), parentId: ROOT_ID, name, group: 0 });
  await other.commit([move(GIVES_WAY, 'y'), move(OTHER, 'x')], sync.random.id());
  await clock.advance(60 * secondMs);
  expect([isHidden, disk.user.exists(`${ROOT}/x`), disk.user.exists(`${ROOT}/y`)]).toEqual([true, true, true]);
  await stopEngine(sync, engine);
});

it('what was moved out of a folder just before that was put out of sight is moved, and there once', async () => {
  const sync = new TestSync();
  const other = await sync.connect('Laptop');
  const { store, disk } = sync;
  const commit = (entries: Parameters<typeof other.commit>[0]) => other.commit(entries, sync.random.id());
  await commit([{ op: 'mkdir', id: OTHER, parentId: ROOT_ID, name: 'y' }]);
  await commit([{ op: 'mkdir', id: GIVES_WAY, parentId: ROOT_ID, name: 'x' }]);
  const engine = await engineWithFolder(sync);
  await engine.start();
  await sync.clock.advance(10 * secondMs);
  disk.user.writeFile(`${ROOT}/x/c`, 'c');
  // What is younger is done first.
  disk.user.setMtime(`${ROOT}/x/c`, 1_700_000_000_000);
  void engine.call('sync.now', {});
  await sync.clock.advance(10 * secondMs);
  const before = sync.cloud.nodes(EMAIL);
  const revision = (id: string): string => before.find((node) => node.id === id)?.revision ?? '';
  const c = before.find(({ name }) => name === 'c');
  if (c === undefined) throw new Error('not in the cloud');

  let moves = 0;
  disk.fault = (method, path) => {
    if (method !== 'moveFolder') return undefined;
    moves += 1;
    if (moves > 1) return undefined;
    expect(path).toBe(`${ROOT}/x`);
    disk.user.rename(`${ROOT}/x/c`, `${ROOT}/y/c`);
    return undefined;
  };
  await commit([
    { op: 'move', id: GIVES_WAY, base: revision(GIVES_WAY), parentId: ROOT_ID, name: 'y', group: 0 },
    { op: 'move', id: OTHER, base: revision(OTHER), parentId: ROOT_ID, name: 'x', group: 0 },
    { op: 'move', id: c.id, base: c.revision, parentId: ROOT_ID, name: 'z', group: 0 },
  ]);
  await sync.clock.advance(120 * secondMs);

  expect(
    sync.cloud
      .nodes(EMAIL)
      .map(({ id }) => id)
      .sort(),
  ).toEqual(before.map(({ id }) => id).sort());
  const there = Object.keys(disk.user.snapshot(ROOT)).filter((path) => !path.startsWith('.tidemark'));
  expect(there).toEqual(['x', 'y', 'z']);
  expect([store.divergentIds(), store.issueCount()]).toEqual([[], 0]);
  await stopEngine(sync, engine);
});
