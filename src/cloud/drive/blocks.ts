import { createHash, hash as hashOnce, type KeyObject } from 'node:crypto';
import { BLOCK_FRAME_HEADER_BYTES, type BlockRef, MAX_BLOCKS_BODY_BYTES, TidemarkError } from '../../contract/index.ts';
import { MiB } from '../../base/index.ts';
import type { AccountRecord, BlockCatalogue, BlockRow, DriveCatalogue } from '../catalogue.ts';
import type { CloudLog } from '../options.ts';
import { objectName, seal, unseal } from '../cipher.ts';
import type { BlockStore, StoredObject } from './block-store.ts';
import type { Frame } from './frames.ts';
import { frameHeader } from './frames.ts';
import { shortfallBytes, usedBytes } from './quota.ts';

/** Blocks are sealed and written together up to this, so that a request costs few syncs and little memory. */
const WRITE_BYTES = 8 * MiB;
/** Read, opened and sent together. */
const READ_BYTES = 1 * MiB;
const GARBAGE_A_TURN = 500;

export interface BlocksOptions {
  readonly catalogue: BlockCatalogue;
  readonly drives: DriveCatalogue;
  readonly store: BlockStore;
  readonly namesKey: KeyObject;
  readonly accountKey: (account: AccountRecord) => KeyObject;
  readonly uncommittedSlackBytes: number;
  readonly log: CloudLog;
}

/** Blocks between the network, which has them plain, and the store, which never does. */
export class Blocks {
  readonly #options: BlocksOptions;
  /** Bytes being written for an account now, so that requests at the same time do not each find the same room. */
  readonly #arriving = new Map<number, number>();

  constructor(options: BlocksOptions) {
    this.#options = options;
  }

  missing(account: AccountRecord, hashes: readonly string[]): Promise<readonly string[]> {
    return this.#options.catalogue.missing(account.no, hashes);
  }

  /** Takes the blocks whose content has the stated hash, and names the others. */
  async store(account: AccountRecord, frames: AsyncIterable<Frame>): Promise<{ stored: number; rejected: string[] }> {
    const rejected = new Set<string>();
    const pending = new Map<string, Buffer>();
    let stored = 0;
    let bytes = 0;
    for await (const frame of frames) {
      if (hashOnce('sha256', frame.bytes, 'hex') !== frame.hash) {
        rejected.add(frame.hash);
        continue;
      }
      stored += 1;
      if (pending.has(frame.hash)) continue;
      pending.set(frame.hash, frame.bytes);
      bytes += frame.bytes.length;
      if (bytes >= WRITE_BYTES) {
        await this.#write(account, pending);
        pending.clear();
        bytes = 0;
      }
    }
    await this.#write(account, pending);
    return { stored, rejected: [...rejected] };
  }

  async #write(account: AccountRecord, blocks: ReadonlyMap<string, Buffer>): Promise<void> {
    if (blocks.size === 0) return;
    const { catalogue } = this.#options;
    const fresh = await catalogue.missing(account.no, [...blocks.keys()]);
    const bytes = fresh.reduce((sum, hash) => sum + (blocks.get(hash)?.length ?? 0), 0);
    const arriving = this.#arriving.get(account.no) ?? 0;
    this.#arriving.set(account.no, arriving + bytes);
    try {
      await this.#checkRoom(account, bytes, arriving);
      await this.#keep(account, blocks, fresh);
    } finally {
      const rest = (this.#arriving.get(account.no) ?? 0) - bytes;
      if (rest > 0) this.#arriving.set(account.no, rest);
      else this.#arriving.delete(account.no);
    }
  }

  async #keep(account: AccountRecord, blocks: ReadonlyMap<string, Buffer>, fresh: readonly string[]): Promise<void> {
    const { catalogue, store, namesKey } = this.#options;
    const key = this.#options.accountKey(account);
    const objects: StoredObject[] = [];
    const rows: BlockRow[] = [];
    for (const hash of fresh) {
      const plain = blocks.get(hash);
      if (plain === undefined) continue;
      const name = objectName(namesKey, account.id, hash);
      objects.push({ name, bytes: seal(key, plain, account.id + hash) });
      rows.push({ hash, size: plain.length, object: name });
    }
    // First the bytes, then the row that says they are there.
    await store.write(objects);
    await catalogue.record(account.no, rows);
  }

  /** Whatever still fits may be under way; more only fills the disk. */
  async #checkRoom(account: AccountRecord, bytes: number, arriving: number): Promise<void> {
    if (bytes === 0) return;
    const { catalogue, drives, uncommittedSlackBytes } = this.#options;
    const [usage, waiting] = await Promise.all([drives.usage(account.no), catalogue.uncommittedBytes(account.no)]);
    const limit = Math.max(0, usage.totalBytes - usedBytes(usage)) + uncommittedSlackBytes;
    if (waiting + arriving + bytes > limit) {
      // Without any room left, waiting for other commits to finish would not help.
      const neededBytes = shortfallBytes(usage, bytes);
      if (waiting + arriving === 0 && neededBytes > 0) throw new TidemarkError('quota_exceeded', { neededBytes });
      throw new TidemarkError('uncommitted_limit', { limitBytes: limit });
    }
  }

  /** The longest run from the start that the account has and one answer can hold, with its length in bytes. */
  async pick(account: AccountRecord, hashes: readonly string[]): Promise<{ rows: readonly BlockRow[]; bytes: number }> {
    const located = await this.#options.catalogue.locate(account.no, hashes);
    const rows: BlockRow[] = [];
    let bytes = 0;
    for (const row of located) {
      if (row === undefined) break;
      const frame = BLOCK_FRAME_HEADER_BYTES + row.size;
      if (rows.length > 0 && bytes + frame > MAX_BLOCKS_BODY_BYTES) break;
      rows.push(row);
      bytes += frame;
    }
    return { rows, bytes };
  }

  /** Frames of the blocks, in pieces worth a system call each. */
  async *frames(account: AccountRecord, rows: readonly BlockRow[]): AsyncIterable<Buffer> {
    for await (const blocks of this.#read(account, rows)) {
      yield Buffer.concat(blocks.flatMap(({ row, plain }) => [frameHeader(row.hash, row.size), plain]));
    }
  }

  /** Bytes `start` to `end` (not included) of a content. Throws `blocks_missing` when the account lacks one. */
  async *content(account: AccountRecord, blocks: readonly BlockRef[], start: number, end: number): AsyncIterable<Buffer> {
    let at = 0;
    const wanted: { readonly hash: string; readonly from: number; readonly to: number }[] = [];
    for (const { hash, size } of blocks) {
      if (at < end && at + size > start) wanted.push({ hash, from: Math.max(0, start - at), to: Math.min(size, end - at) });
      at += size;
    }
    // Slices, so that no long list of rows is held for a file of many gigabytes.
    for (let index = 0; index < wanted.length; index += 64) {
      const slice = wanted.slice(index, index + 64);
      const located = await this.#options.catalogue.locate(
        account.no,
        slice.map(({ hash }) => hash),
      );
      const rows = located.filter((row) => row !== undefined);
      if (rows.length < slice.length) throw new TidemarkError('blocks_missing');
      let position = 0;
      for await (const opened of this.#read(account, rows)) {
        for (const { plain } of opened) {
          const part = slice[position];
          position += 1;
          if (part !== undefined) yield plain.subarray(part.from, part.to);
        }
      }
    }
  }

  /** SHA-256 over the whole of a content; kept, since it costs a read of all of it. */
  async digest(
    account: AccountRecord,
    content: { readonly hash: string; readonly size: number; readonly blocks: readonly BlockRef[] },
  ): Promise<Buffer> {
    if (content.blocks.length < 2) return Buffer.from(content.hash, 'hex');
    const known = await this.#options.drives.contentDigest(account.no, content.hash);
    if (known !== undefined) return known;
    const digest = await this.rangeDigest(account, content.blocks, 0, content.size);
    await this.#options.drives.keepContentDigest(account.no, content.hash, digest);
    return digest;
  }

  async rangeDigest(account: AccountRecord, blocks: readonly BlockRef[], start: number, end: number): Promise<Buffer> {
    const hash = createHash('sha256');
    for await (const piece of this.content(account, blocks, start, end)) hash.update(piece);
    return hash.digest();
  }

  /** Marks, then removes what was marked long ago. */
  async collect(): Promise<void> {
    const { catalogue, store } = this.#options;
    await catalogue.collect();
    for (;;) {
      const objects = await catalogue.garbage(GARBAGE_A_TURN);
      if (objects.length === 0) return;
      await store.remove(objects);
      await catalogue.garbageRemoved(objects);
    }
  }

  /** Removes objects that no row names. Only while nothing is being stored: at start, after a crash. */
  async removeUnknown(): Promise<number> {
    const { catalogue, store } = this.#options;
    let removed = 0;
    for await (const unknown of catalogue.unknown(store.names())) {
      if (unknown.length > 0) await store.remove(unknown);
      removed += unknown.length;
    }
    return removed;
  }

  async *#read(account: AccountRecord, rows: readonly BlockRow[]): AsyncIterable<readonly { row: BlockRow; plain: Buffer }[]> {
    const key = this.#options.accountKey(account);
    for (let start = 0; start < rows.length;) {
      let end = start;
      for (let bytes = 0; end < rows.length && (end === start || bytes < READ_BYTES); end += 1) bytes += rows[end]?.size ?? 0;
      const slice = rows.slice(start, end);
      const sealed = await this.#options.store.read(slice.map((row) => row.object));
      const opened: { row: BlockRow; plain: Buffer }[] = [];
      for (const [index, row] of slice.entries()) {
        const plain = open(key, sealed[index], account.id + row.hash);
        if (plain === undefined) return this.#giveUp(account, row);
        opened.push({ row, plain });
      }
      yield opened;
      start = end;
    }
  }

  async #giveUp(account: AccountRecord, row: BlockRow): Promise<never> {
    this.#options.log('error', 'a block is damaged; devices that have it will be asked for it again', { object: row.object });
    await this.#options.catalogue.spoiled(account.no, row.hash);
    throw new TidemarkError('cloud_failed');
  }
}

/** Undefined when the object is gone or is not what was written. */
function open(key: KeyObject, sealed: Buffer | undefined, bound: string): Buffer | undefined {
  try {
    return sealed === undefined ? undefined : unseal(key, sealed, bound);
  } catch {
    return undefined;
  }
}
