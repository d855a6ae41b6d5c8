import { ROOT } from '../device.ts';
import { atOnce } from './one-thing.ts';
import type { Player, Stage } from './stage.ts';

/** What comes from the cloud is put in its place, and just then somebody saves there. Both are in sight in the end. */
export async function inTheWay(stage: Stage): Promise<void> {
  const { random, ledger } = stage.parts;
  if ((await stage.rest()) === undefined) return;
  const [first, second] = stage.pair();
  let saves = 2;
  second.device.beforeStep = (method, path) => {
    if (saves === 0 || random.next() < 0.4) return;
    const place = placeOf(second, method, path);
    if (place === undefined) return;
    saves -= 1;
    second.person.save(place);
  };
  for (let act = 1 + random.below(3); act > 0; act -= 1) {
    const folders = first.person.all('folder');
    const files = first.person.all('file');
    if (files.length > 0 && random.next() < 0.4) first.person.save(random.pick(files));
    else if (folders.length > 0 && random.next() < 0.3) first.person.delete(random.pick(folders));
    else atOnce(first.person.something());
  }
  await stage.someTurns(300, 600);
  await stage.rest();
  second.device.beforeStep = undefined;
  for (const what of [...ledger.lost(), ...ledger.vanished()]) stage.fail(`saved in the way, and gone: ${what}`);
}

/** Where a save would be in the way of the step, if anywhere. */
function placeOf({ device, person }: Player, method: string, path: string): string | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const { volume } = device.disk;
  if (method === 'moveFolder' && !isOwn(path)) return volume.find(path)?.kind === 'folder' ? `${path}/in the way` : undefined;
  // Into the trash: whatever has that name is about to be replaced, or deleted.
  if (method === 'moveFile' && path.startsWith(`${ROOT}/.tidemark/trash/`))
    return person.all('file').find((file) => file.endsWith(`/${name}`));
  const isPlacing = method === 'moveFile' || method === 'moveFiles' || method === 'removeFile';
  return isPlacing && !isOwn(path) && volume.find(path) === undefined ? path : undefined;
}

const isOwn = (path: string): boolean => path.startsWith(`${ROOT}/.tidemark`);
