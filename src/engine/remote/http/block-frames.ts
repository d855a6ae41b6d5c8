import { createHash } from 'node:crypto';
import { BLOCK_FRAME_HEADER_BYTES, BLOCK_MAX_BYTES, MAX_BLOCKS_BODY_BYTES, TidemarkError } from '../../../contract/index.ts';
import type { BlockData } from '../api.ts';

/** Blocks one after the other as `POST /v1/blocks` takes them. Throws `body_too_large` above MAX_BLOCKS_BODY_BYTES. */
export function encodeFrames(blocks: readonly BlockData[]): Uint8Array {
  let total = 0;
  for (const block of blocks) total += BLOCK_FRAME_HEADER_BYTES + block.bytes.byteLength;
  if (total > MAX_BLOCKS_BODY_BYTES) throw new TidemarkError('body_too_large', { limit: MAX_BLOCKS_BODY_BYTES });
  const body = Buffer.allocUnsafe(total);
  let at = 0;
  for (const { hash, bytes } of blocks) {
    body.write(hash, at, 'hex');
    body.writeUInt32BE(bytes.byteLength, at + 32);
    body.set(bytes, at + BLOCK_FRAME_HEADER_BYTES);
    at += BLOCK_FRAME_HEADER_BYTES + bytes.byteLength;
  }
  return body;
}

/**
 * Reads the answer of `fetch`, which is not trusted: it must be a prefix of what was asked, whole frames only, each of
 * at most BLOCK_MAX_BYTES and with the stated hash. The blocks are views of `body`.
 * Throws `cloud_answer_invalid` for a broken frame, `content_corrupt` when bytes and hash differ.
 */
export function decodeFrames(body: Uint8Array, asked: readonly string[], server: string): readonly BlockData[] {
  const buffer = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const invalid = (field: string): TidemarkError => new TidemarkError('cloud_answer_invalid', { server, field });
  const blocks: BlockData[] = [];
  let at = 0;
  while (at < buffer.length) {
    if (buffer.length - at < BLOCK_FRAME_HEADER_BYTES) throw invalid('frame.header');
    const hash = buffer.toString('hex', at, at + 32);
    const size = buffer.readUInt32BE(at + 32);
    at += BLOCK_FRAME_HEADER_BYTES;
    if (size > BLOCK_MAX_BYTES || size > buffer.length - at) throw invalid('frame.length');
    if (hash !== asked[blocks.length]) throw invalid('frame.hash');
    const bytes = buffer.subarray(at, at + size);
    at += size;
    if (sha256Hex(bytes) !== hash) throw new TidemarkError('content_corrupt', { hash });
    blocks.push({ hash, bytes });
  }
  if (blocks.length === 0) throw invalid('frames');
  return blocks;
}

const sha256Hex = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
