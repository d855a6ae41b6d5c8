import type { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { MIN_PASSWORD_LENGTH, TidemarkError } from '../../contract/index.ts';

/**
 * zxcvbn's "somewhat guessable" (Wheeler, _zxcvbn: low-budget password strength estimation_, USENIX Security 2016): from a million
 * guesses on. Below that are the tens of thousands of most common passwords, words of this account, years, keyboard walks and repeats.
 */
const LEAST_SCORE = 2;
/** The estimate takes long for long ones, and what is that long is not guessed. */
const LOOKED_AT = 100;

let estimator: Promise<ZxcvbnFactory> | undefined;

/** Some megabytes, and needed only where a password is chosen. */
async function load(): Promise<ZxcvbnFactory> {
  const [{ ZxcvbnFactory: Factory }, { adjacencyGraphs, dictionary }] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
  ]);
  return new Factory({ dictionary, graphs: adjacencyGraphs });
}

/**
 * Refuses what would be guessed first (OWASP ASVS 5, 6.2.4 and 6.2.11). Says nothing about which characters are in it.
 * @param words of the account: its addresses, the name of the device. Together with the product's name they are no secret
 * Throws TidemarkError: `password_too_weak`.
 */
export async function requireStrong(password: string, words: readonly string[]): Promise<void> {
  estimator ??= load();
  const context = ['tidemark', ...words.flatMap((word) => [word, ...word.split(/[^\p{L}\p{N}]+/u)])].filter((word) => word.length > 2);
  const { score } = (await estimator).check(password.normalize('NFC').slice(0, LOOKED_AT), context);
  if (score < LEAST_SCORE) throw new TidemarkError('password_too_weak', { minLength: MIN_PASSWORD_LENGTH });
}
