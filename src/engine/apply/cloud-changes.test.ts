import { beforeEach, describe, expect, it } from 'vitest';
import type { CommitEntryInput } from '../../contract/index.ts';
import { deleteRemote, upload } from './cloud-changes.ts';
import { TestApply } from './testing/test-apply.ts';

let world: TestApply;

beforeEach(async () => {
  world = await TestApply.make();
});

/** What the cloud is told of the file. */
async function told(path: string): Promise<CommitEntryInput | undefined> {
  const sent: CommitEntryInput[] = [];
  const committer = {
    ...world.parts.committer,
    commit: (entries: readonly CommitEntryInput[]) => {
      sent.push(...entries);
      return Promise.resolve([{ status: 'ok' as const, node: null }]);
    },
  };
  await upload({ ...world.parts, uploader: { send: () => Promise.resolve() }, committer }, world.id(path));
  return sent[0];
}

describe('a kept version of a conflict that is edited', () => {
  beforeEach(() => {
    world.agreed('report.txt');
    world.agreed('copy.txt');
    const copy = { ...world.remoteFile('copy.txt'), conflictOf: world.id('report.txt'), conflictDevice: 'Laptop' };
    world.store.transaction((write) => write.putRemote(copy));
    world.here('copy.txt', 'edited');
  });

  it('is still one: nobody has chosen yet', async () => {
    expect(await told('copy.txt')).toMatchObject({ op: 'put', conflictOf: world.id('report.txt') });
  });

  it('is none any more when the other version is gone', async () => {
    world.goneThere('report.txt');
    expect(await told('copy.txt')).toMatchObject({ op: 'put', conflictOf: null });
  });
});

it('of a folder that is deleted, all that is in it is planned again, also where the feed shows it in itself', async () => {
  for (const path of ['a/', 'a/b/', 'a/b/c.txt']) world.agreed(path);
  const [a, b] = ['a', 'a/b'].map((path) => world.store.remote.get(world.id(path)));
  if (a === undefined || b === undefined) throw new Error('not in the cloud');
  world.store.transaction((write) => write.putRemote({ ...a, parentId: b.id }));
  const committer = { ...world.parts.committer, commit: () => Promise.resolve([{ status: 'ok' as const, node: null }]) };
  const outcome = await deleteRemote({ ...world.parts, committer }, a.id);
  expect(new Set(outcome.kind === 'done' ? outcome.touched : [])).toEqual(new Set(['a', 'a/b', 'a/b/c.txt'].map((path) => world.id(path))));
});
