import { type FileStat, type LocalNode, MapTree, type NodeId, type RemoteNode, ROOT_ID, type SyncedNode } from '../../model/index.ts';
import { canMove, canPut, carryOut, Impossible, type Operation, type Place } from '../../plan/index.ts';

const STAT: FileStat = { kind: 'file', size: 0, dev: '1', ino: '1', birthtimeNs: '1', mtimeNs: '2', ctimeNs: '2', mode: 0o644, links: 1 };
const content = (hash: string) => ({ size: 1, hash, blocks: [{ hash, size: 1 }] });

/**
 * The three trees without any disk or network: operations are applied as a perfect executor would, and every promise of
 * the planner (name free, parent there, no circle) is checked.
 */
export class AbstractWorld {
  readonly remote = new MapTree<RemoteNode>();
  readonly local = new MapTree<LocalNode>();
  readonly synced = new MapTree<SyncedNode>();
  #serial = 0;

  nextId(): NodeId {
    this.#serial += 1;
    return `a${this.#serial.toString(16).padStart(31, '0')}`;
  }
  #revision(): string {
    this.#serial += 1;
    return `b${this.#serial.toString(16).padStart(31, '0')}`;
  }

  clone(): AbstractWorld {
    const copy = new AbstractWorld();
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
    for (const child of [...this[side].children(id)]) this.remove(side, child.id);
    this[side].delete(id);
  }
  canMove(side: 'remote' | 'local', id: NodeId, to: Place): boolean {
    return canMove(this[side], id, to);
  }
  move(side: 'remote' | 'local', id: NodeId, to: Place): void {
    const node = this[side].get(id);
    if (node === undefined) throw new Impossible(`move ${side} ${id}: gone`);
    if (side === 'remote') this.remote.set({ ...(node as RemoteNode), ...placeOnly(to), revision: this.#revision() });
    else this.local.set({ ...(node as LocalNode), ...placeOnly(to) });
  }

  // --- what the executor does

  apply(operation: Operation): void {
    carryOut(this, operation, {
      nextId: () => {
        const id = this.nextId();
        const unread = this.unread.get(operation.id);
        if (unread !== undefined) this.unread.set(id, unread);
        return id;
      },
      nextRevision: () => this.#revision(),
      contentOf: ({ id }) => content(this.unread.get(id) ?? `unread-${id}`),
    });
    const unread = operation.op === 'adopt' ? this.unread.get(operation.id) : undefined;
    if (operation.op === 'adopt' && unread !== undefined) this.unread.set(operation.remoteId, unread);
  }

  /** What a file with unknown content will turn out to hold. */
  readonly unread = new Map<NodeId, string>();

  canPut(side: 'remote' | 'local', place: Place): boolean {
    return canPut(this[side], place);
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
}

const placeOnly = ({ parentId, name }: Place): Place => ({ parentId, name });
