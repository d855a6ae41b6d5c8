import type { RelativePath } from '../../../base/index.ts';
import { type LocalNode, type LocalTree, type NodeId, ROOT_ID } from '../../model/index.ts';
import { QUIET_MS } from './quiet.ts';
import type { Resolved } from './resolve.ts';

export interface Change {
  readonly item: Resolved;
  readonly node: LocalNode;
}

/** A place in the tree; names cannot hold a NUL. */
export const placeKey = (node: { readonly parentId: NodeId; readonly name: string }): string => `${node.parentId}\0${node.name}`;

/**
 * Some changes have to wait (files that are being written). What was known of those items stays where it was, so that
 * also waits what would take their place, what is in a folder that waits, and the deletion of the folders above them:
 * the local tree is a tree at every moment, with one item at a place.
 */
export class Withholding {
  /** Known items that stay as they were. */
  readonly kept = new Set<NodeId>();
  /** Folders to look at again, since nothing else will tell that the wait is over, and in how many ms. */
  readonly again = new Map<RelativePath, number>();
  readonly #tree: LocalTree;
  readonly #changes = new Map<NodeId, Change>();
  readonly #byParent = new Map<NodeId, Change[]>();
  readonly #byPlace = new Map<string, Change>();
  readonly #found: ReadonlySet<NodeId>;

  /** @param found known items that were seen, so that the folders above them are there */
  constructor(changes: readonly Change[], tree: LocalTree, found: ReadonlySet<NodeId>) {
    this.#tree = tree;
    this.#found = found;
    for (const change of changes) {
      this.#changes.set(change.node.id, change);
      this.#byPlace.set(placeKey(change.node), change);
      const siblings = this.#byParent.get(change.node.parentId);
      if (siblings === undefined) this.#byParent.set(change.node.parentId, [change]);
      else siblings.push(change);
    }
  }

  get changes(): Iterable<Change> {
    return this.#changes.values();
  }

  /** @param againMs when the wait may be over; null where another change in the folder will tell */
  withhold(id: NodeId, againMs: number | null = QUIET_MS): void {
    const queue = [id];
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      const change = this.#changes.get(next);
      if (change === undefined) continue;
      this.#changes.delete(next);
      const { parentPath } = change.item.seen;
      if (againMs !== null) this.again.set(parentPath, Math.min(againMs, this.again.get(parentPath) ?? againMs));
      if (this.#byPlace.get(placeKey(change.node)) === change) this.#byPlace.delete(placeKey(change.node));
      if (change.item.node === undefined) for (const child of this.#byParent.get(next) ?? []) queue.push(child.node.id);
      else queue.push(...this.#keep(change.item.node));
    }
  }

  /** A known item stays as it was; what would take its place waits. */
  keep(node: LocalNode, againMs: number | null = QUIET_MS): void {
    for (const rival of this.#keep(node)) this.withhold(rival, againMs);
  }

  /** Keeps a known item and, where they are no longer there, the folders above it. Answers who wants their places. */
  #keep(node: LocalNode): readonly NodeId[] {
    const rivals: NodeId[] = [];
    for (let at: LocalNode | undefined = node; at !== undefined; at = this.#above(at)) {
      if (this.kept.has(at.id)) break;
      this.kept.add(at.id);
      const rival = this.#byPlace.get(placeKey(at));
      if (rival !== undefined && rival.node.id !== at.id) rivals.push(rival.node.id);
    }
    return rivals;
  }

  #above(node: LocalNode): LocalNode | undefined {
    if (node.parentId === ROOT_ID || this.#found.has(node.parentId)) return undefined;
    return this.#tree.get(node.parentId);
  }

  /** Folders that would end up inside themselves, since one of two that change places has to wait. */
  withholdCycles(): void {
    for (const change of [...this.#changes.values()]) {
      const { item, node } = change;
      if (node.kind === 'folder' && item.node !== undefined && item.node.parentId !== node.parentId && this.#isInsideItself(node)) {
        this.withhold(node.id);
      }
    }
  }

  #isInsideItself(node: LocalNode): boolean {
    const passed = new Set<NodeId>([node.id]);
    for (let at = node.parentId; at !== ROOT_ID;) {
      if (passed.has(at)) return true;
      passed.add(at);
      const next = this.#changes.get(at)?.node ?? this.#tree.get(at);
      if (next === undefined) return false;
      at = next.parentId;
    }
    return false;
  }
}
