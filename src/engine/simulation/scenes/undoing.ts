import { diskListing } from '../checks.ts';
import { ROOT } from '../device.ts';
import type { Stage } from './stage.ts';

const PLACING: ReadonlySet<string> = new Set(['moveFile', 'syncFolders']);
const MOVING: ReadonlySet<string> = new Set(['moveFile']);

/**
 * An update that came, or something new, is taken back, now and then when it was edited since, or while the power goes. It is
 * undone or not; what was edited since is never taken along.
 */
export async function undoing(stage: Stage): Promise<void> {
  const { random, ledger, scheduler } = stage.parts;
  const before = await stage.rest();
  if (before === undefined) return;
  const [first, second] = stage.pair();
  const files = [...before.keys()].filter((path) => !path.endsWith('/'));
  if (files.length === 0) return first.person.save(`${ROOT}/undoing`);
  const isNew = random.next() < 0.35;
  const file = isNew ? `undone ${random.below(1000)}` : random.pick(files);
  const way = before.has(file) ? 'put_previous' : 'take_away';
  first.person.save(`${ROOT}/${file}`);
  const updated = await stage.rest();
  if (updated === undefined) return;
  const { device } = second;
  const { rows } = await scheduler.until(device.call('activity.list', { limit: 50 }), `${device.name}: activity`);
  const line = rows.find(({ path, undo }) => path === file && undo.way === way && undo.state === 'possible');
  if (line === undefined) return;
  const isEdited = random.next() < 0.4;
  if (isEdited) {
    random.pick([first, second]).person.save(`${ROOT}/${file}`);
    if ((await stage.rest()) === undefined) return;
  }
  const since = diskListing(device, ledger);
  stage.note(`${device.name} undoes what came of ${file}`);
  ledger.chosen(device.rows.hashesOfUndo(line.id));
  device.lastStep = '';
  const undone = device.call('activity.undo', { ids: [line.id] }).catch(() => undefined);
  if (random.next() < 0.3) await stage.strikeAfter(device, MOVING);
  else if (random.next() < 0.6) {
    await stage.until(() => PLACING.has(device.lastStep), 100);
    await stage.someTurns(0, 0, 1, 1, 2, 3, 5, 8);
    await stage.strike(device, random.next() < 0.2);
  } else await scheduler.until(undone, `${device.name}: undo`);
  const found = await stage.rest();
  if (isEdited) stage.expect(found, since);
  else stage.expect(found, updated, before);
}
