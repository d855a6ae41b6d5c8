import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { TidemarkError } from '../contract/index.ts';
import { connectEngine } from './client.ts';
import { PROTOCOL_VERSION } from './frames.ts';
import { joinPorts, memoryPorts } from './port.ts';
import { serveEngine } from './server.ts';
import { FakeEngine, someStatus } from './testing/fake-engine.ts';

const code = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'resolved',
    (error: unknown) => (error instanceof TidemarkError ? { code: error.code, ...error.params } : error),
  );

function pair(engine: FakeEngine, options: Parameters<typeof serveEngine>[2] = {}, client: Parameters<typeof connectEngine>[1] = {}) {
  const [near, far] = memoryPorts();
  const served = serveEngine(engine, far, options);
  return { connection: connectEngine(near, client), served, near, far };
}

/** What a hostile client that writes its own messages gets back. */
async function raw(messages: readonly object[], engine = new FakeEngine()): Promise<{ got: unknown[]; closed: boolean }> {
  const [near, far] = memoryPorts();
  serveEngine(engine, far);
  const got: unknown[] = [];
  let closed = false;
  near.onMessage((message) => got.push(message));
  near.onClose(() => (closed = true));
  for (const message of messages) near.send(message);
  await new Promise((resolve) => setImmediate(resolve));
  return { got, closed };
}

describe('calls', () => {
  it('carry params with their defaults to the engine, and the answer back', async () => {
    const engine = new FakeEngine({ 'issues.list': () => Promise.resolve({ rows: [], next: null }) });
    const { connection } = pair(engine);
    await expect(connection.ready).resolves.toBeUndefined();
    expect(await connection.call('issues.list', {})).toEqual({ rows: [], next: null });
    expect(engine.calls).toEqual([{ method: 'issues.list', params: { limit: 100 } }]);
  });

  it('are answered in any order', async () => {
    const first = Promise.withResolvers<Record<string, never>>();
    const engine = new FakeEngine({ 'sync.now': () => first.promise, 'sync.resume': () => Promise.resolve({}) });
    const { connection } = pair(engine);
    const slow = connection.call('sync.now', {});
    expect(await connection.call('sync.resume', {})).toEqual({});
    first.resolve({});
    expect(await slow).toEqual({});
  });

  it('with wrong params never reach the engine and name the field', async () => {
    const engine = new FakeEngine();
    const { connection } = pair(engine);
    expect(await code(connection.call('questions.answer', { id: 'q', choice: 'burn' as 'keep' }))).toMatchObject({
      code: 'invalid_request',
      field: 'choice',
    });
    expect(await code(connection.call('issues.list', { limit: 1e9 }))).toMatchObject({ code: 'invalid_request', field: 'limit' });
    expect(engine.calls).toEqual([]);
  });

  it('bring the error of the engine with code and params', async () => {
    const engine = new FakeEngine({ 'folder.add': () => Promise.reject(new TidemarkError('folder_missing', { path: '/x' })) });
    const { connection } = pair(engine);
    expect(await code(connection.call('folder.add', { path: '/x' }))).toEqual({ code: 'folder_missing', path: '/x' });
  });

  it('tell the host, not only the caller, about a failure that is a bug', async () => {
    const onFailure = vi.fn();
    const engine = new FakeEngine({ 'sync.now': () => Promise.reject(new TypeError('x of undefined')) });
    const { connection } = pair(engine, { onFailure });
    expect(await code(connection.call('sync.now', {}))).toEqual({ code: 'internal', detail: 'x of undefined' });
    expect(onFailure).toHaveBeenCalledWith('sync.now', expect.any(TypeError));
  });

  it('reject an answer that breaks the contract', async () => {
    const engine = new FakeEngine({ 'status.snapshot': () => Promise.resolve({ ...someStatus(1), state: 'dreaming' as 'paused' }) });
    const { connection } = pair(engine);
    expect(await code(connection.call('status.snapshot', {}))).toMatchObject({
      code: 'internal',
      detail: expect.stringContaining('state') as string,
    });
  });

  it('are bounded on both ends', async () => {
    const engine = new FakeEngine({ 'sync.now': () => new Promise(() => undefined) });
    const careful = pair(engine, {}, { maxOutstanding: 1 });
    void code(careful.connection.call('sync.now', {}));
    expect(await code(careful.connection.call('sync.now', {}))).toMatchObject({ code: 'rate_limited' });
    const strict = pair(engine, { maxOutstanding: 1 });
    void code(strict.connection.call('sync.now', {}));
    expect(await code(strict.connection.call('sync.now', {}))).toMatchObject({ code: 'rate_limited' });
  });

  it("reach methods beside the engine's only where the door has them", async () => {
    const add = { params: z.object({ a: z.int(), b: z.int() }), result: z.int() };
    const extra = { table: { 'host.add': add }, handlers: { 'host.add': (p: { a: number; b: number }) => Promise.resolve(p.a + p.b) } };
    const [near, far] = memoryPorts();
    serveEngine(new FakeEngine(), far, { extra });
    const connection = connectEngine(near);
    expect(await connection.callExtra('host.add', add, { a: 1, b: 2 })).toBe(3);
    expect(await code(connection.callExtra('host.add', add, { a: 1, b: 'x' as unknown as number }))).toMatchObject({
      code: 'invalid_request',
      field: 'b',
    });
    expect(await code(pair(new FakeEngine()).connection.callExtra('host.add', add, { a: 1, b: 2 }))).toMatchObject({
      code: 'invalid_request',
    });
    expect(await code(connection.callExtra('toString', add, { a: 1, b: 2 }))).toMatchObject({ code: 'invalid_request' });
  });
});

describe('the end of a connection', () => {
  it('rejects the calls under way and those after it', async () => {
    const { connection, far } = pair(new FakeEngine({ 'sync.now': () => new Promise(() => undefined) }));
    const call = connection.call('sync.now', {});
    const closed = new Promise((resolve) => connection.onClose(resolve));
    far.close();
    expect(await code(call)).toEqual({ code: 'engine_stopped' });
    expect(await closed).toEqual({ code: 'engine_stopped', params: {} });
    expect(await code(connection.call('sync.now', {}))).toEqual({ code: 'engine_stopped', notStarted: true });
  });

  it('gives back the subscriptions', async () => {
    const engine = new FakeEngine({ 'sync.resume': () => Promise.resolve({}) });
    const { connection } = pair(engine);
    connection.on('status.patch', () => undefined);
    await connection.call('sync.resume', {});
    expect(engine.listening('status.patch')).toBe(1);
    connection.close();
    await expect.poll(() => engine.listening('status.patch')).toBe(0);
  });

  it('by draining finishes what was begun and refuses the rest as not started', async () => {
    const first = Promise.withResolvers<Record<string, never>>();
    const { connection, served } = pair(new FakeEngine({ 'sync.now': () => first.promise }));
    const slow = connection.call('sync.now', {});
    await connection.ready;
    const drained = served.drain();
    expect(await code(connection.call('sync.now', {}))).toEqual({ code: 'engine_stopped', notStarted: true });
    first.resolve({});
    expect(await slow).toEqual({});
    await drained;
    expect(await code(connection.call('sync.now', {}))).toEqual({ code: 'engine_stopped', notStarted: true });
  });
});

describe('a call on its way while the other end drains', () => {
  it('is rejected as not started, and never reaches the engine', async () => {
    const engine = new FakeEngine({ 'sync.resume': () => Promise.resolve({}) });
    const { connection, served } = pair(engine);
    await connection.ready;
    const call = connection.call('sync.resume', {});
    const drained = served.drain();
    expect(await code(call)).toEqual({ code: 'engine_stopped', notStarted: true });
    await drained;
    expect(engine.calls).toEqual([]);
  });
});

describe('events', () => {
  it('arrive at those who listen, until they stop', async () => {
    const engine = new FakeEngine({ 'sync.resume': () => Promise.resolve({}) });
    const { connection } = pair(engine);
    const seen: string[] = [];
    const dispose = connection.on('lists.changed', (body) => seen.push(...body.lists));
    await connection.call('sync.resume', {});
    engine.emit('lists.changed', { lists: ['files'] });
    engine.emit('status.patch', { revision: 1 });
    await expect.poll(() => seen).toEqual(['files']);
    dispose();
    await connection.call('sync.resume', {});
    expect(engine.listening('lists.changed')).toBe(0);
  });
});

describe('a hostile client', () => {
  const hello = { t: 'hello', protocol: PROTOCOL_VERSION };
  it.each([
    ['no hello', [{ t: 'call', id: 1, method: 'sync.now', params: {} }]],
    ['an unknown frame', [hello, { t: 'shell', command: 'id' }]],
    ['an array', [hello, [1, 2]]],
    ['an id that is text', [hello, { t: 'call', id: '1', method: 'sync.now', params: {} }]],
    ['an event from the prototype', [hello, { t: 'subscribe', event: '__proto__' }]],
    ['an event that there is not', [hello, { t: 'subscribe', event: 'secrets' }]],
  ])('is refused and cut off: %s', async (_, messages) => {
    const { got, closed } = await raw(messages);
    expect(got.at(-1)).toMatchObject({ t: 'refused', error: { code: 'invalid_request' } });
    expect(closed).toBe(true);
  });

  it('cannot use an id twice at a time', async () => {
    const engine = new FakeEngine({ 'sync.now': () => new Promise(() => undefined) });
    const call = { t: 'call', id: 7, method: 'sync.now', params: {} };
    const { got } = await raw([hello, call, call], engine);
    expect(got.at(-1)).toMatchObject({ t: 'refused', error: { params: { field: 'id' } } });
    expect(engine.calls).toHaveLength(1);
  });

  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])('does not reach %s', async (method) => {
    const { got } = await raw([hello, { t: 'call', id: 1, method, params: {} }]);
    expect(got.at(-1)).toMatchObject({ t: 'error', error: { code: 'invalid_request', params: { field: 'method' } } });
  });

  it('of another version is told so', async () => {
    const { got, closed } = await raw([{ t: 'hello', protocol: 99 }]);
    expect(got).toEqual([{ t: 'refused', error: { code: 'engine_other_version', params: { engine: PROTOCOL_VERSION, client: 99 } } }]);
    expect(closed).toBe(true);
  });
});

describe('a client of another version', () => {
  it('rejects ready and the calls under way with the reason', async () => {
    const [near, far] = memoryPorts();
    far.onMessage((message) => {
      if ((message as { t: string }).t === 'hello')
        far.send({ t: 'refused', error: { code: 'engine_other_version', params: { engine: 2, client: 1 } } });
    });
    const connection = connectEngine(near);
    const call = code(connection.call('sync.now', {}));
    expect(await code(connection.ready)).toMatchObject({ code: 'engine_other_version' });
    expect(await call).toMatchObject({ code: 'engine_other_version' });
  });
});

describe('joined ports', () => {
  it('carry calls and the end through', async () => {
    const [near, middleA] = memoryPorts();
    const [middleB, far] = memoryPorts();
    joinPorts(middleA, middleB);
    const served = serveEngine(new FakeEngine({ 'sync.resume': () => Promise.resolve({}) }), far);
    const connection = connectEngine(near);
    expect(await connection.call('sync.resume', {})).toEqual({});
    served.close();
    const closed = await new Promise((resolve) => connection.onClose(resolve));
    expect(closed).toMatchObject({ code: 'engine_stopped' });
  });
});
