import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pageFile, servePage } from './app-pages.ts';

let base: string;
let pages: string;
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'tm-pages-'));
  pages = join(base, 'pages');
  await mkdir(join(pages, 'assets'), { recursive: true });
  await writeFile(join(pages, 'index.html'), '<!doctype html>');
  await writeFile(join(pages, 'assets', 'a.js'), 'export {};');
  await writeFile(join(base, 'secret.html'), 'outside');
  await writeFile(join(pages, 'state.db'), 'inside, but no page');
});
afterEach(() => rm(base, { recursive: true, force: true }));

const get = (url: string, method = 'GET'): Promise<Response> => servePage(pages, { url, method });

describe('pages of the window', () => {
  it('come with their type and a policy without network', async () => {
    const page = await get('app://tidemark/index.html#/files');
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; script-src 'self'; style-src 'self';.*connect-src 'none'/,
    );
    expect((await get('app://tidemark/assets/a.js?v=1')).headers.get('content-type')).toContain('text/javascript');
  });

  it.each([
    'app://tidemark/../secret.html',
    'app://tidemark/%2e%2e/secret.html',
    'app://tidemark/assets/..%2f..%2fsecret.html',
    'app://tidemark/..%5csecret.html',
    'app://tidemark//etc/passwd.html',
    'app://tidemark/index.html%00.js',
    'app://tidemark/C:/secret.html',
    'app://tidemark/%zz.html',
    'app://tidemark/.env',
    'app://tidemark/state.db',
    'app://elsewhere/index.html',
    'https://tidemark/index.html',
    'app://tidemark/',
  ])('are nothing else: %s', async (url) => {
    const answer = await get(url);
    expect(answer.status).toBe(404);
    expect(await answer.text()).toBe('');
  });

  it('stay in their folder whatever the address', () => {
    expect(pageFile(pages, 'app://tidemark/assets/a.js')).toBe(join(pages, 'assets', 'a.js'));
    expect(pageFile(pages, 'app://tidemark/assets/../../secret.html')).not.toBe(join(base, 'secret.html'));
  });

  it('are only read', async () => {
    expect((await get('app://tidemark/index.html', 'POST')).status).toBe(404);
  });
});
