import type { Locale } from '../errors/index.ts';
import type { RuleCode, StepKind, Subject, WaitKind } from './codes.ts';
import { en } from './texts.en.ts';
import { zhHans } from './texts.zh-hans.ts';
import { zhHant } from './texts.zh-hant.ts';

/** The sentences of one language. `{name}` stands for a parameter; a part in square brackets is left out where it is not given. */
export interface ExplainTexts {
  readonly rule: Readonly<Record<RuleCode, string>>;
  readonly step: Readonly<Record<StepKind, string>>;
  readonly wait: Readonly<Record<WaitKind, string>>;
  readonly subject: Readonly<Record<Subject, string>>;
}

export const explainTexts: Readonly<Record<Locale, ExplainTexts>> = { en, 'zh-Hans': zhHans, 'zh-Hant': zhHant };

/** The sentence for a code. A parameter that is missing shows as an ellipsis, never as `{name}`. */
export function explainText<K extends keyof ExplainTexts>(
  kind: K,
  code: keyof ExplainTexts[K] & string,
  params: Readonly<Record<string, string | number>> = {},
  locale: Locale = 'en',
): string {
  const pattern = explainTexts[locale][kind][code] as string;
  return pattern
    .replace(/\[([^\]{]*\{(\w+)\}[^\]]*)\]/g, (_, part: string, name: string) => ((params[name] ?? '') === '' ? '' : part))
    .replace(/\{(\w+)\}/g, (_, name: string) => (Object.hasOwn(params, name) ? String(params[name]) : '…'));
}
