import { createCipheriv, createDecipheriv, createHmac, type KeyObject } from 'node:crypto';
import { pooledRandom } from './random-pool.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const FORMAT = 1;

/** What sealing adds to a block. */
export const SEAL_OVERHEAD_BYTES = 1 + NONCE_BYTES + TAG_BYTES;

/** AES-256-GCM: format byte, random nonce, ciphertext, tag. `bound` is authenticated and not stored. */
export function seal(key: KeyObject, plain: Uint8Array, bound: string): Buffer {
  const nonce = pooledRandom(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(bound, 'latin1'));
  const body = cipher.update(plain);
  const rest = cipher.final();
  return Buffer.concat([Buffer.from([FORMAT]), nonce, body, rest, cipher.getAuthTag()]);
}

/** Throws when the key, the binding or a single bit is not the one it was sealed with. */
export function unseal(key: KeyObject, sealed: Uint8Array, bound: string): Buffer {
  if (sealed.length < SEAL_OVERHEAD_BYTES || sealed[0] !== FORMAT) throw new Error('not a sealed block');
  const cipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(1, 1 + NONCE_BYTES), { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(bound, 'latin1'));
  cipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  const body = cipher.update(sealed.subarray(1 + NONCE_BYTES, sealed.length - TAG_BYTES));
  const rest = cipher.final();
  return rest.length === 0 ? body : Buffer.concat([body, rest]);
}

/**
 * Name of an object in the block store: says nothing about account or content to those without the server's key, and
 * is new for every write, so that collecting an old object never takes a new one.
 */
export function objectName(key: KeyObject, accountId: string, hash: string): string {
  return createHmac('sha256', key).update(accountId).update(hash).update(pooledRandom(16)).digest('hex').slice(0, 40);
}
