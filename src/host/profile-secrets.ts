import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TidemarkError } from '../contract/index.ts';
import { type SecretStore, engineSecrets, openSecretStore } from '../engine/index.ts';
import { cloudSecrets } from './embedded-cloud.ts';
import { type Profile, writeOwnerFile } from './profile.ts';
import type { SecretStoreKind } from './secret-store-kind.ts';

const NO_RING: ReadonlySet<string> = new Set(['key_ring_unavailable', 'key_ring_locked', 'key_ring_denied']);

export interface ProfileSecretsOptions {
  readonly kind: SecretStoreKind;
  /** Without a key ring, an owner-only file, after saying so; else that is for the person to decide. */
  readonly fallBack: boolean;
  readonly note: (text: string) => void;
  /** The real ones unless given. */
  readonly open?: typeof openSecretStore;
}

/**
 * The profile's secrets. What was chosen once stays, so that later commands find them without the flag.
 * Throws key_ring_unavailable, profile_not_writable.
 */
export async function openProfileSecrets(profile: Profile, options: ProfileSecretsOptions): Promise<SecretStore> {
  const remembered = await readChoice(profile);
  const wanted = options.kind === 'auto' ? (remembered ?? 'keyring') : options.kind;
  const { open = openSecretStore } = options;
  try {
    const store = await open(wanted, profile.dir);
    const before = remembered === undefined || remembered === store.kind ? null : await open(remembered, profile.dir).catch(() => null);
    if (before !== null) await copySecrets(before, store);
    await remember(profile, remembered, store, options.note);
    if (before !== null) await forgetSecrets(before);
    return store;
  } catch (error) {
    const noRing = error instanceof TidemarkError && NO_RING.has(error.code);
    if (!noRing || !options.fallBack || options.kind !== 'auto' || remembered !== undefined) throw error;
    return remember(profile, remembered, await open('file', profile.dir), options.note);
  }
}

const ALL = [...engineSecrets, ...cloudSecrets];

/** Else the device would have to sign in again, with the old token still good, and a cloud of its own could not be opened. */
async function copySecrets(from: SecretStore, to: SecretStore): Promise<void> {
  for (const name of ALL) {
    const value = await from.get(name);
    if (value !== null) await to.set(name, value);
  }
}

async function forgetSecrets(store: SecretStore): Promise<void> {
  for (const name of ALL) await store.delete(name).catch(() => undefined);
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
