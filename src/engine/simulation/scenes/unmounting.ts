import { diskListing } from '../checks.ts';
import { ROOT } from '../device.ts';
import type { Stage } from './stage.ts';

/** The volume goes just as the folder is listed, and an empty folder is in its place for a while. Nothing was deleted. */
export async function unmounting(stage: Stage): Promise<void> {
  const { ledger } = stage.parts;
  const [{ device }] = stage.pair();
  // Where the volume is mounted is an old empty folder.
  device.person.mkdir('/mountpoint');
  if ((await stage.rest()) === undefined) return;
  const meant = diskListing(device, ledger);
  const volume = { isAway: false };
  device.beforeStep = (method, path) => {
    if (volume.isAway || method !== 'list' || path !== ROOT) return;
    volume.isAway = true;
    device.person.rename(ROOT, '/elsewhere');
    device.person.rename('/mountpoint', ROOT);
  };
  stage.note(`the volume of ${device.name} goes as it is listed`);
  void device.call('sync.now', {}).catch(() => undefined);
  await stage.until(() => volume.isAway);
  await stage.someTurns(20, 60, 200);
  device.beforeStep = undefined;
  if (volume.isAway) {
    device.person.remove(ROOT);
    device.person.rename('/elsewhere', ROOT);
  }
  const found = await stage.rest();
  if (stage.asked) stage.fail('asked whether much may be deleted, and only the volume was away');
  stage.expect(found, meant);
}
