import { secondMs } from '../../../base/index.ts';
import type { Stage } from './stage.ts';

/** What one person did is long on its way, and meanwhile another one puts something just there. That stays in sight. */
export async function crossing(stage: Stage): Promise<void> {
  const { random, scheduler } = stage.parts;
  if ((await stage.rest()) === undefined) return;
  const [first, second] = stage.pair();
  const folders = first.person.all('folder');
  if (folders.length === 0) return first.person.save(`${first.person.someFolder()}/crossing/a`);
  const folder = random.pick(folders);
  first.device.gate.shut('there');
  if (random.next() < 0.7) first.person.delete(folder);
  else first.person.rename(folder, `${folder} on`);
  await stage.until(() => first.device.gate.someWait);
  second.person.save(`${folder}/${random.pick(['a', 'crossing'])}`);
  await scheduler.pass(random.pick([3, 6]) * secondMs);
  first.device.gate.open();
  await stage.rest();
}
