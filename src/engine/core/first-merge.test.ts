import { beforeEach, describe, expect, it } from 'vitest';
import { secondMs } from '../../base/index.ts';
import type { RemoteNode } from '../model/index.ts';
import { DEVICE, EMAIL, ROOT, TestSync } from '../testing/test-sync.ts';
import { TidemarkEngine } from './engine.ts';
import { FirstMerge, firstMergeQuestion } from './first-merge.ts';

const HASH = { a: 'a'.repeat(64), b: 'b'.repeat(64) };
const id = (number: number): string => number.toString(16).padStart(32, '0');
const TOP = '0'.repeat(32);
const content = (hash: string) => ({ size: 3, hash, blocks: [{ hash, size: 3 }] });
const stat = { kind: 'file', size: 3, dev: '1', ino: '1', birthtimeNs: '1', mtimeNs: '2', ctimeNs: '2', mode: 0o644, links: 1 } as const;
const cloudFile = (number: number, name: string, hash: string): RemoteNode => ({
  kind: 'file',
  id: id(number),
  parentId: TOP,
  name,
  revision: id(900 + number),
  content: content(hash),
  mtimeMs: 0,
  executable: false,
  conflictOf: null,
  conflictDevice: null,
  modifiedBy: null,
  modifiedAt: 0,
});

let sync: TestSync;
const idle = { inFlight: () => false, resting: () => false };

beforeEach(() => {
  sync = new TestSync();
  sync.store.transaction((write) => write.setFolder({ path: ROOT, folderId: id(1), firstMerge: { asked: null } }));
});

const local = (number: number, name: string, hash: string | null): void =>
  sync.store.transaction((write) =>
    write.putLocal({ kind: 'file', id: id(number), parentId: TOP, name, stat, content: hash === null ? null : content(hash) }),
  );
const remote = (number: number, name: string, hash: string): void =>
  sync.store.transaction((write) => write.putRemote(cloudFile(number, name, hash)));

describe('the first merge', () => {
  it('reads what may be the same before it asks, and nothing else', () => {
    const first = new FirstMerge(sync.store, sync.clock);
    local(1, 'a', null);
    local(2, 'only here', null);
    remote(11, 'a', HASH.a);
    expect(first.look(idle, 'all')).toEqual({ step: 'read', ids: [id(1)] });
    expect(first.look({ ...idle, inFlight: (one) => one === id(1) }, 'all')).toEqual({ step: 'read', ids: [] });
    expect(firstMergeQuestion(sync.store)).toBeNull();
    local(1, 'a', HASH.a);
    expect(first.look(idle, 'all')).toEqual({ step: 'asked', changed: true });
    expect(firstMergeQuestion(sync.store)).toMatchObject({ same: { files: 1 }, onlyHere: { files: 1, bytes: 3 }, different: 0 });
    expect(first.look(idle, 'all')).toEqual({ step: 'asked', changed: false });
  });

  it('takes what cannot be read for different: both versions would be kept', () => {
    const first = new FirstMerge(sync.store, sync.clock);
    local(1, 'a', null);
    remote(11, 'a', HASH.a);
    expect(first.look({ ...idle, resting: () => true }, 'all')).toEqual({ step: 'asked', changed: true });
    expect(firstMergeQuestion(sync.store)).toMatchObject({ different: 1, onlyHere: { files: 0 } });
  });

  it('decides nothing while files are being written that it has not seen', () => {
    const first = new FirstMerge(sync.store, sync.clock);
    remote(11, 'a', HASH.a);
    expect(first.look(idle, 'not_yet')).toEqual({ step: 'read', ids: [] });
    expect(first.undecided).toBe(true);
    expect(first.look(idle, 'all')).toEqual({ step: 'go' });
    expect(first.undecided).toBe(false);
  });

  it('takes nothing for empty or the same while some of it is never quiet, or cannot be told', () => {
    const first = new FirstMerge(sync.store, sync.clock);
    remote(11, 'a', HASH.a);
    expect(first.look(idle, 'never_quiet')).toEqual({ step: 'asked', changed: true });
    expect(firstMergeQuestion(sync.store)).toMatchObject({ onlyThere: { files: 1 }, different: 0 });
    const reason = { code: 'file_busy', params: { path: 'open.docx' } } as const;
    const issue = { key: 'path:open.docx', path: 'open.docx', kind: 'file', reason, since: 0, attempts: 0, nextTryAt: null } as const;
    sync.store.transaction((write) => write.putIssue(issue));
    expect(first.look(idle, 'all')).toEqual({ step: 'asked', changed: true });
    expect(firstMergeQuestion(sync.store)).toMatchObject({ different: 1, examples: ['open.docx'] });
    local(1, 'a', HASH.a);
    expect(first.look(idle, 'all')).toEqual({ step: 'asked', changed: true });
    sync.store.transaction((write) => {
      write.deleteIssue(issue.key);
      local(2, 'known', HASH.a);
      remote(12, 'known', HASH.a);
      write.putIssue({ ...issue, key: 'path:known', path: 'known' });
      const skipped = { code: 'symlink_skipped', params: { path: 'link' } } as const;
      write.putIssue({ ...issue, key: 'path:link', path: 'link', kind: null, reason: skipped });
    });
    expect(first.look(idle, 'all')).toEqual({ step: 'go' });
  });

  it('goes on by itself with an empty side, and with two equal ones', () => {
    const first = new FirstMerge(sync.store, sync.clock);
    local(1, 'a', HASH.a);
    remote(11, 'a', HASH.a);
    expect(first.look(idle, 'all')).toEqual({ step: 'go' });
    expect(sync.store.folder()).toEqual({ path: ROOT, folderId: id(1) });
  });

  it('keeps the time it was first asked when the counts change', () => {
    const first = new FirstMerge(sync.store, sync.clock);
    local(1, 'a', HASH.a);
    remote(11, 'b', HASH.b);
    first.look(idle, 'all');
    const since = firstMergeQuestion(sync.store)?.since;
    void sync.clock.advance(secondMs);
    remote(12, 'c', HASH.b);
    expect(first.look(idle, 'all')).toEqual({ step: 'asked', changed: true });
    expect(firstMergeQuestion(sync.store)).toMatchObject({ since, onlyThere: { files: 2 } });
  });
});

/** An engine whose disk takes 40 ms to list a folder, with `here` in a folder of its own and `there` in the cloud. */
async function slowEngine(): Promise<TidemarkEngine> {
  sync = new TestSync();
  const other = await sync.connect('Laptop');
  const { store, clock, disk } = sync;
  const list: typeof disk.list = async (path) => {
    await clock.sleep(40);
    return disk.list(path);
  };
  const slow = new Proxy(disk, {
    get: (target, key) => {
      const member: unknown = key === 'list' ? list : Reflect.get(target, key, target);
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
  const environment = { ...sync.environment, disk: slow };
  const made = { op: 'mkdir', id: id(50), base: null, parentId: TOP, name: 'there' } as const;
  await other.commit([made], environment.random.id());
  const engine = new TidemarkEngine({ environment, store, profile: '/profile', lockFolder: () => () => undefined });
  await engine.call('account.signIn', { server: sync.cloud.server, email: EMAIL, password: 'correct horse', deviceName: DEVICE });
  return engine;
}

const begin = async (engine: TidemarkEngine): Promise<void> => {
  const added = engine.call('folder.add', { path: ROOT });
  await sync.clock.advance(0);
  await added;
  await engine.start();
};

const end = async (engine: TidemarkEngine): Promise<void> => {
  const stopping = engine.stop();
  await sync.clock.advance(secondMs);
  await stopping;
};

describe('an engine that asks about the first merge', () => {
  it('never takes this side for empty while all that is here is being written, whenever it is asked to look', async () => {
    const engine = await slowEngine();
    const { clock, disk, store } = sync;
    disk.user.writeFile(`${ROOT}/here`, 'x');
    await begin(engine);
    for (let tick = 0; tick < 400; tick += 1) {
      disk.user.writeFile(`${ROOT}/here`, `x${tick}`);
      // The cloud is asked in every moment of a look at the folder.
      if (tick % 3 === 0) void engine.call('sync.preview', {}).catch(() => undefined);
      await clock.advance(7);
      expect(store.folder()?.firstMerge).toBeDefined();
      expect(store.local.size + store.synced.size).toBe(0);
    }
    await clock.advance(10 * secondMs);
    expect(firstMergeQuestion(store)).toMatchObject({ onlyHere: { files: 1 }, onlyThere: { folders: 1 } });
    await end(engine);
  });

  it('asks with what it has seen when files here are never quiet', async () => {
    const engine = await slowEngine();
    const { clock, disk, store } = sync;
    disk.user.writeFile(`${ROOT}/log`, 'x');
    disk.user.writeFile(`${ROOT}/here`, 'x');
    await clock.advance(secondMs);
    await begin(engine);
    for (let tick = 0; tick < 200; tick += 1) {
      disk.user.writeFile(`${ROOT}/log`, `x${tick}`);
      await clock.advance(50);
    }
    expect(firstMergeQuestion(store)).toMatchObject({ onlyHere: { files: 1 }, onlyThere: { folders: 1 } });
    await end(engine);
  });

  it('sends, receives and settles nothing, whatever goes on around it', async () => {
    sync = new TestSync();
    const other = await sync.connect('Laptop');
    const { environment, store } = sync;
    const made = { op: 'mkdir', id: id(50), base: null, parentId: TOP, name: 'there' } as const;
    await other.commit([made], environment.random.id());
    const engine = new TidemarkEngine({ environment, store, profile: '/profile', lockFolder: () => () => undefined });
    await engine.call('account.signIn', { server: sync.cloud.server, email: EMAIL, password: 'correct horse', deviceName: DEVICE });
    sync.disk.user.writeFile(`${ROOT}/here`, 'x');
    await engine.call('folder.add', { path: ROOT });
    await engine.start();
    await sync.clock.advance(10 * secondMs);
    expect(firstMergeQuestion(store)).toMatchObject({ onlyHere: { files: 1 }, onlyThere: { folders: 1 } });
    // A restart in the middle of it, a pause, a deletion and something new.
    await engine.call('sync.pause', { until: null });
    sync.disk.user.writeFile(`${ROOT}/more`, 'y');
    await engine.call('sync.resume', {});
    await engine.call('sync.now', {});
    await sync.clock.advance(10 * secondMs);
    expect(firstMergeQuestion(store)).toMatchObject({ onlyHere: { files: 2 } });
    expect(store.synced.size).toBe(0);
    expect(store.remote.size).toBe(1);
    await engine.call('questions.answer', { id: 'first-merge', choice: 'merge' });
    await sync.clock.advance(10 * secondMs);
    expect([store.synced.size, store.remote.size, store.local.size]).toEqual([3, 3, 3]);
    const stopping = engine.stop();
    await sync.clock.advance(secondMs);
    await stopping;
  });
});
