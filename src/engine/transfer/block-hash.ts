import { createHash } from 'node:crypto';
import { TidemarkError } from '../../contract/index.ts';
import type { Content } from '../model/index.ts';
import { contentHash } from './chunks/index.ts';

export const blockHash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Throws `content_corrupt` unless hash and size follow from the blocks; then verified blocks make a verified file. */
export function checkContent(content: Content): void {
  let size = 0;
  for (const block of content.blocks) size += block.size;
  if (size !== content.size || contentHash(content.blocks) !== content.hash)
    throw new TidemarkError('content_corrupt', { hash: content.hash });
}

/** Faults that may lie in one block of a request alone: the request is cut in two to find it. */
export function mayBeOneBlock(error: unknown): boolean {
  if (!(error instanceof TidemarkError)) return false;
  return (
    error.code === 'body_too_large' || error.code === 'quota_exceeded' || error.code === 'hash_mismatch' || error.code === 'content_corrupt'
  );
}
