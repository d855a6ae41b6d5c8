import type { Conflict, ErrorData, FileItem } from '../../contract/index.ts';
import type { Scope } from '../ignore/index.ts';
import { type NodeId, PARKED_ID, type RemoteFile } from '../model/index.ts';
import { type ItemFacts, type ItemVerdict, itemVerdict } from '../status/index.ts';
import type { Store } from '../store/index.ts';
import type { LeftOutViews } from './left-out-views.ts';
import type { SyncRun } from './sync-run.ts';

/** What the Files list says of one item, and the facts that `explain` builds on. */
export class ItemViews {
  readonly #store: Store;
  readonly #run: () => SyncRun | null;
  readonly #held: () => ItemFacts['held'];
  readonly #leftOut: LeftOutViews;

  constructor(store: Store, leftOut: LeftOutViews, run: () => SyncRun | null, held: () => ItemFacts['held']) {
    this.#store = store;
    this.#leftOut = leftOut;
    this.#run = run;
    this.#held = held;
  }

  /** Items of a folder, folders first, then by name; `id` is undefined for one that is in no tree, since it is left out. */
  async folder(id: NodeId | undefined, path: string): Promise<readonly FileItem[]> {
    const { local, remote, synced } = this.#store;
    const ids = new Set<NodeId>();
    if (id !== undefined) for (const tree of [local, remote, synced]) for (const node of tree.children(id)) ids.add(node.id);
    const facts = this.#shared();
    const known = [...ids].flatMap((one) => this.#item(one, path, facts) ?? []);
    const items = [...known, ...(await this.#leftOut.onDisk(path, new Set(known.map(({ name }) => name))))];
    return items.sort((a, b) => (a.kind === b.kind ? a.name.localeCompare(b.name) : a.kind === 'folder' ? -1 : 1));
  }

  #item(id: NodeId, folder: string, shared: Shared): FileItem | undefined {
    const { local, remote, synced } = this.#store;
    const here = local.get(id);
    const there = remote.get(id);
    const node = here ?? there ?? synced.get(id);
    if (node === undefined || node.parentId === PARKED_ID) return undefined;
    const sizeBytes = here?.kind === 'file' ? here.stat.size : there?.kind === 'file' ? there.content.size : 0;
    const modifiedMs =
      here === undefined
        ? there?.kind === 'file'
          ? there.mtimeMs
          : (there?.modifiedAt ?? 0)
        : Number(BigInt(here.stat.mtimeNs) / 1_000_000n);
    const path = folder === '' ? node.name : `${folder}/${node.name}`;
    return { path, name: node.name, kind: node.kind, sizeBytes, modifiedMs, ...this.#verdict(id, path, shared) };
  }

  conflicts(): readonly Conflict[] {
    return this.#store.conflictCopies().map((copy) => this.conflict(copy));
  }

  conflict(copy: RemoteFile): Conflict {
    const winner = copy.conflictOf === null ? undefined : this.#store.remote.get(copy.conflictOf);
    return {
      id: copy.id,
      path: (winner === undefined ? undefined : this.#store.remotePath(winner.id)) ?? winner?.name ?? '',
      copyPath: this.#store.remotePath(copy.id) ?? copy.name,
      device: copy.conflictDevice ?? '',
      at: copy.modifiedAt,
      currentDevice: winner?.modifiedBy ?? null,
      currentAt: winner?.modifiedAt ?? null,
      currentSizeBytes: winner?.kind === 'file' ? winner.content.size : 0,
      copySizeBytes: copy.content.size,
    };
  }

  #shared(): Shared {
    const copies = this.#store.conflictCopies();
    return {
      inConflict: new Set(copies.flatMap((copy) => [copy.id, ...(copy.conflictOf === null ? [] : [copy.conflictOf])])),
      questioned: new Set(this.#store.questions().flatMap((question) => (question.answer === null ? question.ids : []))),
      held: this.#held(),
      scope: this.#leftOut.scope(),
    };
  }

  #verdict(id: NodeId, path: string, shared: Shared): ItemVerdict {
    return itemVerdict(this.#facts(id, path, shared));
  }

  /** Everything that is known of one item; costs as much as a row of the list. */
  factsOf(id: NodeId, path: string): ItemFacts {
    return this.#facts(id, path, this.#shared());
  }

  #facts(id: NodeId, path: string, { inConflict, questioned, held, scope }: Shared): ItemFacts {
    const { reason, ...leftOut } = this.#leftOut.of(scope, id);
    const hindrance = held === null ? this.#awaitedRules(scope, id) : null;
    const issue = reason === undefined ? (this.#store.issue(id) ?? this.#store.issue(`path:${path}`)) : { reason, nextTryAt: null };
    return {
      remote: this.#store.remote.get(id),
      local: this.#store.local.get(id),
      synced: this.#store.synced.get(id),
      issue,
      ...leftOut,
      active: this.#run()?.isInFlight(id) ?? false,
      inConflict: inConflict.has(id),
      questioned: questioned.has(id),
      held: held ?? hindrance,
    };
  }

  /** What is wrong with the ignore rules that a new item waits for. */
  #awaitedRules(scope: Scope, id: NodeId): ErrorData | null {
    const { local, remote, synced } = this.#store;
    if (synced.get(id) !== undefined || this.#store.issueCount() === 0) return null;
    const side = local.get(id) === undefined ? 'remote' : 'local';
    const node = side === 'local' ? local.get(id) : remote.get(id);
    const rules = node === undefined ? undefined : scope.awaitedRules(side, node.parentId);
    return (rules === undefined ? undefined : this.#store.issue(rules)?.reason) ?? null;
  }
}

interface Shared {
  readonly inConflict: ReadonlySet<NodeId>;
  readonly questioned: ReadonlySet<NodeId>;
  readonly held: ItemFacts['held'];
  readonly scope: Scope;
}
