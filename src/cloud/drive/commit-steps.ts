import { type CloudFile, type CloudFolder, type CommitCode, type CommitEntry, type CommitResult, ROOT_ID } from '../../contract/index.ts';
import { assertNever, nameFault } from '../../base/index.ts';
import { followsFromBlocks } from './content-hash.ts';
import { type DriveTransaction, madeOf, type Naming, type StoredNode, versionOf } from './drive-transaction.ts';
import { isCyclic, placeFault } from './place.ts';
import { shortfallBytes } from './quota.ts';
import { buryTree } from './trash.ts';

type Entry<Op extends CommitEntry['op']> = Extract<CommitEntry, { readonly op: Op }>;

/** What one entry of a commit does. A step that fails has changed nothing. */
export class CommitSteps {
  readonly #drive: DriveTransaction;

  constructor(drive: DriveTransaction) {
    this.#drive = drive;
  }

  /** A 'parked' step leaves the look at the node's new place to the end of its group. */
  apply(entry: CommitEntry, naming: Naming): CommitResult {
    // The root has no place and no name of its own.
    if (entry.id === ROOT_ID) return conflict('kind_mismatch');
    if (entry.op !== 'delete' && nameFault(entry.name) !== undefined) return { status: 'error', code: 'name_invalid' };
    switch (entry.op) {
      case 'put':
        return this.#put(entry, naming);
      case 'mkdir':
        return this.#mkdir(entry, naming);
      case 'move':
        return this.#move(entry, naming);
      case 'delete':
        return this.#delete(entry, naming);
      default:
        return assertNever(entry);
    }
  }

  #put(entry: Entry<'put'>, naming: Naming): CommitResult {
    if (!followsFromBlocks(entry)) return { status: 'error', code: 'hash_mismatch' };
    const current = this.#drive.node(entry.id);
    const fault =
      (entry.base === null ? this.#idFault(entry.id, current) : putFault(entry.base, current)) ??
      (naming === 'settled' ? placeFault(this.#drive, { ...entry, kind: 'file' }) : undefined);
    if (fault !== undefined) return fault;
    const before = current?.node.kind === 'file' ? current.node : undefined;
    return before === undefined || current === undefined ? this.#create(entry, naming) : this.#replace(entry, current, before, naming);
  }

  #create(entry: Entry<'put'>, naming: Naming): CommitResult {
    const fault = this.#contentFault(entry);
    if (fault !== undefined) return fault;
    const drive = this.#drive;
    drive.use(entry.blocks);
    drive.count('filesBytes', entry.size);
    const node = this.#fileOf(entry, drive.newId(), this.#conflictDevice(entry, undefined));
    drive.insert(node, { at: drive.now, by: drive.author.deviceId }, naming);
    return { status: 'ok', node };
  }

  #replace(entry: Entry<'put'>, current: StoredNode, before: CloudFile, naming: Naming): CommitResult {
    const drive = this.#drive;
    const device = this.#conflictDevice(entry, before);
    // The hash says nothing of the sizes of several blocks: only what is the very same list needs no look at them.
    if (before.hash === entry.hash && hasBlocks(before, entry)) {
      if (isSame(entry, before)) return { status: 'ok', node: before };
      const node = this.#fileOf(entry, before.versionId, device);
      drive.update(node, madeOf(current), naming);
      return { status: 'ok', node };
    }
    const fault = this.#contentFault(entry);
    if (fault !== undefined) return fault;
    drive.use(entry.blocks);
    drive.keepVersion(entry.id, versionOf(before, madeOf(current), drive.now));
    drive.count('filesBytes', entry.size - before.size);
    drive.count('versionsBytes', before.size);
    const node = this.#fileOf(entry, drive.newId(), device);
    drive.update(node, { at: drive.now, by: drive.author.deviceId }, naming);
    return { status: 'ok', node };
  }

  #mkdir(entry: Entry<'mkdir'>, naming: Naming): CommitResult {
    const drive = this.#drive;
    const node: CloudFolder = { kind: 'folder', id: entry.id, parentId: entry.parentId, name: entry.name, ...this.#touch() };
    const fault = this.#idFault(entry.id, drive.node(entry.id)) ?? (naming === 'settled' ? placeFault(drive, node) : undefined);
    if (fault !== undefined) return fault;
    drive.insert(node, { at: null, by: null }, naming);
    return { status: 'ok', node };
  }

  #move(entry: Entry<'move'>, naming: Naming): CommitResult {
    const drive = this.#drive;
    const current = drive.node(entry.id);
    if (current === undefined) return conflict('not_found');
    if (current.node.revision !== entry.base) return conflict('revision_mismatch', current);
    if (current.node.parentId === entry.parentId && current.node.name === entry.name) return { status: 'ok', node: current.node };
    const node = { ...current.node, parentId: entry.parentId, name: entry.name, ...this.#touch() };
    const fault = naming === 'settled' ? placeFault(drive, node) : undefined;
    if (fault !== undefined) return fault;
    drive.update(node, madeOf(current), naming);
    return { status: 'ok', node };
  }

  #delete(entry: Entry<'delete'>, naming: Naming): CommitResult {
    const current = this.#drive.node(entry.id);
    if (current === undefined) return { status: 'ok', node: null };
    if (current.node.revision !== entry.base) return conflict('revision_mismatch', current);
    // Whoever looks for what is below, or above, a ring never comes to an end.
    if (naming === 'parked' && isCyclic(this.#drive, current.node)) return conflict('would_cycle', current);
    const below = current.node.kind === 'folder' ? this.#drive.below(entry.id) : [];
    if (entry.seen !== undefined && current.node.kind === 'folder') {
      const seen = this.#drive.sequenceOf(entry.seen);
      if (seen === 'gone' || below.some((node) => node.sequence > seen)) return conflict('subtree_changed', current);
    }
    buryTree(this.#drive, current.node, below);
    return { status: 'ok', node: null };
  }

  #idFault(id: string, current: StoredNode | undefined): CommitResult | undefined {
    if (current !== undefined) return conflict('id_taken', current);
    return this.#drive.trashed(id) === undefined ? undefined : conflict('id_taken');
  }

  /** Room first: blocks that cannot be used need not be sent. */
  #contentFault(entry: Entry<'put'>): CommitResult | undefined {
    const neededBytes = entry.size === 0 ? 0 : shortfallBytes(this.#drive.usage(), entry.size);
    if (neededBytes > 0) return { status: 'error', code: 'quota_exceeded', neededBytes };
    const missing = this.#drive.lacking(entry.blocks);
    return missing.length > 0 ? { status: 'error', code: 'blocks_missing', missing: [...missing] } : undefined;
  }

  #conflictDevice(entry: Entry<'put'>, before: CloudFile | undefined): string | null {
    if (entry.conflictOf === null) return null;
    return before?.conflictOf === entry.conflictOf ? before.conflictDevice : this.#drive.author.deviceName;
  }

  #fileOf(entry: Entry<'put'>, versionId: string, conflictDevice: string | null): CloudFile {
    const { id, parentId, name, size, hash, blocks, mtimeMs, executable, conflictOf, conflictBase } = entry;
    const content = { versionId, size, hash, blocks, mtimeMs, executable, conflictOf, conflictBase, conflictDevice };
    return { kind: 'file', id, parentId, name, ...this.#touch(), ...content };
  }

  #touch(): Pick<CloudFile, 'revision' | 'modifiedAt' | 'modifiedBy'> {
    return { revision: this.#drive.newId(), modifiedAt: this.#drive.now, modifiedBy: this.#drive.author.deviceId };
  }
}

function putFault(base: string, current: StoredNode | undefined): CommitResult | undefined {
  if (current === undefined) return conflict('not_found');
  if (current.node.kind !== 'file') return conflict('kind_mismatch', current);
  return current.node.revision === base ? undefined : conflict('revision_mismatch', current);
}

const conflict = (code: CommitCode, stored?: StoredNode): CommitResult => ({ status: 'conflict', code, node: stored?.node ?? null });

const hasBlocks = (file: CloudFile, entry: Entry<'put'>): boolean =>
  file.blocks.length === entry.blocks.length &&
  file.blocks.every(({ hash, size }, index) => hash === entry.blocks[index]?.hash && size === entry.blocks[index].size);

const isSame = (entry: Entry<'put'>, file: CloudFile): boolean =>
  entry.parentId === file.parentId &&
  entry.name === file.name &&
  entry.mtimeMs === file.mtimeMs &&
  entry.executable === file.executable &&
  entry.conflictOf === file.conflictOf &&
  entry.conflictBase === file.conflictBase;
