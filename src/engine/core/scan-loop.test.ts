import { beforeEach, describe, expect, it } from 'vitest';
import { joinPath, secondMs } from '../../base/index.ts';
import type { ErrorData } from '../../contract/index.ts';
import { parkedFolder } from '../apply/index.ts';
import { createMarker, prepareOwnFolder } from '../local/index.ts';
import { type NodeId, PARKED_ID, ROOT_ID } from '../model/index.ts';
import { ROOT, TestSync } from '../testing/test-sync.ts';
import { ScanLoop } from './scan-loop.ts';

let sync: TestSync;
let loop: ScanLoop;
let isWatched: boolean;
let volumesBack: number;
let unsafe: ErrorData | null;
let changed: NodeId[];
beforeEach(() => begin(new TestSync()));

async function begin(on: TestSync): Promise<void> {
  isWatched = true;
  volumesBack = 0;
  unsafe = null;
  changed = [];
  sync = on;
  const context = sync.context(await sync.connect('Desk'));
  await createMarker(sync.disk, ROOT, context.folder.folderId);
  await prepareOwnFolder(sync.disk, ROOT, context.folder.folderId);
  loop = new ScanLoop(context, {
    onChanged: (ids) => {
      changed.push(...ids);
    },
    onFolderState: () => undefined,
    onScanned: () => undefined,
    prepare: () => Promise.resolve(null),
    makeDurable: () => Promise.resolve(unsafe),
    isWatched: () => isWatched,
    onVolumeBack: () => {
      volumesBack += 1;
    },
  });
  void loop.run();
}

const idsHere = (): Readonly<Record<string, NodeId>> => {
  const walk = (parent: NodeId, above: string): [string, NodeId][] =>
    [...sync.store.local.children(parent)].flatMap(({ id, name }) => {
      const path = joinPath(above, name);
      return [[path, id] as [string, NodeId], ...walk(id, path)];
    });
  return Object.fromEntries(walk(ROOT_ID, ''));
};

async function look(): Promise<void> {
  const looked = loop.scan('all');
  await sync.clock.advance(secondMs);
  await looked;
}

/** Files of which a look has told, each with its path as its content; answers the ids of all there is. */
async function settledWith(...paths: readonly string[]): Promise<Readonly<Record<string, NodeId>>> {
  for (const path of paths) sync.disk.user.writeFile(`${ROOT}/${path}`, path);
  await sync.clock.advance(secondMs);
  await look();
  return idsHere();
}

it('what is missed in one folder, while the hint of another one comes, is looked for there before it counts as gone', async () => {
  const { user } = sync.disk;
  const before = await settledWith('a/x', 'f/y');
  expect(Object.keys(before).sort()).toEqual(['a', 'a/x', 'f', 'f/y']);

  const slow = Promise.withResolvers<void>();
  const list = sync.disk.list.bind(sync.disk);
  sync.disk.list = async (path) => {
    const entries = await list(path);
    if (path === ROOT) await slow.promise;
    return entries;
  };
  user.rename(`${ROOT}/a`, `${ROOT}/f/a`);
  loop.hint('');
  await sync.clock.advance(2 * secondMs);
  loop.hint('f');
  slow.resolve();
  await sync.clock.advance(2 * secondMs);
  const after = idsHere();
  expect(after).toEqual({ f: before['f'], 'f/y': before['f/y'], 'f/a': before['a'], 'f/a/x': before['a/x'] });
});

it('a look at everything that the disk broke off goes on below the folder that could not be listed', async () => {
  const { user } = sync.disk;
  const before = await settledWith('a/x', 'f/deep/y');
  user.rename(`${ROOT}/a/x`, `${ROOT}/f/deep/x`);
  let failures = 2;
  sync.disk.fault = (method, path) => (method === 'list' && path === ROOT && failures-- > 0 ? 'failed' : undefined);
  await look();
  await sync.clock.advance(2 * secondMs);
  expect(failures).toBeLessThan(0);
  expect(idsHere()).toEqual({
    a: before['a'],
    f: before['f'],
    'f/deep': before['f/deep'],
    'f/deep/y': before['f/deep/y'],
    'f/deep/x': before['a/x'],
  });
});

it('a look at everything, while the volume was away for a moment, goes on below the folders that were not there then', async () => {
  const { user } = sync.disk;
  const before = await settledWith('a/b/x', 'f/deep/y');
  user.rename(`${ROOT}/a/b`, `${ROOT}/f/deep/b`);
  await sync.clock.advance(10 * secondMs);
  const away = new Set(['a', 'f'].map((name) => `${ROOT}/${name}`));
  sync.disk.fault = (method, path) => (method === 'list' && away.delete(path) ? 'missing' : undefined);
  await look();
  loop.hint('a');
  await sync.clock.advance(10 * secondMs);
  expect(away.size).toBe(0);
  expect(idsHere()).toEqual({
    a: before['a'],
    f: before['f'],
    'f/deep': before['f/deep'],
    'f/deep/y': before['f/deep/y'],
    'f/deep/b': before['a/b'],
    'f/deep/b/x': before['a/b/x'],
  });
});

it('what was told of a folder, while one above it was not there for a moment, is looked into after that', async () => {
  const { user } = sync.disk;
  const before = await settledWith('a/b/x', 'f/y');
  user.writeFile(`${ROOT}/a/b/new`, 'new');
  await sync.clock.advance(10 * secondMs);
  let away = 1;
  sync.disk.fault = (method, path) => (method === 'stat' && path === `${ROOT}/a` && away-- > 0 ? 'missing' : undefined);
  loop.hint('a/b');
  await sync.clock.advance(10 * secondMs);
  expect(away).toBeLessThan(1);
  expect(Object.keys(idsHere()).sort()).toEqual([...Object.keys(before), 'a/b/new'].sort());
});

it('a folder that could not be listed goes on being looked into where Tidemark has moved it', async () => {
  const { user } = sync.disk;
  const before = await settledWith('a/x', 'f/deep/y', 'other/z');
  user.rename(`${ROOT}/a/x`, `${ROOT}/f/deep/x`);
  await sync.clock.advance(secondMs);
  sync.disk.fault = (method, path) => (method === 'list' && path === `${ROOT}/f` ? 'failed' : undefined);
  const looked = loop.scan('all');
  await sync.clock.advance(100);
  await looked;
  expect(idsHere()).toEqual(before);
  user.rename(`${ROOT}/f`, `${ROOT}/other/f`);
  const f = sync.store.local.get(before['f'] ?? '');
  if (f === undefined) throw new Error('not known');
  sync.store.transaction((write) => write.putLocal({ ...f, parentId: before['other'] ?? '' }));
  loop.moved('f', 'other/f');
  sync.disk.fault = undefined;
  await sync.clock.advance(10 * secondMs);
  expect(idsHere()['other/f/deep/x']).toBe(before['a/x']);
});

it('where nothing is watched, what is missed in the one folder that is looked at is looked for everywhere first', async () => {
  const { user } = sync.disk;
  const before = await settledWith('a/x', 'f/y');
  isWatched = false;
  user.rename(`${ROOT}/a/x`, `${ROOT}/f/x`);
  await sync.clock.advance(secondMs);
  const looked = loop.scan(['a']);
  await sync.clock.advance(secondMs);
  await looked;
  expect(idsHere()).toEqual({ a: before['a'], f: before['f'], 'f/y': before['f/y'], 'f/x': before['a/x'] });
  user.remove(`${ROOT}/f/x`);
  await sync.clock.advance(secondMs);
  const again = loop.scan(['f']);
  await sync.clock.advance(secondMs);
  await again;
  expect(Object.keys(idsHere()).sort(), 'what is nowhere is gone').toEqual(['a', 'f', 'f/y']);
});

it('what is in a folder that moved away from the rule that left it out is planned again', async () => {
  const { user } = sync.disk;
  const before = await settledWith('ruled/d/x', 'ruled/d/y');
  user.writeFile(`${ROOT}/ruled/.tidemarkignore`, 'x');
  await sync.clock.advance(secondMs);
  await look();
  changed = [];
  user.rename(`${ROOT}/ruled/d`, `${ROOT}/d`);
  await look();
  expect(idsHere()['d/y']).toBe(before['ruled/d/y']);
  expect(changed).toEqual(expect.arrayContaining([before['ruled/d'], idsHere()['d/x'], before['ruled/d/y']]));
});

it('what is saved in a program that stays open is known once it has been quiet for longer, though nothing else happens', async () => {
  const { user } = sync.disk;
  user.writeFile(`${ROOT}/f/report.docx`, 'saved');
  user.writeFile(`${ROOT}/f/~$port.docx`, 'Ann');
  user.writeFile(`${ROOT}/f/other.txt`, 'other');
  loop.hint('f');
  await sync.clock.advance(2 * secondMs);
  expect(Object.keys(idsHere())).toEqual(['f', 'f/other.txt']);
  expect([loop.watchingBusyFiles, sync.store.issues({ limit: 9 }).map(({ path }) => path)]).toEqual([false, ['f/report.docx']]);
  await sync.clock.advance(10 * secondMs);
  expect(Object.keys(idsHere())).toEqual(['f', 'f/other.txt', 'f/report.docx']);
  expect([loop.watchingBusyFiles, sync.store.issueCount()]).toEqual([false, 0]);
});

it('what was told of in a folder that may not be looked at just then is looked for by the next look, wherever that looks', async () => {
  const { user } = sync.disk;
  const before = await settledWith('f/a/b/x', 'f/c/y');
  user.rename(`${ROOT}/f/a/b`, `${ROOT}/f/c/b`);
  sync.disk.fault = (method, path) => (method === 'stat' && path === `${ROOT}/f` ? 'denied' : undefined);
  for (const folder of ['f/a', 'f/c']) loop.hint(folder);
  await sync.clock.advance(secondMs);
  sync.disk.fault = undefined;
  expect(idsHere()).toEqual(before);
  user.writeFile(`${ROOT}/f/a/new`, 'new');
  loop.hint('f/a');
  await sync.clock.advance(secondMs);
  expect(idsHere()['f/c/b']).toBe(before['f/a/b']);
});

it('rules that a look took over which came to nothing are what the next one looks at everything with', async () => {
  const { user } = sync.disk;
  for (const path of ['f/deep/x.log', 'f/y']) user.writeFile(`${ROOT}/${path}`, path);
  user.writeFile(`${ROOT}/f/.tidemarkignore`, '*.log');
  await sync.clock.advance(secondMs);
  await look();
  expect(Object.keys(idsHere()).sort()).toEqual(['f', 'f/.tidemarkignore', 'f/deep', 'f/y']);
  user.writeFile(`${ROOT}/f/.tidemarkignore`, '*.tmp');
  await sync.clock.advance(secondMs);
  unsafe = { code: 'folder_unreadable', params: { path: ROOT } };
  loop.hint('f');
  await sync.clock.advance(secondMs);
  unsafe = null;
  await sync.clock.advance(10 * secondMs);
  expect(Object.keys(idsHere()).sort()).toEqual(['f', 'f/.tidemarkignore', 'f/deep', 'f/deep/x.log', 'f/y']);
});

it('what was told of in a folder is found where another one took the place of the folder above it, and it was put in there', async () => {
  const { user } = sync.disk;
  const before = await settledWith('a/b/x', 'f/y');
  user.rename(`${ROOT}/f/y`, `${ROOT}/a/b/y`);
  user.mkdir(`${ROOT}/a2`);
  user.rename(`${ROOT}/a/b`, `${ROOT}/a2/b`);
  user.remove(`${ROOT}/a`);
  user.rename(`${ROOT}/a2`, `${ROOT}/a`);
  await sync.clock.advance(secondMs);
  for (const path of ['', 'a', 'a/b', 'f']) loop.hint(path);
  await sync.clock.advance(20 * secondMs);
  const now = idsHere();
  expect([now['a/b/x'], now['a/b/y']]).toEqual([before['a/b/x'], before['f/y']]);
});

it('what was told of in a folder that may not be listed just then is looked for by the next look', async () => {
  const { user } = sync.disk;
  const before = await settledWith('a/x', 'f/y');
  user.rename(`${ROOT}/a/x`, `${ROOT}/f/x`);
  sync.disk.fault = (method, path) => (method === 'list' && path === `${ROOT}/f` ? 'denied' : undefined);
  loop.hint('f');
  await sync.clock.advance(secondMs);
  sync.disk.fault = undefined;
  loop.hint('a');
  await sync.clock.advance(10 * secondMs);
  expect(idsHere()).toEqual({ a: before['a'], f: before['f'], 'f/y': before['f/y'], 'f/x': before['a/x'] });
});

it('a name that came and may not be looked at counts also by the next look, where that misses what went', async () => {
  const { user } = sync.disk;
  const before = await settledWith('a/x', 'f/y');
  user.rename(`${ROOT}/a/x`, `${ROOT}/f/x`);
  sync.disk.entryFault = (path) => (path === `${ROOT}/f/x` ? 'denied' : undefined);
  loop.hint('f');
  await sync.clock.advance(secondMs);
  loop.hint('a');
  await sync.clock.advance(10 * secondMs);
  sync.disk.entryFault = undefined;
  loop.hint('f');
  await sync.clock.advance(60 * secondMs);
  expect(idsHere()).toEqual({ a: before['a'], f: before['f'], 'f/y': before['f/y'], 'f/x': before['a/x'] });
});

it('a folder that is back by the look after the one that missed it is looked into with all that is in it', async () => {
  const { user } = sync.disk;
  const before = await settledWith('a/b/x', 'f/y');
  user.rename(`${ROOT}/f/y`, `${ROOT}/a/b/y`);
  await sync.clock.advance(secondMs);
  user.rename(`${ROOT}/a`, `/elsewhere`);
  const looked = loop.scan('all');
  await sync.clock.advance(20);
  await looked;
  user.rename(`/elsewhere`, `${ROOT}/a`);
  loop.hint('');
  await sync.clock.advance(10 * secondMs);
  expect(idsHere()).toEqual({ a: before['a'], 'a/b': before['a/b'], f: before['f'], 'a/b/x': before['a/b/x'], 'a/b/y': before['f/y'] });
});

it('so is one that stayed only for what came from it and is being written', async () => {
  const { user } = sync.disk;
  const before = await settledWith('a/b/x', 'a/saved', 'f/y');
  user.rename(`${ROOT}/f/y`, `${ROOT}/a/b/y`);
  user.rename(`${ROOT}/a/saved`, `${ROOT}/saved`);
  user.rename(`${ROOT}/a`, `/elsewhere`);
  await sync.clock.advance(secondMs);
  user.writeFile(`${ROOT}/saved`, 'anew');
  const looked = loop.scan('all');
  await sync.clock.advance(20);
  await looked;
  expect(idsHere()['a']).toBe(before['a']);
  user.rename(`/elsewhere`, `${ROOT}/a`);
  loop.hint('');
  await sync.clock.advance(10 * secondMs);
  expect(Object.keys(idsHere()).sort()).toEqual(['a', 'a/b', 'a/b/x', 'a/b/y', 'f', 'saved']);
});

it('a folder that came, and was gone when its turn came, is looked into when it is back', async () => {
  const { user } = sync.disk;
  user.writeFile(`${ROOT}/f/y`, 'y');
  await sync.clock.advance(secondMs);
  await look();
  user.writeFile(`${ROOT}/new/z`, 'z');
  await sync.clock.advance(secondMs);
  let away = 1;
  sync.disk.fault = (method, path) => (method === 'list' && path === `${ROOT}/new` && away-- > 0 ? 'missing' : undefined);
  loop.hint('');
  await sync.clock.advance(10 * secondMs);
  expect(Object.keys(idsHere()).sort()).toEqual(['f', 'f/y', 'new', 'new/z']);
});

it('a folder that is never there when its turn comes is not looked at without end', async () => {
  const { user } = sync.disk;
  user.writeFile(`${ROOT}/f/y`, 'y');
  await sync.clock.advance(secondMs);
  await look();
  let times = 0;
  sync.disk.fault = (method, path) => {
    if (method !== 'list' || path !== `${ROOT}/f`) return undefined;
    times += 1;
    return 'missing';
  };
  await look();
  await sync.clock.advance(100 * secondMs);
  expect([loop.watchingBusyFiles, times < 60]).toEqual([false, true]);
});

it('a folder that may not be listed is looked at with another one that the same look failed to list', async () => {
  const { user } = sync.disk;
  const before = await settledWith('a/x', 'f/y');
  user.rename(`${ROOT}/a/x`, `${ROOT}/f/x`);
  await sync.clock.advance(secondMs);
  const faults = new Map([
    [`${ROOT}/f`, 'denied' as const],
    [`${ROOT}/a`, 'failed' as const],
  ]);
  sync.disk.fault = (method, path) => {
    const fault = method === 'list' ? faults.get(path) : undefined;
    faults.delete(fault === undefined ? '' : path);
    return fault;
  };
  await look();
  await sync.clock.advance(10 * secondMs);
  expect(idsHere()).toEqual({ a: before['a'], f: before['f'], 'f/y': before['f/y'], 'f/x': before['a/x'] });
});

it('a folder that may not be looked into is one line in the list, whatever is known in it', async () => {
  const before = await settledWith('a/b/c/x', 'a/d/y', 'f/z');
  sync.disk.fault = (method, path) =>
    (method === 'list' && path === `${ROOT}/a`) || (method === 'stat' && path.startsWith(`${ROOT}/a/`)) ? 'denied' : undefined;
  for (const folder of ['a', 'f']) {
    loop.hint(folder);
    await sync.clock.advance(secondMs);
  }
  expect(sync.store.issues({ limit: 9 }).map(({ path }) => path)).toEqual(['a']);
  sync.disk.fault = undefined;
  loop.hint('f');
  await sync.clock.advance(secondMs);
  expect([sync.store.issueCount(), idsHere()]).toEqual([0, before]);
});

it('what was told of in a folder that may not be listed just then is looked for also where everything was looked at', async () => {
  const { user } = sync.disk;
  const before = await settledWith('a/x', 'f/deep/y');
  user.rename(`${ROOT}/a/x`, `${ROOT}/f/deep/x`);
  await sync.clock.advance(secondMs);
  const denied = new Set(['a', 'f'].map((name) => `${ROOT}/${name}`));
  sync.disk.fault = (method, path) => (method === 'list' && denied.delete(path) ? 'denied' : undefined);
  loop.hint('f/deep');
  await look();
  loop.hint('a');
  await sync.clock.advance(10 * secondMs);
  expect(denied.size).toBe(0);
  expect(idsHere()).toEqual({
    a: before['a'],
    f: before['f'],
    'f/deep': before['f/deep'],
    'f/deep/y': before['f/deep/y'],
    'f/deep/x': before['a/x'],
  });
});

it('what has the place of an item that went into a folder out of sight is not looked at without end while that is there', async () => {
  const { user } = sync.disk;
  await settledWith('a/x', 'p/y');
  const { p = '', 'a/x': x = '', ...before } = idsHere();
  const folder = sync.store.local.get(p);
  if (folder === undefined) throw new Error('no folder');
  const place = parkedFolder(ROOT, p);
  user.mkdir(place);
  user.rename(`${ROOT}/a/x`, `${ROOT}/p/x`);
  user.rename(`${ROOT}/p`, `${place}/p`);
  user.writeFile(`${ROOT}/a/x/other`, 'other');
  sync.store.transaction((write) => write.putLocal({ ...folder, parentId: PARKED_ID }));
  await sync.clock.advance(secondMs);
  let times = 0;
  sync.disk.fault = (method, path) => {
    if (method === 'list' && path === `${ROOT}/a`) times += 1;
    return undefined;
  };
  for (const hinted of ['', 'a']) loop.hint(hinted);
  for (let tenths = 0; tenths < 1000; tenths += 1) await sync.clock.advance(100);
  expect(idsHere()).toMatchObject({ a: before['a'], 'a/x': x });
  expect(times).toBeLessThan(200);

  user.rename(`${place}/p`, `${ROOT}/p`);
  sync.store.transaction((write) => write.putLocal(folder));
  loop.cameBack('p');
  await sync.clock.advance(10 * secondMs);
  const now = idsHere();
  expect([Object.keys(now).sort(), now['p/x']]).toEqual([['a', 'a/x', 'a/x/other', 'p', 'p/x', 'p/y'], x]);
});

it('what was told of below a folder that may not be listed is looked into there', async () => {
  const { user } = sync.disk;
  const before = await settledWith('a/x', 'f/deep/y');
  user.rename(`${ROOT}/a/x`, `${ROOT}/f/deep/x`);
  let faults = 1;
  sync.disk.fault = (method, path) =>
    path === `${ROOT}/f` && (method === 'list' || (method === 'stat' && faults-- > 0)) ? 'denied' : undefined;
  for (const hinted of ['f/deep', 'a']) {
    loop.hint(hinted);
    await sync.clock.advance(10 * secondMs);
  }
  expect(idsHere()).toMatchObject({ f: before['f'], 'f/deep': before['f/deep'], 'f/deep/x': before['a/x'] });
});

it('what is in a folder that may not be listed costs nothing, however much it is', async () => {
  const { user } = sync.disk;
  user.writeFile(`${ROOT}/a/x`, 'x');
  for (let index = 0; index < 50; index += 1) user.mkdir(`${ROOT}/f/${String(index)}/deep`);
  await sync.clock.advance(secondMs);
  await look();
  let calls = 0;
  sync.disk.fault = (method, path) => {
    calls += 1;
    return method === 'list' && path === `${ROOT}/f` ? 'denied' : undefined;
  };
  for (const hinted of ['f', 'a']) {
    calls = 0;
    const looked = loop.scan([hinted]);
    await sync.clock.advance(secondMs);
    await looked;
  }
  expect(calls).toBeLessThan(50);
});

describe('without birth times', () => {
  beforeEach(async () => {
    await begin(new TestSync({ birthTimes: false }));
    for (const path of ['a/x', 'f/y']) sync.disk.user.writeFile(`${ROOT}/${path}`, path);
    await sync.clock.advance(secondMs);
    await look();
    for (const [path, id] of Object.entries(idsHere())) {
      const node = sync.store.local.get(id);
      if (node?.kind !== 'file') continue;
      const { content } = await sync.disk.cut(`${ROOT}/${path}`, node.stat);
      sync.store.transaction((write) => write.putLocal({ ...node, content }));
    }
  });

  it('a file that may have moved, and cannot be read just then, is looked at again', async () => {
    const before = idsHere();
    sync.disk.user.rename(`${ROOT}/a/x`, `${ROOT}/f/x`);
    let faults = 1;
    sync.disk.fault = (method) => (method === 'cut' && faults-- > 0 ? 'busy' : undefined);
    for (const folder of ['a', 'f']) loop.hint(folder);
    await sync.clock.advance(10 * secondMs);
    expect(faults).toBeLessThan(1);
    expect(idsHere()).toEqual({ a: before['a'], f: before['f'], 'f/x': before['a/x'], 'f/y': before['f/y'] });
  });

  it('one that never can be read keeps nothing from going on', async () => {
    const before = idsHere();
    sync.disk.user.rename(`${ROOT}/a/x`, `${ROOT}/f/x`);
    sync.disk.fault = (method) => (method === 'cut' ? 'denied' : undefined);
    for (const folder of ['a', 'f']) loop.hint(folder);
    await sync.clock.advance(10 * secondMs);
    const { 'f/x': moved, ...others } = idsHere();
    expect(others).toEqual({ a: before['a'], f: before['f'], 'f/y': before['f/y'] });
    expect([undefined, before['a/x']]).not.toContain(moved);
  });

  it('a file that moved into a new folder, or with its folder, is the same one', async () => {
    const before = idsHere();
    sync.disk.user.mkdir(`${ROOT}/new`);
    sync.disk.user.rename(`${ROOT}/a/x`, `${ROOT}/new/x`);
    sync.disk.user.rename(`${ROOT}/f`, `${ROOT}/new/g`);
    await sync.clock.advance(secondMs);
    await look();
    await sync.clock.advance(10 * secondMs);
    const now = idsHere();
    expect(Object.keys(now).sort()).toEqual(['a', 'new', 'new/g', 'new/g/y', 'new/x']);
    expect([now['new/x'], now['new/g/y']]).toEqual([before['a/x'], before['f/y']]);
  });
});

it('a volume in the folder that was away and is back is told of: the watch does not come back with it', async () => {
  const { user } = sync.disk;
  await settledWith('stick/x', 'other');
  const stick = sync.store.local.get(idsHere()['stick'] ?? '');
  const inside = sync.store.local.get(idsHere()['stick/x'] ?? '');
  if (stick === undefined || inside === undefined) throw new Error('not known');
  sync.store.transaction((write) => {
    for (const node of [stick, inside]) write.putLocal({ ...node, stat: { ...node.stat, dev: '77' } });
  });
  user.remove(`${ROOT}/stick/x`);
  await look();
  expect([sync.store.issues({ limit: 10 }).map(({ reason }) => reason.code), volumesBack]).toEqual([['folder_missing'], 0]);
  user.writeFile(`${ROOT}/stick/x`, 'stick/x');
  await sync.clock.advance(secondMs);
  await look();
  expect([sync.store.issueCount(), volumesBack]).toEqual([0, 1]);
});
