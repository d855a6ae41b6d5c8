import { beforeEach, describe, expect, it } from 'vitest';
import { minuteMs } from '../../base/index.ts';
import { type NodeId, ROOT_ID } from '../model/index.ts';
import { TestSync } from '../testing/test-sync.ts';
import { IssueBook } from './issue-book.ts';

const NOW = Date.UTC(2026, 2, 1, 12);
const A: NodeId = 'a'.repeat(32);
const B: NodeId = 'b'.repeat(32);

let sync: TestSync;
let book: IssueBook;

beforeEach(async () => {
  sync = new TestSync();
  book = new IssueBook(sync.context(await sync.connect('Desk')));
  sync.store.transaction((write) => {
    const base = { parentId: ROOT_ID, revision: 'c'.repeat(32), modifiedBy: null, modifiedAt: 0 };
    write.putRemote({ kind: 'folder', id: A, name: 'a?', ...base });
    write.putRemote({ kind: 'folder', id: B, name: 'b?', ...base });
  });
});

const listed = () => sync.store.issues({ limit: 10 });
const clash = (id: NodeId, other: string) => ({ id, reason: { code: 'name_clash' as const, params: { name: 'x', other } } });
const told = (): readonly string[] => {
  const lists = [...sync.told.lists].sort();
  sync.told.lists.clear();
  return lists;
};

describe('a failure', () => {
  it('is listed with its path, the number of tries and the next one', () => {
    book.failed(A, { code: 'no_permission', params: {} }, 2, minuteMs);
    expect(listed()).toEqual([
      {
        key: A,
        path: 'a?',
        kind: 'folder',
        reason: { code: 'no_permission', params: { path: 'a?' } },
        since: NOW,
        attempts: 2,
        nextTryAt: NOW + minuteMs,
      },
    ]);
    expect(told()).toEqual(['files', 'issues']);
  });

  it('that goes on keeps the time it began; another one begins anew', async () => {
    book.failed(A, { code: 'disk_failed', params: {} }, 1, minuteMs);
    await sync.clock.advance(minuteMs);
    book.failed(A, { code: 'disk_failed', params: {} }, 2, null);
    expect(listed()).toMatchObject([{ since: NOW, attempts: 2, nextTryAt: null }]);
    book.failed(A, { code: 'no_permission', params: {} }, 3, null);
    expect(listed()).toMatchObject([{ since: NOW + minuteMs, attempts: 3 }]);
  });

  it('of something that is in no tree keeps the path it had', () => {
    book.failed(A, { code: 'disk_failed', params: {} }, 1, null);
    sync.store.transaction((write) => write.deleteRemote(A));
    book.failed(A, { code: 'disk_failed', params: {} }, 2, null);
    expect(listed()).toMatchObject([{ path: 'a?', kind: null, attempts: 2 }]);
  });

  it('is gone once cleared, and clearing what is not listed tells nobody', () => {
    book.failed(A, { code: 'disk_failed', params: {} }, 1, null);
    told();
    book.clear(A);
    expect([listed(), told()]).toEqual([[], ['files', 'issues']]);
    book.clear(A);
    expect(told()).toEqual([]);
  });
});

describe('what the planner reports', () => {
  it('is listed until a plan of the item does not report it any more', () => {
    book.blocked([clash(A, 'y'), clash(B, 'z')], [A, B]);
    expect(listed().map(({ key }) => key)).toEqual([A, B]);
    book.blocked([clash(A, 'y')], [A]);
    expect(
      listed().map(({ key }) => key),
      'b was not planned',
    ).toEqual([A, B]);
    book.blocked([clash(A, 'y')], [A, B]);
    expect(listed().map(({ key }) => key)).toEqual([A]);
  });

  it('again and again is no news', () => {
    book.blocked([clash(A, 'y')], [A]);
    told();
    book.blocked([clash(A, 'y')], [A]);
    expect(told()).toEqual([]);
  });

  it('is news when the other name is another one', () => {
    book.blocked([clash(A, 'y')], [A]);
    told();
    book.blocked([clash(A, 'Y')], [A]);
    expect(listed()).toMatchObject([{ reason: { params: { other: 'Y' } }, since: NOW }]);
    expect(told()).toEqual(['files', 'issues']);
  });

  it('does not clear failures, which have a next try of their own', () => {
    book.failed(A, { code: 'disk_failed', params: {} }, 2, minuteMs);
    book.blocked([], [A]);
    expect(listed()).toHaveLength(1);
  });
});
