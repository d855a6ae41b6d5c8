import { secondMs } from '../../../base/index.ts';
import { ROOT } from '../device.ts';
import type { Stage } from './stage.ts';

/** In the middle of a long look, a file moves from where nobody has looked yet to where somebody has. It is the same file. */
export async function movingAway(stage: Stage): Promise<void> {
  const { random, scheduler } = stage.parts;
  const [{ device, person }] = stage.pair();
  if (!person.all('folder').includes(`${ROOT}/left/in`)) {
    person.save(`${ROOT}/left/in/a`);
    person.save(`${ROOT}/right/a`);
  }
  if ((await stage.rest()) === undefined) return;
  const inside = person.all('file').filter((path) => path.slice(ROOT.length + 1).includes('/'));
  if (inside.length === 0) return;
  const from = random.pick(inside);
  const folder = from.slice(0, from.lastIndexOf('/'));
  let isMoved = false;
  let isLate = false;
  device.beforeStep = (method, path) => {
    // The look takes long; what is told of the move is told at once.
    if (isMoved && !isLate) {
      isLate = true;
      scheduler.skip(3 * secondMs);
    }
    if (isMoved || method !== 'list' || path === ROOT || path === folder || path.startsWith(`${ROOT}/.tidemark`)) return;
    isMoved = true;
    person.rename(from, `${ROOT}/away ${random.below(1000)}`);
  };
  void device.call('sync.now', {}).catch(() => undefined);
  await stage.until(() => isMoved);
  await scheduler.pass(10 * secondMs);
  device.beforeStep = undefined;
  await stage.rest();
}
