import { close, closeSync, fsync, fsyncSync, read, readSync } from 'node:fs';
import { promisify } from 'node:util';
import { minuteMs } from '../../../base/index.ts';
import { DiskFault, SMALL_FILE_BYTES } from '../../environment.ts';
import type { Content, FileStat } from '../../model/index.ts';
import { ContentBuilder } from '../../transfer/chunks/index.ts';
import { errnoOf } from '../disk-fault.ts';
import { toFaultData } from './fault-data.ts';
import { checkAfterReading, openExpected } from './open-file.ts';
import type { FaultData } from './protocol.ts';

const readAsync = promisify(read);
const closeAsync = promisify(close);
const fsyncAsync = promisify(fsync);

const BUFFER_BYTES = 2 * 1024 * 1024;

/** Within this time, in ms, the system has written down by itself what a program saved (see core/young-names.ts). */
const YOUNG_MS = minuteMs;

/**
 * Programs seldom sync what they save. A power cut would take it back, or leave the file empty, after the cloud was told of
 * it: that would look like the newest edit.
 */
const isYoung = ({ ctimeNs }: FileStat): boolean => Number(BigInt(ctimeNs) / 1_000_000n) > Date.now() - YOUNG_MS;

/** Systems that sync no file that is open for reading only (Windows). */
const UNSUPPORTED = new Set(['EINVAL', 'EPERM', 'EACCES', 'EBADF', 'EROFS', 'ENOTSUP', 'EOPNOTSUPP']);

function ignoreUnsupported(error: unknown): void {
  if (!UNSUPPORTED.has(errnoOf(error))) throw error;
}

function syncFile(descriptor: number): void {
  try {
    fsyncSync(descriptor);
  } catch (error) {
    ignoreUnsupported(error);
  }
}

/** Two buffers, one being filled while the other is hashed; made when first needed, kept, used by one file at a time. */
let buffers: readonly [Buffer, Buffer] | undefined;
let previous: Promise<unknown> = Promise.resolve();

interface CutAnswer {
  readonly content: Content;
  readonly stat: FileStat;
}

export function cut(path: string, expected: FileStat, isAborted: () => boolean): CutAnswer | Promise<CutAnswer | undefined> {
  if (expected.size <= SMALL_FILE_BYTES) return cutSmall(path, expected);
  const mine = previous.then(() => cutLarge(path, expected, isAborted));
  previous = mine.catch(() => undefined);
  return mine;
}

/** Small files one after the other, each with its content or its fault. */
export function cutMany(files: readonly { readonly path: string; readonly expected: FileStat }[]): readonly (Content | FaultData)[] {
  return files.map(({ path, expected }) => {
    try {
      if (expected.size > SMALL_FILE_BYTES) throw new DiskFault('failed', path, { cause: new Error('not a small file') });
      return cutSmall(path, expected).content;
    } catch (error) {
      return toFaultData(error, path);
    }
  });
}

/** Read, hashed and answered in one go; larger ones let other jobs of the thread in between. */
let small: Buffer | undefined;

function cutSmall(path: string, expected: FileStat): CutAnswer {
  small ??= Buffer.allocUnsafeSlow(SMALL_FILE_BYTES);
  const descriptor = openExpected(path, expected);
  try {
    let filled = 0;
    while (filled < expected.size) {
      const count = readSync(descriptor, small, filled, expected.size - filled, filled);
      if (count === 0) throw new DiskFault('changed', path);
      filled += count;
    }
    const builder = new ContentBuilder();
    builder.push(small.subarray(0, filled));
    if (isYoung(expected)) syncFile(descriptor);
    return { content: builder.finish(), stat: checkAfterReading(descriptor, path, expected) };
  } finally {
    closeSync(descriptor);
  }
}

/** Undefined when aborted. */
async function cutLarge(path: string, expected: FileStat, isAborted: () => boolean): Promise<CutAnswer | undefined> {
  if (isAborted()) return undefined;
  buffers ??= [Buffer.allocUnsafeSlow(BUFFER_BYTES), Buffer.allocUnsafeSlow(BUFFER_BYTES)];
  let [filling, other] = buffers;
  const descriptor = openExpected(path, expected);
  const fill = (into: Buffer, at: number): Promise<{ bytesRead: number }> => readAsync(descriptor, into, 0, BUFFER_BYTES, at);
  try {
    const builder = new ContentBuilder();
    let offset = 0;
    let pending = fill(filling, 0);
    for (;;) {
      const { bytesRead } = await pending;
      if (isAborted()) return undefined;
      if (bytesRead === 0) break;
      const full = filling;
      [filling, other] = [other, filling];
      offset += bytesRead;
      pending = fill(filling, offset);
      builder.push(full.subarray(0, bytesRead));
    }
    const content = builder.finish();
    if (content.size !== expected.size) throw new DiskFault('changed', path);
    if (isYoung(expected)) await fsyncAsync(descriptor).catch(ignoreUnsupported);
    return { content, stat: checkAfterReading(descriptor, path, expected) };
  } finally {
    await closeAsync(descriptor);
  }
}
