import { describe, expect, it } from 'vitest';
import { diffStatus } from './diff-status.ts';
import { StatusModel } from './status-model.ts';

const base = { ...new StatusModel().status(0), revision: 7 };

describe('diffStatus', () => {
  it('of two equal ones is null, whatever their revisions', () => {
    expect(diffStatus(base, { ...structuredClone(base), revision: 0 })).toBeNull();
  });

  it('holds only what changed, and the revision that follows', () => {
    expect(diffStatus(base, { ...base, revision: 0, issues: 1 })).toEqual({ revision: 8, issues: 1 });
    expect(diffStatus(base, { ...base, folder: { path: '/x' } })).toEqual({ revision: 8, folder: { path: '/x' } });
    expect(diffStatus({ ...base, folder: { path: '/x' } }, base)).toEqual({ revision: 8, folder: null });
  });

  it('sees changes deep inside and in lists', () => {
    const row = { path: 'a', direction: 'up', doneBytes: 1, totalBytes: 2 } as const;
    expect(diffStatus({ ...base, transfers: [row] }, { ...base, transfers: [{ ...row, doneBytes: 2 }] })).toHaveProperty('transfers');
    expect(diffStatus({ ...base, transfers: [row] }, { ...base, transfers: [] })).toEqual({ revision: 8, transfers: [] });
    const reason = { code: 'port_in_use', params: { port: 1 } } as const;
    expect(diffStatus({ ...base, reason }, { ...base, reason: { ...reason, params: { port: 2 } } })).toHaveProperty(
      'reason.params.port',
      2,
    );
  });
});
