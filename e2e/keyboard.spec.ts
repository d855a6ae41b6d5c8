import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from './fixtures.ts';
import { person, treeLine } from './steps.ts';

test('first run and the tree by keyboard alone', async ({ device }) => {
  const { page, folder, chooseFolder } = device;
  await writeFile(join(folder, 'letter.docx'), 'Dear Sir or Madam');
  const focused = page.locator(':focus');
  /** Tabs to a control by its name; a person would too. */
  const tabTo = async (name: string): Promise<void> => {
    for (let step = 0; step < 30; step++) {
      await page.keyboard.press('Tab');
      if ((await focused.count()) === 0) continue;
      const own = await focused.evaluate((element) => {
        const labels = element instanceof HTMLInputElement ? [...(element.labels ?? [])].map((label) => label.textContent) : [];
        return [element.getAttribute('aria-label'), ...labels, element.textContent].find((text) => text !== null && text !== '') ?? '';
      });
      if (!own.startsWith(name)) continue;
      // Where the focus is must be seen: an outline on the control or on what stands for it.
      const seen = await focused.evaluate((element) =>
        [element, element.parentElement].some((part) => part !== null && getComputedStyle(part).outlineStyle !== 'none'),
      );
      expect(seen, `the focus on "${name}" is visible`).toBe(true);
      return;
    }
    throw new Error(`Tab does not lead to "${name}"`);
  };

  await expect(page.getByRole('heading', { name: 'Choose your language' })).toBeFocused();
  await tabTo('English');
  await page.keyboard.press('ArrowDown');
  await expect(page.getByRole('heading', { name: '选择语言' })).toBeVisible();
  await page.keyboard.press('ArrowUp');
  await expect(page.getByRole('heading', { name: 'Choose your language' })).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Where should your cloud be?' })).toBeFocused();
  await tabTo('Continue');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Create your account' })).toBeFocused();
  await tabTo('E-mail');
  await page.keyboard.type(person.email);
  await page.keyboard.press('Tab');
  await page.keyboard.type(person.password);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Choose the folder to keep in step' })).toBeFocused();
  await chooseFolder(folder);
  await tabTo('Start syncing');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'All set' })).toBeFocused();
  await tabTo('Go to the overview');
  await page.keyboard.press('Space');
  await expect(page.getByRole('heading', { name: 'Overview' })).toBeFocused();

  await tabTo('Pause');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('menuitem', { name: 'For 30 minutes' })).toBeFocused();
  await page.keyboard.press('ArrowUp');
  await expect(page.getByRole('menuitem', { name: 'Until I resume' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Paused until you resume' })).toBeVisible();
  await tabTo('Resume');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Everything is up to date' })).toBeVisible({ timeout: 40_000 });

  await page.getByRole('link', { name: 'Files' }).focus();
  await page.keyboard.press('Enter');
  await expect(treeLine(page, 'letter.docx', 'Synced')).toBeVisible();
  for (let step = 0; step < 12 && (await page.getByRole('tree').evaluate((tree) => tree !== document.activeElement)); step++)
    await page.keyboard.press('Tab');
  await expect(treeLine(page, 'letter.docx', 'Synced')).toHaveAttribute('aria-selected', 'true');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'letter.docx' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('tree')).toBeFocused();
});
