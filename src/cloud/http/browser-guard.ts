import type { IncomingMessage } from 'node:http';
import { hostOf, isLoopback } from './listen-address.ts';

/**
 * The API is for devices. A page in a browser on this machine could otherwise reach a server on loopback, directly or by
 * a name of its own that it points here (DNS rebinding); it gets nothing, not even an error it could read.
 */
export function isFromBrowser(request: IncomingMessage): boolean {
  const { origin } = request.headers;
  if (origin !== undefined) return true;
  // "none": a person typed the address.
  const site = request.headers['sec-fetch-site'];
  return site !== undefined && site !== 'none';
}

/** A name that somebody else pointed at a cloud of this machine. Also the pages for browsers are not shown under it. */
export const isForeignHost = (request: IncomingMessage): boolean => !isLoopback(hostOf(request.headers.host ?? ''));
