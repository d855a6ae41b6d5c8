import { secondMs } from '../../../base/index.ts';
import { ROOT } from '../device.ts';
import { twoApart } from './half-moved.ts';
import { without } from './second-thought.ts';
import type { Stage } from './stage.ts';

/**
 * Two things are renamed and then deleted, while the disk of another device, which is about to follow, stands still: the
 * moves were planned before the deletions came. They are gone everywhere.
 */
export async function heldUp(stage: Stage): Promise<void> {
  const { random, scheduler } = stage.parts;
  const before = await stage.rest();
  if (before === undefined) return;
  const [{ device, person }, second] = stage.pair();
  const kind = random.next() < 0.7 ? 'file' : 'folder';
  const items = twoApart(random.next(), person.all(kind));
  if (items.length === 0) {
    for (const name of ['one', 'other']) person.save(`${ROOT}/held up ${name}/a`);
    return;
  }
  const still = Promise.withResolvers<void>();
  second.device.stall = still.promise;
  const taken = new Set<string>();
  const moved = items.map((item) => {
    const name = `${ROOT}/held up ${random.below(1000)}`;
    const path = taken.has(name) ? `${name} too` : name;
    taken.add(path);
    return { item, path };
  });
  for (const { item, path } of moved) person.rename(item, path);
  stage.note(`${items.join(' and ')} are renamed on ${device.name} and then deleted`);
  void device.call('sync.now', {}).catch(() => undefined);
  await scheduler.pass(10 * secondMs);
  for (const { path } of moved) person.delete(path);
  void device.call('sync.now', {}).catch(() => undefined);
  await scheduler.pass(10 * secondMs);
  second.device.stall = undefined;
  still.resolve();
  const meant = items.reduce(without, before);
  const found = await stage.rest();
  // Where rules leave something out in a folder on another device, the folder stays.
  stage.expect(found, meant, new Map([...meant, ...[...(found ?? [])].filter(([path]) => path.endsWith('/'))]));
}
