import { createHash, randomBytes } from 'node:crypto';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { BLOCKS_MEDIA_TYPE, EMPTY_CONTENT_HASH, MAX_BLOCKS_BODY_BYTES, TidemarkError } from '../../../contract/index.ts';
import type { BlockData, CloudApi, Credentials, DriveApi } from '../api.ts';
import { encodeFrames } from './block-frames.ts';
import { createHttpCloud } from './http-cloud.ts';

const cleanups: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

type Handler = (request: IncomingMessage, response: ServerResponse, body: Buffer) => void;

async function serve(handler: Handler): Promise<string> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      handler(request, response, Buffer.concat(chunks));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A server that says whatever it likes to any connection. */
async function serveRaw(onConnection: (socket: import('node:net').Socket) => void): Promise<string> {
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function client(server: string, silenceMs = 5000): CloudApi {
  const cloud = createHttpCloud({ server, appVersion: '1.2.3', waits: { connectMs: 2000, silenceMs } });
  cleanups.push(() => cloud.close());
  return cloud;
}

const fixed: Credentials = { accessToken: () => Promise.resolve('a'.repeat(40)), refused: () => undefined };
const drive = (server: string, credentials = fixed): DriveApi => client(server).authorized(credentials);
const json = (response: ServerResponse, value: unknown, status = 200, headers: Record<string, string> = {}): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
};
const problem = (response: ServerResponse, status: number, code: string, params = {}, headers: Record<string, string> = {}): void => {
  response.writeHead(status, { 'content-type': 'application/problem+json', ...headers });
  response.end(JSON.stringify({ type: `urn:tidemark:${code}`, title: code, status, code, params }));
};
const fault = async (promise: Promise<unknown>): Promise<TidemarkError> => {
  const error: unknown = await promise.then(
    (value) => {
      throw new Error(`expected a failure, got ${JSON.stringify(value)}`);
    },
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof TidemarkError)) throw error;
  return error;
};

const blockOf = (bytes: Uint8Array): BlockData => ({ hash: createHash('sha256').update(bytes).digest('hex'), bytes });
const blocks = [blockOf(randomBytes(10)), blockOf(randomBytes(70_000)), blockOf(randomBytes(3))];
const hashes = blocks.map((block) => block.hash);
const sendBytes = (response: ServerResponse, bytes: Uint8Array): void => {
  response.writeHead(200, { 'content-type': BLOCKS_MEDIA_TYPE }).end(bytes);
};

describe('hanging up', () => {
  it('fails what waits for a dead connection at once; what comes next makes a new one', async () => {
    let connections = 0;
    const server = await serve((_, response) => {
      connections += 1;
      if (connections > 1) problem(response, 503, 'cloud_unavailable');
    });
    const cloud = client(server);
    const waiting = fault(cloud.refresh('r'.repeat(40)));
    while (connections === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    cloud.hangUp();
    expect((await waiting).code).toBe('cloud_unreachable');
    expect((await fault(cloud.refresh('r'.repeat(40)))).code).toBe('cloud_unavailable');
  });
});

describe('server addresses', () => {
  it('takes http only on loopback', () => {
    expect(() => createHttpCloud({ server: 'http://cloud.example', appVersion: '1' })).toThrow(
      expect.objectContaining({ code: 'cloud_insecure' }) as Error,
    );
    expect(() => createHttpCloud({ server: 'http://127.0.0.1.example', appVersion: '1' })).toThrow(/cloud_insecure/);
    expect(() => createHttpCloud({ server: 'ftp://localhost', appVersion: '1' })).toThrow(/invalid_request/);
    expect(createHttpCloud({ server: 'https://cloud.example/', appVersion: '1' }).server).toBe('https://cloud.example');
    expect(createHttpCloud({ server: 'http://[::1]:80', appVersion: '1' }).server).toBe('http://[::1]');
  });
});

describe('discovery', () => {
  it.each([
    [
      'a web page',
      (r: ServerResponse): void => {
        r.writeHead(200, { 'content-type': 'text/html' }).end('<html>hello</html>');
      },
    ],
    [
      'another JSON service',
      (r: ServerResponse): void => {
        json(r, { product: 'other', apiVersion: 1 });
      },
    ],
    [
      'a page that is not there',
      (r: ServerResponse): void => {
        r.writeHead(404).end();
      },
    ],
    [
      'a redirect',
      (r: ServerResponse): void => {
        r.writeHead(302, { location: 'https://elsewhere.example/' }).end();
      },
    ],
  ] as const)('calls %s not_tidemark', async (_, answer) => {
    const server = await serve((_request, response) => {
      answer(response);
    });
    expect(await fault(client(server).discover())).toMatchObject({ code: 'not_tidemark', params: { server } });
  });

  it('calls a port that does not speak HTTP not_tidemark', async () => {
    const server = await serveRaw((socket) => socket.write('SSH-2.0-OpenSSH_9.2\r\n'));
    expect(await fault(client(server).discover())).toMatchObject({ code: 'not_tidemark' });
  });

  it('calls a closed port unreachable and a silent one a timeout', async () => {
    const closed = await serveRaw((socket) => socket.destroy());
    expect(await fault(client(closed).discover())).toMatchObject({ code: 'cloud_unreachable', params: { server: closed } });
    expect(await fault(client('http://127.0.0.1:1').discover())).toMatchObject({ code: 'cloud_unreachable' });
    const silent = await serveRaw(() => undefined);
    expect(await fault(client(silent, 200).discover())).toMatchObject({ code: 'cloud_timeout', params: { server: silent } });
  });

  it('does not mistake a cloud that is down for another server', async () => {
    const server = await serve(
      (_request, response) => void response.writeHead(503, { 'content-type': 'text/html', 'retry-after': '7' }).end('<html>'),
    );
    expect(await fault(client(server).discover())).toMatchObject({ code: 'cloud_unavailable', params: { retryAfterMs: 7000 } });
  });
});

describe('answers', () => {
  it('turns problem documents into their code, and unknown ones into that of the status', async () => {
    let answer: (response: ServerResponse) => void = () => undefined;
    const server = await serve((_request, response) => {
      answer(response);
    });
    const api = drive(server);
    answer = (r) => {
      problem(r, 507, 'quota_exceeded', { neededBytes: 12 });
    };
    expect(await fault(api.quota())).toMatchObject({ code: 'quota_exceeded', params: { neededBytes: 12 } });
    answer = (r) => {
      problem(r, 418, 'tea_only');
    };
    expect(await fault(api.quota())).toMatchObject({ code: 'invalid_request', params: { detail: 'tea_only', status: 418 } });
    answer = (r) => {
      problem(r, 429, 'rate_limited', {}, { 'retry-after': new Date(Date.now() + 5000).toUTCString() });
    };
    const limited = await fault(api.quota());
    expect(limited.code).toBe('rate_limited');
    expect(limited.params['retryAfterMs']).toBeGreaterThan(2000);
    expect(limited.params['retryAfterMs']).toBeLessThanOrEqual(5000);
    answer = (r) => void r.writeHead(502).end('bad gateway');
    expect(await fault(api.quota())).toMatchObject({ code: 'cloud_unavailable' });
    answer = (r) => void r.writeHead(410).end();
    expect(await fault(api.delta('x'))).toMatchObject({ code: 'cursor_gone' });
  });

  it('names the field of an answer that breaks the contract', async () => {
    const server = await serve((_request, response) => {
      json(response, { entries: [{ kind: 'file', id: '../../etc' }], cursor: 'c', hasMore: false, epoch: '0', snapshot: true });
    });
    const error = await fault(drive(server).delta(null));
    expect(error.code).toBe('cloud_answer_invalid');
    expect(error.params['field']).toMatch(/^entries\.0\./);
  });

  it('refuses an answer cut short, longer than it says or endless', async () => {
    const short = await serveRaw((socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{"a":'));
    });
    expect(await fault(drive(short).quota())).toMatchObject({ code: 'cloud_unreachable' });
    const endless = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': BLOCKS_MEDIA_TYPE });
      const chunk = Buffer.alloc(1024 * 1024);
      const pump = (): void => {
        while (!response.destroyed && response.write(chunk));
        if (!response.destroyed) response.once('drain', pump);
      };
      response.on('error', () => undefined);
      pump();
    });
    expect(await fault(drive(endless).fetch(hashes))).toMatchObject({ code: 'cloud_answer_invalid', params: { field: 'length' } });
    const boast = await serve(
      (_request, response) =>
        void response.writeHead(200, { 'content-type': BLOCKS_MEDIA_TYPE, 'content-length': String(MAX_BLOCKS_BODY_BYTES + 1) }).write('x'),
    );
    expect(await fault(drive(boast).fetch(hashes))).toMatchObject({ code: 'cloud_answer_invalid', params: { field: 'length' } });
  });

  it('never sends a body that breaks the contract', async () => {
    let asked = 0;
    const server = await serve((_request, response) => {
      asked += 1;
      json(response, {});
    });
    expect(await fault(drive(server).commit([], 'key'))).toMatchObject({ code: 'invalid_request', params: { field: 'entries' } });
    expect(await fault(drive(server).renameDevice('../../me', 'x'))).toMatchObject({ code: 'invalid_request', params: { field: 'id' } });
    expect(asked).toBe(0);
  });

  it('refuses a commit answer with too few results', async () => {
    const server = await serve((_request, response) => {
      json(response, { results: [] });
    });
    const entry = { op: 'mkdir', id: '1'.repeat(32), parentId: '0'.repeat(32), name: 'x' } as const;
    expect(await fault(drive(server).commit([entry], 'key'))).toMatchObject({ code: 'cloud_answer_invalid', params: { field: 'results' } });
  });
});

describe('a commit', () => {
  const root = '0'.repeat(32);
  const id = '1'.repeat(32);
  const common = { id, parentId: root, name: 'x', revision: '2'.repeat(32), modifiedAt: 0, modifiedBy: null };
  const folder = { kind: 'folder', ...common };
  const content = { size: 0, hash: EMPTY_CONTENT_HASH, blocks: [] };
  const kept = { executable: false, conflictOf: null, conflictBase: null, conflictDevice: null };
  const file = { kind: 'file', ...common, versionId: id, ...content, mtimeMs: 0, ...kept };
  const mkdir = { op: 'mkdir', id, parentId: root, name: 'x' } as const;
  const move = { op: 'move', id, base: id, parentId: root, name: 'x' } as const;
  const put = { op: 'put', id, base: null, parentId: root, name: 'x', ...content, mtimeMs: 0 } as const;
  const answered = async (node: object | null): Promise<DriveApi> => {
    const server = await serve((_request, response) => {
      json(response, { results: [{ status: 'ok', node }] });
    });
    return drive(server);
  };

  it.each([
    ['nothing', mkdir, null],
    ['another node', mkdir, { ...folder, id: '3'.repeat(32) }],
    ['a file', mkdir, file],
    ['another place', move, { ...folder, parentId: '4'.repeat(32) }],
    ['another name', move, { ...file, name: 'y' }],
    ['a folder', put, folder],
    ['another content', put, { ...file, size: 1, hash: '5'.repeat(64), blocks: [{ hash: '5'.repeat(64), size: 1 }] }],
  ])('that was made is not believed to have made %s of a %j', async (_, entry, node) => {
    expect(await fault((await answered(node)).commit([entry], 'key'))).toMatchObject({
      code: 'cloud_answer_invalid',
      params: { field: 'results' },
    });
  });

  it.each([
    ['a folder', mkdir, folder],
    ['a move', move, file],
    ['a file', put, file],
  ])('that was made is believed: %s', async (_, entry, node) => {
    expect(await (await answered(node)).commit([entry], 'key')).toMatchObject([{ status: 'ok', node: { id } }]);
  });
});

describe('blocks', () => {
  it('sends frames and reads back a prefix of what it asked', async () => {
    let stored: Buffer = Buffer.alloc(0);
    const server = await serve((request, response, body) => {
      if (request.url === '/v1/blocks/fetch') {
        sendBytes(response, encodeFrames(blocks.slice(0, 2)));
        return;
      }
      stored = body;
      json(response, { stored: 3, rejected: [] });
    });
    await drive(server).store(blocks);
    expect(stored.equals(Buffer.from(encodeFrames(blocks)))).toBe(true);
    const fetched = await drive(server).fetch(hashes);
    expect(fetched.map((block) => block.hash)).toEqual(hashes.slice(0, 2));
    expect(
      fetched.map((block) => Buffer.from(block.bytes).equals(Buffer.from(blocks.find((b) => b.hash === block.hash)?.bytes ?? ''))),
    ).toEqual([true, true]);
  });

  it('trusts neither order, length nor bytes', async () => {
    let bytes: Uint8Array = new Uint8Array(0);
    const server = await serve((_request, response) => {
      sendBytes(response, bytes);
    });
    const api = drive(server);
    expect(await fault(api.fetch(hashes))).toMatchObject({ code: 'cloud_answer_invalid' });
    bytes = encodeFrames([...blocks].reverse());
    expect(await fault(api.fetch(hashes))).toMatchObject({ code: 'cloud_answer_invalid', params: { field: 'frame.hash' } });
    bytes = encodeFrames(blocks).subarray(0, 60_000);
    expect(await fault(api.fetch(hashes))).toMatchObject({ code: 'cloud_answer_invalid', params: { field: 'frame.length' } });
    const lying = Buffer.from(encodeFrames(blocks));
    lying.writeUInt32BE(0xffff_ffff, 32);
    bytes = lying;
    expect(await fault(api.fetch(hashes))).toMatchObject({ code: 'cloud_answer_invalid', params: { field: 'frame.length' } });
    const flipped = Buffer.from(encodeFrames(blocks));
    flipped.writeUInt8(flipped.readUInt8(40) ^ 1, 40);
    bytes = flipped;
    expect(await fault(api.fetch(hashes))).toMatchObject({ code: 'content_corrupt', params: { hash: hashes[0] } });
    bytes = encodeFrames([...blocks, ...blocks]);
    expect(await fault(api.fetch(hashes))).toMatchObject({ code: 'cloud_answer_invalid' });
  });

  it('tells which block the cloud rejected', async () => {
    const server = await serve((_request, response) => {
      json(response, { stored: 2, rejected: [hashes[1]] });
    });
    expect(await fault(drive(server).store(blocks))).toMatchObject({ code: 'hash_mismatch', params: { hash: hashes[1] } });
  });

  it('asks for any number of hashes in slices and believes only what it asked', async () => {
    const sizes: number[] = [];
    const server = await serve((_request, response, body) => {
      const asked = (JSON.parse(body.toString()) as { hashes: string[] }).hashes;
      sizes.push(asked.length);
      json(response, { missing: [asked[0], 'f'.repeat(64)] });
    });
    const many = Array.from({ length: 5000 }, (_, n) => createHash('sha256').update(String(n)).digest('hex'));
    expect(await drive(server).missing(many)).toEqual(new Set([many[0], many[4096]]));
    expect(sizes).toEqual([4096, 904]);
  });
});

describe('tokens and cancelling', () => {
  it('takes a new access token after a refusal, once', async () => {
    const seen: string[] = [];
    const server = await serve((request, response) => {
      seen.push(String(request.headers.authorization));
      if (seen.length === 1) problem(response, 401, 'access_expired');
      else json(response, { devices: [] });
    });
    const tokens = ['first'.padEnd(20, '-'), 'second'.padEnd(20, '-')];
    const credentials: Credentials = { accessToken: () => Promise.resolve(tokens[0] ?? ''), refused: () => void tokens.shift() };
    expect(await drive(server, credentials).devices()).toEqual([]);
    expect(seen).toEqual(['Bearer first---------------', 'Bearer second--------------']);
  });

  it('takes a 401 of something in between for no word of the cloud about who is signed in', async () => {
    const gate = await serve(
      (_request, response) => void response.writeHead(401, { 'content-type': 'text/html' }).end('<h1>Sign in to the network</h1>'),
    );
    expect(await fault(client(gate).refresh('r'.repeat(40)))).toMatchObject({ code: 'not_tidemark' });
    expect(await fault(drive(gate).devices())).toMatchObject({ code: 'not_tidemark' });
    const newer = await serve((_request, response) => problem(response, 401, 'something_newer'));
    expect(await fault(client(newer).refresh('r'.repeat(40)))).toMatchObject({ code: 'not_signed_in' });
  });

  it('stops at once when aborted', async () => {
    const server = await serve(() => undefined);
    const controller = new AbortController();
    const waiting = drive(server).wait('cursor', 30_000, controller.signal);
    setTimeout(() => {
      controller.abort();
    }, 20);
    expect(await fault(waiting)).toMatchObject({ code: 'aborted' });
    expect(await fault(drive(server).wait('cursor', 1, AbortSignal.abort()))).toMatchObject({ code: 'aborted' });
  });

  it('survives a signal that fires after an answer that came before the request was sent to its end', async () => {
    const server = await serveRaw((socket) => {
      socket.once('data', () => {
        socket.pause();
        socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 26\r\n\r\n{"stored":1,"rejected":[]}');
      });
    });
    const controller = new AbortController();
    const errors: unknown[] = [];
    const note = (error: unknown): void => void errors.push(error);
    process.on('uncaughtException', note);
    try {
      await drive(server).store([blockOf(randomBytes(8 * 1024 * 1024))], controller.signal);
      controller.abort();
      await new Promise((resolve) => setTimeout(resolve, 50));
    } finally {
      process.off('uncaughtException', note);
    }
    expect(errors).toEqual([]);
  });

  it('sends calls without a body, whatever their method', async () => {
    const seen: string[] = [];
    const server = await serve((request, response, body) => {
      seen.push(`${request.method} ${request.url} ${body.length}`);
      if (request.method === 'POST') problem(response, 404, 'not_found');
      else json(response, {});
    });
    const id = '1'.repeat(32);
    await drive(server).revokeDevice(id);
    expect(await fault(drive(server).restoreTrash(id))).toMatchObject({ code: 'not_found' });
    expect(seen).toEqual([`DELETE /v1/devices/${id} 0`, `POST /v1/drive/trash/${id}/restore 0`]);
  });

  it('keeps one connection for requests in a row', async () => {
    const ports = new Set<number | undefined>();
    const server = await serve((request, response) => {
      ports.add(request.socket.remotePort);
      json(response, { devices: [] });
    });
    const api = drive(server);
    for (let n = 0; n < 5; n += 1) await api.devices();
    expect(ports.size).toBe(1);
  });
});
