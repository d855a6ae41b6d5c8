import { chmod, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  agree,
  facebookService,
  facebookSettings,
  googleSettings,
  type HttpService,
  openIdService,
  type Seen,
  TestBrowser,
} from '../cloud/testing/index.ts';
import { oneCloud } from './testing/devices.ts';
import { start, tidemark, transcript, type Running } from './testing/tidemark.ts';

let google: HttpService;
let facebook: HttpService;
beforeAll(async () => {
  [google, facebook] = await Promise.all([openIdService('google'), facebookService()]);
});
afterAll(async () => {
  await Promise.all([google[Symbol.asyncDispose](), facebook[Symbol.asyncDispose]()]);
});
const cloud = oneCloud('browser', async (folder) => {
  const file = join(folder, 'providers.json');
  await writeFile(file, JSON.stringify({ google: googleSettings(google), facebook: facebookSettings(facebook) }), { mode: 0o600 });
  return ['--providers', file];
});

/** The line that the command prints for people, once it is there. */
async function line(running: Running, pattern: RegExp): Promise<string> {
  for (;;) {
    const found = pattern.exec(running.errors())?.[0];
    if (found !== undefined) return found;
    if (running.child.exitCode !== null) throw new Error(running.errors());
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Where the command sends the browser, and what the person does there. */
async function inBrowser(args: readonly string[], profile: string, person: (browser: TestBrowser, first: Seen) => Promise<Seen>) {
  const running = start(args, { profile });
  const browser = new TestBrowser();
  const page = await person(browser, await browser.open(await line(running, /^http:.*\/v1\/auth\/authorize\?request=[\w-]+$/m)));
  return { page, ...(await running.ended) };
}
const as = (name: string) => (browser: TestBrowser, first: Seen) => agree(browser, first, name);

describe('signing in in a browser', () => {
  it('makes an account, signs in to it, and adds, proves and removes a service', async () => {
    const profile = join(cloud.folder, 'laptop');
    const where = ['--server', cloud.server, '--json'];
    const none = await inBrowser(['sign-in', '--browser', 'google', ...where], profile, as('li'));
    expect([none.exit, none.json()['error']], none.err).toEqual([4, expect.objectContaining({ code: 'no_such_account' })]);
    const up = await inBrowser(['sign-up', '--browser', 'google', ...where], profile, as('li'));
    expect([up.exit, up.json()], up.err).toEqual([0, expect.objectContaining({ label: 'li@example.com', hasPassword: false })]);
    expect(up.page.text, 'in the language of the browser').toContain('您可以关闭此窗口');
    const confirm = (browser: TestBrowser, dialog: Seen) => browser.submit(dialog, '/confirm', { person: 'Li Lei' });
    const linked = await inBrowser(['account', 'link', 'facebook'], profile, confirm);
    expect([linked.exit, linked.out], linked.err).toEqual([0, 'Added. Signs in: Google as li@example.com, Facebook as Li Lei.\n']);
    const proved = await inBrowser(['account', 'prove', '--browser', 'facebook'], profile, confirm);
    expect([proved.exit, proved.out], proved.err).toEqual([0, 'For ten minutes the ways to sign in can be changed.\n']);
    const unlinked = await tidemark(['account', 'unlink', 'google'], { profile });
    expect([unlinked.exit, unlinked.out], unlinked.err).toEqual([0, 'Removed. Signs in: Facebook as Li Lei.\n']);
    expect((await tidemark(['sign-out'], { profile })).exit).toBe(0);
    const again = await inBrowser(['sign-in', '--browser', 'facebook', ...where], profile, confirm);
    expect([again.exit, again.json()['id']], again.err).toEqual([0, up.json()['id']]);
  }, 180_000);

  it('says why when the person says no, or interrupts', async () => {
    const profile = join(cloud.folder, 'refused');
    const args = ['sign-in', '--browser', 'facebook', '--server', cloud.server, '--json'];
    const refused = await inBrowser(args, profile, (browser, dialog) => browser.submit(dialog, '/cancel'));
    expect([refused.exit, refused.json()['error']]).toEqual([4, expect.objectContaining({ code: 'provider_refused' })]);
    expect(refused.page.text).toContain('Facebook');
    const running = start(args, { profile });
    await line(running, /^http:.*\/v1\/auth\/authorize/m);
    running.child.kill('SIGINT');
    expect((await running.ended).json()['error']).toMatchObject({ code: 'aborted' });
    const apple = await tidemark(['sign-in', '--browser', 'apple', '--server', cloud.server, '--json'], { profile });
    expect([apple.exit, apple.json()['error']]).toEqual([2, expect.objectContaining({ code: 'provider_not_offered' })]);
    for (const [given, words] of [
      [['--browser', 'github'], 'no service that signs in'],
      [['--browser', 'google', '--device-flow'], 'exclude each other'],
      [['--browser', 'google', '--password-stdin'], 'exclude each other'],
    ] as const) {
      const wrong = await tidemark(['sign-in', '--server', cloud.server, ...given], { profile });
      expect([wrong.exit, wrong.err]).toEqual([2, expect.stringContaining(words)]);
    }
  }, 120_000);

  it('a device without a browser is signed in from another one', async () => {
    const profile = join(cloud.folder, 'nas');
    const running = start(['sign-up', '--device-flow', '--server', cloud.server, '--device-name', 'The NAS', '--json'], { profile });
    const address = await line(running, /^http:.*\/device$/m);
    const code = /type the code (\S+):/.exec(running.errors())?.[1] ?? '';
    const browser = new TestBrowser();
    const ways = await browser.submit(await browser.open(address), '/device', { code });
    expect(ways.text).toContain('The NAS');
    await agree(browser, await browser.submit(ways, '/device/provider', { provider: 'google' }), 'han');
    const up = await running.ended;
    expect([up.exit, up.json()['label']], up.err).toEqual([0, 'han@example.com']);
  }, 120_000);

  it('leaves no secret behind: in no file of the profile but the key ring’s, and in nothing that was printed', async () => {
    const written = async (dir: string): Promise<string> => {
      const entries = await readdir(dir, { recursive: true, withFileTypes: true });
      const files = entries.filter((entry) => entry.isFile() && !/secret/i.test(entry.name));
      return (await Promise.all(files.map((entry) => readFile(join(entry.parentPath, entry.name), 'latin1')))).join('\n');
    };
    const profile = await written(join(cloud.folder, 'laptop'));
    expect(profile).not.toMatch(/tm[ra]_[\w-]{20}|[?&](code|state)=[\w-]{20}/);
    const printed = transcript.join('\n');
    expect(printed).not.toMatch(/the secret|the app secret|tm[ra]_[\w-]{20}|[?&](code|state)=[\w-]{20}/);
  });
});

describe('the file of the services', () => {
  const serve = (file: string, more: readonly string[] = []) =>
    tidemark(['cloud', 'serve', '--data', join(cloud.folder, 'other'), '--providers', file, '--json', ...more], {
      profile: join(cloud.folder, 'server'),
    });

  it('is its owner’s alone, right, and of the region; else the cloud does not start', async () => {
    const file = join(cloud.folder, 'providers.json');
    const wrong = await serve(file, ['--region', 'mainland']);
    expect([wrong.exit, wrong.json()['error']]).toEqual([2, expect.objectContaining({ code: 'provider_wrong_region' })]);
    const broken = join(cloud.folder, 'broken.json');
    await writeFile(broken, JSON.stringify({ google: { clientSecret: 's3cret' } }), { mode: 0o600 });
    const invalid = await serve(broken);
    expect([invalid.exit, invalid.out]).toEqual([2, expect.stringContaining('google.clientId')]);
    expect(invalid.out + invalid.err).not.toContain('s3cret');
    await chmod(broken, 0o644);
    expect((await serve(broken)).json()['error']).toMatchObject({ code: 'providers_exposed', params: { path: broken } });
    expect((await serve(join(cloud.folder, 'none.json'))).json()['error']).toMatchObject({ code: 'usage' });
  }, 120_000);
});
