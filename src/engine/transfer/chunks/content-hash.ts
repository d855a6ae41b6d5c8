import { createHash } from 'node:crypto';
import { CONTENT_HASH_DOMAIN, EMPTY_CONTENT_HASH } from '../../../contract/index.ts';
import type { Block } from '../../model/index.ts';

/** The hash that names a file's content, from the hashes of its blocks (contract: CONTENT_HASH_DOMAIN). Hex. */
export function contentHash(blocks: readonly Pick<Block, 'hash'>[]): string {
  const [first] = blocks;
  if (first === undefined) return EMPTY_CONTENT_HASH;
  if (blocks.length === 1) return first.hash;
  const whole = createHash('sha256').update(CONTENT_HASH_DOMAIN);
  for (const block of blocks) whole.update(block.hash, 'hex');
  return whole.digest('hex');
}
