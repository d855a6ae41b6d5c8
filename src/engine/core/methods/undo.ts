import { dayMs } from '../../../base/index.ts';
import { TidemarkError, toErrorData, type UndoResult } from '../../../contract/index.ts';
import { isHere } from '../../apply/index.ts';
import type { ActivityRow, Reversal } from '../../store/index.ts';
import { asError, type Handlers, type TidemarkEngine } from '../engine.ts';
import { undoInCloud } from '../undo-in-cloud.ts';
import { shownActivity, undoingOf } from '../undoing.ts';

/** Taking back what sync or a choice changed, and the trash of this device. */
export function undoMethods(engine: TidemarkEngine): Handlers<'activity.undo' | 'trash.here' | 'trash.restoreHere'> {
  const { store } = engine;
  const keepDays = (): number => store.setting('trash.keepDays');
  return {
    'activity.undo': async ({ ids }) => {
      const results: UndoResult[] = [];
      // The newest first: so each finds what it changed as it left it.
      for (const id of [...new Set(ids)].sort((a, b) => b - a)) results.push(await undoOne(engine, id));
      return { results };
    },
    'trash.here': () =>
      Promise.resolve({
        items: store
          .trash()
          .map(({ id, originalPath, why, at }) => ({ id, path: originalPath, why, at, expiresAt: at + keepDays() * dayMs }))
          .reverse(),
      }),
    'trash.restoreHere': async ({ id }) => {
      const row = store.trash().find((one) => one.id === id);
      if (row === undefined) throw new TidemarkError('unknown_item', { id: String(id) });
      const { path } = await engine.requireRun().restoreHere(row);
      return { path };
    },
  };
}

async function undoOne(engine: TidemarkEngine, id: number): Promise<UndoResult> {
  const { store, environment } = engine;
  try {
    const row = store.activityRow(id);
    if (row === undefined) throw new TidemarkError('unknown_item', { id: String(id) });
    const { reversal } = row;
    const { state, reason } = undoingOf(row, environment.clock.now(), store.setting('trash.keepDays'));
    if (state !== 'possible' || reversal === null) throw asError(reason ?? { code: 'undo_impossible', params: {} });
    const undone = store.activityRow(await undo(engine, row, reversal));
    if (undone === undefined) throw new Error('the line of an undo is gone');
    return { outcome: 'undone', id, way: reversal.way, activity: shownActivity(undone, store, environment.clock.now()) };
  } catch (error) {
    const { code, params } = toErrorData(error);
    return { outcome: 'failed', id, error: { code, params } };
  }
}

/** Answers the line that tells of it. */
async function undo(engine: TidemarkEngine, row: ActivityRow, reversal: Reversal): Promise<number> {
  const run = engine.requireRun();
  if (isHere(reversal)) return (await run.undoHere(row, reversal)).activityId;
  try {
    return await undoInCloud(engine, row, reversal);
  } finally {
    run.syncNow();
  }
}
