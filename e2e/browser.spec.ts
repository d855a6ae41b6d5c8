import { join } from 'node:path';
import { expect, test } from './fixtures.ts';
import { expectAccessible } from './steps.ts';

test('what cannot be done is said in words, with a way out', async ({ device }) => {
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
