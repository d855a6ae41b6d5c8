// Renders resources/icons and resources/tray from their SVG: node tools/icons/make-icons.mjs
// Needs a Chromium (TIDEMARK_CHROMIUM or /usr/bin/chromium); the pictures are committed, so nobody else does.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { trayPictures } from './tray.mjs';

const resources = join(fileURLToPath(import.meta.url), '..', '..', '..', 'resources');
const browser = await chromium.launch({
  executablePath: process.env['TIDEMARK_CHROMIUM'] ?? '/usr/bin/chromium',
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});

async function render(svg, px, file) {
  const page = await browser.newPage({ viewport: { width: px, height: px } });
  await page.setContent(`<style>*{margin:0}svg{display:block;width:${px}px;height:${px}px}</style>${svg}`);
  await writeFile(file, await page.screenshot({ omitBackground: true }));
  await page.close();
}

const icon = await readFile(join(resources, 'icons', 'icon.svg'), 'utf8');
for (const px of [16, 32, 48, 64, 128, 256, 512]) await render(icon, px, join(resources, 'icons', `icon-${px}.png`));
// electron-builder makes .icns and .ico from this one.
await render(icon, 1024, join(resources, 'icons', 'icon.png'));

for (const [state, svg] of Object.entries(trayPictures)) {
  await render(svg, 22, join(resources, 'tray', `${state}.png`));
  await render(svg, 44, join(resources, 'tray', `${state}@2x.png`));
}
await browser.close();
