import { secondMs } from '../../../base/index.ts';
import { ahead } from '../ahead.ts';
import { ROOT } from '../device.ts';
import type { Stage } from './stage.ts';

/** A rule leaves something out; what is lost or moved meanwhile is nobody's deletion, and it is there when the rule goes. */
export async function leftOut(stage: Stage): Promise<void> {
  const { random, devices, scheduler } = stage.parts;
  const [first, second] = stage.pair();
  const folder = `${ROOT}/left out`;
  const mark = `${folder}/mark`;
  const plain = `${folder}/in/plain`;
  const unsent = `${folder}/in/mark`;
  const rules = `${ROOT}/.tidemarkignore`;
  first.person.save(mark);
  first.person.save(plain);
  if ((await stage.rest()) === undefined) return;
  // Something else may have the names by now.
  if (!devices.every(({ disk }) => [mark, plain].every((path) => disk.volume.find(path)?.kind === 'file'))) return;
  first.person.save(rules, 'mark');
  await spread(stage);
  for (const device of devices)
    for (const { code, paths } of device.running ? device.rows.issues() : [])
      stage.fail(`a rule that is new is trouble on ${device.name}: ${code} ${paths[0] ?? ''}`);
  const how = random.pick(['lost', 'moved', 'folder']);
  stage.note(`left out and ${how}`);
  if (how === 'lost') second.person.delete(mark);
  else if (how === 'moved') second.person.rename(mark, `${ROOT}/${random.pick(['mark', 'marked'])}`);
  else {
    // Never sent: only this device has it.
    second.person.save(unsent);
    await spread(stage);
    first.person.delete(folder);
  }
  await spread(stage);
  if (how === 'folder') {
    if (second.device.disk.volume.find(unsent) === undefined) stage.fail('what was left out went with its folder');
    for (const { code, paths } of second.device.rows.issues())
      stage.fail(`a folder with what is left out is trouble: ${code} ${paths[0] ?? ''}`);
    // Spared as soon as it is known what it holds, not planned anew until somebody looks closer.
    for (const step of await ahead(second.device, scheduler)) stage.fail(`a folder with what is left out is in the way: ${step}`);
  }
  first.person.delete(rules);
  const found = await stage.rest();
  // What moved is an item of its own, or has moved; the others are where they were.
  if (found !== undefined && how !== 'moved' && ![...found.keys()].some((path) => `${ROOT}/${path}`.startsWith(mark)))
    stage.fail(`what was left out and ${how} is nowhere`);
}

/** Everybody knows of it. */
async function spread(stage: Stage): Promise<void> {
  for (let look = 0; look < 2; look += 1) {
    await stage.lookAll();
    await stage.parts.scheduler.pass(10 * secondMs);
  }
}
