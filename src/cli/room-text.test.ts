import { describe, expect, it } from 'vitest';
import { dayMs, KiB, MiB } from '../base/index.ts';
import { capLines, keptLines, lackText, needLines, speedText } from './room-text.ts';

describe('the date until which the documents are kept', () => {
  const now = Date.UTC(2026, 0, 1);

  it('is shown, and counted down to when it is near', () => {
    expect(keptLines(null, now)).toEqual([]);
    expect(keptLines(now + 180 * dayMs, now)).toEqual([expect.stringMatching(/until 2026-06-30 .* every sync put that off/)]);
    expect(keptLines(now + 90 * dayMs, now)).toEqual([expect.stringContaining('90 more days')]);
    expect(keptLines(now + dayMs, now)).toEqual([expect.stringContaining('1 more day:')]);
    expect(keptLines(now - dayMs, now)).toEqual([expect.stringContaining('will be deleted: sign in or sync')]);
  });
});

describe('a speed', () => {
  it('is told to be that of a limit, or less, with the number of the limit', () => {
    const plan = { bytesPerSecond: 2 * MiB, by: 'plan' } as const;
    expect(speedText(1.9 * MiB, plan)).toBe('at the limit of the plan, 2.0 MB/s');
    expect(speedText(300 * KiB, plan)).toBe('below the limit of the plan, 2.0 MB/s');
    expect(speedText(99 * KiB, { bytesPerSecond: 100 * KiB, by: 'settings' })).toBe('at the limit of the settings, 100 KB/s');
    expect([speedText(0, plan), speedText(5 * MiB, null)]).toEqual(['', '']);
  });

  it('of a plan is told each way, or not at all', () => {
    const caps = (up: number | null, down: number | null, uploadAtCap = false) =>
      capLines({ uploadBytesPerSecond: up, downloadBytesPerSecond: down, uploadAtCap, downloadAtCap: false });
    expect(caps(2 * MiB, 4 * MiB, true)).toEqual([
      'The plan allows 2.0 MB/s up and 4.0 MB/s down, for all devices together. Just now they use all of it, up.',
    ]);
    expect(caps(null, MiB)).toEqual([
      'The plan allows 1.0 MB/s down, for all devices together. They use less than that just now: what is slow is the network.',
    ]);
    expect(caps(null, null)).toEqual([]);
  });
});

describe('what waits for room', () => {
  it('is told in numbers', () => {
    expect(needLines(null)).toEqual([]);
    expect(needLines({ files: 2, bytes: 3 * MiB, neededBytes: MiB })).toEqual([
      '2 files wait for room in the cloud, 3.0 MB together: 1.0 MB more are needed (tidemark issues).',
    ]);
    expect(needLines({ files: 1, bytes: MiB, neededBytes: 0 })).toEqual([
      '1 file waits for room in the cloud, 1.0 MB together: there is room now.',
    ]);
    expect(lackText({ code: 'quota_exceeded', params: { neededBytes: 5 * KiB } })).toBe(' It needs 5.0 KB more.');
    expect([lackText({ code: 'quota_exceeded', params: {} }), lackText({ code: 'disk_full', params: {} })]).toEqual(['', '']);
  });
});
