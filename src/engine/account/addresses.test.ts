import { describe, expect, it } from 'vitest';
import { readEmail, readPhone } from './addresses.ts';

const everywhere = { region: 'international', countries: null } as const;
const codeOf = (read: () => unknown): unknown => {
  try {
    return read();
  } catch (error) {
    return (error as { readonly code: string }).code;
  }
};

describe('an e-mail address', () => {
  it.each([
    ['ann@gmial.com', 'ann@gmail.com'],
    ['ann@gmail.con', 'ann@gmail.com'],
    ['Ann@HOTMIAL.com ', 'ann@hotmail.com'],
    ['li@163.con', '163.com'],
  ])('%s is told to look like a typo', (text, meant) => {
    expect(readEmail(text).suggestion).toContain(meant);
  });

  it.each([
    'ann@gmail.com',
    'ann@uni-koeln.de',
    'ann@tidemark.test',
    'li@foxmail.com',
    'li@qq.com',
    'li@126.com',
    'ann@mac.com',
    'ann@fastmail.fm',
    'ann@company.io',
    'ann@localhost',
  ])('%s is left alone, also where it is rare', (text) => {
    expect(readEmail(text)).toEqual({ to: { kind: 'email', email: text }, shown: text, suggestion: null, delivery: 'usual' });
  });

  it('is refused where it is none', () => {
    for (const text of ['ann', 'ann@', '@example.com', 'ann@ex ample.com', '']) expect(codeOf(() => readEmail(text))).toBe('email_invalid');
  });
});

describe('a phone number', () => {
  it.each([
    ['+49 (0)30 123456', undefined, '+4930123456'],
    ['030 / 12 34 56', 'DE', '+4930123456'],
    ['0049 30 123456', 'de', '+4930123456'],
    ['(415) 555-2671', 'US', '+14155552671'],
    ['138 0013 8000', 'CN', '+8613800138000'],
    ['+86 138 0013 8000', 'DE', '+8613800138000'],
  ])('%s, at home in %s, is %s', (text, home, phone) => {
    expect(readPhone(text, home, everywhere).to).toEqual({ kind: 'phone', phone });
  });

  it('is refused where it is none, and where no message goes', () => {
    for (const text of ['030 123456', 'call me', '+1', '+999 123456789', '+49 30 123456 ext. 5', '+4930123456 or +4930123457', ''])
      expect([text, codeOf(() => readPhone(text, undefined, everywhere))]).toEqual([text, 'phone_invalid']);
    expect(
      codeOf(() => readPhone('030 123456', 'XX', everywhere)),
      'a country that there is not',
    ).toBe('phone_invalid');
    expect(codeOf(() => readPhone('+33 6 12 34 56 78', undefined, { ...everywhere, countries: ['DE'] }))).toBe('phone_not_served');
    expect(codeOf(() => readPhone('+33 6 12 34 56 78', undefined, { ...everywhere, countries: ['FR'] }))).toMatchObject({
      shown: '+33 6 12 34 56 78',
    });
  });

  it('abroad is unreliable, and that is told beforehand', () => {
    const mainland = { region: 'mainland', countries: null } as const;
    expect(readPhone('+86 138 0013 8000', undefined, mainland).delivery).toBe('usual');
    expect(readPhone('+49 30 123456', undefined, mainland).delivery).toBe('unreliable');
    expect(readPhone('+86 138 0013 8000', undefined, everywhere).delivery).toBe('unreliable');
  });
});
