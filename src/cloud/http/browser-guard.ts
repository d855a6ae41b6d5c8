import type { IncomingMessage } from 'node:http';
import { hostOf, isLoopback } from './listen-address.ts';

/**
 * The API is for devices. A page in a browser on this machine could otherwise reach a server on loopback, directly or by
 * a name of its own that it points here (DNS rebinding); it gets nothing, not even an error it could read.
 */
export function isFromBrowser(request: IncomingMessage, loopbackOnly: boolean): boolean {
  const { origin, host } = request.headers;
  if (origin !== undefined) return true;
  // "none": a person typed the address.
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined && site !== 'none') return true;
  return loopbackOnly && !isLoopback(hostOf(host ?? ''));
}
