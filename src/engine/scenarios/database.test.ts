import { randomBytes } from 'node:crypto';
import { cp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { type Device, engineProcess, until, type World, worldOf } from './support/index.ts';
import { expectKept } from './support/identity.ts';

const databaseOf = (device: Device): string => join(device.profile, 'state.db');

interface Two extends AsyncDisposable {
  readonly world: World;
  readonly laptop: Device;
  readonly desktop: Device;
}

/** In step on a few files, with a conflict version among them. */
async function inStep(): Promise<Two> {
  const opened = await worldOf('laptop', 'desktop');
  const [laptop, desktop] = opened.devices;
  for (let index = 0; index < 12; index += 1) await laptop.write(`Folder ${index % 3}/file ${index}.txt`, `first ${index}`);
  await laptop.mkdir('Empty');
  await opened.world.settle();
  return { world: opened.world, laptop, desktop, [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() };
}

/** The profile knows nobody any more: whoever sits there signs in and names the folder again. */
async function setUpAgain(device: Device): Promise<void> {
  await device.start();
  await device.signIn();
  await device.addFolder();
}

describe.concurrent('database file gone or cut short', () => {
  const harms: Readonly<Record<string, (path: string) => Promise<void>>> = {
    'cut short': async (path) => truncate(path, Math.floor((await stat(path)).size / 2)),
    'cut to nothing but its beginning': (path) => truncate(path, 100),
    'replaced by garbage': (path) => writeFile(path, randomBytes(40_000)),
  };

  it('database file gone while stopped: nothing is transferred or deleted, work of the meantime on both sides meets', async () => {
    await using at = await inStep();
    await at.laptop.stop();
    await rm(databaseOf(at.laptop));
    await at.laptop.write('Folder 0/new here.txt', 'new here');
    await at.laptop.write('Folder 1/file 1.txt', 'edited here');
    await at.desktop.write('new there.txt', 'new there');
    await at.desktop.remove('Folder 2/file 2.txt');
    await at.desktop.sync();
    const cost = await at.laptop.traffic.cost(async () => {
      await setUpAgain(at.laptop);
      await at.world.settle();
    });
    expect(cost.entries.filter(({ op }) => op === 'delete')).toEqual([]);
    expect(cost.upBytes, 'only what is new').toBeLessThan(200);
    const tree = await at.world.expectSame();
    expect(tree).toMatchObject({ 'Folder 0/new here.txt': 'new here', 'new there.txt': 'new there', 'Folder 0/file 0.txt': 'first 0' });
    await expectKept(at.world, 'edited here', 'first 1', 'first 2');
  });

  it.each(Object.entries(harms))('database file %s: kept aside, said so, and begun anew without a loss', async (_, harm) => {
    await using at = await inStep();
    await at.laptop.stop();
    const before = await at.laptop.tree();
    await harm(databaseOf(at.laptop));
    await expect(at.laptop.start()).rejects.toMatchObject({ code: 'database_broken' });
    expect((await readdir(at.laptop.profile)).filter((name) => name.startsWith('state.db')).length).toBeGreaterThan(0);
    const cost = await at.world.cost(async () => {
      await setUpAgain(at.laptop);
      await at.world.settle();
    });
    expect({ up: cost.upBytes, down: cost.downBytes }).toEqual({ up: 0, down: 0 });
    expect(await at.world.expectSame()).toEqual(before);
    expect(await at.laptop.conflicts()).toEqual([]);
  });

  it('database file of a newer version: refused, and not a byte of it is touched', async () => {
    await using at = await inStep();
    await at.laptop.stop();
    const path = databaseOf(at.laptop);
    const db = new Database(path);
    db.pragma('user_version = 999');
    db.close();
    const bytes = await readFile(path);
    await expect(at.laptop.start()).rejects.toMatchObject({ code: 'database_newer' });
    expect((await readFile(path)).equals(bytes)).toBe(true);
    expect(await at.laptop.exists('Folder 0/file 0.txt')).toBe(true);
  });

  it('database file of yesterday put back under today’s files: both sides meet, no newer work is deleted', async () => {
    await using at = await inStep();
    const { laptop, desktop, world } = at;
    await laptop.stop();
    const backup = `${databaseOf(laptop)}.yesterday`;
    await cp(databaseOf(laptop), backup);
    await laptop.start();
    await laptop.write('today.txt', 'of today');
    await laptop.write('Folder 0/file 0.txt', 'edited today');
    await laptop.rename('Folder 1/file 1.txt', 'Moved/file 1.txt');
    await laptop.rename('Folder 2', 'Second folder');
    await laptop.remove('Folder 0/file 3.txt');
    await desktop.write('from the desktop.txt', 'from the desktop');
    await desktop.write('Folder 0/file 6.txt', 'edited there today');
    await world.settle();
    const today = await world.expectSame();
    await laptop.stop();
    // After the last word of the laptop's, work goes on on both sides.
    await desktop.write('Folder 0/file 9.txt', 'edited there tonight');
    await desktop.sync();
    await laptop.write('tonight.txt', 'of tonight');
    await cp(backup, databaseOf(laptop));
    await laptop.start();
    await world.settle();
    const tree = await world.expectSame();
    expect(tree).toMatchObject({ ...today, 'Folder 0/file 9.txt': 'edited there tonight', 'tonight.txt': 'of tonight' });
    expect(Object.keys(tree).sort()).toEqual([...Object.keys(today), 'tonight.txt'].sort());
    expect(await laptop.conflicts()).toEqual([]);
  });

  it('the log of the database gone after a crash: what it held is found again on both sides', async () => {
    await using at = await inStep();
    const { laptop, desktop, world } = at;
    await laptop.stop();
    {
      await using child = engineProcess(laptop);
      await child.start();
      for (let index = 0; index < 8; index += 1) await laptop.write(`late ${index}.txt`, `late ${index}`);
      await until('they are in the cloud', async () => (await desktop.cloudNodes()).has('late 7.txt'));
      await child.kill();
    }
    await rm(`${databaseOf(laptop)}-wal`, { force: true });
    await laptop.start();
    await world.settle();
    const tree = await world.expectSame();
    expect(tree).toMatchObject({ 'late 0.txt': 'late 0', 'late 7.txt': 'late 7' });
    expect(await laptop.conflicts()).toEqual([]);
  });
});
