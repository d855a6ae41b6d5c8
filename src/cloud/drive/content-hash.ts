import { createHash } from 'node:crypto';
import { type BlockRef, CONTENT_HASH_DOMAIN, EMPTY_CONTENT_HASH } from '../../contract/index.ts';

/** The content hash that follows from a file's blocks (contract, blocks.ts). */
export function contentHash(blocks: readonly BlockRef[]): string {
  const [first] = blocks;
  if (first === undefined) return EMPTY_CONTENT_HASH;
  if (blocks.length === 1) return first.hash;
  const hash = createHash('sha256').update(CONTENT_HASH_DOMAIN);
  for (const block of blocks) hash.update(block.hash, 'hex');
  return hash.digest('hex');
}

/** Whether size and hash are those of the blocks. */
export function followsFromBlocks(content: {
  readonly size: number;
  readonly hash: string;
  readonly blocks: readonly BlockRef[];
}): boolean {
  const size = content.blocks.reduce((sum, block) => sum + block.size, 0);
  return size === content.size && contentHash(content.blocks) === content.hash;
}
