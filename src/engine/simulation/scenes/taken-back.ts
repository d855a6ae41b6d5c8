import { diskListing, type Listing } from '../checks.ts';
import { ROOT } from '../device.ts';
import type { Stage } from './stage.ts';

const PLACING: ReadonlySet<string> = new Set(['makeFolder', 'moveFiles']);

/**
 * The power goes, and takes the newest names with it, while the database keeps all that it was told: what it says is there,
 * is not. That is nobody's deletion.
 */
export async function takenBack(stage: Stage): Promise<void> {
  if ((await stage.rest()) === undefined) return;
  const meant = stage.parts.random.next() < 0.6 ? await arriving(stage) : await puttingBack(stage);
  if (meant !== undefined) stage.expect(await stage.rest(), meant);
}

/** Something new comes to a device. */
async function arriving(stage: Stage): Promise<Listing> {
  const { random, ledger } = stage.parts;
  const [first, { device }] = stage.pair();
  const path = `${ROOT}/taken back ${random.below(1000)}`;
  if (random.next() < 0.6) first.device.person.mkdir(path);
  else first.person.save(path);
  const meant = diskListing(first.device, ledger);
  stage.note(`${path} comes to ${device.name}`);
  device.lastStep = '';
  void first.device.call('sync.now', {}).catch(() => undefined);
  await stage.until(() => PLACING.has(device.lastStep) && device.lastPath === path, 1500);
  // Its row is written now, or about to be; nothing else was synced since.
  await stage.until(() => !PLACING.has(device.lastStep), 30);
  await stage.someTurns(3, 6, 10);
  await stage.strike(device, false, 'names');
  return meant;
}

/**
 * Something is saved in the moment that it goes to the trash, and comes back: the first of the two moves is on the disk for
 * good, the second is not.
 */
async function puttingBack(stage: Stage): Promise<Listing | undefined> {
  const { random, ledger } = stage.parts;
  const [first, { device, person }] = stage.pair();
  const files = person.all('file');
  if (files.length === 0) {
    person.save(`${ROOT}/taken back`);
    return undefined;
  }
  const file = random.pick(files);
  const trash = `${ROOT}/.tidemark/trash/`;
  let meant: Listing | undefined;
  const second = { isDone: false };
  device.beforeStep = (method, path) => {
    if (method !== 'moveFile' || second.isDone) return;
    if (meant === undefined && path.startsWith(trash)) {
      // Never what was in it: that would be no edit, and would rightly go with the deletion.
      person.save(file, 'saved after all');
      meant = diskListing(device, ledger);
    } else if (meant !== undefined && path === file) {
      second.isDone = true;
      device.allWrittenDown();
    }
  };
  first.person.delete(file);
  stage.note(`${file} is deleted, and saved on ${device.name}`);
  void first.device.call('sync.now', {}).catch(() => undefined);
  await stage.until(() => second.isDone, 1500);
  device.beforeStep = undefined;
  await stage.until(() => device.lastStep !== 'moveFile', 30);
  await stage.someTurns(0, 1, 3);
  if (second.isDone) await stage.strike(device, false, 'names');
  return meant;
}
