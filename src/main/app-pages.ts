import { readFile } from 'node:fs/promises';
import { extname, join, resolve, sep } from 'node:path';

/** The window's own origin. */
export const pageScheme = 'app';
export const pageHost = 'tidemark';
export const startPage = `${pageScheme}://${pageHost}/index.html`;

/** Nothing from elsewhere, and no network: whatever the window knows comes over the bridge. */
export const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "connect-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/** True for an address of the window itself; anything else must neither load nor call. */
export function isOwnPage(address: string): boolean {
  try {
    const url = new URL(address);
    return url.protocol === `${pageScheme}:` && url.host === pageHost && url.username === '' && url.password === '';
  } catch {
    return false;
  }
}

/** The file behind an address, or null when it is not one of ours. Never outside `folder`. */
export function pageFile(folder: string, address: string): string | null {
  if (!isOwnPage(address)) return null;
  let path: string;
  try {
    path = decodeURIComponent(new URL(address).pathname);
  } catch {
    return null;
  }
  if (/[\0\\:]/.test(path) || path.split('/').some((part) => part.startsWith('.'))) return null;
  if (types[extname(path)] === undefined) return null;
  const file = resolve(join(folder, path));
  return file.startsWith(resolve(folder) + sep) ? file : null;
}

/** Answers an address with its file and the policy; 404 for everything else. */
export async function servePage(folder: string, request: { readonly url: string; readonly method: string }): Promise<Response> {
  const file = request.method === 'GET' ? pageFile(folder, request.url) : null;
  const headers = { 'content-security-policy': pagePolicy, 'x-content-type-options': 'nosniff', 'cache-control': 'no-cache' };
  if (file === null) return new Response(null, { status: 404, headers });
  try {
    const bytes = await readFile(file);
    return new Response(new Uint8Array(bytes), {
      status: 200,
      headers: { ...headers, 'content-type': types[extname(file)] ?? 'application/octet-stream' },
    });
  } catch {
    return new Response(null, { status: 404, headers });
  }
}
