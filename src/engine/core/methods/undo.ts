import { dayMs } from '../../../base/index.ts';
import { TidemarkError } from '../../../contract/index.ts';
import { Mutex } from '../../apply/index.ts';
import type { Handlers, TidemarkEngine } from '../engine.ts';
import { undoAll } from '../undo-all.ts';

/** Taking back what sync or a choice changed, and the trash of this device. */
export function undoMethods(engine: TidemarkEngine): Handlers<'activity.undo' | 'trash.here' | 'trash.restoreHere'> {
  const { store } = engine;
  const oneCall = new Mutex();
  const keepDays = (): number => store.setting('trash.keepDays');
  return {
    'activity.undo': async ({ ids }) => {
      // One call after the other: what one takes back is there for the next.
      const results = await oneCall.run(() => undoAll(engine, ids));
      return { results: [...results] };
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
