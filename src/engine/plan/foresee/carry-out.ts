import { nameKey } from '../../../base/index.ts';
import {
  type Content,
  type FileStat,
  type LocalFile,
  type LocalNode,
  type NodeId,
  PARKED_ID,
  type RemoteNode,
  ROOT_ID,
  type SyncedNode,
  type TreeView,
  withBelow,
} from '../../model/index.ts';
import type { Operation, Place, RemoteStep } from '../operations.ts';
import { placeOf } from '../same.ts';

export interface MutableTree<N extends { readonly id: NodeId; readonly parentId: NodeId; readonly name: string }> extends TreeView<N> {
  set(node: N): void;
  delete(id: NodeId): void;
}

export interface MutableTrees {
  readonly remote: MutableTree<RemoteNode>;
  readonly local: MutableTree<LocalNode>;
  readonly synced: MutableTree<SyncedNode>;
}

/** What an operation needs that the trees do not say. */
export interface Makers {
  nextId(): NodeId;
  nextRevision(): string;
  /** What a file that was not read yet is taken to hold. */
  contentOf(file: LocalFile): Content;
  /** Whether the disk holds two names that differ in case or composition only. */
  readonly caseSensitive: boolean;
}

/** Thrown when an operation is not possible: the planner promised that it would be. */
export class Impossible extends Error {}

/**
 * Applies an operation to the trees as a perfect executor would: nothing fails and nobody else is at work. Every promise
 * of the planner (name free, parent there, no circle) is checked.
 */
export function carryOut(trees: MutableTrees, operation: Operation, makers: Makers): void {
  new Carrier(trees, makers).apply(operation);
}

type Tree = TreeView<RemoteNode | LocalNode>;

/** True when the move is one that a file system (or the cloud) would allow. @param exact names that differ in case only are two */
export function canMove(tree: Tree, id: NodeId, to: Place, exact: boolean): boolean {
  if (to.parentId !== ROOT_ID && tree.get(to.parentId)?.kind !== 'folder') return false;
  return isRooted(tree, to.parentId, id) && isFree(tree, to, id, exact);
}

/** The folder is there and has nothing of that name. */
export const canPut = (tree: Tree, place: Place, exact: boolean): boolean =>
  (place.parentId === ROOT_ID || tree.get(place.parentId)?.kind === 'folder') && isFree(tree, place, '', exact);

function isFree(tree: Tree, to: Place, self: NodeId, exact: boolean): boolean {
  for (const node of tree.named(to.parentId, nameKey(to.name))) {
    if (node.id !== self && (!exact || node.name === to.name)) return false;
  }
  return true;
}

/** The way up from `from` ends at the root, or out of sight, and does not pass `id`. */
function isRooted(tree: Tree, from: NodeId, id: NodeId): boolean {
  const seen = new Set<NodeId>([id]);
  for (let at: NodeId | undefined = from; at !== ROOT_ID && at !== PARKED_ID; at = tree.get(at)?.parentId) {
    if (at === undefined || seen.has(at)) return false;
    seen.add(at);
  }
  return true;
}

/** The local item goes on under another id; unless as a `whole`, what is in it stays as agreed on as it was. */
export function rebind({ local, synced }: Pick<MutableTrees, 'local' | 'synced'>, from: NodeId, to: NodeId, whole: boolean): void {
  const node = local.get(from);
  if (node === undefined) throw new Impossible(`rebind ${from}`);
  local.delete(from);
  local.set({ ...node, id: to });
  for (const child of [...local.children(from)]) local.set({ ...child, parentId: to });
  if (!whole) for (const child of [...synced.children(from)]) synced.set({ ...child, parentId: to });
}

class Carrier {
  readonly #trees: MutableTrees;
  readonly #makers: Makers;

  constructor(trees: MutableTrees, makers: Makers) {
    this.#trees = trees;
    this.#makers = makers;
  }

  apply(operation: Operation): void {
    const { id } = operation;
    const { remote: there, local: here, synced: agreed } = this.#trees;
    const remote = there.get(id);
    const local = here.get(id);
    switch (operation.op) {
      case 'settle':
        return this.#settle(id);
      case 'forget':
      case 'revive_remote':
        return agreed.delete(id);
      case 'set_aside':
      case 'take_up': {
        const node = agreed.get(id);
        if (node === undefined) throw new Impossible(`${operation.op} ${id}`);
        return agreed.set({ ...node, aside: operation.op === 'set_aside' });
      }
      case 'drop_copy':
        if (local === undefined || remote === undefined) throw new Impossible(`drop_copy ${id}`);
        for (const gone of withBelow(here, id)) {
          need(there.get(gone) !== undefined, `drop_copy ${id}: ${gone} is not in the cloud`);
          here.delete(gone);
          agreed.delete(gone);
        }
        return;
      case 'revive_local':
        rebind(this.#trees, id, this.#makers.nextId(), operation.whole);
        return agreed.delete(id);
      case 'adopt':
        if (here.get(operation.remoteId) !== undefined) throw new Impossible(`adopt ${id}: already here`);
        return rebind(this.#trees, id, operation.remoteId, false);
      case 'hash':
        if (local?.kind !== 'file') throw new Impossible(`hash ${id}`);
        return here.set({ ...local, content: local.content ?? this.#makers.contentOf(local) });
      case 'upload': {
        if (local?.kind !== 'file' || local.content === null) throw new Impossible(`upload ${id}`);
        const place = remote ?? local;
        need(remote !== undefined || canPut(there, place, false), `upload ${id}: no place`);
        this.#putRemote(id, place, local.content);
        return this.#settle(id);
      }
      case 'mkdir_remote':
        if (local === undefined) throw new Impossible(`mkdir_remote ${id}`);
        need(canPut(there, local, false), `mkdir_remote ${id}: no place`);
        this.#putRemote(id, local, null);
        return this.#settle(id);
      case 'move_remote':
        return this.#rearrange([{ step: 'move', id, to: operation.to }]);
      case 'rearrange_remote':
        return this.#rearrange(operation.steps);
      case 'delete_remote':
        if (remote === undefined) throw new Impossible(`delete_remote ${id}`);
        return this.#rearrange([{ step: 'delete', id }]);
      case 'download':
        return this.#download(id, remote, local);
      case 'mkdir_local':
        if (remote === undefined) throw new Impossible(`mkdir_local ${id}`);
        need(canPut(here, remote, this.#makers.caseSensitive), `mkdir_local ${id}: no place`);
        here.set({ kind: 'folder', id, ...placeOf(remote), stat: statOf('folder', 0) });
        return this.#settle(id);
      case 'move_local':
        need(canMove(here, id, operation.to, this.#makers.caseSensitive), `move_local ${id}: no place`);
        return this.#moveLocal(id, operation.to);
      case 'park_local':
        return this.#moveLocal(id, { parentId: PARKED_ID, name: local?.name ?? id });
      case 'delete_local':
        if (local === undefined) throw new Impossible(`delete_local ${id}`);
        for (const gone of withBelow(here, id)) {
          need(there.get(gone) === undefined, `delete_local ${id}: ${gone} is still in the cloud`);
          here.delete(gone);
          agreed.delete(gone);
        }
        return;
      case 'rename_aside': {
        const place = { parentId: local?.parentId ?? ROOT_ID, name: operation.name };
        need(canMove(here, id, place, this.#makers.caseSensitive), `rename_aside ${id}: no place`);
        need(isFree(there, place, id, false), `rename_aside ${id}: the cloud has that name`);
        return this.#moveLocal(id, place);
      }
    }
  }

  #download(id: NodeId, remote: RemoteNode | undefined, local: LocalNode | undefined): void {
    const { local: here, synced: agreed } = this.#trees;
    if (remote?.kind !== 'file') throw new Impossible(`download ${id}`);
    need(local !== undefined || canPut(here, remote, this.#makers.caseSensitive), `download ${id}: no place`);
    here.set({ kind: 'file', id, ...placeOf(local ?? remote), stat: statOf('file', remote.content.size), content: remote.content });
    const synced = agreed.get(id);
    if (local === undefined || synced === undefined) return this.#settle(id);
    agreed.set({ ...synced, kind: 'file', hash: remote.content.hash, revision: synced.revision });
  }

  #settle(id: NodeId): void {
    const remote = this.#trees.remote.get(id);
    if (remote === undefined) throw new Impossible(`settle ${id}`);
    const common = { id, ...placeOf(remote), revision: remote.revision };
    this.#trees.synced.set(
      remote.kind === 'folder' ? { kind: 'folder', ...common } : { kind: 'file', ...common, hash: remote.content.hash },
    );
  }

  #putRemote(id: NodeId, place: Place, content: Content | null): void {
    const base = { id, ...placeOf(place), revision: this.#makers.nextRevision(), modifiedBy: null, modifiedAt: 0 };
    this.#trees.remote.set(
      content === null
        ? { kind: 'folder', ...base }
        : { kind: 'file', ...base, content, mtimeMs: 0, executable: false, conflictOf: null, conflictDevice: null },
    );
  }

  #moveLocal(id: NodeId, to: Place): void {
    const node = this.#trees.local.get(id);
    if (node === undefined) throw new Impossible(`move local ${id}: gone`);
    this.#trees.local.set({ ...node, ...placeOf(to) });
  }

  /** As the cloud does a group: all at once, uniqueness and circles looked at afterwards. */
  #rearrange(steps: readonly RemoteStep[]): void {
    const { remote: there, local: here, synced: agreed } = this.#trees;
    for (const step of steps) {
      if (step.step === 'mkdir') this.#putRemote(step.id, step.to, null);
      else if (step.step === 'move') {
        const node = there.get(step.id);
        if (node === undefined) throw new Impossible(`move remote ${step.id}: gone`);
        there.set({ ...node, ...placeOf(step.to), revision: this.#makers.nextRevision() });
      } else {
        for (const gone of withBelow(there, step.id)) {
          need(here.get(gone) === undefined, `delete_remote ${step.id}: ${gone} is still here`);
          there.delete(gone);
          agreed.delete(gone);
        }
      }
    }
    for (const step of steps) {
      if (step.step === 'delete') continue;
      need(canMove(there, step.id, step.to, false), `${step.step} ${step.id}: no place in the cloud`);
      const synced = agreed.get(step.id);
      const remote = there.get(step.id);
      if (step.step === 'mkdir') this.#settle(step.id);
      else if (synced !== undefined && remote !== undefined) agreed.set({ ...synced, ...placeOf(step.to), revision: remote.revision });
    }
  }
}

function need(possible: boolean, what: string): void {
  if (!possible) throw new Impossible(what);
}

/** What stands for a stat where nobody has asked the disk. */
const statOf = (kind: 'file' | 'folder', size: number): FileStat => ({
  kind,
  size,
  dev: '1',
  ino: '1',
  birthtimeNs: '1',
  mtimeNs: '2',
  ctimeNs: '2',
  mode: 0o644,
  links: 1,
});
