import { describe, expect, it } from 'vitest';
import { NO_COUNTS, type StatusEvent, StatusModel } from '../status/index.ts';
import { isCalm } from './calm.ts';

const ready: readonly StatusEvent[] = [
  { type: 'account', account: { label: 'ada@example.org', region: 'international', deviceName: 'PC', server: 'https://cloud.example' } },
  { type: 'folder', path: '/sync' },
  { type: 'ready' },
];
const conflict: StatusEvent = { type: 'counts', ...NO_COUNTS, conflicts: 1 };
const away: StatusEvent = { type: 'offline', reason: { code: 'cloud_unavailable', params: { retryAfterMs: 600_000 } } };

function isCalmAfter(...events: readonly StatusEvent[]): boolean {
  const model = new StatusModel();
  for (const event of [...ready, ...events]) model.apply(event);
  return isCalm(model.status(0));
}

describe('a device that has come to rest', () => {
  it('is up to date, or has nothing but a conflict that was kept', () => {
    expect(isCalmAfter()).toBe(true);
    expect(isCalmAfter(conflict)).toBe(true);
    expect(isCalmAfter({ type: 'counts', ...NO_COUNTS, questions: 1 })).toBe(false);
  });

  it('hears of the cloud: that it does not is behind a conflict in what it says', () => {
    expect(isCalmAfter(away)).toBe(false);
    expect(isCalmAfter(conflict, away)).toBe(false);
    expect(isCalmAfter(conflict, away, { type: 'online' })).toBe(true);
  });
});
