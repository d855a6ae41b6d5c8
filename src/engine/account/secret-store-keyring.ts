import { TidemarkError } from '../../contract/index.ts';
import type { SecretStore } from '../environment.ts';

/** What we use of the key ring's five functions. */
export interface Keyring {
  getPassword(service: string, account: string): Promise<string | null>;
  setPassword(service: string, account: string, password: string): Promise<void>;
  deletePassword(service: string, account: string): Promise<boolean>;
}

const SERVICE = 'Tidemark';

/**
 * Secrets in the system's key ring, one entry a profile and name. It is tried once here, so that a machine without a
 * ring, or with a locked one, is told before anyone signs in. Throws `key_ring_unavailable` with the system's words.
 */
export async function openKeyringSecretStore(profile: string, load: () => Promise<Keyring> = loadKeyring): Promise<SecretStore> {
  const ring = await guarded(load);
  const store = new KeyringSecretStore(ring, profile);
  await store.get('probe');
  return store;
}

/** Loaded when needed: a missing native part must not stop those who keep secrets in a file. */
async function loadKeyring(): Promise<Keyring> {
  return import('keytar/keytar.js');
}

class KeyringSecretStore implements SecretStore {
  readonly kind = 'keyring';
  readonly #ring: Keyring;
  readonly #profile: string;

  constructor(ring: Keyring, profile: string) {
    this.#ring = ring;
    this.#profile = profile;
  }

  get(name: string): Promise<string | null> {
    return guarded(() => this.#ring.getPassword(SERVICE, this.#account(name)));
  }

  set(name: string, value: string): Promise<void> {
    return guarded(() => this.#ring.setPassword(SERVICE, this.#account(name), value));
  }

  async delete(name: string): Promise<void> {
    await guarded(() => this.#ring.deletePassword(SERVICE, this.#account(name)));
  }

  #account(name: string): string {
    return `${name} (${this.#profile})`;
  }
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new TidemarkError('key_ring_unavailable', { detail: cause instanceof Error ? cause.message : String(cause) }, { cause });
  }
}
