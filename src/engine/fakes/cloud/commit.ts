import { type CloudFile, type CloudNode, type CommitCode, type CommitEntry, type CommitResult, ROOT_ID } from '../../../contract/index.ts';
import { nameFault } from '../../../base/index.ts';
import { contentHash } from '../../transfer/chunks/index.ts';
import type { DriveState } from './drive-state.ts';

/** Who commits, and the cloud's facts at that moment. */
export interface CommitContext {
  readonly drive: DriveState;
  readonly device: { readonly id: string; readonly name: string };
  readonly now: number;
  readonly newId: () => string;
  /** Bytes that still fit into the account. */
  readonly roomBytes: () => number;
}

const ok = (node: CloudNode | null): CommitResult => ({ status: 'ok', node });
const conflict = (code: CommitCode, node: CloudNode | null): CommitResult => ({ status: 'conflict', code, node });
const error = (code: CommitCode): CommitResult => ({ status: 'error', code });

/** Applies entries in order; those of one group when its first comes, together, and only if all succeed. */
export function commitAll(context: CommitContext, entries: readonly CommitEntry[]): CommitResult[] {
  const results = new Array<CommitResult | undefined>(entries.length);
  const unmade = new Set<string>();
  entries.forEach((entry, index) => {
    if (results[index] !== undefined) return;
    const indexes = entry.group === undefined ? [index] : entries.flatMap((other, at) => (other.group === entry.group ? [at] : []));
    commitUnit(context, entries, indexes, unmade, results);
    for (const at of indexes) {
      const made = entries[at];
      if (made !== undefined && makes(made) && results[at]?.status !== 'ok') unmade.add(made.id);
    }
  });
  return results.map((result) => result ?? error('group_failed'));
}

const makes = (entry: CommitEntry): boolean => entry.op === 'mkdir' || (entry.op === 'put' && entry.base === null);

function commitUnit(
  context: CommitContext,
  entries: readonly CommitEntry[],
  indexes: readonly number[],
  unmade: ReadonlySet<string>,
  results: (CommitResult | undefined)[],
): void {
  let failedAt: number | undefined;
  context.drive.attempt(() => {
    for (const index of indexes) {
      const entry = entries[index];
      if (entry === undefined) continue;
      results[index] = ('parentId' in entry && unmade.has(entry.parentId)) || unmade.has(entry.id) ? error('dependency_failed') : apply(context, entry, entry.group === undefined);
      if (results[index].status !== 'ok') failedAt = index;
      if (failedAt !== undefined) return false;
    }
    // Only at the end of the group do its names and places have to be right.
    for (const index of indexes) {
      const entry = entries[index];
      const node = entry === undefined ? undefined : context.drive.node(entry.id);
      const fault = node === undefined ? undefined : placeFault(context.drive, node);
      if (fault === undefined) continue;
      results[index] = fault;
      failedAt = index;
      return false;
    }
    return true;
  });
  if (failedAt === undefined) return;
  for (const index of indexes) if (index !== failedAt) results[index] = error('group_failed');
}

type Place = Pick<CloudNode, 'id' | 'parentId' | 'name' | 'kind'>;

function placeFault(drive: DriveState, place: Place): CommitResult | undefined {
  if (place.parentId !== ROOT_ID) {
    const parent = drive.node(place.parentId);
    if (parent === undefined) return conflict('parent_missing', null);
    if (parent.kind === 'file') return conflict('kind_mismatch', parent);
    if (place.kind === 'folder' && drive.isCyclic(place.id, place.parentId)) return conflict('would_cycle', drive.node(place.id) ?? null);
  }
  const holder = drive.holder(place.parentId, place.name, place.id);
  return holder === undefined ? undefined : conflict('name_taken', holder);
}

/** `settled`: the place has to be right at once, not only at the end of a group. */
function apply(context: CommitContext, entry: CommitEntry, settled: boolean): CommitResult {
  if (entry.id === ROOT_ID) return conflict('kind_mismatch', null);
  if ('name' in entry && nameFault(entry.name) !== undefined) return error('name_invalid');
  switch (entry.op) {
    case 'put':
      return put(context, entry, settled);
    case 'mkdir':
      return mkdir(context, entry, settled);
    case 'move':
      return move(context, entry, settled);
    case 'delete':
      return remove(context, entry);
  }
}

type Put = Extract<CommitEntry, { op: 'put' }>;

function put(context: CommitContext, entry: Put, settled: boolean): CommitResult {
  const { drive } = context;
  const size = entry.blocks.reduce((sum, block) => sum + block.size, 0);
  if (size !== entry.size || contentHash(entry.blocks) !== entry.hash) return error('hash_mismatch');
  const current = drive.node(entry.id);
  if (entry.base === null) {
    if (isTaken(drive, entry.id)) return conflict('id_taken', current ?? null);
  } else {
    if (current === undefined) return conflict('not_found', null);
    if (current.kind !== 'file') return conflict('kind_mismatch', current);
    if (current.revision !== entry.base) return conflict('revision_mismatch', current);
  }
  const fault = settled ? placeFault(drive, { ...entry, kind: 'file' }) : undefined;
  if (fault !== undefined) return fault;
  const before = current?.kind === 'file' ? current : undefined;
  const node = fileOf(context, entry, before);
  if (before?.hash === entry.hash) {
    if (isSame(node, before)) return ok(before);
  } else {
    const lack = contentFault(context, entry);
    if (lack !== undefined) return lack;
    if (before !== undefined) drive.keepVersion(before);
  }
  drive.put(node);
  return ok(node);
}

function contentFault(context: CommitContext, entry: Put): CommitResult | undefined {
  const neededBytes = entry.size === 0 ? 0 : entry.size - context.roomBytes();
  if (neededBytes > 0) return { status: 'error', code: 'quota_exceeded', neededBytes };
  const lacking = entry.blocks.filter((block) => context.drive.blocks.get(block.hash)?.byteLength !== block.size);
  return lacking.length === 0 ? undefined : { status: 'error', code: 'blocks_missing', missing: [...new Set(lacking.map((block) => block.hash))] };
}

function fileOf(context: CommitContext, entry: Put, before: CloudFile | undefined): CloudFile {
  const { size, hash, blocks, mtimeMs, executable, conflictOf, conflictBase } = entry;
  const versionId = before?.hash === hash ? before.versionId : context.newId();
  const sameConflict = before !== undefined && before.conflictOf === conflictOf;
  const conflictDevice = conflictOf === null ? null : sameConflict ? before.conflictDevice : context.device.name;
  return { kind: 'file', ...placed(context, entry), versionId, size, hash, blocks, mtimeMs, executable, conflictOf, conflictBase, conflictDevice };
}

const isSame = (a: CloudFile, b: CloudFile): boolean =>
  a.parentId === b.parentId && a.name === b.name && a.mtimeMs === b.mtimeMs && a.executable === b.executable && a.conflictOf === b.conflictOf && a.conflictBase === b.conflictBase;

function mkdir(context: CommitContext, entry: Extract<CommitEntry, { op: 'mkdir' }>, settled: boolean): CommitResult {
  const { drive } = context;
  if (isTaken(drive, entry.id)) return conflict('id_taken', drive.node(entry.id) ?? null);
  const node: CloudNode = { kind: 'folder', ...placed(context, entry) };
  const fault = settled ? placeFault(drive, node) : undefined;
  if (fault !== undefined) return fault;
  drive.put(node);
  return ok(node);
}

function move(context: CommitContext, entry: Extract<CommitEntry, { op: 'move' }>, settled: boolean): CommitResult {
  const { drive } = context;
  const current = drive.node(entry.id);
  if (current === undefined) return conflict('not_found', null);
  if (current.revision !== entry.base) return conflict('revision_mismatch', current);
  if (current.parentId === entry.parentId && current.name === entry.name) return ok(current);
  const node: CloudNode = { ...current, ...placed(context, entry) };
  const fault = settled ? placeFault(drive, node) : undefined;
  if (fault !== undefined) return fault;
  drive.put(node);
  return ok(node);
}

function remove(context: CommitContext, entry: Extract<CommitEntry, { op: 'delete' }>): CommitResult {
  const { drive } = context;
  const current = drive.node(entry.id);
  if (current === undefined) return ok(null);
  if (current.revision !== entry.base) return conflict('revision_mismatch', current);
  if (current.kind === 'folder' && entry.seen !== undefined && changedSince(drive, current.id, entry.seen)) return conflict('subtree_changed', current);
  drive.bury(current, context.device.id);
  return ok(null);
}

function changedSince(drive: DriveState, folderId: string, cursor: string): boolean {
  let seen: number;
  try {
    seen = drive.readCursor(cursor).sequence;
  } catch {
    return true; // what it saw is not this history
  }
  return drive.below(folderId).some((node) => drive.sequence(node.id) > seen);
}

const isTaken = (drive: DriveState, id: string): boolean => drive.node(id) !== undefined || drive.isBuried(id);

const placed = (context: CommitContext, entry: { readonly id: string; readonly parentId: string; readonly name: string }) => ({
  id: entry.id,
  parentId: entry.parentId,
  name: entry.name,
  revision: context.newId(),
  modifiedAt: context.now,
  modifiedBy: context.device.id,
});
