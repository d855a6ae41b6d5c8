import { diskListing } from '../checks.ts';
import type { SimDevice } from '../device.ts';
import type { Acts } from '../person.ts';
import type { Stage } from './stage.ts';

/**
 * In a world at rest one person does something, and then things go wrong. Whatever goes wrong: what all have in the end
 * is what that person did, nothing more and nothing less.
 */
export async function oneThing(stage: Stage): Promise<void> {
  const { random, ledger, start, devices } = stage.parts;
  if ((await stage.rest()) === undefined) return;
  const [actor, other] = stage.pair();
  const isAway = random.next() < 0.25;
  if (isAway) stage.parts.die(other.device, true);
  for (let act = random.below(3); act >= 0; act -= 1) atOnce(random.next() < 0.35 ? actor.person.rearrange() : actor.person.something());
  const meant = diskListing(actor.device, ledger);
  stage.storm();
  if (isAway) {
    await stage.someTurns(100, 300);
    if (random.next() < 0.5) stage.forgetDeletions();
    start(other.device);
  }
  for (let time = 1 + random.below(3); time > 0; time -= 1) await trouble(stage, random.next() < 0.7 ? other.device : random.pick(devices));
  stage.expect(await stage.rest(), meant);
}

/** Steps of the disk after which much is neither here nor there. */
const PLACING: ReadonlySet<string> = new Set(['moveFile', 'moveFiles', 'moveFolder', 'makeFolder']);

async function trouble(stage: Stage, device: SimDevice): Promise<void> {
  const { random } = stage.parts;
  const chance = random.next();
  if (chance < 0.08) stage.note(`weather: ${device.weather.turn()}`);
  else if (chance < 0.16 && device.running) device.upsetWatcher('overflow');
  else if (chance < 0.24) stage.forgetDeletions();
  else {
    device.lastStep = '';
    device.lastRequest = '';
    const isThere = random.pick([
      () => PLACING.has(device.lastStep),
      () => PLACING.has(device.lastStep),
      () => PLACING.has(device.lastStep),
      () => device.lastStep === 'syncFolders',
      () => device.lastRequest === 'delta',
      () => device.lastRequest.startsWith('commit'),
    ]);
    await stage.until(isThere);
    await stage.someTurns(0, 0, 1, 1, 2, 3, 5, 8, 13, 21);
    await stage.strike(device, random.next() < 0.4);
  }
  await stage.someTurns(0, 20, 100);
}

export function atOnce(acts: Acts): void {
  let done = false;
  while (!done) done = acts.next().done === true;
}
