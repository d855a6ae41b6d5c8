import { diskListing } from '../checks.ts';
import { ROOT } from '../device.ts';
import type { Stage } from './stage.ts';

/** The volume goes just as the folder is listed, and an empty folder is in its place for a while. Nothing was deleted. */
export async function unmounting(stage: Stage): Promise<void> {
  const { ledger } = stage.parts;
  if ((await stage.rest()) === undefined) return;
  const [{ device, person }] = stage.pair();
  const meant = diskListing(device, ledger);
  let isAway = false;
  device.beforeStep = (method, path) => {
    if (isAway || method !== 'list' || path !== ROOT) return;
    isAway = true;
    device.person.rename(ROOT, '/elsewhere');
    device.person.mkdir(ROOT);
  };
  stage.note(`the volume of ${device.name} goes as it is listed`);
  void device.call('sync.now', {}).catch(() => undefined);
  await stage.until(() => isAway);
  await stage.someTurns(20, 60, 200);
  device.beforeStep = undefined;
  if (isAway) {
    for (const path of person.all('file')) stage.note(`made meanwhile: ${path}`);
    device.person.remove(ROOT);
    device.person.rename('/elsewhere', ROOT);
  }
  stage.expect(await stage.rest(), meant);
}
