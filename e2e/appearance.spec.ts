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

  await device.zoom(2);
  for (const place of ['概览', '动态', '文件', '问题', '设置']) {
    await page.getByRole('navigation').getByRole('link', { name: place }).click();
    await expect(page.getByRole('heading', { level: 1, name: place })).toBeVisible();
    const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(tooWide, `${place} at 200 % needs no sideways scrolling`).toBeLessThanOrEqual(0);
  }
  await info.attach('settings at 200 %', { body: await page.screenshot({ animations: 'disabled' }), contentType: 'image/png' });
});
