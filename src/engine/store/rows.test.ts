import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { settingKeys, settings } from '../../contract/index.ts';
import { ROOT_ID } from '../model/index.ts';
import type { AccountRow, IssueRow, NewActivity, QuestionRow, Store } from './api.ts';
import { freshStore, idOf, localFile, openedStore, remoteFile, syncedFile, tempFolder } from './testing/store.ts';

const account: AccountRow = {
  server: 'https://cloud.example',
  accountId: idOf('account'),
  deviceId: idOf('device'),
  label: 'ada@example.org',
  region: 'mainland',
  deviceName: 'Ada’s laptop',
  signedOut: { code: 'device_revoked', params: {} },
};
const issue = (key: string, over: Partial<IssueRow> = {}): IssueRow => ({
  key,
  path: `docs/${key}`,
  kind: 'file',
  reason: { code: 'file_busy', params: { path: `docs/${key}` } },
  since: 5,
  attempts: 2,
  nextTryAt: 99,
  ...over,
});
const question: QuestionRow = {
  id: 'q1',
  kind: 'mass_delete',
  side: 'here',
  items: 120,
  examples: ['a', 'b/ü'],
  choices: ['keep', 'delete'],
  since: 7,
  ids: [idOf('a'), ROOT_ID, idOf('b')],
  answer: null,
};
const entry = (path: string, over: Partial<NewActivity> = {}): NewActivity => ({
  at: 1,
  kind: 'uploaded',
  path,
  otherPath: null,
  sizeBytes: 10,
  device: null,
  ...over,
});

describe('a fresh store', () => {
  it('knows nothing and has the initial settings', () => {
    const store = freshStore();
    expect([store.account(), store.folder(), store.cursor(), store.localOnlyFolders()]).toEqual([null, null, null, []]);
    expect([store.journal(), store.trash(), store.questions(), store.activity({ limit: 5 }), store.issues({ limit: 5 })]).toEqual([
      [],
      [],
      [],
      [],
      [],
    ]);
    expect([store.issueCount(), store.pausedUntil(), store.divergentIds()]).toEqual([0, 'resumed', []]);
    for (const key of settingKeys) expect(store.setting(key)).toBe(settings[key].initial);
  });
});

describe('single values', () => {
  const localOnly = [
    { path: '/home/ada/Private', identity: null },
    { path: 'C:\\Büro', identity: { dev: '1', ino: '2', birthtimeNs: '3', ctimeNs: '4' } },
  ];

  it('outlive a restart, change and go', () => {
    const path = join(tempFolder(), 'state.db');
    const first = openedStore(path);
    first.transaction((write) => {
      write.setAccount(account);
      write.setFolder({ path: '/home/ada/Documents', folderId: 'f1' });
      write.setLocalOnlyFolders(localOnly);
      write.setCursor({ cursor: 'c9', epoch: idOf('epoch') });
      write.setSetting('theme', 'dark');
      write.setSetting('upload.limitKiBps', 512);
      write.setPausedUntil(null);
    });
    first.close();
    const second = openedStore(path);
    expect(second.account()).toEqual(account);
    expect(second.folder()).toEqual({ path: '/home/ada/Documents', folderId: 'f1' });
    expect(second.localOnlyFolders()).toEqual(localOnly);
    expect(second.cursor()).toEqual({ cursor: 'c9', epoch: idOf('epoch') });
    expect([second.setting('theme'), second.setting('upload.limitKiBps'), second.pausedUntil()]).toEqual(['dark', 512, null]);
    second.transaction((write) => {
      write.setAccount(null);
      write.setFolder(null);
      write.setCursor(null);
      write.setLocalOnlyFolders([]);
      write.setPausedUntil(1234);
    });
    expect([second.account(), second.folder(), second.cursor(), second.localOnlyFolders(), second.pausedUntil()]).toEqual([
      null,
      null,
      null,
      [],
      1234,
    ]);
    second.transaction((write) => write.setPausedUntil('resumed'));
    expect(second.pausedUntil()).toBe('resumed');
  });

  it('a setting that is not allowed any more counts as never set', () => {
    const store = freshStore();
    store.transaction((write) => write.setSetting('trash.keepDays', 5));
    expect(store.setting('trash.keepDays')).toBe(30);
  });
});

describe('journal and trash', () => {
  it('keep their order and never give a number twice', () => {
    const path = join(tempFolder(), 'state.db');
    const store = openedStore(path);
    const [a, b] = store.transaction((write) => [
      write.addJournal('commit', { entries: [1, { x: null }] }),
      write.addJournal('move', null),
    ]);
    expect(store.journal()).toEqual([
      { id: a, kind: 'commit', data: { entries: [1, { x: null }] } },
      { id: b, kind: 'move', data: null },
    ]);
    store.transaction((write) => write.deleteJournal(b));
    store.transaction((write) => write.putJournal(a, { entries: [] }));
    expect(store.journal(), 'in its place').toEqual([{ id: a, kind: 'commit', data: { entries: [] } }]);
    store.close();
    const again = openedStore(path);
    const c = again.transaction((write) => write.addJournal('commit', 'x'));
    expect(c).toBeGreaterThan(b);
    expect(again.journal().map((row) => row.id)).toEqual([a, c]);
  });

  it('trash rows come and go', () => {
    const store = freshStore();
    const row = { trashPath: '.tidemark/trash/1', originalPath: 'a/b.txt', why: 'replaced' as const, at: 3, activityId: 4 };
    const [first, second] = store.transaction((write) => [
      write.addTrash(row),
      write.addTrash({ ...row, why: 'deleted', activityId: null }),
    ]);
    expect(store.trash()).toEqual([
      { ...row, id: first },
      { ...row, id: second, why: 'deleted', activityId: null },
    ]);
    store.transaction((write) => write.deleteTrash(first));
    expect(store.trash().map(({ id }) => id)).toEqual([second]);
  });
});

describe('activity', () => {
  const withHistory = (): Store => {
    const store = freshStore();
    store.transaction((write) => {
      write.addActivity(entry('Berichte/Übersicht.docx'));
      write.addActivity(entry('b.txt', { kind: 'moved_here', otherPath: 'alt/Übersicht-2.txt', sizeBytes: null, device: 'PC' }));
      write.addActivity(entry('100%_sure.txt', { kind: 'deleted_cloud' }));
      write.addActivity(entry('季度报告.xlsx', { kind: 'downloaded' }));
    });
    return store;
  };
  const paths = (store: Store, page: Parameters<Store['activity']>[0]): string[] => store.activity(page).map((row) => row.path);

  it('answers the entry with its number, newest first', () => {
    const store = freshStore();
    const added = store.transaction((write) => [
      write.addActivity(entry('a')),
      write.addActivity(entry('b', { otherPath: 'c', device: 'PC' })),
    ]);
    const plain = { node: null, reversal: null, undoes: null, undoneBy: null, inTrash: false };
    expect(added[1]).toEqual({ ...entry('b', { otherPath: 'c', device: 'PC' }), ...plain, id: (added[0]?.id ?? 0) + 1 });
    expect(store.activity({ limit: 10 })).toEqual([...added].reverse());
  });

  it('remembers how to undo a line, which one did, and whether the trash still has what it takes', () => {
    const store = freshStore();
    const reversal = { way: 'bring_back', hash: null } as const;
    const [first, second] = store.transaction((write) => {
      const gone = write.addActivity(entry('a', { kind: 'deleted_here', node: idOf('a'), reversal })).id;
      write.addTrash({ trashPath: 't', originalPath: 'a', why: 'deleted', at: 1, activityId: gone });
      const undone = write.addActivity(entry('a', { kind: 'undone', undoes: gone })).id;
      write.setUndone(gone, undone);
      return [gone, undone];
    });
    expect(store.activityRow(first)).toMatchObject({ node: idOf('a'), reversal, undoneBy: second, undoes: null, inTrash: true });
    expect(store.activityRow(second)).toMatchObject({ node: null, reversal: null, undoneBy: null, undoes: first, inTrash: false });
    const trashed = store.trashOf(first);
    expect(trashed).toMatchObject({ trashPath: 't', activityId: first });
    store.transaction((write) => write.deleteTrash(trashed?.id ?? 0));
    expect(store.activityRow(first)?.inTrash).toBe(false);
    expect(store.activityRow(99)).toBeUndefined();
    expect(store.trashOf(second)).toBeUndefined();
  });

  it('of a folder that is not ours any more cannot be undone', () => {
    const store = freshStore();
    const { id } = store.transaction((write) => write.addActivity(entry('a', { reversal: { way: 'restore_in_cloud' } })));
    store.transaction((write) => write.clearTrees());
    expect(store.activityRow(id)).toMatchObject({ path: 'a', reversal: null });
  });

  it('is paged from a row on, also when newer ones arrive in between', () => {
    const store = freshStore();
    store.transaction((write) => ['1', '2', '3', '4', '5'].forEach((path) => write.addActivity(entry(path))));
    const first = store.activity({ limit: 2 });
    store.transaction((write) => write.addActivity(entry('new')));
    const second = store.activity({ limit: 2, before: first.at(-1)?.id ?? 0 });
    const third = store.activity({ limit: 2, before: second.at(-1)?.id ?? 0 });
    expect([...first, ...second, ...third].map((row) => row.path)).toEqual(['5', '4', '3', '2', '1']);
  });

  it('is searched in both paths, whatever the case, the composition and the signs', () => {
    const store = withHistory();
    expect(paths(store, { limit: 9, search: 'übersicht' })).toEqual(['b.txt', 'Berichte/Übersicht.docx']);
    expect(paths(store, { limit: 9, search: 'U\u0308BERSICHT'.normalize('NFD') })).toEqual(['b.txt', 'Berichte/Übersicht.docx']);
    expect(paths(store, { limit: 9, search: '报告' })).toEqual(['季度报告.xlsx']);
    expect(paths(store, { limit: 9, search: '0%_s' })).toEqual(['100%_sure.txt']);
    expect(paths(store, { limit: 9, search: '%' })).toEqual(['100%_sure.txt']);
    expect(paths(store, { limit: 9, search: '' })).toHaveLength(4);
    expect(paths(store, { limit: 9, search: 'nothing' })).toEqual([]);
  });

  it('is filtered by kind, and both ways at once', () => {
    const store = withHistory();
    expect(paths(store, { limit: 9, kinds: ['deleted_cloud', 'downloaded'] })).toEqual(['季度报告.xlsx', '100%_sure.txt']);
    expect(paths(store, { limit: 9, kinds: ['uploaded'], search: 'übersicht' })).toEqual(['Berichte/Übersicht.docx']);
    expect(paths(store, { limit: 9, kinds: [] })).toEqual([]);
  });
});

describe('issues', () => {
  it('are kept by key, replaced and removed', () => {
    const store = freshStore();
    store.transaction((write) => {
      write.putIssue(issue('k'));
      write.putIssue(issue('path:bad\ufffd', { kind: null, nextTryAt: null, reason: { code: 'name_not_utf8', params: { path: 'bad' } } }));
      write.putIssue(issue('k', { attempts: 3 }));
    });
    expect(store.issue('k')).toEqual(issue('k', { attempts: 3 }));
    expect(store.issue('path:bad\ufffd')?.kind).toBeNull();
    expect(store.issueCount()).toBe(2);
    store.transaction((write) => write.deleteIssue('k'));
    expect([store.issue('k'), store.issueCount()]).toEqual([undefined, 1]);
  });

  it('are paged by key, also when the row of the cursor is gone', () => {
    const store = freshStore();
    store.transaction((write) => ['c', 'a', 'e', 'b', 'd'].forEach((key) => write.putIssue(issue(key))));
    const first = store.issues({ limit: 2 });
    store.transaction((write) => write.deleteIssue('b'));
    expect(first.map((row) => row.key)).toEqual(['a', 'b']);
    expect(store.issues({ limit: 2, after: 'b' }).map((row) => row.key)).toEqual(['c', 'd']);
    expect(store.issues({ limit: 2, after: 'd' }).map((row) => row.key)).toEqual(['e']);
    expect(store.issues({ limit: 2, after: 'e' })).toEqual([]);
  });
});

describe('questions', () => {
  it('outlive a restart with all that they are about', () => {
    const path = join(tempFolder(), 'state.db');
    const store = openedStore(path);
    store.transaction((write) => write.putQuestion(question));
    store.close();
    const again = openedStore(path);
    expect(again.questions()).toEqual([question]);
    again.transaction((write) => write.putQuestion({ ...question, answer: 'keep', ids: [] }));
    expect(again.questions()).toEqual([{ ...question, answer: 'keep', ids: [] }]);
    again.transaction((write) => write.deleteQuestion('q1'));
    expect(again.questions()).toEqual([]);
  });

  it('refuse ids that are none', () => {
    const store = freshStore();
    expect(() => store.transaction((write) => write.putQuestion({ ...question, ids: ['x'] }))).toThrow('not a list of ids');
    expect(() =>
      store.transaction((write) => write.putQuestion({ ...question, ids: ['ab', `${idOf('a')}${idOf('b').slice(2)}`] })),
    ).toThrow();
  });
});

describe('clearing', () => {
  it('forgets what belongs to the folder, and keeps account, settings, history and trash', () => {
    const store = freshStore();
    store.transaction((write) => {
      write.putRemote(remoteFile('x'));
      write.putLocal(localFile('x'));
      write.putSynced(syncedFile('x'));
      write.setCursor({ cursor: 'c', epoch: 'e' });
      write.addUnheard(idOf('x'));
      write.addJournal('commit', {});
      write.putIssue(issue('k'));
      write.putQuestion(question);
      write.setAccount(account);
      write.setSetting('theme', 'dark');
      write.addActivity(entry('x'));
      write.addTrash({ trashPath: 't', originalPath: 'x', why: 'deleted', at: 1, activityId: null });
    });
    expect([store.remote.size, store.local.size, store.synced.size]).toEqual([1, 1, 1]);
    store.transaction((write) => write.clearTrees());
    expect([store.remote.size, store.local.size, store.synced.size]).toEqual([0, 0, 0]);
    expect([store.cursor(), store.unheard(), store.journal(), store.issueCount(), store.questions()]).toEqual([null, [], [], 0, []]);
    expect([store.account(), store.setting('theme'), store.activity({ limit: 9 }).length, store.trash().length]).toEqual([
      account,
      'dark',
      1,
      1,
    ]);
  });

  it('of the remote tree alone leaves the others', () => {
    const store = freshStore();
    store.transaction((write) => {
      write.putRemote(remoteFile('x'));
      write.putLocal(localFile('x'));
      write.clearRemote();
    });
    expect([store.remote.size, store.local.size]).toEqual([0, 1]);
  });
});
