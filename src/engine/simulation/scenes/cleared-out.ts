import { secondMs } from '../../../base/index.ts';
import { cloudListing } from '../checks.ts';
import { ROOT } from '../device.ts';
import { isSame, type Stage } from './stage.ts';

/** Too much to go without a question. */
const MANY = 12;

/** Somebody deletes all there is. Nobody else loses it before a person has said that this was meant. */
export async function clearedOut(stage: Stage): Promise<void> {
  const { random, cloud, scheduler } = stage.parts;
  const [{ device, person }] = stage.pair();
  for (let count = 0; count < MANY; count += 1) person.save(`${ROOT}/cleared ${random.below(3)}/${count}`);
  const before = await stage.rest();
  if (before === undefined) return;
  for (const path of person.all('folder').concat(person.all('file'))) person.delete(path);
  stage.note(`${device.name} clears out ${before.size} items`);
  for (let look = 0; look < 2; look += 1) {
    await stage.lookAll();
    await scheduler.pass(20 * secondMs);
  }
  const left = cloudListing(cloud);
  if (!isSame(left, before)) stage.fail(`${before.size - left.size} of ${before.size} items are gone, and nobody was asked`);
  const { questions } = await scheduler.until(device.call('questions.list', {}), `${device.name}: questions`);
  if (questions.length === 0) stage.fail('all there was is deleted, and nothing is asked');
  const found = await stage.rest();
  if (found !== undefined && found.size > 0 && !isSame(found, before))
    stage.fail('after a question about all there was neither all is there nor nothing');
}
