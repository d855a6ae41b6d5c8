import { secondMs } from '../../../base/index.ts';
import { diskListing } from '../checks.ts';
import { ROOT } from '../device.ts';
import type { Stage } from './stage.ts';

const LEAVING: ReadonlySet<string> = new Set(['moveFolder', 'moveFile', 'syncFolders']);
const MOVING: ReadonlySet<string> = new Set(['moveFolder', 'moveFile']);

/**
 * A folder is not kept on one device any more, now and then just after something in it was edited, or while the power goes.
 * When it is kept again, all of it is there.
 */
export async function choosing(stage: Stage): Promise<void> {
  const { random, ledger, scheduler } = stage.parts;
  if ((await stage.rest()) === undefined) return;
  const [other, { device, person }] = stage.pair();
  const folders = person.all('folder');
  if (folders.length === 0) return person.save(`${ROOT}/choosing/a`);
  const folder = random.pick(folders);
  const isEdited = random.next() < 0.5;
  if (isEdited) {
    const inside = person.all('file').filter((path) => path.startsWith(`${folder}/`));
    person.save(inside.length === 0 ? `${folder}/a` : random.pick(inside));
    // It is looked at once it is quiet.
    for (let look = 1 + random.below(3); look > 0; look -= 1) {
      device.lastStep = '';
      await stage.until(() => device.lastStep === 'list', 200);
      await stage.someTurns(0, 1, 2, 3);
    }
  }
  let meant = diskListing(device, ledger);
  const path = folder.slice(ROOT.length + 1);
  stage.note(`${device.name} does not keep ${path}`);
  device.lastStep = '';
  const chosen = device.call('selection.exclude', { path }).catch(() => undefined);
  if (!isEdited && random.next() < 0.5) {
    // Tidies up by hand what is not kept any more.
    await scheduler.until(chosen, `${device.name}: exclude`);
    person.delete(folder);
    await stage.lookAll();
  }
  const outside = other.person.all('file').filter((file) => !file.startsWith(`${folder}/`));
  if (!isEdited && outside.length > 0 && random.next() < 0.4) {
    // Another device moves something into it.
    await scheduler.pass(10 * secondMs);
    other.person.rename(random.pick(outside), `${folder}/moved in`);
    meant = diskListing(other.device, ledger);
    device.lastStep = '';
  }
  if (random.next() < 0.3) await stage.strikeAfter(device, MOVING);
  else if (random.next() < 0.6) {
    await stage.until(() => LEAVING.has(device.lastStep));
    await stage.someTurns(0, 1, 2, 3, 5, 8, 13);
    await stage.strike(device, random.next() < 0.2);
  } else await scheduler.someTurns(300);
  stage.expect(await stage.rest(), meant);
}
