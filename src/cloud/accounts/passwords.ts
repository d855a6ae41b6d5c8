import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { requireStrong } from './password-strength.ts';

// OWASP Password Storage Cheat Sheet: argon2id (the library's default), 19 MiB, two passes, one lane.
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** The same password typed on two systems may come composed or decomposed. */
const normal = (password: string): string => password.normalize('NFC');

export const hashPassword = (password: string): Promise<string> => hash(normal(password), parameters);

let dummy: Promise<string> | undefined;

/** Takes as long for an account that does not exist (`undefined`) as for one that does. */
export async function isPassword(stored: string | undefined, password: string): Promise<boolean> {
  dummy ??= hashPassword(randomBytes(16).toString('hex'));
  const matches = await verify(stored ?? (await dummy), normal(password));
  return matches && stored !== undefined;
}

/** The hash of a password that somebody chose. @param words see `requireStrong`, which this throws as */
export async function hashChosen(password: string, words: readonly string[]): Promise<string> {
  await requireStrong(password, words);
  return hashPassword(password);
}
