import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type BlockRef,
  BLOCKS_MEDIA_TYPE,
  type CloudFile,
  type CloudNode,
  type CommitEntryInput,
  type CommitResult,
  type DeltaResponse,
  type Problem,
  ROOT_ID,
  type Session,
} from '../../contract/index.ts';
import { type Cloud, type CloudOptions, createCloud } from '../index.ts';
import { contentHash } from '../drive/content-hash.ts';

export const id = (): string => randomBytes(16).toString('hex');
export const PASSWORD = 'correct horse battery';
export const device = { name: 'Laptop', platform: 'linux', appVersion: '0.1.0' } as const;

/** A cloud on a directory of its own, whose clock the test turns. */
export interface TestCloud extends AsyncDisposable {
  readonly dir: string;
  readonly dataDir: string;
  readonly cloud: Cloud;
  readonly url: string;
  readonly clock: { now: number };
  /** Stops it and starts another one on the same data. */
  restart(overrides?: Partial<CloudOptions>): Promise<TestCloud>;
  signUp(email?: string): Promise<TestDevice>;
  signIn(email?: string): Promise<TestDevice>;
}

export async function startCloud(overrides: Partial<CloudOptions> = {}): Promise<TestCloud> {
  const dir = mkdtempSync(join(tmpdir(), 'tidemark-cloud-'));
  return open(dir, { now: Date.UTC(2026, 0, 1) }, overrides);
}

export const optionsFor = (dir: string, overrides: Partial<CloudOptions> = {}): CloudOptions => ({
  dataDir: join(dir, 'data'),
  keyFile: join(dir, 'server.key'),
  region: 'international',
  signUp: 'open',
  version: '0.0.0-test',
  ...overrides,
});

async function open(dir: string, clock: { now: number }, overrides: Partial<CloudOptions>): Promise<TestCloud> {
  const options = optionsFor(dir, { now: () => clock.now, ...overrides });
  const cloud = await createCloud(options);
  const { url } = await cloud.listen({ host: '127.0.0.1', port: 0 });
  const enter = async (path: string, body: object): Promise<TestDevice> => {
    const answer = await call(url, 'POST', path, { json: { ...body, device } });
    if (answer.status !== 200) throw new Error(`${path}: ${answer.text}`);
    return new TestDevice(url, answer.body as Session);
  };
  return {
    dir,
    dataDir: options.dataDir,
    cloud,
    url,
    clock,
    restart: async (more = {}) => {
      await cloud.close();
      return open(dir, clock, { ...overrides, ...more });
    },
    signUp: (email = 'ann@example.com') => enter('/v1/auth/accounts', { email, password: PASSWORD }),
    signIn: (email = 'ann@example.com') => enter('/v1/auth/sessions', { method: 'password', email, password: PASSWORD }),
    [Symbol.asyncDispose]: async () => {
      await cloud.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
  readonly text: string;
  readonly body: unknown;
  /** Throws when the answer is none. */
  readonly problem: Problem;
}

export interface Sent {
  readonly json?: unknown;
  readonly bytes?: Uint8Array;
  readonly type?: string;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export async function call(url: string, method: string, path: string, sent: Sent = {}): Promise<Answer> {
  const body = sent.bytes === undefined ? (sent.json === undefined ? undefined : JSON.stringify(sent.json)) : Buffer.from(sent.bytes);
  const type = sent.type ?? (sent.json === undefined ? undefined : 'application/json');
  const headers = {
    ...(type === undefined ? {} : { 'content-type': type }),
    ...(sent.token === undefined ? {} : { authorization: `Bearer ${sent.token}` }),
    ...sent.headers,
  };
  const answer = await fetch(url + path, { method, headers, body: body ?? null, signal: sent.signal ?? null });
  const bytes = Buffer.from(await answer.arrayBuffer());
  const text = bytes.toString();
  const parsed = (answer.headers.get('content-type') ?? '').includes('json') ? (JSON.parse(text) as unknown) : undefined;
  return {
    status: answer.status,
    headers: answer.headers,
    bytes,
    text,
    body: parsed,
    get problem() {
      if (answer.headers.get('content-type') !== 'application/problem+json') throw new Error(`no problem: ${answer.status} ${text}`);
      return parsed as Problem;
    },
  };
}

/** A request whose headers fetch would not let through. */
export function rawCall(url: string, path: string, headers: Readonly<Record<string, string>>): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url + path, { headers }, (answer) => {
      let text = '';
      answer.on('data', (piece: Buffer) => (text += piece.toString()));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
    });
    request.on('error', reject);
    request.end();
  });
}

export interface Content {
  readonly blocks: readonly Buffer[];
  readonly refs: BlockRef[];
  readonly size: number;
  readonly hash: string;
}

export const sha256Hex = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** A file's content cut as given. */
export function contentOf(...pieces: readonly (string | Buffer)[]): Content {
  const blocks = pieces.map((piece) => Buffer.from(piece as string));
  const refs = blocks.map((bytes) => ({ hash: sha256Hex(bytes), size: bytes.length }));
  return { blocks, refs, size: refs.reduce((sum, ref) => sum + ref.size, 0), hash: contentHash(refs) };
}

export function framesOf(blocks: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    blocks.flatMap((bytes) => {
      const header = Buffer.alloc(36);
      header.write(sha256Hex(bytes), 0, 'hex');
      header.writeUInt32BE(bytes.length, 32);
      return [header, bytes];
    }),
  );
}

type PutFields = Partial<Extract<CommitEntryInput, { op: 'put' }>>;

export const put = (name: string, content: Content, fields: PutFields = {}): CommitEntryInput => ({
  op: 'put',
  id: id(),
  base: null,
  parentId: ROOT_ID,
  name,
  size: content.size,
  hash: content.hash,
  blocks: content.refs,
  mtimeMs: 1_700_000_000_000,
  ...fields,
});

export const mkdir = (
  name: string,
  parentId = ROOT_ID,
  fields: { id?: string; group?: number } = {},
): CommitEntryInput & { op: 'mkdir' } => ({
  op: 'mkdir',
  id: id(),
  parentId,
  name,
  ...fields,
});

export const move = (node: CloudNode, parentId: string, name = node.name, group?: number): CommitEntryInput => ({
  op: 'move',
  id: node.id,
  base: node.revision,
  parentId,
  name,
  ...(group === undefined ? {} : { group }),
});

export const remove = (node: CloudNode, seen?: string): CommitEntryInput => ({
  op: 'delete',
  id: node.id,
  base: node.revision,
  ...(seen === undefined ? {} : { seen }),
});

/** A signed-in device. */
export class TestDevice {
  readonly url: string;
  session: Session;

  constructor(url: string, session: Session) {
    this.url = url;
    this.session = session;
  }

  call(method: string, path: string, sent: Sent = {}): Promise<Answer> {
    return call(this.url, method, path, { token: this.session.accessToken, ...sent });
  }

  /** The body of a 200. */
  async ok<T>(method: string, path: string, sent: Sent = {}): Promise<T> {
    const answer = await this.call(method, path, sent);
    if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.body as T;
  }

  refresh(token = this.session.refreshToken): Promise<Answer> {
    return call(this.url, 'POST', '/v1/auth/token', { json: { refreshToken: token } });
  }

  store(...contents: readonly Content[]): Promise<Answer> {
    return this.call('POST', '/v1/blocks', { bytes: framesOf(contents.flatMap((content) => content.blocks)), type: BLOCKS_MEDIA_TYPE });
  }

  async commit(...entries: readonly CommitEntryInput[]): Promise<CommitResult[]> {
    return (await this.commitWith(id(), entries)).results;
  }

  commitWith(key: string, entries: readonly CommitEntryInput[]): Promise<{ results: CommitResult[] }> {
    return this.ok('POST', '/v1/drive/commit', { json: { entries }, headers: { 'idempotency-key': key } });
  }

  /** Commits one entry that has to work, and answers the node. */
  async apply(entry: CommitEntryInput): Promise<CloudNode> {
    const [result] = await this.commit(entry);
    if (result?.status !== 'ok' || result.node === null) throw new Error(JSON.stringify(result));
    return result.node;
  }

  async upload(name: string, content: Content, fields: PutFields = {}): Promise<CloudFile> {
    if (content.size > 0) await this.store(content);
    return (await this.apply(put(name, content, fields))) as CloudFile;
  }

  delta(cursor?: string, limit = 1000): Promise<DeltaResponse> {
    return this.ok('GET', `/v1/drive/delta?limit=${limit}${cursor === undefined ? '' : `&cursor=${cursor}`}`);
  }

  /** Everything after the cursor, to the end. */
  async changes(cursor?: string, limit = 1000): Promise<{ entries: DeltaResponse['entries']; cursor: string }> {
    const entries: DeltaResponse['entries'] = [];
    for (let at = cursor; ;) {
      const page = await this.delta(at, limit);
      entries.push(...page.entries);
      at = page.cursor;
      if (!page.hasMore) return { entries, cursor: at };
    }
  }

  async cursor(): Promise<string> {
    return (await this.changes()).cursor;
  }

  /** Paths of what is in the drive now, as a reader of a snapshot sees it. */
  async tree(): Promise<string[]> {
    const nodes = new Map(
      (await this.changes()).entries.flatMap((entry) => (entry.kind === 'deleted' ? [] : [[entry.id, entry] as const])),
    );
    const pathOf = (node: CloudNode): string => {
      const parent = nodes.get(node.parentId);
      return parent === undefined ? node.name : `${pathOf(parent)}/${node.name}`;
    };
    return [...nodes.values()].map(pathOf).sort();
  }
}
