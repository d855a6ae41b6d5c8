import { createHash } from 'node:crypto';

/** Text whose hashes fill the gear table. Another text would cut every file anew: fixed for ever. */
const GEAR_SEED = 'tidemark-gear-v1';

/**
 * 256 pseudo-random 32-bit numbers, one a byte value: the first four bytes (big-endian) of SHA-256(GEAR_SEED + i), with i
 * in decimal. Anyone can compute the table again from this sentence.
 */
export const gear: Int32Array = Int32Array.from({ length: 256 }, (_, value) =>
  createHash('sha256').update(`${GEAR_SEED}${value}`).digest().readInt32BE(0),
);
