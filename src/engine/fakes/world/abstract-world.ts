import { type FileStat, type LocalNode, MapTree, type NodeId, type RemoteNode, ROOT_ID, type SyncedNode } from '../../model/index.ts';
import { canMove, canPut, carryOut, Impossible, type Operation, type Place, rebind } from '../../plan/index.ts';

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
  canMove(side: 'remote' | 'local', id: NodeId, to: Place): boolean {
    return canMove(this[side], id, to, this.#isExact(side));
  }
  #isExact(side: 'remote' | 'local'): boolean {
    return side === 'local' && this.caseSensitive;
  }
  move(side: 'remote' | 'local', id: NodeId, to: Place): void {
    const node = this[side].get(id);
    if (node === undefined) throw new Impossible(`move ${side} ${id}: gone`);
    if (side === 'remote') this.remote.set({ ...(node as RemoteNode), ...placeOnly(to), revision: this.#revision() });
    else this.local.set({ ...(node as LocalNode), ...placeOnly(to) });
  }

  /** The item here goes on under another id, as one that was found anew. */
  rename(from: NodeId, to: NodeId): void {
    rebind(this, from, to, true);
    this.#turnsOutAs(from, to);
  }

  /** The item and all that is below it. */
  below(side: 'remote' | 'local', id: NodeId): readonly NodeId[] {
    const ids = new Set([id]);
    // What is added on the way is visited too.
    for (const at of ids) if (this[side].get(at)?.kind === 'folder') for (const child of this[side].children(at)) ids.add(child.id);
    return [...ids];
  }

  // --- what the executor does

  apply(operation: Operation): void {
    carryOut(this, operation, {
      nextId: () => {
        const id = this.nextId();
        this.#turnsOutAs(operation.id, id);
        return id;
      },
      nextRevision: () => this.#revision(),
      contentOf: ({ id }) => content(this.unread.get(id) ?? `unread-${id}`),
      caseSensitive: this.caseSensitive,
    });
    if (operation.op === 'adopt') this.#turnsOutAs(operation.id, operation.remoteId);
  }

  #turnsOutAs(from: NodeId, to: NodeId): void {
    const unread = this.unread.get(from);
    if (unread !== undefined) this.unread.set(to, unread);
  }

  /** What a file with unknown content will turn out to hold. */
  readonly unread = new Map<NodeId, string>();

  canPut(side: 'remote' | 'local', place: Place): boolean {
    return canPut(this[side], place, this.#isExact(side));
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
