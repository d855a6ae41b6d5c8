import { describe, expect, it } from 'vitest';
import { type Device, engineProcess, someBytes, worldOf } from './support/index.ts';

const MB = 1_000_000;

interface Point {
  readonly what: string;
  /** Call of the disk or the cloud, which side of it, the how manieth. */
  readonly at: string;
  /** Which device has the new files: the one that is killed sends them, or gets them. */
  readonly work: 'up' | 'down' | 'both';
  readonly fill: (device: Device) => Promise<void>;
}

const large = (device: Device): Promise<void> => device.write('film.bin', someBytes(14 * MB, 5));
const small = async (device: Device): Promise<void> => {
  for (let index = 0; index < 12; index += 1) await device.write(`Folder ${index % 4}/small ${index}.txt`, `small ${index}`);
};
const edits = async (device: Device): Promise<void> => {
  await device.write('edited.txt', `edited on the ${device.name}`);
  await device.write('Folder 1/new.txt', 'new');
};
const moves = async (device: Device): Promise<void> => {
  await device.rename('moved.txt', 'Elsewhere/moved.txt');
  await device.swap('one.txt', 'two.txt');
  await device.remove('deleted.txt');
};

const points: readonly Point[] = [
  { what: 'after the upload, before the commit', at: 'commit before 1', work: 'up', fill: large },
  { what: 'after the commit, before the answer', at: 'commit after 1', work: 'up', fill: small },
  { what: 'after the second commit, before its answer', at: 'commit after 2', work: 'up', fill: small },
  { what: 'after a commit of moves and a deletion, before the answer', at: 'commit after 1', work: 'up', fill: moves },
  { what: 'in the middle of a large file that goes up', at: 'store after 1', work: 'up', fill: large },
  { what: 'in the middle of a large file that comes down', at: 'fetch after 2', work: 'down', fill: large },
  { what: 'a large file is written, not yet placed', at: 'moveFiles before 1', work: 'down', fill: large },
  { what: 'between placing and row, many small ones', at: 'moveFiles after 1', work: 'down', fill: small },
  { what: 'between placing and row, a large one', at: 'moveFiles after 1', work: 'down', fill: large },
  { what: 'the old version is in the trash, the new one not placed', at: 'moveFile after 1', work: 'down', fill: edits },
  { what: 'the new version is placed, the row is not', at: 'moveFile after 2', work: 'down', fill: edits },
  { what: 'in the middle of moves and a swap', at: 'moveFile after 2', work: 'down', fill: moves },
  { what: 'a folder is made, the row is not', at: 'makeFolder after 1', work: 'down', fill: small },
  { what: 'during the first scan', at: 'list before 3', work: 'up', fill: small },
  { what: 'while the content is read for the first time', at: 'cutMany after 1', work: 'up', fill: small },
  { what: 'an edit on both sides, before the kept version is in the cloud', at: 'commit before 1', work: 'both', fill: edits },
  { what: 'an edit on both sides, the other version is on its way', at: 'fetch before 1', work: 'both', fill: edits },
];

describe.concurrent('kill -9 at any moment', () => {
  it.each(points)('$what', async ({ at, work, fill }) => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    for (const name of ['edited.txt', 'moved.txt', 'one.txt', 'two.txt', 'deleted.txt']) await laptop.write(name, `first of ${name}`);
    await world.settle();
    await laptop.stop();
    if (work !== 'down') await fill(laptop);
    if (work !== 'up') {
      await fill(desktop);
      await desktop.sync();
    }
    const wanted = await (work === 'down' ? desktop : laptop).tree();

    await using child = engineProcess(laptop, at);
    await child.start();
    await child.death();

    await laptop.start();
    await world.settle();
    const tree = await world.expectSame();
    if (work !== 'both') expect(tree).toEqual(wanted);
    else expect(Object.values(tree)).toEqual(expect.arrayContaining(['edited on the laptop', 'edited on the desktop']));
    for (const device of world.devices) expect((await device.conflicts()).length).toBe(work === 'both' ? 1 : 0);
  });
});
