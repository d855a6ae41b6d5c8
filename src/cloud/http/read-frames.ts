import { MAX_BLOCKS_BODY_BYTES, TidemarkError } from '../../contract/index.ts';
import { type Frame, FrameError, FrameReader } from '../drive/frames.ts';

const MAX_FRAMES = 65_536;

/** The frames of a body. Throws `invalid_request` for a malformed one, `body_too_large` when it exceeds what one request may hold. */
export async function* readFrames(body: AsyncIterable<Buffer> | undefined, contentLength: string | undefined): AsyncIterable<Frame> {
  // Said before it is sent: nothing of it needs to be read.
  if (Number(contentLength ?? 0) > MAX_BLOCKS_BODY_BYTES) throw new TidemarkError('body_too_large', { limitBytes: MAX_BLOCKS_BODY_BYTES });
  if (body === undefined) return;
  const reader = new FrameReader();
  let bytes = 0;
  let frames = 0;
  try {
    for await (const piece of body) {
      bytes += piece.length;
      if (bytes > MAX_BLOCKS_BODY_BYTES) throw new TidemarkError('body_too_large', { limitBytes: MAX_BLOCKS_BODY_BYTES });
      for (const frame of reader.push(piece)) {
        frames += 1;
        if (frames > MAX_FRAMES) throw new TidemarkError('body_too_large', { limitBytes: MAX_BLOCKS_BODY_BYTES });
        yield frame;
      }
    }
    reader.end();
  } catch (error) {
    throw error instanceof FrameError ? new TidemarkError('invalid_request', { field: `frames[${frames}]`, detail: error.fault }) : error;
  }
}
