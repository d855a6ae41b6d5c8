import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { firstRun, goTo, treeLine } from './steps.ts';

interface Answer {
  readonly ok: boolean;
  readonly value?: { readonly pid: number };
  readonly error?: { readonly code: string; readonly params: Readonly<Record<string, unknown>> };
}

/** What a page that has been taken over could try. */
const callBridge = (page: Page, method: string, params: object): Promise<Answer> =>
  page.evaluate(
    ([name, body]) =>
      (window as unknown as { tidemark: { call(method: string, params: object): Promise<Answer> } }).tidemark.call(name, body),
    [method, params] as const,
  );

const runs = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

test('an engine that is killed comes back by itself, and the window goes on', async ({ device }) => {
  const { page, folder } = device;
  await firstRun(device);
  await expect(page.getByRole('heading', { name: 'Everything is up to date' })).toBeVisible({ timeout: 40_000 });
  const before = (await callBridge(page, 'engine.info', {})).value?.pid ?? 0;
  process.kill(before, 'SIGKILL');
  await expect(page.getByText('The connection to Tidemark was lost.')).toBeVisible();
  await expect(page.getByText('The connection to Tidemark was lost.')).toHaveCount(0, { timeout: 30_000 });
  await expect.poll(async () => (await callBridge(page, 'engine.info', {})).value?.pid).not.toBe(before);
  await writeFile(join(folder, 'after.docx'), 'written after the fall');
  await goTo(page, 'Files');
  await expect(treeLine(page, 'after.docx', 'Synced')).toBeVisible({ timeout: 40_000 });

  const engine = (await callBridge(page, 'engine.info', {})).value?.pid ?? 0;
  expect(runs(engine)).toBe(true);
  await device.quit();
  await expect.poll(() => runs(engine), { message: 'the engine ends with the app' }).toBe(false);
});

test('a page can do nothing but what the bridge offers', async ({ device }) => {
  const { page, work } = device;
  await expect(page.getByRole('heading', { name: 'Choose your language' })).toBeVisible();
  expect(await callBridge(page, 'engine.stop', {})).toMatchObject({ ok: false, error: { code: 'invalid_request' } });
  expect(await callBridge(page, 'folder.add', { path: work })).toMatchObject({
    ok: false,
    error: { code: 'invalid_request', params: { field: 'path' } },
  });
  expect(await callBridge(page, 'files.list', { limit: 0 })).toMatchObject({ ok: false, error: { params: { field: 'limit' } } });

  const address = page.url();
  const tried = await page.evaluate(async () => {
    const fetched = await fetch('http://127.0.0.1:1/').then(
      () => 'fetched',
      () => 'refused',
    );
    const opened = window.open('https://example.org') === null ? 'refused' : 'opened';
    const granted = await Notification.requestPermission();
    window.location.href = 'https://example.org/';
    return { fetched, opened, granted, node: `${typeof Reflect.get(window, 'require')} ${typeof Reflect.get(window, 'process')}` };
  });
  expect(tried).toEqual({ fetched: 'refused', opened: 'refused', granted: 'denied', node: 'undefined undefined' });
  // Asked of the page itself: the driver still waits for a navigation that never comes.
  expect(await page.evaluate(() => [window.location.href, document.querySelector('h1')?.textContent])).toEqual([
    address,
    'Choose your language',
  ]);
});
