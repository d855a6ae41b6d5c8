import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openLog } from './log.ts';
import { scrub } from './scrub.ts';

it('hides secrets by the name of their field, however deep, and by their look', () => {
  const fields = {
    path: '/home/li/report.docx',
    password: 'pw-1',
    session: { refreshToken: 'rt-2', headers: { Authorization: 'Bearer at-3-at-3-at-3' }, list: [{ bootstrapSecret: 'bs-4' }] },
    url: 'http://127.0.0.1:9/#code=one-5',
    error: new Error('refused: Bearer at-6-at-6-at-6', { cause: new Error('token=tk-7&token=tk-8 ?token=tk-9') }),
  };
  const text = JSON.stringify(scrub(fields));
  for (const secret of ['pw-1', 'rt-2', 'at-3', 'bs-4', 'one-5', 'at-6', 'tk-9']) expect(text).not.toContain(secret);
  expect(text).toContain('/home/li/report.docx');
});

it('shows the codes of errors, and no others', () => {
  const of = (code: unknown): unknown => (scrub({ code }) as { code: unknown }).code;
  expect(['rate_limited', 'usage', 'ENOSPC', null].map(of)).toEqual(['rate_limited', 'usage', 'ENOSPC', null]);
  for (const code of ['123456', 123_456, '4/0AX4XfWhTQ', 'SplxlOBeZQQYbYS6WxSbIA', 'a'.repeat(43)]) expect(of(code)).toBe('[hidden]');
});

it('writes what was logged to the folder, without secrets', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tm-log-'));
  try {
    const log = await openLog(folder);
    log.warn('a call failed', { method: 'account.signIn', password: 'hunter22' });
    log.error('to http://x/?token=abcdef');
    await log.close();
    const files = await readdir(folder);
    const text = (await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')))).join('');
    expect(text).toContain('"method":"account.signIn"');
    expect(text).toContain('[hidden]');
    expect(text).not.toMatch(/hunter22|abcdef/);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
