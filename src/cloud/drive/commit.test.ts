import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CloudFile, type CloudNode, EMPTY_CONTENT_HASH, ROOT_ID } from '../../contract/index.ts';
import { contentOf, id, mkdir, move, put, remove, sha256Hex, startCloud, type TestCloud, TestDevice } from '../testing/harness.ts';

let cloud: TestCloud;
let ann: TestDevice;
let accounts = 0;

beforeAll(async () => {
  cloud = await startCloud();
});
afterAll(() => cloud[Symbol.asyncDispose]());
beforeEach(async () => {
  ann = await cloud.signUp(`ann${(accounts += 1)}@example.com`);
});

const empty = contentOf();

describe('put', () => {
  it('makes a file, then replaces its content under a new version', async () => {
    const first = await ann.upload('a.txt', contentOf('one'));
    expect(first).toMatchObject({
      kind: 'file',
      parentId: ROOT_ID,
      name: 'a.txt',
      size: 3,
      hash: sha256Hex(Buffer.from('one')),
      modifiedBy: ann.session.deviceId,
    });
    const second = await ann.upload('a.txt', contentOf('two!'), { id: first.id, base: first.revision });
    expect(second.size).toBe(4);
    expect(second.revision).not.toBe(first.revision);
    expect(second.versionId).not.toBe(first.versionId);
  });

  it('takes empty files and files of several blocks', async () => {
    expect((await ann.upload('empty', empty)).hash).toBe(EMPTY_CONTENT_HASH);
    const large = contentOf('first block', 'second block', 'first block');
    expect(await ann.upload('large', large)).toMatchObject({ size: large.size, hash: large.hash, blocks: large.refs });
  });

  it('refuses a base that is not the current revision, and shows the current node', async () => {
    const file = await ann.upload('a', contentOf('1'));
    const newer = await ann.upload('a', contentOf('2'), { id: file.id, base: file.revision });
    await ann.store(contentOf('3'));
    expect(await ann.commit(put('a', contentOf('3'), { id: file.id, base: file.revision }))).toEqual([
      { status: 'conflict', code: 'revision_mismatch', node: newer },
    ]);
  });

  it('of the same content makes no new version', async () => {
    const file = await ann.upload('a', contentOf('same'));
    const same = await ann.apply(put('a', contentOf('same'), { id: file.id, base: file.revision }));
    expect(same).toEqual(file);
    const touched = (await ann.apply(
      put('a', contentOf('same'), { id: file.id, base: file.revision, mtimeMs: 5, executable: true }),
    )) as CloudFile;
    expect(touched).toMatchObject({ versionId: file.versionId, mtimeMs: 5, executable: true });
    expect(touched.revision).not.toBe(file.revision);
  });

  it('keeps where a conflict version comes from', async () => {
    const original = await ann.upload('a', contentOf('1'));
    const copy = await ann.upload('a (conflict)', contentOf('2'), { conflictOf: original.id, conflictBase: original.versionId });
    expect(copy).toMatchObject({ conflictOf: original.id, conflictBase: original.versionId, conflictDevice: 'Laptop' });
  });

  it('refuses an id in use, also one in the trash, and a node that is gone', async () => {
    const file = await ann.upload('a', contentOf('1'));
    expect(await ann.commit(put('b', empty, { id: file.id }))).toEqual([{ status: 'conflict', code: 'id_taken', node: file }]);
    await ann.commit(remove(file));
    expect(await ann.commit(put('b', empty, { id: file.id }))).toEqual([{ status: 'conflict', code: 'id_taken', node: null }]);
    expect(await ann.commit(put('b', empty, { id: file.id, base: file.revision }))).toEqual([
      { status: 'conflict', code: 'not_found', node: null },
    ]);
  });

  it('onto a folder, or below a file, is the wrong kind', async () => {
    const folder = await ann.apply(mkdir('d'));
    const file = await ann.upload('a', empty);
    expect(await ann.commit(put('d', empty, { id: folder.id, base: folder.revision }), put('x', empty, { parentId: file.id }))).toEqual([
      { status: 'conflict', code: 'kind_mismatch', node: folder },
      { status: 'conflict', code: 'kind_mismatch', node: file },
    ]);
  });

  it('lists the blocks that are missing, then takes them', async () => {
    const content = contentOf('here', 'missing', 'gone');
    await ann.store(contentOf('here'));
    const entry = put('a', content);
    expect(await ann.commit(entry)).toEqual([
      { status: 'error', code: 'blocks_missing', missing: [content.refs[1]?.hash, content.refs[2]?.hash] },
    ]);
    await ann.store(content);
    expect((await ann.commit(entry))[0]?.status).toBe('ok');
  });

  it('refuses a size or hash that does not follow from the blocks', async () => {
    const content = contentOf('one', 'two');
    await ann.store(content);
    const results = await ann.commit(
      put('a', content, { size: 7 }),
      put('b', content, { hash: contentOf('onetwo').hash }),
      put('c', content, { blocks: content.refs.toReversed() }),
      put('d', empty, { hash: content.hash }),
    );
    expect(results).toEqual(results.map(() => ({ status: 'error', code: 'hash_mismatch' })));
  });

  it('never uses the blocks of another account', async () => {
    await ann.store(contentOf('secret'));
    const bob = await cloud.signUp(`bob${accounts}@example.com`);
    expect(await bob.commit(put('a', contentOf('secret')))).toMatchObject([{ code: 'blocks_missing' }]);
  });
});

describe('names', () => {
  it('are one per folder under NFC and case folding', async () => {
    const file = await ann.upload('Caf\u00e9.TXT', empty);
    expect(await ann.commit(put('cafe\u0301.txt', empty), mkdir('CAF\u00c9.txt'))).toEqual([
      { status: 'conflict', code: 'name_taken', node: file },
      { status: 'conflict', code: 'name_taken', node: file },
    ]);
    const folder = await ann.apply(mkdir('sub'));
    expect((await ann.upload('Caf\u00e9.TXT', empty, { parentId: folder.id })).name).toBe('Caf\u00e9.TXT');
  });

  it('may change their case in place', async () => {
    const file = await ann.upload('readme', empty);
    expect((await ann.apply(move(file, ROOT_ID, 'README'))).name).toBe('README');
  });

  it.each(['.', '..', 'a/b', 'a\0b', 'é'.repeat(128), '\ud800'])('refuses %j', async (name) => {
    expect(await ann.commit(mkdir(name), put(name, empty))).toEqual([
      { status: 'error', code: 'name_invalid' },
      { status: 'error', code: 'name_invalid' },
    ]);
  });

  it.each(['con', 'a:b', 'trailing. ', 'é'.repeat(127), '文档.docx', '\u{1f30a}', 'a\nb', '%2e'])('takes %j', async (name) => {
    expect((await ann.apply(mkdir(name))).name).toBe(name);
  });
});

describe('batches', () => {
  it('may use a folder made earlier in the batch', async () => {
    const outer = mkdir('outer');
    const inner = mkdir('inner', outer.id);
    const results = await ann.commit(outer, inner, put('deep', empty, { parentId: inner.id }));
    expect(results.map((result) => result.status)).toEqual(['ok', 'ok', 'ok']);
    expect(await ann.tree()).toEqual(['outer', 'outer/inner', 'outer/inner/deep']);
  });

  it('fail what depends on an entry that failed, and nothing else', async () => {
    await ann.apply(mkdir('taken'));
    const folder = mkdir('taken');
    const inner = mkdir('inner', folder.id);
    const results = await ann.commit(folder, inner, put('x', empty, { parentId: inner.id }), mkdir('fine'));
    expect(results).toMatchObject([{ code: 'name_taken' }, { code: 'dependency_failed' }, { code: 'dependency_failed' }, { status: 'ok' }]);
    expect(await ann.tree()).toEqual(['fine', 'taken']);
  });

  it('take 500 entries and no more', async () => {
    const entries = Array.from({ length: 500 }, (_, index) => mkdir(`d${index}`));
    expect((await ann.commit(...entries)).every((result) => result.status === 'ok')).toBe(true);
    const many = { entries: Array.from({ length: 501 }, (_, index) => mkdir(`e${index}`)) };
    const answer = await ann.call('POST', '/v1/drive/commit', { json: many, headers: { 'idempotency-key': 'k' } });
    expect(answer.problem).toMatchObject({ code: 'invalid_request', params: { field: 'entries' } });
  });

  it('refuse a parent that is not there', async () => {
    expect(await ann.commit(mkdir('x', id()))).toEqual([{ status: 'conflict', code: 'parent_missing', node: null }]);
  });

  it('name the field of a malformed entry', async () => {
    const entries = [mkdir('fine'), { ...mkdir('x'), parentId: 'nonsense' }];
    const answer = await ann.call('POST', '/v1/drive/commit', { json: { entries }, headers: { 'idempotency-key': 'k' } });
    expect(answer.problem).toMatchObject({ status: 400, code: 'invalid_request', params: { field: 'entries[1].parentId' } });
    expect(await ann.tree()).toEqual([]);
  });
});

describe('groups', () => {
  const named = async (...names: string[]): Promise<CloudNode[]> => {
    const results = await ann.commit(...names.map((name) => mkdir(name)));
    return results.flatMap((result) => (result.status === 'ok' && result.node !== null ? [result.node] : []));
  };

  it('swap and rotate names', async () => {
    const nodes = await named('a', 'b', 'c');
    const [a, b, c] = nodes as [CloudNode, CloudNode, CloudNode];
    const results = await ann.commit(move(a, ROOT_ID, 'b', 1), move(b, ROOT_ID, 'c', 1), move(c, ROOT_ID, 'a', 1));
    expect(results).toMatchObject([
      { status: 'ok', node: { id: a.id, name: 'b' } },
      { status: 'ok', node: { id: b.id, name: 'c' } },
      { status: 'ok', node: { id: c.id, name: 'a' } },
    ]);
  });

  it('swap a file and a folder with what is in it', async () => {
    const [folder] = (await named('x')) as [CloudNode];
    await ann.upload('inside', empty, { parentId: folder.id });
    const file = await ann.upload('y', empty);
    await ann.commit(move(folder, ROOT_ID, 'y', 1), move(file, ROOT_ID, 'x', 1));
    expect(await ann.tree()).toEqual(['x', 'y', 'y/inside']);
  });

  it('cannot swap without one', async () => {
    const [a, b] = (await named('a', 'b')) as [CloudNode, CloudNode];
    expect(await ann.commit(move(a, ROOT_ID, 'b'), move(b, ROOT_ID, 'a'))).toMatchObject([{ code: 'name_taken' }, { code: 'name_taken' }]);
  });

  it('leave nothing behind when one of them fails', async () => {
    const [a, b] = (await named('a', 'b')) as [CloudNode, CloudNode];
    const before = await ann.changes();
    const results = await ann.commit(
      { ...mkdir('new'), group: 7 },
      { ...put('data', contentOf('not sent')), group: 7 },
      move(a, b.id, 'a', 7),
      mkdir('alone'),
    );
    expect(results).toMatchObject([{ code: 'group_failed' }, { code: 'blocks_missing' }, { code: 'group_failed' }, { status: 'ok' }]);
    expect((await ann.changes(before.cursor)).entries.map((entry) => 'name' in entry && entry.name)).toEqual(['alone']);
  });

  it('fail at the end when two of them want one name', async () => {
    const [a, b] = (await named('a', 'b')) as [CloudNode, CloudNode];
    expect(await ann.commit(move(a, ROOT_ID, 'c', 1), move(b, ROOT_ID, 'C', 1))).toMatchObject([
      { code: 'group_failed' },
      { code: 'name_taken' },
    ]);
    expect(await ann.tree()).toEqual(['a', 'b']);
  });

  it('free a name by a delete', async () => {
    const file = await ann.upload('report', contentOf('old'));
    await ann.store(contentOf('new'));
    const results = await ann.commit({ ...put('report', contentOf('new')), group: 1 }, { ...remove(file), group: 1 });
    expect(results).toMatchObject([{ status: 'ok' }, { status: 'ok', node: null }]);
    expect(await ann.tree()).toEqual(['report']);
  });

  it('whose entries lie apart may use what is made in between', async () => {
    const folder = mkdir('folder');
    const results = await ann.commit({ ...mkdir('first'), group: 3 }, folder, { ...put('x', empty, { parentId: folder.id }), group: 3 });
    expect(results.map((result) => result.status)).toEqual(['ok', 'ok', 'ok']);
  });

  it('refuse a ring of folders', async () => {
    const [a, b] = (await named('a', 'b')) as [CloudNode, CloudNode];
    expect(await ann.commit(move(a, b.id, 'a', 1), move(b, a.id, 'b', 1))).toMatchObject([
      { code: 'would_cycle' },
      { code: 'group_failed' },
    ]);
    expect(await ann.tree()).toEqual(['a', 'b']);
  });
});

describe('move', () => {
  it('changes place and name, and keeps the version', async () => {
    const folder = await ann.apply(mkdir('d'));
    const file = await ann.upload('a', contentOf('1'));
    expect(await ann.apply(move(file, folder.id, 'b'))).toMatchObject({ parentId: folder.id, name: 'b', versionId: file.versionId });
    expect(await ann.commit(move(file, ROOT_ID, 'c'))).toMatchObject([{ code: 'revision_mismatch', node: { name: 'b' } }]);
  });

  it('refuses to put a folder below itself', async () => {
    const a = await ann.apply(mkdir('a'));
    const b = await ann.apply(mkdir('b', a.id));
    const c = await ann.apply(mkdir('c', b.id));
    expect(await ann.commit(move(a, c.id), move(a, a.id))).toEqual([
      { status: 'conflict', code: 'would_cycle', node: a },
      { status: 'conflict', code: 'would_cycle', node: a },
    ]);
  });

  it('to where it is changes nothing', async () => {
    const a = await ann.apply(mkdir('a'));
    expect(await ann.apply(move(a, ROOT_ID))).toEqual(a);
  });
});

describe('the root', () => {
  it('can be neither made, moved nor deleted', async () => {
    const base = id();
    const results = await ann.commit(
      { op: 'move', id: ROOT_ID, base, parentId: ROOT_ID, name: 'x' },
      { op: 'delete', id: ROOT_ID, base },
      { op: 'mkdir', id: ROOT_ID, parentId: ROOT_ID, name: 'x' },
    );
    expect(results).toEqual(results.map(() => ({ status: 'conflict', code: 'kind_mismatch', node: null })));
  });
});

describe('delete', () => {
  it('takes a folder with all that is in it, one tombstone each', async () => {
    const outer = await ann.apply(mkdir('outer'));
    const inner = await ann.apply(mkdir('inner', outer.id));
    const file = await ann.upload('file', contentOf('x'), { parentId: inner.id });
    const cursor = await ann.cursor();
    expect(await ann.commit(remove(outer, cursor))).toEqual([{ status: 'ok', node: null }]);
    expect((await ann.changes(cursor)).entries).toEqual([file, inner, outer].map((node) => ({ kind: 'deleted', id: node.id })));
    expect(await ann.tree()).toEqual([]);
  });

  it('of what is gone is fine', async () => {
    const file = await ann.upload('a', empty);
    expect(await ann.commit(remove(file), remove(file))).toEqual([
      { status: 'ok', node: null },
      { status: 'ok', node: null },
    ]);
  });

  it('is refused when the file was changed', async () => {
    const file = await ann.upload('a', contentOf('1'));
    const newer = await ann.upload('a', contentOf('2'), { id: file.id, base: file.revision });
    expect(await ann.commit(remove(file))).toEqual([{ status: 'conflict', code: 'revision_mismatch', node: newer }]);
  });

  it.each([
    ['added', (folder: CloudNode) => ann.upload('new', empty, { parentId: folder.id })],
    [
      'changed deep inside',
      (_: CloudNode, deep: CloudNode) => ann.upload('deep', contentOf('2'), { id: deep.id, base: deep.revision, parentId: deep.parentId }),
    ],
    ['moved in', async (folder: CloudNode) => ann.apply(move(await ann.upload('elsewhere', empty), folder.id))],
  ])('of a folder is refused when something was %s after the cursor', async (_, change) => {
    const folder = await ann.apply(mkdir('folder'));
    const inner = await ann.apply(mkdir('inner', folder.id));
    const deep = await ann.upload('deep', contentOf('1'), { parentId: inner.id });
    const cursor = await ann.cursor();
    await change(folder, deep);
    expect(await ann.commit(remove(folder, cursor))).toEqual([{ status: 'conflict', code: 'subtree_changed', node: folder }]);
    expect(await ann.commit(remove(folder, await ann.cursor()))).toEqual([{ status: 'ok', node: null }]);
  });

  it('of a folder is refused with a cursor of another history', async () => {
    const folder = await ann.apply(mkdir('folder'));
    expect(await ann.commit(remove(folder, 'nonsense'))).toMatchObject([{ code: 'subtree_changed' }]);
  });
});

describe('the idempotency key', () => {
  it('is needed', async () => {
    const answer = await ann.call('POST', '/v1/drive/commit', { json: { entries: [mkdir('a')] } });
    expect(answer.problem).toMatchObject({ status: 400, code: 'idempotency_key_missing' });
  });

  it('answers what it answered before, also after a restart', async () => {
    await using own = await startCloud();
    const bob = await own.signUp();
    const entries = [mkdir('a'), mkdir('a')];
    const first = await bob.commitWith('key', entries);
    expect(await bob.commitWith('key', entries)).toEqual(first);
    await using again = await own.restart();
    expect(await new TestDevice(again.url, bob.session).commitWith('key', entries)).toEqual(first);
  });

  it('sent twice at once is done once', async () => {
    const entries = [mkdir('a'), put('b', empty)];
    const [one, two] = await Promise.all([ann.commitWith('key', entries), ann.commitWith('key', entries)]);
    expect(two).toEqual(one);
    expect(await ann.tree()).toEqual(['a', 'b']);
  });

  it('belongs to one body and one device', async () => {
    await ann.commitWith('key', [mkdir('a')]);
    const other = await ann.call('POST', '/v1/drive/commit', { json: { entries: [mkdir('b')] }, headers: { 'idempotency-key': 'key' } });
    expect(other.problem).toMatchObject({ status: 422, code: 'idempotency_key_reused' });
    const desktop = await cloud.signIn(`ann${accounts}@example.com`);
    expect((await desktop.commitWith('key', [mkdir('c')])).results).toMatchObject([{ status: 'ok' }]);
  });
});
