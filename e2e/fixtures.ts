import { type Page, test as base } from '@playwright/test';
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openInBrowser, openInElectron, type Shell } from './shells.ts';

export interface Options {
  readonly shell: 'electron' | 'browser';
}

/** One device on its first day: a fresh profile, an empty folder, the window open on first run. */
export interface Device {
  readonly page: Page;
  /** The folder that is to be kept in step. */
  readonly folder: string;
  /** A place for other devices. */
  readonly work: string;
  /** Gets the folder into the folder step: through the system's dialog in the app, by its path in a browser. */
  chooseFolder(path: string): Promise<void>;
  /** Draws everything larger, as Ctrl + does. */
  zoom(factor: number): Promise<void>;
  /** Ends the app the way a person does. */
  quit(): Promise<void>;
  /** What the pages complained about. */
  readonly complaints: readonly string[];
}

export const test = base.extend<Options & { readonly device: Device }>({
  shell: ['browser', { option: true }],

  device: async ({ shell, playwright, launchOptions, viewport }, use) => {
    const work = await realpath(await mkdtemp(join(tmpdir(), 'tm-e2e-')));
    const folder = join(work, 'Documents');
    await mkdir(folder);
    let opened: Shell | undefined;
    try {
      const profile = join(work, 'first-device');
      opened =
        shell === 'electron'
          ? await openInElectron(profile)
          : await openInBrowser(profile, { browserType: playwright.chromium, launchOptions, viewport });
      const complaints: string[] = [];
      opened.page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text());
      });
      opened.page.on('pageerror', (error) => complaints.push(error.message));
      await use({ page: opened.page, folder, work, chooseFolder: opened.chooseFolder, zoom: opened.zoom, quit: opened.close, complaints });
    } finally {
      await opened?.close();
      await rm(work, { recursive: true, force: true });
    }
  },
});

export { expect } from '@playwright/test';
