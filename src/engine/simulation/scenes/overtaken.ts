import { secondMs } from '../../../base/index.ts';
import { ROOT } from '../device.ts';
import type { Stage } from './stage.ts';

/** A save is long on its way up, and the save of another device arrives before it. Both are in sight in the end. */
export async function overtaken(stage: Stage): Promise<void> {
  const { random, ledger, scheduler } = stage.parts;
  const before = await stage.rest();
  if (before === undefined) return;
  const [first, second] = stage.pair();
  const files = first.person.all('file');
  if (files.length === 0) return first.person.save(`${ROOT}/overtaken`);
  const file = random.pick(files);
  // Its blocks wait, so that it is not told yet that there is a new version.
  first.device.gate.shut('there', 'store');
  first.person.save(file);
  await stage.until(() => first.device.gate.someWait, 600);
  second.person.save(file);
  stage.note(`${file} is saved on ${first.device.name}, and then on ${second.device.name}`);
  await scheduler.pass(random.pick([5, 10, 20]) * secondMs);
  first.device.gate.open();
  await stage.rest();
  for (const what of [...ledger.lost(), ...ledger.vanished()]) stage.fail(`saved at the same time, and gone: ${what}`);
}
