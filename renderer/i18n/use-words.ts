import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { type ErrorData, type ErrorText, type Locale, errorLine, errorText, matchLocale } from '../../src/contract/index.ts';
import { type Format, formatFor } from './format.ts';

export interface Words {
  readonly t: TFunction;
  readonly locale: Locale;
  readonly format: Format;
  /** Problem and way out of an error; never its code or its raw message. */
  readonly error: (error: ErrorData) => ErrorText;
  /** The same in one line. */
  readonly line: (error: ErrorData) => string;
  /** `just now`, `5 minutes ago`, `in 20 seconds`. */
  readonly ago: (ms: number, nowMs?: number) => string;
}

/** Words, numbers and errors in the language of the window. */
export function useWords(): Words {
  const { t, i18n } = useTranslation('ui');
  const locale = matchLocale([i18n.language]);
  const format = formatFor(locale);
  return {
    t,
    locale,
    format,
    error: (error) => errorText(error, locale),
    line: (error) => errorLine(error, locale),
    ago: (ms, nowMs = Date.now()) => format.relative(ms, nowMs, { past: t('time.now'), future: t('time.soon') }),
  };
}
