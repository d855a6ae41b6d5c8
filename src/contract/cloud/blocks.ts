import { z } from 'zod';
import { sha256Hex } from '../primitives.ts';

/**
 * FastCDC (Xia et al., "FastCDC: a Fast and Efficient Content-Defined Chunking Approach for Data Deduplication",
 * USENIX ATC 2016) with normalised chunking level 2. Fixed for ever: other parameters would cut every file anew.
 */
export const BLOCK_MIN_BYTES = 256 * 1024;
export const BLOCK_AVERAGE_BYTES = 1024 * 1024;
export const BLOCK_MAX_BYTES = 4 * 1024 * 1024;

export const MAX_HASHES = 4096;
/** Largest body of `POST /v1/blocks` and largest answer of `POST /v1/blocks/fetch`, in bytes. */
export const MAX_BLOCKS_BODY_BYTES = 16 * 1024 * 1024;
/**
 * Frames, one after the other: 32 bytes SHA-256, 4 bytes length (unsigned, big-endian), that many bytes of content.
 * `fetch` answers in the order asked and stops before the limit; the client asks again for the rest.
 */
export const BLOCKS_MEDIA_TYPE = 'application/vnd.tidemark.blocks';
export const BLOCK_FRAME_HEADER_BYTES = 36;

/** Prefix of the content hash of a file of several blocks, so that no file's bytes can collide with it. */
export const CONTENT_HASH_DOMAIN = 'tidemark-blocks-v1\n';
/*
 * contentHash(blocks): no block -> SHA-256 of the empty string; one block -> that block's hash (the SHA-256 of the
 * file); several -> SHA-256(CONTENT_HASH_DOMAIN, then the 32-byte hashes in order). The cloud checks it at commit.
 */
export const EMPTY_CONTENT_HASH = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

export const hashList = z.object({ hashes: z.array(sha256Hex).min(1).max(MAX_HASHES) });
export const missingResponse = z.object({ missing: z.array(sha256Hex) });
export const storeResponse = z.object({
  stored: z.int().min(0),
  rejected: z.array(sha256Hex).describe('content does not have the stated hash'),
});
