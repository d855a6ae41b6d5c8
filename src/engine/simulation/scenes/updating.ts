import { secondMs } from '../../../base/index.ts';
import { diskListing } from '../checks.ts';
import { ROOT } from '../device.ts';
import type { Stage } from './stage.ts';

/**
 * A new version comes to a device just as its power goes, or as its disk stands still while the next version is there.
 * What all have is what the person saved last.
 */
export async function updating(stage: Stage): Promise<void> {
  const { random, ledger, scheduler } = stage.parts;
  const before = await stage.rest();
  if (before === undefined) return;
  const [first, second] = stage.pair();
  const { device } = second;
  const files = first.person.all('file');
  const path = files.length === 0 || random.next() < 0.3 ? `${ROOT}/updating` : random.pick(files);
  const isPlacing = (): boolean =>
    (device.lastStep === 'moveFile' && device.lastPath.includes('/.tidemark/trash/')) || device.lastStep === 'moveFiles';
  first.person.save(path);
  device.lastStep = '';
  await stage.until(isPlacing, 600);
  if (random.next() < 0.6) {
    await stage.someTurns(1, 2, 3, 4, 5, 6);
    await stage.strike(device, false);
  } else {
    const moved = Promise.withResolvers<void>();
    device.stall = moved.promise;
    if (random.next() < 0.7) first.person.save(path);
    else first.person.rename(path, `${ROOT}/updated`);
    await scheduler.pass(random.pick([3, 6]) * secondMs);
    device.stall = undefined;
    moved.resolve();
  }
  const meant = diskListing(first.device, ledger);
  stage.expect(await stage.rest(), meant);
}
