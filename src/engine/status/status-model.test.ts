import { describe, expect, it } from 'vitest';
import { type Status, status as statusSchema } from '../../contract/index.ts';
import type { StatusEvent } from './status-event.ts';
import { NO_COUNTS, StatusModel } from './status-model.ts';

const ready: readonly StatusEvent[] = [
  { type: 'account', account: { label: 'ada@example.org', region: 'international', deviceName: 'PC', server: 'https://cloud.example' } },
  { type: 'folder', path: '/home/ada/Documents' },
  { type: 'ready' },
];

function modelAfter(...events: readonly StatusEvent[]): StatusModel {
  const model = new StatusModel();
  for (const event of [...ready, ...events]) model.apply(event);
  return model;
}
const after = (...events: readonly StatusEvent[]): Status => statusSchema.parse(modelAfter(...events).status(0));
const up = (id: string, totalBytes: number, path = id): StatusEvent => ({ type: 'op_started', id, path, direction: 'up', totalBytes });
const progress = (id: string, doneBytes: number, at = 0): StatusEvent => ({ type: 'op_progress', id, doneBytes, at });
const done = (id: string, succeeded = true): StatusEvent => ({ type: 'op_finished', id, succeeded, at: 0 });
const settled: StatusEvent = { type: 'settled', at: 1_700_000_000_000, complete: true };
const counts: Extract<StatusEvent, { type: 'counts' }> = { type: 'counts', ...NO_COUNTS };

describe('the clock', () => {
  it('is told of when it is five minutes off, in whole minutes, until it is right', () => {
    const off = (aheadMs: number): StatusEvent => ({ type: 'clock', aheadMs });
    expect(after().clockAheadMs).toBeNull();
    expect(after(off(299_000)).clockAheadMs).toBeNull();
    expect(after(off(-86_400_700)).clockAheadMs).toBe(-86_400_000);
    expect(after(off(86_400_700), off(10)).clockAheadMs).toBeNull();
  });
});

describe('the state', () => {
  it('begins as not set up, then starting, then up to date', () => {
    const model = new StatusModel(42);
    const states: string[] = [];
    for (const event of [null, ...ready]) {
      if (event !== null) model.apply(event);
      states.push(model.status(0).state);
    }
    expect(states).toEqual(['not_set_up', 'not_set_up', 'starting', 'up_to_date']);
    expect(model.status(0).lastSyncedAt).toBe(42);
  });

  it('a routine look at the folder does not spin', () => {
    expect(after({ type: 'scan_started' })).toMatchObject({ state: 'up_to_date', scanning: true });
    expect(after({ type: 'scan_started' }, { type: 'scan_ended' }, settled)).toMatchObject({ state: 'up_to_date', scanning: false });
    expect(after({ type: 'planned', upload: { files: 0, bytes: 0 }, download: { files: 0, bytes: 0 } }).state).toBe('up_to_date');
  });

  it('syncs from the first change until everything has settled, also between two rounds', () => {
    expect(after(up('a', 5)).state).toBe('syncing');
    expect(after(up('a', 5), done('a')).state).toBe('syncing');
    expect(after(up('a', 5), done('a'), settled).state).toBe('up_to_date');
    expect(after({ type: 'op_started', id: 'm', path: 'moved', direction: null, totalBytes: 0 }).state).toBe('syncing');
    expect(after({ type: 'planned', upload: { files: 1, bytes: 5 }, download: { files: 0, bytes: 0 } }).state).toBe('syncing');
  });

  it('does not settle while a transfer is under way', () => {
    expect(after(up('a', 5), settled)).toMatchObject({ state: 'syncing', lastSyncedAt: null });
  });

  it('only a complete settling counts as synced', () => {
    expect(after({ ...settled, complete: false })).toMatchObject({ state: 'up_to_date', lastSyncedAt: null });
    expect(after(settled).lastSyncedAt).toBe(1_700_000_000_000);
  });

  it('a pause shows until when, and ends', () => {
    expect(after(up('a', 5), { type: 'paused', until: 99 })).toMatchObject({ state: 'paused', pausedUntil: 99 });
    expect(after({ type: 'paused', until: null })).toMatchObject({ state: 'paused', pausedUntil: null });
    expect(after({ type: 'paused', until: 99 }, { type: 'resumed' })).toMatchObject({ state: 'up_to_date', pausedUntil: null });
  });

  it('says that it is offline also where a conflict asks for attention', () => {
    const reason = { code: 'cloud_unreachable', params: { server: 'https://cloud.example' } } as const;
    expect(after({ ...counts, conflicts: 1 }, { type: 'offline', reason })).toMatchObject({ state: 'attention', offline: reason });
  });

  it('offline gives its reason, and is over with the first answer', () => {
    const reason = { code: 'cloud_unreachable', params: { server: 'https://cloud.example' } } as const;
    expect(after({ type: 'offline', reason })).toMatchObject({ state: 'offline', reason });
    expect(after({ type: 'offline', reason }, { type: 'online' })).toMatchObject({ state: 'up_to_date', reason: null });
  });

  it('issues that end by themselves do not call for attention, others do', () => {
    expect(after({ ...counts, issues: 3, items: 10 })).toMatchObject({ state: 'up_to_date', issues: 3, items: 10 });
    expect(after({ ...counts, issues: 3, attention: 1 })).toMatchObject({ state: 'attention', reason: { code: 'not_synced' } });
  });

  it('an account or a folder that goes takes its troubles along', () => {
    const refused: StatusEvent = { type: 'sign_in', error: { code: 'device_revoked', params: {} } };
    const missing: StatusEvent = { type: 'folder_state', error: { code: 'folder_missing', params: { path: '/x' } } };
    expect(after(refused).state).toBe('error');
    expect(after(refused, { type: 'account', account: null }).state).toBe('not_set_up');
    expect(after(missing, { type: 'folder', path: null })).toMatchObject({ state: 'not_set_up', folder: null });
    expect(after(missing, { type: 'folder', path: '/y' })).toMatchObject({ state: 'up_to_date', folder: { path: '/y' } });
  });
});

describe('progress', () => {
  it('counts files and bytes against what is planned', () => {
    const got = after(
      { type: 'planned', upload: { files: 3, bytes: 60 }, download: { files: 0, bytes: 0 } },
      up('a', 10),
      up('b', 20),
      progress('b', 15),
      done('a'),
    );
    expect(got.upload).toMatchObject({ files: 1, totalFiles: 3, bytes: 25, totalBytes: 60 });
    expect(got.download).toMatchObject({ files: 0, totalFiles: 0, bytes: 0, totalBytes: 0 });
  });

  it('counts what nobody planned, too', () => {
    expect(after(up('a', 10), up('b', 20), done('a')).upload).toMatchObject({ files: 1, totalFiles: 2, bytes: 10, totalBytes: 30 });
  });

  it('takes back what a failed transfer had moved', () => {
    expect(after(up('a', 10), progress('a', 7), done('a', false)).upload).toMatchObject({
      files: 0,
      totalFiles: 0,
      bytes: 0,
      totalBytes: 0,
    });
  });

  it('does not count a transfer twice that begins again', () => {
    expect(after(up('a', 10), progress('a', 7), progress('a', 0), progress('a', 4)).upload.bytes).toBe(4);
    expect(after(up('a', 10), up('a', 10)).upload.totalFiles).toBe(1);
    expect(after(up('a', 10), progress('a', 999)).upload.bytes).toBe(10);
  });

  it('begins anew once everything has settled', () => {
    expect(after(up('a', 10), progress('a', 10), done('a'), settled)).toMatchObject({
      upload: { files: 0, totalFiles: 0, bytes: 0, totalBytes: 0 },
      etaMs: null,
      transfers: [],
    });
  });

  it('ignores reports of what does not run', () => {
    expect(after(progress('ghost', 5), done('ghost')).upload).toMatchObject({ files: 0, bytes: 0 });
  });

  it('tells speed and the time left: of both directions, the longer', () => {
    const model = modelAfter(up('a', 100_000), { type: 'op_started', id: 'd', path: 'd', direction: 'down', totalBytes: 100_000 });
    for (let at = 0; at <= 4000; at += 100) {
      model.apply(progress('a', (at / 4000) * 40_000, at));
      model.apply(progress('d', (at / 4000) * 80_000, at));
    }
    const got = statusSchema.parse(model.status(4000));
    expect(got.upload.bytesPerSecond / 10_000).toBeCloseTo(1, 1);
    expect(got.download.bytesPerSecond / 20_000).toBeCloseTo(1, 1);
    expect(got.etaMs).toBe(6000);
    const stalled = model.status(20_000);
    expect([stalled.upload.bytesPerSecond, stalled.etaMs]).toEqual([0, null]);
  });
});

describe('transfers', () => {
  it('are listed with the largest first, at most twenty', () => {
    const many = Array.from({ length: 30 }, (_, index) => up(`f${String(index)}`, index % 25));
    const got = after(...many).transfers;
    expect(got).toHaveLength(20);
    expect(got.map((row) => row.totalBytes)).toEqual([...got.map((row) => row.totalBytes)].sort((a, b) => b - a));
    expect(got[0]).toEqual({ path: 'f24', direction: 'up', doneBytes: 0, totalBytes: 24 });
  });

  it('of one size keep their places', () => {
    expect(after(up('2', 5, 'b'), up('1', 5, 'a')).transfers.map((row) => row.path)).toEqual(['a', 'b']);
  });
});
