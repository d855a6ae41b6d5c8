import type { FastifyReply, FastifyRequest } from 'fastify';
import { TidemarkError } from '../../contract/index.ts';
import type { AccountRecord, VersionRecord } from '../catalogue.ts';
import type { Blocks } from '../drive/blocks.ts';
import { parseRange } from './range.ts';

/** Sets the headers for one version of a file and answers what to stream; null when there is nothing to send. */
export async function sendContent(
  blocks: Blocks,
  account: AccountRecord,
  version: VersionRecord,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<AsyncIterable<Buffer> | null> {
  const etag = `"${version.versionId}"`;
  reply.header('ETag', etag).header('Accept-Ranges', 'bytes').header('Cache-Control', 'private, no-cache');
  if (matches(request.headers['if-none-match'], etag)) {
    reply.code(304);
    return null;
  }
  const { 'if-range': ifRange, range: rangeHeader } = request.headers;
  const range = ifRange === undefined || ifRange === etag ? parseRange(rangeHeader, version.size) : 'whole';
  if (range === 'unsatisfiable') {
    reply.header('Content-Range', `bytes */${version.size}`);
    throw new TidemarkError('range_not_satisfiable', { sizeBytes: version.size });
  }
  const whole = structured(await blocks.digest(account, version));
  const { start, end } = range === 'whole' ? { start: 0, end: version.size } : range;
  reply.header('Repr-Digest', whole);
  // Never shown by a browser as if it were ours.
  reply.header('Content-Disposition', 'attachment').header('Content-Length', end - start);
  if (range === 'whole') {
    reply.header('Content-Digest', whole);
  } else {
    reply.code(206).header('Content-Range', `bytes ${start}-${end - 1}/${version.size}`);
    reply.header('Content-Digest', structured(await blocks.rangeDigest(account, version.blocks, start, end)));
  }
  return blocks.content(account, version.blocks, start, end);
}

/** RFC 9530: a dictionary of byte sequences. */
const structured = (digest: Buffer): string => `sha-256=:${digest.toString('base64')}:`;

const matches = (header: string | undefined, etag: string): boolean =>
  header !== undefined && (header.trim() === '*' || header.split(',').some((one) => one.trim().replace(/^W\//, '') === etag));
