import { dayMs } from '../../../base/index.ts';
import { TidemarkError } from '../../../contract/index.ts';
import { Mutex } from '../../apply/index.ts';
import type { TrashRow } from '../../store/index.ts';
import type { Handlers, TidemarkEngine } from '../engine.ts';
import { undoAll, whyNotUndone } from '../undo-all.ts';

/** Taking back what sync or a choice changed, and the trash of this device. */
export function undoMethods(engine: TidemarkEngine): Handlers<'activity.undo' | 'activity.checkUndo' | 'trash.here' | 'trash.restoreHere'> {
  const { store, environment } = engine;
  const oneCall = new Mutex();
  const keepDays = (): number => store.setting('trash.keepDays');
  /** A person may have tidied it away; and what lies in a folder that is not synced any more is not in the one that is. */
  const liesThere = async ({ trashPath }: TrashRow): Promise<boolean> => {
    const root = store.folder()?.path;
    // What cannot be looked at may be there.
    return root === undefined || (await environment.disk.stat(`${root}/${trashPath}`).catch(() => null)) !== undefined;
  };
  return {
    'activity.undo': async ({ ids }) => {
      // One call after the other: what one takes back is there for the next.
      const results = await oneCall.run(() => undoAll(engine, ids));
      return { results: [...results] };
    },
    'activity.checkUndo': async ({ id }) => ({ refused: await oneCall.run(() => whyNotUndone(engine, id)) }),
    'trash.here': async () => {
      const rows = store.trash().toReversed();
      const isThere = await Promise.all(rows.map(liesThere));
      return {
        items: rows
          .filter((_, index) => isThere[index])
          .map(({ id, originalPath, why, at }) => ({ id, path: originalPath, why, at, expiresAt: at + keepDays() * dayMs })),
      };
    },
    'trash.restoreHere': async ({ id }) => {
      const row = store.trash().find((one) => one.id === id);
      if (row === undefined) throw new TidemarkError('unknown_item', { id: String(id) });
      const { path } = await engine.requireRun().byHand.restore(row);
      return { path };
    },
  };
}
