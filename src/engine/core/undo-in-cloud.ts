import { assertNever, joinPath, parentPath } from '../../base/index.ts';
import { TidemarkError } from '../../contract/index.ts';
import { note, type NoteDetails } from '../apply/index.ts';
import { ROOT_ID } from '../model/index.ts';
import type { ActivityRow, Reversal } from '../store/index.ts';
import { chooseVersion, commitAll, putOf } from './conflict-choice.ts';
import type { TidemarkEngine } from './engine.ts';

/** What is taken back in the cloud; this disk follows as it follows any change there. */
export type ReversalInCloud = Extract<
  Reversal,
  { readonly way: 'restore_in_cloud' | 'restore_version' | 'open_conflict' | 'choose_again' }
>;

/**
 * Takes back in the cloud what a line of the activity tells of; answers the line that tells of that. Each step may have
 * been made before, by a try that was cut off. Throws TidemarkError undo_* when it is not possible, and those of the cloud.
 */
export async function undoInCloud(engine: TidemarkEngine, row: ActivityRow, reversal: ReversalInCloud): Promise<number> {
  const node = row.node ?? '';
  const told = (details: NoteDetails): number => note(engine, 'undone', row.path, { node, undoes: row.id, ...details });
  switch (reversal.way) {
    case 'restore_in_cloud': {
      const { hash, path } = await outOfTrash(engine, node, row.path);
      // As where it comes back from the trash of this device: a folder may hold more by the time somebody thinks better of it.
      const reversal = hash === null ? undefined : ({ way: 'take_away', now: hash } as const);
      return note(engine, 'undone', path, { node, undoes: row.id, reversal });
    }
    case 'restore_version': {
      const { now, before } = reversal;
      await restoreVersion(engine, node, { now, before, path: row.path });
      return told({ reversal: { way: 'restore_version', now: before, before: now } });
    }
    case 'open_conflict':
      await openConflict(engine, row, reversal);
      return told({ otherPath: row.otherPath, reversal: { way: 'choose_again', keep: reversal.keep } });
    case 'choose_again': {
      const copy = engine.store.conflictCopies().find((one) => one.id === node);
      if (copy === undefined) throw new TidemarkError('undo_item_gone', { path: row.otherPath ?? row.path });
      return told({ otherPath: row.otherPath, reversal: await chooseVersion(engine, copy, reversal.keep) });
    }
    default:
      return assertNever(reversal);
  }
}

/** Where it is now: a name that is taken gets a number. `hash`: of the file, null for a folder. */
async function outOfTrash(
  engine: TidemarkEngine,
  id: string,
  path: string,
): Promise<{ readonly hash: string | null; readonly path: string }> {
  try {
    const restored = await engine.requireDrive().restoreTrash(id);
    const folder = restored.parentId === ROOT_ID ? '' : engine.store.remotePath(restored.parentId);
    return { hash: restored.kind === 'file' ? restored.hash : null, path: joinPath(folder ?? parentPath(path), restored.name) };
  } catch (error) {
    if (!(error instanceof TidemarkError) || error.code !== 'not_found') throw error;
    const there = engine.store.remote.get(id);
    if (there === undefined) throw new TidemarkError('undo_trash_gone', { path }, { cause: error });
    return { hash: there.kind === 'file' ? there.content.hash : null, path: engine.store.remotePath(id) ?? path };
  }
}

async function restoreVersion(engine: TidemarkEngine, id: string, { now, before, path }: { now: string; before: string; path: string }) {
  const there = engine.store.remote.get(id);
  if (there?.kind !== 'file') throw new TidemarkError('undo_item_gone', { path });
  if (there.content.hash === before) return;
  if (there.content.hash !== now) throw new TidemarkError('undo_changed', { path });
  await requireUnedited(engine, id, now, path);
  const drive = engine.requireDrive();
  const version = (await drive.versions(id)).find((one) => !one.current && one.hash === before);
  if (version === undefined) throw new TidemarkError('undo_trash_gone', { path });
  try {
    await drive.restoreVersion(id, version.versionId, there.revision);
  } catch (error) {
    if (error instanceof TidemarkError && error.code === 'revision_mismatch')
      throw new TidemarkError('undo_changed', { path }, { cause: error });
    throw error;
  }
}

/** What is on this disk is not newer than what is to go. Also where no look has found it yet: the engine may have just begun. */
async function requireUnedited(engine: TidemarkEngine, id: string, now: string, path: string): Promise<void> {
  const { store } = engine;
  const run = engine.requireRun();
  const known = store.localPath(id);
  if (known !== undefined) await run.looks.at(parentPath(known));
  const here = store.local.get(id);
  // Deleted here, and the cloud does not know yet; or never here.
  if (here === undefined && store.synced.get(id) !== undefined) throw new TidemarkError('undo_item_gone', { path });
  if (here === undefined || known === undefined) return;
  if (here.kind !== 'file' || (await run.contentNow(here)) !== now) throw new TidemarkError('undo_changed', { path });
}

/** First the kept copy, then the file itself: so nothing is missing in between. */
async function openConflict(
  engine: TidemarkEngine,
  { node, path, otherPath }: ActivityRow,
  { keep, winner, now, before }: Extract<Reversal, { readonly way: 'open_conflict' }>,
): Promise<void> {
  const id = node ?? '';
  const copyPath = otherPath ?? path;
  if (keep === 'both') return mark(engine, id, winner, copyPath);
  const there = winner === null ? undefined : engine.store.remote.get(winner);
  const changed = there?.kind === 'file' && there.content.hash !== now && there.content.hash !== before;
  if (keep === 'copy' && changed) throw new TidemarkError('undo_changed', { path });
  if (keep === 'copy' && winner !== null && there?.kind === 'file' && there.content.hash === now)
    await requireUnedited(engine, winner, now, path);
  await outOfTrash(engine, id, copyPath);
  if (keep === 'copy' && winner !== null && before !== null) await restoreVersion(engine, winner, { now, before, path });
}

/** The copy is one of a conflict again. */
async function mark(engine: TidemarkEngine, id: string, winner: string | null, path: string): Promise<void> {
  const { store } = engine;
  const copy = store.remote.get(id);
  if (copy?.kind !== 'file' || winner === null || store.remote.get(winner) === undefined)
    throw new TidemarkError('undo_item_gone', { path });
  if (copy.conflictOf === winner) return;
  await commitAll(engine, [{ ...putOf(copy, copy), conflictOf: winner }]);
}
