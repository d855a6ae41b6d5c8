import { randomBytes } from 'node:crypto';
import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tidemark } from './command.ts';
import { expect, test } from './fixtures.ts';
import { expectAccessible, firstRun, goTo, person, treeLine } from './steps.ts';

test('from the first start to the first synced file, and back from a second device', async ({ device }) => {
  const { page, folder, work } = device;
  await firstRun(device, () => expectAccessible(page));

  const report = randomBytes(300_000);
  const contract = randomBytes(40_000);
  await mkdir(join(folder, 'Reports'));
  await writeFile(join(folder, 'Reports', 'First report.docx'), report);
  await writeFile(join(folder, '合同（终稿）.docx'), contract);

  await test.step('the window follows what is dropped into the folder', async () => {
    await goTo(page, 'Files');
    await expect(treeLine(page, '合同（终稿）.docx', 'Synced')).toBeVisible({ timeout: 40_000 });
    await treeLine(page, 'Reports', 'Synced').click();
    await expect(treeLine(page, 'First report.docx', 'Synced')).toBeVisible();
    await treeLine(page, 'First report.docx', 'Synced').getByText('Why?').click();
    await expect(page.getByText('Both sides hold the same.')).toBeVisible();
    await expectAccessible(page);
  });

  await test.step('overview and activity say the same', async () => {
    await goTo(page, 'Overview');
    await expect(page.getByRole('heading', { name: 'Everything is up to date' })).toBeVisible();
    await expect(page.getByText('First report.docx')).toBeVisible();
    await expectAccessible(page);
    await goTo(page, 'Activity');
    await page.getByRole('searchbox').fill('终稿');
    await expect(page.getByText('合同（终稿）.docx')).toBeVisible();
    await expect(page.getByText('First report.docx')).toHaveCount(0);
    await expectAccessible(page);
  });

  const second = { profile: join(work, 'second-device'), folder: join(work, 'Second') };
  await test.step('a second device gets the bytes', async () => {
    await goTo(page, 'Settings');
    await expectAccessible(page);
    const server = (await page.getByText(/^http:\/\/127\.0\.0\.1:\d+/).textContent()) ?? '';
    await mkdir(second.folder);
    await tidemark(
      second.profile,
      ['sign-in', '--server', server, '--email', person.email, '--password-stdin', '--device-name', 'Desktop'],
      person.password,
    );
    await tidemark(second.profile, ['folder', 'add', second.folder]);
    await tidemark(second.profile, ['sync', '--wait', '--timeout', '60']);
    expect(report.equals(await readFile(join(second.folder, 'Reports', 'First report.docx')))).toBe(true);
    expect(contract.equals(await readFile(join(second.folder, '合同（终稿）.docx')))).toBe(true);
  });

  await test.step('and what it changes arrives here', async () => {
    await writeFile(join(second.folder, 'From the desktop.xlsx'), report.subarray(0, 9000));
    await tidemark(second.profile, ['sync', '--wait', '--timeout', '60']);
    await goTo(page, 'Files');
    await expect(treeLine(page, 'From the desktop.xlsx', 'Synced')).toBeVisible({ timeout: 40_000 });
    expect(report.subarray(0, 9000).equals(await readFile(join(folder, 'From the desktop.xlsx')))).toBe(true);
  });

  await test.step('that is undone, which deletes and asks first, and undone again', async () => {
    const name = 'From the desktop.xlsx';
    await goTo(page, 'Activity');
    // What was searched for before is still there.
    await page.getByRole('searchbox').fill('desktop');
    const undo = page.getByRole('button', { name: `Undo: ${name}` }).first();
    await undo.click();
    const question = page.getByRole('alertdialog', { name: `Delete “${name}” on all devices?` });
    await expect(question).toContainText('It stays in the trash of this device and of the cloud for 30 days.');
    await expectAccessible(page);
    await question.getByRole('button', { name: 'Cancel' }).click();
    await expect(question).toHaveCount(0);
    expect(await isThere(join(folder, name))).toBe(true);

    await undo.click();
    await question.getByRole('button', { name: 'Delete it' }).click();
    await expect(page.getByText(`“${name}” was moved to the trash.`)).toBeVisible();
    expect(await isThere(join(folder, name))).toBe(false);
    await expectAccessible(page);
    const onSecond = async (): Promise<boolean> => {
      await tidemark(second.profile, ['sync', '--wait', '--timeout', '60']);
      return isThere(join(second.folder, name));
    };
    await expect.poll(onSecond).toBe(false);

    await page.getByRole('button', { name: 'Redo' }).click();
    await expect(page.getByText(`“${name}” is back.`)).toBeVisible();
    expect(report.subarray(0, 9000).equals(await readFile(join(folder, name)))).toBe(true);
    await expect.poll(onSecond).toBe(true);
    expect(report.subarray(0, 9000).equals(await readFile(join(second.folder, name)))).toBe(true);
  });

  for (const place of ['Issues', 'Conflicts']) {
    await goTo(page, place);
    await expectAccessible(page);
  }
  expect(device.complaints).toEqual([]);
});

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
