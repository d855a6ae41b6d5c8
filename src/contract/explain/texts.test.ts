import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { rules } from './codes.ts';
import { explainText, explainTexts } from './text.ts';

const locales = ['en', 'zh-Hans', 'zh-Hant'] as const;
const kinds = ['rule', 'step', 'wait', 'subject'] as const;
const namesIn = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name).sort();

describe('the texts of explain', () => {
  it('exist in every language with the same parameters, none of them empty', () => {
    for (const kind of kinds) {
      for (const [code, text] of Object.entries(explainTexts.en[kind])) {
        for (const locale of locales) {
          const own = (explainTexts[locale][kind] as Readonly<Record<string, string>>)[code] ?? '';
          expect(own.trim(), `${locale} ${kind} ${code}`).not.toBe('');
          expect(namesIn(own), `${locale} ${kind} ${code}`).toEqual(namesIn(text));
          if (locale !== 'en') expect(own, `${locale} ${kind} ${code}`).toMatch(/[\u4e00-\u9fff]/);
        }
      }
    }
  });

  it('keep the two ways of writing Chinese apart', () => {
    for (const kind of kinds) {
      expect(Object.values(explainTexts['zh-Hans'][kind]).join(''), kind).not.toMatch(/[裝這們網資檔設個請會後從為無與處實動開關雲級應]/u);
      expect(Object.values(explainTexts['zh-Hant'][kind]).join(''), kind).not.toMatch(/[装这们网资档设个请会后从为无与处实动开关云级应]/u);
    }
  });

  it('fill in what is given and show an ellipsis for what is not', () => {
    expect(explainText('wait', 'at', { when: 'noon' })).toBe('The next try is at noon.');
    expect(explainText('wait', 'at')).toBe('The next try is at ….');
    expect(explainText('wait', 'paused', { when: '' })).toBe('It waits until you resume.');
    expect(explainText('wait', 'paused', { when: 'noon' })).toBe('It waits until you resume, or until noon.');
  });

  it('name rules that the description of how sync behaves has under that number', () => {
    const page = readFileSync(new URL('../../../docs/sync-behaviour.md', import.meta.url), 'utf8');
    const numbered = new Set([...page.matchAll(/^(\d+)\. \*\*/gm)].map(([, number]) => Number(number)));
    for (const [rule, number] of Object.entries(rules)) {
      expect(numbered, rule).toContain(number);
      expect(page, rule).toContain(`\`${rule}\``);
    }
  });
});
