import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TidemarkError } from '../contract/index.ts';
import { type SecretStore, openSecretStore } from '../engine/index.ts';
import { type Profile, writeOwnerFile } from './profile.ts';
import type { SecretStoreKind } from './secret-store-kind.ts';

const NO_RING: ReadonlySet<string> = new Set(['key_ring_unavailable', 'key_ring_locked', 'key_ring_denied']);

export interface ProfileSecretsOptions {
  readonly kind: SecretStoreKind;
  /** Without a key ring, an owner-only file, after saying so; else that is for the person to decide. */
  readonly fallBack: boolean;
  readonly note: (text: string) => void;
}

/**
 * The profile's secrets. What was chosen once stays, so that later commands find them without the flag.
 * Throws key_ring_unavailable, profile_not_writable.
 */
export async function openProfileSecrets(profile: Profile, options: ProfileSecretsOptions): Promise<SecretStore> {
  const remembered = await readChoice(profile);
  const wanted = options.kind === 'auto' ? (remembered ?? 'keyring') : options.kind;
  try {
    return await remember(profile, remembered, await openSecretStore(wanted, profile.dir), options.note);
  } catch (error) {
    const noRing = error instanceof TidemarkError && NO_RING.has(error.code);
    if (!noRing || !options.fallBack || options.kind !== 'auto' || remembered !== undefined) throw error;
    return remember(profile, remembered, await openSecretStore('file', profile.dir), options.note);
  }
}

const choiceFile = (profile: Profile): string => join(profile.dir, 'secret-store');

async function readChoice(profile: Profile): Promise<'keyring' | 'file' | undefined> {
  const text = (await readFile(choiceFile(profile), 'utf8').catch(() => '')).trim();
  return text === 'keyring' || text === 'file' ? text : undefined;
}

async function remember(
  profile: Profile,
  before: 'keyring' | 'file' | undefined,
  store: SecretStore,
  note: (text: string) => void,
): Promise<SecretStore> {
  if (before === store.kind) return store;
  await writeOwnerFile(choiceFile(profile), `${store.kind}\n`);
  if (store.kind === 'file') note(`Secrets of this profile are kept in a file that only you can read, in ${profile.dir}.`);
  return store;
}
