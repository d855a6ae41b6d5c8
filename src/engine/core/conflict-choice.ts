import { assertNever } from '../../base/index.ts';
import { type CommitEntryInput, TidemarkError } from '../../contract/index.ts';
import type { RemoteFile } from '../model/index.ts';
import type { ConflictKeep, Reversal } from '../store/index.ts';
import type { TidemarkEngine } from './engine.ts';

/** Decides a conflict in the cloud; answers how that is taken back. Throws the code of the entry that failed. */
export async function chooseVersion(engine: TidemarkEngine, copy: RemoteFile, keep: ConflictKeep): Promise<Reversal | undefined> {
  const there = copy.conflictOf === null ? undefined : engine.store.remote.get(copy.conflictOf);
  const winner = there?.kind === 'file' ? there : undefined;
  await commitAll(engine, entriesFor(engine, copy, keep));
  // Without the other file there is no conflict that could be open again.
  if (winner === undefined && keep !== 'current') return undefined;
  const before = keep === 'copy' ? (winner?.content.hash ?? null) : null;
  return { way: 'open_conflict', keep, winner: winner?.id ?? null, now: copy.content.hash, before };
}

/** Throws the code of the first entry that failed. */
export async function commitAll(engine: TidemarkEngine, entries: readonly CommitEntryInput[]): Promise<void> {
  const results = await engine.requireDrive().commit(entries, engine.environment.random.id());
  const failure = results.find((result) => result.status !== 'ok');
  if (failure !== undefined) throw new TidemarkError(failure.code);
}

function entriesFor({ store }: TidemarkEngine, copy: RemoteFile, keep: ConflictKeep): CommitEntryInput[] {
  const remove: CommitEntryInput = { op: 'delete', id: copy.id, base: copy.revision, group: 0 };
  switch (keep) {
    case 'current':
      return [remove];
    case 'both':
      return [{ ...putOf(copy, copy), conflictOf: null }];
    case 'copy': {
      const winner = copy.conflictOf === null ? undefined : store.remote.get(copy.conflictOf);
      // The other file is gone meanwhile: then this one simply stays.
      if (winner?.kind !== 'file') return [{ ...putOf(copy, copy), conflictOf: null }];
      return [{ ...putOf(winner, copy), conflictOf: winner.conflictOf, group: 0 }, remove];
    }
    default:
      return assertNever(keep);
  }
}

/** `target` with the content of `source`. */
export function putOf(target: RemoteFile, source: RemoteFile): Extract<CommitEntryInput, { op: 'put' }> {
  const { id, parentId, name, revision } = target;
  const { content, mtimeMs, executable } = source;
  return {
    op: 'put',
    id,
    base: revision,
    parentId,
    name,
    size: content.size,
    hash: content.hash,
    blocks: [...content.blocks],
    mtimeMs,
    executable,
  };
}
