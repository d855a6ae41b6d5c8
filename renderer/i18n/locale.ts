import type { Locale } from '../../src/contract/index.ts';

export const locales = ['en', 'zh-Hans', 'zh-Hant'] as const satisfies readonly Locale[];

/** What each language calls itself; never translated. */
export const localeNames: Readonly<Record<Locale, string>> = { en: 'English', 'zh-Hans': '简体中文', 'zh-Hant': '繁體中文' };

/** The best of our languages for what the system prefers, by script first, then by region. */
export function matchLocale(preferred: readonly string[]): Locale {
  for (const tag of preferred) {
    const lower = tag.toLowerCase();
    if (lower === 'en' || lower.startsWith('en-')) return 'en';
    if (lower !== 'zh' && !lower.startsWith('zh-')) continue;
    if (lower.includes('hant')) return 'zh-Hant';
    if (lower.includes('hans')) return 'zh-Hans';
    return /-(tw|hk|mo)\b/.test(lower) ? 'zh-Hant' : 'zh-Hans';
  }
  return 'en';
}
