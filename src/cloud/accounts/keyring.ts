import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import type { AccountRecord } from '../catalogue.ts';
import { seal, unseal } from '../cipher.ts';

const MAX_OPEN = 1000;

/** Keys of the accounts: random, sealed with the server's key, opened once and kept in memory for the busiest. */
export class Keyring {
  readonly #wrapKey: KeyObject;
  readonly #open = new Map<number, KeyObject>();

  constructor(wrapKey: KeyObject) {
    this.#wrapKey = wrapKey;
  }

  /** A new account's key, sealed. */
  newKey(accountId: string): Buffer {
    return seal(this.#wrapKey, randomBytes(32), `key ${accountId}`);
  }

  keyOf(account: AccountRecord): KeyObject {
    const known = this.#open.get(account.no);
    if (known !== undefined) return known;
    const key = createSecretKey(unseal(this.#wrapKey, account.wrappedKey, `key ${account.id}`));
    const [oldest] = this.#open.keys();
    if (this.#open.size >= MAX_OPEN && oldest !== undefined) this.#open.delete(oldest);
    this.#open.set(account.no, key);
    return key;
  }
}
