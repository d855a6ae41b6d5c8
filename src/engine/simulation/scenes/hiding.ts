import { secondMs } from '../../../base/index.ts';
import { ahead } from '../ahead.ts';
import { ROOT } from '../device.ts';
import { twoApart } from './half-moved.ts';
import type { Stage } from './stage.ts';

/**
 * Two folders change places, and on another device, just as the first of them gives way and is out of sight, somebody moves
 * the second one into it. It does not wait there for ever.
 */
export async function hiding(stage: Stage): Promise<void> {
  const { random, scheduler } = stage.parts;
  const [first, { device, person }] = stage.pair();
  if (first.person.all('folder').length < 2) for (const name of ['one', 'other']) first.person.save(`${ROOT}/${name}/a`);
  if ((await stage.rest()) === undefined) return;
  const pair = twoApart(random.next(), first.person.all('folder'));
  const [one, other] = pair;
  if (one === undefined || other === undefined) return;
  let isHidden = false;
  device.beforeStep = (method, path) => {
    const second = path === one ? other : one;
    if (isHidden || method !== 'moveFolder' || !pair.includes(path)) return;
    isHidden = true;
    person.rename(second, `${path}/hidden ${random.below(1000)}`);
  };
  const aside = `${ROOT}/aside`;
  first.person.rename(one, aside);
  first.person.rename(other, one);
  first.person.rename(aside, other);
  stage.note(`${one} and ${other} change places, and one goes into the other on ${device.name}`);
  void first.device.call('sync.now', {}).catch(() => undefined);
  await stage.until(() => isHidden, 1500);
  device.beforeStep = undefined;
  let left: readonly string[] = ['all'];
  for (let time = 0; time < 6 && left.length > 0; time += 1) {
    await scheduler.pass(10 * secondMs);
    left = await ahead(device, scheduler);
  }
  for (const step of left) stage.fail(`what went out of sight waits for ever: ${step}`);
  await stage.rest();
}
