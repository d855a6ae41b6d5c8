import { randomBytes } from 'node:crypto';
import {
  type CloudFile,
  type CloudFolder,
  type CommitEntryInput,
  type CommitResult,
  type DeltaEntry,
  ROOT_ID,
  type Session,
  TidemarkError,
} from '../../../../contract/index.ts';
import type { Content } from '../../../model/index.ts';
import type { CloudApi, Credentials, DriveApi } from '../../../remote/api.ts';
import { contentOf } from '../../../transfer/chunks/index.ts';

/** A cloud to be tested: open for sign-up, empty or not; the suite makes its own accounts. */
export interface CloudUnderTest {
  /** Another client, as of another machine. */
  connect(): CloudApi;
  /** Lets this much time go by on the cloud's clock. */
  passTime(ms: number): Promise<void>;
  close(): Promise<void>;
}

export type MakeCloud = () => Promise<CloudUnderTest>;

export const PASSWORD = 'correct horse battery';
export const newId = (): string => randomBytes(16).toString('hex');
export const newEmail = (): string => `${newId()}@example.org`;

/** One signed-in device of an account, with what tests do again and again. */
export class TestDevice {
  readonly api: CloudApi;
  readonly session: Session;
  readonly drive: DriveApi;

  constructor(api: CloudApi, session: Session) {
    this.api = api;
    this.session = session;
    this.drive = api.authorized(fixedCredentials(session.accessToken));
  }

  static async signUp(cloud: CloudUnderTest, email = newEmail(), name = 'laptop'): Promise<TestDevice> {
    const api = cloud.connect();
    return new TestDevice(api, await api.signUp({ email, password: PASSWORD, device: { name, platform: 'linux', appVersion: '1.0.0' } }));
  }

  static async signIn(cloud: CloudUnderTest, email: string, name = 'desktop'): Promise<TestDevice> {
    const api = cloud.connect();
    return new TestDevice(
      api,
      await api.signIn({ method: 'password', email, password: PASSWORD, device: { name, platform: 'windows', appVersion: '1.0.0' } }),
    );
  }

  commit(...entries: CommitEntryInput[]): Promise<readonly CommitResult[]> {
    return this.drive.commit(entries, newId());
  }

  /** Commits one entry that has to succeed. */
  async done(entry: CommitEntryInput): Promise<CloudFile | CloudFolder> {
    const [result] = await this.commit(entry);
    if (result?.status !== 'ok' || result.node === null) throw new Error(`${entry.op} failed: ${JSON.stringify(result)}`);
    return result.node;
  }

  async folder(name: string, parentId = ROOT_ID): Promise<CloudFolder> {
    const node = await this.done(mkdir(name, parentId));
    if (node.kind !== 'folder') throw new Error('a file came back');
    return node;
  }

  /** A new file, or with `over` the next version of one; its blocks are sent first. */
  async file(name: string, text: string | Uint8Array, parentId = ROOT_ID, over: CloudFile | null = null): Promise<CloudFile> {
    const content = await this.send(text);
    const node = await this.done(put(over?.id ?? newId(), name, content, parentId, over?.revision ?? null));
    if (node.kind !== 'file') throw new Error('a folder came back');
    return node;
  }

  /** Gives the cloud the bytes and answers what they are. */
  async send(text: string | Uint8Array): Promise<Content> {
    const bytes = typeof text === 'string' ? Buffer.from(text) : text;
    const content = contentOf(bytes);
    let offset = 0;
    for (const block of content.blocks) {
      await this.drive.store([{ hash: block.hash, bytes: bytes.subarray(offset, offset + block.size) }]);
      offset += block.size;
    }
    return content;
  }

  /** Everything from a cursor to the end. */
  async changes(
    from: string | null,
  ): Promise<{ readonly entries: readonly DeltaEntry[]; readonly cursor: string; readonly epoch: string }> {
    const entries: DeltaEntry[] = [];
    let cursor = from;
    for (;;) {
      const page = await this.drive.delta(cursor);
      entries.push(...page.entries);
      cursor = page.cursor;
      if (!page.hasMore) return { entries, cursor, epoch: page.epoch };
    }
  }

  async cursor(): Promise<string> {
    return (await this.changes(null)).cursor;
  }
}

export const fixedCredentials = (accessToken: string): Credentials => ({
  accessToken: () => Promise.resolve(accessToken),
  refused: () => undefined,
});

export const mkdir = (name: string, parentId = ROOT_ID, id = newId()): CommitEntryInput & { op: 'mkdir' } => ({
  op: 'mkdir',
  id,
  parentId,
  name,
});

export const put = (
  id: string,
  name: string,
  content: Content,
  parentId = ROOT_ID,
  base: string | null = null,
): CommitEntryInput & { op: 'put' } => ({
  op: 'put',
  id,
  base,
  parentId,
  name,
  size: content.size,
  hash: content.hash,
  blocks: [...content.blocks],
  mtimeMs: 1_700_000_000_000,
});

export const move = (node: { id: string; revision: string }, name: string, parentId = ROOT_ID): CommitEntryInput & { op: 'move' } => ({
  op: 'move',
  id: node.id,
  base: node.revision,
  parentId,
  name,
});

export const remove = (node: { id: string; revision: string }, seen?: string): CommitEntryInput & { op: 'delete' } => ({
  op: 'delete',
  id: node.id,
  base: node.revision,
  ...(seen === undefined ? {} : { seen }),
});

/** `ok`, or the code of what went wrong. */
export const outcomes = (results: readonly CommitResult[]): string[] =>
  results.map((result) => (result.status === 'ok' ? 'ok' : result.code));

/** The code of the TidemarkError a promise ends with; fails the test when it ends otherwise. */
export async function refusal(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof TidemarkError) return error.code;
    throw error;
  }
  throw new Error('expected a refusal');
}
