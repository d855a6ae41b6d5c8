import { expect, it } from 'vitest';
import { dayMs, hourMs } from '../../base/index.ts';
import { ROOT, TestSync } from '../testing/test-sync.ts';
import { purgeOldTrash } from './trash-purge.ts';

/** A trash with one day in it, which is `age` days old. */
async function trashOf(age: number) {
  const sync = new TestSync();
  const { store, environment, clock } = sync;
  const day = new Date(clock.now() - age * dayMs).toISOString().slice(0, 10);
  const trashPath = `.tidemark/trash/${day}/1/thesis.docx`;
  sync.disk.user.writeFile(`${ROOT}/${trashPath}`, 'chapter one');
  store.transaction((write) => {
    write.addTrash({ trashPath, originalPath: 'thesis.docx', why: 'deleted', at: 0, activityId: null });
  });
  const purge = (): Promise<void> => purgeOldTrash(environment, store, ROOT, new AbortController().signal);
  const isThere = (): boolean => sync.disk.volume.find(`${ROOT}/${trashPath}`) !== undefined;
  return { sync, clock, store, purge, isThere };
}

it('what was kept for its time goes when it is due for a day, with its line in the trash', async () => {
  const { clock, store, purge, isThere } = await trashOf(40);
  await purge();
  expect([isThere(), store.trash().length]).toEqual([true, 1]);
  await clock.advance(dayMs - hourMs);
  await purge();
  expect(isThere()).toBe(true);
  await clock.advance(hourMs);
  await purge();
  expect([isThere(), store.trash().length]).toEqual([false, 0]);
  await purge();
  expect(store.trashDue()).toEqual({});
});

it('a clock that was wrong for hours costs nothing, however often', async () => {
  const { sync, clock, purge, isThere, store } = await trashOf(3);
  for (let round = 0; round < 3; round += 1) {
    sync.clock.setWallClock(sync.clock.now() + 400 * dayMs);
    await purge();
    await clock.advance(5 * hourMs);
    sync.clock.setWallClock(sync.clock.now() - 400 * dayMs);
    await purge();
    expect(store.trashDue()).toEqual({});
  }
  expect(isThere()).toBe(true);
});

it('a clock set back begins to count anew', async () => {
  const { sync, purge, isThere } = await trashOf(400);
  await purge();
  sync.clock.setWallClock(sync.clock.now() - 100 * dayMs);
  await purge();
  sync.clock.setWallClock(sync.clock.now() + dayMs - hourMs);
  await purge();
  expect(isThere()).toBe(true);
  sync.clock.setWallClock(sync.clock.now() + hourMs);
  await purge();
  expect(isThere()).toBe(false);
});
