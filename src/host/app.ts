import { spawn } from 'node:child_process';
import { errorKind, errorLine, toErrorData } from '../contract/index.ts';
import { chooseElectron } from './electron-choice.ts';
import { openAddress } from './open-address.ts';
import { connectRunning } from './open-engine.ts';
import { hostMethods } from './host-methods.ts';
import { type Profile, openProfile } from './profile.ts';
import { secretStoreKind } from './secret-store-kind.ts';
import { runEngine } from './run-engine.ts';

/** An Electron that ends this soon did not really start, in ms. */
const FALSE_START_MS = 5000;

export interface AppOptions {
  readonly profile?: string;
  /** Of the browser window; 0 takes a free one. */
  readonly port: number;
  /** Open the browser, where there is a display. */
  readonly open: boolean;
  /** The browser even where Electron could run. */
  readonly browser: boolean;
  /** The folder of package.json. */
  readonly root: string;
}

/** Opens Tidemark in Electron where it can run, else in the browser. Answers the exit code, when it has ended. */
export async function runApp(options: AppOptions): Promise<number> {
  try {
    const profile = await openProfile(options.profile);
    const why = options.browser ? 'that was asked for' : await runElectron(options, profile);
    return typeof why === 'number' ? why : await runInBrowser(options, profile, why);
  } catch (thrown) {
    const error = toErrorData(thrown);
    process.stderr.write(`tidemark: ${errorLine(error)} [${error.code}]\n`);
    return errorKind(error.code).exit ?? 1;
  }
}

/** The exit code of the app, or why it could not run. */
async function runElectron(options: AppOptions, profile: Profile): Promise<number | string> {
  const choice = await chooseElectron({ root: options.root, env: process.env, platform: process.platform, uid: process.getuid?.() });
  if ('why' in choice) return choice.why;
  process.stdout.write(
    `Tidemark opens as a desktop app: Electron can run here.\nProfile ${profile.dir}; quit the app or press Ctrl-C to stop.\n`,
  );
  const started = performance.now();
  const child = spawn(choice.executable, [options.root, '--profile', profile.dir], { stdio: ['ignore', 'inherit', 'inherit'] });
  const stop = (): void => void child.kill('SIGTERM');
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  const outcome = await new Promise<number | string>((resolve) => {
    child.on('error', (error) => resolve(`Electron could not be started (${error.message})`));
    child.on('exit', (code, signal) => {
      const soon = performance.now() - started < FALSE_START_MS;
      if (code === 0 || signal === 'SIGTERM' || signal === 'SIGINT') return resolve(0);
      resolve(soon ? `Electron ended at once (${signal ?? `exit code ${String(code)}`})` : (code ?? 1));
    });
  });
  process.off('SIGINT', stop);
  process.off('SIGTERM', stop);
  return outcome;
}

async function runInBrowser(options: AppOptions, profile: Profile, why: string): Promise<number> {
  const running = await connectRunning(profile);
  if (running !== undefined) {
    const { url } = await running.callExtra('host.uiAddress', hostMethods['host.uiAddress'], { port: options.port });
    running.close();
    process.stdout.write(
      `Tidemark runs already on ${profile.dir}; its window is in the browser, since ${why}.\n${url}  (works once, for a minute)\n`,
    );
    if (options.open) await openAddress(profile, url);
    return 0;
  }
  const host = await runEngine({
    profile,
    secretStore: secretStoreKind(process.env['TIDEMARK_SECRET_STORE']),
    fallBackToFile: true,
    embeddedCloud: true,
    note: (text) => process.stderr.write(`${text}\n`),
  });
  const stop = (): void => void host.stop();
  let interrupted = false;
  const onSignal = (): void => {
    if (interrupted) process.exit(130);
    interrupted = true;
    stop();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  try {
    const url = await host.uiAddress(options.port);
    await host.begin();
    const again = process.stdin.isTTY ? 'Enter gives a new one' : `for a new one: npx tidemark ui --profile ${profile.dir}`;
    process.stdout.write(
      `Tidemark runs here and its window is in the browser, since ${why}; Ctrl-C stops it.\n${url}  (works once, for a minute; ${again})\n${cloudLine(host.cloudAddress)}`,
    );
    if (options.open) await openAddress(profile, url);
    if (process.stdin.isTTY) process.stdin.on('data', () => void host.uiAddress().then((fresh) => process.stdout.write(`${fresh}\n`)));
    await host.stopped;
  } finally {
    await host.stop();
    process.stdin.pause();
  }
  return 0;
}

/** For other devices of this computer and the command; the window knows it. */
const cloudLine = (address: string | null): string =>
  address === null ? '' : `The cloud of this computer is at ${address} (sign-in --server).\n`;
