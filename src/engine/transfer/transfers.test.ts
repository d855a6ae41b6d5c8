import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { minuteMs } from '../../base/index.ts';
import { type CommitEntryInput, type CommitResult, ROOT_ID, TidemarkError } from '../../contract/index.ts';
import { type Disk, DiskFault, type FileWriter, type NewFile } from '../environment.ts';
import { FakeClock } from '../fakes/clock.ts';
import { FakeCloud } from '../fakes/cloud/index.ts';
import { SeededRandom } from '../fakes/random.ts';
import type { FileStat } from '../model/index.ts';
import type { Credentials, DriveApi } from '../remote/api.ts';
import type { CommitJournal, DownloadFile, PendingCommit, UploadFile } from './api.ts';
import { contentOf } from './chunks/index.ts';
import { createCommitter } from './committer.ts';
import { createDownloader } from './downloader.ts';
import { type Throttle, createThrottle } from './throttle.ts';
import { createUploader } from './uploader.ts';

const stat = (size: number): FileStat => ({
  kind: 'file',
  size,
  dev: '1',
  ino: '1',
  birthtimeNs: '1',
  mtimeNs: '1',
  ctimeNs: '1',
  mode: 0o644,
  links: 1,
});

/** Files by path, with the few rules the transfers rely on; the real disk has its own tests. */
class MemoryDisk implements Pick<Disk, 'read' | 'readMany' | 'writeMany' | 'create' | 'removeFile'> {
  readonly files = new Map<string, Uint8Array>();
  readonly changed = new Set<string>();
  batches: number[] = [];
  reads = 0;

  read: Disk['read'] = (path, offset, length) => {
    this.reads += 1;
    const bytes = this.files.get(path);
    if (bytes === undefined || this.changed.has(path) || offset + length > bytes.byteLength)
      return Promise.reject(new DiskFault('changed', path));
    return Promise.resolve(bytes.slice(offset, offset + length));
  };
  readMany: Disk['readMany'] = (files) =>
    Promise.resolve(
      files.map(({ path }) =>
        this.changed.has(path) ? new DiskFault('changed', path) : (this.files.get(path) ?? new DiskFault('missing', path)),
      ),
    );
  writeMany: Disk['writeMany'] = async (files: readonly NewFile[]) => {
    this.batches.push(files.length);
    await new Promise((resolve) => setTimeout(resolve, 1));
    return files.map(({ path, bytes }) => {
      if (path.includes('full')) return new DiskFault('full', path);
      this.files.set(path, bytes.slice());
      return stat(bytes.byteLength);
    });
  };
  create: Disk['create'] = (path): Promise<FileWriter> => {
    let written = Buffer.alloc(0);
    this.files.set(path, written);
    return Promise.resolve({
      write: (bytes) => {
        if (path.includes('full') && written.byteLength > 0) return Promise.reject(new DiskFault('full', path));
        written = Buffer.concat([written, bytes]);
        this.files.set(path, written);
        return Promise.resolve();
      },
      finish: () => Promise.resolve(stat(written.byteLength)),
      abandon: () => {
        this.files.delete(path);
        return Promise.resolve();
      },
    });
  };
  removeFile: Disk['removeFile'] = (path) => {
    this.files.delete(path);
    return Promise.resolve();
  };
}

let clock: FakeClock;
let cloud: FakeCloud;
let disk: MemoryDisk;
let drive: DriveApi;
let throttle: Throttle;
let calls: Record<string, number>;

beforeEach(async () => {
  clock = new FakeClock();
  const random = new SeededRandom(7);
  cloud = new FakeCloud({ clock, random, yieldPoint: () => new Promise((resolve) => setImmediate(resolve)) });
  const session = await cloud
    .api()
    .signUp({ email: 'a@example.org', password: 'correct horse', device: { name: 'laptop', platform: 'linux', appVersion: '1' } });
  const credentials: Credentials = { accessToken: () => Promise.resolve(session.accessToken), refused: () => undefined };
  drive = cloud.api().authorized(credentials);
  disk = new MemoryDisk();
  throttle = createThrottle({ clock, random });
  calls = {};
  cloud.fault = ({ method, phase }) => {
    if (phase === 'before') calls[method] = (calls[method] ?? 0) + 1;
  };
});

/** Lets the fake clock run while a promise that sleeps on it is under way. */
async function running<T>(promise: Promise<T>): Promise<T> {
  const state = { done: false };
  const settled = promise.finally(() => {
    state.done = true;
  });
  settled.catch(() => undefined);
  while (!state.done) {
    await new Promise((resolve) => setImmediate(resolve));
    await clock.runNext();
  }
  return settled;
}

function fileOf(path: string, bytes: Uint8Array): UploadFile {
  disk.files.set(path, bytes);
  return { path, stat: stat(bytes.byteLength), content: contentOf(bytes) };
}
const blocksHeld = (): number => cloud.accounts.account('a@example.org').drive.blocks.size;
const failing = (times: number, method: string, error: () => Error, phase: 'before' | 'after' = 'before'): void => {
  let left = times;
  const count = cloud.fault;
  cloud.fault = (call) => {
    count(call);
    if (call.method !== method || call.phase !== phase || left === 0) return;
    left -= 1;
    throw error();
  };
};

describe('uploading', () => {
  it('sends thousands of small files in few requests and never the same bytes twice', async () => {
    const files = Array.from({ length: 3000 }, (_, n) => fileOf(`/f/${n}`, Buffer.from(`file ${n % 2000}`)));
    const uploader = createUploader({ drive, disk, throttle });
    let bytes = 0;
    await Promise.all(files.map((file) => uploader.send(file, (moved) => (bytes += moved))));
    expect(blocksHeld()).toBe(2000);
    expect(calls['missing']).toBeLessThanOrEqual(2);
    expect(calls['store']).toBeLessThanOrEqual(6);
    expect(bytes).toBe(files.reduce((sum, file) => sum + file.content.size, 0));
    calls = {};
    await Promise.all(files.map((file) => uploader.send(file)));
    expect(calls['store']).toBeUndefined();
  });

  it('sends large files block by block, only what is missing, beside small ones', async () => {
    const uploader = createUploader({ drive, disk, throttle });
    const big = Buffer.from(randomBytes(9 * 1024 * 1024));
    const first = fileOf('/big', big);
    await Promise.all([uploader.send(first), uploader.send(fileOf('/small', Buffer.from('x')))]);
    const held = blocksHeld();
    expect(held).toBe(first.content.blocks.length + 1);
    const edited = Buffer.concat([big.subarray(0, 5_000_000), Buffer.from('!'), big.subarray(5_000_000)]);
    disk.reads = 0;
    await uploader.send(fileOf('/big2', edited));
    expect(disk.reads).toBeLessThanOrEqual(3);
    expect(blocksHeld() - held).toBe(disk.reads);
  });

  it('fails only the file that changed, and reads its blocks from another that has them', async () => {
    const uploader = createUploader({ drive, disk, throttle });
    const bytes = Buffer.from('shared content');
    const bad = fileOf('/bad', bytes);
    disk.changed.add('/bad');
    const outcomes = await Promise.allSettled([
      uploader.send(bad),
      uploader.send(fileOf('/twin', bytes)),
      uploader.send(fileOf('/other', Buffer.from('other'))),
    ]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['rejected', 'fulfilled', 'fulfilled']);
    expect(outcomes[0]).toMatchObject({ reason: { code: 'changed', path: '/bad' } });
    expect(blocksHeld()).toBe(2);
    // the same fingerprint, other bytes: never sent under the wrong hash
    const lying = fileOf('/lying', Buffer.from('said'));
    disk.files.set('/lying', Buffer.from('done'));
    await expect(uploader.send(lying)).rejects.toMatchObject({ code: 'changed' });
  });

  it('lets one be cancelled while others go on', async () => {
    const uploader = createUploader({ drive, disk, throttle });
    const controller = new AbortController();
    const shared = Buffer.from('both have it');
    const one = uploader.send(fileOf('/one', shared), undefined, controller.signal);
    const two = uploader.send(fileOf('/two', shared));
    const alone = uploader.send(fileOf('/alone', Buffer.from('alone')), undefined, controller.signal);
    controller.abort();
    await expect(one).rejects.toMatchObject({ code: 'aborted' });
    await expect(alone).rejects.toMatchObject({ code: 'aborted' });
    await two;
    expect(blocksHeld()).toBe(1);
  });

  it('tries again after faults, and gives up with the last one', async () => {
    const uploader = createUploader({ drive, disk, throttle });
    failing(3, 'store', () => new TidemarkError('cloud_unreachable'));
    await running(uploader.send(fileOf('/a', Buffer.from('a'))));
    expect(calls['store']).toBe(4);
    failing(1000, 'missing', () => new TidemarkError('cloud_timeout'));
    calls = {};
    await expect(running(uploader.send(fileOf('/b', Buffer.from('b'))))).rejects.toMatchObject({ code: 'cloud_timeout' });
    expect(calls['missing']).toBe(5);
  });

  it('holds up nobody for one block the cloud has no room for', async () => {
    const uploader = createUploader({
      drive: {
        missing: drive.missing,
        store: (blocks, signal) =>
          blocks.some((block) => block.bytes.byteLength > 1000)
            ? Promise.reject(new TidemarkError('quota_exceeded'))
            : drive.store(blocks, signal),
      },
      disk,
      throttle,
    });
    const outcomes = await Promise.allSettled([1, 2, 5000, 3].map((size) => uploader.send(fileOf(`/s${size}`, Buffer.alloc(size, size)))));
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  });
});

describe('downloading', () => {
  const put = async (bytes: Uint8Array): Promise<UploadFile> => {
    const file = fileOf(`/src/${disk.files.size}`, bytes);
    await createUploader({ drive, disk, throttle }).send(file);
    return file;
  };
  const want = (temp: string, file: UploadFile, reuse: UploadFile | null = null): DownloadFile => ({
    temp,
    content: file.content,
    mtimeMs: 5,
    mode: 0o644,
    reuse,
  });

  it('fetches and writes many small files together', async () => {
    const files = await Promise.all(Array.from({ length: 2000 }, (_, n) => put(Buffer.from(n % 10 === 0 ? '' : `text ${n}`))));
    const downloader = createDownloader({ drive, disk, throttle });
    let bytes = 0;
    const stats = await Promise.all(files.map((file, n) => downloader.fetch(want(`/t/${n}`, file), (moved) => (bytes += moved))));
    expect(stats.map((s) => s.size)).toEqual(files.map((file) => file.content.size));
    files.forEach((file, n) => {
      expect(Buffer.from(disk.files.get(`/t/${n}`) ?? 'none').equals(Buffer.from(disk.files.get(file.path) ?? ''))).toBe(true);
    });
    expect(calls['fetch']).toBeLessThanOrEqual(5);
    expect(disk.batches.length).toBeLessThanOrEqual(12);
    expect(bytes).toBe(files.reduce((sum, file) => sum + file.content.size, 0));
  });

  it('writes large files in order and takes what is on disk from the disk', async () => {
    const big = randomBytes(12 * 1024 * 1024);
    const file = await put(big);
    const downloader = createDownloader({ drive, disk, throttle });
    await downloader.fetch(want('/t/big', file));
    expect(Buffer.from(disk.files.get('/t/big') ?? '').equals(big)).toBe(true);
    const edited = await put(Buffer.concat([big.subarray(0, 1_000_000), Buffer.from('!'), big.subarray(1_000_000)]));
    calls = {};
    let fetched = 0;
    const counting = createDownloader({
      drive: {
        fetch: (hashes, signal) => {
          fetched += hashes.length;
          return drive.fetch(hashes, signal);
        },
      },
      disk,
      throttle,
    });
    await counting.fetch(want('/t/edited', edited, file));
    expect(contentOf(disk.files.get('/t/edited') ?? new Uint8Array()).hash).toBe(edited.content.hash);
    expect(fetched).toBeLessThanOrEqual(3);
    // what the old file claims and no longer has comes from the network
    disk.changed.add(file.path);
    await counting.fetch(want('/t/again', edited, file));
    expect(contentOf(disk.files.get('/t/again') ?? new Uint8Array()).hash).toBe(edited.content.hash);
    expect(fetched).toBeGreaterThan(5);
  });

  it('asks again for the rest of a short answer', async () => {
    const files = await Promise.all(Array.from({ length: 9 }, (_, n) => put(Buffer.from(`text ${n}`))));
    const downloader = createDownloader({
      drive: { fetch: async (hashes, signal) => (await drive.fetch(hashes, signal)).slice(0, 2) },
      disk,
      throttle,
    });
    await Promise.all(files.map((file, n) => downloader.fetch(want(`/t/${n}`, file))));
    expect(calls['fetch']).toBeGreaterThanOrEqual(5);
  });

  it('leaves nothing behind after a missing block, a full disk, corruption or an abort', async () => {
    const downloader = createDownloader({ drive, disk, throttle });
    const big = await put(randomBytes(6 * 1024 * 1024));
    const small = await put(Buffer.from('small'));
    await expect(downloader.fetch(want('/t/full', big))).rejects.toMatchObject({ code: 'full' });
    await expect(downloader.fetch(want('/t/full2', small))).rejects.toMatchObject({ code: 'full' });
    const controller = new AbortController();
    const aborted = downloader.fetch(
      want('/t/aborted', big),
      () => {
        controller.abort();
      },
      controller.signal,
    );
    await expect(aborted).rejects.toMatchObject({ code: 'aborted' });
    const wrong = { ...big.content, hash: small.content.hash };
    await expect(downloader.fetch({ ...want('/t/wrong', big), content: wrong })).rejects.toMatchObject({ code: 'content_corrupt' });
    const blocks = cloud.accounts.account('a@example.org').drive.blocks;
    blocks.delete(big.content.blocks.at(-1)?.hash ?? '');
    const outcomes = await Promise.allSettled([downloader.fetch(want('/t/missing', big)), downloader.fetch(want('/t/fine', small))]);
    expect(outcomes).toMatchObject([{ reason: { code: 'blocks_missing' } }, { status: 'fulfilled' }]);
    const shortened = { ...small.content, size: 4, blocks: [{ hash: small.content.hash, size: 4 }] };
    await expect(downloader.fetch({ ...want('/t/short', small), content: shortened })).rejects.toMatchObject({ code: 'content_corrupt' });
    expect([...disk.files.keys()].filter((path) => path.startsWith('/t/'))).toEqual(['/t/fine']);
  });

  it('keeps memory bounded while many large files are outstanding', async () => {
    const files = await Promise.all(Array.from({ length: 12 }, () => put(randomBytes(5 * 1024 * 1024))));
    let inFlight = 0;
    let most = 0;
    const downloader = createDownloader({
      drive: {
        fetch: async (hashes, signal) => {
          inFlight += 1;
          most = Math.max(most, inFlight);
          try {
            return await drive.fetch(hashes, signal);
          } finally {
            inFlight -= 1;
          }
        },
      },
      disk,
      throttle,
    });
    await Promise.all(files.map((file, n) => downloader.fetch(want(`/t/${n}`, file))));
    files.forEach((file, n) => {
      expect(contentOf(disk.files.get(`/t/${n}`) ?? new Uint8Array()).hash).toBe(file.content.hash);
    });
    expect(most).toBeLessThanOrEqual(8);
  });
});

describe('committing', () => {
  class Journal implements CommitJournal {
    readonly open = new Map<number, PendingCommit>();
    readonly settled: { request: PendingCommit; results: readonly CommitResult[] }[] = [];
    #next = 1;
    before(request: PendingCommit): number {
      this.open.set(this.#next, request);
      return this.#next++;
    }
    after(id: number, request: PendingCommit, results: readonly CommitResult[]): void {
      this.open.delete(id);
      this.settled.push({ request, results });
    }
  }
  const random = new SeededRandom(3);
  const mkdir = (name: string, group?: number): CommitEntryInput => ({
    op: 'mkdir',
    id: random.id(),
    parentId: ROOT_ID,
    name,
    ...(group === undefined ? {} : { group }),
  });
  let journal: Journal;
  const committer = (over: Pick<DriveApi, 'commit'> = drive) => createCommitter({ drive: over, throttle, journal, random });
  beforeEach(() => {
    journal = new Journal();
  });

  it('batches calls, keeps groups whole and apart, and hands out each its own results', async () => {
    const sizes: number[] = [];
    const subject = committer({
      commit: (entries, key, signal) => {
        sizes.push(entries.length);
        return drive.commit(entries, key, signal);
      },
    });
    const outcomes = await Promise.all([
      ...Array.from({ length: 998 }, (_, n) => subject.commit([mkdir(`d${n}`)])),
      subject.commit([mkdir('same', 0), mkdir('SAME', 0)]),
      subject.commit([mkdir('g1', 0), mkdir('g2', 0), mkdir('g3', 0)]),
    ]);
    expect(sizes).toEqual([500, 500, 3]);
    expect(outcomes.slice(0, 998).every(([result]) => result?.status === 'ok')).toBe(true);
    expect(outcomes[998]?.map((result) => (result.status === 'ok' ? 'ok' : result.code))).toEqual(['name_taken', 'group_failed']);
    expect(outcomes[999]?.map((result) => result.status)).toEqual(['ok', 'ok', 'ok']);
    expect(journal.open.size).toBe(0);
    expect(journal.settled.map(({ results }) => results.length)).toEqual([500, 500, 3]);
  });

  it('does a change once though its reply was lost', async () => {
    failing(2, 'commit', () => new TidemarkError('cloud_unreachable'), 'after');
    const [result] = await running(committer().commit([mkdir('once')]));
    expect(result?.status).toBe('ok');
    expect(calls['commit']).toBe(3);
    expect(cloud.nodes('a@example.org')).toHaveLength(1);
  });

  it('keeps the journal entry when the cloud stays away, and replays it with its key', async () => {
    failing(5, 'commit', () => new TidemarkError('cloud_unreachable'), 'after');
    const subject = committer();
    await expect(running(subject.commit([mkdir('later')]))).rejects.toMatchObject({ code: 'cloud_unreachable' });
    const [pending] = journal.open.values();
    if (pending === undefined) throw new Error('nothing in the journal');
    expect(await subject.replay(pending)).toMatchObject([{ status: 'ok', node: { name: 'later' } }]);
    expect(cloud.nodes('a@example.org')).toHaveLength(1);
  });

  it('splits what is too large, and leaves only the bad entry refused', async () => {
    const keys = new Set<string>();
    const subject = committer({
      commit: (entries, key, signal) => {
        keys.add(key);
        return entries.length > 2 ? Promise.reject(new TidemarkError('body_too_large')) : drive.commit(entries, key, signal);
      },
    });
    const bad = { ...mkdir('bad'), id: 'not an id' };
    const outcomes = await Promise.allSettled([
      ...['a', 'b', 'c', 'd', 'e'].map((name) => subject.commit([mkdir(name)])),
      subject.commit([bad]),
    ]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
    ]);
    expect(outcomes[5]).toMatchObject({ reason: { code: 'invalid_request' } });
    expect(
      cloud
        .nodes('a@example.org')
        .map((node) => node.name)
        .sort(),
    ).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(journal.open.size).toBe(0);
    expect(keys.size).toBe(journal.settled.length);
  });

  it('drops a call that is cancelled before it is sent, and one that is under way only for its caller', async () => {
    const subject = committer();
    const waiting = new AbortController();
    const underWay = new AbortController();
    const first = subject.commit([mkdir('first')], underWay.signal);
    const companion = subject.commit([mkdir('companion')]);
    await Promise.resolve();
    await Promise.resolve();
    const second = subject.commit([mkdir('second')], waiting.signal);
    waiting.abort();
    underWay.abort();
    await expect(second).rejects.toMatchObject({ code: 'aborted' });
    await expect(first).rejects.toMatchObject({ code: 'aborted' });
    expect(await companion).toMatchObject([{ status: 'ok' }]);
    expect(
      cloud
        .nodes('a@example.org')
        .map((node) => node.name)
        .sort(),
    ).toEqual(['companion', 'first']);
    expect(journal.open.size).toBe(0);
  });

  it('leaves nothing to be sent later of what the cloud has never seen', async () => {
    failing(1, 'commit', () => new TidemarkError('rate_limited', { retryAfterMs: 10 * minuteMs }), 'before');
    const subject = committer();
    await expect(running(subject.commit([mkdir('seen')]))).rejects.toMatchObject({ code: 'rate_limited' });
    await expect(running(subject.commit([mkdir('unseen')]))).rejects.toMatchObject({ code: 'rate_limited' });
    expect(calls['commit']).toBe(1);
    expect([...journal.open.values()].flatMap(({ entries }) => entries)).toMatchObject([{ name: 'seen' }]);
  });

  it('leaves no half of what was too large to be sent later, when the other cannot be noted', async () => {
    const noting = journal.before.bind(journal);
    journal.before = (request) => {
      if (journal.open.size === 2) throw new TidemarkError('disk_full');
      return noting(request);
    };
    const subject = committer({ commit: () => Promise.reject(new TidemarkError('body_too_large')) });
    const outcomes = await Promise.allSettled(['a', 'b'].map((name) => subject.commit([mkdir(name)])));
    expect(outcomes).toMatchObject([{ reason: { code: 'disk_full' } }, { reason: { code: 'disk_full' } }]);
    // Only the whole, of which the cloud has said that it will never take it.
    expect([...journal.open.values()].map(({ entries }) => entries.length)).toEqual([2]);
  });
});
