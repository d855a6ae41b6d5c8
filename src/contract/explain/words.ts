import type { ErrorText, Locale } from '../errors/index.ts';
import { errorText } from '../errors/index.ts';
import type { Explanation } from '../engine/items.ts';
import { rules } from './codes.ts';
import { explainText } from './text.ts';

/** An explanation in the sentences that the command and the window both show. */
export interface ExplanationWords {
  /** What the path is. */
  readonly subject: string;
  /** Why it is not synced; null when there is no reason. */
  readonly reason: ErrorText | null;
  /** The rule that decided, with its number in the description of how sync behaves. */
  readonly rule: { readonly number: number; readonly sentence: string } | null;
  readonly next: readonly string[];
  readonly waiting: string;
}

/** @param when writes a time as the reader is used to */
export function explanationWords(explained: Explanation, when: (ms: number) => string, locale: Locale = 'en'): ExplanationWords {
  const { subject, about, reason, rule, next, waiting } = explained;
  const separator = locale === 'en' ? ', ' : '、';
  return {
    subject: explainText('subject', subject, { above: about.above ?? '', when: about.at === null ? '' : when(about.at) }, locale),
    reason: reason === null ? null : errorText(reason, locale),
    rule: rule === null ? null : { number: rules[rule], sentence: explainText('rule', rule, {}, locale) },
    next: next.map(({ step, otherPath }) => explainText('step', step, {}, locale) + (otherPath === null ? '' : ` → ${otherPath}`)),
    waiting: explainText(
      'wait',
      waiting.kind,
      { when: waiting.at === null ? '' : when(waiting.at), items: waiting.items.join(separator) },
      locale,
    ),
  };
}
