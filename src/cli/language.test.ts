import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { errorLine } from '../contract/index.ts';
import { run } from './index.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tm-language-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function said(env: Record<string, string>, ...args: readonly string[]): Promise<{ readonly out: string; readonly err: string }> {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const io = { stdin, stdout, stderr, env, signal: new AbortController().signal };
  await run([...args, '--profile', join(folder, 'profile'), '--secret-store', 'file'], io);
  const read = (stream: PassThrough): string => (stream.read() as Buffer | null)?.toString() ?? '';
  return { out: read(stdout), err: read(stderr) };
}

const stopped = { code: 'engine_not_running', params: {} } as const;
const unknown = { code: 'folder_unknown', params: { path: '/nowhere' } } as const;

it.each([
  [{ LANG: 'zh_TW.UTF-8' }, 'zh-Hant'],
  [{ LANG: 'zh_CN.UTF-8' }, 'zh-Hans'],
  [{ LANG: 'zh_CN.UTF-8', LC_ALL: 'en_GB.UTF-8' }, 'en'],
  [{ LANG: 'C' }, 'en'],
  [{}, 'en'],
] as const)('what is wrong is said as %j has it', async (env, locale) => {
  expect((await said(env, 'stop')).err).toBe(`tidemark: ${errorLine(stopped, locale)} [engine_not_running]\n`);
});

it('the setting counts before the system, and scripts read the same in any language', async () => {
  const remove = ['folder', 'remove', '/nowhere'] as const;
  expect((await said({ LANG: 'zh_TW.UTF-8' }, ...remove)).err).toContain(errorLine(unknown, 'zh-Hant'));
  await said({}, 'settings', 'set', 'language', 'zh-Hans');
  const { out, err } = await said({ LANG: 'zh_TW.UTF-8' }, ...remove, '--json');
  expect(err).toContain(errorLine(unknown, 'zh-Hans'));
  expect(JSON.parse(out)).toMatchObject({ error: { problem: expect.stringContaining('/nowhere') as string, code: 'folder_unknown' } });
  expect(out).toContain(errorLine(unknown, 'en').slice(0, 10));
}, 60_000);
