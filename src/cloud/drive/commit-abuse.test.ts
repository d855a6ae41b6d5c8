import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CloudFile, type CommitEntryInput, type Quota } from '../../contract/index.ts';
import { contentOf, mkdir, move, put, remove, startCloud, type TestCloud } from '../testing/harness.ts';

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
