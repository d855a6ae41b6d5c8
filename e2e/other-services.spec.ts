import { expect, type Page, test as base } from '@playwright/test';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  appleSettings,
  facebookService,
  facebookSettings,
  googleSettings,
  openIdService,
  wechatService,
  wechatSettings,
} from '../src/cloud/testing/index.ts';
import { projectRoot, testEnv } from './shells.ts';

/** A command that goes on, and what it says on the way. */
function start(args: readonly string[]): {
  readonly child: ChildProcess;
  said(pattern: RegExp): Promise<string>;
  ended(): Promise<unknown>;
} {
  const child = spawn(process.execPath, [join(projectRoot, 'out', 'cli', 'tidemark.js'), ...args, '--json'], {
    env: testEnv,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  createInterface({ input: child.stdout }).on('line', (line) => (out += `${line}\n`));
  child.stderr.on('data', (bytes: Buffer) => (err += bytes.toString()));
  const end = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return {
    child,
    async said(pattern) {
      for (;;) {
        const found = pattern.exec(`${out}\n${err}`)?.[1];
        if (found !== undefined) return found;
        if (child.exitCode !== null) throw new Error(`${args.join(' ')}: ${err}${out}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    async ended() {
      await end;
      if (child.exitCode !== 0) throw new Error(`${args.join(' ')} ended with ${String(child.exitCode)}: ${err}${out}`);
      return JSON.parse(out) as unknown;
    },
  };
}

interface World {
  readonly work: string;
  /** A cloud with these services. */
  serve(region: 'international' | 'mainland', services: object): Promise<string>;
}

const test = base.extend<{ readonly world: World }>({
  // Playwright reads from the first argument what a fixture needs.
  world: async ({}, use) => {
    const work = await realpath(await mkdtemp(join(tmpdir(), 'tm-services-')));
    const running: ReturnType<typeof start>[] = [];
    try {
      await use({
        work,
        serve: async (region, services) => {
          const file = join(work, 'services.json');
          await writeFile(file, JSON.stringify(services), { mode: 0o600 });
          const cloud = start(['cloud', 'serve', '--data', join(work, 'cloud'), '--region', region, '--providers', file]);
          running.push(cloud);
          return cloud.said(/"url":"([^"]+)"/);
        },
      });
    } finally {
      for (const { child, said } of running) {
        child.kill('SIGTERM');
        await said(/("event":"stopped")/).catch(() => undefined);
      }
      await rm(work, { recursive: true, force: true });
    }
  },
  // The pages of the provider want fonts from elsewhere, and nobody is there.
  page: async ({ page }, use) => {
    await page.route(/^https:/, (route) => route.abort());
    await use(page);
  },
});

/** Signs up from a terminal, with the person in the browser. */
async function signUp(page: Page, { work }: World, server: string, service: string, person: () => Promise<void>): Promise<unknown> {
  const command = start(['sign-up', '--browser', service, '--server', server, '--profile', join(work, service)]);
  await page.goto(await command.said(/^(http:.*\/v1\/auth\/authorize\?request=[\w-]+)$/m));
  await person();
  await expect(page.getByText('You may close this window.')).toBeVisible();
  expect(new URL(page.url()).hostname).toBe('127.0.0.1');
  return command.ended();
}

const atOpenId = (page: Page) => async (): Promise<void> => {
  await page.getByPlaceholder('Enter any login').fill('mei');
  await page.getByPlaceholder('and password').fill('anything');
  await page.getByRole('button', { name: 'Sign-in' }).click();
  await page.getByRole('button', { name: 'Continue' }).click();
};

test('with Google: a query brings the answer back', async ({ page, world }) => {
  await using google = await openIdService('google');
  const server = await world.serve('international', { google: googleSettings(google) });
  expect(await signUp(page, world, server, 'google', atOpenId(page))).toMatchObject({ label: 'mei@example.com' });
});

test('to confirm a change, who is signed in there signs in there anew', async ({ page, world }) => {
  await using google = await openIdService('google');
  const server = await world.serve('international', { google: googleSettings(google) });
  await signUp(page, world, server, 'google', atOpenId(page));
  const command = start(['account', 'prove', '--browser', 'google', '--profile', join(world.work, 'google')]);
  await page.goto(await command.said(/^(http:.*\/v1\/auth\/authorize\?request=[\w-]+)$/m));
  await page.getByPlaceholder('Enter any login').fill('mei');
  await page.getByPlaceholder('and password').fill('anything');
  await page.getByRole('button', { name: 'Sign-in' }).click();
  await expect(page.getByText('You may close this window.')).toBeVisible();
  await command.ended();
});

test('with Apple: a form of another site brings the answer back, and the cookie still counts', async ({ page, world }) => {
  await using apple = await openIdService('apple');
  const server = await world.serve('international', { apple: appleSettings(apple) });
  expect(await signUp(page, world, server, 'apple', atOpenId(page))).toMatchObject({ label: 'mei@example.com' });
});

test('with Facebook', async ({ page, world }) => {
  await using facebook = await facebookService();
  const server = await world.serve('international', { facebook: facebookSettings(facebook) });
  const account = await signUp(page, world, server, 'facebook', async () => {
    await page.locator('input[name=person]').fill('Mei Lin');
    await page.getByRole('button', { name: 'Continue' }).click();
  });
  expect(account).toMatchObject({ label: 'Mei Lin' });
});

test('with WeChat, on the mainland', async ({ page, world }) => {
  await using wechat = await wechatService();
  const server = await world.serve('mainland', { wechat: wechatSettings(wechat) });
  const account = await signUp(page, world, server, 'wechat', async () => {
    await page.locator('input[name=person]').fill('梅林');
    await page.getByRole('button', { name: '确认登录' }).click();
  });
  expect(account).toMatchObject({ label: '梅林', region: 'mainland' });
});

test('a device without a browser: its code, its name, and a service', async ({ page, world }) => {
  await using google = await openIdService('google');
  const server = await world.serve('international', { google: googleSettings(google) });
  const where = ['--server', server, '--profile', join(world.work, 'nas'), '--device-name', 'The NAS'];
  const command = start(['sign-up', '--device-flow', ...where]);
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await page.goto(await command.said(/^(http:.*\/device)$/m));
  await page.getByLabel('The code that the device shows').fill(await command.said(/type the code (\S+):/));
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(page.getByText('The NAS')).toBeVisible();
  expect(complaints, 'styles and forms are as the policy has them').toEqual([]);
  await page.getByRole('button', { name: 'Continue with Google' }).click();
  await atOpenId(page)();
  await expect(page.getByRole('heading', { name: 'The device is signed in' })).toBeVisible();
  expect(await command.ended()).toMatchObject({ label: 'mei@example.com' });
});

test('an answer that was made in another browser signs nobody in', async ({ page, world, browser }) => {
  await using google = await openIdService('google');
  const server = await world.serve('international', { google: googleSettings(google) });
  const command = start(['sign-up', '--browser', 'google', '--server', server, '--profile', join(world.work, 'first')]);
  await page.goto(await command.said(/^(http:.*\/v1\/auth\/authorize\?request=[\w-]+)$/m));
  const context = page.context();
  const [cookie] = (await context.cookies(`${server}/v1/auth/callback/google`)).filter(({ name }) => name.startsWith('tm-trip-'));
  if (cookie === undefined) throw new Error('the browser was given no cookie');
  expect([cookie.httpOnly, cookie.sameSite, cookie.path]).toEqual([true, 'Lax', '/v1/auth/callback']);
  // As if what follows were in the browser of somebody else.
  await context.clearCookies({ name: cookie.name });
  await atOpenId(page)();
  await expect(page.getByText('This sign-in was not begun in this browser.')).toBeVisible();
  const address = page.url();
  expect(address).toContain('code=');
  const victim = await (await browser.newContext({ locale: 'zh-CN' })).newPage();
  await victim.goto(address);
  await expect(victim.getByText('此次登录不是在这个浏览器中开始的。')).toBeVisible();
  // The one that left still comes back.
  await context.addCookies([cookie]);
  await page.goto(address);
  await expect(page.getByText('You may close this window.')).toBeVisible();
  expect(await command.ended()).toMatchObject({ label: 'mei@example.com' });
});
