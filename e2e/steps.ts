import AxeBuilder from '@axe-core/playwright';
import type { Locator, Page } from '@playwright/test';
import { type Device, expect } from './fixtures.ts';

export const person = { email: 'mei.lin@example.org', password: 'seven tides before noon' } as const;

/** From the first page to the overview, the way someone in a hurry does it. */
export async function firstRun(
  { page, folder, chooseFolder }: Device,
  atEachStep: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const next = page.getByRole('button', { name: 'Continue' });
  await expect(page.getByRole('heading', { name: 'Choose your language' })).toBeVisible();
  await atEachStep();
  await next.click();
  await expect(page.getByRole('radio', { name: 'On this computer' })).toBeChecked();
  await atEachStep();
  await next.click();
  await page.getByLabel('E-mail').fill(person.email);
  await page.getByLabel('Password', { exact: true }).fill(person.password);
  await atEachStep();
  await page.getByRole('button', { name: 'Create account' }).click();
  await expect(page.getByRole('heading', { name: 'Choose the folder to keep in step' })).toBeVisible();
  await atEachStep();
  await chooseFolder(folder);
  await page.getByRole('button', { name: 'Start syncing' }).click();
  await expect(page.getByRole('heading', { name: 'All set' })).toBeVisible();
  await atEachStep();
  await page.getByRole('button', { name: 'Go to the overview' }).click();
  await expect(page.getByRole('heading', { name: 'Overview' })).toBeVisible();
}

export async function goTo(page: Page, place: string): Promise<void> {
  await page.getByRole('navigation').getByRole('link', { name: place }).click();
  await expect(page.getByRole('heading', { level: 1, name: place })).toBeVisible();
}

/** A line of the tree by its name and its state, as it is read out. */
export function treeLine(page: Page, name: string, state: string): Locator {
  const escaped = name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return page.getByRole('treeitem', { name: new RegExp(`^${escaped} .*${state}$`) });
}

/** Fails with the rule and the element of every serious violation of WCAG 2.2 A and AA on the page. */
export async function expectAccessible(page: Page): Promise<void> {
  // Legacy mode: axe would otherwise open a page of its own, which the app rightly refuses.
  const found = await new AxeBuilder({ page })
    .setLegacyMode(true)
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze();
  const serious = found.violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  expect(serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`)).toEqual([]);
}
