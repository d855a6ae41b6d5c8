import { TidemarkError } from '../../contract/index.ts';
import type { SecretStore } from '../environment.ts';

/** Secrets in memory. `locked` makes every call fail as a locked key ring does. */
export class FakeSecrets implements SecretStore {
  readonly kind = 'keyring';
  readonly values = new Map<string, string>();
  locked = false;

  get(name: string): Promise<string | null> {
    return this.#open(() => this.values.get(name) ?? null);
  }

  set(name: string, value: string): Promise<void> {
    return this.#open(() => {
      this.values.set(name, value);
    });
  }

  delete(name: string): Promise<void> {
    return this.#open(() => {
      this.values.delete(name);
    });
  }

  #open<T>(work: () => T): Promise<T> {
    if (this.locked) return Promise.reject(new TidemarkError('key_ring_unavailable', { detail: 'locked' }));
    return Promise.resolve(work());
  }
}
