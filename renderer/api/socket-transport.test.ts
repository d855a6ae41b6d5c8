import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type WebSocket as ServerSocket, WebSocketServer } from 'ws';
import { type Port, serveEngine } from '../../src/rpc/index.ts';
import { FakeEngine } from '../testing/fake-engine.ts';
import { type Pass, socketTransport } from './socket-transport.ts';
import type { LinkState, Transport } from './transport.ts';

class MemoryPass implements Pass {
  code: string | null;
  kept: string | null = null;
  constructor(code: string | null, kept: string | null = null) {
    this.code = code;
    this.kept = kept;
  }
  valid(): boolean {
    return this.code !== null || this.kept !== null;
  }
  takeCode(): string | null {
    const { code } = this;
    this.code = null;
    return code;
  }
  session(): string | null {
    return this.kept;
  }
  keep(session: string): void {
    this.kept = session;
  }
  forget(): void {
    this.kept = null;
  }
}

/** A server as the host has it: one hello, then rpc. */
class Door {
  readonly hellos: unknown[] = [];
  readonly engine = new FakeEngine({ state: 'up_to_date' });
  readonly sockets: ServerSocket[] = [];
  answer: (hello: { code?: string; session?: string }) => object = () => ({ type: 'welcome', session: 's1' });
  readonly #server: WebSocketServer;

  constructor(server: WebSocketServer) {
    this.#server = server;
    server.on('connection', (socket) => {
      this.sockets.push(socket);
      socket.once('message', (data: Buffer) => {
        const hello = JSON.parse(data.toString()) as { code?: string; session?: string };
        this.hellos.push(hello);
        const answer = this.answer(hello);
        socket.send(JSON.stringify(answer));
        if ('session' in answer) serveEngine(this.engine, serverPort(socket));
      });
    });
  }
  get address(): string {
    return `ws://127.0.0.1:${(this.#server.address() as { port: number }).port}/rpc`;
  }
}

function serverPort(socket: ServerSocket): Port {
  return {
    send: (message) => socket.send(JSON.stringify(message)),
    onMessage(listener) {
      socket.on('message', (data: Buffer) => listener(JSON.parse(data.toString())));
      return () => undefined;
    },
    onClose(listener) {
      socket.on('close', listener);
      return () => undefined;
    },
    close: () => socket.close(),
  };
}

let server: WebSocketServer;
let door: Door;
let stop: () => void;
beforeEach(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await new Promise((resolve) => server.once('listening', resolve));
  door = new Door(server);
  stop = () => undefined;
});
afterEach(async () => {
  stop();
  for (const socket of door.sockets) socket.terminate();
  await new Promise((resolve) => server.close(resolve));
});

function open(pass: Pass): { readonly states: LinkState[]; readonly kinds: () => string[]; readonly transport: Transport } {
  const states: LinkState[] = [];
  const transport = socketTransport({ address: door.address, pass, random: () => 0 });
  stop = transport.start((state) => states.push(state));
  return { states, kinds: () => states.map(({ kind }) => kind), transport };
}
const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 8000, interval: 5 });

describe('the line of a browser', () => {
  it('spends the code once, keeps the session, and speaks to the engine', async () => {
    const pass = new MemoryPass('c1');
    const { states, kinds } = open(pass);
    await until(() => expect(kinds()).toEqual(['connecting', 'connected']));
    const state = states[1];
    expect(door.hellos).toEqual([{ type: 'hello', code: 'c1' }]);
    expect(pass.kept).toBe('s1');
    expect(state?.kind === 'connected' && (await state.api.call('status.snapshot', {})).state).toBe('up_to_date');
  });

  it('comes back with the session after the line broke, and says when it tries', async () => {
    const { states, kinds } = open(new MemoryPass('c1'));
    await until(() => expect(kinds()).toContain('connected'));
    door.sockets[0]?.terminate();
    await until(() => expect(kinds()).toEqual(['connecting', 'connected', 'lost', 'connected']));
    expect(door.hellos[1]).toEqual({ type: 'hello', session: 's1' });
    const lost = states[2];
    expect(lost?.kind === 'lost' && typeof lost.nextTryAt).toBe('number');
  });

  it('tries at once when a person asks', async () => {
    const { kinds, transport } = open(new MemoryPass('c1'));
    await until(() => expect(kinds()).toContain('connected'));
    door.sockets[0]?.terminate();
    await until(() => expect(kinds()).toContain('lost'));
    transport.retry();
    await until(() => expect(kinds().at(-1)).toBe('connected'));
    expect(door.sockets).toHaveLength(2);
  });

  it.each([
    ['a code that is spent', new MemoryPass('c1', 'old'), 'code'],
    ['a session of an earlier run', new MemoryPass(null, 'old'), 'session'],
  ])('ends with %s, forgets it, and does not try again', async (_, pass, reason) => {
    door.answer = () => ({ type: 'refused', reason: 'expired' });
    const { states, transport } = open(pass);
    await until(() => expect(states.at(-1)).toEqual({ kind: 'refused', reason }));
    expect(pass.valid()).toBe(false);
    transport.retry();
    await until(() => expect(states.at(-1)).toEqual({ kind: 'refused', reason: 'session' }));
    expect(door.sockets).toHaveLength(1);
  });

  it('does not knock without code and session', () => {
    expect(open(new MemoryPass(null)).kinds()).toEqual(['connecting', 'refused']);
    expect(door.sockets).toHaveLength(0);
  });
});
