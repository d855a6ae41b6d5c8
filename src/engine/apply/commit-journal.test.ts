import { beforeEach, describe, expect, it, vi } from 'vitest';
import { type CloudNode, type CommitEntryInput, type CommitResult, TidemarkError } from '../../contract/index.ts';
import type { PendingCommit } from '../transfer/index.ts';
import { StoredCommits } from './commit-journal.ts';
import { TestApply } from './testing/test-apply.ts';

let world: TestApply;
let opened: number;
let commits: StoredCommits;

beforeEach(async () => {
  world = await TestApply.make();
  opened = 0;
  commits = reborn();
  at('c1');
});

const reborn = (): StoredCommits => new StoredCommits(world.parts, () => (opened += 1));
const at = (cursor: string): void => world.store.transaction((write) => write.setCursor({ cursor, epoch: 'e'.repeat(32) }));
const cursor = (): string | undefined => world.store.cursor()?.cursor;
const requestOf = (...entries: CommitEntryInput[]): PendingCommit => ({ idempotencyKey: world.sync.random.id(), entries });
const kinds = (): readonly string[] => world.sync.told.activity.map(({ kind, path }) => `${kind} ${path}`);

/** The cloud's node as the row has it, with a new revision and what else is said. */
function answer(path: string, over: { name?: string; text?: string } = {}): CommitResult {
  const node = over.text === undefined ? world.store.remote.get(world.id(path)) : world.there(path, over.text);
  if (node === undefined) throw new Error(`${path} is not in the cloud`);
  const base = {
    id: node.id,
    parentId: node.parentId,
    name: over.name ?? node.name,
    revision: world.sync.random.id(),
    modifiedAt: 0,
    modifiedBy: null,
  };
  const cloud: CloudNode =
    node.kind === 'folder'
      ? { kind: 'folder', ...base }
      : {
          kind: 'file',
          ...base,
          versionId: 'b'.repeat(32),
          ...node.content,
          blocks: [...node.content.blocks],
          mtimeMs: 0,
          executable: false,
          conflictOf: null,
          conflictBase: null,
          conflictDevice: null,
        };
  return { status: 'ok', node: cloud };
}

function putOf(path: string): Extract<CommitEntryInput, { op: 'put' }> {
  const { id, parentId, name, revision, content } = world.remoteFile(path);
  return { op: 'put', id, base: revision, parentId, name, ...content, blocks: [...content.blocks], mtimeMs: 0 };
}
const moveOf = (path: string, name: string): CommitEntryInput => {
  const { id, parentId, revision } = world.remoteFile(path);
  return { op: 'move', id, base: revision, parentId, name };
};
const deleteOf = (path: string): CommitEntryInput => ({
  op: 'delete',
  id: world.id(path),
  base: world.store.remote.get(world.id(path))?.revision ?? '',
});
const commit = (entries: readonly CommitEntryInput[], results: readonly CommitResult[]): void => {
  const request = requestOf(...entries);
  commits.after(commits.before(request), request, results);
};

describe('what the cloud did is taken over', () => {
  it('a new file and a new folder: in the cloud, agreed on, and in the history', () => {
    world.there('docs/');
    world.there('docs/a.txt');
    const results = [answer('docs'), answer('docs/a.txt')];
    const entries = [
      { op: 'mkdir' as const, id: world.id('docs'), parentId: '0'.repeat(32), name: 'docs' },
      { ...putOf('docs/a.txt'), base: null },
    ];
    world.goneThere('docs', 'docs/a.txt');
    commit(entries, results);
    expect(world.store.remote.get(world.id('docs/a.txt'))).toMatchObject({ name: 'a.txt' });
    expect(world.store.synced.get(world.id('docs'))).toBeDefined();
    expect(world.store.synced.get(world.id('docs/a.txt'))).toMatchObject({ hash: world.remoteFile('docs/a.txt').content.hash });
    expect(kinds()).toEqual(['folder_cloud docs', 'uploaded docs/a.txt']);
    expect(world.store.journal()).toEqual([]);
  });

  it('new content says nothing of the place, which the cloud may have changed', () => {
    world.agreed('a.txt', 'old');
    const entry = putOf('a.txt');
    commit([entry], [answer('a.txt', { name: 'moved there.txt', text: 'new' })]);
    expect(world.store.remote.get(world.id('a.txt'))).toMatchObject({ name: 'moved there.txt' });
    expect(world.store.synced.get(world.id('a.txt')), 'the move is still to come here').toMatchObject({
      name: 'a.txt',
      hash: world.remoteFile('a.txt').content.hash,
    });
    expect(kinds()).toEqual(['updated_cloud moved there.txt']);
  });

  it('a move says nothing of the content, which the cloud may have changed', () => {
    world.agreed('a.txt', 'old');
    const { hash } = world.remoteFile('a.txt').content;
    const entry = moveOf('a.txt', 'b.txt');
    commit([entry], [answer('a.txt', { name: 'b.txt', text: 'new' })]);
    expect(world.store.synced.get(world.id('a.txt')), 'the content is still to come here').toMatchObject({ name: 'b.txt', hash });
    expect(world.sync.told.activity).toMatchObject([{ kind: 'moved_cloud', path: 'b.txt', otherPath: 'a.txt' }]);
  });

  it('a deletion ends what was agreed on below, and leaves it to the feed what of it is gone: some may have been moved away before', () => {
    for (const path of ['docs/', 'docs/deep/', 'docs/deep/a.txt', 'b.txt']) world.agreed(path);
    const inside = ['docs/deep', 'docs/deep/a.txt'].map((path) => world.id(path));
    commit([deleteOf('docs')], [{ status: 'ok', node: null }]);
    expect([...world.store.remote.children('0'.repeat(32))].map(({ name }) => name)).toEqual(['b.txt']);
    expect(world.store.remoteIds()).toEqual(expect.arrayContaining(inside));
    expect(world.store.synced.size).toBe(1);
    expect(kinds()).toEqual(['deleted_cloud docs']);
    expect([cursor(), opened], 'the feed is read on, from where it stands').toEqual(['c1', 1]);
  });

  it('a deletion that the feed told of first is told of by the name that was agreed on', () => {
    for (const path of ['docs/', 'docs/a.txt']) world.agreed(path);
    const request = requestOf(deleteOf('docs/a.txt'));
    const journal = commits.before(request);
    world.goneThere('docs/a.txt');
    commits.after(journal, request, [{ status: 'ok', node: null }]);
    expect(kinds()).toEqual(['deleted_cloud docs/a.txt']);
  });

  it('what it refused changes nothing', () => {
    world.agreed('a.txt');
    world.agreed('b.txt');
    const before = world.store.synced.get(world.id('a.txt'));
    commit(
      [moveOf('a.txt', 'c.txt'), deleteOf('b.txt')],
      [
        { status: 'conflict', code: 'revision_mismatch', node: null },
        { status: 'error', code: 'quota_exceeded' },
      ],
    );
    expect(world.store.synced.get(world.id('a.txt'))).toEqual(before);
    expect(world.store.remote.get(world.id('b.txt'))).toBeDefined();
    expect(kinds()).toEqual([]);
    expect(world.store.journal()).toEqual([]);
  });

  it('or nothing of it: results and their journal are one transaction', () => {
    world.agreed('a.txt');
    world.agreed('b.txt');
    const request = requestOf(deleteOf('a.txt'), moveOf('b.txt', 'c.txt'));
    const journal = commits.before(request);
    const bad = answer('b.txt', { name: '..' });
    expect(() => commits.after(journal, request, [{ status: 'ok', node: null }, bad])).toThrow(
      expect.objectContaining({ code: 'cloud_answer_invalid' }),
    );
    expect(world.store.remote.get(world.id('a.txt'))).toBeDefined();
    expect(world.store.journal()).toHaveLength(1);
    expect([opened, commits.pending().length, commits.unclear], 'so it is asked for again').toEqual([1, 1, true]);
  });
});

describe('the change feed', () => {
  it('goes on from where it stands when it did not move meanwhile', () => {
    world.agreed('a.txt');
    commit([moveOf('a.txt', 'b.txt')], [answer('a.txt', { name: 'b.txt' })]);
    expect([cursor(), opened]).toEqual(['c1', 0]);
  });

  it('is read again from where it stood when the request was sent: what it said since may be newer', () => {
    world.agreed('a.txt');
    const request = requestOf(moveOf('a.txt', 'b.txt'));
    const journal = commits.before(request);
    at('c2');
    commits.after(journal, request, [answer('a.txt', { name: 'b.txt' })]);
    expect([cursor(), opened]).toEqual(['c1', 1]);
  });

  it('is not taken past that stretch by the answer to a later request', () => {
    world.agreed('a.txt');
    world.agreed('b.txt');
    const first = requestOf(moveOf('a.txt', 'c.txt'));
    const journal = commits.before(first);
    at('c2');
    const second = requestOf(moveOf('b.txt', 'd.txt'));
    const later = commits.before(second);
    commits.after(journal, first, [answer('a.txt', { name: 'c.txt' })]);
    commits.after(later, second, [answer('b.txt', { name: 'd.txt' })]);
    expect([cursor(), opened]).toEqual(['c1', 1]);
  });

  it('is told which nodes answers spoke of, until it asks anew', () => {
    for (const path of ['docs/', 'docs/a.txt', 'b.txt', 'c.txt']) world.agreed(path);
    const docs = world.id('docs');
    const results: CommitResult[] = [{ status: 'ok', node: null }, answer('b.txt'), { status: 'error', code: 'quota_exceeded' }];
    commit([deleteOf('docs'), moveOf('b.txt', 'd.txt'), moveOf('c.txt', 'e.txt')], results);
    expect([...commits.answered].sort()).toEqual([docs, world.id('b.txt')].sort());
    commits.forgetAnswered();
    expect(commits.answered.size).toBe(0);
  });
});

describe('a request without an answer', () => {
  it('is not to be sent again while it is under way, and is as soon as it is known to have none', () => {
    world.agreed('a.txt');
    const request = requestOf(moveOf('a.txt', 'b.txt'));
    const journal = commits.before(request);
    expect(commits.pending()).toEqual([]);
    commits.unanswered(journal);
    expect(opened).toBe(1);
    expect(commits.pending()).toMatchObject([{ id: journal, request }]);
  });

  it('leaves it unclear what was done until all have been asked about', () => {
    world.agreed('a.txt');
    expect(commits.unclear, 'of an earlier process').toBe(true);
    commits.allReplayed();
    expect(commits.unclear).toBe(false);
    const journal = commits.before(requestOf(moveOf('a.txt', 'b.txt')));
    expect(commits.unclear).toBe(false);
    commits.unanswered(journal);
    commits.allReplayed();
    expect(commits.unclear, 'it came to that only since').toBe(true);
    commits.drop(journal);
    commits.allReplayed();
    expect(commits.unclear).toBe(false);
  });

  it('is found by the next process, oldest first, and rewinds the feed to where it stood then', () => {
    world.agreed('a.txt');
    const first = requestOf(moveOf('a.txt', 'b.txt'));
    commits.before(first);
    at('c2');
    commits.before(requestOf(moveOf('a.txt', 'c.txt')));
    at('c3');
    const next = reborn();
    const [pending, second] = next.pending();
    expect(second?.request.entries).toMatchObject([{ name: 'c.txt' }]);
    if (pending === undefined) throw new Error('not found');
    expect(pending.request).toEqual(first);
    next.replayed(pending, [answer('a.txt', { name: 'b.txt' })]);
    expect([cursor(), opened]).toEqual(['c1', 1]);
    expect(next.pending()).toHaveLength(1);
  });

  it('that is dropped leaves everything as it is', () => {
    world.agreed('a.txt');
    const journal = commits.before(requestOf(deleteOf('a.txt')));
    reborn().drop(journal);
    expect(world.store.journal()).toEqual([]);
    expect(world.store.remote.get(world.id('a.txt'))).toBeDefined();
  });

  it('leaves alone what others keep in the journal', () => {
    world.store.transaction((write) => write.addJournal('replace', { target: 'a', trash: 'b' }));
    expect(reborn().pending()).toEqual([]);
  });
});

it('what the cloud is told is durable here before: else what another device writes on it would be a conflict', () => {
  for (const path of ['a.txt', 'b.txt', 'c.txt']) world.there(path);
  const sync = vi.spyOn(world.store, 'sync').mockImplementation(() => expect(world.store.journal()).toHaveLength(sync.mock.calls.length));
  for (const entry of [putOf('a.txt'), moveOf('b.txt', 'd.txt'), deleteOf('c.txt')]) commits.before(requestOf(entry));
  expect(sync).toHaveBeenCalledTimes(3);
});

it('but of all but a deletion, the cloud is told also where it cannot be made durable', () => {
  world.there('a.txt');
  vi.spyOn(world.store, 'sync').mockImplementationOnce(() => {
    throw new TidemarkError('disk_failed', { path: 'state.db' });
  });
  commits.before(requestOf(putOf('a.txt')));
  expect(reborn().pending()).toHaveLength(1);
});

it('what could not be made durable, and so was not sent, is not sent later either', () => {
  world.there('b.txt');
  vi.spyOn(world.store, 'sync').mockImplementationOnce(() => {
    throw new TidemarkError('disk_failed', { path: 'state.db' });
  });
  expect(() => commits.before(requestOf(deleteOf('b.txt')))).toThrow(expect.objectContaining({ code: 'disk_failed' }));
  expect(commits.pending()).toEqual([]);
});

it('a deletion is over where the feed tells of folders in each other just then', () => {
  for (const path of ['a/', 'a/b/', 'a/b/c.txt']) world.agreed(path);
  const [a, b] = ['a', 'a/b'].map((path) => world.store.remote.get(world.id(path)));
  if (a === undefined || b === undefined) throw new Error('not in the cloud');
  const request = requestOf({ op: 'delete', id: a.id, base: a.revision });
  const journalled = commits.before(request);
  world.store.transaction((write) => write.putRemote({ ...a, parentId: b.id }));
  commits.after(journalled, request, [{ status: 'ok', node: null }]);
  expect(world.store.remote.get(world.id('a'))).toBeUndefined();
  expect(world.store.synced.size).toBe(0);
  expect([...commits.answered]).toEqual([world.id('a')]);
});
