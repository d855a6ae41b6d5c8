import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BLOCK_AVERAGE_BYTES, BLOCK_MAX_BYTES, BLOCK_MIN_BYTES, EMPTY_CONTENT_HASH } from '../../../contract/index.ts';
import { ContentBuilder, contentHash, contentOf, Cutter } from './index.ts';

const MiB = 1024 * 1024;

/** Marsaglia's xorshift32: the same bytes for ever, without a fixture of 32 MiB. */
function noise(length: number, seed = 123_456_789): Uint8Array {
  const words = new Uint32Array(Math.ceil(length / 4));
  let x = seed;
  for (let index = 0; index < words.length; index += 1) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    words[index] = x >>> 0;
  }
  return new Uint8Array(words.buffer, 0, length);
}

function ends(bytes: Uint8Array, bufferSizes: () => number = () => bytes.length): number[] {
  const cutter = new Cutter();
  const result: number[] = [];
  for (let offset = 0; offset < bytes.length;) {
    const until = Math.min(bytes.length, offset + bufferSizes());
    for (const end of cutter.push(bytes.subarray(offset, until))) result.push(offset + end);
    offset = until;
  }
  if (cutter.pending > 0) result.push(bytes.length);
  return result;
}

/** The definition, a byte at a time and without regard to speed, from the documentation alone. */
function endsByDefinition(bytes: Uint8Array): number[] {
  const gear = Array.from({ length: 256 }, (_, i) => createHash('sha256').update(`tidemark-gear-v1${i}`).digest().readUInt32BE(0));
  const result: number[] = [];
  let start = 0;
  let hash = 0;
  bytes.forEach((byte, index) => {
    const size = index + 1 - start;
    if (size > 256 * 1024) hash = (((hash * 2) % 2 ** 32) + (gear[byte] ?? 0)) % 2 ** 32;
    const zeroBits = size <= 1024 * 1024 ? 22 : 18;
    const found = size > 256 * 1024 && hash < 2 ** (32 - zeroBits);
    if (found || size === 4 * 1024 * 1024) {
      result.push(index + 1);
      start = index + 1;
      hash = 0;
    }
  });
  if (start < bytes.length) result.push(bytes.length);
  return result;
}

const sizesOf = (points: readonly number[]): number[] => points.map((end, index) => end - (points[index - 1] ?? 0));

describe('cutting files into blocks', () => {
  it('cuts where it always did: every device and every version must agree', () => {
    expect(ends(noise(16 * MiB))).toEqual([
      1156950, 2302765, 3623148, 4625289, 6427378, 6774366, 7889178, 8173764, 8788679, 9862847, 11243127, 12291738, 13419002, 14679147,
      15846467, 16777216,
    ]);
    expect(contentOf(noise(16 * MiB)).hash).toBe('439542a07d54804780ab57ecf591f12b8f6e67f60758de18f95c0b7e325c635c');
  });

  it('follows the written definition', () => {
    const bytes = noise(12 * MiB, 42);
    expect(ends(bytes)).toEqual(endsByDefinition(bytes));
  });

  it('keeps the stated minimum, maximum and roughly the average', () => {
    const sizes = sizesOf(ends(noise(96 * MiB, 7)));
    expect(Math.min(...sizes.slice(0, -1))).toBeGreaterThan(BLOCK_MIN_BYTES);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(BLOCK_MAX_BYTES);
    const average = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
    expect(average).toBeGreaterThan(BLOCK_AVERAGE_BYTES * 0.7);
    expect(average).toBeLessThan(BLOCK_AVERAGE_BYTES * 1.5);
  });

  it('cuts a run of one byte at the maximum', () => {
    expect(sizesOf(ends(new Uint8Array(9 * MiB)))).toEqual([BLOCK_MAX_BYTES, BLOCK_MAX_BYTES, MiB]);
  });

  it('does not depend on how the stream is divided into buffers', () => {
    const bytes = noise(6 * MiB, 99);
    const whole = contentOf(bytes);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 700_000 }), { minLength: 1, maxLength: 20 }), (sizes) => {
        let next = 0;
        expect(ends(bytes, () => sizes[next++ % sizes.length] ?? 1)).toEqual(ends(bytes));
        const builder = new ContentBuilder();
        for (let offset = 0; offset < bytes.length;) {
          const until = Math.min(bytes.length, offset + (sizes[next++ % sizes.length] ?? 1));
          builder.push(bytes.subarray(offset, until));
          offset = until;
        }
        expect(builder.finish()).toEqual(whole);
      }),
      { numRuns: 15 },
    );
  });

  it('cuts anew only around an inserted byte', () => {
    const bytes = noise(24 * MiB, 5);
    const hashes = new Set(contentOf(bytes).blocks.map((block) => block.hash));
    fc.assert(
      fc.property(fc.integer({ min: 0, max: bytes.length }), (at) => {
        const longer = new Uint8Array(bytes.length + 1);
        longer.set(bytes.subarray(0, at));
        longer[at] = 0x5a;
        longer.set(bytes.subarray(at), at + 1);
        const fresh = contentOf(longer).blocks.filter((block) => !hashes.has(block.hash));
        expect(fresh.length).toBeGreaterThan(0);
        expect(fresh.length).toBeLessThanOrEqual(4);
      }),
      { numRuns: 12 },
    );
  });

  it('hashes blocks that join to the file', () => {
    const bytes = noise(5 * MiB, 3);
    const content = contentOf(bytes);
    let offset = 0;
    for (const block of content.blocks) {
      expect(block.hash).toBe(
        createHash('sha256')
          .update(bytes.subarray(offset, offset + block.size))
          .digest('hex'),
      );
      offset += block.size;
    }
    expect(offset).toBe(bytes.length);
    expect(content.size).toBe(bytes.length);
  });
});

describe('the content hash', () => {
  it('of nothing is the hash of the empty string', () => {
    expect(contentHash([])).toBe(EMPTY_CONTENT_HASH);
    expect(contentOf(new Uint8Array())).toEqual({ size: 0, hash: EMPTY_CONTENT_HASH, blocks: [] });
  });

  it('of one block is the SHA-256 of the file', () => {
    const bytes = Buffer.from('one block');
    expect(contentOf(bytes).hash).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  it('of several blocks is the hash of the domain and the binary hashes in order', () => {
    const [a, b] = ['aa'.repeat(32), 'bb'.repeat(32)];
    const expected = createHash('sha256')
      .update(Buffer.concat([Buffer.from('tidemark-blocks-v1\n'), Buffer.from(a + b, 'hex')]))
      .digest('hex');
    expect(contentHash([{ hash: a }, { hash: b }])).toBe(expected);
    expect(contentHash([{ hash: b }, { hash: a }])).not.toBe(expected);
  });
});
