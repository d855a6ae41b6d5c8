import { beforeEach, describe, expect, it } from 'vitest';
import type { EventBody, Status } from '../../contract/index.ts';
import { FakeClock, FakeLog } from '../fakes/index.ts';
import type { Store } from '../store/index.ts';
import { memoryStore } from '../testing/test-sync.ts';
import { Emitter } from './emitter.ts';
import { Publisher } from './publisher.ts';

let clock: FakeClock;
let store: Store;
let log: FakeLog;
let emitter: Emitter;
let publisher: Publisher;
let patches: EventBody<'status.patch'>[];
let lists: string[][];

beforeEach(() => {
  clock = new FakeClock();
  store = memoryStore(clock);
  log = new FakeLog();
  emitter = new Emitter(log);
  publisher = new Publisher(store, clock, emitter);
  patches = [];
  lists = [];
  emitter.on('status.patch', (patch) => patches.push(patch));
  emitter.on('lists.changed', (changed) => lists.push([...changed.lists]));
});

const account = { label: 'a@example.org', region: 'international', deviceName: 'Desk', server: 'https://x' } as const;
const busy = (id: string): void => publisher.status({ type: 'op_started', id, path: `${id}.txt`, direction: 'up', totalBytes: 1000 });

describe('the status', () => {
  it('is told in patches that follow each other, and together are the snapshot', async () => {
    let mirror: Status = publisher.snapshot();
    emitter.on('status.patch', (patch) => {
      expect(patch.revision, 'no gap').toBe(mirror.revision + 1);
      mirror = { ...mirror, ...patch };
    });
    publisher.status({ type: 'account', account });
    await clock.advance(100);
    publisher.status({ type: 'folder', path: '/home/sync' });
    await clock.advance(100);
    busy('a');
    publisher.status({ type: 'op_progress', id: 'a', doneBytes: 500, at: clock.monotonic() });
    await clock.advance(300);
    expect(mirror).toMatchObject({ folder: { path: '/home/sync' }, transfers: [{ path: 'a.txt', doneBytes: 500 }] });
    expect(publisher.snapshot()).toEqual(mirror);
  });

  it('that changes a hundred times in a moment is one patch', async () => {
    for (let n = 0; n < 100; n += 1) publisher.status({ type: 'folder', path: `/home/${n}` });
    expect(patches).toEqual([]);
    await clock.advance(99);
    expect(patches).toEqual([]);
    await clock.advance(1);
    expect(patches).toMatchObject([{ folder: { path: '/home/99' } }]);
  });

  it('that changed and changed back is none', async () => {
    publisher.snapshot();
    const before = patches.length;
    publisher.status({ type: 'folder', path: '/home/sync' });
    publisher.status({ type: 'folder', path: null });
    await clock.advance(1000);
    expect(patches.length).toBe(before);
  });

  it('holds no timer while nothing happens', async () => {
    publisher.status({ type: 'account', account });
    await clock.advance(10_000);
    expect(clock.pending).toEqual([]);
  });

  it('asked for at once is up to date, and later patches go on from it', async () => {
    publisher.status({ type: 'folder', path: '/home/sync' });
    const { revision, folder } = publisher.snapshot();
    expect(folder).toEqual({ path: '/home/sync' });
    publisher.status({ type: 'folder', path: null });
    await clock.advance(100);
    expect(patches.at(-1)).toMatchObject({ revision: revision + 1, folder: null });
  });

  it('shows a speed that fades to nothing when the line stands still', async () => {
    busy('a');
    publisher.status({ type: 'op_progress', id: 'a', doneBytes: 900, at: clock.monotonic() });
    await clock.advance(200);
    expect(publisher.snapshot().upload.bytesPerSecond).toBeGreaterThan(0);
    const before = patches.length;
    await clock.advance(10_000);
    expect(patches.length).toBeGreaterThan(before);
    expect(patches.findLast(({ upload }) => upload !== undefined)?.upload?.bytesPerSecond).toBe(0);
    expect(clock.pending, 'and then nothing more is to be told').toEqual([]);
  });
});

describe('lists', () => {
  it('that changed are named once in a while, each once', async () => {
    publisher.lists('files', 'issues');
    publisher.lists('files');
    publisher.lists('questions');
    await clock.advance(100);
    expect(lists).toEqual([['files', 'issues', 'questions']]);
    await clock.advance(1000);
    expect(lists).toHaveLength(1);
  });

  it('bring the counts up to date', async () => {
    const reason = { code: 'no_permission', params: {} } as const;
    store.transaction((write) => write.putIssue({ key: 'k', path: 'a', kind: 'file', reason, since: 0, attempts: 1, nextTryAt: null }));
    publisher.lists('issues');
    await clock.advance(100);
    expect(patches.at(-1)).toMatchObject({ issues: 1 });
  });

  it.each([
    ['quota_exceeded', { code: 'quota_exceeded', params: {} }],
    ['disk_full', { code: 'disk_full', params: { path: 'a' } }],
  ] as const)('say that room is missing: %s', async (_code, reason) => {
    for (const event of [{ type: 'account', account }, { type: 'folder', path: '/home/sync' }, { type: 'ready' }] as const)
      publisher.status(event);
    store.transaction((write) => write.putIssue({ key: 'k', path: 'a', kind: 'file', reason, since: 0, attempts: 1, nextTryAt: 60_000 }));
    publisher.lists('issues');
    await clock.advance(100);
    expect(publisher.snapshot()).toMatchObject({ state: 'error', reason, issues: 1 });
    store.transaction((write) => write.deleteIssue('k'));
    publisher.lists('issues');
    await clock.advance(100);
    expect(publisher.snapshot()).toMatchObject({ state: 'up_to_date', reason: null, issues: 0 });
  });
});

describe('listeners', () => {
  it('that throw are logged, and the others are told all the same', async () => {
    const told: string[] = [];
    const off = emitter.on('lists.changed', () => {
      throw new Error('boom');
    });
    emitter.on('lists.changed', () => told.push('second'));
    publisher.lists('files');
    await clock.advance(100);
    expect(told).toEqual(['second']);
    expect(log.lines).toMatchObject([{ level: 'error', fields: { event: 'lists.changed', error: 'Error: boom' } }]);
    off();
    publisher.lists('files');
    await clock.advance(100);
    expect(log.lines).toHaveLength(1);
  });
});

it('after the end nothing is told, also of what comes late', async () => {
  publisher.status({ type: 'account', account });
  publisher.stop();
  publisher.status({ type: 'folder', path: '/home/sync' });
  publisher.lists('files');
  expect(clock.pending, 'the store may be closed by then').toEqual([]);
  await clock.advance(1000);
  expect([patches, lists]).toEqual([[], []]);
});
