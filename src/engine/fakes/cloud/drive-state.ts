import {
  type CloudFile,
  type CloudNode,
  type DeltaResponse,
  type DuplicateGroup,
  type FileVersion,
  type Freed,
  type LargeFile,
  MAX_DUPLICATES,
  ROOT_ID,
  TidemarkError,
  type TrashItem,
  type VersionedFile,
} from '../../../contract/index.ts';
import { dayMs, nameKey } from '../../../base/index.ts';
import type { Clock, Random } from '../../environment.ts';

const HISTORY_MS = 30 * dayMs;

interface LogEntry {
  readonly id: string;
  /** Random mark of the change, so that a restored backup is told from the history it forked from. */
  readonly stamp: string;
}

interface Buried {
  readonly top: CloudNode;
  readonly nodes: readonly CloudNode[];
  readonly path: string;
  readonly deletedAt: number;
  readonly deletedBy: string;
}

type Version = Omit<FileVersion, 'current' | 'expiresAt'> & { readonly file: CloudFile; readonly replacedAt: number };

/** One drive in memory: nodes, history, trash, change log. Every change can be undone until the outermost attempt ends. */
export class DriveState {
  epoch: string;
  readonly blocks = new Map<string, Uint8Array>();
  #nodes = new Map<string, CloudNode>();
  #children = new Map<string, Map<string, Set<string>>>();
  #sequenceOf = new Map<string, number>();
  #log: LogEntry[] = [];
  /** Cursors below this are too old. */
  #oldest = 0;
  /** Which way the history took: another after each restored backup that showed. */
  #branch = '';
  /** Never put back, so that no branch is taken for another. */
  #branches = 0;
  #buried = new Map<string, Buried>();
  #buriedIds = new Set<string>();
  #heldBytes = 0;
  #versions = new Map<string, readonly Version[]>();
  #undo: (() => void)[] | undefined;
  readonly #random: Random;
  readonly #clock: Clock;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
    this.epoch = random.id();
  }

  get size(): number {
    return this.#nodes.size;
  }

  nodes(): Iterable<CloudNode> {
    return this.#nodes.values();
  }

  node(id: string): CloudNode | undefined {
    return this.#nodes.get(id);
  }

  isBuried(id: string): boolean {
    return this.#buriedIds.has(id);
  }

  /** Files, versions and trash together, without counting them. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Another node that holds the name. */
  holder(parentId: string, name: string, except: string): CloudNode | undefined {
    for (const id of this.#children.get(parentId)?.get(nameKey(name)) ?? []) if (id !== except) return this.#nodes.get(id);
    return undefined;
  }

  /** The folder's whole content, parents first. */
  below(id: string): CloudNode[] {
    const found: CloudNode[] = [];
    const visit = (parentId: string): void => {
      for (const ids of this.#children.get(parentId)?.values() ?? []) {
        for (const childId of ids) {
          const child = this.#nodes.get(childId);
          if (child !== undefined) found.push(child);
          visit(childId);
        }
      }
    };
    visit(id);
    return found;
  }

  sequence(id: string): number {
    return this.#sequenceOf.get(id) ?? 0;
  }

  /** True when going up from the folder comes back to a node already passed. */
  isCyclic(id: string, parentId: string): boolean {
    const seen = new Set([id]);
    for (let at: string | undefined = parentId; at !== undefined && at !== ROOT_ID; at = this.#nodes.get(at)?.parentId) {
      if (seen.has(at)) return true;
      seen.add(at);
    }
    return false;
  }

  put(node: CloudNode): void {
    const before = this.#nodes.get(node.id);
    if (before !== undefined) this.#unlink(before);
    this.#nodes.set(node.id, node);
    this.#link(node);
    this.#hold(bytesOf(node) - (before === undefined ? 0 : bytesOf(before)));
    this.#undo?.push(() => {
      this.#unlink(node);
      this.#nodes.delete(node.id);
      if (before === undefined) return;
      this.#nodes.set(node.id, before);
      this.#link(before);
    });
    this.#logged(node.id);
  }

  keepVersion(file: CloudFile): void {
    this.#hold(file.size);
    const before = this.#versions.get(file.id) ?? [];
    const { versionId, size, hash, mtimeMs, modifiedAt, modifiedBy } = file;
    this.#setVersions(file.id, [
      ...before,
      { versionId, size, hash, mtimeMs, createdAt: modifiedAt, createdBy: modifiedBy, file, replacedAt: this.#clock.now() },
    ]);
  }

  /** To the trash, with everything below it. */
  bury(top: CloudNode, deletedBy: string): void {
    const nodes = [top, ...this.below(top.id)];
    const record: Buried = { top, nodes, path: this.path(top), deletedAt: this.#clock.now(), deletedBy };
    for (const node of [...nodes].reverse()) this.#remove(node);
    this.#entomb(record);
    this.#undo?.push(() => {
      this.#raise(record);
    });
  }

  /** What was deleted together with this top; it leaves the trash. */
  exhume(topId: string): Buried | undefined {
    const record = this.#buried.get(topId);
    if (record === undefined) return undefined;
    this.#raise(record);
    for (const node of record.nodes) this.#hold(-bytesOf(node));
    this.#undo?.push(() => {
      this.#entomb(record);
    });
    return record;
  }

  #entomb(record: Buried): void {
    this.#buried.set(record.top.id, record);
    for (const node of record.nodes) this.#buriedIds.add(node.id);
  }

  #raise(record: Buried): void {
    this.#buried.delete(record.top.id);
    for (const node of record.nodes) this.#buriedIds.delete(node.id);
  }

  #hold(bytes: number): void {
    this.#heldBytes += bytes;
    this.#undo?.push(() => {
      this.#heldBytes -= bytes;
    });
  }

  path(node: CloudNode): string {
    const names = [node.name];
    for (let at = this.#nodes.get(node.parentId); at !== undefined; at = this.#nodes.get(at.parentId)) names.unshift(at.name);
    return names.join('/');
  }

  trash(): TrashItem[] {
    return [...this.#buried.values()].map(({ top, nodes, path, deletedAt, deletedBy }) => {
      const files = nodes.filter((node) => node.kind === 'file');
      return {
        node: top,
        path,
        deletedAt,
        deletedBy,
        expiresAt: deletedAt + HISTORY_MS,
        files: files.length,
        sizeBytes: files.reduce((sum, file) => sum + file.size, 0),
        versionsBytes: files.reduce((sum, file) => sum + this.#versionsBytes(file.id), 0),
      };
    });
  }

  #versionsBytes(id: string): number {
    return (this.#versions.get(id) ?? []).reduce((sum, version) => sum + version.size, 0);
  }

  /** For good, an item of the trash; undefined when there is none such. */
  dropTrash(topId: string): number | undefined {
    const record = this.exhume(topId);
    if (record === undefined) return undefined;
    let bytes = 0;
    for (const node of record.nodes) bytes += bytesOf(node) + (this.dropVersions(node.id)?.freedBytes ?? 0);
    return bytes;
  }

  /** All earlier versions of a file, or one; undefined when there is none such. */
  dropVersions(id: string, versionId?: string): Freed | undefined {
    const all = this.#versions.get(id) ?? [];
    const gone = all.filter((version) => versionId === undefined || version.versionId === versionId);
    if (versionId !== undefined && gone.length === 0) return undefined;
    this.#setVersions(
      id,
      all.filter((version) => !gone.includes(version)),
    );
    const freedBytes = gone.reduce((sum, version) => sum + version.size, 0);
    this.#hold(-freedBytes);
    return { items: gone.length, freedBytes };
  }

  largest(): LargeFile[] {
    return [...this.#nodes.values()]
      .filter((node) => node.kind === 'file' && node.size > 0)
      .map((node) => this.#largeFile(node))
      .sort((a, b) => b.sizeBytes - a.sizeBytes || (a.id < b.id ? -1 : 1));
  }

  #largeFile(node: CloudNode): LargeFile {
    const { id, revision, modifiedAt } = node;
    return { id, revision, path: this.path(node), sizeBytes: bytesOf(node), versionsBytes: this.#versionsBytes(id), modifiedAt };
  }

  versioned(): VersionedFile[] {
    const buried = new Map([...this.#buried.values()].flatMap(({ nodes, path }) => nodes.map((node) => [node.id, path] as const)));
    return [...this.#versions]
      .filter(([id]) => this.#versionsBytes(id) > 0)
      .map(([id, versions]) => {
        const node = this.#nodes.get(id);
        const path = node === undefined ? (buried.get(id) ?? '') : this.path(node);
        const oldestAt = Math.min(...versions.map(({ createdAt }) => createdAt));
        return { id, path, trashed: node === undefined, versions: versions.length, versionsBytes: this.#versionsBytes(id), oldestAt };
      })
      .sort((a, b) => b.versionsBytes - a.versionsBytes || (a.id < b.id ? -1 : 1));
  }

  duplicates(): DuplicateGroup[] {
    const groups = new Map<string, CloudFile[]>();
    for (const node of this.#nodes.values()) {
      if (node.kind === 'file' && node.size > 0) groups.set(node.hash, [...(groups.get(node.hash) ?? []), node]);
    }
    return [...groups.values()]
      .filter((files) => files.length > 1)
      .map((files) => {
        const { hash, size } = files[0] as CloudFile;
        const oldest = files.sort((a, b) => a.modifiedAt - b.modifiedAt || (a.id < b.id ? -1 : 1)).slice(0, MAX_DUPLICATES);
        const gainBytes = (files.length - 1) * size;
        return { hash, sizeBytes: size, count: files.length, gainBytes, files: oldest.map((file) => this.#largeFile(file)) };
      })
      .sort((a, b) => b.gainBytes - a.gainBytes || (a.hash < b.hash ? -1 : 1));
  }

  /** Newest first, the present one among them. */
  versions(file: CloudFile): FileVersion[] {
    const { versionId, size, hash, mtimeMs, modifiedAt, modifiedBy } = file;
    const older = (this.#versions.get(file.id) ?? []).map(({ file: _, replacedAt, ...version }) => ({
      ...version,
      current: false,
      expiresAt: replacedAt + HISTORY_MS,
    }));
    return [
      { versionId, size, hash, mtimeMs, createdAt: modifiedAt, createdBy: modifiedBy, current: true, expiresAt: null },
      ...older.reverse(),
    ];
  }

  version(id: string, versionId: string): CloudFile | undefined {
    return this.#versions.get(id)?.find((version) => version.versionId === versionId)?.file;
  }

  usage(): { filesBytes: number; versionsBytes: number; trashBytes: number } {
    let filesBytes = 0;
    let versionsBytes = 0;
    let trashBytes = 0;
    for (const node of this.#nodes.values()) if (node.kind === 'file') filesBytes += node.size;
    for (const versions of this.#versions.values()) for (const version of versions) versionsBytes += version.size;
    for (const item of this.trash()) trashBytes += item.sizeBytes;
    return { filesBytes, versionsBytes, trashBytes };
  }

  /** Forgets every block that no file, version or deleted file needs, as the cloud does when leases have run out. */
  collectBlocks(): void {
    const used = this.usedBlocks();
    for (const hash of [...this.blocks.keys()]) if (!used.has(hash)) this.blocks.delete(hash);
  }

  /** Everything in the trash, also what is below a deleted folder. */
  *buriedNodes(): Iterable<CloudNode> {
    for (const record of this.#buried.values()) yield* record.nodes;
  }

  /** Blocks that a file, a version or a deleted file needs. */
  usedBlocks(): ReadonlySet<string> {
    const used = new Set<string>();
    const use = (node: CloudNode): void => {
      if (node.kind === 'file') for (const block of node.blocks) used.add(block.hash);
    };
    for (const node of this.#nodes.values()) use(node);
    for (const versions of this.#versions.values()) for (const version of versions) use(version.file);
    for (const record of this.#buried.values()) record.nodes.forEach(use);
    return used;
  }

  /** All of it or nothing: undone when `work` answers false. */
  attempt(work: () => boolean): boolean {
    const outer = this.#undo;
    const mine: (() => void)[] = [];
    this.#undo = mine;
    const kept = work();
    this.#undo = outer;
    if (kept) outer?.push(...mine);
    else for (const undo of mine.reverse()) undo();
    return kept;
  }

  /** Old tombstones go, and with them what cursors of before could still be told. */
  forgetDeletions(): void {
    this.#oldest = this.#log.length;
  }

  cursor(): string {
    return this.#cursorAt(this.#log.length, null);
  }

  /** Throws `cursor_gone` for what does not belong to this history, `forked` for what belongs to one that a backup has undone. */
  readCursor(cursor: string): { readonly sequence: number; readonly snapshotFrom: number | null } {
    const [epoch, sequenceText, stamp, snapshotText, branch] = cursor.split('.');
    const sequence = Number(sequenceText);
    const snapshotFrom = snapshotText === undefined || snapshotText === '' ? null : Number(snapshotText);
    if (epoch !== this.epoch || !(sequence >= 0)) throw new TidemarkError('cursor_gone');
    // Of one that is too old to be told by its stamp, only which branch it is of says whether a backup has undone it.
    if ((snapshotFrom ?? sequence) < this.#oldest) throw new TidemarkError('cursor_gone', branch === this.#branch ? {} : { forked: true });
    if (sequence > this.#log.length || stamp !== this.#stampAt(sequence)) {
      this.#branches += 1;
      this.#branch = String(this.#branches);
      throw new TidemarkError('cursor_gone', { forked: true });
    }
    return { sequence, snapshotFrom };
  }

  delta(cursor: string | null, limit: number): Omit<DeltaResponse, 'settings'> {
    const from = cursor === null ? { sequence: 0, snapshotFrom: this.#log.length } : this.readCursor(cursor);
    const entries: DeltaResponse['entries'] = [];
    let sequence = from.sequence;
    while (sequence < this.#log.length && entries.length < limit) {
      const id = this.#log[sequence]?.id ?? '';
      sequence += 1;
      if (this.#sequenceOf.get(id) !== sequence) continue; // changed again later
      const node = this.#nodes.get(id);
      if (node !== undefined) entries.push(node);
      else if (from.snapshotFrom === null || sequence > from.snapshotFrom) entries.push({ kind: 'deleted', id });
    }
    const hasMore = sequence < this.#log.length;
    return {
      entries,
      cursor: this.#cursorAt(sequence, hasMore ? from.snapshotFrom : null),
      hasMore,
      epoch: this.epoch,
      snapshot: from.snapshotFrom !== null,
    };
  }

  /** What puts all of it back to what it is now, its history too, as the files of a server that are copied back. */
  copy(): () => void {
    const { epoch } = this;
    const kept = {
      nodes: [...this.#nodes],
      sequences: [...this.#sequenceOf],
      log: [...this.#log],
      oldest: this.#oldest,
      branch: this.#branch,
      buried: [...this.#buried],
      buriedIds: [...this.#buriedIds],
      heldBytes: this.#heldBytes,
      versions: [...this.#versions],
    };
    return () => {
      this.epoch = epoch;
      this.#nodes = new Map(kept.nodes);
      this.#children = new Map();
      for (const node of this.#nodes.values()) this.#link(node);
      this.#sequenceOf = new Map(kept.sequences);
      this.#log = [...kept.log];
      this.#oldest = kept.oldest;
      this.#branch = kept.branch;
      this.#buried = new Map(kept.buried);
      this.#buriedIds = new Set(kept.buriedIds);
      this.#heldBytes = kept.heldBytes;
      this.#versions = new Map(kept.versions);
    };
  }

  /** A new epoch; nothing of the old one is told as deleted. Without nodes: an emptied drive, else a restored backup. */
  reset(backup?: readonly CloudNode[]): void {
    this.epoch = this.#random.id();
    this.#nodes = new Map();
    this.#children = new Map();
    this.#sequenceOf = new Map();
    this.#log = [];
    this.#oldest = 0;
    this.#buried = new Map();
    this.#buriedIds = new Set();
    this.#heldBytes = 0;
    this.#versions = new Map();
    for (const node of backup ?? []) this.put(node);
  }

  #remove(node: CloudNode): void {
    this.#unlink(node);
    this.#nodes.delete(node.id);
    this.#undo?.push(() => {
      this.#nodes.set(node.id, node);
      this.#link(node);
    });
    this.#logged(node.id);
  }

  #logged(id: string): void {
    const before = this.#sequenceOf.get(id);
    this.#log.push({ id, stamp: this.#random.id().slice(0, 12) });
    this.#sequenceOf.set(id, this.#log.length);
    this.#undo?.push(() => {
      this.#log.pop();
      if (before === undefined) this.#sequenceOf.delete(id);
      else this.#sequenceOf.set(id, before);
    });
  }

  #setVersions(id: string, versions: readonly Version[]): void {
    const before = this.#versions.get(id) ?? [];
    this.#versions.set(id, versions);
    this.#undo?.push(() => this.#versions.set(id, before));
  }

  #stampAt(sequence: number): string {
    return sequence === 0 ? '0' : (this.#log[sequence - 1]?.stamp ?? '');
  }

  #cursorAt(sequence: number, snapshotFrom: number | null): string {
    return `${this.epoch}.${sequence}.${this.#stampAt(sequence)}.${snapshotFrom ?? ''}.${this.#branch}`;
  }

  #link(node: CloudNode): void {
    const names = this.#children.get(node.parentId) ?? new Map<string, Set<string>>();
    this.#children.set(node.parentId, names);
    const key = nameKey(node.name);
    names.set(key, (names.get(key) ?? new Set()).add(node.id));
  }

  #unlink(node: CloudNode): void {
    const names = this.#children.get(node.parentId);
    const key = nameKey(node.name);
    const ids = names?.get(key);
    ids?.delete(node.id);
    if (ids?.size === 0) names?.delete(key);
  }
}

const bytesOf = (node: CloudNode): number => (node.kind === 'file' ? node.size : 0);
