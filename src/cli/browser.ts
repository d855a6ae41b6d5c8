import { type Account, type Provider, providerNames, providers, TidemarkError } from '../contract/index.ts';
import { type OpenedEngine, openAddress } from '../host/index.ts';
import { confirm } from './confirm.ts';
import type { Context } from './context.ts';
import { plain, when } from './text.ts';

export interface BrowserOptions {
  /** With whom; true: there is but one to choose from. */
  readonly browser?: string | true;
  readonly deviceFlow?: boolean;
}

export const BROWSER_HELP = [
  'With --browser the browser of this machine signs in with google, apple, facebook (international) or wechat (mainland); the address',
  'is printed as well. With --device-flow the command prints a code and an address, which a browser on any other device opens.',
].join('\n');

/** Throws usage. */
export function providerOf(given: string): Provider {
  const found = providers.find((id) => id === given.trim().toLowerCase());
  if (found === undefined) throw new TidemarkError('usage', { detail: `“${given}” is no service that signs in: ${providers.join(', ')}` });
  return found;
}

/** Throws usage where several ways are asked for at once. */
export function refuseTogether(options: object, ...names: readonly string[]): void {
  const given = names.filter((name) => name in options);
  const flag = (name: string | undefined): string => `--${(name ?? '').replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  if (given.length > 1) throw new TidemarkError('usage', { detail: `${flag(given[0])} and ${flag(given[1])} exclude each other` });
}

type Purpose = { readonly purpose: 'enter'; readonly server: string } | { readonly purpose: 'link' | 'prove' };

/** Sends the browser of this machine to a service, and does something with what it brings back. */
export async function withBrowser<T>(
  context: Context,
  engine: OpenedEngine,
  provider: Provider,
  purpose: Purpose,
  work: (begun: string) => Promise<T>,
): Promise<T> {
  const { id, url, expiresAt } = await engine.call('account.beginBrowser', { ...purpose, provider });
  context.note(`Sign in with ${providerNames[provider]} in the browser, until ${when(expiresAt)}:`);
  context.note(url);
  await openAddress(await context.openProfile(), url);
  return untilCancelled(context, engine, id, work);
}

/** Shows a code that a person types in a browser anywhere. */
async function withDeviceFlow<T>(
  context: Context,
  engine: OpenedEngine,
  where: { readonly server: string; readonly deviceName?: string },
  work: (begun: string) => Promise<T>,
): Promise<T> {
  const begun = await engine.call('account.beginDevice', where);
  context.note(`Open this address in a browser on any device, until ${when(begun.expiresAt)}, and type the code ${begun.userCode}:`);
  context.note(begun.verificationUri);
  return untilCancelled(context, engine, begun.id, work);
}

/** Whoever interrupts the command waits for nobody any more; the engine may live on. */
async function untilCancelled<T>(context: Context, engine: OpenedEngine, id: string, work: (begun: string) => Promise<T>): Promise<T> {
  const { signal } = context.io;
  const cancel = (): void => void engine.call('account.cancelSignIn', { id }).catch(() => undefined);
  signal.addEventListener('abort', cancel, { once: true });
  try {
    return await work(id);
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

interface Entering extends BrowserOptions {
  readonly server: string;
  readonly deviceName?: string;
  /** What a new account may need. */
  readonly admission: { readonly invite?: string; readonly bootstrapSecret?: string };
}

/**
 * Signs in or up in a browser, as the options say. Where there is no such account, a person at the terminal is asked whether to make
 * one: what the browser brought is good for that. Throws what the engine throws.
 */
export async function enterByBrowser(context: Context, command: 'sign-in' | 'sign-up', options: Entering): Promise<Account> {
  const { server, deviceName, admission, browser } = options;
  const named = deviceName === undefined ? {} : { deviceName };
  return context.withEngine((engine) => {
    const signUp = (begun: string): Promise<Account> => engine.call('account.signUp', { server, begun, ...named, ...admission });
    const enter = async (begun: string): Promise<Account> => {
      try {
        // In the device flow it is signing in that waits for the person.
        if (command === 'sign-in' || options.deviceFlow === true) return await engine.call('account.signIn', { server, begun, ...named });
        return await signUp(begun);
      } catch (error) {
        if (!(error instanceof TidemarkError) || error.code !== 'no_such_account') throw error;
        const wanted = command === 'sign-up' || (await confirm(context, `There is no such account at ${plain(server)}. Make one?`));
        if (wanted !== true) throw error;
        return signUp(begun);
      }
    };
    return options.deviceFlow === true
      ? withDeviceFlow(context, engine, { server, ...named }, enter)
      : withBrowser(context, engine, providerOf(String(browser)), { purpose: 'enter', server }, enter);
  });
}
