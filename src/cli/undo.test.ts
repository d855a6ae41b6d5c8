import { access, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { run } from './index.ts';
import { type Device, devicesOfOneCloud } from './testing/devices.ts';

const signedIn = devicesOfOneCloud('undo');

async function device(name: string, how: 'sign-up' | 'sign-in'): Promise<Device> {
  const made = await signedIn(name, how);
  expect((await made.run('folder', 'add', made.files)).exit).toBe(0);
  return made;
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** As a person at a terminal who answers so. */
async function typed({ profile }: Device, answer: string, ...args: readonly string[]): Promise<{ exit: number; out: string; err: string }> {
  const stdin = Object.assign(new PassThrough(), { isTTY: true });
  const [stdout, stderr] = [new PassThrough(), Object.assign(new PassThrough(), { isTTY: true })];
  stdin.end(answer);
  const io = { stdin, stdout, stderr, env: {}, signal: new AbortController().signal };
  const exit = await run([...args, '--profile', profile, '--secret-store', 'file'], io);
  const read = (stream: PassThrough): string => (stream.read() as Buffer | null)?.toString() ?? '';
  return { exit, out: read(stdout), err: read(stderr) };
}

it('an undo that deletes asks on a terminal, says what goes where, and needs --yes elsewhere', async () => {
  const one = await device('one', 'sign-up');
  const two = await device('two', 'sign-in');
  await mkdir(join(two.files, 'docs'));
  await writeFile(join(two.files, 'docs', 'new.txt'), 'new');
  expect((await two.run('sync', '--wait')).exit).toBe(0);
  expect((await one.run('sync', '--wait')).exit).toBe(0);
  const file = join(one.files, 'docs', 'new.txt');
  const lineOf = async (pattern: RegExp): Promise<string> => pattern.exec((await one.run('activity')).out)?.[1] ?? '';
  const arrived = await lineOf(/^(\d+) .* deletes it, until .* docs\/new\.txt$/m);

  const script = await one.run('undo', arrived);
  expect([script.exit, script.err]).toEqual([7, '']);
  expect(script.out).toMatch(
    /^Nothing was undone\.\nThis deletes 1 item, here, in the cloud and on the other devices:\n {2}docs\/new\.txt\n/,
  );
  expect(script.out).toMatch(/trash of this device and .* of the cloud, .* 30 days/);
  expect(script.out).toContain(`tidemark undo ${arrived} --yes`);
  const json = await one.run('undo', arrived, '--json');
  const command = `tidemark undo ${arrived} --yes`;
  expect([json.exit, json.json()]).toEqual([7, { results: [], deletes: [expect.objectContaining({ path: 'docs/new.txt' })], command }]);
  for (const answer of ['n\n', '\n', 'yesterday\n', '']) {
    const asked = await typed(one, answer, 'undo', arrived);
    expect([asked.exit, asked.err], answer).toEqual([7, expect.stringMatching(/docs\/new\.txt[^]*Delete it\? \[y\/N\] $/)]);
  }
  // Whoever reads the document of --json is no person, whatever the terminal.
  expect(await typed(one, 'y\n', 'undo', arrived, '--json')).toMatchObject({ exit: 7, err: '' });
  expect(await isThere(file)).toBe(true);

  const asked = await typed(one, 'y\n', 'undo', arrived);
  expect([asked.exit, asked.out]).toEqual([0, expect.stringContaining('is in the trash of this device')]);
  expect(await isThere(file)).toBe(false);
  // To bring it back takes nothing away; to undo that again does.
  const back = await lineOf(/^(\d+) .* docs\/new\.txt$/m);
  expect((await one.run('undo', back)).exit).toBe(0);
  expect(await isThere(file)).toBe(true);
  const redo = await lineOf(/^(\d+) .* deletes it, until .* docs\/new\.txt$/m);
  expect((await one.run('undo', redo)).exit).toBe(7);
  expect(await isThere(file)).toBe(true);
  expect((await one.run('undo', redo, '--yes')).exit).toBe(0);
  expect(await isThere(file)).toBe(false);
  expect((await one.run('undo', '9999')).exit).toBe(2);
}, 120_000);

it('what cannot be undone is refused before anybody is asked', async () => {
  const one = await device('three', 'sign-in');
  const two = await device('four', 'sign-in');
  expect((await two.run('sync', '--wait')).exit).toBe(0);
  await writeFile(join(two.files, 'plan.txt'), 'plan');
  expect((await two.run('sync', '--wait')).exit).toBe(0);
  expect((await one.run('sync', '--wait')).exit).toBe(0);
  await writeFile(join(one.files, 'plan.txt'), 'a better plan');
  const arrived = /^(\d+) .* deletes it, until .* plan\.txt$/m.exec((await one.run('activity')).out)?.[1] ?? '';
  const asked = await typed(one, 'y\n', 'undo', arrived);
  expect([asked.exit, asked.out, asked.err]).toEqual([3, '', expect.stringContaining('[undo_changed]')]);
  expect(asked.err).not.toContain('[y/N]');
  const script = await one.run('undo', arrived);
  expect([script.exit, script.out, script.err]).toEqual([3, '', expect.stringContaining('[undo_changed]')]);
  expect(await isThere(join(one.files, 'plan.txt'))).toBe(true);
}, 120_000);
