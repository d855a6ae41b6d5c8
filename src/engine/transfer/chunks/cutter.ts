import { BLOCK_AVERAGE_BYTES, BLOCK_MAX_BYTES, BLOCK_MIN_BYTES } from '../../../contract/index.ts';
import { gear } from './gear.ts';

const NORMALISATION = 2;
const AVERAGE_BITS = Math.log2(BLOCK_AVERAGE_BYTES);

/** The highest bits of the rolling hash, which depend on the most bytes (32 for the top one). */
const topBits = (count: number): number => (-1 << (32 - count)) | 0;

/** Harder to meet before the average size and easier after it: blocks gather around the average. */
const MASK_BEFORE_AVERAGE = topBits(AVERAGE_BITS + NORMALISATION);
const MASK_AFTER_AVERAGE = topBits(AVERAGE_BITS - NORMALISATION);

/**
 * Finds the ends of content-defined blocks in a stream (FastCDC, see BLOCK_MIN_BYTES in the contract). It keeps a hash
 * and a count, never bytes; how the stream is divided into buffers does not change where it cuts.
 */
export class Cutter {
  /** Bytes of the present block so far. */
  #position = 0;
  #hash = 0;

  /** Bytes since the last cut. */
  get pending(): number {
    return this.#position;
  }

  /** Ends (exclusive, relative to `bytes`) of the blocks that end within it, in order. */
  push(bytes: Uint8Array): readonly number[] {
    const ends: number[] = [];
    const length = bytes.length;
    let offset = 0;
    while (offset < length) {
      const position = this.#position;
      if (position < BLOCK_MIN_BYTES) {
        const skipped = Math.min(BLOCK_MIN_BYTES - position, length - offset);
        this.#position += skipped;
        offset += skipped;
        continue;
      }
      const before = position < BLOCK_AVERAGE_BYTES;
      const limit = before ? BLOCK_AVERAGE_BYTES : BLOCK_MAX_BYTES;
      const until = Math.min(length, offset + limit - position);
      const end = scan(bytes, offset, until, before ? MASK_BEFORE_AVERAGE : MASK_AFTER_AVERAGE, this.#hash);
      const found = end > 0;
      const next = found ? end : until;
      this.#position += next - offset;
      offset = next;
      if (found || this.#position === BLOCK_MAX_BYTES) {
        ends.push(offset);
        this.#position = 0;
        this.#hash = 0;
      } else {
        this.#hash = hashAfter[0] ?? 0;
      }
    }
    return ends;
  }
}

/** Where `scan` leaves the hash when it finds no end. */
const hashAfter = new Int32Array(1);

/**
 * Index after the byte where the masked hash is zero, or 0 when there is none. This loop is what cutting costs. Four
 * bytes a round: the plain loop is as fast once optimised, but V8 (Node 24) leaves it in a lower tier at a quarter of that.
 */
function scan(bytes: Uint8Array, from: number, until: number, mask: number, hashBefore: number): number {
  const table = gear;
  let hash = hashBefore | 0;
  let index = from;
  const lastRound = until - 3;
  while (index < lastRound) {
    hash = ((hash << 1) + (table[bytes[index] as number] as number)) | 0;
    if ((hash & mask) === 0) return index + 1;
    hash = ((hash << 1) + (table[bytes[index + 1] as number] as number)) | 0;
    if ((hash & mask) === 0) return index + 2;
    hash = ((hash << 1) + (table[bytes[index + 2] as number] as number)) | 0;
    if ((hash & mask) === 0) return index + 3;
    hash = ((hash << 1) + (table[bytes[index + 3] as number] as number)) | 0;
    if ((hash & mask) === 0) return index + 4;
    index += 4;
  }
  for (; index < until; index += 1) {
    hash = ((hash << 1) + (table[bytes[index] as number] as number)) | 0;
    if ((hash & mask) === 0) return index + 1;
  }
  hashAfter[0] = hash;
  return 0;
}
