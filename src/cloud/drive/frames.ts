import { BLOCK_FRAME_HEADER_BYTES, BLOCK_MAX_BYTES } from '../../contract/index.ts';

/** A block as it came in; `bytes` may share memory with others of the same request. */
export interface Frame {
  readonly hash: string;
  readonly bytes: Buffer;
}

export type FrameFault = 'empty_block' | 'block_too_large' | 'cut_short';

export class FrameError extends Error {
  readonly fault: FrameFault;

  constructor(fault: FrameFault) {
    super(fault);
    this.fault = fault;
  }
}

/**
 * Reads the frames of a body as its pieces come (contract, blocks.ts). Sizes are checked before anything is kept, so a
 * sender can make it hold no more than one block. Throws FrameError.
 */
export class FrameReader {
  #pieces: Buffer[] = [];
  #have = 0;
  #header: { readonly hash: string; readonly size: number } | undefined;

  /** Frames that this piece completes. */
  *push(piece: Buffer): Iterable<Frame> {
    this.#pieces.push(piece);
    this.#have += piece.length;
    for (;;) {
      if (this.#header === undefined) {
        if (this.#have < BLOCK_FRAME_HEADER_BYTES) return;
        this.#header = parseHeader(this.#take(BLOCK_FRAME_HEADER_BYTES));
      }
      if (this.#have < this.#header.size) return;
      const { hash, size } = this.#header;
      this.#header = undefined;
      yield { hash, bytes: this.#take(size) };
    }
  }

  /** To be called after the last piece. */
  end(): void {
    if (this.#have > 0 || this.#header !== undefined) throw new FrameError('cut_short');
  }

  #take(size: number): Buffer {
    const first = this.#pieces[0];
    if (first !== undefined && first.length >= size) {
      if (first.length === size) this.#pieces.shift();
      else this.#pieces[0] = first.subarray(size);
      this.#have -= size;
      return first.subarray(0, size);
    }
    // One copy a block, however many pieces it came in.
    const all = Buffer.concat(this.#pieces, this.#have);
    this.#pieces = all.length === size ? [] : [all.subarray(size)];
    this.#have -= size;
    return all.subarray(0, size);
  }
}

function parseHeader(header: Buffer): { readonly hash: string; readonly size: number } {
  const size = header.readUInt32BE(32);
  if (size === 0) throw new FrameError('empty_block');
  if (size > BLOCK_MAX_BYTES) throw new FrameError('block_too_large');
  return { hash: header.toString('hex', 0, 32), size };
}

export function frameHeader(hash: string, size: number): Buffer {
  const header = Buffer.allocUnsafe(BLOCK_FRAME_HEADER_BYTES);
  header.write(hash, 0, 'hex');
  header.writeUInt32BE(size, 32);
  return header;
}
