import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { ROOT_ID } from '../../../../contract/index.ts';
import { contentOf } from '../../../transfer/chunks/index.ts';
import { type CloudUnderTest, TestDevice, mkdir, newId, outcomes, put, refusal, remove } from './test-device.ts';

export function driveBehaviours(cloud: () => CloudUnderTest): void {
  const device = (): Promise<TestDevice> => TestDevice.signUp(cloud());
  const block = (text: string) => ({ hash: contentOf(Buffer.from(text)).hash, bytes: Buffer.from(text) });
  const isEqual = (a: Uint8Array | undefined, b: Uint8Array | undefined): boolean =>
    a !== undefined && b !== undefined && Buffer.from(a).equals(Buffer.from(b));

  it('stores blocks by hash and gives them back in the order asked', async () => {
    const a = await device();
    const blocks = [block('one'), block('two'), { hash: '', bytes: randomBytes(3_000_000) }].map(({ bytes }) => ({
      hash: contentOf(bytes).blocks[0]?.hash ?? '',
      bytes: bytes.subarray(0, contentOf(bytes).blocks[0]?.size),
    }));
    const hashes = blocks.map(({ hash }) => hash);
    expect(await a.drive.missing(hashes)).toEqual(new Set(hashes));
    await a.drive.store(blocks);
    await a.drive.store(blocks.slice(0, 1));
    expect(await a.drive.missing([...hashes, block('three').hash])).toEqual(new Set([block('three').hash]));
    const order = [...hashes].reverse();
    const fetched = await a.drive.fetch(order);
    expect(fetched.map(({ hash }) => hash)).toEqual(order);
    for (const { hash, bytes } of fetched) expect(isEqual(bytes, blocks.find((sent) => sent.hash === hash)?.bytes)).toBe(true);
  });

  it('refuses a block that is not what it says and keeps the others', async () => {
    const a = await device();
    const good = block('good');
    expect(await refusal(a.drive.store([{ hash: block('said').hash, bytes: Buffer.from('done') }, good]))).toBe('hash_mismatch');
    expect(await a.drive.missing([good.hash, block('said').hash, block('done').hash])).toEqual(
      new Set([block('said').hash, block('done').hash]),
    );
  });

  it('answers a prefix when it lacks a block, and says so when it is the first', async () => {
    const a = await device();
    const [one, two] = [block('one'), block('two')];
    await a.drive.store([one]);
    expect((await a.drive.fetch([one.hash, two.hash, one.hash])).map(({ hash }) => hash)).toEqual([one.hash]);
    expect(await refusal(a.drive.fetch([two.hash, one.hash]))).toBe('blocks_missing');
  });

  it('answers what fits when much is asked', async () => {
    const a = await device();
    const contents: string[] = [];
    for (let n = 0; n < 6; n += 1) {
      const bytes = Buffer.alloc(4 * 1024 * 1024, n + 1);
      const content = contentOf(bytes);
      expect(content.blocks).toHaveLength(1);
      contents.push(content.hash);
      await a.drive.store([{ hash: content.hash, bytes }]);
    }
    const got: string[] = [];
    while (got.length < contents.length) {
      const fetched = await a.drive.fetch(contents.slice(got.length));
      expect(fetched.length).toBeLessThan(6);
      got.push(...fetched.map(({ hash }) => hash));
    }
    expect(got).toEqual(contents);
  });

  it('never shows or takes over the blocks and nodes of another account', async () => {
    const a = await device();
    const stranger = await device();
    const file = await a.file('secret', 'only mine');
    expect(await stranger.drive.missing([file.hash])).toEqual(new Set([file.hash]));
    expect(await refusal(stranger.drive.fetch([file.hash]))).toBe('blocks_missing');
    const content = contentOf(Buffer.from('only mine'));
    const results = await stranger.commit(
      put(newId(), 'stolen', content),
      put(file.id, 'x', content, ROOT_ID, file.revision),
      remove(file),
      mkdir('in it', file.id),
    );
    expect(outcomes(results)).toEqual(['blocks_missing', 'not_found', 'ok', 'parent_missing']);
    expect((await a.changes(null)).entries).toMatchObject([{ id: file.id, name: 'secret' }]);
    expect(await refusal(stranger.drive.delta(await a.cursor()))).toBe('cursor_gone');
  });

  it('commits only what it has and what follows from the blocks', async () => {
    const a = await device();
    const content = contentOf(Buffer.from('never sent'));
    const [result] = await a.commit(put(newId(), 'x', content));
    expect(result).toMatchObject({ status: 'error', code: 'blocks_missing', missing: [content.hash] });
    const sent = await a.send('sent');
    const wrong = [
      { ...sent, size: 5 },
      { ...sent, hash: content.hash },
      { ...sent, blocks: [] },
      { ...sent, size: 5, blocks: [{ hash: sent.hash, size: 5 }] },
    ];
    const results = await a.commit(...wrong.map((bad, n) => put(newId(), `w${n}`, bad)));
    expect(outcomes(results).slice(0, 3)).toEqual(['hash_mismatch', 'hash_mismatch', 'hash_mismatch']);
    expect(results[3]?.status).toBe('error');
    expect((await a.changes(null)).entries).toEqual([]);
  });

  it('keeps a file of several blocks whole', async () => {
    const a = await device();
    const bytes = randomBytes(6 * 1024 * 1024);
    const file = await a.file('big', bytes);
    expect(file.blocks.length).toBeGreaterThan(1);
    const parts: Uint8Array[] = [];
    while (parts.length < file.blocks.length)
      parts.push(...(await a.drive.fetch(file.blocks.slice(parts.length).map(({ hash }) => hash))).map((got) => got.bytes));
    expect(isEqual(Buffer.concat(parts), bytes)).toBe(true);
  });

  it('tells changes once read to the end, and only those', async () => {
    const a = await device();
    const b = await TestDevice.signIn(cloud(), a.session.label);
    const first = await a.drive.delta(null);
    expect(first).toMatchObject({ entries: [], hasMore: false, snapshot: true });
    const folder = await b.folder('f');
    const file = await b.file('x', '1', folder.id);
    const next = await a.changes(first.cursor);
    expect(next.entries).toEqual([folder, file]);
    expect(next.epoch).toBe(first.epoch);
    await b.commit(remove(file));
    const page = await a.drive.delta(next.cursor);
    expect(page).toMatchObject({ entries: [{ kind: 'deleted', id: file.id }], snapshot: false, hasMore: false });
    expect((await a.drive.delta(page.cursor)).entries).toEqual([]);
    expect((await a.changes(null)).entries).toEqual([folder]);
  });

  it('pages through much, and misses nothing that changes meanwhile', async () => {
    const a = await device();
    const b = await TestDevice.signIn(cloud(), a.session.label);
    const first = Array.from({ length: 500 }, (_, n) => mkdir(`folder ${n}`));
    await a.commit(...first);
    for (let batch = 0; batch < 12; batch += 1) await a.commit(...Array.from({ length: 500 }, (_, n) => mkdir(`more ${batch} ${n}`)));
    const known = new Map<string, string>();
    let cursor: string | null = null;
    let pages = 0;
    for (;;) {
      const page = await a.drive.delta(cursor);
      pages += 1;
      for (const entry of page.entries)
        if (entry.kind === 'deleted') known.delete(entry.id);
        else known.set(entry.id, entry.name);
      cursor = page.cursor;
      if (!page.hasMore) break;
      expect(page.snapshot).toBe(true);
      if (pages > 1) continue;
      const [node] = page.entries;
      if (node === undefined || node.kind === 'deleted') throw new Error('nothing on the first page');
      expect(outcomes(await b.commit(remove(node), mkdir('late')))).toEqual(['ok', 'ok']);
    }
    expect(pages).toBeGreaterThan(1);
    expect(known.size).toBe(6500);
    expect(new Set(known.values()).has('late')).toBe(true);
  });

  it('answers cursor_gone for a cursor it never gave', async () => {
    const a = await device();
    expect(await refusal(a.drive.delta('made up'))).toBe('cursor_gone');
    expect(await refusal(a.drive.wait('made up', 0))).toBe('cursor_gone');
  });

  it('waits for a change, and not when there is one already', async () => {
    const a = await device();
    const b = await TestDevice.signIn(cloud(), a.session.label);
    const cursor = await a.cursor();
    expect(await a.drive.wait(cursor, 0)).toBe(false);
    const waiting = a.drive.wait(cursor, 20_000);
    await b.folder('news');
    expect(await waiting).toBe(true);
    expect(await a.drive.wait(cursor, 20_000)).toBe(true);
    const controller = new AbortController();
    const aborted = refusal(a.drive.wait(await a.cursor(), 20_000, controller.signal));
    controller.abort();
    expect(await aborted).toBe('aborted');
  });

  it('keeps earlier versions and makes one the newest again', async () => {
    const a = await device();
    const one = await a.file('x', 'one');
    const two = await a.file('x', 'second', ROOT_ID, one);
    const versions = await a.drive.versions(one.id);
    expect(versions.map(({ versionId, size, current }) => ({ versionId, size, current }))).toEqual([
      { versionId: two.versionId, size: 6, current: true },
      { versionId: one.versionId, size: 3, current: false },
    ]);
    expect(versions[0]?.expiresAt).toBeNull();
    expect(await refusal(a.drive.restoreVersion(one.id, one.versionId, one.revision))).toBe('revision_mismatch');
    const cursor = await a.cursor();
    const restored = await a.drive.restoreVersion(one.id, one.versionId, two.revision);
    expect(restored).toMatchObject({ id: one.id, hash: one.hash, size: 3 });
    expect((await a.changes(cursor)).entries).toEqual([restored]);
    expect(await a.drive.versions(one.id)).toHaveLength(3);
    expect(await refusal(a.drive.versions(newId()))).toBe('not_found');
  });

  it('keeps what was deleted and brings it back whole', async () => {
    const a = await device();
    const folder = await a.folder('folder');
    const file = await a.file('x', '12345', folder.id);
    await a.commit(remove(folder));
    expect(await a.drive.trash()).toMatchObject([
      { node: { id: folder.id, name: 'folder' }, path: 'folder', deletedBy: a.session.deviceId, files: 1, sizeBytes: 5 },
    ]);
    await a.folder('Folder');
    const cursor = await a.cursor();
    const restored = await a.drive.restoreTrash(folder.id);
    expect(restored).toMatchObject({ id: folder.id, parentId: ROOT_ID });
    expect(restored.name).not.toBe('folder');
    expect((await a.changes(cursor)).entries.map((entry) => entry.id).sort()).toEqual([folder.id, file.id].sort());
    expect(await a.drive.trash()).toEqual([]);
    expect(await refusal(a.drive.restoreTrash(folder.id))).toBe('not_found');
    expect(await a.drive.fetch([file.hash])).toHaveLength(1);
  });

  it('tells what takes room, in pages, and clears it for good', async () => {
    const a = await device();
    const upload = async (name: string, content: ReturnType<typeof contentOf>, bytes: Buffer, more: object = {}) => {
      await a.drive.store([{ hash: content.hash, bytes }]);
      const [result] = await a.commit({ ...put(newId(), name, content), ...more });
      if (result?.status !== 'ok' || result.node?.kind !== 'file') throw new Error(JSON.stringify(result));
      return result.node;
    };
    const [bigBytes, twinBytes] = [randomBytes(5000), randomBytes(700)];
    const first = await upload('big', contentOf(bigBytes), bigBytes);
    await upload('twin 1', contentOf(twinBytes), twinBytes);
    const second = await upload('twin 2', contentOf(twinBytes), twinBytes);
    const next = randomBytes(300);
    const edited = await upload('big', contentOf(next), next, { id: first.id, base: first.revision });

    const one = await a.drive.largest({ limit: 1 });
    const rest = await a.drive.largest({ limit: 5, cursor: one.next ?? '' });
    expect([...one.rows, ...rest.rows].map(({ path, sizeBytes, versionsBytes }) => [path, sizeBytes, versionsBytes]).sort()).toEqual([
      ['big', 300, 5000],
      ['twin 1', 700, 0],
      ['twin 2', 700, 0],
    ]);
    expect(rest.next).toBeNull();
    expect(await a.drive.versioned({ limit: 5 })).toMatchObject({
      rows: [{ path: 'big', versions: 1, versionsBytes: 5000, trashed: false }],
    });
    expect(await a.drive.duplicates({ limit: 5 })).toMatchObject({ rows: [{ count: 2, sizeBytes: 700, gainBytes: 700 }], next: null });

    expect(await a.drive.dropVersions(edited.id)).toEqual({ items: 1, freedBytes: 5000 });
    expect(await refusal(a.drive.dropVersions(edited.id, first.versionId))).toBe('not_found');
    await a.commit(remove(second));
    expect((await a.drive.quota()).usedBytes).toBe(1700);
    expect(await a.drive.trash()).toMatchObject([{ sizeBytes: 700, versionsBytes: 0 }]);
    expect(await a.drive.emptyTrash(0)).toEqual({ items: 0, freedBytes: 0 });
    expect(await a.drive.deleteTrash(second.id)).toEqual({ items: 1, freedBytes: 700 });
    expect(await refusal(a.drive.deleteTrash(second.id))).toBe('not_found');
    expect(await a.drive.emptyTrash()).toEqual({ items: 0, freedBytes: 0 });
    expect((await a.drive.quota()).usedBytes).toBe(1000);
  });

  it('counts room by kind', async () => {
    const a = await device();
    const file = await a.file('x', '12345');
    const gone = await a.file('y', '123');
    await a.file('x', '1234567', ROOT_ID, file);
    await a.commit(remove(gone));
    expect(await a.drive.quota()).toMatchObject({
      plan: 'free',
      filesBytes: 7,
      versionsBytes: 5,
      trashBytes: 3,
      usedBytes: 15,
      state: 'normal',
    });
  });
}
