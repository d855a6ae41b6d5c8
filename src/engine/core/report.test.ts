import { describe, expect, it } from 'vitest';
import type { Status } from '../../contract/index.ts';
import { StatusModel } from '../status/index.ts';
import { isSameReport, reportOf } from './report.ts';

const idle = new StatusModel().status(0);
const report = (more: Partial<Status>) => reportOf({ ...idle, ...more });
const none = { waiting: 0, issues: 0 };

describe('what the other devices are told', () => {
  it('is nothing while it is not known, or cannot be told', () => {
    for (const state of ['not_set_up', 'starting', 'offline'] as const) expect(report({ state })).toBeUndefined();
  });

  it('is not “up to date” while anything is not', () => {
    expect(report({ state: 'up_to_date' })).toEqual({ sync: 'up_to_date', ...none });
    expect(report({ state: 'up_to_date', issues: 2 })).toEqual({ sync: 'waiting', waiting: 0, issues: 2 });
    expect(report({ state: 'attention', questions: 1, conflicts: 2 })).toEqual({ sync: 'waiting', waiting: 0, issues: 3 });
    expect(report({ state: 'attention', questions: 1, paused: true })).toEqual({ sync: 'paused', waiting: 0, issues: 1 });
  });

  it('counts the files that are under way', () => {
    const upload = { ...idle.upload, files: 2, totalFiles: 12 };
    const download = { ...idle.download, files: 0, totalFiles: 3 };
    expect(report({ state: 'syncing', upload, download })).toEqual({ sync: 'syncing', waiting: 13, issues: 0 });
  });

  it('is another one when a count is', () => {
    const told = { sync: 'syncing', ...none } as const;
    expect(isSameReport(told, { ...told })).toBe(true);
    expect(isSameReport({ ...told, waiting: 1 }, told)).toBe(false);
    expect(isSameReport(told, undefined)).toBe(false);
  });
});
