import { describe, expect, expectTypeOf, it } from 'vitest';
import { type ErrorCode, errorCodes } from './catalogue.ts';
import { type ErrorParamsOf, errorParams } from './params.ts';
import type { ErrorParams } from './tidemark-error.ts';
import { type ErrorText, type Locale, errorLine, errorText, errorTexts } from './text.ts';

const locales = Object.keys(errorTexts) as Locale[];
const cases = locales.flatMap((locale) => errorCodes.map((code) => ({ locale, code, text: errorTexts[locale][code] })));

const namesIn = ({ problem, wayOut }: ErrorText): string[] =>
  [...new Set(Array.from(`${problem} ${wayOut}`.replace(/\[[^\]]*\]/g, '').matchAll(/\{(\w*)\}/g), (match) => match[1] ?? ''))].sort();

const needed = (code: ErrorCode): string[] =>
  Object.entries(errorParams[code])
    .filter(([, kind]) => !kind.endsWith('?'))
    .map(([name]) => name)
    .sort();

const sample = (code: ErrorCode): ErrorParams => Object.fromEntries(needed(code).map((name) => [name, `<${name}>`]));

describe('error texts', () => {
  it.each(locales)('%s has a text for every code and none besides', (locale) => {
    expect(Object.keys(errorTexts[locale]).sort()).toEqual([...errorCodes].sort());
  });

  it('the parameters list every code and none besides', () => {
    expect(Object.keys(errorParams).sort()).toEqual([...errorCodes].sort());
  });

  it('names only parameters that a code always has, and in every language the same', () => {
    for (const { locale, code, text } of cases) {
      expect(needed(code), `${locale} ${code}`).toEqual(expect.arrayContaining(namesIn(text)));
      expect(namesIn(text), `${locale} ${code}`).toEqual(namesIn(errorTexts.en[code]));
    }
  });

  it('leaves no brace and no gap once the parameters are given', () => {
    for (const { locale, code } of cases) {
      const line = errorLine({ code, params: sample(code) }, locale);
      expect(line, `${locale} ${code}`).not.toMatch(/[{}…]/);
      for (const name of namesIn(errorTexts[locale][code])) expect(line).toContain(`<${name}>`);
    }
  });

  it('says in one short sentence what is wrong, and then what to do', () => {
    for (const { locale, code, text } of cases) {
      const end = locale === 'en' ? /[.]$/ : /。$/;
      const what = `${locale} ${code}`;
      expect(text.problem, what).toMatch(end);
      expect(text.wayOut, what).toMatch(end);
      expect(text.problem.length, what).toBeLessThanOrEqual(110);
      expect(text.wayOut.length, what).toBeLessThanOrEqual(170);
      expect(text.problem.slice(0, -1), what).not.toMatch(/[.。]\s?[A-Z\u4e00-\u9fff]/);
    }
  });

  it('shows no error numbers, codes or words that blame', () => {
    for (const { locale, code, text } of cases) {
      const line = `${text.problem} ${text.wayOut}`;
      expect(line, `${locale} ${code}`).not.toMatch(/\bE[A-Z]{3,}\b|\b[45]\d\d\b/);
      expect(line, `${locale} ${code}`).not.toMatch(/errno|you (failed|must|forgot)|illegal|fatal|invalid argument/i);
      expect(line.includes(code) && code.includes('_'), `${locale} ${code}`).toBe(false);
    }
  });

  it('keeps the two ways of writing Chinese apart', () => {
    for (const code of errorCodes) {
      const hans = Object.values(errorTexts['zh-Hans'][code]).join('');
      const hant = Object.values(errorTexts['zh-Hant'][code]).join('');
      expect(hans, code).not.toMatch(/[裝這們網資檔設個請會後從為無與處實動開關雲級應]/u);
      expect(hant, code).not.toMatch(/[装这们网资档设个请会后从为无与处实动开关云级应]/u);
      expect(hans, code).toMatch(/[\u4e00-\u9fff]/);
      expect(hant, code).toMatch(/[\u4e00-\u9fff]/);
    }
  });

  it('a wrong password names the other region (PRODUCT 3)', () => {
    for (const code of ['invalid_credentials', 'no_such_account'] as const) {
      expect(errorTexts.en[code].wayOut).toContain('other region');
      expect(errorTexts['zh-Hans'][code].wayOut).toContain('另一个区域');
      expect(errorTexts['zh-Hant'][code].wayOut).toContain('另一個區域');
    }
  });

  it('says what would be right where that is known', () => {
    const wrong = { code: 'invalid_request' as const, params: { field: 'choice', problem: 'expected one of "keep"|"delete"' } };
    expect(errorText(wrong).problem).toBe('The request was refused: choice is missing or wrong (expected one of "keep"|"delete").');
    expect(errorText({ ...wrong, params: { field: 'choice' } }).problem).toBe('The request was refused: choice is missing or wrong.');
    for (const locale of locales) expect(errorText(wrong, locale).problem).toContain('"keep"|"delete"');
  });

  it('says what is not there yet', () => {
    expect(errorText({ code: 'not_available_yet', params: { what: 'undo' } }).problem).toBe('undo is not part of this version yet.');
  });

  it('shows a missing parameter as an ellipsis and takes nothing from the prototype', () => {
    expect(errorText({ code: 'port_in_use', params: {} }).problem).toBe('Port … is taken by another program.');
    expect(errorText({ code: 'usage', params: { detail: '{path} and $& stay' } }).problem).toBe(
      'The command was not understood: {path} and $& stay.',
    );
  });

  it('types the parameters of a code', () => {
    expectTypeOf<ErrorParamsOf<'port_in_use'>>().toEqualTypeOf<{ readonly port: number } & Record<never, never>>();
    expectTypeOf<ErrorParamsOf<'cloud_unreachable'>['server']>().toEqualTypeOf<string>();
    expectTypeOf<ErrorParamsOf<'cloud_unreachable'>['detail']>().toEqualTypeOf<string | undefined>();
    // @ts-expect-error a port is a number
    expectTypeOf<ErrorParamsOf<'port_in_use'>>().toEqualTypeOf<{ port: string }>();
  });
});
