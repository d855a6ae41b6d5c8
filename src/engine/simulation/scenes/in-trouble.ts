import { minuteMs, secondMs } from '../../../base/index.ts';
import { diskListing } from '../checks.ts';
import { ROOT } from '../device.ts';
import type { Stage } from './stage.ts';

/** What cannot be placed is listed as trouble until it is gone from the cloud again; then nothing of it is listed. */
export async function inTrouble(stage: Stage): Promise<void> {
  const { random, ledger, scheduler } = stage.parts;
  const [first, { device }] = stage.pair();
  const folder = `${ROOT}/in trouble`;
  first.person.save(`${folder}/well`);
  if ((await stage.rest()) === undefined) return;
  device.disk.deny(folder);
  const path = `${folder}/${random.pick(['bad', 'well'])}`;
  first.person.save(path);
  await scheduler.pass(random.pick([10 * secondMs, minuteMs]));
  stage.note(`${device.rows.issues().length} troubles`);
  if (random.next() < 0.7) first.person.delete(path);
  else first.person.rename(path, `${ROOT}/out of trouble`);
  await scheduler.pass(10 * secondMs);
  device.disk.deny(folder, false);
  const meant = diskListing(first.device, ledger);
  stage.expect(await stage.rest(), meant);
}
