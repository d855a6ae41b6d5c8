import { secondMs } from '../../../base/index.ts';
import { cloudListing, differences, diskListing } from '../checks.ts';
import type { Stage } from './stage.ts';

/** Away for so long that the cloud has to list everything, and the engine ends in the middle of that listing. */
export async function listingAnew(stage: Stage): Promise<void> {
  const { random, ledger, cloud, scheduler } = stage.parts;
  if ((await stage.rest()) === undefined) return;
  const [first, { device }] = stage.pair();
  stage.parts.die(device, true);
  for (let time = 1 + random.below(2); time > 0; time -= 1) {
    const files = first.person.all('file');
    if (files.length > 0) first.person.delete(random.pick(files));
  }
  const meant = diskListing(first.device, ledger);
  await scheduler.pass(5 * secondMs);
  stage.forgetDeletions();
  stage.parts.start(device);
  for (let page = 1 + random.below(4); page >= 0; page -= 1) {
    device.lastRequest = '';
    await stage.until(() => device.lastRequest === 'delta', 200);
  }
  await stage.someTurns(0, 0, 1, 2);
  await stage.strike(device, true);
  const found = await stage.rest();
  stage.expect(found, meant);
  // What it was never told of keeps it from coming to rest, and nothing else does.
  const wrong = found === undefined ? differences(diskListing(device, ledger), cloudListing(cloud), new Set(), [device.name, 'cloud']) : [];
  for (const { path, what } of wrong.slice(0, 4)) stage.fail(`a listing that was begun anew leaves ${path}: ${what}`);
}
