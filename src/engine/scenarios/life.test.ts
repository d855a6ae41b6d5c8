import { describe, expect, it } from 'vitest';
import { dayMs, hourMs } from '../../base/index.ts';
import { type KeyringEntry, openKeyringSecretStore } from '../account/index.ts';
import { SeededRandom } from '../fakes/index.ts';
import { DiskFault } from '../index.ts';
import { Device, engineProcess, PASSWORD, Proxy, someBytes, until, World, worldOf } from './support/index.ts';
import { pause } from './support/rounds.ts';

const MB = 1_000_000;

describe.concurrent('Life: who has profile and folder', () => {
  it('second engine on the same profile: a clear refusal, the first is unharmed, also by one of another process', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop] = opened.devices;
    await laptop.write('before.txt', 'before');
    const twin = new Device({ name: laptop.name, dir: `${laptop.folder}/..`, server: world.cloud.url }, {});
    await expect(twin.start()).rejects.toMatchObject({ code: 'profile_in_use' });
    await expect(engineProcess(laptop).start()).rejects.toThrow('profile_in_use');
    await laptop.write('after.txt', 'after');
    await world.settle();
    await world.expectSame({ 'after.txt': 'after', 'before.txt': 'before' });
  });

  it('two profiles on one folder: the second is refused, the first goes on', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop] = opened.devices;
    const second = world.newDevice('second');
    await second.start();
    await second.signIn();
    await expect(second.call('folder.add', { path: laptop.folder })).rejects.toMatchObject({ code: 'folder_in_use' });
    await second.stop();
    await laptop.write('mine.txt', 'mine');
    await world.settle();
    await world.expectSame({ 'mine.txt': 'mine' });
  });

  it('wrong account signs in: refused, nothing of the two is mixed, the right one goes on', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    await laptop.write('ann.txt', 'of Ann');
    await world.settle();
    const bob = world.newDevice('bob');
    await bob.start();
    await bob.signUp('bob@example.com');
    await bob.addFolder();
    await bob.write('bob.txt', 'of Bob');
    await bob.sync();
    await laptop.call('account.signOut', {});
    const asBob = { server: world.cloud.url, email: 'bob@example.com', password: PASSWORD, deviceName: laptop.name };
    await expect(laptop.call('account.signIn', asBob)).rejects.toMatchObject({ code: 'wrong_account' });
    await laptop.write('still Ann.txt', 'still of Ann');
    expect(await laptop.tree()).toEqual({ 'ann.txt': 'of Ann', 'still Ann.txt': 'still of Ann' });
    expect(await bob.tree()).toEqual({ 'bob.txt': 'of Bob' });
    await laptop.signIn();
    await world.settle(laptop, desktop);
    expect(await desktop.tree()).toEqual({ 'ann.txt': 'of Ann', 'still Ann.txt': 'still of Ann' });
    await bob.sync();
    expect(await bob.tree()).toEqual({ 'bob.txt': 'of Bob' });
  });
});

describe.concurrent('Life: in the middle of a cycle', () => {
  it.each(['pause', 'resume'] as const)(
    '%s in mid-cycle: nothing is sent meanwhile, all of it afterwards, and nothing twice',
    async (what) => {
      await using opened = await worldOf('laptop', 'desktop');
      const { world } = opened;
      const [laptop] = opened.devices;
      for (let index = 0; index < 20; index += 1) await laptop.write(`file ${index}.bin`, someBytes(150_000, index));
      let stores = 0;
      laptop.traffic.before = async (call) => {
        if (call !== 'store') return;
        stores += 1;
        if (stores !== 2) return;
        await laptop.call('sync.pause', { until: null });
        if (what === 'resume') await laptop.call('sync.resume', {});
      };
      await laptop.sync().catch(() => undefined);
      if (what === 'pause') {
        const { entries } = await laptop.traffic.cost(() => pause(300));
        expect(entries).toEqual([]);
        await laptop.call('sync.resume', {});
      }
      await laptop.sync();
      await world.settle();
      expect(Object.keys(await world.expectSame())).toHaveLength(20);
      const names = laptop.traffic.entries.map((entry) => 'name' in entry && entry.name);
      expect(new Set(names).size).toBe(names.length);
    },
  );

  it('remove in mid-cycle: what was under way ends clean, and all is there after it is added again', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    for (let index = 0; index < 20; index += 1) await laptop.write(`file ${index}.bin`, someBytes(150_000, index));
    await laptop.sync();
    let removed: Promise<unknown> | undefined;
    desktop.traffic.before = (call) => {
      if (call === 'fetch') removed ??= desktop.call('folder.remove', { path: desktop.folder });
    };
    await desktop.sync().catch(() => undefined);
    await removed;
    desktop.traffic.before = () => undefined;
    await world.expectNoTemporaryFiles();
    await desktop.addFolder();
    await world.settle();
    expect(Object.keys(await world.expectSame())).toHaveLength(20);
    expect(await desktop.conflicts()).toEqual([]);
  });

  it('failed paths stay scheduled: what could not be read is tried again by itself, nobody says a word', async () => {
    await using world = await World.open();
    const laptop = await world.device('laptop', { live: true });
    const desktop = await world.device('desktop');
    let failures = 0;
    laptop.disk.before = (call, [path]) => {
      const failing = failures < 3 && (call === 'cut' || call === 'cutMany' || call === 'readMany');
      if (!failing) return;
      failures += 1;
      throw new DiskFault('failed', String(path));
    };
    await laptop.write('stubborn.bin', someBytes(3 * MB, 3));
    await until('it went up by itself', async () => (await desktop.cloudNodes()).has('stubborn.bin'), 40_000);
    expect(failures).toBe(3);
    expect(await laptop.issues()).toEqual([]);
  });

  it('bursts: a thousand files at once go up in few requests, and come down', async () => {
    await using world = await World.open();
    const laptop = await world.device('laptop', { live: true });
    const desktop = await world.device('desktop');
    const cost = await laptop.traffic.cost(async () => {
      await Promise.all(Array.from({ length: 1000 }, (_, index) => laptop.write(`Burst ${index % 7}/file ${index}.txt`, `burst ${index}`)));
      await laptop.sync();
    });
    expect(cost.entries.filter(({ op }) => op === 'put').length, 'each once').toBe(1000);
    expect(cost.calls.commit ?? 0).toBeLessThan(60);
    await desktop.sync();
    expect(Object.keys(await desktop.tree()).filter((path) => !path.endsWith('/'))).toHaveLength(1000);
  });

  it('clock jumps of a day forth and back in mid-work decide nothing and stop nothing', async () => {
    await using world = await World.open();
    const laptop = await world.device('laptop', { live: true });
    const desktop = await world.device('desktop', { live: true });
    await laptop.write('note.txt', 'first');
    await until('the note', () => desktop.exists('note.txt'));
    for (const [index, jump] of [dayMs, -dayMs, -40 * dayMs, hourMs].entries()) {
      laptop.skewMs = jump;
      await (index % 2 === 0 ? laptop : desktop).write('note.txt', `after jump ${index}`);
      const reads = (device: Device): Promise<string> => device.read('note.txt').catch(() => '(not there)');
      const said = `after jump ${index}`;
      await until(said, async () => (await reads(laptop)) === said && (await reads(desktop)) === said);
    }
    await world.settle();
    await world.expectSame({ 'note.txt': 'after jump 3' });
  });
});

describe.concurrent('Life: tokens', () => {
  it('token refresh races: when all requests are refused at once, one new token serves them all', async () => {
    await using opened = await worldOf('laptop', 'desktop');
    const { world } = opened;
    const [laptop, desktop] = opened.devices;
    for (let index = 0; index < 30; index += 1) await laptop.write(`file ${index}.bin`, someBytes(100_000, index));
    // Every token of before has run out, and no clock of a device knows.
    world.cloud.skewMs += 2 * hourMs;
    await Promise.all([laptop.sync(), laptop.call('account.show', {}), laptop.call('quota.show', {}), laptop.call('devices.list', {})]);
    await world.settle();
    expect(Object.keys(await world.expectSame())).toHaveLength(30);
    for (const device of [laptop, desktop]) expect((await device.call('status.snapshot', {})).state).toBe('up_to_date');
  });

  it('token refresh races: a new token whose reply got lost signs nobody out', async () => {
    await using world = await World.open();
    await using proxy = await Proxy.start(world.cloud.url, new SeededRandom(9));
    const laptop = await world.device('laptop', { server: proxy.url });
    await laptop.write('one.txt', 'one');
    await laptop.sync();
    for (let round = 0; round < 3; round += 1) {
      world.cloud.skewMs += 2 * hourMs;
      proxy.weather = 'lost_answer';
      proxy.cutAll();
      await laptop.write(`round ${round}.txt`, 'written');
      await laptop.sync().catch(() => undefined);
      proxy.weather = 'calm';
      proxy.cutAll();
      await laptop.syncOnceFree();
    }
    expect((await laptop.call('account.show', {})).label).toBe('ann@example.com');
    expect((await laptop.cloudNodes()).size).toBe(4);
  });
});

describe('key ring missing, locked, denied', () => {
  const rings = [
    ['missing', "Couldn't access platform storage: Secret Service: no result found", 'key_ring_unavailable'],
    ['locked', "Couldn't access platform storage: Secret Service: unlock prompt was dismissed", 'key_ring_locked'],
    ['locked', 'User interaction is not allowed.', 'key_ring_locked'],
    ['denied', 'org.freedesktop.DBus.Error.AccessDenied: the service refused', 'key_ring_denied'],
    ['denied', 'The user name or passphrase you entered is not correct: authorization failed', 'key_ring_denied'],
  ] as const;

  it.each(rings)('key ring %s (%s): said in words of its own, before anyone is signed in', async (_, words, code) => {
    const open = (): KeyringEntry => ({
      getPassword: () => Promise.resolve(null),
      setPassword: () => Promise.reject(new Error(words)),
      deletePassword: () => Promise.resolve(false),
    });
    const opening = openKeyringSecretStore('/profile', () => Promise.resolve(open));
    await expect(opening).rejects.toMatchObject({ code, params: { detail: words } });
  });
});
