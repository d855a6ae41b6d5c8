import { describe, expect, it } from 'vitest';
import { type Activity, type EngineState, type Status, engineState, locales } from '../contract/index.ts';
import { type TrayEntry, type TrayInput, type TrayView, trayView } from './tray-view.ts';

const idle = { files: 0, totalFiles: 0, bytes: 0, totalBytes: 0, bytesPerSecond: 0 };
const settled: Status = {
  revision: 1,
  state: 'up_to_date',
  reason: null,
  account: { label: 'a@example.org', region: 'international', deviceName: 'Laptop', server: 'http://127.0.0.1:1' },
  folder: { path: '/home/a/Documents' },
  upload: idle,
  download: idle,
  uploadLimit: null,
  downloadLimit: null,
  etaMs: null,
  scanning: false,
  issues: 0,
  skipped: 0,
  waitingForRoom: null,
  conflicts: 0,
  questions: 0,
  items: 3,
  paused: false,
  offline: null,
  pausedUntil: null,
  lastSyncedAt: 0,
  keptUntil: null,
  clockAheadMs: null,
  transfers: [],
};
const view = (status: Partial<Status> | null, more: Partial<TrayInput> = {}): TrayView =>
  trayView({
    process: { kind: 'running', error: null },
    status: status === null ? null : { ...settled, ...status },
    recent: [],
    locale: 'en',
    ...more,
  });

const labels = (entries: readonly TrayEntry[]): readonly string[] =>
  entries.flatMap((entry) => (entry.kind === 'separator' ? [] : [entry.label]));
const actionOf = (shown: TrayView, label: string): unknown => {
  const all = shown.menu.flatMap((entry) => (entry.kind === 'menu' ? entry.entries : [entry]));
  return all.find((entry) => entry.kind === 'action' && entry.label === label);
};

describe('the picture', () => {
  it.each(engineState.options)('is that of the state: %s', (state) => {
    expect(view({ state }).icon).toBe(state);
  });

  it('does not claim anything while the engine is not there', () => {
    expect(view({ state: 'up_to_date' }, { process: { kind: 'restarting', error: null } }).icon).toBe('starting');
    expect(view(null).icon).toBe('starting');
    expect(view({ state: 'up_to_date' }, { process: { kind: 'failed', error: null } }).icon).toBe('error');
  });
});

describe('the tooltip', () => {
  it('does not call everything up to date where an item waits', () => {
    expect(view({ issues: 1 }).tooltip).toBe('Tidemark\nUp to date, but for 1 item');
    expect(view({ issues: 2 }, { locale: 'zh-Hans' }).tooltip).toBe('Tidemark\n已是最新，另有 2 项未同步');
    expect(view({ issues: 0 }).tooltip).toBe('Tidemark\nUp to date');
  });

  it('says direction, count, share and time left while syncing', () => {
    const upload = { files: 2, totalFiles: 5, bytes: 250, totalBytes: 1000, bytesPerSecond: 10 };
    const download = { files: 0, totalFiles: 1, bytes: 0, totalBytes: 1000, bytesPerSecond: 0 };
    expect(view({ state: 'syncing', upload, download, etaMs: 150_000 }).tooltip).toBe(
      'Tidemark\nSending 3 files\nReceiving 1 file\n12 %, 3 min left',
    );
  });

  it('says until when it is paused, and why it stopped', () => {
    expect(view({ state: 'paused', pausedUntil: new Date(2026, 5, 1, 14, 30).getTime() }).tooltip).toMatch(
      /Paused until Jun 1, 2026, 2:30\sPM/,
    );
    expect(view({ state: 'error', reason: { code: 'session_expired', params: {} } }).tooltip.split('\n')).toHaveLength(3);
  });

  it('says that room is missing, since what still fits goes on', () => {
    expect(view({ state: 'error', reason: { code: 'quota_exceeded', params: {} } }).tooltip.split('\n')[1]).toBe('Out of room');
  });
});

describe('the menu', () => {
  it('offers everything in its order when all is well', () => {
    expect(labels(view({}).menu)).toEqual([
      'Up to date',
      'Open folder',
      'Open Tidemark',
      'Pause for…',
      'Sync now',
      'Recent changes',
      'Settings',
      'Quit Tidemark',
    ]);
  });

  it('has Resume in the place of Pause while paused, and Sync now never resumes', () => {
    const shown = view({ state: 'paused', paused: true });
    expect(labels(shown.menu)).toContain('Resume');
    // Also when something more urgent is shown.
    expect(labels(view({ state: 'attention', paused: true }).menu)).toContain('Resume');
    expect(labels(shown.menu)).not.toContain('Pause for…');
    expect(actionOf(shown, 'Sync now')).toMatchObject({ action: { type: 'sync_now' } });
  });

  it('leads to what waits: questions first, then conflicts, then issues', () => {
    const shown = view({ state: 'attention', questions: 1, conflicts: 2, issues: 4 });
    expect(actionOf(shown, 'Waiting for you (3)')).toMatchObject({ action: { type: 'open', place: 'overview' } });
    expect(actionOf(shown, 'Issues (4)')).toMatchObject({ action: { type: 'open', place: 'issues' } });
    expect(actionOf(view({ conflicts: 2 }), 'Waiting for you (2)')).toMatchObject({ action: { type: 'open', place: 'conflicts' } });
  });

  it('shows the last five changes by name', () => {
    const recent: Activity[] = Array.from({ length: 7 }, (_, index) => ({
      id: index + 1,
      at: 0,
      kind: 'uploaded',
      path: `a/${index}.docx`,
      otherPath: null,
      sizeBytes: 1,
      device: null,
      undoes: null,
      undo: { state: 'impossible', way: null, until: null, reason: null },
    }));
    const menu = view({}, { recent }).menu.find((entry) => entry.kind === 'menu' && entry.label === 'Recent changes');
    expect(menu?.kind === 'menu' && labels(menu.entries)).toEqual(['0.docx', '1.docx', '2.docx', '3.docx', '4.docx']);
  });

  it('has nothing to pause or to open before there is a folder', () => {
    expect(labels(view({ state: 'not_set_up', account: null, folder: null }).menu)).toEqual([
      'Not set up yet',
      'Open Tidemark',
      'Settings',
      'Quit Tidemark',
    ]);
  });

  it('says why the engine cannot go on, and offers to start it again', () => {
    const shown = view({}, { process: { kind: 'failed', error: { code: 'profile_in_use', params: { path: '/p' } } } });
    expect(labels(shown.menu)).toHaveLength(5);
    expect(actionOf(shown, 'Start again')).toMatchObject({ action: { type: 'restart_engine' } });
  });

  it.each(locales)('speaks %s in every state, without a gap', (locale) => {
    for (const state of engineState.options satisfies readonly EngineState[]) {
      const shown = view({ state, issues: 1, conflicts: 1, pausedUntil: 0 }, { locale });
      expect(`${shown.tooltip} ${labels(shown.menu).join(' ')}`).not.toMatch(/undefined|\{|NaN/);
    }
  });
});
