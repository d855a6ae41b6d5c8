import type { Locale } from './errors/index.ts';

/** The languages that everything is written in. */
export const locales = ['en', 'zh-Hans', 'zh-Hant'] as const satisfies readonly Locale[];

/** The best of our languages for what the system prefers, first wish first: by script, then by region. */
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
