import { describe, expect, it } from 'vitest';
import { matchLocale } from '../../src/contract/index.ts';
import { formatFor } from './format.ts';

const en = formatFor('en');
const words = { past: 'just now', future: 'in a moment' };

describe('formats', () => {
  it.each([
    [0, '0 bytes'],
    [1, '1 byte'],
    [1023, '1,023 bytes'],
    [1024, '1 kB'],
    [1536, '1.5 kB'],
    [120 * 1024 ** 2, '120 MB'],
    [1024 ** 3 * 2.25, '2.3 GB'],
    [1024 ** 4 * 5000, '5,000 TB'],
    [1024 ** 5 * 2000, '2,048,000 TB'],
  ])('%d bytes are %s', (bytes, text) => {
    expect(en.bytes(bytes)).toBe(text);
  });

  it.each([
    [0, 'just now'],
    [-1500, 'just now'],
    [1000, 'in a moment'],
    [-30_000, '30 seconds ago'],
    [90_000, 'in 1 minute'],
    [-7_200_000, '2 hours ago'],
    [-86_400_000, 'yesterday'],
  ])('%d ms from now is %s', (ahead, text) => {
    expect(en.relative(1e12 + ahead, 1e12, words)).toBe(text);
  });

  it('spans are rough, never zero', () => {
    expect([1, 45_000, 90_000, 5_400_000].map((ms) => en.span(ms))).toEqual(['1 sec', '45 sec', '2 min', '1.5 hr']);
    expect(formatFor('zh-Hans').span(120_000)).toBe('2分钟');
  });
});

describe('the language for what the system prefers', () => {
  it.each([
    [['zh-CN'], 'zh-Hans'],
    [['zh-TW', 'en'], 'zh-Hant'],
    [['zh-Hant-HK'], 'zh-Hant'],
    [['zh-Hans-TW'], 'zh-Hans'],
    [['zh-HK'], 'zh-Hant'],
    [['zh'], 'zh-Hans'],
    [['de-DE', 'zh-SG'], 'zh-Hans'],
    [['en-GB', 'zh-CN'], 'en'],
    [['de', 'fr'], 'en'],
    [[], 'en'],
  ])('%j is %s', (preferred, locale) => {
    expect(matchLocale(preferred)).toBe(locale);
  });
});
