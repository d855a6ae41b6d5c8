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

interface Indexed {
  readonly entry: CommitEntry;
  readonly index: number;
}

/** Entries that succeed or fail together. */
type Unit = readonly Indexed[];

/** Applies the entries in order; those of one group together, and only if all succeed. */
export function commitAll(context: CommitContext, entries: readonly CommitEntry[]): CommitResult[] {
  const results: CommitResult[] = entries.map(() => error('group_failed'));
  const unmade = new Set<string>();
  for (const unit of inOrder(entries)) {
    commitUnit(context, unit, unmade, results);
    for (const { entry, index } of unit) if (makes(entry) && results[index]?.status !== 'ok') unmade.add(entry.id);
  }
  return results;
}

const makes = (entry: CommitEntry): boolean => entry.op === 'mkdir' || (entry.op === 'put' && entry.base === null);

/** Nodes that have to be there before the entry. */
function needs(entry: CommitEntry): readonly string[] {
  if (entry.op === 'delete') return [entry.id];
  return makes(entry) ? [entry.parentId] : [entry.id, entry.parentId];
}

/** A group stands at its first entry, and after whatever makes a node that it needs. */
function inOrder(entries: readonly CommitEntry[]): readonly Unit[] {
  const all = entries.map((entry, index): Indexed => ({ entry, index }));
  const unitOf = (at: Indexed): Unit => (at.entry.group === undefined ? [at] : all.filter((other) => other.entry.group === at.entry.group));
  const order: Unit[] = [];
  const placedEntries = new Set<Indexed>();
  const place = (at: Indexed): void => {
    if (placedEntries.has(at)) return;
    const unit = unitOf(at);
    for (const member of unit) placedEntries.add(member);
    for (const member of unit) {
      for (const id of needs(member.entry)) {
        const maker = all.find((other) => other.index < member.index && makes(other.entry) && other.entry.id === id);
        if (maker !== undefined) place(maker);
      }
    }
    order.push(unit);
  };
  for (const at of all) place(at);
  return order;
}

function commitUnit(context: CommitContext, unit: Unit, unmade: ReadonlySet<string>, results: CommitResult[]): void {
  const { drive } = context;
  let failed: { readonly index: number; readonly result: CommitResult } | undefined;
  const kept = drive.attempt(() => {
    for (const { entry, index } of unit) {
      const result = needs(entry).some((id) => unmade.has(id))
        ? error('dependency_failed')
        : apply(context, entry, entry.group === undefined);
      results[index] = result;
      if (result.status !== 'ok') failed ??= { index, result };
      if (failed !== undefined) return false;
    }
    // Only at the end of the group do its names and places have to be right.
    for (const { entry, index } of unit) {
      const node = drive.node(entry.id);
      const result = node === undefined ? undefined : placeFault(drive, node);
      if (result !== undefined) failed ??= { index, result };
    }
    return failed === undefined;
  });
  for (const { entry, index } of unit) {
    if (kept) results[index] = ok(drive.node(entry.id) ?? null);
    else if (index === failed?.index) results[index] = asItIsNow(drive, failed.result);
    else results[index] = error('group_failed');
  }
}

/** After a group was undone, the node in its answer must not be one that exists no more. */
const asItIsNow = (drive: DriveState, result: CommitResult): CommitResult =>
  result.status === 'conflict' && result.node !== null ? { ...result, node: drive.node(result.node.id) ?? null } : result;

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
  return lacking.length === 0
    ? undefined
    : { status: 'error', code: 'blocks_missing', missing: [...new Set(lacking.map((block) => block.hash))] };
}

function fileOf(context: CommitContext, entry: Put, before: CloudFile | undefined): CloudFile {
  const { size, hash, blocks, mtimeMs, executable, conflictOf, conflictBase } = entry;
  const versionId = before?.hash === hash ? before.versionId : context.newId();
  const sameConflict = before !== undefined && before.conflictOf === conflictOf;
  const conflictDevice = conflictOf === null ? null : sameConflict ? before.conflictDevice : context.device.name;
  return {
    kind: 'file',
    ...placed(context, entry),
    versionId,
    size,
    hash,
    blocks,
    mtimeMs,
    executable,
    conflictOf,
    conflictBase,
    conflictDevice,
  };
}

const isSame = (a: CloudFile, b: CloudFile): boolean =>
  a.parentId === b.parentId &&
  a.name === b.name &&
  a.mtimeMs === b.mtimeMs &&
  a.executable === b.executable &&
  a.conflictOf === b.conflictOf &&
  a.conflictBase === b.conflictBase;

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
  if (current.kind === 'folder' && entry.seen !== undefined && changedSince(drive, current.id, entry.seen))
    return conflict('subtree_changed', current);
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
