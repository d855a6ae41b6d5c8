import { TidemarkError } from '../../contract/index.ts';
import type { SecretStore } from '../environment.ts';

/** One secret of the system's key ring. */
export interface KeyringEntry {
  getPassword(): Promise<string | null>;
  setPassword(password: string): Promise<void>;
  deletePassword(): Promise<boolean>;
}

export type OpenEntry = (service: string, account: string) => KeyringEntry;

const SERVICE = 'Tidemark';

/**
 * Secrets in the system's key ring, one entry a profile and name. The ring is tried by writing, since a machine without
 * a usable one answers "no such secret" to reads: whoever signs in hears of it before, not after. Throws
 * `key_ring_unavailable`, `key_ring_locked` or `key_ring_denied` with the system's words.
 */
export async function openKeyringSecretStore(profile: string, load: () => Promise<OpenEntry> = loadKeyring): Promise<SecretStore> {
  const store = new KeyringSecretStore(await guarded(load), profile);
  await store.set('probe', 'tidemark');
  const read = await store.get('probe');
  await store.delete('probe');
  if (read !== 'tidemark') throw new TidemarkError('key_ring_unavailable', { detail: 'what was written could not be read' });
  return store;
}

/**
 * Loaded when needed: a missing native part must not stop those who keep secrets in a file. On Linux it has to be the
 * Secret Service: without it the package would fall back to the kernel's keys, which a restart of the machine forgets.
 */
async function loadKeyring(): Promise<OpenEntry> {
  const { AsyncEntry } = await import('keytar');
  return (service, account) => new AsyncEntry(service, account, { linux: { store: 'secret-service' } });
}

class KeyringSecretStore implements SecretStore {
  readonly kind = 'keyring';
  readonly #open: OpenEntry;
  readonly #profile: string;

  constructor(open: OpenEntry, profile: string) {
    this.#open = open;
    this.#profile = profile;
  }

  get(name: string): Promise<string | null> {
    return guarded(() => this.#entry(name).getPassword());
  }

  set(name: string, value: string): Promise<void> {
    return guarded(() => this.#entry(name).setPassword(value));
  }

  async delete(name: string): Promise<void> {
    await guarded(() => this.#entry(name).deletePassword());
  }

  #entry(name: string): KeyringEntry {
    return this.#open(SERVICE, `${name} (${this.#profile})`);
  }
}

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new TidemarkError(codeOf(detail), { detail }, { cause });
  }
}

/** The systems tell a ring that is locked, one that refuses and none at all apart by their words only. */
function codeOf(detail: string): 'key_ring_locked' | 'key_ring_denied' | 'key_ring_unavailable' {
  // A prompt to unlock that nobody answered is no refusal.
  if (/prompt was dismissed|\blocked\b|interaction is not allowed/i.test(detail)) return 'key_ring_locked';
  if (/denied|refused|not permitted|cancell?ed|auth(entication|orization)? fail/i.test(detail)) return 'key_ring_denied';
  return 'key_ring_unavailable';
}
