import { defineConfig } from '@playwright/test';
import type { Options } from './fixtures.ts';

const root = process.getuid?.() === 0;

/** The same journeys in the desktop app and in a browser. Screens and packages are the test command's business. */
export default defineConfig<Options>({
  testDir: '.',
  fullyParallel: false,
  workers: 1,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  outputDir: '../test-results',
  reporter: 'list',
  projects: [
    { name: 'electron', testIgnore: ['browser.spec.ts', 'other-services.spec.ts'], use: { shell: 'electron' } },
    {
      name: 'chromium',
      testIgnore: 'desktop.spec.ts',
      use: {
        shell: 'browser',
        browserName: 'chromium',
        viewport: { width: 1180, height: 780 },
        // Chromium's own sandbox stays on; as root it does not exist.
        launchOptions: { executablePath: process.env['TIDEMARK_CHROMIUM'] ?? '/usr/bin/chromium', chromiumSandbox: !root },
      },
    },
  ],
});
