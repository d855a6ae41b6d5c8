import { type BrowserType, type LaunchOptions, type Page, type ViewportSize, _electron } from '@playwright/test';
import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

/** The window of one profile, opened. */
export interface Shell {
  readonly page: Page;
  chooseFolder(path: string): Promise<void>;
  /** Draws everything larger, as Ctrl + does. */
  zoom(factor: number): Promise<void>;
  /** Ends the app the way a person does, and waits for it. */
  close(): Promise<void>;
}

export const projectRoot = join(import.meta.dirname, '..');

/** A key ring is tested where it belongs; here a machine without one must do. */
export const testEnv: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined)),
  TIDEMARK_SECRET_STORE: 'file',
  LANGUAGE: 'en',
  LANG: 'en_US.UTF-8',
};

/** The desktop app in a real Electron, named by TIDEMARK_ELECTRON. */
export async function openInElectron(profile: string): Promise<Shell> {
  const executablePath = process.env['TIDEMARK_ELECTRON'];
  if (executablePath === undefined) throw new Error('TIDEMARK_ELECTRON names no Electron; run this through npm test');
  // Playwright turns the sandbox off unless told otherwise.
  const app = await _electron.launch({ executablePath, args: [projectRoot, '--profile', profile], env: testEnv, chromiumSandbox: true });
  const page = await app.firstWindow();
  return {
    page,
    async chooseFolder(path) {
      // The dialog belongs to the system and cannot be driven; everything on both sides of it is the real thing.
      await app.evaluate(({ dialog }, picked) => {
        dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [picked] });
      }, path);
      const button = page.getByRole('button', { name: 'Choose folder…' });
      await button.focus();
      await page.keyboard.press('Enter');
      await page.getByText(path).waitFor();
    },
    zoom: (factor) =>
      app.evaluate(({ BrowserWindow }, by) => {
        for (const window of BrowserWindow.getAllWindows()) window.webContents.setZoomFactor(by);
      }, factor),
    close: () => app.close(),
  };
}

export interface BrowserOptions {
  readonly browserType: BrowserType;
  readonly launchOptions: LaunchOptions;
  readonly viewport: ViewportSize | null;
}

/** `npm start` without a display, and its one-time address in a browser. */
export async function openInBrowser(profile: string, { browserType, launchOptions, viewport }: BrowserOptions): Promise<Shell> {
  await mkdir(profile, { recursive: true });
  const app = spawn(process.execPath, [join(projectRoot, 'tools', 'run.mjs'), 'start', '--browser', '--no-open', '--profile', profile], {
    env: testEnv,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => app.once('exit', () => resolve()));
  const close = async (): Promise<void> => {
    app.kill('SIGTERM');
    await ended;
  };
  try {
    const address = await addressSaidBy(app);
    const browser = await browserType.launch(launchOptions);
    const page = await browser.newPage({ viewport, locale: 'en-US' });
    await page.goto(address);
    return {
      page,
      chooseFolder: async (path) => {
        await page.getByLabel('Folder', { exact: true }).focus();
        await page.keyboard.type(path);
      },
      // A browser's own zoom cannot be driven; to the page it is a window with fewer, larger pixels.
      zoom: (factor) =>
        page.setViewportSize({
          width: Math.round((viewport?.width ?? 1180) / factor),
          height: Math.round((viewport?.height ?? 780) / factor),
        }),
      async close() {
        await browser.close();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function addressSaidBy(app: ReturnType<typeof spawn>): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const hear = (bytes: Buffer): void => {
      said += bytes.toString();
      const [address] = /http:\/\/127\.0\.0\.1:\d+\/#\S+/.exec(said) ?? [];
      if (address !== undefined) resolve(address);
    };
    app.stdout?.on('data', hear);
    app.stderr?.on('data', hear);
    app.once('exit', (code) => reject(new Error(`npm start ended with ${String(code)}:\n${said}`)));
  });
}
