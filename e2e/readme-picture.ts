// Takes the picture of the README from the real thing: node e2e/readme-picture.ts
import { randomBytes } from 'node:crypto';
import { mkdir, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { chromium } from '@playwright/test';
import { tidemark } from './command.ts';
import { openInBrowser, projectRoot } from './shells.ts';
import { firstRun, goTo, person } from './steps.ts';

const here = [
  ['Budget/Forecast 2027.xlsx', 412_000],
  ['Contracts/采购合同（终稿）.docx', 88_000],
  ['Reports/2026/Third quarter.docx', 1_240_000],
  ['Photos/Team/IMG_2041.jpg', 3_400_000],
] as const;
const fromTheDesktop = [
  ['Reports/2026/Cover page.docx', 64_000],
  ['Slides/Kick-off.pptx', 2_100_000],
] as const;

// A name that looks well in the picture; it must not exist yet.
const work = join(await realpath(tmpdir()), 'mei');
await mkdir(work);
const put = async (folder: string, files: readonly (readonly [string, number])[]): Promise<void> => {
  for (const [path, size] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), randomBytes(size));
  }
};

try {
  const folder = join(work, 'Documents');
  const other = { profile: join(work, 'desktop'), folder: join(work, 'Desktop') };
  await mkdir(folder);
  await mkdir(other.folder);
  const launchOptions = {
    executablePath: process.env['TIDEMARK_CHROMIUM'] ?? '/usr/bin/chromium',
    chromiumSandbox: process.getuid?.() !== 0,
  };
  const shell = await openInBrowser(join(work, 'laptop'), { browserType: chromium, launchOptions, viewport: { width: 1180, height: 800 } });
  try {
    const { page, chooseFolder, zoom, close } = shell;
    await firstRun({ page, folder, work, chooseFolder, zoom, quit: close, complaints: [] });
    await put(folder, here);
    await page.getByText('IMG_2041.jpg').first().waitFor({ timeout: 60_000 });
    await goTo(page, 'Settings');
    const server = (await page.getByText(/^http:\/\/127\.0\.0\.1:\d+/).textContent()) ?? '';
    await tidemark(
      other.profile,
      ['sign-in', '--server', server, '--email', person.email, '--password-stdin', '--device-name', 'Desktop'],
      person.password,
    );
    await tidemark(other.profile, ['folder', 'add', other.folder, '--merge']);
    await tidemark(other.profile, ['sync', '--wait']);
    await put(other.folder, fromTheDesktop);
    await tidemark(other.profile, ['sync', '--wait']);
    await goTo(page, 'Overview');
    await page.getByRole('listitem').filter({ hasText: 'Kick-off.pptx' }).filter({ hasText: 'Received' }).waitFor({ timeout: 60_000 });
    await page.getByRole('heading', { name: 'Everything is up to date' }).waitFor({ timeout: 60_000 });
    const picture = process.argv[2] ?? join(projectRoot, 'docs', 'images', 'overview.png');
    await mkdir(dirname(picture), { recursive: true });
    await page.screenshot({ path: picture, animations: 'disabled' });
  } finally {
    await shell.close();
  }
} finally {
  await rm(work, { recursive: true, force: true });
}
