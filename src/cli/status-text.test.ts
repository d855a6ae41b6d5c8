import { describe, expect, it } from 'vitest';
import type { Status } from '../contract/index.ts';
import { statusText } from './status-text.ts';

const idle = { files: 0, totalFiles: 0, bytes: 0, totalBytes: 0, bytesPerSecond: 0 };
const asking: Status = {
  revision: 1,
  state: 'attention',
  reason: { code: 'conflict_kept', params: {} },
  account: { email: 'ann@example.com', region: 'international', deviceName: 'Desk', server: 'https://cloud.example' },
  folder: { path: '/home/ann/Documents' },
  upload: idle,
  download: idle,
  etaMs: null,
  scanning: false,
  issues: 0,
  skipped: 0,
  conflicts: 2,
  questions: 0,
  items: 3,
  paused: false,
  offline: null,
  pausedUntil: null,
  lastSyncedAt: null,
  transfers: [],
};

describe('the status in words', () => {
  it('does not let a conflict hide that the cloud is away', () => {
    const offline = { code: 'cloud_unreachable', params: { server: 'https://cloud.example' } } as const;
    const lines = statusText({ ...asking, offline }).split('\n');
    expect(lines[0]).toBe('Needs attention');
    expect(lines[1]).toMatch(/^Offline: .*cloud\.example.* \[cloud_unreachable\]$/);
    expect(statusText(asking)).not.toContain('Offline');
  });

  it('does not let a conflict hide a pause', () => {
    expect(statusText({ ...asking, paused: true }).split('\n')[1]).toBe('Paused until you resume.');
  });
});
