import { describe, expect, it } from 'vitest';
import { type ErrorCode, errorCodes, errorKind } from '../../contract/index.ts';
import { needsPerson } from './needs-person.ts';

const asks = (code: ErrorCode, attempts = 1): boolean => needsPerson({ code, params: {} }, attempts);

describe('needsPerson', () => {
  it('what a person has to repair calls at once', () => {
    expect([asks('no_permission'), asks('name_clash'), asks('name_not_utf8'), asks('session_expired')]).toEqual([true, true, true, true]);
  });

  it('links and devices are listed without calling', () => {
    expect([asks('symlink_skipped', 99), asks('special_skipped', 99), asks('ignored_by_rule', 99)]).toEqual([false, false, false]);
  });

  it('what is tried again calls only when it does not help', () => {
    expect([asks('file_locked', 1), asks('file_locked', 4), asks('file_locked', 5)]).toEqual([false, false, true]);
  });

  it('what waits or is planned anew never calls by itself', () => {
    for (const code of errorCodes) {
      const { reaction } = errorKind(code);
      if (reaction === 'wait' || reaction === 'replan') expect(asks(code, 99), code).toBe(false);
    }
  });
});
