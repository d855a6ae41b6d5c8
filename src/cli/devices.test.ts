import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Device as Listed } from '../contract/index.ts';
import { oneCloud } from './testing/devices.ts';
import { type Outcome, start, tidemark } from './testing/tidemark.ts';

const premium = oneCloud('limit', () => ['--plan', 'premium']);
const free = oneCloud('devices');
const password = 'correct horse battery\n';

interface Hand {
  readonly profile: string;
  readonly files: string;
  readonly run: (...args: readonly string[]) => Promise<Outcome>;
  readonly sign: (how: 'sign-up' | 'sign-in', ...more: readonly string[]) => Promise<Outcome>;
}

async function hand(cloud: { readonly folder: string; readonly server: string }, name: string, email = 'li@example.org'): Promise<Hand> {
  const [profile, files] = [join(cloud.folder, name, 'profile'), join(cloud.folder, name, 'files')];
  await mkdir(files, { recursive: true });
  return {
    profile,
    files,
    run: (...args) => tidemark(args, { profile }),
    sign: (how, ...more) =>
      tidemark([how, '--server', cloud.server, '--email', email, '--password-stdin', '--device-name', name, '--json', ...more], {
        profile,
        stdin: password,
      }),
  };
}

const devicesOf = (answer: Outcome): Listed[] => answer.json()['devices'] as Listed[];

describe('a device that another one signs out', () => {
  it('stops within five seconds while it runs, keeps its files, says why, and goes on after signing in without sending anew', async () => {
    const [one, two] = [await hand(free, 'one'), await hand(free, 'two')];
    expect((await one.sign('sign-up')).exit).toBe(0);
    expect((await two.sign('sign-in')).exit).toBe(0);
    expect((await two.run('folder', 'add', two.files)).exit).toBe(0);
    await writeFile(join(two.files, 'report.txt'), 'kept');
    expect((await two.run('sync', '--wait')).exit).toBe(0);
    const listed = devicesOf(await one.run('devices', 'list', '--json'));
    expect(
      listed.find(({ name }) => name === 'two'),
      'a command that ends tells before',
    ).toMatchObject({
      sync: { state: 'up_to_date', waiting: 0, issues: 0 },
      place: { from: 'this_machine', network: null },
    });
    const engine = start(['start', '--json'], { profile: two.profile });
    await engine.next();
    const watching = start(['status', '--watch', '--json'], { profile: two.profile });
    while ((await watching.next())['state'] !== 'up_to_date');
    const id = listed.find(({ name }) => name === 'two')?.id ?? '';
    const out = await one.run('devices', 'sign-out', id);
    const since = performance.now();
    expect([out.exit, out.out], out.err).toEqual([0, 'The device is signed out; the files on it stay.\n']);
    let told = await watching.next();
    while (told['state'] !== 'error') told = await watching.next();
    expect(performance.now() - since).toBeLessThan(5000);
    expect(told['reason']).toMatchObject({ code: 'device_revoked', params: { device: 'one' } });
    const status = await two.run('status');
    expect(status.out).toContain('This device was signed out from another device: one.');
    expect((await two.run('sync', '--wait')).exit).toBe(4);
    expect(await readFile(join(two.files, 'report.txt'), 'utf8')).toBe('kept');
    expect((await two.sign('sign-in')).exit).toBe(0);
    const again = await two.run('sync', '--wait', '--json');
    expect([again.exit, again.json()], again.err).toEqual([0, expect.objectContaining({ uploaded: 0, downloaded: 0 })]);
    watching.child.kill('SIGINT');
    engine.child.kill('SIGTERM');
    await Promise.all([watching.ended, engine.ended]);
  }, 240_000);

  it('is renamed with a name that is one', async () => {
    const one = await hand(free, 'one');
    const [first] = devicesOf(await one.run('devices', 'list', '--json'));
    const bad = await one.run('devices', 'rename', first?.id ?? '', 'a\u202eb', '--json');
    expect([bad.exit, bad.json()['error']]).toEqual([2, expect.objectContaining({ code: 'invalid_request' })]);
    expect((await one.run('devices', 'rename', first?.id ?? '', 'Büro 🖥')).out).toBe('The device is now called Büro 🖥.\n');
    expect((await one.run('devices', 'list')).out).toMatch(
      /^ID +PLATFORM +VERSION +LAST SEEN +PLACE +SYNC +NAME\n.*machine of the cloud.*Büro 🖥/,
    );
  }, 60_000);
});

describe('a plan that takes one computer', () => {
  it('lists what to sign out, and does it with the sign-in, without a password again', async () => {
    const [old, fresh] = [await hand(premium, 'old'), await hand(premium, 'fresh')];
    expect((await old.sign('sign-up')).exit).toBe(0);
    const refused = await fresh.sign('sign-in');
    expect([refused.exit, refused.json()], refused.err).toEqual([
      7,
      expect.objectContaining({
        limit: 1,
        command: `tidemark sign-in --server ${premium.server} --device-name "fresh" --sign-out-device ID`,
      }),
    ]);
    expect(refused.out).not.toContain('tmc_');
    expect(await readFile(join(fresh.profile, 'secrets.json'), 'utf8')).toContain('tmc_');
    const [choice] = devicesOf(refused);
    expect(choice).toMatchObject({ name: 'old' });
    const chosen = ['sign-in', '--server', premium.server, '--device-name', 'fresh', '--sign-out-device'];
    const nobody = await fresh.run(...chosen, 'f'.repeat(32));
    expect([nobody.exit, nobody.out]).toEqual([7, expect.stringContaining('takes no more devices than 1')]);
    const done = await fresh.run(...chosen, choice?.id ?? '');
    expect([done.exit, done.out], done.err).toEqual([0, expect.stringContaining('Signed in as li@example.org')]);
    const out = await old.run('account', 'show');
    expect([out.exit, out.err]).toEqual([4, expect.stringContaining('another device: fresh. Sign in again')]);
    expect((await fresh.run('sign-out')).exit).toBe(0);
    const over = await fresh.run(...chosen, choice?.id ?? '');
    expect([over.exit, over.err]).toEqual([4, expect.stringContaining('[choice_over]')]);
  }, 240_000);
});

describe('a plan that takes fewer devices than there are', () => {
  it('lets one after the other be chosen, until the new one fits', async () => {
    const hands = await Promise.all(['first', 'second', 'late'].map((name) => hand(free, name, 'zhao@example.org')));
    const [first, second, late] = hands as [Hand, Hand, Hand];
    expect((await first.sign('sign-up')).exit).toBe(0);
    expect((await second.sign('sign-in')).exit).toBe(0);
    const smaller = await tidemark(['cloud', 'account', 'zhao@example.org', '--data', join(free.folder, 'cloud'), '--plan', 'premium']);
    expect(smaller.exit, smaller.err).toBe(0);
    const ids = devicesOf(await late.sign('sign-in')).map(({ id }) => id);
    expect(ids).toHaveLength(2);
    const choose = (id = ''): Promise<Outcome> => late.run('sign-in', '--server', free.server, '--sign-out-device', id);
    const one = await choose(ids[0]);
    expect([one.exit, one.out], one.err).toEqual([7, expect.stringMatching(/^(first|second) is signed out; there are still too many\.\n/)]);
    expect(one.out).not.toContain(ids[0]);
    const two = await choose(ids[1]);
    expect([two.exit, two.out], two.err).toEqual([0, expect.stringContaining('Signed in as zhao@example.org')]);
  }, 240_000);
});

describe('before a device is left', () => {
  it('what is not in the cloud is said, and goes there, elsewhere, or stays by the person’s word', async () => {
    const device = await hand(free, 'leaving', 'wu@example.org');
    const { files, run } = device;
    expect((await device.sign('sign-up')).exit).toBe(0);
    expect((await run('folder', 'add', files)).exit).toBe(0);
    expect((await run('account', 'unsent')).out).toBe('The cloud has everything.\n');
    await writeFile(join(files, 'new.txt'), 'not there yet');
    const unsent = await run('account', 'unsent');
    expect([unsent.exit, unsent.out]).toEqual([3, '1 file not uploaded yet (13 B):\n  new.txt  13 B\n']);
    for (const [args, again] of [
      [['sign-out'], 'tidemark sign-out'],
      [['folder', 'remove', files], `tidemark folder remove ${JSON.stringify(files)}`],
    ] as const) {
      const refused = await run(...args);
      expect([refused.exit, refused.out], refused.err).toEqual([7, expect.stringContaining(`${again} --copy-to DIR`)]);
      const asked = (await run(...args, '--json')).json();
      expect(asked['commands']).toEqual({ upload: `${again} --wait`, copy: `${again} --copy-to DIR`, goOn: `${again} --yes` });
      expect(asked['unsent']).toMatchObject({ counts: { upload: { files: 1, bytes: 13 } }, items: [{ path: 'new.txt', why: 'upload' }] });
    }
    expect((await run('account', 'show')).exit, 'nothing was done').toBe(0);
    const to = join(free.folder, 'stick');
    const copied = await run('folder', 'remove', files, '--copy-to', to);
    expect([copied.exit, copied.out], copied.err).toEqual([0, expect.stringContaining('1 file is in the copy (13 B), each checked.')]);
    expect(await readFile(join(to, 'new.txt'), 'utf8')).toBe('not there yet');
    expect((await run('folder', 'add', files, '--merge')).exit).toBe(0);
    const out = await run('sign-out', '--wait');
    expect([out.exit, out.out], out.err).toEqual([0, 'Signed out. Files on this device stay.\n']);
    expect((await device.sign('sign-in')).exit).toBe(0);
    expect((await run('account', 'unsent')).exit, 'it was uploaded first').toBe(0);
    await writeFile(join(files, 'newer.txt'), 'x');
    expect((await run('sign-out', '--yes')).exit).toBe(0);
    expect(await readFile(join(files, 'newer.txt'), 'utf8')).toBe('x');
  }, 300_000);

  it('a cloud that is away is told later, and the person how to do it elsewhere', async () => {
    const data = join(free.folder, 'away');
    let cloud = start(['cloud', 'serve', '--data', data, '--json']);
    const server = String((await cloud.next())['url']);
    const [one, two] = [await hand({ folder: data + '-', server }, 'one'), await hand({ folder: data + '-', server }, 'two')];
    expect((await one.sign('sign-up')).exit).toBe(0);
    expect((await two.sign('sign-in')).exit).toBe(0);
    cloud.child.kill('SIGTERM');
    await cloud.ended;
    const out = await one.run('sign-out');
    const id = /devices sign-out ([0-9a-f]{32})$/m.exec(out.out)?.[1];
    expect([out.exit, out.out], out.err).toEqual([0, expect.stringContaining('The cloud could not be told yet')]);
    expect((await one.run('account', 'show')).exit).toBe(4);
    cloud = start(['cloud', 'serve', '--data', data, '--port', new URL(server).port, '--json']);
    await cloud.next();
    expect(devicesOf(await two.run('devices', 'list', '--json')).map((device) => device.id)).toContain(id);
    const engine = start(['start', '--json'], { profile: one.profile });
    await engine.next();
    await expect
      .poll(async () => devicesOf(await two.run('devices', 'list', '--json')).map(({ name }) => name), { timeout: 20_000 })
      .toEqual(['two']);
    engine.child.kill('SIGTERM');
    cloud.child.kill('SIGTERM');
    await Promise.all([engine.ended, cloud.ended]);
  }, 240_000);
});
