import { expect, it } from 'vitest';
import { ROOT_ID } from '../../../../contract/index.ts';
import { contentOf } from '../../../transfer/chunks/index.ts';
import { type CloudUnderTest, TestDevice, mkdir, move, newId, outcomes, put, refusal, remove } from './test-device.ts';

export function commitBehaviours(cloud: () => CloudUnderTest): void {
  const device = (): Promise<TestDevice> => TestDevice.signUp(cloud());
  const empty = contentOf(new Uint8Array(0));

  it('makes a tree in one batch, parents first', async () => {
    const a = await device();
    const content = await a.send('hello');
    const top = newId();
    const below = newId();
    const file = newId();
    const results = await a.commit(
      mkdir('top', ROOT_ID, top),
      mkdir('below', top, below),
      put(file, 'hello.txt', content, below),
      put(newId(), 'empty', empty, below),
    );
    expect(outcomes(results)).toEqual(['ok', 'ok', 'ok', 'ok']);
    expect(results[2]).toMatchObject({
      node: {
        kind: 'file',
        id: file,
        parentId: below,
        size: 5,
        hash: content.hash,
        blocks: content.blocks,
        modifiedBy: a.session.deviceId,
        conflictOf: null,
      },
    });
    const { entries } = await a.changes(null);
    expect(entries.map((entry) => entry.id)).toEqual(expect.arrayContaining([top, below, file]));
    expect(entries).toHaveLength(4);
  });

  it('guards every change by its base and answers with the present node', async () => {
    const a = await device();
    const first = await a.file('x.txt', 'one');
    const second = await a.file('x.txt', 'two', ROOT_ID, first);
    expect(second).toMatchObject({ id: first.id });
    expect(second.revision).not.toBe(first.revision);
    expect(second.versionId).not.toBe(first.versionId);
    const content = await a.send('three');
    const results = await a.commit(put(first.id, 'x.txt', content, ROOT_ID, first.revision), move(first, 'y.txt'), remove(first));
    expect(outcomes(results)).toEqual(['revision_mismatch', 'revision_mismatch', 'revision_mismatch']);
    expect(results[0]).toMatchObject({ status: 'conflict', node: { revision: second.revision, hash: second.hash } });
    const moved = await a.done(move(second, 'y.txt'));
    expect(moved).toMatchObject({ versionId: second.versionId, name: 'y.txt' });
    expect(moved.revision).not.toBe(second.revision);
  });

  it('changes nothing when nothing changes', async () => {
    const a = await device();
    const file = await a.file('x.txt', 'one');
    const cursor = await a.cursor();
    expect(await a.done(move(file, 'x.txt'))).toEqual(file);
    expect(await a.file('x.txt', 'one', ROOT_ID, file)).toEqual(file);
    expect((await a.changes(cursor)).entries).toEqual([]);
  });

  it('lets a name be held once in a folder, under NFC and case folding', async () => {
    const a = await device();
    const held = await a.folder('Straße caf\u00e9');
    const results = await a.commit(
      mkdir('STRASSE CAF\u00c9'),
      mkdir('straße cafe\u0301'),
      put(newId(), 'strasse café', empty),
      mkdir('other'),
    );
    expect(outcomes(results)).toEqual(['name_taken', 'name_taken', 'name_taken', 'ok']);
    expect(results[0]).toMatchObject({ status: 'conflict', node: { id: held.id } });
    expect(await a.done(move(held, 'STRASSE CAFÉ'))).toMatchObject({ name: 'STRASSE CAFÉ' });
  });

  it('refuses names no cloud can hold, and holds what only Windows cannot', async () => {
    const a = await device();
    const results = await a.commit(
      mkdir('..'),
      mkdir('.'),
      mkdir('a/b'),
      mkdir('a\0b'),
      mkdir('ä'.repeat(128)),
      mkdir('ä'.repeat(127)),
      mkdir('con:?*'),
      mkdir('\ud83d'),
    );
    expect(outcomes(results)).toEqual([
      'name_invalid',
      'name_invalid',
      'name_invalid',
      'name_invalid',
      'name_invalid',
      'ok',
      'ok',
      'name_invalid',
    ]);
  });

  it('refuses parents that are not there or are files, and what hangs on them', async () => {
    const a = await device();
    const file = await a.file('file', '');
    const child = newId();
    const results = await a.commit(
      mkdir('x', newId(), child),
      mkdir('y', child),
      put(newId(), 'z', empty, child),
      mkdir('in file', file.id),
      mkdir('fine'),
    );
    expect(outcomes(results)).toEqual(['parent_missing', 'dependency_failed', 'dependency_failed', 'kind_mismatch', 'ok']);
  });

  it('keeps ids for one node, also while it lies in the trash', async () => {
    const a = await device();
    const folder = await a.folder('one');
    const [taken] = await a.commit(mkdir('two', ROOT_ID, folder.id));
    expect(taken).toMatchObject({ status: 'conflict', code: 'id_taken', node: { name: 'one' } });
    await a.commit(remove(folder));
    expect(
      outcomes(await a.commit(mkdir('two', ROOT_ID, folder.id), put(folder.id, 'two', empty), mkdir('two', ROOT_ID, ROOT_ID))),
    ).toEqual(['id_taken', 'id_taken', 'kind_mismatch']);
  });

  it('knows files from folders and what is gone', async () => {
    const a = await device();
    const folder = await a.folder('folder');
    const gone = await a.file('gone', 'x');
    await a.commit(remove(gone));
    const results = await a.commit(
      put(folder.id, 'folder', empty, ROOT_ID, folder.revision),
      put(gone.id, 'gone', empty, ROOT_ID, gone.revision),
      move(gone, 'back'),
      remove(gone),
    );
    expect(outcomes(results)).toEqual(['kind_mismatch', 'not_found', 'not_found', 'ok']);
  });

  it('refuses a folder inside itself', async () => {
    const a = await device();
    const outer = await a.folder('outer');
    const inner = await a.folder('inner', outer.id);
    expect(outcomes(await a.commit(move(outer, 'outer', inner.id), move(outer, 'outer', outer.id)))).toEqual([
      'would_cycle',
      'would_cycle',
    ]);
    // in one group both could point at each other
    const left = await a.folder('left');
    const right = await a.folder('right');
    const results = await a.commit({ ...move(left, 'left', right.id), group: 1 }, { ...move(right, 'right', left.id), group: 1 });
    expect([...outcomes(results)].sort()).toEqual(['group_failed', 'would_cycle']);
    expect(await a.done(move(left, 'left', right.id))).toMatchObject({ parentId: right.id });
  });

  it('swaps and rotates names within a group, and not without', async () => {
    const a = await device();
    const [x, y, z] = [await a.file('x', '1'), await a.file('y', '2'), await a.folder('z')];
    expect(outcomes(await a.commit(move(x, 'y'), move(y, 'x')))).toEqual(['name_taken', 'name_taken']);
    const group = 4;
    const results = await a.commit({ ...move(x, 'y'), group }, { ...move(y, 'z'), group }, { ...move(z, 'x'), group });
    expect(outcomes(results)).toEqual(['ok', 'ok', 'ok']);
    const names = new Map((await a.changes(null)).entries.map((entry) => [entry.id, entry.kind === 'deleted' ? null : entry.name]));
    expect([names.get(x.id), names.get(y.id), names.get(z.id)]).toEqual(['y', 'z', 'x']);
  });

  it('undoes a whole group when one of it fails, and only the group', async () => {
    const a = await device();
    const file = await a.file('x', '1');
    const cursor = await a.cursor();
    const made = newId();
    const group = 0;
    const results = await a.commit(
      { ...mkdir('new', ROOT_ID, made), group },
      { ...move(file, 'x', made), group },
      mkdir('beside'),
      { ...remove({ id: file.id, revision: newId() }), group },
      mkdir('below', made),
    );
    expect(outcomes(results)).toEqual(['group_failed', 'group_failed', 'ok', 'revision_mismatch', 'dependency_failed']);
    expect((await a.changes(cursor)).entries).toMatchObject([{ name: 'beside' }]);
  });

  it('deletes a folder with all below it, unless something there was not seen', async () => {
    const a = await device();
    const b = await TestDevice.signIn(cloud(), a.session.label);
    const folder = await a.folder('folder');
    const inner = await a.folder('inner', folder.id);
    const file = await a.file('old', 'x', inner.id);
    const seen = await a.cursor();
    await b.file('new', 'y', inner.id);
    const [refused] = await a.commit(remove(folder, seen));
    expect(refused).toMatchObject({ status: 'conflict', code: 'subtree_changed', node: { id: folder.id } });
    const now = await a.cursor();
    expect(outcomes(await a.commit(remove(folder, now)))).toEqual(['ok']);
    const { entries } = await a.changes(now);
    expect(entries.every((entry) => entry.kind === 'deleted')).toBe(true);
    expect(entries.map((entry) => entry.id)).toEqual(expect.arrayContaining([folder.id, inner.id, file.id]));
    expect(entries).toHaveLength(4);
    expect((await a.changes(null)).entries).toEqual([]);
  });

  it('does a change once for one key, and refuses another body under it', async () => {
    const a = await device();
    const entries = [mkdir('once')];
    const key = newId();
    const first = await a.drive.commit(entries, key);
    expect(await a.drive.commit(entries, key)).toEqual(first);
    expect(await refusal(a.drive.commit([mkdir('other')], key))).toBe('idempotency_key_reused');
    const b = await TestDevice.signIn(cloud(), a.session.label);
    expect(outcomes(await b.drive.commit([mkdir('of b')], key))).toEqual(['ok']);
    expect((await a.changes(null)).entries).toHaveLength(2);
  });

  it('names the device a conflict version came from', async () => {
    const a = await device();
    const b = await TestDevice.signIn(cloud(), a.session.label, 'desktop');
    const file = await a.file('x', '1');
    const content = await b.send('2');
    const copy = await b.done({ ...put(newId(), 'x (conflict)', content), conflictOf: file.id, conflictBase: file.versionId });
    expect(copy).toMatchObject({ conflictOf: file.id, conflictBase: file.versionId, conflictDevice: 'desktop' });
  });

  it('refuses batches that are too large or malformed as a whole', async () => {
    const a = await device();
    expect(await refusal(a.commit(...Array.from({ length: 501 }, (_, n) => mkdir(`d${n}`))))).toBe('invalid_request');
    expect(await refusal(a.commit(mkdir('fine'), mkdir('bad', ROOT_ID, 'no id')))).toBe('invalid_request');
    expect((await a.changes(null)).entries).toEqual([]);
  });
}
