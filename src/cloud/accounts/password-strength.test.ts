import { describe, expect, it } from 'vitest';
import { requireStrong } from './password-strength.ts';

const words = ['ann.miller@example.com', 'Ann’s laptop'];
const codeOf = (password: string): Promise<unknown> =>
  requireStrong(password, words).then(
    () => 'taken',
    (error: unknown) => (error as { readonly code: string }).code,
  );

describe('a password', () => {
  it.each([
    'password',
    'Passw0rd!',
    '12345678',
    'qwertyuiop',
    'iloveyou',
    'sunshine1',
    'zaq12wsx',
    'abcdefgh',
    'aaaaaaaa',
    'x'.repeat(1024),
  ])('%s is among the first to be guessed', async (password) => {
    expect(await codeOf(password)).toBe('password_too_weak');
  });

  it.each(['tidemark2026', 'Tidemark!', 'ann.miller@example.com', 'annmiller', 'annmiller1', 'Example2026'])(
    '%s is made of what everybody knows of the account',
    async (password) => {
      expect(await codeOf(password)).toBe('password_too_weak');
    },
  );

  it.each([
    'correct horse battery',
    'a short sentence',
    '潮水每天来两次',
    'kT9#vq2Lm',
    'no digits or capitals needed',
    'seven tides before noon'.repeat(40),
  ])('%s is taken, whatever it is made of', async (password) => {
    expect(await codeOf(password)).toBe('taken');
  });
});
