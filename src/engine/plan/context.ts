import { nameKey, sameName } from '../../base/index.ts';
import { type LocalNode, type NodeId, PARKED_ID, type RemoteNode, ROOT_ID, type SyncedNode, type Trees } from '../model/index.ts';
import type { ErrorData } from '../../contract/index.ts';
import type { Blocked, Operation, Place } from './operations.ts';
import { Fates } from './fates.ts';
import type { Removal } from './left-out.ts';
import { EVERYTHING, type PlanScope, type Policy } from './policy.ts';
import type { RuleCode, Trace } from './trace.ts';

/** Where an item stands: exactly one of these, whatever the trees say. */
export type Standing =
  | 'nowhere'
  | 'settled_or_changed' // on both sides
  | 'new_here'
  | 'new_there'
  | 'gone_here'
  | 'gone_there'
  | 'gone_both';

/** The gathered facts of one planning run and the operations decided so far. */
export class Context {
  readonly trees: Trees;
  readonly policy: Policy;
  readonly operations = new Map<string, Operation>();
  /** When items that are not kept on this device can be taken away; found once for each. */
  readonly removals = new Map<NodeId, Removal>();
  readonly blocked = new Map<NodeId, Blocked>();
  readonly waiting = new Set<NodeId>();
  /** Items drawn in while deciding others; decided in this run too. */
  readonly queue: NodeId[] = [];
  readonly #seen = new Set<NodeId>();
  /** Items that a group already changes. */
  readonly #taken = new Set<NodeId>();
  /** Names promised to items that are renamed in this run: `parent/key`. */
  readonly #reserved = new Set<string>();
  readonly #planned = { remote: new Map<NodeId, NodeId>(), local: new Map<NodeId, NodeId>() };

  readonly fates: Fates;
  readonly scope: PlanScope;
  // The trees do not change while a plan is made, and it comes back to the same items often.
  readonly #remote: (id: NodeId) => RemoteNode | undefined;
  readonly #local: (id: NodeId) => LocalNode | undefined;
  readonly #synced: (id: NodeId) => SyncedNode | undefined;

  readonly #trace: Trace | undefined;

  constructor(trees: Trees, policy: Policy, trace?: Trace) {
    this.trees = trees;
    this.#trace = trace;
    this.#remote = remembering((id) => trees.remote.get(id));
    this.#local = remembering((id) => trees.local.get(id));
    this.#synced = remembering((id) => trees.synced.get(id));
    this.policy = policy;
    this.scope = policy.scope ?? EVERYTHING;
    this.fates = new Fates(this);
  }

  remote(id: NodeId): RemoteNode | undefined {
    return this.#remote(id);
  }
  local(id: NodeId): LocalNode | undefined {
    return this.#local(id);
  }
  synced(id: NodeId): SyncedNode | undefined {
    return this.#synced(id);
  }

  /** Decide this item too; once a run. */
  include(id: NodeId): void {
    if (id === ROOT_ID || id === PARKED_ID || this.#seen.has(id)) return;
    this.#seen.add(id);
    this.queue.push(id);
  }

  /** Adds an operation; one an item, a second one for the same item is dropped (a later round makes it). */
  emit(operation: Operation, rule: RuleCode): void {
    if (this.operations.has(operation.id) || this.#taken.has(operation.id)) return;
    this.operations.set(operation.id, operation);
    this.because(operation.id, rule);
    if (operation.op !== 'rearrange_remote') return;
    for (const { id } of operation.steps) {
      this.#taken.add(id);
      this.because(id, rule);
    }
  }

  wait(id: NodeId, ...forOthers: readonly NodeId[]): void {
    this.waitFor(id, forOthers);
  }

  /** As `wait`, for any number of others: a call cannot have as many arguments as a folder can have items. */
  waitFor(id: NodeId, forOthers: readonly NodeId[]): void {
    this.waiting.add(id);
    this.because(id, 'waits_for_other', forOthers);
    for (const other of forOthers) this.include(other);
  }

  block(id: NodeId, reason: ErrorData): void {
    this.blocked.set(id, { id, reason });
    this.because(id, 'name_not_possible');
  }

  /** Why this was decided, if anybody wants to know. */
  because(id: NodeId, rule: RuleCode, waitsFor: readonly NodeId[] = []): void {
    this.#trace?.set(id, { rule, waitsFor });
  }

  standing(id: NodeId): Standing {
    const remote = this.remote(id) !== undefined;
    const local = this.local(id) !== undefined;
    const synced = this.synced(id) !== undefined;
    if (remote && local) return 'settled_or_changed';
    if (synced) return remote ? 'gone_here' : local ? 'gone_there' : 'gone_both';
    return remote ? 'new_there' : local ? 'new_here' : 'nowhere';
  }

  /** The folder is there in the cloud, so that something can be put into it. */
  isRemoteFolder(id: NodeId): boolean {
    return id === ROOT_ID || this.remote(id)?.kind === 'folder';
  }
  isLocalFolder(id: NodeId): boolean {
    return id === ROOT_ID || this.local(id)?.kind === 'folder';
  }

  /** It gets no operation: left out where either side has it, or not kept on this device. */
  isLeftOut(id: NodeId): boolean {
    return this.isLeftOutAt('local', id) || this.isLeftOutAt('remote', id) || this.isExcludedThere(id);
  }

  /** A rule, or the person, leaves it out where that tree has it. */
  isLeftOutAt(side: 'local' | 'remote', id: NodeId): boolean {
    const node = side === 'local' ? this.local(id) : this.remote(id);
    return node !== undefined && this.scope.at(side, node) !== undefined;
  }

  /** Not kept on this device, and nothing of it is here. */
  isExcludedThere(id: NodeId): boolean {
    return this.local(id) === undefined && this.scope.excluded(id);
  }

  /** Whoever has the name in the cloud's folder, other than `self`. */
  remoteOccupant(place: Place, self: NodeId): RemoteNode | undefined {
    for (const node of this.trees.remote.named(place.parentId, nameKey(place.name))) if (node.id !== self) return node;
    return undefined;
  }

  /** Whoever has the name on the disk, other than `self`; on a case-sensitive disk `A` does not occupy `a`. */
  localOccupant(place: Place, self: NodeId): LocalNode | undefined {
    for (const node of this.trees.local.named(place.parentId, nameKey(place.name))) {
      if (node.id !== self && (!this.policy.caseSensitive || sameName(node.name, place.name))) return node;
    }
    return undefined;
  }

  /** True when `id` is `folder` or above it, following the parents of the tree. Ends on broken chains. */
  isAbove(tree: 'remote' | 'local', id: NodeId, folder: NodeId): boolean {
    return leadsTo(id, folder, (at) => [this.#parentOf(tree, at)]);
  }

  /**
   * As `isAbove`, but with any part of this plan's moves made: moves that are each possible may close a circle together,
   * or only in some order. Those in `together` are made at once and are nowhere but at their new place.
   */
  mayBeAbove(tree: 'remote' | 'local', id: NodeId, folder: NodeId, together: ReadonlySet<NodeId> = NONE): boolean {
    const planned = this.#planned[tree];
    return leadsTo(id, folder, (at) => (together.has(at) ? [planned.get(at)] : [this.#parentOf(tree, at), planned.get(at)]));
  }

  #parentOf(tree: 'remote' | 'local', id: NodeId): NodeId | undefined {
    return (tree === 'remote' ? this.remote(id) : this.local(id))?.parentId;
  }

  /** Notes where a planned operation puts a folder. */
  planParent(tree: 'remote' | 'local', id: NodeId, parentId: NodeId): void {
    this.#planned[tree].set(id, parentId);
  }

  nameTaken(parentId: NodeId, key: string): boolean {
    if (this.#reserved.has(`${parentId}/${key}`)) return true;
    for (const _ of this.trees.local.named(parentId, key)) return true;
    for (const _ of this.trees.remote.named(parentId, key)) return true;
    return false;
  }

  reserve(parentId: NodeId, name: string): void {
    this.#reserved.add(`${parentId}/${nameKey(name)}`);
  }
}

/** Items remembered at a time: a plan comes back to an item soon or hardly ever, and may be one of a million. */
const REMEMBERED = 10_000;

function remembering<N>(get: (id: NodeId) => N): (id: NodeId) => N {
  const known = new Map<NodeId, N>();
  return (id) => {
    const found = known.get(id);
    if (found !== undefined || known.has(id)) return found as N;
    const node = get(id);
    if (known.size >= REMEMBERED) known.clear();
    known.set(id, node);
    return node;
  };
}

const NONE: ReadonlySet<NodeId> = new Set();

/** True when some way up from `from` passes `id`. */
function leadsTo(id: NodeId, from: NodeId, parentsOf: (at: NodeId) => readonly (NodeId | undefined)[]): boolean {
  const seen = new Set<NodeId>();
  const queue: NodeId[] = [from];
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    if (at === id) return true;
    if (at === ROOT_ID || seen.has(at)) continue;
    seen.add(at);
    for (const parent of parentsOf(at)) if (parent !== undefined) queue.push(parent);
  }
  return false;
}
