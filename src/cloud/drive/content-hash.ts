import { createHash } from 'node:crypto';
import { BLOCK_MIN_BYTES, type BlockRef, CONTENT_HASH_DOMAIN, EMPTY_CONTENT_HASH } from '../../contract/index.ts';

/** The content hash that follows from a file's blocks (contract, blocks.ts). */
export function contentHash(blocks: readonly BlockRef[]): string {
  const [first] = blocks;
  if (first === undefined) return EMPTY_CONTENT_HASH;
  if (blocks.length === 1) return first.hash;
  const hash = createHash('sha256').update(CONTENT_HASH_DOMAIN);
  for (const block of blocks) hash.update(block.hash, 'hex');
  return hash.digest('hex');
}

/** Blocks that may be shorter than the cutter makes them, for clients that cut otherwise. */
const MAX_SHORT_BLOCKS = 16;

/**
 * Whether size and hash are those of the blocks, and there are no more of them than a file of this size can have: what a
 * file takes in lists has to stay in proportion to the room it takes, since only that is counted.
 */
export function followsFromBlocks(content: {
  readonly size: number;
  readonly hash: string;
  readonly blocks: readonly BlockRef[];
}): boolean {
  const size = content.blocks.reduce((sum, block) => sum + block.size, 0);
  if (content.blocks.length > MAX_SHORT_BLOCKS + size / BLOCK_MIN_BYTES) return false;
  return size === content.size && contentHash(content.blocks) === content.hash;
}
