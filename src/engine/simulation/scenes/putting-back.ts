import { diskListing } from '../checks.ts';
import { EMAIL, ROOT } from '../device.ts';
import { habitsOf } from '../habits.ts';
import { atOnce } from './one-thing.ts';
import type { Stage } from './stage.ts';

/** The cloud is put back to what it was before something was done. The devices still have all of it, and so it stays in sight. */
export async function puttingBack(stage: Stage): Promise<void> {
  const { random, ledger, cloud, seed } = stage.parts;
  const { filesRestored } = habitsOf(seed);
  if ((await stage.rest()) === undefined) return;
  const [{ device, person }] = stage.pair();
  const backup = [...cloud.nodes(EMAIL)];
  const putBack = filesRestored ? cloud.backup(EMAIL) : () => cloud.reset(EMAIL, backup);
  const files = person.all('file');
  person.save(files.length === 0 ? `${ROOT}/putting back` : random.pick(files));
  for (let act = random.below(3); act > 0; act -= 1) atOnce(person.something());
  // In the very moment in which the cloud has it, and has not told of it, or later.
  if (filesRestored && random.next() < 0.7) {
    const { commits } = device.counts;
    void device.call('sync.now', {}).catch(() => undefined);
    await stage.until(() => device.counts.commits > commits);
    await stage.someTurns(0, 2, 4, 8, 16);
    if (random.next() < 0.5) await stage.strike(device, true);
  } else if ((await stage.rest()) === undefined) return;
  const meant = diskListing(device, ledger);
  stage.note(`the cloud is put back to ${backup.length} items`);
  putBack();
  ledger.restored();
  const found = await stage.rest();
  if (found === undefined) return;
  const inSight = new Set(found.values());
  for (const [path, hash] of meant) if (!inSight.has(hash)) stage.fail(`done after the backup, and gone with it: ${path}`);
}
