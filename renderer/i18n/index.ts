import i18next, { type i18n as I18n } from 'i18next';
import ICU from 'i18next-icu';
import { initReactI18next } from 'react-i18next';
import type { Locale } from '../../src/contract/index.ts';
import { en } from './messages.en.ts';
import { zhHans } from './messages.zh-hans.ts';
import { zhHant } from './messages.zh-hant.ts';

/** The same keys in every language; a missing one does not compile. */
type Shape<T> = { readonly [K in keyof T]: T[K] extends string ? string : Shape<T[K]> };
export type Messages = Shape<typeof en>;

export const messages: Readonly<Record<Locale, Messages>> = { en, 'zh-Hans': zhHans, 'zh-Hant': zhHant };

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'ui';
    resources: { ui: typeof en };
    returnNull: false;
  }
}

/** Loads the words. ICU patterns throughout, so i18next's own `{{…}}` is not used. */
export async function startI18n(locale: Locale): Promise<I18n> {
  const resources = Object.fromEntries(Object.entries(messages).map(([tag, ui]) => [tag, { ui }]));
  await i18next
    .use(new ICU())
    .use(initReactI18next)
    .init({
      lng: locale,
      fallbackLng: false,
      ns: ['ui'],
      defaultNS: 'ui',
      resources,
      interpolation: { escapeValue: false },
      returnNull: false,
    });
  return i18next;
}
