import { TidemarkError } from '../../contract/index.ts';
import type { SecretStore } from '../environment.ts';
import { openFileSecretStore } from './secret-store-file.ts';
import { openKeyringSecretStore } from './secret-store-keyring.ts';

export type SecretStoreChoice = 'auto' | 'keyring' | 'file';

/**
 * The profile's secrets. `auto` is the key ring, never the file: a machine without one has to be told to keep secrets in
 * a file. Throws `key_ring_unavailable`, `profile_not_writable`.
 * @param profile absolute path of the profile folder
 */
export function openSecretStore(choice: SecretStoreChoice, profile: string): Promise<SecretStore> {
  switch (choice) {
    case 'auto':
    case 'keyring':
      return openKeyringSecretStore(profile);
    case 'file':
      return openFileSecretStore(profile);
    default:
      throw new TidemarkError('usage', { option: 'secret-store' });
  }
}
