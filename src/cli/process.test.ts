import { mkdir, mkdtemp, readFile, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Running, start, tidemark, transcript } from './testing/tidemark.ts';

const email = 'li@example.org';
const password = 'correct horse battery';

let folder: string;
let cloud: Running;
let server: string;
const running: Running[] = [];

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'tm-cli-')));
  cloud = start(['cloud', 'serve', '--data', join(folder, 'cloud'), '--json']);
  const first = await cloud.next();
  expect(first).toMatchObject({ event: 'listening', url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) });
  server = String(first['url']);
}, 60_000);
afterAll(async () => {
  for (const process of [...running, cloud]) process.child.kill('SIGTERM');
  await Promise.all([...running, cloud].map((process) => process.ended));
  await rm(folder, { recursive: true, force: true });
}, 60_000);

async function device(name: string): Promise<{ profile: string; files: string }> {
  const files = join(folder, name, 'files');
  await mkdir(files, { recursive: true });
  return { profile: join(folder, name, 'profile'), files };
}
const sign = (how: 'sign-up' | 'sign-in', profile: string, stdin = `${password}\n`, at = server) =>
  tidemark([how, '--server', at, '--email', email, '--password-stdin', '--json'], { profile, stdin });

describe('two devices, command after command, without a running engine', () => {
  it('are the same after sync --wait', async () => {
    const one = await device('one');
    const two = await device('two');
    const up = await sign('sign-up', one.profile);
    expect([up.exit, up.json()['label']], up.err).toEqual([0, email]);
    expect((await tidemark(['folder', 'add', one.files], { profile: one.profile })).exit).toBe(0);
    await mkdir(join(one.files, '季度', 'deep'), { recursive: true });
    await writeFile(join(one.files, '季度', 'deep', '报告.docx'), 'from one');
    const first = await tidemark(['sync', '--wait', '--json'], { profile: one.profile });
    expect([first.exit, first.json()['issues']], first.err).toEqual([0, 0]);

    expect((await sign('sign-in', two.profile)).exit).toBe(0);
    expect((await tidemark(['folder', 'add', two.files], { profile: two.profile })).exit).toBe(0);
    expect((await tidemark(['sync', '--wait'], { profile: two.profile })).exit).toBe(0);
    expect(await readFile(join(two.files, '季度', 'deep', '报告.docx'), 'utf8')).toBe('from one');

    await writeFile(join(two.files, '季度', 'deep', '报告.docx'), 'from two, later');
    expect((await tidemark(['sync', '--wait'], { profile: two.profile })).exit).toBe(0);
    // Without a running engine and without --wait a sync stays until it is done, and says so.
    const plainSync = await tidemark(['sync'], { profile: one.profile });
    expect([plainSync.exit, plainSync.err]).toEqual([0, expect.stringContaining('No engine is running')]);
    expect(await readFile(join(one.files, '季度', 'deep', '报告.docx'), 'utf8')).toBe('from two, later');

    const versions = await tidemark(['versions', join(one.files, '季度', 'deep', '报告.docx'), '--json'], { profile: one.profile });
    expect(versions.json()['versions'], versions.err).toHaveLength(2);
    const devices = await tidemark(['devices', 'list', '--json'], { profile: one.profile });
    expect(devices.json()['devices']).toHaveLength(2);
    const again = await tidemark(['exclude', 'remove', '季度'], { profile: one.profile });
    expect([again.exit, again.out], again.err).toEqual([0, expect.stringContaining('was not excluded')]);
  }, 120_000);

  it('undo what the other did, say what was done, and undo that too', async () => {
    const { profile, files } = await device('one');
    const file = join(files, '季度', 'deep', '报告.docx');
    const shown = await tidemark(['activity'], { profile });
    expect(shown.out).toMatch(/^ID +WHEN +WHAT +SIZE +UNDO +PATH\n(\d+) .* updated here .* until \d{4}-\d{2}-\d{2} /);
    const id = /^(\d+) .*updated here/m.exec(shown.out)?.[1] ?? '';
    const undone = await tidemark(['undo', id], { profile });
    expect([undone.exit, undone.out], undone.err).toEqual([0, expect.stringContaining('has its earlier content again')]);
    expect(await readFile(file, 'utf8')).toBe('from one');
    const twice = await tidemark(['undo', id, '--json'], { profile });
    expect([twice.exit, twice.json()['error']]).toEqual([3, expect.objectContaining({ code: 'undo_done' })]);
    const rows = (await tidemark(['activity', '--json'], { profile })).json()['rows'] as { id: number; undoes: number | null }[];
    const line = rows.find(({ undoes }) => undoes === Number(id));
    const again = await tidemark(['undo', String(line?.id), id], { profile });
    expect([again.exit, again.out]).toEqual([3, expect.stringMatching(/^\d+: .* earlier content again[^]*not undone\..*\[undo_done\]/)]);
    expect(await readFile(file, 'utf8')).toBe('from two, later');
    const trash = await tidemark(['trash', 'list', '--here', '--json'], { profile });
    const here = trash.json()['here'] as { id: number; path: string }[];
    expect(here).toMatchObject([{ path: '季度/deep/报告.docx', why: 'replaced' }]);
    const restored = await tidemark(['trash', 'restore', String(here[0]?.id)], { profile });
    expect([restored.exit, restored.out], restored.err).toEqual([0, expect.stringContaining('报告 (2).docx')]);
    expect((await tidemark(['undo', 'x'], { profile })).exit).toBe(2);
  }, 120_000);

  it('share one engine when two commands run on one profile at a time', async () => {
    const { profile } = await device('one');
    const outcomes = await Promise.all([
      tidemark(['sync', '--wait', '--json'], { profile }),
      tidemark(['sync', '--wait', '--json'], { profile }),
      tidemark(['quota', '--json'], { profile }),
      tidemark(['status', '--json'], { profile }),
    ]);
    expect(outcomes.map((outcome) => [outcome.exit, outcome.err])).toEqual(outcomes.map((outcome) => [0, outcome.err]));
    expect(outcomes[2].json()).toMatchObject({ plan: 'free' });
  }, 120_000);
});

describe('while the cloud is away', () => {
  it('this device tells what it knows: its trash, and that a file has no version yet', async () => {
    const lost = start(['cloud', 'serve', '--data', join(folder, 'lost cloud'), '--json']);
    const { profile, files } = await device('alone');
    const up = await sign('sign-up', profile, undefined, String((await lost.next())['url']));
    expect(up.exit, up.err).toBe(0);
    expect((await tidemark(['folder', 'add', files], { profile })).exit).toBe(0);
    expect((await tidemark(['sync', '--wait'], { profile })).exit).toBe(0);
    lost.child.kill('SIGTERM');
    await lost.ended;
    const trash = await tidemark(['trash', 'list'], { profile });
    expect([trash.exit, trash.out, trash.err]).toEqual([5, 'The trash of this device is empty.\n', expect.stringContaining('--here')]);
    await writeFile(join(files, 'unsent.txt'), 'new');
    const versions = await tidemark(['versions', join(files, 'unsent.txt')], { profile });
    expect([versions.exit, versions.out], versions.err).toEqual([0, 'There is no version in the cloud yet.\n']);
  }, 120_000);
});

describe('a running engine', () => {
  it('is ready in its first line, answers commands, shows its UI, and ends with exit code 0', async () => {
    const { profile } = await device('one');
    const engine = start(['start', '--json'], { profile });
    running.push(engine);
    expect(await engine.next()).toMatchObject({ event: 'ready', profile });
    const status = await tidemark(['status', '--json'], { profile });
    expect([status.exit, status.json()['account']], status.err).toEqual([0, expect.objectContaining({ label: email })]);
    const second = await tidemark(['start'], { profile });
    expect([second.exit, second.err]).toEqual([2, expect.stringMatching(/^tidemark: .*\[profile_in_use\]\n$/)]);
    expect((await tidemark(['sync', '--json'], { profile })).json()).toEqual({ waited: false });
    const watching = start(['status', '--watch', '--json'], { profile });
    expect(await watching.next()).toMatchObject({ event: 'status' });
    watching.child.kill('SIGINT');
    expect((await watching.ended).exit).toBe(0);
    const stop = await tidemark(['stop', '--json'], { profile });
    expect([stop.exit, stop.json()]).toEqual([0, { stopped: true }]);
    expect((await engine.ended).exit).toBe(0);
    const again = await tidemark(['stop'], { profile });
    expect([again.exit, again.err]).toEqual([1, expect.stringContaining('[engine_not_running]')]);
  }, 120_000);

  it('follows files while it runs, and ends on SIGTERM', async () => {
    const one = await device('one');
    const two = await device('two');
    const engines = [
      start(['start', '--json'], { profile: one.profile }),
      start(['start', '--json', '--folder', two.files], { profile: two.profile }),
    ];
    running.push(...engines);
    await Promise.all(engines.map((engine) => engine.next()));
    await writeFile(join(one.files, 'live.txt'), 'live');
    await expect.poll(() => readFile(join(two.files, 'live.txt'), 'utf8').catch(() => ''), { timeout: 60_000 }).toBe('live');
    for (const engine of engines) engine.child.kill('SIGTERM');
    expect((await Promise.all(engines.map((engine) => engine.ended))).map((outcome) => outcome.exit)).toEqual([0, 0]);
  }, 120_000);
});

describe('refusals', () => {
  it.each([
    ['a folder that does not exist', (d: { files: string }) => ['folder', 'add', join(d.files, 'none')], 2, 'folder_missing'],
    ['a file as a folder', (d: { files: string }) => ['folder', 'add', join(d.files, 'file')], 2, 'folder_not_a_folder'],
    ['an account without sign-in', () => ['account', 'show'], 4, 'not_signed_in'],
    ['a setting that there is not', () => ['settings', 'set', 'nope', '1'], 2, 'usage'],
    ['a value that a setting cannot have', () => ['settings', 'set', 'upload.limitKiBps', 'fast'], 2, 'invalid_request'],
    ['an answer that is none', () => ['questions', 'answer', 'q', 'burn'], 2, 'invalid_request'],
  ] as const)(
    '%s',
    async (_, args, exit, code) => {
      const fresh = await device('fresh');
      await writeFile(join(fresh.files, 'file'), '');
      const outcome = await tidemark([...args(fresh), '--json'], { profile: fresh.profile });
      expect([outcome.exit, outcome.json()], outcome.err).toEqual([
        exit,
        { error: expect.objectContaining({ code, problem: expect.any(String) }) },
      ]);
      expect(
        outcome.err
          .trimEnd()
          .split('\n')
          .filter((line) => line.startsWith('tidemark: ')),
      ).toHaveLength(1);
    },
    60_000,
  );

  it('a wrong password, a cloud that is not there, and one that is none', async () => {
    const fresh = await device('stranger');
    const wrong = await sign('sign-in', fresh.profile, 'wrong password\n');
    expect([wrong.exit, wrong.json()]).toEqual([4, { error: expect.objectContaining({ code: 'invalid_credentials' }) }]);
    const other = createServer((_, response) => response.end('<h1>It works</h1>'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    const notTidemark = await sign('sign-in', fresh.profile, `${password}\n`, address);
    expect([notTidemark.exit, notTidemark.json()]).toEqual([5, { error: expect.objectContaining({ code: 'not_tidemark' }) }]);
    await new Promise((resolve) => other.close(resolve));
    const nobody = await sign('sign-in', fresh.profile, `${password}\n`, address);
    expect([nobody.exit, nobody.json()]).toEqual([5, { error: expect.objectContaining({ code: 'cloud_unreachable' }) }]);
    const insecure = await sign('sign-in', fresh.profile, `${password}\n`, 'http://192.0.2.1');
    expect([insecure.exit, insecure.json()]).toEqual([2, { error: expect.objectContaining({ code: 'cloud_insecure' }) }]);
  }, 60_000);

  it('passwords that are empty, many lines, or not a password at all', async () => {
    const fresh = await device('stranger');
    for (const stdin of ['', '\n', 'a\nb\n', 'x'.repeat(10_000)]) expect((await sign('sign-in', fresh.profile, stdin)).exit).toBe(2);
  }, 60_000);

  it('a port and a data folder in use, a key that is gone, a key among the data', async () => {
    const port = new URL(server).port;
    const taken = await tidemark(['cloud', 'serve', '--data', join(folder, 'other'), '--port', port]);
    expect([taken.exit, taken.err]).toEqual([2, expect.stringContaining('[port_in_use]')]);
    expect((await readdir(folder)).filter((name) => name.startsWith('other'))).toEqual([]);
    const same = await tidemark(['cloud', 'serve', '--data', join(folder, 'cloud')]);
    expect([same.exit, same.err]).toEqual([2, expect.stringContaining('[data_in_use]')]);
    const other = start(['cloud', 'serve', '--data', join(folder, 'other'), '--json']);
    await other.next();
    other.child.kill('SIGTERM');
    await other.ended;
    await rm(join(folder, 'other.key'));
    const keyless = await tidemark(['cloud', 'serve', '--data', join(folder, 'other')]);
    expect([keyless.exit, keyless.err]).toEqual([2, expect.stringContaining('[server_key_missing]')]);
    const inside = await tidemark(['cloud', 'serve', '--data', join(folder, 'third'), '--key-file', join(folder, 'third', 'key')]);
    expect([inside.exit, inside.err]).toEqual([2, expect.stringContaining('[server_key_inside_data]')]);
    const open = await tidemark(['cloud', 'serve', '--data', join(folder, 'fourth'), '--host', '0.0.0.0']);
    expect([open.exit, open.err]).toEqual([2, expect.stringContaining('[host_not_loopback]')]);
    const elsewhere = await tidemark(['cloud', 'serve', '--data', join(folder, 'fourth'), '--host', '192.0.2.1', '--behind-proxy']);
    expect([elsewhere.exit, elsewhere.err]).toEqual([2, expect.stringContaining('192.0.2.1 is not an address of this machine')]);
    // Nothing is left of what was refused.
    expect((await readdir(folder)).filter((name) => /^(third|fourth)/.test(name))).toEqual([]);
  }, 60_000);
});

it('no password and no token is in what commands print or log', async () => {
  const texts = [...transcript];
  for (const name of await readdir(folder, { recursive: true })) {
    if (name.includes('/logs/')) texts.push(await readFile(join(folder, name), 'utf8'));
  }
  expect(texts.length).toBeGreaterThan(20);
  for (const text of texts) {
    expect(text).not.toContain(password);
    expect(text).not.toMatch(/refreshToken|accessToken|bootstrapSecret/);
  }
});
