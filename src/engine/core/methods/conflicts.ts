import { assertNever } from '../../../base/index.ts';
import { type CommitEntryInput, type Params, TidemarkError } from '../../../contract/index.ts';
import type { RemoteFile } from '../../model/index.ts';
import type { Handlers, TidemarkEngine } from '../engine.ts';

/**
 * A choice is made in the cloud, so that it holds on every device; what it changes on the disks then follows as any other
 * change does, through trash and history, and can be taken back there.
 */
export function conflictMethods(engine: TidemarkEngine): Handlers<'conflicts.list' | 'conflicts.show' | 'conflicts.resolve'> {
  const { store, views, environment } = engine;
  const find = (id: string): RemoteFile => {
    const copy = store.conflictCopies().find((one) => one.id === id);
    if (copy === undefined) throw new TidemarkError('unknown_item', { id });
    return copy;
  };
  return {
    'conflicts.list': ({ cursor, limit }) => {
      const all = views.conflicts();
      const from = cursor === undefined ? 0 : Number(cursor);
      if (!Number.isSafeInteger(from) || from < 0)
        throw new TidemarkError('invalid_request', { field: 'cursor', problem: 'not one of ours' });
      return Promise.resolve({ rows: all.slice(from, from + limit), next: from + limit < all.length ? String(from + limit) : null });
    },
    'conflicts.show': ({ id }) => Promise.resolve(views.conflict(find(id))),
    'conflicts.resolve': async ({ id, keep }) => {
      const copy = find(id);
      const chosen = chosenVersion(copy, keep, engine.requireAccount().deviceId);
      const results = await engine.requireDrive().commit(entriesFor(engine, copy, chosen), environment.random.id());
      engine.run?.syncNow();
      const failure = results.find((result) => result.status !== 'ok');
      if (failure !== undefined) throw new TidemarkError(failure.code);
      return {};
    },
  };
}

/** Which of the two versions is meant; "mine" is never the other device's. */
function chosenVersion(copy: RemoteFile, keep: Params<'conflicts.resolve'>['keep'], deviceId: string): 'current' | 'copy' | 'both' {
  if (keep !== 'mine' && keep !== 'theirs') return keep;
  const copyIsMine = copy.modifiedBy === deviceId;
  return (keep === 'mine') === copyIsMine ? 'copy' : 'current';
}

function entriesFor({ store }: TidemarkEngine, copy: RemoteFile, keep: 'current' | 'copy' | 'both'): CommitEntryInput[] {
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
function putOf(target: RemoteFile, source: RemoteFile): Extract<CommitEntryInput, { op: 'put' }> {
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
