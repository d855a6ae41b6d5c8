import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type ErrorData,
  type ErrorText,
  errorLine as lineIn,
  errorText as textIn,
  type Locale,
  locales,
  matchLocale,
  type SettingRow,
} from '../contract/index.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Of the command that runs; several may run in one process. */
const spoken = new AsyncLocalStorage<{ locale: Locale }>();

/** What is said of errors and states within `work` is in the language of the system, until the setting is known. */
export const inLanguageOf = <T>(env: Environment, work: () => Promise<T>): Promise<T> =>
  spoken.run({ locale: matchLocale([languageOf(env)]) }, work);

/** The setting counts before the system. */
export function followSetting(language: SettingRow['value'] | undefined): void {
  const [now, chosen] = [spoken.getStore(), locales.find((one) => one === language)];
  if (now !== undefined && chosen !== undefined) now.locale = chosen;
}

export const localeNow = (): Locale => spoken.getStore()?.locale ?? 'en';

/** As those of the contract, in the language of the person. */
export const errorLine = (error: ErrorData): string => lineIn(error, localeNow());
export const errorText = (error: ErrorData): ErrorText => textIn(error, localeNow());

/** POSIX: what messages are in. */
export const systemLocale = (env: Environment): string =>
  ([env['LC_ALL'], env['LC_MESSAGES'], env['LANG']].find((one) => one !== undefined && one !== '') ?? '').replace(/[.@].*$/, '');

/** As a tag of BCP 47. */
export function languageOf(env: Environment): string {
  const tag = systemLocale(env).replace('_', '-').slice(0, 35);
  return /^[A-Za-z]{2,3}(-[A-Za-z0-9]+)*$/.test(tag) ? tag : 'en';
}
