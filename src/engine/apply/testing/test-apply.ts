import type { DiskFaultCode } from '../../environment.ts';
import type { DiskMethod } from '../../fakes/disk/index.ts';
import { createMarker, prepareOwnFolder } from '../../local/index.ts';
import { type LocalFile, type LocalNode, type NodeId, type RemoteFile, type RemoteNode, ROOT_ID } from '../../model/index.ts';
import { ScopeKeeper } from '../../core/scope-keeper.ts';
import { DEVICE, ROOT, TestSync } from '../../testing/test-sync.ts';
import { contentOf } from '../../transfer/chunks/index.ts';
import { type ApplyParts, Mutex } from '../index.ts';
import type { Fetched } from '../placer.ts';
import { syncedFrom } from '../synced.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const unused = (): never => {
  throw new Error('nothing is to be sent or fetched');
};

/** A synced folder on the fake disk with its rows, for what changes the disk. Paths are relative, folders end in a slash. */
export class TestApply {
  readonly sync = new TestSync();
  readonly parts: ApplyParts;
  /** How often something could not be put back. */
  unmended = 0;
  readonly moved: (readonly [string, string])[] = [];
  readonly #ids = new Map<string, NodeId>([['', ROOT_ID]]);

  private constructor() {
    const { sync } = this;
    this.parts = {
      environment: sync.environment,
      store: sync.store,
      root: ROOT,
      uploader: { send: unused },
      downloader: { fetch: unused },
      committer: { commit: unused, replay: unused },
      treeLock: new Mutex(),
      scope: () => new ScopeKeeper(sync.store).scope(),
      deviceName: DEVICE,
      onActivity: (entry) => sync.told.activity.push(entry),
      onDatabaseFault: () => undefined,
      onProgress: () => undefined,
      onFolderMoved: (_id, from, to) => this.moved.push([from, to]),
      onUnmended: () => {
        this.unmended += 1;
      },
      mend: () => Promise.resolve(),
      unsyncedFolders: new Set(),
      signal: sync.stop.signal,
    };
  }

  static async make(): Promise<TestApply> {
    const made = new TestApply();
    const { disk } = made.sync;
    await createMarker(disk, ROOT, 'f'.repeat(32));
    await prepareOwnFolder(disk, ROOT, 'f'.repeat(32));
    return made;
  }

  get store(): ApplyParts['store'] {
    return this.sync.store;
  }
  get person(): TestSync['disk']['user'] {
    return this.sync.disk.user;
  }

  at(path: string): string {
    return path === '' ? ROOT : `${ROOT}/${path}`;
  }
  id(path: string): NodeId {
    const id = this.#ids.get(path);
    if (id === undefined) throw new Error(`there is no ${path}`);
    return id;
  }

  /** On the disk, in the cloud, and agreed on. */
  agreed(path: string, text = path): LocalNode {
    const remote = this.there(path, text);
    const local = this.here(path, text);
    this.store.transaction((write) => write.putSynced(syncedFrom(remote)));
    return local;
  }

  /** On the disk and in its row. */
  here(path: string, text = path): LocalNode {
    const { id, parentId, name, folder } = this.#place(path);
    const at = this.at(path.replace(/\/$/u, ''));
    if (folder) this.person.mkdir(at);
    else this.person.writeFile(at, text);
    const stat = this.person.stat(at);
    const base = { id, parentId, name, stat };
    const node: LocalNode = folder ? { kind: 'folder', ...base } : { kind: 'file', ...base, content: contentOf(bytesOf(text)) };
    this.store.transaction((write) => write.putLocal(node));
    return node;
  }

  /** In the cloud, by its row; called again it is a new version. */
  there(path: string, text = path): RemoteNode {
    const { id, parentId, name, folder } = this.#place(path);
    const base = { id, parentId, name, revision: this.sync.random.id(), modifiedBy: 'Laptop', modifiedAt: 0 };
    const node: RemoteNode = folder
      ? { kind: 'folder', ...base }
      : {
          kind: 'file',
          ...base,
          content: contentOf(bytesOf(text)),
          mtimeMs: 1_700_000_000_000,
          executable: false,
          conflictOf: null,
          conflictDevice: null,
        };
    this.store.transaction((write) => write.putRemote(node));
    return node;
  }

  goneThere(...paths: readonly string[]): void {
    this.store.transaction((write) => {
      for (const path of paths) write.deleteRemote(this.id(path));
    });
  }

  localFile(path: string): LocalFile {
    const node = this.store.local.get(this.id(path));
    if (node?.kind !== 'file') throw new Error(`${path} is not a file here`);
    return node;
  }
  remoteFile(path: string): RemoteFile {
    const node = this.store.remote.get(this.id(path));
    if (node?.kind !== 'file') throw new Error(`${path} is not a file in the cloud`);
    return node;
  }

  /** A finished download. */
  async fetched(text: string): Promise<Fetched> {
    const temp = this.at(`.tidemark/tmp/${this.sync.random.id()}`);
    const [stat] = await this.sync.disk.writeMany([{ path: temp, bytes: bytesOf(text), mtimeMs: 1_700_000_000_000, mode: 0o644 }]);
    if (stat === undefined || stat instanceof Error) throw new Error('not written');
    return { temp, stat };
  }

  /** Runs `work` once, when the engine is about to take a step of `method` whose path has `part` in it; may make it fail. */
  when(method: DiskMethod, part: string, work: () => DiskFaultCode | undefined | void, skip = 0): void {
    const { disk } = this.sync;
    let left = skip;
    disk.fault = (called, path) => {
      if (called !== method || !path.includes(part)) return undefined;
      left -= 1;
      if (left >= 0) return undefined;
      disk.fault = undefined;
      return work() ?? undefined;
    };
  }

  /** What a person sees in the folder. */
  get visible(): Readonly<Record<string, string | null>> {
    return Object.fromEntries(Object.entries(this.person.snapshot(ROOT)).filter(([path]) => !path.startsWith('.tidemark')));
  }
  /** Texts of the files in Tidemark's own folder, below `part`, by name. */
  own(part: 'tmp' | 'trash' | 'parked'): readonly string[] {
    const files = Object.entries(this.person.snapshot(this.at(`.tidemark/${part}`))).filter(([, text]) => text !== null);
    return files.map(([path, text]) => `${path.slice(path.lastIndexOf('/') + 1)}: ${text ?? ''}`).sort();
  }

  #place(path: string): { id: NodeId; parentId: NodeId; name: string; folder: boolean } {
    const plain = path.replace(/\/$/u, '');
    const slash = plain.lastIndexOf('/');
    const id = this.#ids.get(plain) ?? this.sync.random.id();
    this.#ids.set(plain, id);
    return { id, parentId: this.id(slash < 0 ? '' : plain.slice(0, slash)), name: plain.slice(slash + 1), folder: path.endsWith('/') };
  }
}
