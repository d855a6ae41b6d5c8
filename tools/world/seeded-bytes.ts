import { createCipheriv, createHash } from 'node:crypto';

/** The same incompressible bytes for the same seed, on every machine. */
export function seededBytes(seed: string, length: number): Buffer {
  const key = createHash('sha256').update(seed).digest();
  return createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(length));
}
