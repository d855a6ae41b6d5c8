import { describe, expect, it, vi } from 'vitest';
import type { Activity, FileItem, ResultOf } from '../../src/contract/index.ts';
import { FakeEngine, emptyStatus } from '../testing/fake-engine.ts';
import { connected } from '../testing/lines.ts';
import { byDay, createActivityStore, tally } from './activity.ts';
import { createConflictsStore, createQuestionsStore } from './decisions.ts';
import { createDevicesStore, deviceName } from './devices.ts';
import { createFilesStore, treeLines } from './files.ts';
import { createSettingsStore } from './settings.ts';
import { createStatusStore } from './status.ts';
import { createUndoStore } from './undo.ts';

const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 5000, interval: 2 });
const item = (path: string, kind: 'file' | 'folder' = 'file'): FileItem => ({
  path,
  name: path.split('/').at(-1) ?? '',
  kind,
  sizeBytes: 1,
  modifiedMs: 0,
  state: 'synced',
  reason: null,
  nextTryAt: null,
});
const row = (id: number, at: number, kind: Activity['kind'] = 'uploaded'): Activity => ({
  id,
  at,
  kind,
  path: `${id}.docx`,
  otherPath: null,
  sizeBytes: 1,
  device: null,
  undoes: null,
  undo: { state: 'impossible', way: null, until: null, reason: null },
});

describe('the status', () => {
  it('follows patches, asks again after a gap, and stays while the line is broken', async () => {
    const engine = new FakeEngine({ revision: 4, state: 'up_to_date', items: 1 });
    const { session, line } = connected(engine);
    const store = createStatusStore(session);
    await until(() => expect(store.getState().status?.items).toBe(1));
    engine.patch({ items: 2 });
    expect(store.getState().status?.items).toBe(2);
    engine.status = { ...engine.status, revision: 9, items: 7 };
    engine.emit('status.patch', { revision: 9, items: 7 });
    await until(() => expect(store.getState().status).toMatchObject({ revision: 9, items: 7 }));
    line.put({ kind: 'lost', nextTryAt: 5 });
    expect(store.getState()).toMatchObject({ link: { kind: 'lost' }, status: { items: 7 } });
    line.connect(new FakeEngine({ revision: 1, items: 3 }));
    await until(() => expect(store.getState().status).toMatchObject({ revision: 1, items: 3 }));
  });
});

describe('files', () => {
  it('opens folders into lines with levels, and forgets what is closed', async () => {
    const engine = new FakeEngine();
    engine.items = [item('a', 'folder'), item('z.docx'), item('a/b', 'folder'), item('a/c.docx'), item('a/b/d.docx')];
    const files = createFilesStore(connected(engine).session);
    const stop = files.follow();
    await until(() => expect(files.getState().folders.get('')?.phase).toBe('ready'));
    const lines = (): string[] =>
      treeLines(files.getState()).map((line) =>
        line.kind === 'item' ? `${line.level} ${line.item.path} ${line.position}/${line.siblings}` : line.kind,
      );
    expect(lines()).toEqual(['1 a 1/2', '1 z.docx 2/2']);
    files.toggle('a');
    expect(lines()).toEqual(['1 a 1/2', 'loading', '1 z.docx 2/2']);
    await until(() => expect(lines()).toEqual(['1 a 1/2', '2 a/b 1/2', '2 a/c.docx 2/2', '1 z.docx 2/2']));
    files.toggle('a');
    expect(lines()).toEqual(['1 a 1/2', '1 z.docx 2/2']);
    expect(files.getState().folders.has('a')).toBe(false);
    stop();
  });

  it('reads large folders in pages', async () => {
    const engine = new FakeEngine();
    engine.items = Array.from({ length: 230 }, (_, index) => item(`${String(index).padStart(3, '0')}.docx`));
    const files = createFilesStore(connected(engine).session);
    const stop = files.follow();
    const root = (): number => files.getState().folders.get('')?.rows.length ?? 0;
    await until(() => expect(root()).toBe(100));
    expect(treeLines(files.getState()).at(-1)).toMatchObject({ kind: 'loading', more: true });
    files.more('');
    await until(() => expect(root()).toBe(200));
    files.more('');
    await until(() => expect(root()).toBe(230));
    files.more('');
    expect(treeLines(files.getState()).at(-1)).toMatchObject({ kind: 'item', siblings: 230 });
    expect(engine.calls.filter(({ method }) => method === 'files.list')).toHaveLength(3);
    stop();
  });

  it('reads again what is open when the engine says that it changed', async () => {
    const engine = new FakeEngine();
    engine.items = [item('a.docx')];
    const files = createFilesStore(connected(engine).session);
    const stop = files.follow();
    await until(() => expect(files.getState().folders.get('')?.rows).toHaveLength(1));
    engine.items = [item('a.docx'), item('b.docx')];
    engine.emit('lists.changed', { lists: ['issues'] });
    engine.emit('lists.changed', { lists: ['files'] });
    await until(() => expect(files.getState().folders.get('')?.rows).toHaveLength(2));
    stop();
    engine.emit('lists.changed', { lists: ['files'] });
    expect(engine.listeners('lists.changed')).toBe(0);
  });

  it('explains the item that was asked for last', async () => {
    const engine = new FakeEngine();
    engine.items = [item('a.docx'), item('b.docx')];
    const files = createFilesStore(connected(engine).session);
    void files.explain(item('a.docx'));
    await files.explain(item('b.docx'));
    expect(files.getState().explained).toMatchObject({ item: { path: 'b.docx' }, explanation: { path: 'b.docx' } });
  });
});

describe('activity', () => {
  it('asks with search and filter, and starts over when they change', async () => {
    const engine = new FakeEngine();
    engine.activity = [row(3, 30, 'deleted_here'), row(2, 20), row(1, 10)];
    const activity = createActivityStore(connected(engine).session);
    activity.ask({ filter: 'deleted' });
    await until(() => expect(activity.list.getState().rows.map(({ id }) => id)).toEqual([3]));
    activity.ask({ filter: 'all', search: ' 2 ' });
    expect(activity.list.getState().rows).toEqual([]);
    await until(() => expect(activity.list.getState().rows.map(({ id }) => id)).toEqual([2]));
    expect(engine.calls.at(-1)?.params).toEqual({ limit: 100, search: '2' });
  });

  it('is grouped by the days of the person, across the change of the clocks', () => {
    const noon = (day: number): number => new Date(2026, 2, day, 12).getTime();
    const lines = byDay([row(4, noon(30)), row(3, noon(29) + 1), row(2, noon(29)), row(1, noon(28))]);
    expect(lines.map((line) => (line.kind === 'day' ? new Date(line.day).getDate() : line.row.id))).toEqual([30, 4, 29, 3, 2, 28, 1]);
  });

  it('counts what went which way since midnight', () => {
    const rows = [
      row(5, 9, 'deleted_cloud'),
      row(4, 8, 'downloaded'),
      row(3, 7, 'updated_cloud'),
      row(2, 6, 'uploaded'),
      row(1, 4, 'uploaded'),
    ];
    expect(tally(rows, 5)).toEqual({ sent: 2, received: 1, removed: 1 });
  });
});

describe('undo', () => {
  const possible = { ...row(1, 10), undo: { state: 'possible', way: 'bring_back', until: 1, reason: null } } as const;
  const line = { ...row(9, 20, 'undone'), undoes: 1, undo: { state: 'possible', way: 'take_away', until: 2, reason: null } } as const;
  const undoing = (answer: ResultOf<'activity.undo'>['results'][number]) => {
    const engine = new FakeEngine(emptyStatus, { 'activity.undo': () => ({ results: [answer] }) });
    return { engine, undo: createUndoStore(connected(engine).session) };
  };

  it('is done at once, says what was done, and can be redone', async () => {
    const { engine, undo } = undoing({ outcome: 'undone', id: 1, way: 'bring_back', activity: line });
    undo.undo(possible);
    expect(undo.getState().busy).toBe(1);
    undo.undo({ ...possible, id: 2 });
    await until(() => expect(undo.getState()).toMatchObject({ busy: null, done: { way: 'bring_back', line: { id: 9 } } }));
    expect(engine.calls.map(({ params }) => params)).toEqual([{ ids: [1] }]);
    undo.dismiss();
    expect(undo.getState().done).toBeNull();
  });

  it('asks first where it deletes', async () => {
    const { engine, undo } = undoing({ outcome: 'undone', id: 9, way: 'take_away', activity: line });
    undo.undo(line);
    undo.dismiss();
    undo.confirm();
    expect(engine.calls).toEqual([]);
    undo.undo(line);
    expect(undo.getState().asking).toMatchObject({ id: 9 });
    undo.confirm();
    await until(() => expect(undo.getState()).toMatchObject({ asking: null, done: { way: 'take_away' } }));
  });

  it('says why it could not be done', async () => {
    const { undo } = undoing({ outcome: 'failed', id: 1, error: { code: 'undo_changed', params: { path: 'a' } } });
    undo.undo(possible);
    await until(() => expect(undo.getState()).toMatchObject({ busy: null, done: null, error: { code: 'undo_changed' } }));
  });
});

describe('decisions', () => {
  it('are passed on, and the list follows', async () => {
    const engine = new FakeEngine();
    engine.conflicts = [
      {
        id: 'c'.repeat(32),
        path: 'a',
        copyPath: 'a (2)',
        device: 'd',
        at: 1,
        currentDevice: null,
        currentAt: null,
        currentSizeBytes: 1,
        copySizeBytes: 2,
      },
    ];
    engine.questions = [
      { id: 'q', kind: 'mass_delete', side: 'here', items: 30, goneBefore: 0, examples: [], choices: ['keep', 'delete'], since: 1 },
    ];
    const { session } = connected(engine);
    const conflicts = createConflictsStore(session);
    await conflicts.list.reload();
    expect(conflicts.list.getState().rows).toHaveLength(1);
    expect(await conflicts.resolve('c'.repeat(32), 'current')).toMatchObject({ ok: true });
    expect(conflicts.list.getState().rows).toEqual([]);
    const questions = createQuestionsStore(session);
    const stop = questions.follow();
    await until(() => expect(questions.getState().questions).toHaveLength(1));
    await questions.answer('q', 'keep');
    expect(questions.getState().questions).toEqual([]);
    expect(
      engine.calls.filter(({ method }) => method.endsWith('answer') || method.endsWith('resolve')).map(({ params }) => params),
    ).toEqual([
      { id: 'c'.repeat(32), keep: 'current' },
      { id: 'q', choice: 'keep' },
    ]);
    stop();
  });
});

describe('names of devices', () => {
  it('are asked for once, when an id is mentioned that has none', async () => {
    const id = 'd'.repeat(32);
    const engine = new FakeEngine(emptyStatus, {
      'devices.list': () => ({
        devices: [
          { id, name: 'Desktop', platform: 'linux', appVersion: '1', createdAt: 0, lastSeenAt: 0, current: false, place: null, sync: null },
        ],
      }),
    });
    let nowMs = 0;
    const devices = createDevicesStore(connected(engine).session, () => nowMs);
    const name = (device: string | null): string | null => deviceName(devices.getState().names, device);
    devices.need('Laptop');
    expect([name('Laptop'), name(id), name(null), name('')]).toEqual(['Laptop', null, null, null]);
    devices.need(id);
    devices.need(id);
    await until(() => expect(name(id)).toBe('Desktop'));
    devices.need('e'.repeat(32));
    nowMs = 60_000;
    devices.need('e'.repeat(32));
    await until(() => expect(engine.calls).toHaveLength(2));
  });
});

describe('settings', () => {
  it('show a change at once and take it back when it is refused', async () => {
    const rows = (theme: string): ResultOf<'settings.list'> => ({
      settings: [
        { key: 'theme', value: theme, initial: 'system', about: '', scope: 'account' },
        { key: 'language', value: 'klingon', initial: 'system', about: '', scope: 'account' },
        { key: 'from.the.future', value: 1, initial: 1, about: '', scope: 'account' },
      ],
    });
    const engine = new FakeEngine(emptyStatus, {
      'settings.set': () => {
        throw new Error('disk');
      },
      'settings.list': () => rows('dark'),
    });
    const settings = createSettingsStore(connected(engine).session);
    await until(() => expect(settings.getState()).toMatchObject({ loaded: true, values: { theme: 'dark', language: 'system' } }));
    const setting = settings.set('theme', 'light');
    expect(settings.getState().values.theme).toBe('light');
    expect(await setting).toMatchObject({ ok: false });
    expect(settings.getState().values.theme).toBe('dark');
  });

  it('end at the last of several quick changes, whatever the engine says in between', async () => {
    const engine = new FakeEngine();
    const settings = createSettingsStore(connected(engine).session);
    await until(() => expect(settings.getState().loaded).toBe(true));
    const shown: string[] = [];
    settings.subscribe(({ values }) => shown.push(values.language));
    const first = settings.set('language', 'zh-Hans');
    engine.emit('lists.changed', { lists: ['settings'] });
    const second = settings.set('language', 'en');
    await Promise.all([first, second]);
    expect([...new Set(shown)]).toEqual(['zh-Hans', 'en']);
    expect(settings.getState().values.language).toBe('en');
  });
});
