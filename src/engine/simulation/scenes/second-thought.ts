import { secondMs } from '../../../base/index.ts';
import { cloudListing, type Listing } from '../checks.ts';
import { ROOT } from '../device.ts';
import { isSame, type Stage } from './stage.ts';

/** Something is renamed, moved or saved, and deleted a moment later, while the others still follow. It is gone everywhere. */
export async function secondThought(stage: Stage): Promise<void> {
  const { random, scheduler, cloud } = stage.parts;
  const before = await stage.rest();
  if (before === undefined) return;
  const [{ device, person }] = stage.pair();
  const [files, folders] = [person.all('file'), person.all('folder')];
  const candidates = random.next() < 0.7 ? files : folders;
  if (candidates.length === 0) return person.save(`${ROOT}/thought`);
  const item = random.pick(candidates);
  const into = random.pick([ROOT, ...folders.filter((folder) => folder !== item && !folder.startsWith(`${item}/`))]);
  const moved = `${into}/thought ${random.below(1000)}`;
  const isSaved = files.includes(item) && random.next() < 0.3;
  if (isSaved) person.save(item);
  else person.rename(item, moved);
  stage.note(`${item} is changed on ${device.name} and then deleted`);
  if (random.next() < 0.5) {
    // The cloud has it, and the others begin to follow.
    await stage.until(() => !isSame(cloudListing(cloud), before), 1500);
    await stage.someTurns(0, 3, 10, 30, 100);
  } else await scheduler.pass(random.pick([0, 1, 3, 6, 10]) * secondMs);
  person.delete(isSaved ? item : moved);
  const found = await stage.rest();
  const meant = without(before, item);
  // Where rules leave something out in a folder on another device, the folder stays.
  stage.expect(found, meant, new Map([...meant, ...[...(found ?? [])].filter(([path]) => path.endsWith('/'))]));
}

/** @param item absolute */
export function without(listing: Listing, item: string): Listing {
  const relative = item.slice(ROOT.length + 1);
  return new Map([...listing].filter(([path]) => path !== relative && !path.startsWith(`${relative}/`)));
}
