import { describe, expect, it } from 'vitest';
import type { Status } from '../contract/index.ts';
import { statusText } from './status-text.ts';

const idle = { files: 0, totalFiles: 0, bytes: 0, totalBytes: 0, bytesPerSecond: 0 };
const asking: Status = {
  revision: 1,
  state: 'attention',
  reason: { code: 'conflict_kept', params: {} },
  account: { label: 'ann@example.com', region: 'international', deviceName: 'Desk', server: 'https://cloud.example' },
  folder: { path: '/home/ann/Documents' },
  upload: idle,
  download: idle,
  uploadLimit: null,
  downloadLimit: null,
  etaMs: null,
  scanning: false,
  issues: 0,
  skipped: 0,
  waitingForRoom: null,
  conflicts: 2,
  questions: 0,
  items: 3,
  paused: false,
  offline: null,
  pausedUntil: null,
  lastSyncedAt: null,
  keptUntil: null,
  clockAheadMs: null,
  transfers: [],
};

describe('the status in words', () => {
  it('does not call everything up to date where an item waits', () => {
    const waiting: Status = { ...asking, state: 'up_to_date', reason: null, conflicts: 0, issues: 1 };
    expect(statusText(waiting).split('\n')[0]).toBe('Up to date, but for 1 item');
    expect(statusText({ ...waiting, issues: 0 }).split('\n')[0]).toBe('Up to date');
  });

  it('does not let a conflict hide that the cloud is away', () => {
    const offline = { code: 'cloud_unreachable', params: { server: 'https://cloud.example' } } as const;
    const lines = statusText({ ...asking, offline }).split('\n');
    expect(lines[0]).toBe('Needs attention');
    expect(lines[1]).toMatch(/^Offline: .*cloud\.example.* \[cloud_unreachable\]$/);
    expect(statusText(asking)).not.toContain('Offline');
  });

  it('does not let a conflict hide that something is sent', () => {
    const upload = { files: 0, totalFiles: 1, bytes: 500, totalBytes: 1000, bytesPerSecond: 0 };
    const transfers = [{ path: 'big.bin', direction: 'up', doneBytes: 500, totalBytes: 1000 } as const];
    expect(
      statusText({ ...asking, upload, transfers })
        .split('\n')
        .slice(0, 2),
    ).toEqual(['Needs attention', 'Syncing, 0/1 up (500 B of 1000 B, 0 B/s)']);
  });

  it('does not say that sync has stopped while it is only room that is missing', () => {
    const reason = { code: 'quota_exceeded', params: {} } as const;
    expect(statusText({ ...asking, state: 'error', reason }).split('\n')[0]).toBe('Out of room');
    const signedOut = { code: 'session_expired', params: {} } as const;
    expect(statusText({ ...asking, state: 'error', reason: signedOut }).split('\n')[0]).toBe('Signed out');
    const broken = { code: 'database_broken', params: {} } as const;
    expect(statusText({ ...asking, state: 'error', reason: broken }).split('\n')[0]).toBe('Stopped by an error');
  });

  it('tells of a clock that is wrong, whatever else there is to say', () => {
    expect(statusText({ ...asking, clockAheadMs: 86_400_000 })).toContain(
      'The clock of this computer is 24 hours ahead of that of the cloud',
    );
    expect(statusText({ ...asking, clockAheadMs: -7 * 86_400_000 })).toContain('7 days behind that of the cloud');
    expect(statusText({ ...asking, clockAheadMs: 6 * 60_000 })).toContain('6 minutes ahead');
    expect(statusText(asking)).not.toContain('clock');
  });

  it('does not let a conflict hide a pause', () => {
    expect(statusText({ ...asking, paused: true }).split('\n')[1]).toBe('Paused until you resume.');
  });
});
