import { type Disposer, backoffMs } from '../../src/base/index.ts';
import { type Port, connectEngine, decodeMessage, encodeMessage } from '../../src/rpc/index.ts';
import type { LinkState, Transport } from './transport.ts';

/** Where the right to speak comes from and is kept: the single-use code of the address, then the session of this tab. */
export interface Pass {
  /** False when there is neither a code nor a session, so that asking is pointless. */
  valid(): boolean;
  takeCode(): string | null;
  session(): string | null;
  keep(session: string): void;
  forget(): void;
}

export interface SocketTransportOptions {
  readonly address: string;
  readonly pass: Pass;
  readonly openSocket?: (address: string) => WebSocket;
  readonly random?: () => number;
}

const NO_ANSWER_MS = 10_000;

/** The engine over a WebSocket on loopback, for the same window in a browser. Reconnects with backoff. */
export function socketTransport(options: SocketTransportOptions): Transport {
  const { pass, random = Math.random, openSocket = (address: string) => new WebSocket(address) } = options;
  let attempt = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let current: WebSocket | undefined;
  let tell: ((state: LinkState) => void) | undefined;

  function lost(): void {
    attempt += 1;
    const waitMs = backoffMs(attempt, random(), 1000, 30_000);
    tell?.({ kind: 'lost', nextTryAt: Date.now() + waitMs });
    timer = setTimeout(connect, waitMs);
  }

  function connect(): void {
    clearTimeout(timer);
    if (!pass.valid()) {
      tell?.({ kind: 'refused', reason: 'session' });
      return;
    }
    const socket = openSocket(options.address);
    current = socket;
    const deaf = setTimeout(() => socket.close(), NO_ANSWER_MS);
    let refused = false;
    let byCode = false;

    socket.addEventListener('open', () => {
      // Only now: a code that never reached the engine is not spent.
      const code = pass.takeCode();
      byCode = code !== null;
      socket.send(JSON.stringify(byCode ? { type: 'hello', code } : { type: 'hello', session: pass.session() }));
    });
    socket.addEventListener('message', function greet(event) {
      socket.removeEventListener('message', greet);
      clearTimeout(deaf);
      const answer = readAnswer(event.data);
      if (answer.type === 'welcome') {
        pass.keep(answer.session);
        attempt = 0;
        const connection = connectEngine(socketPort(socket));
        tell?.({ kind: 'connected', api: connection });
        return;
      }
      refused = true;
      // A code is spent whatever the answer is; a session that is not known here will not become known.
      pass.forget();
      socket.close();
      tell?.({ kind: 'refused', reason: byCode ? 'code' : 'session' });
    });
    socket.addEventListener('close', () => {
      clearTimeout(deaf);
      if (current !== socket || refused || tell === undefined) return;
      lost();
    });
  }

  return {
    start(listener): Disposer {
      tell = listener;
      listener({ kind: 'connecting' });
      connect();
      return () => {
        tell = undefined;
        clearTimeout(timer);
        current?.close();
      };
    },
    retry() {
      if (tell === undefined || current?.readyState === WebSocket.OPEN) return;
      tell({ kind: 'lost', nextTryAt: Date.now() });
      connect();
    },
  };
}

type Answer = { readonly type: 'welcome'; readonly session: string } | { readonly type: 'refused' };

function readAnswer(data: unknown): Answer {
  const message = typeof data === 'string' ? (decodeMessage(data) as Partial<Record<string, unknown>> | undefined) : undefined;
  if (message?.['type'] === 'welcome' && typeof message['session'] === 'string') return { type: 'welcome', session: message['session'] };
  return { type: 'refused' };
}

function socketPort(socket: WebSocket): Port {
  return {
    send(message) {
      if (socket.readyState !== WebSocket.OPEN) return;
      const text = encodeMessage(message);
      if (text === undefined) throw new RangeError('a message to the engine is too long');
      socket.send(text);
    },
    onMessage(listener) {
      const relay = (event: MessageEvent): void => {
        const message = typeof event.data === 'string' ? decodeMessage(event.data) : undefined;
        if (message === undefined) socket.close();
        else listener(message);
      };
      socket.addEventListener('message', relay);
      return () => socket.removeEventListener('message', relay);
    },
    onClose(listener) {
      if (socket.readyState === WebSocket.CLOSED) queueMicrotask(listener);
      else socket.addEventListener('close', listener);
      return () => socket.removeEventListener('close', listener);
    },
    close: () => socket.close(),
  };
}
