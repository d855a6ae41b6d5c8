import { type CommitCode, type CommitEntryInput, type CommitResult, type ErrorData, errorKind } from '../../contract/index.ts';
import { below, type FileStat, type LocalFile, type NodeId, type RemoteNode } from '../model/index.ts';
import type { Operation, Place, RemoteStep } from '../plan/index.ts';
import { changeTree } from './change-tree.ts';
import { judgedByPlace } from './judged-by-place.ts';
import { folderOf, pathOf, readPath } from './paths.ts';
import { rebindParked } from './rebind.ts';
import { done, doneAll, type Outcome, replan } from './outcome.ts';
import type { ApplyParts } from './parts.ts';

/** Sends a file: first the blocks that the cloud lacks, then the entry that makes them the file. */
export async function upload(parts: ApplyParts, id: NodeId): Promise<Outcome> {
  const { store, uploader, onProgress, signal } = parts;
  const local = store.local.get(id);
  if (local?.kind !== 'file' || local.content === null) return replan([id]);
  const { content, stat } = local;
  const path = readPath(parts, local);
  const planned = store.remote.get(id);
  await uploader.send({ path, stat, content }, (bytes) => onProgress(id, bytes), signal);
  // What is in the cloud by now is what was read; if the file changed meanwhile, the next look at it tells.
  const remote = store.remote.get(id);
  // Sending takes its time. If another device changed or deleted the file meanwhile, a revision read only now would
  // make this overwrite what nobody here has seen.
  if (remote?.revision !== planned?.revision) return replan([id]);
  // Or it is to stay on this machine since then.
  if (parts.scope().leftOut('local', id) !== undefined) return replan([id]);
  const entry: CommitEntryInput = {
    op: 'put',
    id,
    base: remote?.revision ?? null,
    ...placeOf(remote ?? local),
    size: content.size,
    hash: content.hash,
    blocks: [...content.blocks],
    mtimeMs: Number(BigInt(stat.mtimeNs) / 1_000_000n),
    executable: isExecutable(parts, stat, remote),
    conflictOf: conflictOf(parts, local, remote),
  };
  return commitOne(parts, id, entry);
}

/** Where files have no such bit, what another device said of it stays so. */
function isExecutable({ environment }: ApplyParts, { mode }: FileStat, remote: RemoteNode | undefined): boolean {
  if (environment.platform.platform !== 'windows') return (mode & 0o100) !== 0;
  return remote?.kind === 'file' && remote.executable;
}

/** A kept version stays one however it is edited, until somebody chooses. Only a node that the cloud has may be named. */
function conflictOf({ store }: ApplyParts, local: LocalFile, remote: RemoteNode | undefined): NodeId | null {
  const winner = local.conflictOf ?? (remote?.kind === 'file' ? remote.conflictOf : null);
  return winner !== null && store.remote.get(winner)?.kind === 'file' ? winner : null;
}

export async function makeRemoteFolder(parts: ApplyParts, id: NodeId): Promise<Outcome> {
  const local = parts.store.local.get(id);
  if (local?.kind !== 'folder') return replan([id]);
  const outcome = await commitOne(parts, id, { op: 'mkdir', id, ...placeOf(local) });
  if (outcome.kind !== 'done') return outcome;
  // What the outcome tells is not always the folder itself: it may go on under another id.
  return doneAll([...outcome.touched, ...[...parts.store.local.children(id)].map((child) => child.id)]);
}

export async function moveRemote(parts: ApplyParts, id: NodeId, to: Place): Promise<Outcome> {
  const remote = parts.store.remote.get(id);
  if (remote === undefined) return replan([id]);
  const outcome = await commitOne(parts, id, { op: 'move', id, base: remote.revision, ...placeOf(to) });
  if (outcome.kind !== 'done' || remote.kind !== 'folder') return outcome;
  return doneAll([...outcome.touched, ...judgedByPlace(parts.store, id)]);
}

export async function deleteRemote(parts: ApplyParts, id: NodeId): Promise<Outcome> {
  const remote = parts.store.remote.get(id);
  if (remote === undefined) return replan([id]);
  // What goes with a folder is planned as well: what was waited for or reported of it is over.
  const gone = [...below(parts.store.remote, id)].map((node) => node.id);
  const outcome = await commitOne(parts, id, deletion(parts, remote));
  return outcome.kind === 'done' ? doneAll([id, ...gone]) : outcome;
}

/** Several changes that are only possible together. */
export async function rearrangeRemote(parts: ApplyParts, { id, steps }: Extract<Operation, { op: 'rearrange_remote' }>): Promise<Outcome> {
  const ids = steps.map((step) => step.id);
  const entries: CommitEntryInput[] = [];
  for (const step of steps) {
    const entry = entryOf(parts, step);
    if (entry === undefined) return replan(ids);
    entries.push({ ...entry, group: 0 });
  }
  const results = await parts.committer.commit(entries, parts.signal);
  // All of a group fail for the one that failed first; the others only say so.
  const failures = results.filter((result) => result.status !== 'ok');
  const failure = failures.find((result) => result.code !== 'group_failed') ?? failures[0];
  if (failure !== undefined) return failed(parts, ids[results.indexOf(failure)] ?? id, ids, failure);
  const inside = ids.flatMap((one) => [
    ...[...parts.store.local.children(one)].map((child) => child.id),
    ...judgedByPlace(parts.store, one),
  ]);
  return doneAll([...ids, ...inside]);
}

function entryOf(parts: ApplyParts, step: RemoteStep): CommitEntryInput | undefined {
  if (step.step === 'mkdir') return { op: 'mkdir', id: step.id, ...placeOf(step.to) };
  const remote = parts.store.remote.get(step.id);
  if (remote === undefined) return undefined;
  return step.step === 'move' ? { op: 'move', id: step.id, base: remote.revision, ...placeOf(step.to) } : deletion(parts, remote);
}

function deletion({ store }: ApplyParts, remote: RemoteNode): CommitEntryInput {
  const base = { op: 'delete' as const, id: remote.id, base: remote.revision };
  const seen = store.cursor()?.cursor;
  return remote.kind === 'folder' && seen !== undefined ? { ...base, seen } : base;
}

async function commitOne(parts: ApplyParts, id: NodeId, entry: CommitEntryInput): Promise<Outcome> {
  const [result] = await parts.committer.commit([entry], parts.signal);
  if (result === undefined) return replan([id], { pull: true });
  return result.status === 'ok' ? done(id) : failed(parts, id, [id], result);
}

async function failed(
  parts: ApplyParts,
  id: NodeId,
  ids: readonly NodeId[],
  result: Exclude<CommitResult, { status: 'ok' }>,
): Promise<Outcome> {
  const { store } = parts;
  // The id is that of something in the cloud's trash: this device once sent the item, lost its memory of that in a power
  // cut, and another one deleted it. It goes on as a new item.
  if (result.code === 'id_taken' && result.status === 'conflict' && result.node === null && store.remote.get(id) === undefined)
    return changeTree(parts, async () =>
      store.remote.get(id) === undefined ? rebindParked(parts, { op: 'revive_local', id, whole: false }) : replan(ids),
    );
  const reaction = errorKind(result.code).reaction;
  // The cloud is not as we thought: read what changed, then plan anew.
  if (reaction === 'replan')
    return replan(ids, { pull: true, rescan: folderOf(result.code === 'hash_mismatch' ? pathOf(parts, id) : undefined) });
  return { kind: 'failed', error: reason(parts, id, result.code, result.status === 'error' ? result.neededBytes : undefined) };
}

function reason(parts: ApplyParts, id: NodeId, code: CommitCode, neededBytes: number | undefined): ErrorData {
  const name = parts.store.local.get(id)?.name ?? '';
  return { code, params: code === 'name_invalid' ? { name } : neededBytes === undefined ? {} : { neededBytes } };
}

const placeOf = ({ parentId, name }: Place): Place => ({ parentId, name });
