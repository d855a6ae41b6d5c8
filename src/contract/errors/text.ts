import type { ErrorData } from './tidemark-error.ts';
import type { ErrorCode } from './catalogue.ts';
import { en } from './texts.en.ts';
import { zhHans } from './texts.zh-hans.ts';
import { zhHant } from './texts.zh-hant.ts';

export type Locale = 'en' | 'zh-Hans' | 'zh-Hant';

/**
 * `problem` says what is wrong and where, `wayOut` what to do. `{name}` stands for a parameter of the error; a part in square
 * brackets is left out when a parameter in it is not given.
 */
export interface ErrorText {
  readonly problem: string;
  readonly wayOut: string;
}

export type ErrorTexts = Readonly<Record<ErrorCode, ErrorText>>;

export const errorTexts: Readonly<Record<Locale, ErrorTexts>> = { en, 'zh-Hans': zhHans, 'zh-Hant': zhHant };

/** The words for an error. A parameter that is missing shows as an ellipsis, never as `{name}`. */
export function errorText(error: ErrorData, locale: Locale = 'en'): ErrorText {
  const text = errorTexts[locale][error.code];
  const given = (name: string): boolean => Object.hasOwn(error.params, name) && error.params[name] !== '';
  const fill = (pattern: string): string =>
    pattern
      .replace(/\[([^\]]*)\]/g, (_, part: string) => ([...part.matchAll(/\{(\w+)\}/g)].every(([, name = '']) => given(name)) ? part : ''))
      .replace(/\{(\w+)\}/g, (_, name: string) => (given(name) ? String(error.params[name]) : '…'));
  return { problem: fill(text.problem), wayOut: fill(text.wayOut) };
}

/** Problem and way out in one line, as the command prints it. */
export function errorLine(error: ErrorData, locale: Locale = 'en'): string {
  const text = errorText(error, locale);
  return `${text.problem} ${text.wayOut}`.trim();
}
