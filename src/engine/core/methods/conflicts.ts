import { type Params, TidemarkError } from '../../../contract/index.ts';
import type { RemoteFile } from '../../model/index.ts';
import { note } from '../../apply/index.ts';
import type { ConflictKeep } from '../../store/index.ts';
import { chooseVersion } from '../conflict-choice.ts';
import type { Handlers, TidemarkEngine } from '../engine.ts';

/**
 * A choice is made in the cloud, so that it holds on every device; what it changes on the disks then follows as any other
 * change does, through trash and history, and can be taken back there.
 */
export function conflictMethods(engine: TidemarkEngine): Handlers<'conflicts.list' | 'conflicts.show' | 'conflicts.resolve'> {
  const { store, views } = engine;
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
      const chosen = chosenVersion(engine, copy, keep);
      const { path, copyPath } = views.conflict(copy);
      // Whichever version goes, it was chosen by name: a question about many deletions is not about it.
      if (chosen !== 'both') engine.run?.chosenToDelete(copy.id);
      try {
        const reversal = await chooseVersion(engine, copy, chosen);
        note(engine, 'chosen', path, { otherPath: copyPath, node: copy.id, reversal });
      } catch (error) {
        engine.run?.notDeleted(copy.id);
        throw error;
      } finally {
        engine.run?.syncNow();
      }
      return {};
    },
  };
}

/**
 * Which of the two versions is meant; "mine" is never the other device's. Throws invalid_request where both are of this
 * device, as after a choice of it that was undone: then the words do not tell them apart.
 */
function chosenVersion(engine: TidemarkEngine, copy: RemoteFile, keep: Params<'conflicts.resolve'>['keep']): ConflictKeep {
  if (keep !== 'mine' && keep !== 'theirs') return keep;
  const { deviceId } = engine.requireAccount();
  const copyIsMine = copy.modifiedBy === deviceId;
  const current = copy.conflictOf === null ? undefined : engine.store.remote.get(copy.conflictOf);
  if (copyIsMine && current?.modifiedBy === deviceId)
    throw new TidemarkError('invalid_request', { field: 'keep', problem: 'both versions were sent by this device; say current or copy' });
  return (keep === 'mine') === copyIsMine ? 'copy' : 'current';
}
