import { secondMs } from '../../../base/index.ts';
import { cloudListing, diskListing, type Listing } from '../checks.ts';
import { ROOT } from '../device.ts';
import { isSame, type Player, type Stage } from './stage.ts';

/**
 * One person does something, and does not hear that it arrived; another one, who has it by then, goes on from there. What
 * all have in the end is what the second one did.
 */
export async function relay(stage: Stage): Promise<void> {
  const { random, ledger, cloud, scheduler } = stage.parts;
  const before = await stage.rest();
  if (before === undefined) return;
  const [first, second] = stage.pair();
  first.device.gate.shut(random.pick(['lost', 'back']));
  const path = oneAct(stage, first, before);
  const meant = diskListing(first.device, ledger);
  stage.note(`relay of ${path}`);
  const hasArrived = (): boolean => isSame(cloudListing(cloud), meant) && isSame(diskListing(second.device, ledger), meant);
  for (let time = 0; time < 10 && !hasArrived(); time += 1) await scheduler.pass(2 * secondMs);
  if (!hasArrived()) return stage.expect(await stage.rest(), meant);
  await scheduler.pass(2 * secondMs);
  goOn(stage, second, path);
  const atLast = diskListing(second.device, ledger);
  if (random.next() < 0.7) await scheduler.pass(random.pick([2, 5, 10]) * secondMs);
  if (random.next() < 0.3) await stage.strike(first.device, true);
  first.device.gate.open();
  stage.expect(await stage.rest(), atLast);
}

/** Something that one request can say. Answers where. */
function oneAct({ parts: { random } }: Stage, { person }: Player, before: Listing): string {
  const files = [...before.keys()].filter((path) => !path.endsWith('/'));
  const file = files.length === 0 ? undefined : `${ROOT}/${random.pick(files)}`;
  const fresh = `${ROOT}/relay ${random.below(1000)}`;
  const chance = random.next();
  if (file === undefined || chance < 0.3) person.save(fresh);
  else if (chance < 0.6) person.save(file);
  else if (chance < 0.8) person.rename(file, fresh);
  else person.delete(file);
  return file === undefined || chance < 0.3 || (chance >= 0.6 && chance < 0.8) ? fresh : file;
}

function goOn({ parts: { random } }: Stage, { person }: Player, path: string): void {
  const isThere = person.all('file').includes(path);
  const chance = random.next();
  if (!isThere || chance < 0.3) person.save(path);
  else if (chance < 0.7) person.delete(path);
  else person.rename(path, `${path} on`);
}
