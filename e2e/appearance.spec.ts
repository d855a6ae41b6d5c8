import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from './fixtures.ts';
import { expectAccessible, firstRun, goTo } from './steps.ts';

test('Chinese in the dark, large text, and colours that follow the system while the window is open', async ({ device }, info) => {
  const { page, folder } = device;
  await writeFile(join(folder, '会议记录.docx'), '一');
  await firstRun(device);
  await expect(page.getByRole('heading', { name: 'Everything is up to date' })).toBeVisible({ timeout: 40_000 });

  const html = page.locator('html');
  await page.emulateMedia({ colorScheme: 'light' });
  await expect(html).toHaveAttribute('data-theme', 'light');
  await page.emulateMedia({ colorScheme: 'dark' });
  await expect(html).toHaveAttribute('data-theme', 'dark');
  await expectAccessible(page);

  await goTo(page, 'Settings');
  await page.getByLabel('Language').selectOption({ label: '简体中文' });
  await expect(page.getByRole('heading', { level: 1, name: '设置' })).toBeVisible();
  await expect(html).toHaveAttribute('lang', 'zh-Hans');
  await page.getByRole('link', { name: '概览' }).click();
  await expect(page.getByRole('heading', { name: '全部已是最新' })).toBeVisible();
  await expect(page.getByText('国际版').last()).toBeVisible();
  await expectAccessible(page);
  await info.attach('overview in Chinese, dark', { body: await page.screenshot({ animations: 'disabled' }), contentType: 'image/png' });

  await page.evaluate(() => {
    document.documentElement.style.fontSize = '200%';
  });
  for (const place of ['概览', '动态', '文件', '问题', '设置']) {
    await page.getByRole('navigation').getByRole('link', { name: place }).click();
    await expect(page.getByRole('heading', { level: 1, name: place })).toBeVisible();
    const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(tooWide, `${place} at 200 % needs no sideways scrolling`).toBeLessThanOrEqual(0);
  }
  await info.attach('settings at 200 %', { body: await page.screenshot({ animations: 'disabled' }), contentType: 'image/png' });
});

test('what cannot be done is said in words, with a way out', async ({ device, shell }) => {
  test.skip(shell === 'electron', 'the dialog of the app offers only folders that exist');
  const { page, folder, work } = device;
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('radio', { name: 'On a server' }).check();
  await page.getByLabel('Address of the server').fill('cloud.example.org');
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(page.getByText('This is not an address.')).toBeVisible();
  await page.getByRole('radio', { name: 'On this computer' }).check();
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByLabel('E-mail').fill('mei.lin@example.org');
  await page.getByLabel('Password', { exact: true }).fill('short');
  await page.getByRole('button', { name: 'Create account' }).click();
  const alert = page.getByRole('alert').filter({ hasText: /\S/ });
  await expect(alert).toBeVisible();
  await expect(alert).not.toContainText(/_|invalid_request|undefined|\{/);
  await page.getByLabel('Password', { exact: true }).fill('seven tides before noon');
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByLabel('Folder', { exact: true }).fill(join(work, 'nowhere'));
  await page.getByRole('button', { name: 'Start syncing' }).click();
  await expect(alert).toContainText('nowhere');
  await expect(alert).not.toContainText('folder_missing');
  await expectAccessible(page);
  await page.getByLabel('Folder', { exact: true }).fill(folder);
  await page.getByRole('button', { name: 'Start syncing' }).click();
  await expect(page.getByRole('heading', { name: 'All set' })).toBeVisible();

  // The address works once; the tab keeps its session through a reload.
  expect(page.url()).not.toContain('code');
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Overview' })).toBeVisible();
});
