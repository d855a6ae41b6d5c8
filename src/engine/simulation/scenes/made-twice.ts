import { minuteMs, secondMs } from '../../../base/index.ts';
import { cloudListing, differences, diskListing } from '../checks.ts';
import { ROOT } from '../device.ts';
import type { Stage } from './stage.ts';

/**
 * Two people make the same folder, one of them while paused and with something in it. It is one folder in the end, and what
 * was in it goes up with nobody looking at it again.
 */
export async function madeTwice(stage: Stage): Promise<void> {
  const { random, ledger, cloud, scheduler } = stage.parts;
  if ((await stage.rest()) === undefined) return;
  const [first, { device, person }] = stage.pair();
  const name = `made twice ${random.below(1000)}`;
  await scheduler.until(device.call('sync.pause', { until: null }), `${device.name}: pause`);
  first.device.person.mkdir(`${ROOT}/${name}`);
  person.save(`${ROOT}/${name}/a`);
  if (random.next() < 0.5) person.save(`${ROOT}/${name}/in/a`);
  stage.note(`${first.device.name} and ${device.name} make ${name}`);
  await stage.lookAll();
  await scheduler.pass(20 * secondMs);
  await scheduler.until(device.call('sync.resume', {}), `${device.name}: resume`);
  await scheduler.pass(minuteMs);
  const wrong = differences(diskListing(device, ledger), cloudListing(cloud), new Set(), [device.name, 'cloud']);
  for (const { path, what } of wrong.slice(0, 4)) stage.fail(`in a folder that two made at once: ${path}: ${what}`);
  await stage.rest();
}
