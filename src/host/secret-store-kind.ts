import { TidemarkError } from '../contract/index.ts';

export type SecretStoreKind = 'auto' | 'keyring' | 'file';

/** The kind that a flag or a variable names; `auto` when it names none. Throws usage. */
export function secretStoreKind(text: string | undefined): SecretStoreKind {
  if (text === undefined || text === '' || text === 'auto') return 'auto';
  if (text === 'file' || text === 'keyring') return text;
  throw new TidemarkError('usage', { detail: `the secret store is auto, keyring or file, not ${text}` });
}
