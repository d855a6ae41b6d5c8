import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { secondMs } from '../../base/index.ts';
import type { Loopback } from '../environment.ts';

/** A page of one sentence, of nobody else's, in nobody's frame. */
const HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  Connection: 'close',
};

/** The real one. */
export const listenOnLoopback: Loopback = async (path, visit) => {
  let host = '';
  const server = createServer({ requestTimeout: 10 * secondMs }, (request: IncomingMessage, response: ServerResponse) => {
    // Any page of any site can ask for anything here, also for what is no address.
    const [pathname, query] = (request.url ?? '').split('?', 2);
    // Also not under a name that somebody points here (DNS rebinding).
    if (request.method !== 'GET' || request.headers.host !== host || pathname !== `/${path}`) {
      response.writeHead(404, HEADERS).end();
      return;
    }
    const languages = (request.headers['accept-language'] ?? '').split(',').map((one) => one.split(';', 1)[0]?.trim() ?? '');
    const { status, html } = visit(new URLSearchParams(query), languages);
    response.writeHead(status, HEADERS).end(html);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port was given');
  host = `127.0.0.1:${address.port}`;
  return {
    address: `http://${host}/${path}`,
    close: () => {
      server.close();
      server.closeIdleConnections();
      // The page that is on its way still arrives.
      setTimeout(() => server.closeAllConnections(), secondMs).unref();
    },
  };
};
