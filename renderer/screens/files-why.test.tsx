import { renderToStaticMarkup } from 'react-dom/server';
import { I18nextProvider } from 'react-i18next';
import { beforeAll, describe, expect, it } from 'vitest';
import type { i18n as I18n } from 'i18next';
import {
  type ErrorCode,
  type Explanation,
  errorCodes,
  errorParams,
  explanationWords,
  ruleCodes,
  stepKinds,
  subjects,
  waitKinds,
} from '../../src/contract/index.ts';
import { startI18n } from '../i18n/index.ts';
import { Said } from './files-why.tsx';

let i18n: I18n;
beforeAll(async () => {
  i18n = await startI18n('en');
});

const at = Date.UTC(2026, 2, 1, 12);
const base: Explanation = {
  path: 'Folder/a.txt',
  subject: 'item',
  about: { above: 'Folder', at },
  state: 'waiting',
  rule: null,
  local: null,
  remote: null,
  synced: null,
  reason: null,
  nextTryAt: at,
  next: [],
  waiting: { kind: 'now', at, items: ['b.txt', 'c.txt'], question: null },
};
/** Times are written as each is used to; everything else is the same. */
const when = (): string => '';
const inWindow = (explained: Explanation): string => {
  const said = explanationWords(explained, when);
  const markup = renderToStaticMarkup(
    <I18nextProvider i18n={i18n}>
      <Said said={said} />
    </I18nextProvider>,
  );
  return markup
    .replace(/<[^>]*>/g, '\n')
    .replaceAll('&quot;', '"')
    .replaceAll('&#x27;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
};
/** The sentences of the one catalogue; what the command prints of them is tested beside it, for the same codes. */
const expectShown = (explained: Explanation, ...sentences: readonly string[]): void => {
  for (const sentence of sentences) {
    expect(sentence).not.toBe('');
    expect(inWindow(explained)).toContain(sentence);
  }
};

const paramsOf = (code: ErrorCode): Record<string, string | number> =>
  Object.fromEntries(Object.entries(errorParams[code]).map(([name, kind]) => [name, kind.startsWith('number') ? 7 : `<${name}>`]));

describe('why', () => {
  it.each(errorCodes)('the window says of %s what the catalogue says', (code) => {
    const explained = { ...base, reason: { code, params: paramsOf(code) } };
    const { reason } = explanationWords(explained, when);
    expectShown(explained, reason?.problem ?? '', reason?.wayOut ?? '');
  });

  it('the window names rules, steps, waits and subjects as the catalogue does', () => {
    for (const rule of ruleCodes) expectShown({ ...base, rule }, explanationWords({ ...base, rule }, when).rule?.sentence ?? '');
    for (const step of stepKinds) {
      const explained = { ...base, next: [{ step, otherPath: 'other' }] };
      expectShown(explained, ...explanationWords(explained, when).next);
    }
    for (const kind of waitKinds) {
      const explained = { ...base, waiting: { ...base.waiting, kind } };
      expectShown(explained, explanationWords(explained, when).waiting);
    }
    for (const subject of subjects) expectShown({ ...base, subject }, explanationWords({ ...base, subject }, when).subject);
  });
});
