import { diskListing } from '../checks.ts';
import { ROOT } from '../device.ts';
import type { Stage } from './stage.ts';

/**
 * Two things change places, and on another device the disk fails just when one of them has moved and nothing says so yet:
 * it may be out of sight, on its way to the other's place. All have both, at their new places.
 */
export async function halfMoved(stage: Stage): Promise<void> {
  const { random, ledger } = stage.parts;
  const [first, { device }] = stage.pair();
  const kind = random.pick(['file', 'folder'] as const);
  if (first.person.all(kind).length < 2) {
    first.person.save(`${ROOT}/one/a`);
    first.person.save(`${ROOT}/other/a`);
  }
  if ((await stage.rest()) === undefined) return;
  const [one, other] = twoApart(random.next(), first.person.all(kind));
  if (one === undefined || other === undefined) return;
  let faults = 1 + random.below(2);
  let hasMoved = false;
  device.failing = (method) => {
    if (faults === 0) return undefined;
    if (method === 'moveFile' || method === 'moveFolder') hasMoved = true;
    else if (hasMoved && method === 'syncFolders') {
      hasMoved = false;
      faults -= 1;
      return random.pick(['failed', 'busy'] as const);
    }
    return undefined;
  };
  const aside = `${ROOT}/half moved`;
  first.person.rename(one, aside);
  first.person.rename(other, one);
  first.person.rename(aside, other);
  const meant = diskListing(first.device, ledger);
  stage.note(`${one} and ${other} change places`);
  await stage.until(() => faults === 0, 600);
  const found = await stage.rest();
  device.failing = undefined;
  stage.expect(found, meant);
}

/** Two of them of which neither lies in the other. */
export function twoApart(chance: number, paths: readonly string[]): readonly string[] {
  const one = paths[Math.floor(chance * paths.length)];
  const apart = paths.filter(
    (path) => one !== undefined && path !== one && !`${path}/`.startsWith(`${one}/`) && !one.startsWith(`${path}/`),
  );
  const other = apart[Math.floor(chance * 7919) % Math.max(1, apart.length)];
  return one === undefined || other === undefined ? [] : [one, other];
}
