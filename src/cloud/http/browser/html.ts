import { createHash } from 'node:crypto';
import type { Locale } from '../../../contract/index.ts';

/** Text that is HTML already. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escape = (text: string): string => text.replaceAll(/[&<>"']/g, (char) => escapes[char] ?? char);

/** Everything that is filled in is text, unless it was made here. */
export function html(parts: TemplateStringsArray, ...values: readonly (string | number | Html | readonly Html[])[]): Html {
  const shown = values.map((value) =>
    value instanceof Html ? value.text : typeof value === 'object' ? value.map(({ text }) => text).join('') : escape(String(value)),
  );
  return new Html(parts.map((part, index) => part + (shown[index] ?? '')).join(''));
}

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:30rem;margin:3rem auto;padding:0 1rem;color:#1c2126;background:#fff}
h1{font-size:1.3rem}form{margin:1rem 0}label{display:block;margin:.5rem 0}
input{font:inherit;display:block;width:100%;box-sizing:border-box;padding:.45rem;border:1px solid #70797f;border-radius:4px}
button,a.button{font:inherit;padding:.5rem 1rem;border:1px solid #1f6f8b;border-radius:4px;background:#1f6f8b;color:#fff;text-decoration:none}
button.quiet{background:none;color:#1c2126;border-color:#70797f}dt{color:#515a60}dd{margin:0 0 .4rem;font-weight:600;overflow-wrap:anywhere}
@media(prefers-color-scheme:dark){body{background:#15191c;color:#e6eaec}dt{color:#a9b3b9}button.quiet{color:#e6eaec}}`;

/** Whole: a blank more inside, and it is not the style that the policy names. */
const STYLE_ELEMENT = new Html(`<style>${STYLE}</style>`);

/** No script, no picture, nothing of anybody else, in nobody's frame; forms go nowhere but here. */
export const PAGE_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** @param refresh where the browser goes on to by itself: a step of its own, which no policy on forms stops */
export function page(locale: Locale, title: string, body: Html, refresh?: string): string {
  const onward = refresh === undefined ? html`` : html`<meta http-equiv="refresh" content="0;url=${refresh}" />`;
  return html`<!doctype html>
    <html lang="${locale}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <meta name="robots" content="noindex" />
        <title>${title} – Tidemark</title>
        ${onward} ${STYLE_ELEMENT}
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          ${body}
        </main>
      </body>
    </html> `.text;
}
