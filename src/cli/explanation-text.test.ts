import { describe, expect, it } from 'vitest';
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
} from '../contract/index.ts';
import { explanationText } from './explanation-text.ts';

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
/** Times are written as a terminal is used to; everything else is what the window shows. */
const when = (): string => '';

/** The sentences of the one catalogue; that the window shows them too is tested beside it, for the same codes. */
const expectShown = (explained: Explanation, ...sentences: readonly string[]): void => {
  for (const sentence of sentences) {
    expect(sentence).not.toBe('');
    expect(explanationText(explained, when)).toContain(sentence);
  }
};

const paramsOf = (code: ErrorCode): Record<string, string | number> =>
  Object.fromEntries(Object.entries(errorParams[code]).map(([name, kind]) => [name, kind.startsWith('number') ? 7 : `<${name}>`]));

describe('why', () => {
  it.each(errorCodes)('the command says of %s what the window says', (code) => {
    const explained = { ...base, reason: { code, params: paramsOf(code) } };
    const { reason } = explanationWords(explained, when);
    expectShown(explained, reason?.problem ?? '', reason?.wayOut ?? '');
  });

  it('the command says where to choose between two versions', () => {
    const explained = { ...base, waiting: { ...base.waiting, kind: 'choice' as const } };
    expect(explanationText(explained, when).split('\n').at(-1)).toBe('versions  tidemark conflicts list');
  });

  it('the command names rules, steps, waits and subjects as the window does', () => {
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
