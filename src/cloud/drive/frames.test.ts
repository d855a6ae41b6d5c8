import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BLOCK_MAX_BYTES } from '../../contract/index.ts';
import { framesOf, sha256Hex } from '../testing/harness.ts';
import { FrameError, type Frame, FrameReader, frameHeader } from './frames.ts';

function read(pieces: readonly Uint8Array[]): Frame[] {
  const reader = new FrameReader();
  const frames = pieces.flatMap((piece) => [...reader.push(Buffer.from(piece))]);
  reader.end();
  return frames;
}

/** Cuts bytes at the given fractions of their length. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...places.map((place) => Math.floor(place * bytes.length)), bytes.length].sort((a, b) => a - b);
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

const blocks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 20 });
const places = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 });

describe('frames', () => {
  it('come out as they went in, however the body is cut into pieces', () => {
    fc.assert(
      fc.property(blocks, places, (sent, at) => {
        const frames = read(cut(framesOf(sent), at));
        expect(frames.map((frame) => [frame.hash, frame.bytes.toString('hex')])).toEqual(
          sent.map((bytes) => [sha256Hex(bytes), Buffer.from(bytes).toString('hex')]),
        );
      }),
    );
  });

  it('that are cut short are refused', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 50 }), { minLength: 1, maxLength: 5 }),
        places,
        fc.nat(),
        (sent, at, lost) => {
          const body = framesOf(sent);
          const ends = new Set<number>();
          sent.reduce((end, bytes) => (ends.add(end), end + 36 + bytes.length), 0);
          const length = lost % body.length;
          const attempt = (): Frame[] => read(cut(body.subarray(0, length), at));
          if (ends.has(length)) expect(attempt().length).toBeLessThan(sent.length);
          else expect(attempt).toThrow(FrameError);
        },
      ),
    );
  });

  it('of any bytes at all give frames or a FrameError, and never more bytes than came', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), places, (bytes, at) => {
        try {
          const frames = read(cut(Buffer.from(bytes), at));
          expect(frames.reduce((sum, frame) => sum + 36 + frame.bytes.length, 0)).toBe(bytes.length);
        } catch (error) {
          expect(error).toBeInstanceOf(FrameError);
        }
      }),
    );
  });

  it('with a size that no block has are refused at the header', () => {
    expect(() => read([frameHeader('0'.repeat(64), 0)])).toThrow('empty_block');
    expect(() => read([frameHeader('0'.repeat(64), BLOCK_MAX_BYTES + 1)])).toThrow('block_too_large');
    expect(() => read([frameHeader('0'.repeat(64), 0xffff_ffff)])).toThrow('block_too_large');
  });
});
