import type { i18n as I18n } from 'i18next';
import type { SettingsStore } from './stores/settings.ts';
import { matchLocale } from '../src/contract/index.ts';

/** Keeps language and colours as the settings say; `system` follows the system while the window is open. */
export function followAppearance(settings: SettingsStore, i18n: I18n, win: Window): void {
  const dark = win.matchMedia('(prefers-color-scheme: dark)');
  const root = win.document.documentElement;
  const apply = (): void => {
    const { language, theme } = settings.getState().values;
    root.dataset['theme'] = theme === 'system' ? (dark.matches ? 'dark' : 'light') : theme;
    const locale = language === 'system' ? matchLocale(win.navigator.languages) : language;
    root.lang = locale;
    if (i18n.language !== locale) void i18n.changeLanguage(locale);
  };
  dark.addEventListener('change', apply);
  win.addEventListener('languagechange', apply);
  settings.subscribe(apply);
  apply();
}
