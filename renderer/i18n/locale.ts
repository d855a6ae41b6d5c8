import type { Locale } from '../../src/contract/index.ts';

/** What each language calls itself; never translated. */
export const localeNames: Readonly<Record<Locale, string>> = { en: 'English', 'zh-Hans': '简体中文', 'zh-Hant': '繁體中文' };
