import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MiB } from '../../base/index.ts';
import { BLOCK_MIN_BYTES, type CloudFile, type CommitEntryInput, type CommitResult, type Quota } from '../../contract/index.ts';
import { contentOf, id, mkdir, move, put, remove, startCloud, type TestCloud } from '../testing/harness.ts';
import { contentHash } from './content-hash.ts';

const inGroup = (entry: CommitEntryInput, group = 1): CommitEntryInput => ({ ...entry, group });

describe('commits that mean harm', () => {
  let cloud: TestCloud;
  beforeAll(async () => {
    cloud = await startCloud();
  });
  afterAll(() => cloud[Symbol.asyncDispose]());
  let people = 0;
  const signUp = () => cloud.signUp(`p${(people += 1)}@example.com`);

  it('cannot delete a ring of folders that a group has just made', async () => {
    const ann = await signUp();
    const outer = await ann.apply(mkdir('outer'));
    const inner = await ann.apply(mkdir('inner', outer.id));
    const other = await ann.apply(mkdir('other'));
    const results = await ann.commit(inGroup(move(outer, other.id)), inGroup(move(other, inner.id)), inGroup(remove(inner)));
    expect(results[2]).toMatchObject({ status: 'conflict', code: 'would_cycle' });
    expect(await ann.tree()).toEqual(['other', 'outer', 'outer/inner']);
  });

  it('cannot give a file another size than its blocks have', async () => {
    const ann = await signUp();
    const content = contentOf('one block', 'and another');
    const file = await ann.upload('f', content);
    const used = (await ann.ok<Quota>('GET', '/v1/drive/quota')).usedBytes;
    const blocks = content.refs.map((ref) => ({ ...ref, size: 4 * 1024 * 1024 }));
    const lie = put('f', content, { id: file.id, base: file.revision, blocks, size: 8 * 1024 * 1024, mtimeMs: 5 });
    const [result] = await ann.commit(lie);
    expect(result).toMatchObject({ status: 'error', code: 'blocks_missing' });
    const node = (await ann.delta()).entries.find((entry) => entry.id === file.id) as CloudFile;
    await ann.apply(remove(node)).catch(() => undefined);
    await ann.ok('DELETE', '/v1/drive/trash');
    expect(used).toBe(content.size);
    expect((await ann.ok<Quota>('GET', '/v1/drive/quota')).usedBytes).toBe(0);
  });

  it('cannot make a small file of very many blocks, which is large only in the memory of the cloud', async () => {
    const ann = await signUp();
    const piece = contentOf('x');
    await ann.store(piece);
    const refs = Array.from({ length: 20_000 }, () => ({ hash: piece.hash, size: 1 }));
    const entry = put('many', piece, { blocks: refs, size: refs.length, hash: contentHash(refs) });
    expect(await ann.commit(entry)).toMatchObject([{ status: 'error', code: 'hash_mismatch' }]);
  });

  it('are not told the same large node hundreds of times', async () => {
    const ann = await signUp();
    const piece = contentOf(Buffer.alloc(BLOCK_MIN_BYTES));
    await ann.store(piece);
    const refs = Array.from({ length: 2000 }, () => ({ hash: piece.hash, size: BLOCK_MIN_BYTES }));
    const size = refs.length * BLOCK_MIN_BYTES;
    const large = await ann.apply(put('large', piece, { blocks: refs, size, hash: contentHash(refs) }));
    const same = Array.from({ length: 250 }, () => move(large, large.parentId));
    const taken = Array.from({ length: 250 }, () => mkdir('LARGE'));
    const answer = await ann.call('POST', '/v1/drive/commit', {
      json: { entries: [...taken, ...same] },
      headers: { 'idempotency-key': id() },
    });
    const { results } = answer.body as { results: CommitResult[] };
    expect(results.map(({ status }) => status)).toEqual([...taken.map(() => 'conflict'), ...same.map(() => 'ok')]);
    expect(results[0]).toMatchObject({ code: 'name_taken', node: { id: large.id } });
    expect(results[499]).toEqual({ status: 'ok', node: null });
    expect(answer.bytes.length).toBeLessThan(MiB);
  });

  it('a folder that was deleted while two of its children had one name can come back', async () => {
    const ann = await signUp();
    const top = await ann.apply(mkdir('top'));
    await ann.apply(mkdir('x', top.id));
    const other = await ann.apply(mkdir('other'));
    const results = await ann.commit(inGroup(move(other, top.id, 'X')), inGroup({ op: 'delete', id: top.id, base: top.revision }));
    expect(results.map(({ status }) => status)).toEqual(['ok', 'ok']);
    await ann.ok('POST', `/v1/drive/trash/${top.id}/restore`);
    expect(await ann.tree()).toEqual(['top', 'top/X', 'top/x (2)'].sort());
  });
});
