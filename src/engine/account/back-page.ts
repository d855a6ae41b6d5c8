import { type ErrorData, errorText, type Locale, matchLocale } from '../../contract/index.ts';

const words: Readonly<Record<Locale, { readonly done: string; readonly failed: string; readonly close: string }>> = {
  en: { done: 'Tidemark goes on by itself.', failed: 'Nobody was signed in.', close: 'You may close this window.' },
  'zh-Hans': { done: 'Tidemark 会自动继续。', failed: '未登录。', close: '您可以关闭此窗口。' },
  'zh-Hant': { done: 'Tidemark 會自動繼續。', failed: '未登入。', close: '您可以關閉此視窗。' },
};

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string): string => text.replaceAll(/[&<>"]/g, (char) => escapes[char] ?? char);

/** What the browser shows once it has brought an answer back: in the person's language, with the reason where it is none. */
export function backPage(languages: readonly string[], failure?: ErrorData): string {
  const locale = matchLocale(languages);
  const { done, failed, close } = words[locale];
  const why = failure === undefined ? undefined : errorText(failure, locale);
  const lines = why === undefined ? [done, close] : [failed, why.problem, why.wayOut, close];
  const text = lines.map((line) => `<p>${escaped(line)}</p>`).join('');
  return `<!doctype html><html lang="${locale}"><meta charset="utf-8"><title>Tidemark</title><body>${text}</body></html>\n`;
}
