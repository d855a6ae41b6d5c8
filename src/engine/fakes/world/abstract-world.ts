import { nameKey } from '../../../base/index.ts';
import {
  type FileStat,
  type LocalNode,
  MapTree,
  type NodeId,
  PARKED_ID,
  type RemoteNode,
  ROOT_ID,
  type SyncedNode,
} from '../../model/index.ts';
import type { Operation, Place, RemoteStep } from '../../plan/index.ts';

const STAT: FileStat = { kind: 'file', size: 0, dev: '1', ino: '1', birthtimeNs: '1', mtimeNs: '2', ctimeNs: '2', mode: 0o644, links: 1 };
const content = (hash: string) => ({ size: 1, hash, blocks: [{ hash, size: 1 }] });

/** Thrown when an operation is not possible: the planner promised that it would be. */
export class Impossible extends Error {}

/**
 * The three trees without any disk or network: operations are applied as a perfect executor would, and every promise of
 * the planner (name free, parent there, no circle) is checked.
 */
export class AbstractWorld {
  readonly remote = new MapTree<RemoteNode>();
  readonly local = new MapTree<LocalNode>();
  readonly synced = new MapTree<SyncedNode>();
  /** False: the disk holds no two names that differ in case or composition only, as the cloud never does. */
  readonly caseSensitive: boolean;
  /** Two hex digits that tell the ids and revisions of several worlds apart. */
  readonly #mark: string;
  #serial = 0;

  constructor(caseSensitive = true, mark = '00') {
    this.caseSensitive = caseSensitive;
    this.#mark = mark;
  }

  nextId(): NodeId {
    this.#serial += 1;
    return `a${this.#mark}${this.#serial.toString(16).padStart(29, '0')}`;
  }
  #revision(): string {
    this.#serial += 1;
    return `b${this.#mark}${this.#serial.toString(16).padStart(29, '0')}`;
  }

  clone(): AbstractWorld {
    const copy = new AbstractWorld(this.caseSensitive, this.#mark);
    for (const node of this.remote.values()) copy.remote.set(node);
    for (const node of this.local.values()) copy.local.set(node);
    for (const node of this.synced.values()) copy.synced.set(node);
    for (const [id, hash] of this.unread) copy.unread.set(id, hash);
    copy.#serial = this.#serial;
    return copy;
  }

  ids(): Set<NodeId> {
    const ids = new Set<NodeId>();
    for (const tree of [this.remote, this.local, this.synced]) for (const node of tree.values()) ids.add(node.id);
    return ids;
  }

  // --- what people do, on one side

  putRemote(id: NodeId, place: Place, kind: 'file' | 'folder', hash = ''): void {
    const base = { id, ...place, revision: this.#revision(), modifiedBy: null, modifiedAt: 0 };
    this.remote.set(
      kind === 'folder'
        ? { kind, ...base }
        : { kind, ...base, content: content(hash), mtimeMs: 0, executable: false, conflictOf: null, conflictDevice: null },
    );
  }
  putLocal(id: NodeId, place: Place, kind: 'file' | 'folder', hash: string | null = ''): void {
    this.local.set(
      kind === 'folder'
        ? { kind, id, ...place, stat: { ...STAT, kind } }
        : { kind, id, ...place, stat: STAT, content: hash === null ? null : content(hash) },
    );
  }
  settle(id: NodeId): void {
    const remote = this.remote.get(id);
    if (remote === undefined) throw new Impossible(`settle ${id}`);
    const { parentId, name, revision } = remote;
    this.synced.set(
      remote.kind === 'folder'
        ? { kind: 'folder', id, parentId, name, revision }
        : { kind: 'file', id, parentId, name, revision, hash: remote.content.hash },
    );
  }
  remove(side: 'remote' | 'local', id: NodeId): void {
    for (const gone of this.below(side, id)) this[side].delete(gone);
  }
  /** True when the move is one that a file system (or the cloud) would allow. */
  canMove(side: 'remote' | 'local', id: NodeId, to: Place): boolean {
    if (to.parentId !== ROOT_ID && this[side].get(to.parentId)?.kind !== 'folder') return false;
    return this.#isRooted(side, to.parentId, id) && this.isFree(side, to, id);
  }
  isFree(side: 'remote' | 'local', to: Place, self: NodeId): boolean {
    const exact = side === 'local' && this.caseSensitive;
    for (const node of this[side].named(to.parentId, nameKey(to.name))) {
      if (node.id !== self && (!exact || node.name === to.name)) return false;
    }
    return true;
  }
  /** The way up from `from` ends at the root, or out of sight, and does not pass `id`. */
  #isRooted(side: 'remote' | 'local', from: NodeId, id: NodeId): boolean {
    const seen = new Set<NodeId>([id]);
    for (let at: NodeId | undefined = from; at !== ROOT_ID && at !== PARKED_ID; at = this[side].get(at)?.parentId) {
      if (at === undefined || seen.has(at)) return false;
      seen.add(at);
    }
    return true;
  }
  move(side: 'remote' | 'local', id: NodeId, to: Place): void {
    const node = this[side].get(id);
    if (node === undefined) throw new Impossible(`move ${side} ${id}: gone`);
    if (side === 'remote') this.remote.set({ ...(node as RemoteNode), ...placeOnly(to), revision: this.#revision() });
    else this.local.set({ ...(node as LocalNode), ...placeOnly(to) });
  }

  /** The item here goes on under another id, as one that was found anew. */
  rename(from: NodeId, to: NodeId): void {
    this.#rebind(from, to, true);
  }

  /** The item and all that is below it. */
  below(side: 'remote' | 'local', id: NodeId): readonly NodeId[] {
    const ids = new Set([id]);
    // What is added on the way is visited too.
    for (const at of ids) for (const child of this[side].children(at)) ids.add(child.id);
    return [...ids];
  }

  // --- what the executor does

  apply(operation: Operation): void {
    const { id } = operation;
    const remote = this.remote.get(id);
    const local = this.local.get(id);
    switch (operation.op) {
      case 'settle':
        return this.settle(id);
      case 'forget':
      case 'revive_remote':
        return this.synced.delete(id);
      case 'revive_local':
        this.#rebind(id, this.nextId(), operation.whole);
        return this.synced.delete(id);
      case 'adopt':
        if (this.local.get(operation.remoteId) !== undefined) throw new Impossible(`adopt ${id}: already here`);
        return this.#rebind(id, operation.remoteId);
      case 'hash':
        if (local?.kind !== 'file') throw new Impossible(`hash ${id}`);
        return this.local.set({ ...local, content: local.content ?? content(this.unread.get(id) ?? `unread-${id}`) });
      case 'upload': {
        if (local?.kind !== 'file' || local.content === null) throw new Impossible(`upload ${id}`);
        const place = remote ?? local;
        this.#need(remote !== undefined || this.canPut('remote', place), `upload ${id}: no place`);
        this.putRemote(id, { parentId: place.parentId, name: place.name }, 'file', local.content.hash);
        return this.settle(id);
      }
      case 'mkdir_remote':
        if (local === undefined) throw new Impossible(`mkdir_remote ${id}`);
        this.#need(this.canPut('remote', local), `mkdir_remote ${id}: no place`);
        this.putRemote(id, { parentId: local.parentId, name: local.name }, 'folder');
        return this.settle(id);
      case 'move_remote':
        return this.#rearrange([{ step: 'move', id, to: operation.to }]);
      case 'rearrange_remote':
        return this.#rearrange(operation.steps);
      case 'delete_remote':
        if (remote === undefined) throw new Impossible(`delete_remote ${id}`);
        return this.#rearrange([{ step: 'delete', id }]);
      case 'download': {
        if (remote?.kind !== 'file') throw new Impossible(`download ${id}`);
        this.#need(local !== undefined || this.canPut('local', remote), `download ${id}: no place`);
        const place = local ?? remote;
        this.putLocal(id, { parentId: place.parentId, name: place.name }, 'file', remote.content.hash);
        const synced = this.synced.get(id);
        if (local === undefined || synced === undefined) return this.settle(id);
        return this.synced.set({ ...synced, kind: 'file', hash: remote.content.hash, revision: synced.revision });
      }
      case 'mkdir_local':
        if (remote === undefined) throw new Impossible(`mkdir_local ${id}`);
        this.#need(this.canPut('local', remote), `mkdir_local ${id}: no place`);
        this.putLocal(id, { parentId: remote.parentId, name: remote.name }, 'folder');
        return this.settle(id);
      case 'move_local':
        this.#need(this.canMove('local', id, operation.to), `move_local ${id}: no place`);
        return this.move('local', id, operation.to);
      case 'park_local':
        return this.move('local', id, { parentId: PARKED_ID, name: local?.name ?? id });
      case 'delete_local':
        if (local === undefined) throw new Impossible(`delete_local ${id}`);
        for (const gone of this.below('local', id)) {
          this.#need(this.remote.get(gone) === undefined, `delete_local ${id}: ${gone} is still in the cloud`);
          this.local.delete(gone);
          this.synced.delete(gone);
        }
        return;
      case 'rename_aside': {
        const place = { parentId: local?.parentId ?? ROOT_ID, name: operation.name };
        this.#need(this.canMove('local', id, place), `rename_aside ${id}: no place`);
        this.#need(this.isFree('remote', place, id), `rename_aside ${id}: the cloud has that name`);
        return this.move('local', id, place);
      }
    }
  }

  /** What a file with unknown content will turn out to hold. */
  readonly unread = new Map<NodeId, string>();

  canPut(side: 'remote' | 'local', place: Place): boolean {
    return (place.parentId === ROOT_ID || this[side].get(place.parentId)?.kind === 'folder') && this.isFree(side, place, '');
  }

  /** `path -> hash` or `path/ -> ''` for folders. */
  listing(side: 'remote' | 'local'): Map<string, string> {
    const paths = new Map<string, string>();
    const walk = (parentId: NodeId, prefix: string): void => {
      for (const node of this[side].children(parentId)) {
        if (node.kind === 'folder') {
          paths.set(`${prefix}${node.name}/`, '');
          walk(node.id, `${prefix}${node.name}/`);
        } else paths.set(prefix + node.name, node.content?.hash ?? '?');
      }
    };
    walk(ROOT_ID, '');
    return paths;
  }

  /** As the cloud does a group: all at once, uniqueness and circles looked at afterwards. */
  #rearrange(steps: readonly RemoteStep[]): void {
    for (const step of steps) {
      if (step.step === 'mkdir') this.putRemote(step.id, step.to, 'folder');
      else if (step.step === 'move') this.move('remote', step.id, step.to);
      else {
        for (const gone of this.below('remote', step.id)) {
          this.#need(this.local.get(gone) === undefined, `delete_remote ${step.id}: ${gone} is still here`);
          this.remote.delete(gone);
          this.synced.delete(gone);
        }
      }
    }
    for (const step of steps) {
      if (step.step === 'delete') continue;
      this.#need(this.canMove('remote', step.id, step.to), `${step.step} ${step.id}: no place in the cloud`);
      const synced = this.synced.get(step.id);
      const remote = this.remote.get(step.id);
      if (step.step === 'mkdir') this.settle(step.id);
      else if (synced !== undefined && remote !== undefined)
        this.synced.set({ ...synced, ...placeOnly(step.to), revision: remote.revision });
    }
  }

  #rebind(from: NodeId, to: NodeId, whole = false): void {
    const node = this.local.get(from);
    if (node === undefined) throw new Impossible(`rebind ${from}`);
    this.local.delete(from);
    this.local.set({ ...node, id: to });
    const unread = this.unread.get(from);
    if (unread !== undefined) this.unread.set(to, unread);
    for (const child of [...this.local.children(from)]) this.local.set({ ...child, parentId: to });
    if (!whole) for (const child of [...this.synced.children(from)]) this.synced.set({ ...child, parentId: to });
  }

  #need(possible: boolean, what: string): void {
    if (!possible) throw new Impossible(what);
  }
}

const placeOnly = ({ parentId, name }: Place): Place => ({ parentId, name });
