import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import { TidemarkError } from '../../contract/index.ts';
import { MAX_MESSAGE_CHARS, type Port } from '../../rpc/index.ts';
import { BrowserCodes } from './codes.ts';
import { type Page, loadPages, securityHeaders } from './pages.ts';
import { webSocketPort } from './web-socket-port.ts';

/** A page that does not say who it is in this time is cut off, in ms. */
const HELLO_MS = 10_000;
const MAX_SOCKETS = 32;
const PING_MS = 30_000;

const hello = z.object({ type: z.literal('hello'), code: z.string().max(200).optional(), session: z.string().max(200).optional() });

export interface BrowserUiOptions {
  /** Folder of the built renderer. */
  readonly pages: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** A page that has shown its code or session; rpc messages follow. */
  readonly onPort: (port: Port) => void;
  /** Monotonic ms. */
  readonly now?: () => number;
}

export interface BrowserUi {
  readonly port: number;
  readonly origin: string;
  /** An address that opens the UI once, within a minute. Whoever has it is let in: never log it. */
  address(): string;
  close(): Promise<void>;
}

/**
 * The same window for machines without a display, on loopback only. The code is in the fragment, which browsers do not
 * send; it goes in the first message. Host and Origin are checked, against pages of other sites and against names that
 * are made to point here. Throws port_in_use, not_available_yet when the UI is not built.
 */
export async function openBrowserUi(options: BrowserUiOptions): Promise<BrowserUi> {
  const pages = await loadPages(options.pages);
  if (pages === undefined) throw new TidemarkError('not_available_yet', { what: 'The window in a browser, without `npm run build`,' });
  const codes = new BrowserCodes(options.now ?? (() => performance.now()));
  const http = createServer({ maxHeaderSize: 16 * 1024, requestTimeout: 30_000 });
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_CHARS, perMessageDeflate: false, clientTracking: true });
  const port = await listen(http, options.port);
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];

  http.on('request', (request, response) => {
    if (!hosts.includes(request.headers.host ?? '')) return refuse(response, 421);
    serve(pages, request, response);
  });
  http.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const { host, origin } = request.headers;
    if (request.url !== '/rpc') return hangUp(socket, 404);
    if (host === undefined || !hosts.includes(host) || origin !== `http://${host}`) return hangUp(socket, 403);
    if (sockets.clients.size >= MAX_SOCKETS) return hangUp(socket, 503);
    sockets.handleUpgrade(request, socket, head, (opened) => greet(opened, codes, options.onPort));
  });
  const pings = setInterval(() => {
    for (const socket of sockets.clients) socket.ping();
  }, PING_MS);
  pings.unref();

  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    address: () => `http://127.0.0.1:${port}/#code=${codes.mint()}`,
    async close() {
      clearInterval(pings);
      for (const socket of sockets.clients) socket.close(1001);
      const ended = new Promise((resolve) => http.close(resolve));
      http.closeIdleConnections();
      setTimeout(() => {
        for (const socket of sockets.clients) socket.terminate();
        http.closeAllConnections();
      }, 1000).unref();
      await ended;
    },
  };
}

function listen(http: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    http.once('error', (cause: NodeJS.ErrnoException) => {
      reject(cause.code === 'EADDRINUSE' || cause.code === 'EACCES' ? new TidemarkError('port_in_use', { port }, { cause }) : cause);
    });
    http.listen(port, '127.0.0.1', () => {
      const address = http.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

/** The first message says who it is; everything after it belongs to rpc. */
function greet(socket: WebSocket, codes: BrowserCodes, onPort: (port: Port) => void): void {
  const timer = setTimeout(() => socket.close(1008), HELLO_MS);
  socket.on('error', () => socket.terminate());
  socket.once('close', () => clearTimeout(timer));
  socket.once('message', (data: Buffer, binary: boolean) => {
    clearTimeout(timer);
    const first = binary || data.length > 4096 ? undefined : readHello(data.toString('utf8'));
    const answer =
      first?.session !== undefined ? codes.resume(first.session) : first?.code !== undefined ? codes.redeemCode(first.code) : undefined;
    if (answer === undefined || 'refused' in answer) {
      socket.send(
        JSON.stringify({ type: 'refused', reason: answer === undefined ? 'malformed' : first?.session === undefined ? 'code' : 'session' }),
      );
      socket.close(1008);
      return;
    }
    socket.send(JSON.stringify({ type: 'welcome', session: answer.session }));
    onPort(webSocketPort(socket));
  });
}

function readHello(text: string): z.infer<typeof hello> | undefined {
  try {
    return hello.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function serve(pages: ReadonlyMap<string, Page>, request: IncomingMessage, response: ServerResponse): void {
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405);
  const page = pages.get((request.url ?? '/').split('?')[0] ?? '/');
  if (page === undefined) return refuse(response, 404);
  response.writeHead(200, {
    ...securityHeaders,
    'content-type': page.type,
    'content-length': page.body.length,
    'cache-control': page.immutable ? 'public, max-age=31536000, immutable' : 'no-store',
  });
  response.end(request.method === 'HEAD' ? undefined : page.body);
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { ...securityHeaders, 'content-type': 'text/plain', 'cache-control': 'no-store' });
  response.end(`${status}\n`);
}

function hangUp(socket: Duplex, status: number): void {
  socket.end(`HTTP/1.1 ${status} Refused\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}
