import { describe, expect, it } from 'vitest';
import type { ErrorCode, ErrorData } from '../../contract/index.ts';
import { type StateFacts, stateOf } from './engine-state.ts';

const error = (code: ErrorCode): ErrorData => ({ code, params: {} });
const calm: StateFacts = {
  engineError: null,
  hasAccount: true,
  signInError: null,
  hasFolder: true,
  folderError: null,
  roomError: null,
  questions: 0,
  firstMerge: false,
  conflicts: 0,
  attention: 0,
  offline: null,
  paused: false,
  working: false,
  ready: true,
};
const everything: StateFacts = {
  engineError: error('database_broken'),
  hasAccount: true,
  signInError: error('device_revoked'),
  hasFolder: true,
  folderError: error('folder_missing'),
  roomError: error('quota_exceeded'),
  questions: 1,
  firstMerge: false,
  conflicts: 2,
  attention: 3,
  offline: error('cloud_unreachable'),
  paused: true,
  working: true,
  ready: false,
};

describe('the state', () => {
  it('goes through its order as one trouble after the other ends', () => {
    const steps: [Partial<StateFacts>, string, string | null][] = [
      [{}, 'error', 'database_broken'],
      [{ engineError: null }, 'error', 'device_revoked'],
      [{ signInError: null }, 'error', 'folder_missing'],
      [{ folderError: null }, 'error', 'quota_exceeded'],
      [{ roomError: null }, 'attention', 'mass_delete'],
      [{ questions: 0 }, 'attention', 'conflict_kept'],
      [{ conflicts: 0 }, 'attention', 'not_synced'],
      [{ attention: 0 }, 'offline', 'cloud_unreachable'],
      [{ offline: null }, 'paused', null],
      [{ paused: false }, 'starting', null],
      [{ ready: true }, 'syncing', null],
      [{ working: false }, 'up_to_date', null],
    ];
    let facts = everything;
    for (const [change, state, code] of steps) {
      facts = { ...facts, ...change };
      const got = stateOf(facts);
      expect([got.state, got.reason?.code ?? null]).toEqual([state, code]);
    }
  });

  it('without account or folder is not set up, whatever else there is', () => {
    const idle = { ...everything, engineError: null };
    expect(stateOf({ ...idle, hasAccount: false, hasFolder: false })).toEqual({ state: 'not_set_up', reason: null });
    expect(stateOf({ ...idle, signInError: null, hasFolder: false }).state).toBe('not_set_up');
    expect(stateOf({ ...idle, hasAccount: false, folderError: null }).state).toBe('not_set_up');
  });

  it('tells of a folder that is gone also before anyone signs in, and of an engine that cannot go on always', () => {
    expect(stateOf({ ...calm, hasAccount: false, folderError: error('folder_missing') }).state).toBe('error');
    expect(stateOf({ ...calm, hasAccount: false, hasFolder: false, engineError: error('key_ring_unavailable') }).state).toBe('error');
  });
});
