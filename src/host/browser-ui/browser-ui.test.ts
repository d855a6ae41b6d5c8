import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { MAX_MESSAGE_CHARS, type Port, connectEngine, serveEngine } from '../../rpc/index.ts';
import { SmallEngine } from '../testing/small-engine.ts';
import { type BrowserUi, CODE_MS, SESSION_MS, openBrowserUi } from './index.ts';

let folder: string;
let ui: BrowserUi;
let nowMs: number;
let engine: SmallEngine;
let begun: number;
let ended: number;
let work: Promise<void>;
let goOn: () => void;
let admitted: number;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tm-ui-'));
  await mkdir(join(folder, 'pages', 'assets'), { recursive: true });
  await writeFile(join(folder, 'pages', 'index.html'), '<!doctype html><title>Tidemark</title>');
  await writeFile(join(folder, 'pages', 'assets', 'a-1.js'), 'export {};');
  await writeFile(join(folder, 'secret.html'), 'outside');
  nowMs = 0;
  admitted = 0;
  begun = 0;
  ended = 0;
  ({ promise: work, resolve: goOn } = Promise.withResolvers<void>());
  const longWork = async (): Promise<object> => {
    begun += 1;
    await work;
    ended += 1;
    return {};
  };
  engine = new SmallEngine({ 'sync.resume': () => Promise.resolve({}), 'sync.now': longWork });
  ui = await openBrowserUi({
    pages: join(folder, 'pages'),
    port: 0,
    now: () => nowMs,
    onPort: (port) => {
      admitted += 1;
      serveEngine(engine, port);
    },
  });
});
afterEach(async () => {
  await ui.close();
  await rm(folder, { recursive: true, force: true });
});

const codeOf = (address: string): string => new URL(address).hash.replace('#code=', '');

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}
function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port: ui.port, path, headers, method, agent: false }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body, headers: response.headers }));
    });
    sent.on('error', reject);
    sent.end();
  });
}

interface Dialled {
  readonly socket: WebSocket;
  readonly first: Record<string, unknown>;
}
/** Opens /rpc, sends the first message, and gives the first answer; rejects with the HTTP status when there is no socket. */
function dial(first: unknown, options: { origin?: string; host?: string; path?: string } = {}): Promise<Dialled> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${ui.port}${options.path ?? '/rpc'}`, {
      origin: options.origin ?? ui.origin,
      headers: options.host === undefined ? {} : { host: options.host },
    });
    socket.on('unexpected-response', (_, response) => reject(new Error(String(response.statusCode))));
    socket.on('error', reject);
    socket.once('open', () => socket.send(typeof first === 'string' ? first : JSON.stringify(first)));
    socket.once('message', (data: Buffer) => resolve({ socket, first: JSON.parse(data.toString()) as Record<string, unknown> }));
  });
}
const closed = (socket: WebSocket): Promise<unknown> =>
  socket.readyState === socket.CLOSED ? Promise.resolve() : new Promise((resolve) => socket.once('close', resolve));

function clientPort(socket: WebSocket): Port {
  return {
    send: (message) => socket.send(JSON.stringify(message)),
    onMessage(listener) {
      const receive = (data: Buffer): void => listener(JSON.parse(data.toString()));
      socket.on('message', receive);
      return () => socket.off('message', receive);
    },
    onClose(listener) {
      socket.on('close', listener);
      return () => socket.off('close', listener);
    },
    close: () => socket.close(),
  };
}

describe('pages', () => {
  it('come with a policy that allows nothing from elsewhere', async () => {
    const page = await get('/');
    expect(page.status).toBe(200);
    expect(page.body).toContain('Tidemark');
    expect(page.headers['content-security-policy']).toMatch(
      /^default-src 'none'; script-src 'self';.*connect-src 'self'.*frame-ancestors 'none'/,
    );
    expect(page.headers['cache-control']).toBe('no-store');
    expect(page.headers['set-cookie']).toBeUndefined();
    expect((await get('/assets/a-1.js?v=1')).headers['content-type']).toContain('text/javascript');
  });

  it.each([
    '/../secret.html',
    '/%2e%2e/secret.html',
    '/assets/../../secret.html',
    '/assets/..%2f..%2fsecret.html',
    '//secret.html',
    '/.env',
    '/rpc',
  ])('never leave their folder: %s', async (path) => {
    const answer = await get(path);
    expect(answer.status).toBe(404);
    expect(answer.body).not.toContain('outside');
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
  });

  it('are not given under another host name, nor changed', async () => {
    expect((await get('/', { host: `evil.example:${ui.port}` })).status).toBe(421);
    expect((await get('/', { host: '127.0.0.1' })).status).toBe(421);
    expect((await get('/', { host: `localhost:${ui.port}` })).status).toBe(200);
    expect((await get('/', {}, 'POST')).status).toBe(405);
  });
});

describe('the socket', () => {
  it('lets a code in once and its session again, and serves the engine', async () => {
    const code = codeOf(ui.address());
    const { socket, first } = await dial({ type: 'hello', code });
    expect(first).toEqual({ type: 'welcome', session: expect.stringMatching(/^[\w-]{43}$/) as string });
    expect(await connectEngine(clientPort(socket)).call('sync.resume', {})).toEqual({});
    const again = await dial({ type: 'hello', code });
    expect(again.first).toEqual({ type: 'refused', reason: 'code' });
    await closed(again.socket);
    socket.close();
    const back = await dial({ type: 'hello', session: first['session'] });
    expect(back.first).toEqual({ type: 'welcome', session: first['session'] });
    expect(admitted).toBe(2);
  });

  it('browser closed: the engine goes on with what it was asked, and nothing of the page stays', async () => {
    const { socket } = await dial({ type: 'hello', code: codeOf(ui.address()) });
    const page = connectEngine(clientPort(socket));
    page.on('status.patch', () => undefined);
    const asked = page.call('sync.now', {}).catch((error: unknown) => error);
    while (begun === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(engine.listening('status.patch')).toBe(1);
    socket.terminate();
    expect(await asked).toMatchObject({ code: 'engine_stopped' });
    while (engine.listening('status.patch') > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    goOn();
    await work;
    expect(ended).toBe(1);
    const back = await dial({ type: 'hello', code: codeOf(ui.address()) });
    expect(await connectEngine(clientPort(back.socket)).call('sync.resume', {})).toEqual({});
  });

  it('refuses a code after a minute and a session after a day', async () => {
    const late = codeOf(ui.address());
    nowMs += CODE_MS;
    expect((await dial({ type: 'hello', code: late })).first).toMatchObject({ type: 'refused' });
    const { first } = await dial({ type: 'hello', code: codeOf(ui.address()) });
    nowMs += SESSION_MS;
    expect((await dial({ type: 'hello', session: first['session'] })).first).toEqual({ type: 'refused', reason: 'session' });
    expect(admitted).toBe(1);
  });

  it.each([
    ['nothing in it', {}],
    ['a code that was never given', { type: 'hello', code: 'x'.repeat(43) }],
    ['an empty code', { type: 'hello', code: '' }],
    ['a session that was never given', { type: 'hello', session: 'toString' }],
    ['an object for a code', { type: 'hello', code: { length: 43 } }],
    ['rpc before the hello', { t: 'hello', protocol: 1 }],
    ['no JSON', 'GET / HTTP/1.1'],
    ['too much', { type: 'hello', code: 'x'.repeat(5000) }],
  ])('refuses a first message with %s', async (_, message) => {
    const { socket, first } = await dial(message);
    expect(first).toMatchObject({ type: 'refused' });
    await closed(socket);
    expect(admitted).toBe(0);
  });

  it('checks Host and Origin before anything is said', async () => {
    const hello = { type: 'hello', code: codeOf(ui.address()) };
    await expect(dial(hello, { origin: 'https://evil.example' })).rejects.toThrow('403');
    await expect(dial(hello, { origin: 'null' })).rejects.toThrow('403');
    await expect(dial(hello, { origin: `http://127.0.0.1:${ui.port + 1}` })).rejects.toThrow('403');
    await expect(dial(hello, { origin: `http://evil.example:${ui.port}`, host: `evil.example:${ui.port}` })).rejects.toThrow('403');
    await expect(dial(hello, { origin: `http://localhost:${ui.port}` })).rejects.toThrow('403');
    await expect(dial(hello, { path: '/other' })).rejects.toThrow('404');
    expect((await dial(hello)).first).toMatchObject({ type: 'welcome' });
  });

  it('is cut when a message is larger than the cap', async () => {
    const { socket } = await dial({ type: 'hello', code: codeOf(ui.address()) });
    const gone = closed(socket);
    socket.send('x'.repeat(MAX_MESSAGE_CHARS + 1));
    expect(await gone).toBeDefined();
  });
});

describe('opening', () => {
  it('names a port that is taken', async () => {
    const other = createServer();
    const port = await new Promise<number>((resolve) => {
      other.listen(0, '127.0.0.1', () => resolve((other.address() as { port: number }).port));
    });
    await expect(openBrowserUi({ pages: join(folder, 'pages'), port, onPort: () => undefined })).rejects.toMatchObject({
      code: 'port_in_use',
      params: { port },
    });
    other.close();
  });

  it('says when there is nothing to show', async () => {
    await expect(openBrowserUi({ pages: join(folder, 'none'), port: 0, onPort: () => undefined })).rejects.toMatchObject({
      code: 'not_available_yet',
    });
  });
});
